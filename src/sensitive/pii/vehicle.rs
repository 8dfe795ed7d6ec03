//! PII014: vehicle identification numbers (ISO 3779) with the check digit that North America requires.

use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::context::{self, REACH};
use crate::sensitive::scan::Scan;

static LABELS: &[&str] = &["vin", "vehicle", "chassis", "car", "vehicle identification number", "fahrgestellnummer"];
static EXAMPLES: &[&[u8]] = &[b"11111111111111111", b"1M8GDM9AXKP042788", b"1HGBH41JXMN109186"];

/// Looks at a word of seventeen capitals and digits.
pub(super) fn find(scan: &mut Scan<'_>, start: usize, end: usize) {
    let value = &scan.bytes[start..end];
    if value.len() != 17 || !value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return;
    }
    // The serial number of a car is digits; without them only a label tells a vehicle from a random code.
    let is_car = value[13..].iter().all(u8::is_ascii_digit)
        && value.iter().filter(|byte| byte.is_ascii_uppercase()).count() >= 4;
    let is_labelled = || context::mentions(context::before(scan.bytes, start, REACH), LABELS);
    if is_consistent(value) && !EXAMPLES.contains(&value) && (is_car || is_labelled()) {
        scan.hit(Kind::VehicleId, start..end, Evidence::Checksum);
    }
}

/// The ninth character is the weighted sum modulo 11, with X for ten (49 CFR 565.15).
fn is_consistent(value: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let transliterate = |byte: u8| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'H' => Some(u32::from(byte - b'A') + 1),
        b'J'..=b'N' => Some(u32::from(byte - b'J') + 1),
        b'P' => Some(7),
        b'R' => Some(9),
        b'S'..=b'Z' => Some(u32::from(byte - b'S') + 2),
        _ => None,
    };
    let sum: Option<u32> =
        value.iter().zip(WEIGHTS).map(|(&byte, weight)| transliterate(byte).map(|value| value * weight)).sum();
    let check = if value[8] == b'X' { Some(10) } else { char::from(value[8]).to_digit(10) };
    sum.map(|sum| sum % 11) == check && check.is_some()
}
