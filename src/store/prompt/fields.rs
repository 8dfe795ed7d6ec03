//! Typed values from a YAML tree: what is there and readable is returned, what has another shape is a problem.

use serde_json::Value;

use crate::store::problem::{Problem, ProblemKind};
use crate::store::yaml::{EntryRef, Kind, Limits, NodeRef};
use crate::text::{Span, Spanned};

/// Who reports a value that has another shape than its key wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shapes {
    /// The reader: no published schema describes the dialect.
    Reported,
    /// Somebody else or nobody: the published schema does, or the dialect takes any value.
    Accepted,
}

/// Reads values and collects problems. A value of nothing (`key:`) is as good as no key.
#[derive(Debug)]
pub(super) struct Reader {
    shapes: Shapes,
    problems: Vec<Problem>,
}

impl Reader {
    /// A reader without problems so far.
    pub(super) fn new(shapes: Shapes) -> Self {
        Self { shapes, problems: Vec::new() }
    }

    /// The problems that were met.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Records a problem.
    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Records that the value of `key` is not what is `expected`, if that is this reader's business.
    pub(super) fn wrong_shape(&mut self, key: &str, node: NodeRef<'_>, expected: &str) {
        if self.shapes == Shapes::Reported {
            let message = format!("`{key}` is {}, but {expected} is expected here", node.kind().describe());
            self.problems.push(Problem::new(ProblemKind::WrongShape, node.span(), message));
        }
    }

    /// The text of `key`. A number or a boolean is read as it is written: `version: 1.0`.
    pub(super) fn text(&mut self, parent: NodeRef<'_>, key: &str) -> Option<Spanned<String>> {
        let node = present(parent, key)?;
        let text = text_of(node);
        if text.is_none() {
            self.wrong_shape(key, node, "text");
        }
        text
    }

    /// The texts of a list, or of a single text that stands for a list of one.
    pub(super) fn texts(&mut self, parent: NodeRef<'_>, key: &str) -> Vec<Spanned<String>> {
        let Some(node) = present(parent, key) else { return Vec::new() };
        match node.kind() {
            Kind::Sequence => node.items().filter_map(text_of).collect(),
            Kind::Mapping => {
                self.wrong_shape(key, node, "a list of texts");
                Vec::new()
            }
            _ => text_of(node).into_iter().collect(),
        }
    }

    /// The mapping of `key`.
    pub(super) fn mapping<'a>(&mut self, parent: NodeRef<'a>, key: &str) -> Option<NodeRef<'a>> {
        self.of_kind(parent, key, Kind::Mapping)
    }

    /// The list of `key`.
    pub(super) fn list<'a>(&mut self, parent: NodeRef<'a>, key: &str) -> Option<NodeRef<'a>> {
        self.of_kind(parent, key, Kind::Sequence)
    }

    fn of_kind<'a>(&mut self, parent: NodeRef<'a>, key: &str, kind: Kind) -> Option<NodeRef<'a>> {
        let node = present(parent, key)?;
        if node.kind() == kind {
            return Some(node);
        }
        self.wrong_shape(key, node, kind.describe());
        None
    }

    /// The value of `node` as JSON; a value over the limits is nothing, which the YAML parser has reported.
    pub(super) fn json(&self, node: NodeRef<'_>) -> Spanned<Value> {
        Spanned::new(node.to_json(Limits::default().nodes).unwrap_or(Value::Null), node.span())
    }
}

/// The value of `key`, unless it is nothing.
pub(super) fn present<'a>(parent: NodeRef<'a>, key: &str) -> Option<NodeRef<'a>> {
    parent.get(key).filter(|node| node.kind() != Kind::Null)
}

/// The text of a scalar that is not nothing.
pub(super) fn text_of(node: NodeRef<'_>) -> Option<Spanned<String>> {
    if node.kind() == Kind::Null {
        return None;
    }
    Some(Spanned::new(node.scalar()?.to_owned(), node.span()))
}

/// The entries of a mapping, each key once: the first of equal ones wins, and the YAML parser has reported the others.
pub(super) fn unique_entries(node: NodeRef<'_>) -> Vec<EntryRef<'_>> {
    let mut seen = std::collections::BTreeSet::new();
    node.entries().filter(|entry| seen.insert(entry.key)).collect()
}

/// An entry's key with its place: without quotes where it has some, and without what follows `name` in it.
pub(super) fn name_in_key(file_text: &str, entry: &EntryRef<'_>, name: &str) -> Spanned<String> {
    let written = entry.key_span.slice(file_text);
    let span = written.find(name).filter(|_| !name.is_empty()).map_or(entry.key_span, |at| {
        let start = entry.key_span.start as usize + at;
        Span::new(start, start + name.len())
    });
    Spanned::new(name.to_owned(), span)
}
