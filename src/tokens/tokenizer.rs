//! Which tokenizer a model has, and how many tokens it makes of a text.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use super::{Encoding, Estimate, Family, Local, estimate, tokens_at_most};
use crate::store::Store;
use crate::store::model::Model;
use crate::store::prompt::Prompt;
use crate::store::vocabulary::{VocabularyError, VocabularyFile, is_json};

/// How tokens are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokenizer<'a> {
    /// With the model's own vocabulary.
    Exact(Encoding),
    /// With a vocabulary in the store, exactly unless that turns out to be of no use.
    Local(Local<'a>),
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

impl From<Estimate> for Tokens {
    fn from(estimate: Estimate) -> Self {
        Self { low: estimate.low as u64, likely: estimate.tokens as u64, high: estimate.high as u64 }
    }
}

impl<'a> Tokenizer<'a> {
    /// The tokenizer of `model`: the one that its entry in `store` names, else the one of its provider's id.
    pub fn of_model(model: &'a Model, store: &'a Store) -> Self {
        let provider = model.provider.as_ref().map_or("", |provider| provider.value.as_str());
        let id = model.model.as_ref().map_or("", |id| id.value.as_str());
        let by_id = || family(id).unwrap_or_else(|| of_maker(provider));
        match (local(model, store), &model.tokenizer) {
            (Some(Ok((file, pattern))), _) => Self::Local(Local::new(store, file, pattern, by_id())),
            (Some(Err(_)), _) => Self::Estimated(by_id()),
            (None, None) => Self::of_provider_id(provider, id),
            (None, Some(name)) => match name.value.parse() {
                Ok(encoding) => Self::Exact(encoding),
                Err(_) => Self::Estimated(family(&name.value).unwrap_or_else(by_id)),
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
            Self::Local(local) => local.count(text),
            Self::Estimated(family) => estimate(text, family).into(),
        }
    }

    /// A bound without counting: no text has more tokens.
    pub fn at_most(self, text: &str) -> u64 {
        match self {
            Self::Local(local) => local.at_most(text),
            Self::Exact(_) | Self::Estimated(_) => tokens_at_most(text) as u64,
        }
    }

    /// Whether it counts and does not estimate. Reads a local vocabulary.
    pub fn is_exact(self) -> bool {
        match self {
            Self::Exact(_) => true,
            Self::Local(local) => local.check().is_ok(),
            Self::Estimated(_) => false,
        }
    }

    /// Why tokens of `model` are estimated though its entry names a vocabulary: a sentence without a full stop. Reads
    /// the vocabulary.
    pub fn why_estimated(model: &Model, store: &Store) -> Option<String> {
        match local(model, store)? {
            Ok((file, _)) => store.vocabulary(file).err().map(ToString::to_string),
            Err(error) => Some(error.to_string()),
        }
    }
}

impl fmt::Display for Tokenizer<'_> {
    /// `o200k_base, exact` or `estimated`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(encoding) => write!(f, "{encoding}, exact"),
            Self::Local(local) if self.is_exact() => write!(f, "{}, exact", local.path()),
            Self::Local(_) | Self::Estimated(_) => f.write_str("estimated"),
        }
    }
}

/// Why a vocabulary that a registry entry names is not used, as far as is known without reading it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocalError {
    /// The file is of no use.
    #[error(transparent)]
    File(#[from] VocabularyError),
    /// A vocabulary says nothing of how text is cut.
    #[error("`{0}` has no `pattern` beside it that says how text is cut")]
    NoPattern(String),
}

/// The vocabulary that the entry of `model` names, and the encoding whose pattern cuts text.
pub fn local<'a>(model: &'a Model, store: &'a Store) -> Option<Result<(&'a VocabularyFile, Encoding), LocalError>> {
    let named = model.tokenizer_file.as_ref()?;
    let file = match store.vocabulary_file(model)? {
        Ok(file) => file,
        Err(error) => return Some(Err(error.into())),
    };
    let pattern = named.pattern.as_ref().and_then(|pattern| pattern.value.parse().ok());
    // A `tokenizer.json` brings its own.
    let pattern = pattern.or(is_json(file.path()).then_some(Encoding::Cl100kBase));
    Some(pattern.map(|pattern| (file, pattern)).ok_or_else(|| LocalError::NoPattern(named.file.value.clone())))
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

/// Words in a model's or a tokenizer's name that say whose it is, the narrower of two first.
const FAMILIES: &[(&str, Family)] = &[
    ("claude", Family::Anthropic),
    ("llama-2", Family::Older),
    ("llama2", Family::Older),
    ("codellama", Family::Older),
    ("mistral-7b", Family::Older),
    ("mixtral", Family::Older),
    ("gemini", Family::Gemini),
    ("gemma", Family::Gemini),
    ("mistral", Family::Mistral),
    ("ministral", Family::Mistral),
    ("magistral", Family::Mistral),
    ("codestral", Family::Mistral),
    ("devstral", Family::Mistral),
    ("pixtral", Family::Mistral),
    ("qwen", Family::Qwen),
    ("qwq", Family::Qwen),
    ("llama", Family::Llama),
    // Models that it was distilled into are named after both, and have the other one's vocabulary.
    ("deepseek", Family::Deepseek),
];

fn family(name: &str) -> Option<Family> {
    let name = name.to_ascii_lowercase();
    FAMILIES.iter().find(|(word, _)| name.contains(word)).map(|(_, family)| *family)
}

fn of_maker(provider: &str) -> Family {
    match provider.to_ascii_lowercase().as_str() {
        "anthropic" => Family::Anthropic,
        "deepseek" => Family::Deepseek,
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
    pub tokenizer: Tokenizer<'a>,
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
                Self { name: Some(model.id.as_str()), model: Some(model), tokenizer: Tokenizer::of_model(model, store) }
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
            ("meta-llama/Llama-2-7b-chat", Tokenizer::Estimated(Family::Older)),
            ("deepseek/deepseek-chat", Tokenizer::Estimated(Family::Deepseek)),
            ("deepseek/deepseek-r1-distill-qwen-32b", Tokenizer::Estimated(Family::Qwen)),
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
