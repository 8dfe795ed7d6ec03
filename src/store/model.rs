//! An entry of the model registry: what `models/support-chat` stands for, what it holds and what it costs.

use super::yaml::{EntryRef, NodeRef, Yaml};
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
    /// The file that counts its tokens, where the entry names one instead.
    pub tokenizer_file: Option<TokenizerFile>,
    /// Most tokens of prompt and answer together.
    pub context_window: Option<Spanned<u64>>,
    /// Most tokens of an answer.
    pub max_output_tokens: Option<Spanned<u64>>,
    /// What it costs.
    pub price: Option<Price>,
    /// The day on which the mapping was recorded, as written.
    pub recorded_at: Option<Spanned<String>>,
    /// The day on which the provider stops serving it, as written: `2027-03-01`.
    pub retires_on: Option<Spanned<String>>,
    /// Other ids of the provider that mean this entry.
    pub aliases: Vec<Spanned<String>>,
    /// Parameters that every call gets unless the prompt says otherwise, in file order.
    pub parameters: Vec<(Spanned<String>, Spanned<serde_json::Value>)>,
    /// The digest of own weights: `sha256:...`.
    pub checksum: Option<Spanned<String>>,
    /// What says that the weights are one's own: the key `training` or `runtime`, or a provider that serves such.
    pub own_weights: Option<Span>,
}

/// Providers that serve what they are given: the id names nothing that somebody else keeps.
const OWN_PROVIDERS: [&str; 4] = ["self-hosted", "self_hosted", "on-premises", "local"];

/// More nodes than this are no parameter.
const NODE_BUDGET: usize = 1000;

/// A vocabulary in a file of the store; see [`super::vocabulary`].
#[derive(Clone, Debug)]
pub struct TokenizerFile {
    /// The path as it is written.
    pub file: Spanned<String>,
    /// The encoding whose pattern cuts text into the pieces that are merged: `cl100k_base`.
    pub pattern: Option<Spanned<String>>,
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
        let text = |key| root.get(key).and_then(spanned_text);
        let number = |key| {
            let node = root.get(key)?;
            Some(Spanned::new(node.as_u64()?, node.span()))
        };
        Some(Self {
            id: ArtifactId::of_yaml(path),
            path: path.clone(),
            head: root.entries().next()?.key_span,
            provider: text("provider"),
            model: text("model"),
            tokenizer: text("tokenizer"),
            tokenizer_file: root.get("tokenizer").and_then(read_tokenizer_file),
            context_window: number("context_window"),
            max_output_tokens: number("max_output_tokens"),
            price: root.get("price").and_then(read_price),
            recorded_at: text("recorded_at"),
            retires_on: text("retires_on"),
            aliases: root.get("aliases").into_iter().flat_map(NodeRef::items).filter_map(spanned_text).collect(),
            parameters: root.get("parameters").into_iter().flat_map(NodeRef::entries).filter_map(parameter).collect(),
            checksum: text("checksum"),
            own_weights: own_weights(root),
        })
    }

    /// Whether `name` means this entry: its id in the registry, or one of the provider's own ids of it.
    pub fn is_called(&self, name: &str) -> bool {
        let is = |known: &Spanned<String>| known.value == name;
        self.id.as_str() == name || self.model.as_ref().is_some_and(is) || self.aliases.iter().any(is)
    }
}

fn parameter(entry: EntryRef<'_>) -> Option<(Spanned<String>, Spanned<serde_json::Value>)> {
    let value = entry.value.to_json(NODE_BUDGET)?;
    Some((Spanned::new(entry.key.to_owned(), entry.key_span), Spanned::new(value, entry.value.span())))
}

fn own_weights(root: NodeRef<'_>) -> Option<Span> {
    let key = |name| root.entry(name).map(|entry: EntryRef<'_>| entry.key_span);
    let provider = || {
        let provider = root.get("provider")?;
        OWN_PROVIDERS.contains(&provider.as_str()?).then(|| provider.span())
    };
    key("training").or_else(|| key("runtime")).or_else(provider)
}

fn read_tokenizer_file(node: NodeRef<'_>) -> Option<TokenizerFile> {
    Some(TokenizerFile {
        file: node.get("file").and_then(spanned_text)?,
        pattern: node.get("pattern").and_then(spanned_text),
    })
}

fn read_price(node: NodeRef<'_>) -> Option<Price> {
    Some(Price {
        currency: node.get("currency").and_then(NodeRef::as_str).unwrap_or("USD").to_owned(),
        input_per_million: node.get("input_per_million")?.as_f64()?,
        output_per_million: node.get("output_per_million")?.as_f64()?,
    })
}

pub(super) fn spanned_text(node: NodeRef<'_>) -> Option<Spanned<String>> {
    Some(Spanned::new(node.as_str()?.to_owned(), node.span()))
}
