//! How many tokens a text is: exactly for the published encodings, as a range for the others.
//!
//! Counting needs no start-up: the vocabularies lie in the binary as they are used, see `table.rs`. A text is cut into
//! pieces (`scanner.rs`), and each piece is merged into tokens (`merge.rs`).
//!
//! How many tokens a prompt is, at most, is another question: [`bound`] answers it from the shape of its templates, and
//! [`report`] puts prices on it.

pub mod bound;
pub mod chat;
pub mod diff;
mod encoding;
mod estimate;
#[cfg(test)]
mod generate;
mod local;
mod merge;
#[cfg(test)]
mod oracle;
pub mod report;
mod scanner;
mod table;
pub mod tokenizer;
pub mod traffic;
mod unicode;
mod values;
mod weigh;

pub use encoding::{Encoding, UnknownEncoding};
pub use estimate::{Estimate, Family, estimate};
pub use local::Local;

/// A bound without counting, for every tokenizer that has each byte as a token: no text has more tokens than bytes.
pub fn tokens_at_most(text: &str) -> usize {
    text.len()
}

/// A bound without counting, for every [`Encoding`]: no token is longer than 128 bytes.
pub fn tokens_at_least(text: &str) -> usize {
    text.len().div_ceil(LONGEST_TOKEN)
}

/// Of all embedded vocabularies, in bytes: runs of spaces and dashes.
const LONGEST_TOKEN: usize = 128;
