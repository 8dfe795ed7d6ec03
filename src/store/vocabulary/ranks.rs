//! The format of tiktoken's vocabularies: one token a line, its bytes in base64, a space, its rank.
#![expect(clippy::disallowed_types, reason = "tokens are looked up, never walked through")]

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

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
    let token = STANDARD.decode(&line[..space]).ok()?;
    (!token.is_empty()).then_some((token, rank))
}

#[cfg(test)]
mod tests {
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
        fn a_token_is_read_as_it_was_written(bytes: Vec<u8>, rank: u32) {
            let line = format!("{} {rank}", STANDARD.encode(&bytes));
            prop_assert_eq!(entry(line.as_bytes()), (!bytes.is_empty()).then_some((bytes, rank)));
        }

        #[test]
        fn nothing_makes_the_reader_panic(bytes: Vec<u8>) {
            drop(Ranks::parse(&bytes));
        }
    }
}
