//! PII005: social security numbers of the United States, by the ranges that were ever issued.

use super::run::Run;
use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::context;
use crate::sensitive::placeholder;
use crate::sensitive::scan::{Scan, is_word};

static LABELS: &[&str] = &["ssn", "social security", "social security number", "social", "itin", "tin", "taxpayer"];

/// Numbers that were printed in wallets, pamphlets and every second tutorial.
static EXAMPLES: &[&[u8]] =
    &[b"078051120", b"219099999", b"457555462", b"123456789", b"123121234", b"111223333", b"123450000", b"987654320"];

/// Looks at a run of nine digits: `ddd-dd-dddd`, or anything else after a label.
pub(super) fn find(scan: &mut Scan<'_>, run: &Run) {
    let run = if run.blocks().len() > 3 { &run.prefix(3) } else { run };
    let digits = run.digits();
    let Ok(digits) = <&[u8; 9]>::try_from(digits) else { return };
    let (start, end) = (run.first(), run.end());
    if is_word(scan.previous(start)) || is_word(scan.byte(end)) || EXAMPLES.contains(&&digits[..]) {
        return;
    }
    let is_shaped = run.shape().lengths() == [3, 2, 4] && run.separator(scan.bytes) == Some(b'-');
    let is_labelled = || context::mentions(context::before(scan.bytes, start, context::REACH), LABELS);
    if !(is_shaped || is_labelled()) || placeholder::is_announced(scan.bytes, start) {
        return;
    }
    let evidence = if is_shaped { Evidence::Prefix } else { Evidence::Label };
    if is_issued(digits) {
        scan.hit(Kind::UsSsn, start..end, evidence);
    } else if is_itin(digits) {
        scan.hit_named(Kind::UsSsn, "US individual taxpayer identification number (ITIN)", start..end, evidence);
    }
}

/// Area not 000, 666 or 9xx, group not 00, serial not 0000
/// (<https://www.ssa.gov/employer/randomizationfaqs.html>); 987-65-4320 to 4329 are for advertisements.
fn is_issued(digits: &[u8; 9]) -> bool {
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    area != b"000"
        && area != b"666"
        && area[0] != b'9'
        && group != b"00"
        && serial != b"0000"
        && digits.iter().any(|digit| *digit != digits[0])
}

/// 9xx with a fourth and fifth digit of 50-65, 70-88, 90-92 or 94-99 (IRS, *ITIN*, Publication 1915).
fn is_itin(digits: &[u8; 9]) -> bool {
    let group = (digits[3] - b'0') * 10 + digits[4] - b'0';
    digits[0] == b'9' && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99) && !digits.starts_with(b"98765432")
}
