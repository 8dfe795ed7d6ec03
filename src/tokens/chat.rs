//! What a provider wraps around messages and tools.
//!
//! For OpenAI's chat models: three tokens around each message and three that start the answer, see 'How to count tokens
//! with tiktoken' in OpenAI's cookbook. How other providers wrap messages is not public; a chat template of an open model
//! takes three to six tokens a message, so theirs is a band. How tools are written into a prompt is public for nobody:
//! the cookbook's figures for functions lie between half of the manifest's JSON and all of it.

use super::tokenizer::{Tokenizer, Tokens};

/// Around each message: role and delimiters.
pub const PER_MESSAGE: u64 = 3;
/// Before the answer.
pub const ANSWER_START: u64 = 3;
/// Around a message of a model whose chat format is not public: at most this.
const PER_MESSAGE_AT_MOST: u64 = 6;
/// Around each tool, beside its manifest.
const PER_TOOL: u64 = 7;
/// After the list of tools.
const AFTER_TOOLS: u64 = 12;

/// More than what stands around any tool.
pub(super) const AROUND_TOOLS: u64 = 19;

/// What the chat format takes for so many messages.
pub fn format(messages: usize, tokenizer: Tokenizer<'_>) -> Tokens {
    let wrapped = |per_message: u64| per_message * messages as u64 + ANSWER_START;
    let usual = wrapped(PER_MESSAGE);
    match tokenizer {
        Tokenizer::Exact(_) => Tokens::exactly(usual),
        Tokenizer::Local(_) | Tokenizer::Estimated(_) => {
            Tokens { low: usual, likely: usual, high: wrapped(PER_MESSAGE_AT_MOST) }
        }
    }
}

/// What tools take whose manifests are these, as JSON without white space. Always a band.
pub fn tools(manifests: &[String], tokenizer: Tokenizer<'_>) -> Tokens {
    if manifests.is_empty() {
        return Tokens::default();
    }
    let json: Tokens = manifests.iter().map(|manifest| tokenizer.count(manifest)).sum();
    let wrapped = PER_TOOL * manifests.len() as u64 + AFTER_TOOLS;
    Tokens { low: json.low / 2, likely: json.likely, high: json.high + wrapped }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Encoding;

    #[test]
    fn two_messages_are_nine_tokens_more() {
        let exact = Tokenizer::Exact(Encoding::O200kBase);
        assert_eq!(format(2, exact), Tokens::exactly(9));
        assert_eq!(tools(&[], exact), Tokens::default());
        assert!(!tools(&["{\"name\":\"lookup\"}".to_owned()], exact).is_exact());
    }
}
