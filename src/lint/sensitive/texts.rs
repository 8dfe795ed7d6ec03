//! The texts of one file, each exactly once, as one text to scan.
//!
//! A value of YAML stands behind its key (`api_key: ...`), for the key is often all that says what it is; and it is
//! decoded, so that a value is found, and found at the same place, however it is quoted, folded or escaped.

use crate::lint::suppress::directive::MARKER;
use crate::store::mapped::Origin;
use crate::store::problem::ProblemKind;
use crate::store::template::TagKind;
use crate::store::yaml::{NodeRef, Yaml};
use crate::store::{FileKind, SourceFile, Store};
use crate::text::Span;

/// For whom a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Whoever reads the file, and most of all a model.
    Anyone,
    /// People who look for somebody who answers for the file.
    Contact,
}

/// Keys at a file's root that name people who answer for it.
const CONTACTS: [&str; 6] = ["owners", "owner", "authors", "author", "maintainers", "contact"];

/// The texts of a file.
pub(super) struct Texts<'a> {
    joined: String,
    parts: Vec<Part<'a>>,
}

/// One text in the joined one.
pub(super) struct Part<'a> {
    /// In the joined text.
    start: usize,
    text: &'a str,
    origin: Origin,
    pub(super) audience: Audience,
    /// Comments in it that are suppressions: they may quote what they allow.
    suppressions: Vec<Span>,
}

impl Part<'_> {
    pub(super) fn text(&self) -> &str {
        self.text
    }

    /// The scalar that this text is decoded from; `None` for text that stands in the file as it is.
    pub(super) fn scalar(&self) -> Option<Span> {
        self.origin.scalar_span()
    }

    /// The file's bytes under `span` of this text.
    pub(super) fn to_source(&self, file_text: &str, span: Span) -> Span {
        self.origin.to_source(self.text, file_text, span)
    }

    /// A place in the file that has `span` of this text in it and takes no time to find.
    pub(super) fn nearby(&self, file_text: &str, span: Span) -> Span {
        self.scalar().unwrap_or_else(|| self.to_source(file_text, span))
    }
}

impl<'a> Texts<'a> {
    /// The texts of `file`: its YAML's keys, values and comments, and the bodies beside it. A file that could not be
    /// parsed is one text.
    pub(super) fn of(store: &'a Store, file: &'a SourceFile) -> Self {
        let mut texts = Self { joined: String::with_capacity(file.text.len() + 256), parts: Vec::new() };
        // It says whom to write to, and what others wrote there is not for models.
        if file.kind == FileKind::CodeOwners {
            return texts;
        }
        let unread =
            |kind| matches!(kind, ProblemKind::InvalidYaml | ProblemKind::NotAnalysed | ProblemKind::InvalidUtf8);
        if file.problems.iter().any(|problem| unread(problem.kind)) {
            texts.push("", &file.text, Origin::Verbatim { offset: 0 }, Audience::Anyone);
            return texts;
        }
        if let Some(yaml) = &file.yaml {
            texts.push_yaml(yaml, file);
        }
        for template in store.templates_of(&file.path) {
            // The others are values of the YAML.
            if let Origin::Verbatim { offset } = template.text.origin {
                texts.push("", &template.text.text, Origin::Verbatim { offset }, Audience::Anyone);
            }
        }
        if texts.parts.is_empty() {
            texts.push("", &file.text, Origin::Verbatim { offset: 0 }, Audience::Anyone);
        }
        texts.leave_suppressions_out(store, file);
        texts
    }

    /// Everything, to be scanned.
    pub(super) fn joined(&self) -> &str {
        &self.joined
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &Part<'a>> {
        self.parts.iter()
    }

    /// The part that holds all of `span` of the joined text, and where in it; `None` where several share it, or where a
    /// suppression says it.
    pub(super) fn part_of(&self, span: Span) -> Option<(&Part<'a>, Span)> {
        let after = self.parts.partition_point(|part| part.start <= span.range().start);
        let part = self.parts.get(after.checked_sub(1)?)?;
        let inside = Span::new(span.range().start - part.start, span.range().end - part.start);
        let is_whole = inside.range().end <= part.text.len();
        let is_quoted = part.suppressions.iter().any(|suppression| suppression.contains(inside));
        (is_whole && !is_quoted).then_some((part, inside))
    }

    fn push(&mut self, label: &str, text: &'a str, origin: Origin, audience: Audience) {
        self.joined.push_str(label);
        self.parts.push(Part { start: self.joined.len(), text, origin, audience, suppressions: Vec::new() });
        self.joined.push_str(text);
        self.joined.push('\n');
    }

    fn push_yaml(&mut self, yaml: &'a Yaml, file: &'a SourceFile) {
        for comment in yaml.comments().iter().filter(|comment| !comment.text.starts_with(MARKER)) {
            let offset = comment.span.start;
            self.push("", comment.span.slice(&file.text), Origin::Verbatim { offset }, Audience::Anyone);
        }
        let Some(root) = yaml.root() else { return };
        let audience = |key: &str| if CONTACTS.contains(&key) { Audience::Contact } else { Audience::Anyone };
        let is_mapping = root.entries().next().is_some();
        for entry in root.entries() {
            // What is allowed, and why, quotes what it allows. The configuration's `lint` has no values.
            if entry.key == "lint" {
                continue;
            }
            self.push_key(entry.node);
            self.push_node(entry.value, audience(entry.key));
        }
        if !is_mapping {
            self.push_node(root, Audience::Anyone);
        }
    }

    /// `key: `, to stand before what belongs to it.
    fn push_key(&mut self, key: NodeRef<'a>) {
        if key.is_alias() {
            return;
        }
        if let Some((text, origin)) = scalar(key) {
            self.push("", text, origin, Audience::Anyone);
            self.joined.pop();
            self.joined.push_str(": ");
        }
    }

    /// The parser bounds how deep nodes nest, and what an alias refers to is seen where it stands.
    fn push_node(&mut self, node: NodeRef<'a>, audience: Audience) {
        if node.is_alias() {
            return self.joined.push('\n');
        }
        if let Some((text, origin)) = scalar(node) {
            return self.push("", text, origin, audience);
        }
        self.joined.push('\n');
        for item in node.items() {
            self.joined.push_str("- ");
            self.push_node(item, audience);
        }
        for entry in node.entries() {
            self.push_key(entry.node);
            self.push_node(entry.value, audience);
        }
    }

    /// Finds the template comments that are suppressions.
    fn leave_suppressions_out(&mut self, store: &Store, file: &SourceFile) {
        if memchr::memmem::find(file.text.as_bytes(), MARKER.as_bytes()).is_none() {
            return;
        }
        for template in store.templates_of(&file.path) {
            let comments = template.analysis.tags.iter().filter(|tag| tag.kind == TagKind::Comment);
            let text = template.text.text.as_str();
            let spans: Vec<Span> =
                comments.map(|tag| tag.span).filter(|span| span.slice(text).contains(MARKER)).collect();
            if let Some(part) = self.parts.iter_mut().find(|part| part.origin.is(&template.text.origin)) {
                part.suppressions = spans;
            }
        }
    }
}

fn scalar(node: NodeRef<'_>) -> Option<(&str, Origin)> {
    Some((node.scalar()?, Origin::scalar(node.span(), node.style()?)))
}
