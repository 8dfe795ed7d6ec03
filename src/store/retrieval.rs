//! A retrieval configuration: what is retrieved for a prompt, from where and how.

use super::model::spanned_text;
use super::yaml::{Kind, NodeRef, Yaml};
use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::text::{Span, Spanned};

/// A retrieval configuration.
#[derive(Clone, Debug)]
pub struct Retrieval {
    /// Its id: `retrieval/help-center`.
    pub id: ArtifactId,
    /// Its file.
    pub path: StorePath,
    /// A finding about the whole configuration stands here: its first key.
    pub head: Span,
    /// What makes the vectors.
    pub embedding: Option<Embedding>,
}

/// The model that embeds queries and passages.
#[derive(Clone, Debug)]
pub struct Embedding {
    /// The key `embedding`.
    pub key: Span,
    /// Who serves it.
    pub provider: Option<Spanned<String>>,
    /// A registry entry or a provider's id.
    pub model: Option<Spanned<String>>,
    /// The revision of weights that are fetched from a hub.
    pub revision: Option<Spanned<String>>,
}

impl Retrieval {
    /// Reads a retrieval configuration. Wrong values are left out: the schema reports them.
    pub(super) fn read(path: &StorePath, yaml: &Yaml) -> Option<Self> {
        let root = yaml.root()?;
        Some(Self {
            id: ArtifactId::of_yaml(path),
            path: path.clone(),
            head: root.entries().next()?.key_span,
            embedding: root.entry("embedding").and_then(|entry| embedding(entry.key_span, entry.value)),
        })
    }
}

fn embedding(key: Span, node: NodeRef<'_>) -> Option<Embedding> {
    let text = |name| node.get(name).and_then(spanned_text);
    match node.kind() {
        Kind::Mapping => {
            Some(Embedding { key, provider: text("provider"), model: text("model"), revision: text("revision") })
        }
        Kind::String => Some(Embedding { key, provider: None, model: spanned_text(node), revision: None }),
        _ => None,
    }
}
