//! PII008 and PII009: public IP addresses and hardware addresses.

use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::context;
use crate::sensitive::scan::{Scan, is_word};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Words before four numbers with dots that make them a version or a section.
static VERSION: &[&str] =
    &["version", "versions", "ver", "v", "release", "build", "section", "sec", "chapter", "rev", "oid", "clause", "§"];

/// Looks for an IPv4 address that begins at the digit at `start`.
pub(super) fn find_v4(scan: &mut Scan<'_>, start: usize) {
    let bytes = scan.bytes;
    let rest = &bytes[start..bytes.len().min(start + 16)];
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let length = if rest[..length].ends_with(b".") { length - 1 } else { length };
    // Six characters and a dot among the first four rule out almost every number.
    if length < 7 || !rest[1..4].contains(&b'.') || length > 15 {
        return;
    }
    let Some(address) = scan.text.get(start..start + length).and_then(|text| text.parse::<Ipv4Addr>().ok()) else {
        return;
    };
    let (before, after) = (scan.previous(start), scan.byte(start + length));
    let is_path = before == b'/' && scan.previous(start - 1) != b'/'
        || is_word(before)
        || matches!(before, b'.' | b'^' | b'~' | b'>');
    let goes_on = is_word(after) || matches!(after, b'.' | b'+') && is_word(scan.byte(start + length + 1));
    if is_path || goes_on || !is_public_v4(address) || before == b':' && bytes[..start].ends_with(b"::") {
        return;
    }
    if !context::mentions(context::before(bytes, start, 12), VERSION) {
        scan.hit(Kind::IpAddress, start..start + length, Evidence::Prefix);
    }
}

/// Not private, shared, local, for documentation, benchmarks, or multicast (RFC 6890), no well-known public resolver, and
/// not four small numbers, which are versions and sections of documents.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let octets = address.octets();
    let is_shared = octets[0] == 100 && (64..128).contains(&octets[1]);
    let is_benchmark = octets[0] == 198 && (18..20).contains(&octets[1]);
    let is_version = octets.iter().all(|&octet| octet < 20) || octets[1..] == [0, 0, 0] || octets[2..] == [0, 0];
    let is_sequence = octets.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)) || octets == [12, 34, 56, 78];
    let is_resolver = matches!(
        octets,
        [8, 8, 8 | 4, 4 | 8]
            | [1, 1 | 0, 1 | 0, 1..=3]
            | [9, 9, 9, 9 | 10]
            | [208, 67, 22 | 220 | 222, _]
            | [168, 63, 129, 16]
    );
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_unspecified()
        || octets[0] == 0
        || octets[0] >= 224
        || is_shared
        || is_benchmark
        || is_version
        || is_sequence
        || is_resolver)
}

/// Looks at the first `:` of an IPv6 or hardware address, at `at`.
pub(in crate::sensitive) fn find_colons(scan: &mut Scan<'_>, at: usize) {
    let bytes = scan.bytes;
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
    let next = scan.byte(at + 1);
    if !is_part(&next) {
        return;
    }
    let before = bytes[at.saturating_sub(5)..at].iter().rev().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let start = at - before;
    let left = scan.previous(start);
    if before > 4 || left == b':' || is_word(left) || left == b'.' || left == b'/' {
        return;
    }
    let rest = &bytes[start..bytes.len().min(start + 46)];
    let length = rest.iter().take_while(|byte| is_part(byte) || **byte == b'.').count();
    let length = rest[..length].iter().rposition(|byte| *byte != b'.' && *byte != b':').map_or(0, |last| last + 1);
    if length < 6 || rest[..length].iter().filter(|byte| **byte == b':').count() < 2 {
        return;
    }
    let after = scan.byte(start + length);
    if is_word(after) || after == b':' {
        return;
    }
    let value = &rest[..length];
    if is_mac(value, b':') {
        if is_device(value) {
            scan.hit(Kind::MacAddress, start..start + length, Evidence::Shape);
        }
    } else if scan.text[start..start + length].parse::<Ipv6Addr>().is_ok_and(is_public_v6) {
        scan.hit(Kind::IpAddress, start..start + length, Evidence::Prefix);
    }
}

/// Global unicast (2000::/3 and what the registries have not handed out yet), without documentation (RFC 3849, RFC 9637),
/// tunnels and benchmarks, and with more than one group in front: `a::b` is a path in C++ and Rust.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let groups = address.segments();
    let is_documentation = groups[0] == 0x2001 && groups[1] == 0x0db8 || groups[0] == 0x3fff;
    let is_resolver = matches!(groups[..2], [0x2001, 0x4860] | [0x2606, 0x4700] | [0x2620, 0x00fe]);
    let is_reserved =
        groups[0] < 0x0100 || groups[0] >= 0xfc00 || groups[0] == 0x2001 && groups[1] < 0x0200 || groups[0] == 0x0100;
    let is_thin = groups.iter().filter(|&&group| group != 0).count() < 3;
    !(is_documentation || is_resolver || is_reserved || is_thin)
}

/// Looks at a word that may be a hardware address with hyphens.
pub(super) fn find_mac(scan: &mut Scan<'_>, start: usize, end: usize) {
    let value = &scan.bytes[start..end];
    if is_mac(value, b'-') && is_device(value) {
        scan.hit(Kind::MacAddress, start..end, Evidence::Shape);
    }
}

/// Six pairs of hexadecimal digits (IEEE 802, EUI-48).
fn is_mac(value: &[u8], separator: u8) -> bool {
    value.len() == 17
        && value.iter().enumerate().all(
            |(place, byte)| {
                if place % 3 == 2 { *byte == separator } else { byte.is_ascii_hexdigit() }
            },
        )
}

/// Not a documentation address (RFC 7042: `00-00-5E-00-53-xx`), broadcast, multicast, or an invented sequence.
fn is_device(value: &[u8]) -> bool {
    let pair = |place: usize| {
        let hex = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0);
        hex(value[place * 3]) * 16 + hex(value[place * 3 + 1])
    };
    let pairs: [u32; 6] = std::array::from_fn(pair);
    let step = pairs[1].wrapping_sub(pairs[0]);
    let is_sequence = pairs.windows(2).all(|two| two[1].wrapping_sub(two[0]) == step);
    let is_vendor_only = pairs[3..] == [0, 0, 0];
    let is_known = matches!(
        pairs,
        [0, 0, 0x5e, 0, 0x53, _]
            | [0xde, 0xad, 0xbe, 0xef, ..]
            | [0, 0x1a, 0x2b, 0x3c, 0x4d, 0x5e]
            | [_, _, _, 0x11, 0x22, 0x33]
            | [0, 0x1b, 0x44, 0x11, 0x3a, 0xb7]
    );
    pairs[0] & 1 == 0 && !is_sequence && !is_vendor_only && !is_known
}
