//! SEC006, and what a name before `=` or `:` makes certain: keys of AWS and Azure, passwords in settings.

use super::{prose, provider, randomness};
use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::placeholder;
use crate::sensitive::scan::{Scan, is_word};
use std::ops::Range;

/// Parts of a name whose value is a secret, in lower case without separators.
static SECRET_NAMES: &[&str] = &[
    "secret",
    "token",
    "apikey",
    "accesskey",
    "authkey",
    "privatekey",
    "encryptionkey",
    "signingkey",
    "masterkey",
    "servicekey",
    "sharedkey",
    "accountkey",
    "credential",
    "passphrase",
    "bearer",
    "sessionkey",
    "clientkey",
    "serverkey",
    "deploykey",
    "webhookkey",
    "hmackey",
    "licensekey",
    "connectionkey",
    "cryptkey",
    "apiauth",
    "adminkey",
    "sastoken",
];

/// Parts of a name whose value is a password.
static PASSWORD_NAMES: &[&str] =
    &["password", "passwd", "passwort", "pwd", "userpass", "dbpass", "contraseña", "motdepasse", "kennwort"];

/// Parts that say that the value is about a secret, not one.
static DENIED: &[&str] = &[
    "public",
    "algorithm",
    "secretname",
    "keyname",
    "tokenname",
    "keyid",
    "tokenid",
    "version",
    "length",
    "count",
    "limit",
    "max",
    "min",
    "size",
    "path",
    "file",
    "url",
    "uri",
    "endpoint",
    "type",
    "kind",
    "format",
    "expir",
    "hash",
    "digest",
    "checksum",
    "sha256",
    "integrity",
    "fingerprint",
    "thumbprint",
    "budget",
    "usage",
    "keyboard",
    "monkey",
    "tokeniz",
    "prefix",
    "suffix",
    "pattern",
    "regex",
    "placeholder",
    "header",
    "issuer",
    "audience",
    "scope",
    "field",
    "column",
    "label",
    "ref",
    "nexttoken",
    "pagetoken",
    "pagination",
    "continuation",
    "syncrtoken",
    "eostoken",
    "bostoken",
    "padtoken",
    "env",
    "var",
    "etag",
    "cursor",
    "role",
    "policy",
    "rotation",
    "publishable",
    "description",
    "title",
    "hint",
    "reset",
];

/// The longest value that is looked at.
const LONGEST: usize = 256;

/// Looks for `name = value` or `name: value` around the mark at `at`.
pub(in crate::sensitive) fn find(scan: &mut Scan<'_>, at: usize) {
    let bytes = scan.bytes;
    // `==`, `!=`, `=>`, `::` and `://` assign nothing, and of `:=` the first mark speaks.
    if matches!(scan.byte(at + 1), b'/' | b':' | b'>') || matches!(scan.previous(at), b'=' | b'!' | b':' | b'<' | b'>')
    {
        return;
    }
    let Some(name) = name_before(bytes, at) else { return };
    let plain: Vec<u8> = bytes[name]
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80)
        .map(u8::to_ascii_lowercase)
        .collect();
    let has = |parts: &[&str]| parts.iter().any(|part| placeholder::contains(&plain, part.as_bytes()));
    let (is_secret, is_password) =
        (has(SECRET_NAMES) || plain == b"key" || plain.ends_with(b"apikey"), has(PASSWORD_NAMES) || plain == b"pass");
    if !is_secret && !is_password || has(DENIED) {
        return;
    }
    let Some(value) = value_after(bytes, at + 1) else { return };
    let Some(text) = scan.text.get(value.clone()) else { return };
    if placeholder::is_placeholder(text) || provider::is_refused(text.as_bytes()) {
        return;
    }
    if let Some(name) = certain_key(&plain, text.as_bytes()) {
        scan.hit_named(Kind::ProviderApiKey(name), name, value, Evidence::Label);
    } else if is_secret && is_secret_value(text.as_bytes()) {
        scan.hit(Kind::HighEntropyAssignment, value, Evidence::Shape);
    } else if is_password && is_connection(bytes, at) && text.len() >= 4 {
        scan.hit(Kind::ConnectionString, value, Evidence::Label);
    } else if is_password && prose::is_password(text) {
        scan.hit(Kind::PasswordInProse, value, Evidence::Shape);
    }
}

/// The name before a mark, through a closing quote and up to two spaces.
fn name_before(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let mut end = at;
    while end > 0 && at - end < 3 && matches!(bytes[end - 1], b' ' | b'"' | b'\'' | b'`' | b'*' | b']') {
        end -= 1;
    }
    let from = end.saturating_sub(64);
    let length =
        bytes[from..end].iter().rev().take_while(|byte| is_word(**byte) || **byte == b'.' || **byte >= 0x80).count();
    (length >= 3).then(|| end - length..end)
}

/// The value after a mark: what stands in quotes, else up to white space or a mark that ends a value.
fn value_after(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let mut at = from + bytes[from..].iter().take(3).take_while(|byte| matches!(byte, b'=' | b' ' | b'\t')).count();
    at += bytes[at..].iter().take(2).take_while(|byte| **byte == b'*' || **byte == b' ').count();
    at += usize::from(bytes.get(at) == Some(&b'\\'));
    let quote = bytes.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let start = at + usize::from(quote.is_some());
    let rest = &bytes[start.min(bytes.len())..bytes.len().min(start + LONGEST)];
    let length = match quote {
        Some(quote) => rest.iter().position(|byte| *byte == quote || *byte == b'\n')?,
        None => rest.iter().take_while(|byte| !byte.is_ascii_whitespace() && !b",;\"'`<>&|)".contains(byte)).count(),
    };
    let trimmed = rest[..length].iter().rev().take_while(|byte| matches!(byte, b'\\' | b'.' | b',' | b'*')).count();
    let length = length - trimmed;
    (length >= 4).then(|| start..start + length)
}

/// Keys that have no prefix and are told by their name, alphabet and length.
fn certain_key(name: &[u8], value: &[u8]) -> Option<&'static str> {
    let named = |part: &str| placeholder::contains(name, part.as_bytes());
    let is_base64 = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte));
    let is_hex = value.iter().all(u8::is_ascii_hexdigit);
    let is_drawn = randomness::entropy(value) >= 3.0;
    match value.len() {
        _ if !is_drawn => None,
        40 if is_base64 && !is_hex && (named("aws") || named("secretaccesskey")) => Some("AWS secret access key"),
        88 if is_base64 && value.ends_with(b"==") && named("accountkey") => Some("Azure storage account key"),
        44 if is_base64 && value.ends_with(b"=") && named("sharedaccesskey") => Some("Azure shared access key"),
        32 if is_hex && named("twilio") => Some("Twilio auth token"),
        32 | 40 if is_hex && (named("datadog") || name.starts_with(b"dd")) => Some("Datadog key"),
        _ => None,
    }
}

/// A random value of sixteen characters or more that is not a hash with its name, an id, or words.
fn is_secret_value(value: &[u8]) -> bool {
    let is_hex = value.iter().all(u8::is_ascii_hexdigit);
    let is_allowed = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-.~!@#$%^&*".contains(byte));
    let least = if is_hex { 3.0 } else { 3.5 };
    let has_digit = value.iter().any(u8::is_ascii_digit);
    let mixes_case = value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    value.len() >= 16
        && is_allowed
        && (has_digit || mixes_case && value.len() >= 20)
        && randomness::entropy(value) >= if value.len() < 20 { least - 0.4 } else { least }
        && !randomness::is_wordy(value)
        && !randomness::is_uuid(value)
        && !value.iter().all(u8::is_ascii_digit)
        && !is_code(value)
}

/// Calls, paths and names of things: `process.env.X`, `/run/secrets/db`, `sha256-…`.
fn is_code(value: &[u8]) -> bool {
    let words = value.split(|byte| b"./_-".contains(byte));
    let lowest = words.clone().map(<[u8]>::len).max().unwrap_or(0);
    value.starts_with(b"/")
        || value.starts_with(b"./")
        || value.starts_with(b"sha")
        || value.starts_with(b"http")
        || value.contains(&b'(')
        || lowest < 8
}

/// Whether the assignment is a part of a connection string: `Server=…;Password=…`.
fn is_connection(bytes: &[u8], at: usize) -> bool {
    let window = &bytes[at.saturating_sub(160)..at];
    let line = window.iter().rposition(|byte| *byte == b'\n').map_or(window, |end| &window[end..]);
    let names = ["server=", "data source=", "host=", "hostname=", "addr="];
    bytes[at] == b'=' && line.contains(&b';') && names.iter().any(|name| placeholder::contains(line, name.as_bytes()))
}
