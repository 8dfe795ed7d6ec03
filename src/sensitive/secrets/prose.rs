//! SEC007: passwords in sentences: 'the admin password is …'.

use super::{provider, randomness};
use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::context;
use crate::sensitive::placeholder;
use crate::sensitive::scan::Scan;
use std::ops::Range;

/// Words that name a secret in a sentence.
pub(in crate::sensitive) static NAMES: &[&str] = &[
    "password",
    "passwords",
    "passphrase",
    "passcode",
    "passwd",
    "pwd",
    "pass",
    "pw",
    "secret",
    "token",
    "key",
    "credential",
    "credentials",
    "login",
    "passwort",
    "kennwort",
    "clave",
    "passe",
    "wachtwoord",
    "senha",
    "contrase",
    "haslo",
    "pin",
];

/// Words whose value may be digits alone.
static NUMERIC: &[&str] = &["pin", "passcode"];

/// Words and marks between a name and its value.
static COPULAS: &[&str] = &[
    "is", "was", "ist", "lautet", "est", "es", "é", "=", ":", "->", "→", "：", "to", "reads", "be", "are", "为", "是",
];

/// Looks for a value in the sentence after the name at `start..end`.
pub(in crate::sensitive) fn find(scan: &mut Scan<'_>, start: usize, end: usize) {
    let word = &scan.bytes[start..end];
    let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    if !is(NAMES) {
        return;
    }
    let Some(value) = value_in_sentence(scan, end).or_else(|| value_next_to(scan, end)) else { return };
    let Some(text) = scan.text.get(value.clone()) else { return };
    let is_number = is(NUMERIC) && (4..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_guess = placeholder::is_sequence(text.as_bytes()) || matches!(text, "0000" | "1111" | "1234" | "9999");
    // `secret`, `token` and `key` name a thousand things that are none; their value has to look drawn.
    let is_vague = is(&["secret", "token", "key"]);
    let is_found = if is_number {
        !is_guess
    } else if is_vague {
        text.len() >= 12
            && is_password(text)
            && randomness::is_random(text.as_bytes())
            && !text.contains(['/', '.', '('])
    } else {
        is_password(text)
    };
    if is_found {
        scan.hit(Kind::PasswordInProse, value, Evidence::Shape);
    }
}

/// What follows the first copula after the name, within eight words and before the sentence ends.
fn value_in_sentence(scan: &Scan<'_>, end: usize) -> Option<Range<usize>> {
    let rest = context::after(scan.bytes, end, 72);
    let mut at = 0;
    for _ in 0..8 {
        at += rest[at..].iter().take_while(|byte| b" \t\"'`*_)".contains(byte)).count();
        let copula = COPULAS.iter().find(|copula| {
            let is_mark = !copula.as_bytes()[0].is_ascii_alphabetic();
            if is_mark {
                rest[at..].starts_with(copula.as_bytes())
            } else {
                context::starts_with_word(&rest[at..], copula)
            }
        });
        if let Some(copula) = copula {
            return value_at(scan, end + at + copula.len());
        }
        let word = rest[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80 || b"-_/'@.(".contains(byte))
            .count();
        let is_last = word == 0 || rest[at + word - 1] == b'.';
        if is_last {
            return None;
        }
        at += word;
    }
    None
}

/// A value right after the name, as in 'user deploy, password …'. Without a verb it must look drawn.
fn value_next_to(scan: &Scan<'_>, end: usize) -> Option<Range<usize>> {
    let value = value_at(scan, end).filter(|value| value.start > end)?;
    let bytes = &scan.bytes[value.clone()];
    let has = |is: fn(&u8) -> bool| bytes.iter().any(is);
    let mixes = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    (bytes.len() >= 8 && mixes && !randomness::is_wordy(bytes)).then_some(value)
}

/// Pieces of names of algorithms, keyboard shortcuts and encodings, in lower case: they stand where passwords are spoken of.
static TECHNICAL: &[&str] = &[
    "sha1", "sha2", "sha5", "argon", "bcrypt", "scrypt", "pbkdf", "oauth", "base64", "utf-", "hmac", "aes-", "aes_",
    "rsa-", "secp", "ed25519", "ctrl+", "shift+", "alt+", "cmd+", "gpt-", "claude-", "x509", "md5", "http", "www.",
];

/// The value that begins at or after `from`: in quotes, else up to white space, without the sentence's own marks.
fn value_at(scan: &Scan<'_>, from: usize) -> Option<Range<usize>> {
    let mut from =
        from + context::after(scan.bytes, from, 6).iter().take_while(|byte| b" \t*_:=".contains(byte)).count();
    for filler in ["now ", "still ", "currently ", "set to ", "simply ", "just ", "always "] {
        if context::after(scan.bytes, from, 12).starts_with(filler.as_bytes()) {
            from += filler.len();
        }
    }
    let rest = context::after(scan.bytes, from, 80);
    let (skip, close): (usize, &[u8]) = match rest {
        [quote @ (b'"' | b'\'' | b'`'), ..] => (1, std::slice::from_ref(quote)),
        [0xE2, 0x80, 0x9C | 0x98 | 0x9E, ..] => (3, &[0xE2]),
        [0xC2, 0xAB, ..] => (2, &[0xC2]),
        _ => (0, &[]),
    };
    let inner = &rest[skip..];
    let length = match close {
        [close] => inner.iter().position(|byte| byte == close)?,
        _ => inner.iter().take_while(|byte| !byte.is_ascii_whitespace() && !b"\"`<>".contains(byte)).count(),
    };
    let trimmed = if skip > 0 {
        0
    } else {
        inner[..length].iter().rev().take_while(|byte| b".,;:)'*_?]\\".contains(byte)).count()
    };
    let length = length - trimmed;
    (length >= 4).then(|| from + skip..from + skip + length)
}

/// Whether a word is what people choose for a password: characters of several classes, and no name of code, file or unit.
pub(super) fn is_password(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has = |is: fn(&u8) -> bool| bytes.iter().any(is);
    let (digit, lower, upper) = (has(u8::is_ascii_digit), has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let symbol = bytes.iter().any(|byte| b"!@#$%^&*?~+=|".contains(byte));
    let classes = [digit, lower, upper, symbol].into_iter().filter(|&class| class).count();
    let is_dashed = bytes.iter().any(|byte| b"-_./".contains(byte));
    (6..=64).contains(&bytes.len())
        && text.is_ascii()
        && !text.contains(char::is_whitespace)
        && (classes >= 3
            || classes == 2 && digit && (symbol || bytes.len() >= 8 && !is_dashed && !randomness::is_wordy(bytes)))
        && (digit || symbol)
        && !is_name(bytes)
        && !randomness::is_uuid(bytes)
        && !provider::is_refused(bytes)
        && !TECHNICAL.iter().any(|piece| placeholder::contains(bytes, piece.as_bytes()))
        && !placeholder::is_placeholder(text)
}

/// A call, path, host, constant, measure or date: what stands after 'the key is' in prose about code.
fn is_name(bytes: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-';
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let is_constant = bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
        && bytes.contains(&b'_');
    let is_words = bytes.split(|byte| b"_-".contains(byte)).count() > 2
        && bytes.iter().all(is_plain)
        && randomness::is_wordy(bytes);
    is_pinned_package(bytes)
        || bytes[1..bytes.len() - 1].contains(&b'=')
        || bytes.windows(2).any(|pair| matches!(pair, b"()" | b"//" | b"::" | b"[]" | b"->" | b"=>" | b"{}"))
        || bytes.contains(&b'(')
        || bytes.contains(&b'/') && !bytes.iter().any(u8::is_ascii_digit)
        || bytes[0] == b'@'
        || bytes[0] == b'/'
        || bytes[0] == b'$' && bytes[1..].iter().all(is_plain) && randomness::is_wordy(bytes)
        || bytes[0] == b'-'
        || bytes[0] == b'%'
        || bytes[0] == b'#'
        || letters < 2
        || is_constant
        || is_words
}

/// A package with its version: `react@18.3.1`.
fn is_pinned_package(bytes: &[u8]) -> bool {
    let mut parts = bytes.split(|byte| *byte == b'@');
    let (_, version) = (parts.next(), parts.next().unwrap_or_default());
    version.contains(&b'.') && version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}
