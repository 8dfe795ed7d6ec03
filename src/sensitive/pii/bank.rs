//! PII013: bank accounts of the United States by routing number.

use super::run::Run;
use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::checksum;
use crate::sensitive::context::{self, REACH};
use crate::sensitive::scan::{Scan, is_word};

static LABELS: &[&str] = &["routing", "routing number", "aba", "rtn", "transit number", "routing no", "routing #"];

/// Routing numbers that examples use.
static EXAMPLES: &[&[u8]] = &[b"123456780", b"110000000", b"011000015"];

/// Looks at nine digits after a label. The check digit weighs 3, 7 and 1 (American Bankers Association, *Routing Number
/// Policy*); the first two digits name a district of the Federal Reserve.
pub(super) fn find(scan: &mut Scan<'_>, run: &Run) {
    let digits = run.digits();
    let (start, end) = (run.first(), run.end());
    if digits.len() != 9 || is_word(scan.previous(start)) || is_word(scan.byte(end)) || EXAMPLES.contains(&digits) {
        return;
    }
    let district = (digits[0] - b'0') * 10 + digits[1] - b'0';
    let sum = checksum::weighted(digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]);
    let is_routing = matches!(district, 1..=12 | 21..=32 | 61..=72 | 80) && sum.is_some_and(|sum| sum % 10 == 0);
    if is_routing && context::mentions(context::before(scan.bytes, start, REACH), LABELS) {
        scan.hit(Kind::BankAccount, start..end, Evidence::Checksum);
    }
}
