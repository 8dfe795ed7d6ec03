//! SEC001: private keys in PEM armour (RFC 7468) and PGP's (RFC 9580).

use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::scan::Scan;

/// The least number of base64 characters of a key; an ellipsis or a word has fewer.
const LEAST_BODY: usize = 64;

/// Looks for a key whose armour begins with the hyphens at `start`.
///
/// The hit covers the armour's first line, so that whoever masks the value masks all that a reader needs to find it, and
/// an excerpt stays one line. The body may be on lines of its own or behind `\n` as JSON and environment files write it.
pub(in crate::sensitive) fn find(scan: &mut Scan<'_>, start: usize) {
    let bytes = &scan.bytes[start..];
    let line = &bytes[..bytes.len().min(64)];
    let Some(rest) = line.strip_prefix(b"-----BEGIN ") else { return };
    let Some(end_of_name) = rest.windows(5).position(|window| window == b"-----") else { return };
    let name = &rest[..end_of_name];
    if !name.ends_with(b"PRIVATE KEY") && !name.ends_with(b"PRIVATE KEY BLOCK") {
        return;
    }
    let header = b"-----BEGIN ".len() + end_of_name + 5;
    let body = &bytes[header..bytes.len().min(header + 2048)];
    let body = &body[..body.windows(5).position(|window| window == b"-----").unwrap_or(body.len())];
    if has_key(body) {
        scan.hit(Kind::PrivateKey, start..start + header, Evidence::Prefix);
    }
}

/// Whether the body holds enough base64, headers such as `Proc-Type: 4,ENCRYPTED` aside.
fn has_key(body: &[u8]) -> bool {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut characters = 0;
    let mut seen = [false; 128];
    for line in body.split(|&byte| byte == b'\n') {
        for piece in line.split(|&byte| byte == b'\\') {
            let piece = piece.trim_ascii();
            let piece = piece.strip_prefix(b"n").filter(|_| line.contains(&b'\\')).unwrap_or(piece);
            let piece = piece.strip_suffix(b"\"").unwrap_or(piece);
            if piece.len() >= 16 && piece.iter().all(is_base64) {
                characters += piece.len();
                piece.iter().for_each(|&byte| seen[usize::from(byte & 127)] = true);
            }
        }
    }
    characters >= LEAST_BODY && seen.iter().filter(|&&seen| seen).count() >= 16
}
