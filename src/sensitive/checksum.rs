//! Check digits and checksums: the arithmetic that tells a real identifier from a number that looks like one.
//!
//! Every function takes ASCII digits or characters without separators and answers whether the whole is consistent.
//! What is not a digit where one is expected makes the answer `false`, never a panic.

use sha2::{Digest, Sha256};

/// The value of an ASCII digit.
fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// The value of a digit or letter in base 36, letters in either case.
fn base36(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(36)
}

/// Sum of each digit times its weight; `None` where a byte is no digit. Surplus digits or weights are ignored.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> Option<u32> {
    digits.iter().zip(weights).map(|(&byte, weight)| digit(byte).map(|value| value * weight)).sum()
}

/// The digits read as one decimal number modulo `modulus`.
pub(super) fn modulo(digits: &[u8], modulus: u32) -> Option<u32> {
    digits.iter().try_fold(0, |rest, &byte| Some((rest * 10 + digit(byte)?) % modulus))
}

/// Luhn's algorithm, ISO/IEC 7812-1 annex B.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: Option<u32> = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &byte)| {
            let value = digit(byte)? << (place % 2);
            Some(if value > 9 { value - 9 } else { value })
        })
        .sum();
    sum.is_some_and(|sum| sum % 10 == 0)
}

/// ISO/IEC 7064 MOD 97-10 as IBAN uses it (ISO 13616): the first four characters move to the end.
pub(super) fn iban(characters: &[u8]) -> bool {
    if characters.len() < 5 {
        return false;
    }
    let (head, tail) = characters.split_at(4);
    let rest = tail.iter().chain(head).try_fold(0, |rest, &byte| {
        let value = base36(byte)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    });
    rest == Some(1)
}

/// ISO/IEC 7064 MOD 11,10: the German tax id and others.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((last, body)) = digits.split_last() else { return false };
    let product = body.iter().try_fold(10, |product, &byte| {
        let sum = (digit(byte)? + product) % 10;
        Some((if sum == 0 { 10 } else { sum }) * 2 % 11)
    });
    product.zip(digit(*last)).is_some_and(|(product, check)| (product + check) % 10 == 1)
}

/// Verhoeff's algorithm (J. Verhoeff, *Error Detecting Decimal Codes*, 1969), used by Aadhaar.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    // The permutation of the scheme; its powers are applied by place.
    const PERMUTATION: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let rest = digits.iter().rev().enumerate().try_fold(0, |rest, (place, &byte)| {
        let mut value = digit(byte)? as usize;
        for _ in 0..place % 8 {
            value = PERMUTATION[value];
        }
        Some(dihedral(rest, value))
    });
    rest == Some(0)
}

/// Multiplication in the dihedral group of order ten.
fn dihedral(left: usize, right: usize) -> usize {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => 5 + (left + right - 5) % 5,
        (false, true) => 5 + (left - right) % 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

/// CRC-32 (IEEE 802.3, reflected).
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// Six characters of base 62 (digits, capitals, small letters), zero-padded: how GitHub and npm write the checksum of a
/// token (<https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>).
pub(super) fn base62_6(mut value: u32) -> [u8; 6] {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut out = [b'0'; 6];
    for place in out.iter_mut().rev() {
        *place = ALPHABET[(value % 62) as usize];
        value /= 62;
    }
    out
}

/// Base58Check with a payload of 21 bytes (version and hash), the older Bitcoin addresses and their kin.
/// Returns the version byte. <https://en.bitcoin.it/wiki/Base58Check_encoding>
pub(super) fn base58check(text: &[u8]) -> Option<u8> {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    if text.len() > 36 {
        return None;
    }
    let mut out = [0u8; 25];
    for byte in text {
        let mut carry = ALPHABET.iter().position(|letter| letter == byte)?;
        for place in out.iter_mut().rev() {
            carry += usize::from(*place) * 58;
            *place = u8::try_from(carry % 256).ok()?;
            carry /= 256;
        }
        if carry > 0 {
            return None;
        }
    }
    let hash = Sha256::digest(Sha256::digest(&out[..21]));
    (hash[..4] == out[21..]).then_some(out[0])
}

/// Bech32 and Bech32m (BIP 173 and BIP 350) of a whole lower- or upper-case address.
pub(super) fn bech32(text: &[u8]) -> bool {
    const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let step = |rest: u32, value: u32| {
        GENERATOR.iter().enumerate().fold((rest & 0x01ff_ffff) << 5 ^ value, |next, (bit, generator)| {
            if rest >> 25 >> bit & 1 == 1 { next ^ generator } else { next }
        })
    };
    let lower = text.to_ascii_lowercase();
    if text != lower && text != text.to_ascii_uppercase() {
        return false;
    }
    let Some(split) = lower.iter().rposition(|&byte| byte == b'1') else { return false };
    let (name, data) = (&lower[..split], &lower[split + 1..]);
    let name_values = name.iter().map(|&byte| u32::from(byte >> 5)).chain([0]);
    let name_values = name_values.chain(name.iter().map(|&byte| u32::from(byte & 31)));
    let rest = name_values.fold(1, step);
    let rest = data.iter().try_fold(rest, |rest, byte| {
        let value = CHARSET.iter().position(|letter| letter == byte)?;
        Some(step(rest, u32::try_from(value).ok()?))
    });
    !name.is_empty() && data.len() >= 6 && matches!(rest, Some(1 | 0x2bc8_30a3))
}

/// EIP-55: the case of each hexadecimal letter of an Ethereum address repeats a bit of the Keccak-256 of the address.
/// Takes the forty hexadecimal digits. <https://eips.ethereum.org/EIPS/eip-55>
pub(super) fn eip55(hex: &[u8]) -> bool {
    let hash = keccak256(&hex.to_ascii_lowercase());
    hex.len() == 40
        && hex.iter().enumerate().all(|(place, byte)| {
            let nibble = hash[place / 2] >> (if place % 2 == 0 { 4 } else { 0 }) & 15;
            byte.is_ascii_digit() || byte.is_ascii_hexdigit() && byte.is_ascii_uppercase() == (nibble >= 8)
        })
}

/// Keccak-256 as Ethereum uses it (padding 0x01) of a message shorter than one block of 136 bytes.
fn keccak256(message: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 136];
    let length = message.len().min(135);
    block[..length].copy_from_slice(&message[..length]);
    block[length] ^= 1;
    block[135] ^= 0x80;
    let mut state = [0u64; 25];
    for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
        *lane = bytes.iter().rev().fold(0, |lane, &byte| lane << 8 | u64::from(byte));
    }
    keccak_f(&mut state);
    let mut out = [0u8; 32];
    for (bytes, lane) in out.chunks_exact_mut(8).zip(state) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    out
}

/// The permutation Keccak-f[1600], FIPS 202 section 3; the round constants come from its linear feedback register.
fn keccak_f(state: &mut [u64; 25]) {
    let mut register = 1u8;
    for _ in 0..24 {
        let column: [u64; 5] = std::array::from_fn(|x| (0..5).fold(0, |sum, y| sum ^ state[x + 5 * y]));
        for (place, lane) in state.iter_mut().enumerate() {
            *lane ^= column[(place + 4) % 5] ^ column[(place + 1) % 5].rotate_left(1);
        }
        let (mut x, mut y, mut current) = (1, 0, state[1]);
        for step in 0..24 {
            (x, y) = (y, (2 * x + 3 * y) % 5);
            let turn = (step + 1) * (step + 2) / 2 % 64;
            let moved = current.rotate_left(turn);
            current = std::mem::replace(&mut state[x + 5 * y], moved);
        }
        for row in state.chunks_exact_mut(5) {
            let old = [row[0], row[1], row[2], row[3], row[4]];
            for x in 0..5 {
                row[x] = old[x] ^ (!old[(x + 1) % 5] & old[(x + 2) % 5]);
            }
        }
        for bit in 0..7 {
            if register & 1 == 1 {
                state[0] ^= 1 << ((1u32 << bit) - 1);
            }
            register = register << 1 ^ if register & 0x80 == 0 { 0 } else { 0x71 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_are_consistent() {
        assert!(luhn(b"79927398713"));
        assert!(iban(b"GB82WEST12345698765432"));
        assert!(mod_11_10(b"86095742719"));
        assert!(verhoeff(b"2363"));
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(base58check(b"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"), Some(0));
        assert!(bech32(b"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"));
        assert!(bech32(b"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"));
        assert!(eip55(b"5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
    }

    #[test]
    fn one_wrong_character_is_noticed() {
        assert!(!luhn(b"79927398710"));
        assert!(!iban(b"GB82WEST12345698765431"));
        assert!(!mod_11_10(b"86095742718"));
        assert!(!verhoeff(b"2364"));
        assert_eq!(base58check(b"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"), None);
        assert!(!bech32(b"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T5"));
        assert!(!eip55(b"5aAeb6053f3E94C9b9A09f33669435E7Ef1BeAed"));
    }

    #[test]
    fn bytes_that_are_no_digits_are_no_panic() {
        for text in [&b""[..], b"x", b"12x4", "é".as_bytes()] {
            assert!(!iban(text) && !mod_11_10(text) && !bech32(text) && !eip55(text));
            assert_eq!(weighted(text, &[1]).is_none(), !text.is_empty() && !text[0].is_ascii_digit());
        }
    }
}
