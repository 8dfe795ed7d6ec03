//! Which tokenizer a model has, and how many tokens it makes of a text.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use super::{Encoding, Family, estimate};
use crate::store::Store;
use crate::store::model::Model;
use crate::store::prompt::Prompt;

/// How tokens are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokenizer {
    /// With the model's own vocabulary.
    Exact(Encoding),
    /// By the text's scripts: the vocabulary is not public or not embedded.
    Estimated(Family),
}

/// A number of tokens with its band; all three are equal where it was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Nearly always at least this.
    pub low: u64,
    /// The number, or the likely one.
    pub likely: u64,
    /// Nearly always at most this.
    pub high: u64,
}

impl Tokens {
    /// A number that is known.
    pub fn exactly(tokens: u64) -> Self {
        Self { low: tokens, likely: tokens, high: tokens }
    }

    /// Whether it is no estimate.
    pub fn is_exact(self) -> bool {
        self.low == self.high
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, factor: u64) -> Self {
        self.map(|tokens| tokens.saturating_mul(factor))
    }

    fn map(self, change: impl Fn(u64) -> u64) -> Self {
        Self { low: change(self.low), likely: change(self.likely), high: change(self.high) }
    }
}

impl Add for Tokens {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            low: self.low.saturating_add(other.low),
            likely: self.likely.saturating_add(other.likely),
            high: self.high.saturating_add(other.high),
        }
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

impl Tokenizer {
    /// The tokenizer of `model`: the one that its entry names, else the one of its provider's id.
    pub fn of_model(model: &Model) -> Self {
        let provider = model.provider.as_ref().map_or("", |provider| provider.value.as_str());
        let id = model.model.as_ref().map_or("", |id| id.value.as_str());
        match &model.tokenizer {
            None => Self::of_provider_id(provider, id),
            Some(name) => match name.value.parse() {
                Ok(encoding) => Self::Exact(encoding),
                Err(_) => {
                    Self::Estimated(family(&name.value).or_else(|| family(id)).unwrap_or_else(|| of_maker(provider)))
                }
            },
        }
    }

    /// The tokenizer of what a provider calls `id`, such as `openai/gpt-4o-mini`. OpenAI publishes which of its models
    /// has which encoding: <https://github.com/openai/tiktoken/blob/main/tiktoken/model.py>.
    pub fn of_provider_id(provider: &str, id: &str) -> Self {
        let lower = id.to_ascii_lowercase();
        let name = lower.rsplit(['/', '|']).next().unwrap_or_default();
        let name = name.strip_prefix("ft:").unwrap_or(name);
        if let Some((_, encoding)) = OPENAI.iter().find(|(start, _)| name.starts_with(start)) {
            return Self::Exact(*encoding);
        }
        Self::Estimated(family(&lower).unwrap_or_else(|| of_maker(provider)))
    }

    /// How many tokens `text` is.
    pub fn count(self, text: &str) -> Tokens {
        match self {
            Self::Exact(encoding) => Tokens::exactly(encoding.count(text) as u64),
            Self::Estimated(family) => {
                let found = estimate(text, family);
                Tokens { low: found.low as u64, likely: found.tokens as u64, high: found.high as u64 }
            }
        }
    }

    /// Whether it counts and does not estimate.
    pub fn is_exact(self) -> bool {
        matches!(self, Self::Exact(_))
    }
}

impl fmt::Display for Tokenizer {
    /// `o200k_base, exact` or `estimated`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(encoding) => write!(f, "{encoding}, exact"),
            Self::Estimated(_) => f.write_str("estimated"),
        }
    }
}

/// How a model's id starts, the longer ones of two first.
const OPENAI: &[(&str, Encoding)] = &[
    ("gpt-oss", Encoding::O200kHarmony),
    ("gpt-5", Encoding::O200kBase),
    ("gpt-4o", Encoding::O200kBase),
    ("gpt-4.1", Encoding::O200kBase),
    ("gpt-4.5", Encoding::O200kBase),
    ("chatgpt-4o", Encoding::O200kBase),
    ("codex-mini", Encoding::O200kBase),
    ("o1", Encoding::O200kBase),
    ("o3", Encoding::O200kBase),
    ("o4", Encoding::O200kBase),
    ("gpt-4", Encoding::Cl100kBase),
    ("gpt-3.5", Encoding::Cl100kBase),
    ("gpt-35", Encoding::Cl100kBase),
    ("text-embedding-3", Encoding::Cl100kBase),
    ("text-embedding-ada-002", Encoding::Cl100kBase),
    ("davinci-002", Encoding::Cl100kBase),
    ("babbage-002", Encoding::Cl100kBase),
    ("text-davinci-003", Encoding::P50kBase),
    ("text-davinci-002", Encoding::P50kBase),
    ("code-davinci", Encoding::P50kBase),
    ("code-cushman", Encoding::P50kBase),
    ("gpt2", Encoding::R50kBase),
    ("gpt-2", Encoding::R50kBase),
    ("davinci", Encoding::R50kBase),
    ("curie", Encoding::R50kBase),
    ("babbage", Encoding::R50kBase),
];

/// Words in a model's or a tokenizer's name that say whose it is.
const FAMILIES: &[(&str, Family)] = &[
    ("claude", Family::Anthropic),
    ("gemini", Family::Gemini),
    ("gemma", Family::Gemini),
    ("mistral", Family::Mistral),
    ("mixtral", Family::Mistral),
    ("ministral", Family::Mistral),
    ("magistral", Family::Mistral),
    ("codestral", Family::Mistral),
    ("devstral", Family::Mistral),
    ("pixtral", Family::Mistral),
    ("qwen", Family::Qwen),
    ("qwq", Family::Qwen),
    ("llama", Family::Llama),
];

fn family(name: &str) -> Option<Family> {
    let name = name.to_ascii_lowercase();
    FAMILIES.iter().find(|(word, _)| name.contains(word)).map(|(_, family)| *family)
}

fn of_maker(provider: &str) -> Family {
    match provider.to_ascii_lowercase().as_str() {
        "anthropic" => Family::Anthropic,
        "google" | "googleai" | "vertexai" => Family::Gemini,
        "meta" => Family::Llama,
        "mistral" | "mistralai" => Family::Mistral,
        _ => Family::Other,
    }
}

/// The model that a prompt is counted for.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// What it is called where it was named: a registry entry's id or a provider's.
    pub name: Option<&'a str>,
    /// Its entry in the registry, if it has one.
    pub model: Option<&'a Model>,
    /// How its tokens are counted.
    pub tokenizer: Tokenizer,
}

impl<'a> Target<'a> {
    /// The model that `prompt` names, else the store's default one.
    pub fn of(prompt: &'a Prompt, store: &'a Store) -> Self {
        let named = prompt.model.as_ref().or(store.config().default_model.as_ref());
        named.map_or(Self { name: None, model: None, tokenizer: Tokenizer::Estimated(Family::Other) }, |name| {
            Self::named(&name.value, store)
        })
    }

    /// The model called `name`: a registry entry's id, or a provider's.
    pub fn named(name: &'a str, store: &'a Store) -> Self {
        match store.model(name) {
            Some(model) => {
                Self { name: Some(model.id.as_str()), model: Some(model), tokenizer: Tokenizer::of_model(model) }
            }
            None => {
                let provider = name.split_once('/').map_or("", |(provider, _)| provider);
                Self { name: Some(name), model: None, tokenizer: Tokenizer::of_provider_id(provider, name) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_id_says_how_it_counts() {
        use Encoding::{Cl100kBase, O200kBase, O200kHarmony, P50kBase, R50kBase};
        for (id, expected) in [
            ("openai/gpt-4o-mini", Tokenizer::Exact(O200kBase)),
            ("gpt-5.1-2026-03-11", Tokenizer::Exact(O200kBase)),
            ("openai/gpt-oss-20b", Tokenizer::Exact(O200kHarmony)),
            ("o3-mini", Tokenizer::Exact(O200kBase)),
            ("gpt-4-turbo", Tokenizer::Exact(Cl100kBase)),
            ("azure/gpt-35-turbo", Tokenizer::Exact(Cl100kBase)),
            ("ft:gpt-3.5-turbo:acme", Tokenizer::Exact(Cl100kBase)),
            ("text-davinci-003", Tokenizer::Exact(P50kBase)),
            ("davinci", Tokenizer::Exact(R50kBase)),
            ("anthropic/claude-sonnet-4-5", Tokenizer::Estimated(Family::Anthropic)),
            ("googleai/gemini-2.5-flash", Tokenizer::Estimated(Family::Gemini)),
            ("meta-llama/Llama-3.3-70B", Tokenizer::Estimated(Family::Llama)),
            ("mystery", Tokenizer::Estimated(Family::Other)),
        ] {
            let provider = id.split_once('/').map_or("", |(provider, _)| provider);
            assert_eq!(Tokenizer::of_provider_id(provider, id), expected, "{id}");
        }
    }

    #[test]
    fn tokens_add_up_and_never_overflow() {
        let some = Tokens { low: 1, likely: 2, high: 3 };
        assert_eq!(some + Tokens::exactly(5), Tokens { low: 6, likely: 7, high: 8 });
        assert_eq!(some.times(u64::MAX).high, u64::MAX);
        assert!(!some.is_exact() && Tokens::exactly(1).is_exact());
    }
}
