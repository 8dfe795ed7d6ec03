//! The encodings that are counted exactly, by name.

use std::fmt;
use std::str::FromStr;

use super::merge::Merger;
use super::scanner;
use super::table::Table;
use super::{tokens_at_least, tokens_at_most};

static O200K: Table = Table::new(include_bytes!("tables/o200k.bin"));
static CL100K: Table = Table::new(include_bytes!("tables/cl100k.bin"));
static P50K: Table = Table::new(include_bytes!("tables/p50k.bin"));

/// A published vocabulary and its pattern, under its official name.
///
/// Text is always ordinary text: what spells a special token, such as `<|endoftext|>`, is counted as the characters
/// that it is, because that is what a prompt's author wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// `o200k_base`: GPT-4o and later.
    O200kBase,
    /// `o200k_harmony`: gpt-oss. Differs from `o200k_base` in special tokens alone.
    O200kHarmony,
    /// `cl100k_base`: GPT-3.5 Turbo, GPT-4, the second and third generation of embeddings.
    Cl100kBase,
    /// `p50k_base`: code models and the late GPT-3 ones.
    P50kBase,
    /// `r50k_base`, also known as `gpt2`: GPT-2 and the early GPT-3 models.
    R50kBase,
}

/// A name that is none of the encodings'.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an encoding with an embedded vocabulary")]
pub struct UnknownEncoding(String);

impl Encoding {
    /// Every encoding, newest first.
    pub const ALL: [Self; 5] = [Self::O200kBase, Self::O200kHarmony, Self::Cl100kBase, Self::P50kBase, Self::R50kBase];

    /// The official name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::O200kBase => "o200k_base",
            Self::O200kHarmony => "o200k_harmony",
            Self::Cl100kBase => "cl100k_base",
            Self::P50kBase => "p50k_base",
            Self::R50kBase => "r50k_base",
        }
    }

    /// How many tokens `text` is. Takes time linear in its length, whatever it holds.
    pub fn count(self, text: &str) -> usize {
        let mut count = 0;
        self.each_piece(text, |tokens| count += tokens.len());
        count
    }

    /// Whether `text` is at most `limit` tokens. Counts only where the bounds leave it open.
    pub fn fits(self, text: &str, limit: usize) -> bool {
        tokens_at_most(text) <= limit || (tokens_at_least(text) <= limit && self.count(text) <= limit)
    }

    /// The tokens of `text`.
    pub fn encode(self, text: &str) -> Vec<u32> {
        let mut all = Vec::with_capacity(text.len() / 4);
        self.each_piece(text, |tokens| all.extend_from_slice(tokens));
        all
    }

    #[inline]
    fn each_piece(self, text: &str, see: impl FnMut(&[u32])) {
        // One loop for each pattern, so that the compiler can put the pattern into it.
        match self {
            Self::O200kBase | Self::O200kHarmony => each_piece(scanner::o200k, self.merger(), text, see),
            Self::Cl100kBase => each_piece(scanner::cl100k, self.merger(), text, see),
            Self::P50kBase | Self::R50kBase => each_piece(scanner::gpt2, self.merger(), text, see),
        }
    }

    /// `p50k_base` is `r50k_base` and 24 more tokens, so a smaller vocabulary of the same table is the other one.
    pub(super) fn merger(self) -> Merger {
        match self {
            Self::O200kBase | Self::O200kHarmony => Merger::new(&O200K, 199_998),
            Self::Cl100kBase => Merger::new(&CL100K, 100_256),
            Self::P50kBase => Merger::new(&P50K, 50_281),
            Self::R50kBase => Merger::new(&P50K, 50_256),
        }
    }
}

impl Encoding {
    /// How many tokens `text` is in a vocabulary of the first `size` tokens.
    #[cfg(test)]
    pub(super) fn count_below(self, size: u32, text: &str) -> usize {
        let mut count = 0;
        each_piece(self.end_of_piece(), self.merger().below(size), text, |tokens| count += tokens.len());
        count
    }

    /// The bytes of `token`.
    #[cfg(test)]
    pub(super) fn bytes_of(self, token: u32) -> Vec<u8> {
        self.merger().bytes_of(token)
    }

    /// The pattern that cuts text: the end of the piece that starts at a place in it.
    pub(super) fn end_of_piece(self) -> fn(&[u8], usize) -> usize {
        match self {
            Self::O200kBase | Self::O200kHarmony => scanner::o200k,
            Self::Cl100kBase => scanner::cl100k,
            Self::P50kBase | Self::R50kBase => scanner::gpt2,
        }
    }
}

#[inline]
fn each_piece(pattern: impl Fn(&[u8], usize) -> usize, mut merger: Merger, text: &str, mut see: impl FnMut(&[u32])) {
    let text = text.as_bytes();
    let mut start = 0;
    while start < text.len() {
        let end = pattern(text, start);
        see(merger.merge(&text[start..end]));
        start = end;
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    /// Reads an official name, or `gpt2`, as which `r50k_base` is known too.
    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        match name {
            "gpt2" => Ok(Self::R50kBase),
            _ => Self::ALL
                .into_iter()
                .find(|encoding| encoding.as_str() == name)
                .ok_or_else(|| UnknownEncoding(name.to_owned())),
        }
    }
}
