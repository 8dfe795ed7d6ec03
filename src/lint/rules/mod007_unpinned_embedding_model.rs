//! MOD007: a retrieval configuration does not say exactly which model makes its vectors.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::families::{Moving, moving};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::retrieval::Embedding;

pub(super) struct UnpinnedEmbeddingModel;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "MOD007", name: "unpinned-embedding-model" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A retrieval configuration does not pin the model that embeds",
    what: "\
Looks at `embedding` of retrieval configurations: no model at all, an id that moves (`latest`, `mistral-embed`), or \
weights from a hub (`BAAI/bge-m3`) without the revision. A versioned id such as `text-embedding-3-large` and an entry \
of the model registry are pinned.",
    why: "\
Vectors of two models can't be compared. When the id moves, queries are embedded by another model than the index was, \
and retrieval gets worse without an error.",
    how: "\
Name a versioned id or a registry entry; for weights from a hub add the commit: \
`embedding: {model: BAAI/bge-m3, revision: 5617a9f61b028005a4858fdac845db406aefb181}`.",
    bad: "\
//- promptyard.yaml
version: 1
//- retrieval/help.yaml
description: Passages of the help center.
embedding: {model: nomic-embed-text:latest}
top_k: 8
",
    good: "\
//- promptyard.yaml
version: 1
//- retrieval/help.yaml
description: Passages of the help center.
embedding: {model: text-embedding-3-large}
top_k: 8
",
};

/// Ids that their providers document as aliases of dated ones.
const ALIASES: [&str; 2] = ["codestral-embed", "mistral-embed"];

/// Accounts of the Hugging Face hub whose weights most embeddings are made with: a branch there moves by a push.
const HUB_ACCOUNTS: [&str; 12] = [
    "Alibaba-NLP",
    "BAAI",
    "Qwen",
    "Snowflake",
    "WhereIsAI",
    "ibm-granite",
    "intfloat",
    "jinaai",
    "mixedbread-ai",
    "nomic-ai",
    "sentence-transformers",
    "thenlper",
];

const HUB_PROVIDERS: [&str; 4] = ["huggingface", "hugging-face", "sentence-transformers", "self-hosted"];

impl Rule for UnpinnedEmbeddingModel {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for retrieval in cx.store.retrievals() {
            let Some(embedding) = &retrieval.embedding else { continue };
            let Some(model) = &embedding.model else {
                out.in_file(&retrieval.path, embedding.key, "no model is named that makes the vectors")
                    .help("name it: `embedding: {model: text-embedding-3-large}`");
                continue;
            };
            // Registry entries have their own rules, and a missing one has MOD001.
            let id = model.value.as_str();
            if id.starts_with("models/") || cx.store.model(id).is_some() {
                continue;
            }
            let (message, help) = if moving(id) == Some(Moving::Latest) || ALIASES.contains(&id) {
                (format!("`{id}` does not always mean the same model"), "name a versioned id")
            } else if is_from_hub(embedding, id) && embedding.revision.is_none() && !id.contains('@') {
                (format!("`{id}` is whatever its repository has at the time"), "add the commit: `revision: …`")
            } else {
                continue;
            };
            out.in_file(&retrieval.path, model.span, message).help(help);
        }
    }
}

fn is_from_hub(embedding: &Embedding, id: &str) -> bool {
    let Some((account, _)) = id.split_once('/') else { return false };
    let provider = embedding.provider.as_ref().map(|provider| provider.value.to_ascii_lowercase());
    match provider {
        Some(provider) => HUB_PROVIDERS.contains(&provider.as_str()),
        None => HUB_ACCOUNTS.contains(&account),
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn versioned_ids_and_revisions_pin() {
        for (embedding, expected) in [
            ("text-embedding-3-large", 0),
            ("{model: text-embedding-ada-002}", 0),
            ("{provider: openai}", 1),
            ("{model: mistral-embed}", 1),
            ("BAAI/bge-m3", 1),
            ("{model: BAAI/bge-m3, revision: 5617a9f}", 0),
            ("{provider: deepinfra, model: BAAI/bge-m3}", 0),
            ("openai/text-embedding-3-small", 0),
            ("models/embedder", 0),
        ] {
            let store = format!("//- promptyard.yaml\nversion: 1\n//- retrieval/a.yaml\nembedding: {embedding}\n");
            assert_eq!(found("MOD007", &store).len(), expected, "{embedding}");
        }
    }
}
