//! PII006: identifiers that states give to people, each by its form and check digits.

mod checks;
mod schemes;

use self::schemes::{LABELS, Needs, SCHEMES, Scheme, Written};
use crate::sensitive::catalogue::{Evidence, Kind, Which};
use crate::sensitive::context::{self, REACH};
use crate::sensitive::placeholder;
use crate::sensitive::scan::{Scan, is_word};

/// The longest compact form.
const LONGEST: usize = 18;

/// Looks for an identifier that begins at `start`. Where several schemes fit, the one whose own label stands nearest
/// before it is meant.
pub(super) fn find(scan: &mut Scan<'_>, start: usize) {
    let before = scan.previous(start);
    if is_word(before) || matches!(before, b'.' | b'/' | b'+' | b'#' | b'$') {
        return;
    }
    let bytes = scan.bytes;
    let digits = bytes[start..].iter().take(LONGEST + 1).take_while(|byte| byte.is_ascii_digit()).count();
    let mut best: Option<(Option<usize>, Which, usize)> = None;
    for scheme in SCHEMES {
        for written in scheme.written {
            // `#` may stand for further digits; any other mark ends them.
            let may_go_on = written.form.as_bytes().get(written.lead) == Some(&b'#');
            if digits < written.lead || digits > written.lead && !may_go_on {
                continue;
            }
            let Some(label) = fits(scan, start, scheme, written) else { continue };
            if best.is_none_or(|(known, ..)| label > known) {
                best = Some((label, scheme.which, start + written.form.len()));
            }
        }
    }
    if let Some((label, which, end)) = best {
        // Bare digits without a label are rather a card, where they are one too.
        let is_bare = label.is_none() && bytes[start..end].iter().all(u8::is_ascii_digit);
        let evidence = if is_bare { Evidence::Prefix } else { Evidence::Checksum };
        scan.hit(Kind::NationalId(which), start..end, evidence);
    }
}

/// Whether the text at `start` is an identifier of this scheme written so, and where in the stretch before it the
/// scheme's own label ends, if it stands there.
fn fits(scan: &Scan<'_>, start: usize, scheme: &Scheme, written: &Written) -> Option<Option<usize>> {
    let bytes = scan.bytes;
    let mut compact = [0; LONGEST];
    let length = compact_form(&bytes[start..], written.form.as_bytes(), &mut compact)?;
    let compact = &compact[..length];
    let end = start + written.form.len();
    if !ends_here(scan, end) || !(scheme.check)(compact) || is_example(scheme, compact) {
        return None;
    }
    let window = context::before(bytes, start, REACH);
    let label = context::last_mention(window, scheme.labels);
    let has_small_letters = bytes[start..end].iter().any(u8::is_ascii_lowercase);
    let needs_label = written.needs == Needs::Label || has_small_letters;
    (!needs_label || label.is_some() || context::mentions(window, LABELS)).then_some(label)
}

/// The letters and digits of `bytes` in capitals where they are written as `form` says. Returns how many there are.
fn compact_form(bytes: &[u8], form: &[u8], compact: &mut [u8; LONGEST]) -> Option<usize> {
    let mut count = 0;
    for (place, mark) in form.iter().enumerate() {
        let byte = *bytes.get(place)?;
        let (fits, is_kept) = match mark {
            b'9' => (byte.is_ascii_digit(), true),
            b'A' => (byte.is_ascii_alphabetic(), true),
            b'#' => (byte.is_ascii_alphanumeric(), true),
            mark => (byte == *mark, false),
        };
        if !fits {
            return None;
        }
        if is_kept {
            compact[count] = byte.to_ascii_uppercase();
            count += 1;
        }
    }
    Some(count)
}

/// Whether no further character belongs to the identifier.
fn ends_here(scan: &Scan<'_>, end: usize) -> bool {
    let (next, second) = (scan.byte(end), scan.byte(end + 1));
    match next {
        b'-' => !second.is_ascii_alphanumeric(),
        b'.' | b'/' | b',' | b' ' => !second.is_ascii_digit(),
        _ => !is_word(next),
    }
}

fn is_example(scheme: &Scheme, compact: &[u8]) -> bool {
    let first = compact.iter().find(|byte| byte.is_ascii_digit());
    let is_monotonous =
        first.is_some_and(|first| compact.iter().filter(|byte| byte.is_ascii_digit()).all(|byte| byte == first));
    is_monotonous
        || scheme.examples.iter().any(|example| example.as_bytes() == compact)
        || compact.windows(7).any(placeholder::is_sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_consistent_numbers_of_their_scheme() {
        let inconsistent: Vec<_> = SCHEMES
            .iter()
            .flat_map(|scheme| scheme.examples.iter().map(move |example| (scheme.which, *example, scheme.check)))
            .filter(|(_, example, check)| !check(example.as_bytes()))
            .map(|(which, example, _)| (which, example))
            .collect();
        assert_eq!(inconsistent, []);
    }

    #[test]
    fn forms_fit_the_compact_buffer() {
        for written in SCHEMES.iter().flat_map(|scheme| scheme.written) {
            let kept = written.form.bytes().filter(|mark| b"9A#".contains(mark)).count();
            assert!(kept <= LONGEST, "{}", written.form);
        }
    }
}
