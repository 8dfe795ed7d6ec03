//! PII002: phone numbers.
//!
//! A port of libphonenumber costs tens of milliseconds at its first number, which a hook on one prompt would pay. Three
//! small tables do here: the country codes with the lengths of their numbers (ITU-T E.164 and its list of assigned
//! codes), the area codes of North America, and the ways in which a few countries write their numbers at home. What
//! fits none of them counts only where a word such as 'phone' or 'call me at' says that it is one.

mod plan;

use self::plan::{is_area, is_international, is_north_american, is_reserved};
use super::run::Run;
use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::context::{self, REACH};
use crate::sensitive::placeholder;
use crate::sensitive::scan::Scan;

/// The regions whose national ways of writing count without a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sensitive) struct Regions(u32);

/// Regions with national forms below, in the order of their bits.
static REGIONS: &[&str] = &["US", "CA", "GB", "FR", "AU", "DE", "IT", "ES", "NL", "BE", "CH", "IN", "BR", "JP", "CN"];

impl Regions {
    pub(in crate::sensitive) fn new(codes: &[String]) -> Self {
        let bit = |code: &String| REGIONS.iter().position(|region| region.eq_ignore_ascii_case(code));
        Self(codes.iter().filter_map(bit).fold(0, |bits, bit| bits | 1 << bit))
    }

    fn has(self, code: &str) -> bool {
        REGIONS.iter().position(|region| *region == code).is_some_and(|bit| self.0 >> bit & 1 == 1)
    }
}

impl Default for Regions {
    fn default() -> Self {
        Self::new(&crate::sensitive::Settings::default().regions)
    }
}

/// Words that name a phone number.
static LABELS: &[&str] = &[
    "phone",
    "phones",
    "telephone",
    "tel",
    "tel.",
    "mobile",
    "cell",
    "cellphone",
    "fax",
    "whatsapp",
    "sms",
    "hotline",
    "desk",
    "landline",
    "handy",
    "telefon",
    "telefono",
    "teléfono",
    "téléphone",
    "telefone",
    "telefoon",
    "mobil",
    "móvil",
    "celular",
    "portable",
    "gsm",
    "ph",
    "phone number",
    "telefonnummer",
    "rufnummer",
    "numéro",
    "电话",
    "手机",
    "電話",
];

/// Words that say what is done with a phone number; they count when they stand close before it.
static VERBS: &[&str] = &[
    "call",
    "calling",
    "call me",
    "dial",
    "text",
    "text me",
    "reach",
    "reached",
    "reach me",
    "answering",
    "messages",
    "message",
    "contact",
    "registered",
    "my number",
    "his number",
    "her number",
    "their number",
    "our number",
    "anrufen",
    "appelez",
    "llame",
    "office:",
    "home:",
    "work:",
];

/// Words that stand right after a phone number.
static AFTER: &[&str] = &["office", "fax", "mobile", "cell", "home", "desk", "work", "tel", "phone"];

/// Looks for a phone number in a run: the whole of it, else its first blocks.
pub(super) fn find(scan: &mut Scan<'_>, run: &Run) {
    let bytes = scan.bytes;
    let before = scan.previous(run.range().start);
    // A part of a longer word, a path, a decimal, an amount, or an anchor of a page.
    if before.is_ascii_alphanumeric() || matches!(before, b'.' | b'/' | b'_' | b'=' | b'#' | b'$' | b'@') {
        return;
    }
    if before == b'-' && scan.previous(run.range().start - 1).is_ascii_alphanumeric() {
        return;
    }
    let label = Label::before(bytes, run.range().start);
    for count in (1..=run.blocks().len()).rev() {
        let part = run.prefix(count);
        let length = part.digits().len();
        if length < 7 {
            break;
        }
        let is_whole = count == run.blocks().len();
        if length <= 17
            && (is_whole || label != Label::None || part.separator(bytes).is_none())
            && try_part(scan, &part, label)
        {
            return;
        }
    }
    // Behind a postcode: `AA 61487 416 60 039 office`.
    for skip in 1..run.blocks().len() {
        let part = run.suffix(skip, bytes);
        if part.digits().len() >= 7 && Label::after(bytes, part.end()) && try_part(scan, &part, Label::Name) {
            return;
        }
    }
}

fn try_part(scan: &mut Scan<'_>, part: &Run, label: Label) -> bool {
    let bytes = scan.bytes;
    let Some(end) = end_with_extension(bytes, part.end()) else { return false };
    let label = if Label::after(bytes, end) { Label::Name } else { label };
    let digits = part.digits();
    let has_plus = bytes[part.range().start] == b'+';
    let is_number = if is_date(part, bytes) || is_reserved(digits) {
        false
    } else if has_plus {
        is_international(digits) || label.confirms(part, bytes)
    } else {
        is_international_access(part) && part.blocks().len() > 1
            || is_national(part, bytes, scan.regions)
            || label.confirms(part, bytes)
    };
    if is_number && !placeholder::is_announced(bytes, part.range().start) {
        let evidence = if has_plus { Evidence::Prefix } else { Evidence::Label };
        scan.hit(Kind::PhoneNumber, part.range().start..end, evidence);
    }
    is_number
}

/// What the words around a number say of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    None,
    /// Something is done with it: 'call me at'.
    Verb,
    /// It is called one: 'Phone:'.
    Name,
}

impl Label {
    fn before(bytes: &[u8], start: usize) -> Self {
        let window = context::before(bytes, start, REACH / 2);
        let near = |words: &[&str], reach: usize| {
            context::last_mention(window, words).is_some_and(|end| {
                let gap = &window[end..];
                gap.len() <= reach
                    && !gap.iter().any(u8::is_ascii_digit)
                    && !gap.iter().any(|byte| b";|?!".contains(byte))
            })
        };
        if near(LABELS, 14) {
            Self::Name
        } else if near(VERBS, 9) {
            Self::Verb
        } else {
            Self::None
        }
    }

    fn after(bytes: &[u8], end: usize) -> bool {
        let window = context::after(bytes, end, 12);
        let skip = window.iter().take(2).take_while(|byte| matches!(byte, b' ' | b'-' | b'(')).count();
        skip > 0 && AFTER.iter().any(|word| context::starts_with_word(&window[skip..], word))
    }

    /// Whether the label makes a number of this form a phone number.
    fn confirms(self, part: &Run, bytes: &[u8]) -> bool {
        let length = part.digits().len();
        let shape = part.shape();
        let blocks = shape.lengths();
        let is_spaced = blocks.len() > 1;
        let is_range = blocks == [4, 4] && part.separator(bytes) == Some(b'-');
        // `1.234.567`, `2.400.000` and `12/3456789` are amounts and file numbers.
        let is_plain = part.separator(bytes) != Some(b'/')
            && !(part.separator(bytes) == Some(b'.') && blocks[1..].iter().all(|&length| length == 3) && length < 9);
        let is_sized = blocks[1..].iter().all(|&length| length >= 2 || length == 1 && blocks.len() > 3);
        match self {
            Self::None => false,
            Self::Name => is_plain && is_sized && (7..=15).contains(&length),
            Self::Verb => {
                is_plain && is_sized && (7..=15).contains(&length) && (is_spaced || length == 10) && !is_range
            }
        }
    }
}

/// Where the number ends with its extension (`x4587`, `ext. 12`); `None` where it goes on as something else.
fn end_with_extension(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = &bytes[end..bytes.len().min(end + 16)];
    let marks: &[&[u8]] = &[b"x", b" x", b" ext. ", b" ext ", b" ext.", b"ext", b" ext. "];
    for mark in marks {
        if rest.starts_with(mark) {
            let digits = rest[mark.len()..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if (1..=6).contains(&digits) {
                return Some(end + mark.len() + digits);
            }
        }
    }
    let goes_on = match rest {
        [b'-' | b'.' | b',' | b':' | b'/', next, ..] => next.is_ascii_digit(),
        [next, ..] => next.is_ascii_alphanumeric() || matches!(next, b'_' | b'%'),
        [] => false,
    };
    (!goes_on).then_some(end)
}

/// `00` or `001` before a country code, as it is dialled.
fn is_international_access(part: &Run) -> bool {
    let first = part.blocks()[0];
    part.digits().starts_with(b"00") && first.1 - first.0 <= 5 && is_international(&part.digits()[2..])
}

/// A number written as at home, in a form that little else has.
fn is_national(part: &Run, bytes: &[u8], regions: Regions) -> bool {
    let digits = part.digits();
    let shape = part.shape();
    let separator = part.separator(bytes);
    let in_parentheses = bytes[part.range().start] == b'(';
    let uniform = matches!(separator, Some(b' ' | b'-' | b'.'));
    match (shape.lengths(), digits) {
        ([3, 3, 4], _) if regions.has("US") || regions.has("CA") => {
            (in_parentheses || matches!(separator, Some(b'-' | b'.'))) && is_north_american(digits) && is_area(digits)
        }
        ([1, 3, 3, 4], [b'1', rest @ ..]) if regions.has("US") || regions.has("CA") => {
            is_north_american(rest) && is_area(rest)
        }
        ([5, 6] | [5, 3, 3], [b'0', b'7', b'1'..=b'9', ..]) => uniform && regions.has("GB"),
        ([3, 4, 4], [b'0', b'2', b'0' | b'3' | b'4' | b'8' | b'9', ..]) => uniform && regions.has("GB"),
        ([4, 3, 4], [b'0', b'1', ..]) => uniform && regions.has("GB"),
        ([2, 2, 2, 2, 2], [b'0', b'1'..=b'9', ..]) => uniform && regions.has("FR"),
        ([4, 3, 3], [b'0', b'4', ..]) => uniform && regions.has("AU"),
        ([2, 4, 4], [b'0', b'2' | b'3' | b'7' | b'8', ..]) => in_parentheses && regions.has("AU"),
        ([3 | 4, 7 | 8], [b'0', b'1', b'5'..=b'7', ..]) => uniform && regions.has("DE"),
        ([3, 3, 4] | [3, 7], [b'3', b'2'..=b'9', ..]) => separator == Some(b' ') && regions.has("IT"),
        ([3, 3, 3] | [3, 2, 2, 2], [b'6' | b'7' | b'9', ..]) => separator == Some(b' ') && regions.has("ES"),
        ([2, 8], [b'0', b'6', ..]) => uniform && regions.has("NL"),
        ([4, 2, 2, 2], [b'0', b'4', ..]) => uniform && regions.has("BE"),
        ([3, 3, 2, 2], [b'0', b'7', ..]) => uniform && regions.has("CH"),
        ([5, 5], [b'6'..=b'9', ..]) => uniform && regions.has("IN"),
        ([2, 5, 4], [_, _, b'9', ..]) => in_parentheses && regions.has("BR"),
        ([3, 4, 4], [b'0', b'7'..=b'9', b'0', ..]) => uniform && regions.has("JP"),
        ([3, 4, 4], [b'1', b'3'..=b'9', ..]) => uniform && regions.has("CN"),
        _ => false,
    }
}

/// Whether the run is a date, with or without a time: `2024-01-15`, `15.01.2024 10`.
fn is_date(part: &Run, bytes: &[u8]) -> bool {
    let shape = part.shape();
    let value = |place: usize| {
        let (start, end) = part.blocks()[place];
        bytes[start..end].iter().fold(0u32, |sum, byte| sum.saturating_mul(10).saturating_add(u32::from(byte - b'0')))
    };
    let is_year = |value: u32| (1900..2100).contains(&value);
    match shape.lengths() {
        [4, 1..=2, 1..=2, ..] => is_year(value(0)) && (1..=12).contains(&value(1)) && (1..=31).contains(&value(2)),
        [1..=2, 1..=2, 4, ..] => is_year(value(2)) && value(0) <= 31 && value(1) <= 31,
        [4, 4] => is_year(value(0)) && is_year(value(1)),
        [8] => {
            is_year(value(0) / 10_000)
                && (1..=12).contains(&(value(0) / 100 % 100))
                && (1..=31).contains(&(value(0) % 100))
        }
        _ => false,
    }
}
