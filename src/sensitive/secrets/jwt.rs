//! SEC003: JSON web tokens (RFC 7519) with a signature.

use super::randomness;
use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::scan::Scan;

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 8192;

/// Looks for a token that begins at `start`: header, payload and signature in base64url with dots between.
pub(super) fn find(scan: &mut Scan<'_>, start: usize) {
    let bytes = &scan.bytes[start..scan.bytes.len().min(start + LONGEST)];
    if !bytes.starts_with(b"eyJ") {
        return;
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = bytes.iter().take_while(|byte| is_part(byte) || **byte == b'.').count();
    let length = bytes[..length].iter().rposition(|byte| *byte != b'.').map_or(0, |last| last + 1);
    let mut parts = bytes[..length].split(|&byte| byte == b'.');
    let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next()) else { return };
    let (Some(header), Some(payload)) = (decode(header), decode(payload)) else { return };
    let is_header = header.starts_with(b"{") && has(&header, b"\"alg\"");
    // An encrypted token (RFC 7516) has five parts and a payload that doesn't read as JSON.
    let is_token = payload.starts_with(b"{") && payload.ends_with(b"}") || parts.count() == 2;
    if is_header && is_token && randomness::is_random(signature) && !is_sample(&payload) {
        scan.hit(Kind::JsonWebToken, start..start + length, Evidence::Prefix);
    }
}

/// The payload of the token on jwt.io, which documentation copies.
fn is_sample(payload: &[u8]) -> bool {
    has(payload, b"\"John Doe\"") || has(payload, b"1516239022")
}

fn has(bytes: &[u8], piece: &[u8]) -> bool {
    bytes.windows(piece.len()).any(|window| window == piece)
}

/// Decodes base64url without padding (RFC 4648 section 5).
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut width) = (0u32, 0);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        width += 6;
        if width >= 8 {
            width -= 8;
            out.push((bits >> width & 0xff) as u8);
        }
    }
    Some(out)
}
