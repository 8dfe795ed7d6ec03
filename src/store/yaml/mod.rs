//! YAML and JSON as a tree in which every key and value knows its bytes.
//!
//! Lint, schema check and edits share this one tree. Aliases stay references, so an alias bomb costs nothing until
//! somebody expands it, and [`NodeRef::to_json`] expands only within a budget.
//!
//! *Architecture invariant:* this module alone names the YAML parser.

use crate::store::problem::Problem;
use crate::text::Span;

/// Limits of one document; reaching one is a problem with its place, and the tree holds what was read before it.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep sequences and mappings may nest.
    pub depth: usize,
    /// How many nodes a document may have once its aliases are expanded.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 64, nodes: 250_000 }
    }
}

/// A parsed document. Offsets are those of the text that was given to [`parse`], plus its base.
#[derive(Debug, Default)]
pub struct Yaml {
    _todo: (),
}

/// A comment: `# text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line.
    pub span: Span,
    /// The text after `#`, trimmed.
    pub text: String,
    /// Whether something other than white space stands before it on its line.
    pub trailing: bool,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// `text`
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// What a node is, by YAML 1.2's core schema: only plain `true`/`false`, `null`/`~`, integers and floats are not strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// Any other number.
    Float,
    /// Text.
    String,
    /// A list.
    Sequence,
    /// Keys and values.
    Mapping,
}

impl Kind {
    /// The word for people: `a list`, `text`, `a number`.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool => "true or false",
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::String => "text",
            Self::Sequence => "a list",
            Self::Mapping => "a mapping",
        }
    }
}

/// A node of a document; copying it is free. An alias is seen as the node that it refers to, with the alias's own span.
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'a> {
    yaml: &'a Yaml,
    _id: u32,
}

/// One key and its value.
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'a> {
    /// The key's text; empty where the key is not a scalar.
    pub key: &'a str,
    /// The key's bytes.
    pub key_span: Span,
    /// The value.
    pub value: NodeRef<'a>,
}

impl EntryRef<'_> {
    /// Key and value together.
    pub fn span(&self) -> Span {
        self.key_span.cover(self.value.span())
    }
}

/// Parses the first document of `text`. `base` is added to every span: the offset of `text` in its file (front matter).
/// JSON parses too: it is YAML. Never fails; see the returned problems (invalid YAML, duplicate keys, limits).
pub fn parse(text: &str, base: usize, limits: Limits) -> (Yaml, Vec<Problem>) {
    let _ = (text, base, limits);
    unimplemented!()
}

impl Yaml {
    /// The document's node; `None` for an empty document or one that did not parse at all.
    pub fn root(&self) -> Option<NodeRef<'_>> {
        unimplemented!()
    }

    /// All comments in order.
    pub fn comments(&self) -> &[Comment] {
        unimplemented!()
    }

    /// The node at a JSON pointer (`/messages/0/content`), for errors of a schema validator.
    pub fn pointer(&self, pointer: &str) -> Option<NodeRef<'_>> {
        let _ = pointer;
        unimplemented!()
    }

    /// The bytes of the key whose value is at a JSON pointer.
    pub fn key_span(&self, pointer: &str) -> Option<Span> {
        let _ = pointer;
        unimplemented!()
    }
}

impl<'a> NodeRef<'a> {
    /// The node's bytes in the file, quotes and block indicator included; a mapping's from its first key to its last value's end.
    pub fn span(self) -> Span {
        let _ = self.yaml;
        unimplemented!()
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        unimplemented!()
    }

    /// The decoded text of a scalar, whatever its kind (`0.2` is the text `0.2`).
    pub fn scalar(self) -> Option<&'a str> {
        unimplemented!()
    }

    /// How a scalar was written.
    pub fn style(self) -> Option<ScalarStyle> {
        unimplemented!()
    }

    /// The text of a string; `None` for numbers, booleans and null.
    pub fn as_str(self) -> Option<&'a str> {
        unimplemented!()
    }

    /// A boolean.
    pub fn as_bool(self) -> Option<bool> {
        unimplemented!()
    }

    /// A whole number that is not negative.
    pub fn as_u64(self) -> Option<u64> {
        unimplemented!()
    }

    /// Any number.
    pub fn as_f64(self) -> Option<f64> {
        unimplemented!()
    }

    /// The value of `key`, if this is a mapping that has it. With duplicate keys the first wins.
    pub fn get(self, key: &str) -> Option<NodeRef<'a>> {
        let _ = key;
        unimplemented!()
    }

    /// The entry of `key`, if this is a mapping that has it.
    pub fn entry(self, key: &str) -> Option<EntryRef<'a>> {
        let _ = key;
        unimplemented!()
    }

    /// The entries of a mapping in file order; nothing for other kinds. Merge keys (`<<`) are entries like others.
    pub fn entries(self) -> impl Iterator<Item = EntryRef<'a>> {
        std::iter::empty()
    }

    /// The items of a sequence; nothing for other kinds.
    pub fn items(self) -> impl Iterator<Item = NodeRef<'a>> {
        std::iter::empty()
    }

    /// The value as JSON with aliases expanded; `None` where that takes more than `budget` nodes.
    pub fn to_json(self, budget: usize) -> Option<serde_json::Value> {
        let _ = budget;
        unimplemented!()
    }

    /// The decoded text of a scalar together with the way back from its offsets to the file's.
    pub fn text(self) -> Option<super::mapped::MappedText> {
        unimplemented!()
    }
}

/// The file's bytes that decode to `span` of `decoded`, the value of the scalar at `scalar`.
pub(crate) fn scalar_to_source(file_text: &str, scalar: Span, style: ScalarStyle, decoded: &str, span: Span) -> Span {
    let _ = (file_text, style, decoded, span);
    scalar
}
