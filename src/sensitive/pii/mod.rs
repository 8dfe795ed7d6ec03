//! Personal data: what identifies a person, a household's account, or a device.

mod bank;
mod card;
pub(super) mod email;
mod iban;
pub(super) mod labelled;
mod national;
pub(super) mod network;
pub(super) mod phone;
mod run;
mod ssn;
mod vehicle;
mod wallet;

use super::scan::Scan;
use run::Run;

/// Looks at a word with a digit in it.
pub(super) fn find_in_word(scan: &mut Scan<'_>, start: usize, end: usize, has_letter: bool) {
    if has_letter {
        let word = &scan.bytes[start..end];
        if word.len() >= 5 {
            national::find(scan, start);
            wallet::find(scan, start, end);
            vehicle::find(scan, start, end);
            network::find_mac(scan, start, end);
        }
        iban::find(scan, start);
        if !word[0].is_ascii_digit() {
            return;
        }
    }
    if scan.bytes[start].is_ascii_digit() {
        network::find_v4(scan, start);
        if start >= scan.run_end {
            find_in_run(scan, start, has_letter);
        }
        card::find(scan, start);
    }
}

/// Looks at a run of numbers that begins at `start`.
fn find_in_run(scan: &mut Scan<'_>, start: usize, has_letter: bool) {
    let run = Run::new(scan.bytes, start);
    scan.run_end = run.end();
    if run.digits().len() < 7 {
        return;
    }
    ssn::find(scan, &run);
    if !has_letter {
        national::find(scan, start);
    }
    bank::find(scan, &run);
    phone::find(scan, &run);
}
