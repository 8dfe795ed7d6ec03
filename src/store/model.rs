//! An entry of the model registry: what `models/support-chat` stands for, what it holds and what it costs.

use super::yaml::{NodeRef, Yaml};
use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::text::{Span, Spanned};

/// A registered model.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its id: `models/support-chat`.
    pub id: ArtifactId,
    /// Its file.
    pub path: StorePath,
    /// A finding about the whole entry stands here: its first key.
    pub head: Span,
    /// Who serves it: `openai`.
    pub provider: Option<Spanned<String>>,
    /// The provider's own id of it: `gpt-5.1-2026-03-11`.
    pub model: Option<Spanned<String>>,
    /// The encoding that counts its tokens: `o200k_base`.
    pub tokenizer: Option<Spanned<String>>,
    /// Most tokens of prompt and answer together.
    pub context_window: Option<Spanned<u64>>,
    /// Most tokens of an answer.
    pub max_output_tokens: Option<Spanned<u64>>,
    /// What it costs.
    pub price: Option<Price>,
}

/// What a model costs, in its currency per million tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// ISO 4217 code: `USD`.
    pub currency: String,
    /// Per million tokens of the prompt.
    pub input_per_million: f64,
    /// Per million tokens of the answer.
    pub output_per_million: f64,
}

impl Model {
    /// Reads a registry entry. Wrong values are left out: the schema reports them.
    pub(super) fn read(path: &StorePath, yaml: &Yaml) -> Option<Self> {
        let root = yaml.root()?;
        let suffix = if path.as_str().ends_with(".yaml") { ".yaml" } else { ".yml" };
        let text = |key| root.get(key).and_then(spanned_text);
        let number = |key| {
            let node = root.get(key)?;
            Some(Spanned::new(node.as_u64()?, node.span()))
        };
        Some(Self {
            id: ArtifactId::of_file(path, suffix),
            path: path.clone(),
            head: root.entries().next()?.key_span,
            provider: text("provider"),
            model: text("model"),
            tokenizer: text("tokenizer"),
            context_window: number("context_window"),
            max_output_tokens: number("max_output_tokens"),
            price: root.get("price").and_then(read_price),
        })
    }
}

fn read_price(node: NodeRef<'_>) -> Option<Price> {
    Some(Price {
        currency: node.get("currency").and_then(NodeRef::as_str).unwrap_or("USD").to_owned(),
        input_per_million: node.get("input_per_million")?.as_f64()?,
        output_per_million: node.get("output_per_million")?.as_f64()?,
    })
}

fn spanned_text(node: NodeRef<'_>) -> Option<Spanned<String>> {
    Some(Spanned::new(node.as_str()?.to_owned(), node.span()))
}
