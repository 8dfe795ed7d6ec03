//! The format of Hugging Face's tokenizers, read by their own library.

use std::fmt;

/// A whole tokenizer: normalisation, pattern, vocabulary.
pub struct TokenizerJson(tokenizers::Tokenizer);

impl TokenizerJson {
    /// Reads a `tokenizer.json`. Truncation and padding, which some published files have, are left out: they are how a
    /// model was trained or served, not how its text is cut.
    ///
    /// # Errors
    /// What the library says.
    pub fn parse(content: &[u8]) -> Result<Self, String> {
        let mut tokenizer = tokenizers::Tokenizer::from_bytes(content).map_err(|error| error.to_string())?;
        tokenizer.with_truncation(None).map_err(|error| error.to_string())?;
        tokenizer.with_padding(None);
        Ok(Self(tokenizer))
    }

    /// How many tokens `text` is, without those that start and end a sequence; `None` where the tokenizer cannot cut it.
    pub fn count(&self, text: &str) -> Option<usize> {
        self.0.encode_fast(text, false).ok().map(|encoding| encoding.len())
    }
}

impl fmt::Debug for TokenizerJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenizerJson").finish_non_exhaustive()
    }
}
