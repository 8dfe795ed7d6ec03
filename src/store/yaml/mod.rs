//! YAML and JSON as a tree in which every key and value knows its bytes.
//!
//! Lint, schema check and edits share this one tree. Aliases stay references, so an alias bomb costs nothing until
//! somebody expands it, and [`NodeRef::to_json`] expands only within a budget.
//!
//! *Architecture invariant:* this module alone names the YAML parser.

pub mod edit;
mod extent;
mod json;
mod mistake;
mod recover;
mod resolve;
mod scalar;
mod tree;

use std::sync::Arc;

use crate::store::mapped::{MappedText, Origin, SharedText};
use crate::store::problem::Problem;
use crate::text::Span;
pub use scalar::ScalarMap;
use tree::{Layout, Node, Shape};

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
///
/// The nodes stand in one list, parents before their children, and their texts in one string: a tree of any depth is
/// dropped without recursion. Its depth and its size with aliases expanded are within the limits, so walks end.
#[derive(Debug, Default)]
pub struct Yaml {
    nodes: Vec<Node>,
    /// Items of sequences, and keys and values of mappings in turns.
    children: Vec<u32>,
    /// The decoded texts of all scalars, one after the other; templates keep their part of it.
    text: Arc<str>,
    comments: Vec<Comment>,
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
///
/// So `no`, `yes` and `1_000` are text, `0x1F` and `0o17` are integers, and `012` is the integer twelve. The tags `!!str`
/// and `!` make a string; other tags change nothing.
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
    id: u32,
}

/// One key and its value.
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'a> {
    /// The key's text; empty where the key is not a scalar.
    pub key: &'a str,
    /// The key's bytes.
    pub key_span: Span,
    /// The key as a node.
    pub node: NodeRef<'a>,
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
/// JSON parses too: it is YAML. Never fails; see the returned problems (invalid YAML, duplicate keys, limits), which are
/// in the order of their places. After invalid YAML the tree holds what was read before it.
///
/// Two mistakes are read as what was meant, so that rules go on: an unquoted `{{ x }}` and an alias without its anchor
/// are problems, and text in the tree.
pub fn parse(text: &str, base: usize, limits: Limits) -> (Yaml, Vec<Problem>) {
    tree::build(text, base, limits)
}

impl Yaml {
    /// The document's node; `None` for an empty document or one that did not parse at all.
    pub fn root(&self) -> Option<NodeRef<'_>> {
        (!self.nodes.is_empty()).then_some(NodeRef { yaml: self, id: 0 })
    }

    /// All comments in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The node at a JSON pointer (`/messages/0/content`), for errors of a schema validator.
    pub fn pointer(&self, pointer: &str) -> Option<NodeRef<'_>> {
        let mut node = self.root()?;
        for token in tokens(pointer)? {
            node = match node.kind() {
                Kind::Sequence => node.items().nth(token.parse().ok()?)?,
                _ => node.get(&token)?,
            };
        }
        Some(node)
    }

    /// The first number that readers of JSON do not keep: one that is not finite, or whole and beyond ±(2^53 − 1) (RFC
    /// 7493, section 2.2).
    pub fn inexact_number(&self) -> Option<NodeRef<'_>> {
        let ids = 0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        ids.map(|id| NodeRef { yaml: self, id }).find(|node| match node.kind() {
            Kind::Integer => node.as_f64().is_none_or(|number| number.abs() > 9_007_199_254_740_991.0),
            Kind::Float => node.as_f64().is_none_or(|number| !number.is_finite()),
            _ => false,
        })
    }

    /// The bytes of the key whose value is at a JSON pointer; `None` for the root and for items of a list.
    pub fn key_span(&self, pointer: &str) -> Option<Span> {
        let (parent, key) = pointer.rsplit_once('/')?;
        let entry = self.pointer(parent)?.entry(&unescape(key))?;
        Some(entry.key_span)
    }
}

/// The tokens of a JSON pointer (RFC 6901).
fn tokens(pointer: &str) -> Option<impl Iterator<Item = String>> {
    let tokens = if pointer.is_empty() { None } else { Some(pointer.strip_prefix('/')?) };
    Some(tokens.into_iter().flat_map(|tokens| tokens.split('/')).map(unescape))
}

fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

impl<'a> NodeRef<'a> {
    fn node(self) -> &'a Node {
        &self.yaml.nodes[self.id as usize]
    }

    /// What an alias refers to; other nodes refer to themselves. An alias's target is never an alias.
    fn resolved(self) -> &'a Node {
        match self.node().shape {
            Shape::Alias { target } => &self.yaml.nodes[target as usize],
            _ => self.node(),
        }
    }

    fn children(self) -> &'a [u32] {
        match self.resolved().shape {
            Shape::Sequence { children, .. } | Shape::Mapping { children, .. } => &self.yaml.children[children.range()],
            Shape::Scalar { .. } | Shape::Alias { .. } => &[],
        }
    }

    /// Whether a collection is written in brackets; `None` for scalars.
    fn layout(self) -> Option<Layout> {
        match self.resolved().shape {
            Shape::Sequence { layout, .. } | Shape::Mapping { layout, .. } => Some(layout),
            Shape::Scalar { .. } | Shape::Alias { .. } => None,
        }
    }

    /// Whether it is a list or a mapping that is written in brackets.
    pub fn is_in_brackets(self) -> bool {
        self.layout() == Some(Layout::Flow)
    }

    /// The node's bytes in the file, quotes and block indicator included; a mapping's from its first key to its last value's end.
    ///
    /// A block scalar's end is that of its last line, without the line break. A value that is left out is empty and
    /// stands after its `:` or `-`. Anchors and tags are not part of a node.
    pub fn span(self) -> Span {
        self.node().span
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        match self.resolved().shape {
            Shape::Scalar { kind, .. } => kind,
            Shape::Sequence { .. } => Kind::Sequence,
            Shape::Mapping { .. } => Kind::Mapping,
            Shape::Alias { .. } => Kind::Null,
        }
    }

    /// The decoded text of a scalar, whatever its kind (`0.2` is the text `0.2`).
    pub fn scalar(self) -> Option<&'a str> {
        match self.resolved().shape {
            Shape::Scalar { text, .. } => Some(text.slice(&self.yaml.text)),
            _ => None,
        }
    }

    /// How a scalar was written.
    pub fn style(self) -> Option<ScalarStyle> {
        match self.resolved().shape {
            Shape::Scalar { style, .. } => Some(style),
            _ => None,
        }
    }

    /// Whether it is written as an alias of another node: a walk that is to see each text once passes over it.
    pub fn is_alias(self) -> bool {
        matches!(self.node().shape, Shape::Alias { .. })
    }

    /// The text of a string; `None` for numbers, booleans and null.
    pub fn as_str(self) -> Option<&'a str> {
        self.scalar().filter(|_| self.kind() == Kind::String)
    }

    /// A boolean.
    pub fn as_bool(self) -> Option<bool> {
        self.scalar().filter(|_| self.kind() == Kind::Bool).and_then(resolve::boolean)
    }

    /// A whole number that is not negative.
    pub fn as_u64(self) -> Option<u64> {
        self.scalar().filter(|_| self.kind() == Kind::Integer).and_then(resolve::integer)
    }

    /// Any number.
    pub fn as_f64(self) -> Option<f64> {
        self.scalar().filter(|_| matches!(self.kind(), Kind::Integer | Kind::Float)).and_then(resolve::float)
    }

    /// The value of `key`, if this is a mapping that has it. With duplicate keys the first wins.
    pub fn get(self, key: &str) -> Option<NodeRef<'a>> {
        self.entry(key).map(|entry| entry.value)
    }

    /// The entry of `key`, if this is a mapping that has it.
    pub fn entry(self, key: &str) -> Option<EntryRef<'a>> {
        self.entries().find(|entry| entry.key == key)
    }

    /// The entries of a mapping in file order; nothing for other kinds. Merge keys (`<<`) are entries like others.
    pub fn entries(self) -> impl Iterator<Item = EntryRef<'a>> {
        let children = if self.kind() == Kind::Mapping { self.children() } else { &[] };
        children.chunks_exact(2).map(move |pair| {
            let node = NodeRef { yaml: self.yaml, id: pair[0] };
            let value = NodeRef { yaml: self.yaml, id: pair[1] };
            EntryRef { key: node.scalar().unwrap_or_default(), key_span: node.span(), node, value }
        })
    }

    /// The items of a sequence; nothing for other kinds.
    pub fn items(self) -> impl Iterator<Item = NodeRef<'a>> {
        let children = if self.kind() == Kind::Sequence { self.children() } else { &[] };
        children.iter().map(move |&id| NodeRef { yaml: self.yaml, id })
    }

    /// The value as JSON with aliases expanded; `None` where that takes more than `budget` nodes. Keys don't count.
    /// With duplicate keys the first wins; infinity and NaN are null.
    pub fn to_json(self, budget: usize) -> Option<serde_json::Value> {
        json::value(self, budget)
    }

    /// The decoded text of a scalar together with the way back from its offsets to the file's: for an alias, to where
    /// the text is written.
    pub fn text(self) -> Option<MappedText> {
        let Node { span, shape: Shape::Scalar { text, style, .. } } = *self.resolved() else { return None };
        let origin = Origin::scalar(span, style);
        Some(MappedText { text: SharedText::new(&self.yaml.text, text), origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::problem::ProblemKind;

    /// What the specification (YAML 1.2.2) forbids; the comments of its test suite name most of these.
    const INVALID: &[&str] = &[
        // Indentation.
        "a:\n  b: 1\n c: 2\n",
        "- a\n b: c\n",
        "a: 1\n  b: 2\n",
        "a: x\n- b\n",
        "- a\nb: c\n",
        "a:\n  - b\n - c\n",
        "a:\n   - b\n  c: d\n",
        "a: |\n  x\n y\n",
        "a: |\n    \n  x\n",
        "a: \"x\ny\"\n",
        "- - a\n - b\n",
        // Tabs.
        "a:\n\tb: 1\n",
        "a: 1\n\tb: 2\n",
        "-\t- a\n",
        "a: |\n\tx\n",
        "- a\n\t- b\n",
        "a:\n  b:\n\t  c: 1\n",
        "a: [\n\tb\n]\n",
        // Keys and values.
        "a: b: c\n",
        "schema\n  type: x\n",
        "a: 1\nb\nc: 2\n",
        "a: 'b': c\n",
        "a: - b\n",
        "a\nb: c\n",
        "'a\n b': c\n",
        "? a\n? b : c\n d\n",
        "a: &x &y b\n",
        "a: *x b\n",
        "a: *unknown\n",
        "&x *x\n",
        "[a\n b]: c: d\n",
        // Flow collections.
        "a: [b, c\n",
        "a: {b: c\n",
        "[a, b]]\n",
        "{a: b}}\n",
        "[a, , b]\n",
        "[, a]\n",
        "{a: 1,, b: 2}\n",
        "[a}\n",
        "{a: b]\n",
        "a: }\n",
        "[a, #b\n",
        "[a,#b\n c]\n",
        "[-]\n",
        "{a b: c d\n e\n",
        "a: [b] c\n",
        "[a: b\n",
        "- [\n- a\n]\n",
        // Quoted scalars.
        "a: \"b\n",
        "a: 'b\n",
        "a: \"b\" c\n",
        "a: 'b' c\n",
        "a: 'it's'\n",
        "a: \"\\d\"\n",
        "a: \"\\'\"\n",
        "a: \"\\xZZ\"\n",
        "a: \"\\u12\"\n",
        "a: \"\\ud83d\"\n",
        "a: \"\\udc00\"\n",
        "a: \"\\U00110000\"\n",
        "a: \"b\n---\nc\"\n",
        "a: \"b\"#c\n",
        // Plain and block scalars.
        "a: @b\n",
        "a: `b`\n",
        "a: %b\n",
        "a: b # c\n  d\n",
        "a: |0\n  x\n",
        "a: |10\n  x\n",
        "a: | x\n  y\n",
        "a: >x\n",
        "a: |#c\n x\n",
        "a: b\u{7}c\n",
        // Directives, tags, anchors, documents.
        "%YAML 1.2\n",
        "%YAML 1.2\n%YAML 1.2\n---\na\n",
        "%YAML 2.0\n---\na\n",
        "%YAML 1.2 x\n---\na\n",
        "%YAML\n---\na\n",
        "%TAG !e!\n---\na\n",
        "%TAG ! tag:a\n%TAG ! tag:b\n---\na\n",
        "a: !e!x b\n",
        "a: !<x b\n",
        "a: & b\n",
        "a: * b\n",
        "a: 1\n... b\n",
        "a: \u{feff}b\n",
        // Duplicate keys.
        "a: 1\na: 2\n",
        "{a: 1, 'a': 2}\n",
    ];

    /// Accepted, although the specification forbids it.
    const ACCEPTED_ALTHOUGH_FORBIDDEN: &[&str] = &[
        // Brackets and their content less indented than the key: every reader in wide use accepts it, people write it.
        "a: [\n  b\n]\n",
        "a: [\nb,\nc]\n",
        "a:\n  b: {\n  c: 1\n}\n",
        // A tab after a comma in brackets: the parser takes it for the space between entries, which harms nobody.
        "a: [b,\n\tc]\n",
    ];

    #[test]
    fn what_the_specification_forbids_is_a_problem() {
        for source in INVALID {
            let (_, problems) = parse(source, 0, Limits::default());
            let told = problems
                .iter()
                .any(|problem| matches!(problem.kind, ProblemKind::InvalidYaml | ProblemKind::DuplicateKey));
            assert!(told, "{source:?} is accepted");
            for problem in &problems {
                assert!(!problem.span.slice(source).is_empty(), "{source:?}: {problem:?} has no visible place");
                assert!(!problem.message.contains("not valid YAML: while"), "{source:?}: jargon: {}", problem.message);
            }
        }
    }

    #[test]
    fn what_is_accepted_although_forbidden_is_known() {
        for source in ACCEPTED_ALTHOUGH_FORBIDDEN {
            let (yaml, problems) = parse(source, 0, Limits::default());
            assert_eq!(problems, [], "{source:?}");
            assert!(yaml.root().is_some(), "{source:?}");
        }
    }

    #[test]
    fn what_is_valid_is_read_as_the_specification_says() {
        let cases = [
            ("", "-"),
            ("# only\n", "-"),
            ("---\n", "null"),
            ("a", r#""a""#),
            ("a: 1\nb: two\nc: 3.5\nd: true\ne: ~\nf:\n", r#"{"a":1,"b":"two","c":3.5,"d":true,"e":null,"f":null}"#),
            ("a: no\nb: yes\nc: on\nd: 1_000\ne: 012\n", r#"{"a":"no","b":"yes","c":"on","d":"1_000","e":12}"#),
            ("a: 0x1F\nb: 0o17\nc: 1e3\nd: .inf\n", r#"{"a":31,"b":15,"c":1000.0,"d":null}"#),
            ("a: '1'\nb: \"true\"\nc: !!str 1\nd: ! 2\ne: !x 3\n", r#"{"a":"1","b":"true","c":"1","d":"2","e":3}"#),
            ("- a\n- - b\n  - c\n- d: e\n  f: g\n", r#"["a",["b","c"],{"d":"e","f":"g"}]"#),
            ("a:\n- b\n- c\n", r#"{"a":["b","c"]}"#),
            ("a: [b, {c: d, e}, f: g, ]\n", r#"{"a":["b",{"c":"d","e":null},{"f":"g"}]}"#),
            ("{\"a\":1,\"b\":[true,null,\"\\u00e9\\/\"]}", r#"{"a":1,"b":[true,null,"é/"]}"#),
            ("{\n\t\"a\": {\n\t\t\"b\": []\n\t}\n}\n", r#"{"a":{"b":[]}}"#),
            ("a: |\n  b\n   c\n\n  d\n\n\n", r#"{"a":"b\n c\n\nd\n"}"#),
            ("a: |-\n  b\nc: |+\n  d\n\ne: f\n", r#"{"a":"b","c":"d\n\n","e":"f"}"#),
            ("a: >\n  b\n  c\n\n  d\n    e\n  f\n", r#"{"a":"b c\nd\n  e\nf\n"}"#),
            ("a: |2\n    b\n", r#"{"a":"  b\n"}"#),
            ("a: |\n  b", r#"{"a":"b"}"#),
            ("a: b\n  c\n\n  d\n", r#"{"a":"b c\nd"}"#),
            ("a: 'b\n  c''d'\n", r#"{"a":"b c'd"}"#),
            ("a: \"b\\\n  c\\td\"\n", r#"{"a":"bc\td"}"#),
            ("a: http://b/#c\nd: e:f\ng: h#i\n", r#"{"a":"http://b/#c","d":"e:f","g":"h#i"}"#),
            ("a: &x b\nc: *x\nd: &x e\nf: *x\n", r#"{"a":"b","c":"b","d":"e","f":"e"}"#),
            ("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", r#"{"a":{"b":1},"c":{"<<":{"b":1},"d":2}}"#),
            ("? a\n: b\n? |\n  c\n: d\n", r#"{"a":"b","c\n":"d"}"#),
            ("a:\r\n  - b\r\n  - |\r\n    c\r\n    d\r\n", r#"{"a":["b","c\nd\n"]}"#),
            ("\u{feff}a: b\n", r#"{"a":"b"}"#),
            ("%YAML 1.2\n---\na: b\n...\n", r#"{"a":"b"}"#),
            ("--- |\n a\n", r#""a\n""#),
            ("a: - b\n".replace("- b", "-b").as_str(), r#"{"a":"-b"}"#),
            ("1: a\ntrue: b\n", r#"{"1":"a","true":"b"}"#),
            ("a: \"\\ud83d\\ude00\"\n", r#"{"a":"😀"}"#),
        ]
        .map(|(source, json)| (source.to_owned(), json));
        for (source, json) in cases {
            let (yaml, problems) = parse(&source, 0, Limits::default());
            assert_eq!(problems, [], "{source:?}");
            let read = yaml.root().map_or("-".to_owned(), |root| root.to_json(100).unwrap().to_string());
            assert_eq!(read, json, "{source:?}");
        }
    }

    #[test]
    fn json_pointers_find_nodes_and_keys() {
        let source = "messages:\n  - role: user\n    a/b~c: 1\n";
        let (yaml, _) = parse(source, 0, Limits::default());
        let at = |pointer| yaml.pointer(pointer).map(|node| node.span().slice(source));
        let key = |pointer| yaml.key_span(pointer).map(|span| span.slice(source));
        assert_eq!(at("/messages/0/role"), Some("user"));
        assert_eq!(at("/messages/0/a~1b~0c"), Some("1"));
        assert_eq!(at(""), Some(source.trim_end()));
        assert_eq!(at("/messages/1"), None);
        assert_eq!(at("/messages/x"), None);
        assert_eq!(at("messages"), None);
        assert_eq!(key("/messages"), Some("messages"));
        assert_eq!(key("/messages/0/a~1b~0c"), Some("a/b~c"));
        assert_eq!(key("/messages/0"), None);
        assert_eq!(key(""), None);
    }

    #[test]
    fn scalars_give_their_values_by_kind() {
        let (yaml, _) = parse("i: 3\nf: 0.5\nt: '3'\nb: true\nn:\ns: [1]\n", 0, Limits::default());
        let root = yaml.root().unwrap();
        let get = |key| root.get(key).unwrap();
        assert_eq!((get("i").as_u64(), get("i").as_f64(), get("i").as_str()), (Some(3), Some(3.0), None));
        assert_eq!((get("f").as_u64(), get("f").as_f64(), get("f").scalar()), (None, Some(0.5), Some("0.5")));
        assert_eq!((get("t").as_u64(), get("t").as_str()), (None, Some("3")));
        assert_eq!((get("b").as_bool(), get("b").as_str()), (Some(true), None));
        assert_eq!((get("n").kind(), get("n").scalar(), get("n").as_str()), (Kind::Null, Some(""), None));
        assert_eq!((get("s").scalar(), get("s").style(), get("s").items().count()), (None, None, 1));
        assert!(root.get("x").is_none());
        assert_eq!(get("t").style(), Some(ScalarStyle::SingleQuoted));
    }
}
