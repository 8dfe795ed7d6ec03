//! Secrets: what opens something for whoever holds it.

pub(super) mod assignment;
mod jwt;
pub(super) mod private_key;
pub(super) mod prose;
mod provider;
mod randomness;
pub(super) mod url;

use super::scan::Scan;

/// Looks at a word that is long enough for a key.
pub(super) fn find_in_word(scan: &mut Scan<'_>, start: usize, end: usize) {
    if scan.bytes[start..end].starts_with(b"-----") {
        private_key::find(scan, start);
        return;
    }
    // A word behind a dot is a later part of a token that was looked at already, unless a prefix ends in that dot.
    let previous = scan.previous(start);
    if previous != b'.' {
        jwt::find(scan, start);
    }
    // Underscores and hyphens of Markdown around a key are not the key's; behind a dot or colon they are.
    let marks = scan.bytes[start..end].iter().take_while(|byte| matches!(byte, b'_' | b'-')).count();
    let start = if matches!(previous, b'.' | b':') { start } else { start + marks };
    if start < end {
        provider::find(scan, start, end);
    }
}
