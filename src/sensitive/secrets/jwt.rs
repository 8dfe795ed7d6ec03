//! SEC003: JSON web tokens (RFC 7519) with a signature.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

use super::randomness;
use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::scan::Scan;

/// RFC 4648, section 5, without padding. Not every issuer leaves the unused bits zero.
const BASE64: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

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
    let (Ok(header), Ok(payload)) = (BASE64.decode(header), BASE64.decode(payload)) else { return };
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
