//! Files against the published schema of their kind: what STR002 and STR004 have in common.

use crate::store::problem::ProblemKind;
use crate::store::prompt::Dialect;
use crate::store::schema::{self, Violation, ViolationKind};
use crate::store::yaml::{Kind, NodeRef, Yaml};
use crate::store::{FileKind, SourceFile, Store};
use crate::text::Span;

/// A file with more mistakes than this is of another kind; finding the place of each takes time with the file's size.
const MOST_VIOLATIONS: usize = 500;

/// More nodes than this are no configuration; reading the file has reported it.
const NODE_BUDGET: usize = 250_000;

/// Where `file` does not match the published schema of its kind; nothing for files that have none.
pub(super) fn violations(store: &Store, file: &SourceFile) -> Vec<Violation> {
    if file.yaml.is_none() || !is_ours(store, file) || !file.is_legible() {
        return Vec::new();
    }
    let value = match file.yaml.as_ref().and_then(Yaml::root) {
        Some(root) => root.to_json(NODE_BUDGET),
        // STR005 speaks of an empty prompt, and an empty configuration marks the root.
        None if matches!(file.kind, FileKind::Prompt | FileKind::Config) => None,
        None => Some(serde_json::Value::Null),
    };
    let Some(value) = value else { return Vec::new() };
    let mut found = schema::of_kind(file.kind).map(|schema| schema.violations(&value)).unwrap_or_default();
    let empty = file.problems.iter().any(|problem| problem.kind == ProblemKind::EmptyPrompt);
    found.retain(|violation| match &violation.kind {
        // A merge key is YAML's, not the file's.
        ViolationKind::UnknownKey { key, .. } => key != "<<",
        // STR005 says the same of a prompt without messages.
        ViolationKind::MissingKey { key } => !(empty && key == "messages"),
        ViolationKind::Value => true,
    });
    let more = found.len().saturating_sub(MOST_VIOLATIONS);
    if more > 0 {
        found.truncate(MOST_VIOLATIONS);
        let message = format!("the file differs from its schema in {more} more places");
        found.push(Violation { pointer: String::new(), kind: ViolationKind::Value, message, help: None });
    }
    found
}

/// Whether the file is written in a format that this product defines. A YAML file that merely looks like a prompt, in a
/// repository that was never set up, belongs to some other tool.
fn is_ours(store: &Store, file: &SourceFile) -> bool {
    if file.kind != FileKind::Prompt {
        return true;
    }
    let named = file.path.as_str().ends_with(".prompt.yaml") || file.path.as_str().ends_with(".prompt.yml");
    let native = store.prompt_at(&file.path).is_some_and(|prompt| prompt.dialect == Dialect::Native);
    native && (named || store.config().path.is_some())
}

/// Where a violation stands: the value if it is short, else the key that has it.
pub(super) fn place(violation: &Violation, yaml: &Yaml) -> Span {
    let pointer = violation.pointer.as_str();
    let node = yaml.pointer(pointer).or_else(|| yaml.root());
    match &violation.kind {
        ViolationKind::UnknownKey { key, .. } => node.and_then(|node| node.entry(key)).map(|entry| entry.key_span),
        ViolationKind::Value if node.is_some_and(|node| !matches!(node.kind(), Kind::Mapping | Kind::Sequence)) => {
            node.map(NodeRef::span)
        }
        ViolationKind::Value | ViolationKind::MissingKey { .. } => yaml.key_span(pointer).or_else(|| node.map(head)),
    }
    .unwrap_or_default()
}

/// The start of a node as a short place: its first key, or an empty span.
fn head(node: NodeRef<'_>) -> Span {
    let first = node.entries().next().map(|entry| entry.key_span);
    first.unwrap_or_else(|| Span { start: node.span().start, end: node.span().start })
}
