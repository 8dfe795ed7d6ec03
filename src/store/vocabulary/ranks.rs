//! The format of tiktoken's vocabularies: one token a line, its bytes in base64, a space, its rank.
#![expect(clippy::disallowed_types, reason = "tokens are looked up, never walked through")]

use std::collections::HashMap;
use std::fmt;

/// Tokens by their bytes, with their ranks: the lower is merged first.
pub struct Ranks {
    ranks: HashMap<Box<[u8]>, u32>,
    longest: usize,
}

impl Ranks {
    /// Reads a `.tiktoken` file. Lines that are blank are left out.
    ///
    /// # Errors
    /// The first line that is no token with its rank or a token again, or a byte that is no token: text that holds it
    /// could not be cut.
    pub fn parse(content: &[u8]) -> Result<Self, String> {
        let mut ranks = HashMap::new();
        let mut longest = 0;
        for (at, line) in content.split(|&byte| byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let number = at + 1;
            let (token, rank) =
                entry(line).ok_or_else(|| format!("line {number} is not a token in base64, a space and its rank"))?;
            longest = longest.max(token.len());
            if ranks.insert(token.into_boxed_slice(), rank).is_some() {
                return Err(format!("line {number} has a token that an earlier line has"));
            }
        }
        match (0..=u8::MAX).find(|byte| !ranks.contains_key([*byte].as_slice())) {
            Some(byte) => Err(format!("the byte 0x{byte:02X} is no token of it")),
            None => Ok(Self { ranks, longest }),
        }
    }

    /// The rank of `token`; `None` where it is none.
    #[inline]
    pub fn rank(&self, token: &[u8]) -> Option<u32> {
        if token.len() > self.longest { None } else { self.ranks.get(token).copied() }
    }
}

impl fmt::Debug for Ranks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ranks").field("tokens", &self.ranks.len()).finish_non_exhaustive()
    }
}

fn entry(line: &[u8]) -> Option<(Vec<u8>, u32)> {
    let space = memchr::memchr(b' ', line)?;
    let rank = str::from_utf8(&line[space + 1..]).ok()?.parse().ok()?;
    let token = base64(&line[..space])?;
    (!token.is_empty()).then_some((token, rank))
}

/// Decodes the standard alphabet of RFC 4648, section 4, with padding.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take_while(|&&byte| byte == b'=').count();
    let digits = text.get(..text.len() - padding).filter(|_| padding < 3)?;
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in digits.chunks(4) {
        let mut bits = 0;
        for &byte in group {
            bits = bits << 6 | sextet(byte)?;
        }
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    fn bytes() -> String {
        (0..=u8::MAX).map(|byte| format!("{} {byte}\n", STANDARD.encode([byte]))).collect()
    }

    #[test]
    fn a_file_is_tokens_and_ranks() {
        let ranks = Ranks::parse(format!("{}\r\n{} 256\n", bytes(), STANDARD.encode("the")).as_bytes()).unwrap();
        assert_eq!(ranks.rank(b"the"), Some(256));
        assert_eq!(ranks.rank(b"t"), Some(u32::from(b't')));
        assert_eq!(ranks.rank(b"them"), None);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let reason = |text: &str| Ranks::parse(text.as_bytes()).unwrap_err();
        assert_eq!(reason(""), "the byte 0x00 is no token of it");
        assert_eq!(reason("AA== 0\nversion: 1\n"), "line 2 is not a token in base64, a space and its rank");
        assert_eq!(reason("AA== 0\nAA== 1\n"), "line 2 has a token that an earlier line has");
        assert_eq!(reason("AAA 0\n"), "line 1 is not a token in base64, a space and its rank");
        assert_eq!(reason("\u{feff}AA== x\n"), "line 1 is not a token in base64, a space and its rank");
    }

    proptest! {
        #[test]
        fn base64_is_read_as_it_was_written(bytes: Vec<u8>) {
            prop_assert_eq!(base64(STANDARD.encode(&bytes).as_bytes()), Some(bytes));
        }

        #[test]
        fn nothing_makes_the_reader_panic(bytes: Vec<u8>) {
            drop(Ranks::parse(&bytes));
        }
    }
}
