//! PII007, PII010 and PII011: what only a label tells from other text: passports, dates of birth, street addresses.

use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::context;
use crate::sensitive::placeholder;
use crate::sensitive::scan::{Scan, is_word};
use std::ops::Range;

/// Words before a date of birth.
pub(in crate::sensitive) static BIRTH: &[&str] = &[
    "born",
    "birth",
    "birthdate",
    "birthday",
    "dob",
    "dateofbirth",
    "date_of_birth",
    "birth_date",
    "geboren",
    "geburtsdatum",
    "nacimiento",
    "naissance",
    "nascimento",
    "nato",
];
/// Words before the number of a passport.
pub(in crate::sensitive) static PASSPORT: &[&str] =
    &["passport", "passport_number", "passeport", "pasaporte", "passaporto", "reisepass", "passaporte"];
/// Words before a street address.
pub(in crate::sensitive) static ADDRESS: &[&str] = &[
    "address",
    "addresses",
    "live",
    "lives",
    "living",
    "reside",
    "resides",
    "residing",
    "residence",
    "deliver",
    "ship",
    "shipping",
    "home",
    "moved",
    "located",
    "mailing",
    "adresse",
    "domicile",
    "house",
];

/// Words that stand between a label and its value.
static FILLERS: &[&str] = &[
    "number", "no", "no.", "num", "nr", "nr.", "is", "was", "of", "on", "the", "date", "id", "my", "his", "her", "am",
    "in", "at", "to", "ist", "am", "le", "el", "il", "del", "de", "numéro", "nummer", "número", "den", "a",
];

/// Looks at what follows the word at `start..end` when it is a label.
pub(in crate::sensitive) fn find(scan: &mut Scan<'_>, start: usize, end: usize) {
    let word = &scan.bytes[start..end];
    let is = |labels: &[&str]| labels.iter().any(|label| word.eq_ignore_ascii_case(label.as_bytes()));
    let (kind, value) = if is(BIRTH) {
        (Kind::DateOfBirth, date(scan, skip_fillers(scan, end)))
    } else if is(PASSPORT) {
        (Kind::PassportNumber, passport(scan, skip_fillers(scan, end)))
    } else if is(ADDRESS) {
        (Kind::StreetAddress, street_address(scan, end))
    } else {
        return;
    };
    if let Some(value) = value
        && !placeholder::is_announced(scan.bytes, value.start)
    {
        scan.hit(kind, value, Evidence::Label);
    }
}

/// Where the value after a label begins: past marks such as `: ` and up to four filling words on the line.
fn skip_fillers(scan: &Scan<'_>, end: usize) -> usize {
    let mut at = skip_marks(scan, end);
    for _ in 0..4 {
        let rest = context::after(scan.bytes, at, 16);
        let Some(word) =
            FILLERS.iter().filter(|word| context::starts_with_word(rest, word)).max_by_key(|word| word.len())
        else {
            break;
        };
        at = skip_marks(scan, at + word.len());
    }
    at
}

fn skip_marks(scan: &Scan<'_>, at: usize) -> usize {
    let marks = context::after(scan.bytes, at, 8).iter().take_while(|byte| b" \t:=#\"'*`_(|".contains(byte)).count();
    at + marks
}

/// A whole date of a person who may live, in digits or with the month's name.
fn date(scan: &Scan<'_>, start: usize) -> Option<Range<usize>> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let rest = context::after(scan.bytes, start, 24);
    let mut numbers = [(0u32, 0usize); 3];
    let (mut count, mut month_at, mut at) = (0, None, 0);
    while at < rest.len() && count < 3 {
        let word = rest[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if word == 0 {
            if !b" -/.,".contains(&rest[at]) {
                break;
            }
            at += 1;
            continue;
        }
        let digits = rest[at..at + word].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let suffix = &rest[at + digits..at + word];
        if digits > 0 && (suffix.is_empty() || [&b"st"[..], b"nd", b"rd", b"th"].contains(&suffix)) {
            let value = rest[at..at + digits.min(9)].iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
            numbers[count] = (value, digits);
        } else if let Some(month) =
            MONTHS.iter().position(|month| word >= 3 && rest[at..at + 3].eq_ignore_ascii_case(month.as_bytes()))
        {
            numbers[count] = (u32::try_from(month).ok()? + 1, 2);
            month_at = Some(count);
        } else {
            break;
        }
        count += 1;
        at += word;
    }
    let [a, b, c] = numbers;
    let year = if a.1 == 4 { a.0 } else { c.0 };
    let (left, right) = if a.1 == 4 { (b.0, c.0) } else { (a.0, b.0) };
    let is_year = (1900..2030).contains(&year) || c.1 == 2 && a.1 <= 2 && month_at.is_none();
    let is_day = (1..=31).contains(&left) && (1..=31).contains(&right) && (left <= 12 || right <= 12);
    let is_example = matches!((a.0, b.0, c.0), (1990 | 1970 | 2000, 1, 1) | (1, 1, 1990 | 1970 | 2000 | 1900));
    (count == 3 && is_year && is_day && !is_example).then(|| start..start + at)
}

/// Six to nine capitals and digits, most of them digits.
fn passport(scan: &Scan<'_>, start: usize) -> Option<Range<usize>> {
    let rest = context::after(scan.bytes, start, 12);
    let length = rest.iter().take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).count();
    let value = &rest[..length];
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let number: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    let is_example = placeholder::is_sequence(&number) || number.iter().all(|digit| *digit == number[0]);
    ((6..=9).contains(&length) && digits >= 5 && !is_word(scan.byte(start + length)) && !is_example)
        .then(|| start..start + length)
}

/// Words that name a kind of street, in English.
static STREETS: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "boulevard",
    "blvd",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "way",
    "place",
    "pl",
    "square",
    "terrace",
    "parkway",
    "pkwy",
    "circle",
    "cir",
    "highway",
    "hwy",
    "close",
    "crescent",
    "trail",
];

/// Roads that are made up, or lead to somebody who is no private person.
static KNOWN_STREETS: &[&str] = &[
    "main",
    "elm",
    "fake",
    "example",
    "any",
    "anytown",
    "sample",
    "test",
    "downing",
    "pennsylvania",
    "infinite",
    "wallaby",
    "evergreen",
    "baker",
];

/// A house number, one to four capitalised words, and a word for a street, within reach of the label.
fn street_address(scan: &Scan<'_>, end: usize) -> Option<Range<usize>> {
    let window = context::after(scan.bytes, end, 40);
    let digit = window.iter().position(u8::is_ascii_digit)?;
    let start = end + digit;
    if is_word(scan.previous(start)) || window[..digit].iter().any(|byte| b".;?!".contains(byte)) {
        return None;
    }
    let rest = context::after(scan.bytes, start, 64);
    let number = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if number > 5 {
        return None;
    }
    let mut at = number;
    for place in 0..5 {
        let gap = rest[at..].iter().take_while(|byte| **byte == b' ').count();
        let word = rest[at + gap..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80 || **byte == b'\'')
            .count();
        if gap != 1 || word == 0 {
            return None;
        }
        let text = &rest[at + gap..at + gap + word];
        let is = |words: &[&str]| words.iter().any(|known| text.eq_ignore_ascii_case(known.as_bytes()));
        at += gap + word;
        if place > 0 && is(STREETS) {
            return Some(start..start + at);
        }
        if is(KNOWN_STREETS) || text[0].is_ascii_lowercase() {
            return None;
        }
        at += usize::from(rest.get(at) == Some(&b'.'));
    }
    None
}
