//! Builds the tree from the parser's events, and keeps it within its limits.

use granit_parser::{Event, Parser, ScalarStyle as EventStyle, StructureStyle, Tag};

use super::extent::{self, Slot};
use super::{Comment, Kind, Limits, ScalarStyle, Yaml, resolve};
use crate::store::problem::{Problem, ProblemKind};
use crate::text::Span;

/// Deeper trees are refused whatever the limits say: conversion to JSON and the drop of JSON values recurse.
const MAX_DEPTH: usize = 256;

/// One node; its id is its index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// In the file, base added.
    pub(super) span: Span,
    pub(super) shape: Shape,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// `text` is a range of [`Yaml::text`].
    Scalar { text: Span, style: ScalarStyle, kind: Kind },
    /// `children` is a range of [`Yaml::children`].
    Sequence { children: Run, layout: Layout },
    /// Keys and values in turns.
    Mapping { children: Run, layout: Layout },
    /// The node that it refers to; never an alias itself, and never a node that it is a part of.
    Alias { target: u32 },
}

/// A range of indices.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    start: u32,
    end: u32,
}

impl Run {
    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// How a collection is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// By indentation.
    Block,
    /// In brackets.
    Flow,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Collection {
    Sequence,
    Mapping,
}

/// A collection that is not closed yet.
pub(super) struct Frame {
    pub(super) id: u32,
    pub(super) collection: Collection,
    pub(super) layout: Layout,
    /// Offset of the opening bracket, or of the first `-` or key.
    pub(super) start: usize,
    pub(super) anchor: usize,
    /// Where its children start among those of the open collections.
    pub(super) first_child: usize,
    /// Nodes inside with aliases expanded, itself included.
    pub(super) weight: usize,
    /// Levels of collections, itself included.
    pub(super) height: usize,
    /// The state before it, to read `{{ x }}` as text after all.
    pub(super) before: Before,
    /// Whether its first key is a mapping that opens right after its own bracket: `{{`.
    pub(super) braces: Braces,
}

#[derive(Clone, Copy)]
pub(super) struct Before {
    pub(super) text: usize,
    pub(super) children: usize,
    pub(super) problems: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Braces {
    Single,
    Double,
}

/// What an anchor names.
#[derive(Clone, Copy)]
pub(super) struct Anchored {
    pub(super) id: u32,
    pub(super) weight: usize,
    pub(super) height: usize,
}

pub(super) enum Step {
    Continue,
    Stop,
}

pub(super) struct Builder<'a> {
    pub(super) source: &'a str,
    pub(super) base: usize,
    pub(super) limits: Limits,
    /// Complete but for the text.
    pub(super) yaml: Yaml,
    /// The decoded texts so far.
    pub(super) text: String,
    pub(super) frames: Vec<Frame>,
    /// Children of the open collections, those of the outermost first.
    pub(super) open_children: Vec<u32>,
    /// By the parser's anchor number, from 1.
    pub(super) anchors: Vec<Option<Anchored>>,
    pub(super) problems: Vec<Problem>,
    /// Nodes so far, aliases expanded.
    pub(super) weight: usize,
    /// End of the last thing read, for places that the parser does not tell.
    pub(super) last_end: usize,
}

/// Parses the first document of `source`.
pub(super) fn build(source: &str, base: usize, limits: Limits) -> (Yaml, Vec<Problem>) {
    let limits = Limits { depth: limits.depth.min(MAX_DEPTH), ..limits };
    let mut builder = Builder {
        source,
        base,
        limits,
        yaml: Yaml { nodes: Vec::with_capacity(source.len().div_ceil(32).min(64)), ..Yaml::default() },
        text: String::with_capacity(source.len()),
        frames: Vec::new(),
        open_children: Vec::new(),
        anchors: Vec::new(),
        problems: Vec::new(),
        weight: 0,
        last_end: 0,
    };
    builder.run();
    let Builder { mut yaml, text, mut problems, .. } = builder;
    yaml.text = text.into();
    yaml.nodes.shrink_to_fit();
    yaml.children.shrink_to_fit();
    // The comment of a block scalar's header is told after the scalar's last line, and thus after its comments.
    if !yaml.comments.is_sorted_by_key(|comment| comment.span) {
        yaml.comments.sort_by_key(|comment| comment.span);
    }
    problems.sort_by_key(|problem| problem.span);
    (yaml, problems)
}

impl Builder<'_> {
    fn run(&mut self) {
        let options = granit_parser::options! {
            emit_unresolved_aliases: true,
            // One more than ours, which have the better place.
            flow_nesting_limit: self.limits.depth + 1,
            block_nesting_limit: self.limits.depth + 1,
            max_buffered_comment_events: usize::MAX,
        };
        let mut document_ended = false;
        for result in Parser::new_from_str_with_options(self.source, options) {
            let step = match result {
                Ok((Event::DocumentStart(..), span)) if document_ended => self.second_document(span),
                Ok((Event::DocumentEnd, _)) => {
                    document_ended = true;
                    Step::Continue
                }
                Ok((event, span)) => self.event(event, span),
                Err(error) => self.error(&error),
            };
            if matches!(step, Step::Stop) {
                break;
            }
        }
        while !self.frames.is_empty() {
            self.close(None);
        }
    }

    fn event(&mut self, event: Event<'_>, span: granit_parser::Span) -> Step {
        let Some(place) = span.byte_range() else { return Step::Continue };
        match event {
            Event::Comment(text, _) => {
                self.comment(&text, place);
                Step::Continue
            }
            Event::Scalar(text, style, anchor, tag) => {
                let node = self.scalar(&text, style, tag.as_deref(), place);
                self.leaf(node, anchor)
            }
            Event::Alias(anchor) => self.alias(anchor, place),
            Event::UnresolvedAlias(name) => self.unresolved_alias(&name, place),
            Event::SequenceStart(style, anchor, _) => self.open(Collection::Sequence, style, anchor, place),
            Event::MappingStart(style, anchor, _) => self.open(Collection::Mapping, style, anchor, place),
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(Some(place));
                Step::Continue
            }
            _ => Step::Continue,
        }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start, self.base + end.max(start))
    }

    fn comment(&mut self, text: &str, place: std::ops::Range<usize>) {
        let line = self.source[..place.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let before = self.source[line..place.start].trim_start_matches('\u{feff}');
        let comment = Comment {
            span: self.span(place.start, place.end),
            text: text.trim().to_owned(),
            trailing: !before.trim().is_empty(),
        };
        self.yaml.comments.push(comment);
    }

    fn push_text(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        Span::new(start, self.text.len())
    }

    pub(super) fn scalar(
        &mut self,
        text: &str,
        style: EventStyle,
        tag: Option<&Tag>,
        place: std::ops::Range<usize>,
    ) -> Node {
        let style = match style {
            EventStyle::Plain => ScalarStyle::Plain,
            EventStyle::SingleQuoted => ScalarStyle::SingleQuoted,
            EventStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
            EventStyle::Literal => ScalarStyle::Literal,
            EventStyle::Folded => ScalarStyle::Folded,
        };
        let is_left_out = place.is_empty() && style == ScalarStyle::Plain;
        let text = match style {
            // The parser's text for a value that is left out is `~`.
            _ if is_left_out => "",
            ScalarStyle::Literal | ScalarStyle::Folded => extent::without_added_break(self.source, text, place.end),
            _ => text,
        };
        let place = match style {
            _ if is_left_out => extent::left_out(self.source, self.last_end, self.slot(), place.start),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                extent::block_scalar(self.source, self.last_end, text, style, place)
            }
            _ => place,
        };
        self.last_end = place.end;
        let is_string = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str") || tag.parts() == ("", "!"));
        let kind = if style == ScalarStyle::Plain && !is_string { resolve::plain(text) } else { Kind::String };
        let text = self.push_text(text);
        Node { span: self.span(place.start, place.end), shape: Shape::Scalar { text, style, kind } }
    }

    /// What the innermost open collection takes next.
    fn slot(&self) -> Slot {
        match self.frames.last() {
            Some(frame) if self.expects_value(frame) => Slot::Value,
            Some(frame) if frame.collection == Collection::Sequence && frame.layout == Layout::Block => Slot::Item,
            _ => Slot::Other,
        }
    }

    fn alias(&mut self, anchor: usize, place: std::ops::Range<usize>) -> Step {
        let span = self.span(place.start, place.end);
        self.last_end = place.end;
        if self.frames.iter().any(|frame| frame.anchor == anchor) {
            let message = format!("`{}` stands inside of what it refers to", &self.source[place.clone()]);
            self.problems.push(Problem::new(ProblemKind::InvalidYaml, span, message));
            return self.leaf(self.null(place.start), 0);
        }
        let Some(target) = self.anchors.get(anchor).copied().flatten() else {
            let name = self.source[place.clone()].trim_start_matches('*').to_owned();
            return self.unresolved_alias(&name, place);
        };
        if self.frames.len() + target.height > self.limits.depth {
            return self.too_deep(span);
        }
        if self.weight.saturating_add(target.weight) > self.limits.nodes {
            return self.too_many(span);
        }
        let node = Node { span, shape: Shape::Alias { target: target.id } };
        self.push(node, target.weight, target.height);
        Step::Continue
    }

    fn null(&self, at: usize) -> Node {
        let end = self.text.len();
        let shape = Shape::Scalar { text: Span::at(end), style: ScalarStyle::Plain, kind: Kind::Null };
        Node { span: self.span(at, at), shape }
    }

    fn unresolved_alias(&mut self, name: &str, place: std::ops::Range<usize>) -> Step {
        let span = self.span(place.start, place.end);
        let message = format!("`*{name}` refers to an anchor `&{name}` that does not stand before it");
        self.problems.push(
            Problem::new(ProblemKind::InvalidYaml, span, message)
                .help("quote the value if it is text that starts with `*`"),
        );
        let node = self.scalar(&self.source[place.clone()], EventStyle::Plain, None, place);
        self.leaf(node, 0)
    }

    fn leaf(&mut self, node: Node, anchor: usize) -> Step {
        if self.weight >= self.limits.nodes {
            return self.too_many(node.span);
        }
        let id = self.push(node, 1, 0);
        self.anchor(anchor, Anchored { id, weight: 1, height: 0 });
        Step::Continue
    }

    pub(super) fn push(&mut self, node: Node, weight: usize, height: usize) -> u32 {
        let id = index(self.yaml.nodes.len());
        self.yaml.nodes.push(node);
        self.weight += weight;
        self.attach(id, weight, height);
        id
    }

    /// Makes a finished node a child of the innermost open collection.
    fn attach(&mut self, id: u32, weight: usize, height: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.weight += weight;
            frame.height = frame.height.max(height + 1);
            self.open_children.push(id);
        }
    }

    pub(super) fn anchor(&mut self, anchor: usize, anchored: Anchored) {
        if anchor > 0 {
            self.anchors.resize(self.anchors.len().max(anchor + 1), None);
            self.anchors[anchor] = Some(anchored);
        }
    }

    fn open(
        &mut self,
        collection: Collection,
        style: StructureStyle,
        anchor: usize,
        place: std::ops::Range<usize>,
    ) -> Step {
        let start = match (collection, style) {
            (Collection::Sequence, StructureStyle::Block) => {
                extent::sequence_start(self.source, self.last_end, self.slot(), place.start)
            }
            _ => place.start,
        };
        let span = self.span(start, start + self.source[start..].chars().next().map_or(0, char::len_utf8));
        if self.frames.len() >= self.limits.depth {
            return self.too_deep(span);
        }
        if self.weight >= self.limits.nodes {
            return self.too_many(span);
        }
        let layout = match style {
            StructureStyle::Block => Layout::Block,
            StructureStyle::Flow => Layout::Flow,
        };
        if collection == Collection::Mapping && layout == Layout::Flow {
            self.mark_double_braces(start);
        }
        let before =
            Before { text: self.text.len(), children: self.yaml.children.len(), problems: self.problems.len() };
        let id = index(self.yaml.nodes.len());
        self.yaml.nodes.push(Node { span, shape: Shape::Sequence { children: Run::default(), layout } });
        self.weight += 1;
        let first_child = self.open_children.len();
        let braces = Braces::Single;
        self.frames.push(Frame {
            id,
            collection,
            layout,
            start,
            anchor,
            first_child,
            weight: 1,
            height: 1,
            before,
            braces,
        });
        self.last_end = self.last_end.max(start + (place.end - place.start));
        Step::Continue
    }

    pub(super) fn expects_value(&self, frame: &Frame) -> bool {
        frame.collection == Collection::Mapping && (self.open_children.len() - frame.first_child) % 2 == 1
    }

    /// Closes the innermost collection. `place` is its closing bracket, if it was read and there is one.
    fn close(&mut self, place: Option<std::ops::Range<usize>>) {
        let Some(frame) = self.frames.pop() else { return };
        if let (Braces::Double, Some(place)) = (frame.braces, place.as_ref()) {
            return self.braces_to_text(&frame, place.end);
        }
        if self.expects_value(&frame) {
            let null = self.null(self.last_end);
            self.open_children.push(index(self.yaml.nodes.len()));
            self.yaml.nodes.push(null);
        }
        let children = &self.open_children[frame.first_child..];
        if frame.collection == Collection::Mapping {
            self.problems.extend(duplicate_keys(&self.yaml, &self.text, children));
        }
        let span = self.collection_span(&frame, children, place);
        let run = Run { start: index(self.yaml.children.len()), end: index(self.yaml.children.len() + children.len()) };
        self.yaml.children.extend_from_slice(children);
        self.open_children.truncate(frame.first_child);
        let layout = frame.layout;
        let shape = match frame.collection {
            Collection::Sequence => Shape::Sequence { children: run, layout },
            Collection::Mapping => Shape::Mapping { children: run, layout },
        };
        self.yaml.nodes[frame.id as usize] = Node { span, shape };
        self.last_end = self.last_end.max(span.range().end - self.base);
        self.anchor(frame.anchor, Anchored { id: frame.id, weight: frame.weight, height: frame.height });
        self.attach(frame.id, frame.weight, frame.height);
    }

    fn collection_span(&self, frame: &Frame, children: &[u32], place: Option<std::ops::Range<usize>>) -> Span {
        let child = |id: &u32| self.yaml.nodes[*id as usize].span;
        let first = children.first().map(child);
        let last = children.last().map(child);
        let has_bracket = self.source[frame.start..].starts_with(['{', '[']) && frame.layout == Layout::Flow;
        let has_dash = frame.collection == Collection::Sequence && frame.layout == Layout::Block;
        let own = self.span(frame.start, frame.start + usize::from(has_bracket || has_dash));
        let start = if has_bracket || has_dash { own } else { first.unwrap_or(own) };
        let end = match place {
            Some(place) if has_bracket => self.span(place.start, place.end),
            _ => last.unwrap_or(start),
        };
        start.cover(end)
    }
}

/// The problems of keys that a mapping has already.
fn duplicate_keys(yaml: &Yaml, texts: &str, children: &[u32]) -> Vec<Problem> {
    let text_of = |node: &Node| match node.shape {
        Shape::Scalar { text, .. } => Some(text.slice(texts)),
        _ => None,
    };
    let mut keys: Vec<(&str, Span)> = children
        .iter()
        .step_by(2)
        .filter_map(|&id| {
            let node = &yaml.nodes[id as usize];
            let text = match node.shape {
                Shape::Alias { target } => text_of(&yaml.nodes[target as usize]),
                _ => text_of(node),
            };
            // A key that is left out has no place to speak about.
            text.map(|text| (text, node.span)).filter(|(_, span)| !span.is_empty())
        })
        .collect();
    keys.sort_unstable();
    let mut problems = Vec::new();
    let mut first = 0;
    for next in 1..keys.len() {
        let ((text, span), (first_text, first_span)) = (keys[next], keys[first]);
        if text == first_text {
            problems.push(
                Problem::new(ProblemKind::DuplicateKey, span, format!("this mapping has the key `{text}` already"))
                    .related(first_span, "first here"),
            );
        } else {
            first = next;
        }
    }
    problems
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("because a document has fewer nodes than bytes, and less than 4 GiB of these")
}

#[cfg(test)]
mod tests {
    use super::super::{EntryRef, NodeRef, parse};
    use super::*;

    fn clean(source: &str) -> Yaml {
        let (yaml, problems) = parse(source, 0, Limits::default());
        assert_eq!(problems, [], "{source:?}");
        yaml
    }

    /// Each key and value with its place, one a line.
    fn draw(source: &str, node: NodeRef<'_>) -> String {
        let show = |span: Span| span.slice(source).replace('\n', "↵").replace('\r', "←");
        let entry = |entry: EntryRef<'_>| format!("{}: {}", show(entry.key_span), draw(source, entry.value));
        let own = format!("{}\n", show(node.span()));
        own + &node.entries().map(entry).chain(node.items().map(|item| draw(source, item))).collect::<String>()
    }

    #[test]
    fn every_node_knows_its_bytes() {
        let cases = [
            ("a: b # c\nd: 'e'\n", "a: b # c↵d: 'e'\na: b\nd: 'e'\n"),
            ("a: |\n  x\n\n  y\n\nb: 1\n", "a: |↵  x↵↵  y↵↵b: 1\na: |↵  x↵↵  y\nb: 1\n"),
            ("- |+ # why\n  x\n\n- >2-\n    y\n", "- |+ # why↵  x↵↵- >2-↵    y\n|+ # why↵  x↵\n>2-↵    y\n"),
            ("a: &x !!str |\r\n  x\r\n", "a: &x !!str |←↵  x\na: |←↵  x\n"),
            ("a: |\nb: >\n\nc: |-", "a: |↵b: >↵↵c: |-\na: |\nb: >\nc: |-\n"),
            ("a: {b: [1, 2 ], c: } # d", "a: {b: [1, 2 ], c: }\na: {b: [1, 2 ], c: }\nb: [1, 2 ]\n1\n2\nc: \n"),
            ("[a: b, c]", "[a: b, c]\na: b\na: b\nc\n"),
            ("k:\n- a\n-\n- - b", "k:↵- a↵-↵- - b\nk: - a↵-↵- - b\na\n\n- b\nb\n"),
            ("k:\n- -1\n", "k:↵- -1\nk: - -1\n-1\n"),
            ("k: &x # why\n- - b\n", "k: &x # why↵- - b\nk: - - b\n- b\nb\n"),
            ("\u{feff}a: é\nü: x", "a: é↵ü: x\na: é\nü: x\n"),
            ("? a\n: b\n? c", "? a↵: b↵? c\na: b\nc: \n"),
        ];
        for (source, drawn) in cases {
            let yaml = clean(source);
            let drawn = if source.starts_with('?') { drawn.trim_start_matches("? ") } else { drawn };
            assert_eq!(draw(source, yaml.root().unwrap()), drawn, "{source:?}");
        }
    }

    #[test]
    fn a_value_that_is_left_out_stands_after_its_indicator() {
        let source = "a:\nb: &x\nc:\n-\n- # none\nd: {e, f : }\n";
        let yaml = clean(source);
        let at = |pointer: &str| yaml.pointer(pointer).unwrap().span();
        assert_eq!(at("/a"), Span::at(2));
        assert_eq!(at("/b"), Span::at(8));
        assert_eq!(at("/c/0"), Span::at(13));
        assert_eq!(at("/c/1"), Span::at(15));
        assert_eq!(at("/d/e"), Span::at(28));
        assert_eq!(at("/d/f"), Span::at(33));
    }

    #[test]
    fn an_alias_is_its_target_at_its_own_place() {
        let source = "a: &x {b: 1}\nc: *x\n";
        let yaml = clean(source);
        let alias = yaml.pointer("/c").unwrap();
        assert_eq!(alias.span().slice(source), "*x");
        assert_eq!(alias.get("b").unwrap().as_u64(), Some(1));
        let (yaml, _) = parse("a: &x text\nb: *x\n", 100, Limits::default());
        let text = yaml.pointer("/b").unwrap().text().unwrap();
        let file = format!("{}a: &x text\nb: *x\n", " ".repeat(100));
        assert_eq!(text.to_source(&file, Span::new(0, 4)).slice(&file), "text");
    }

    #[test]
    fn comments_are_told_in_order_with_their_places() {
        let source = "# one\na: | # two\n  # text\nb: [ # three\n  1]#x\n";
        let (yaml, _) = parse(source, 10, Limits::default());
        let comments: Vec<_> =
            yaml.comments().iter().map(|comment| (comment.text.as_str(), comment.trailing)).collect();
        assert_eq!(comments, [("one", false), ("two", true), ("three", true)]);
        assert_eq!(yaml.comments()[1].span, Span::new(21, 26));
    }

    #[test]
    fn a_key_that_is_there_already_is_a_problem_with_both_places() {
        let source = "a: 1\nb: {c: 1, 'c': 2}\na: 2\n\"a\": 3\n";
        let (_, problems) = parse(source, 0, Limits::default());
        let places: Vec<_> =
            problems.iter().map(|problem| (problem.span.start, problem.related.as_ref().unwrap().0.start)).collect();
        assert_eq!(places, [(15, 9), (23, 0), (28, 0)]);
        assert!(problems.iter().all(|problem| problem.kind == ProblemKind::DuplicateKey));
        assert_eq!(problems[0].message, "this mapping has the key `c` already");
    }

    #[test]
    fn limits_stop_with_a_place_and_what_was_read_stays() {
        let deep = |open: &str, times: usize| format!("a: 1\nb: {}", open.repeat(times));
        let bomb = "a: &a [x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\n";
        let nested =
            format!("a: 1\nb:\n{}", (1..500).map(|depth| format!("{}-\n", " ".repeat(depth))).collect::<String>());
        let cases = [
            (deep("[", 100), 64, 250_000),
            (deep("[", 10_000), 64, 250_000),
            (deep("{a: ", 100_000), 64, 250_000),
            (deep("- ", 10_000).replace("b: ", "b:\n"), 64, 250_000),
            (deep("[", 100_000), usize::MAX, usize::MAX),
            (nested, 64, 250_000),
            (bomb.to_owned(), 64, 50),
            (bomb.to_owned(), 3, 250_000),
            ("a: 1\nb: [1, 2, 3]".to_owned(), 64, 6),
        ];
        for (source, depth, nodes) in cases {
            let (yaml, problems) = parse(&source, 0, Limits { depth, nodes });
            let shown: String = source.chars().take(40).collect();
            assert_eq!(problems.len(), 1, "{shown:?}: {problems:?}");
            assert_eq!(problems[0].kind, ProblemKind::NotAnalysed, "{shown:?}");
            assert!(!problems[0].span.is_empty() && source.get(problems[0].span.range()).is_some(), "{shown:?}");
            let root = yaml.root().unwrap();
            assert!(root.get("a").is_some(), "{shown:?}");
            assert!(root.to_json(usize::MAX).is_some(), "{shown:?}");
        }
    }

    #[test]
    fn an_alias_inside_of_its_target_is_refused() {
        let (yaml, problems) = parse("a: &x [1, *x]\n", 0, Limits::default());
        assert_eq!(problems[0].kind, ProblemKind::InvalidYaml);
        assert_eq!(yaml.root().unwrap().to_json(9).unwrap().to_string(), r#"{"a":[1,null]}"#);
    }

    #[test]
    fn one_document_is_read_and_a_second_is_told() {
        for (source, place) in [("a: 1\n---\nb: [\n", "---"), ("a: 1\n...\nb: 2\n", "b"), ("---\na: 1\n---\n", "---")] {
            let (yaml, problems) = parse(source, 0, Limits::default());
            assert_eq!(problems.len(), 1);
            assert_eq!((problems[0].kind, problems[0].span.slice(source)), (ProblemKind::NotAnalysed, place));
            assert_eq!(yaml.root().unwrap().to_json(9).unwrap().to_string(), r#"{"a":1}"#);
        }
    }

    #[test]
    fn what_was_read_before_an_error_stays() {
        let (yaml, problems) = parse("a: 1\nb:\n  c: [1, 2]\n  d: 'x\ne: 1\n", 0, Limits::default());
        assert_eq!(problems.len(), 1);
        assert_eq!(yaml.root().unwrap().to_json(9).unwrap().to_string(), r#"{"a":1,"b":{"c":[1,2],"d":null}}"#);
    }

    #[test]
    fn a_template_without_quotes_is_a_problem_and_text() {
        let cases = [
            ("a: {{ x }}\nb: 1\n", "{{ x }}", r#"{"a":"{{ x }}","b":1}"#),
            ("a: {{ x }}, {{ y }}!\nb: 1\n", "{{ x }}, {{ y }}!", r#"{"a":"{{ x }}, {{ y }}!"}"#),
            ("- {{ \"x\" | upper }} y\n", "{{ \"x\" | upper }} y", r#"["{{ \"x\" | upper }} y"]"#),
            ("a: {% if x %}\n", "{% if x %}", r#"{"a":"{% if x %}"}"#),
            ("a: {# note #} y\n", "{# note #} y", r#"{"a":"{# note #} y"}"#),
        ];
        for (source, place, json) in cases {
            let (yaml, problems) = parse(source, 0, Limits::default());
            assert_eq!(problems.len(), 1, "{source:?}: {problems:?}");
            assert_eq!((problems[0].kind, problems[0].span.slice(source)), (ProblemKind::InvalidYaml, place));
            assert_eq!(problems[0].help.as_deref(), Some("quote the value"));
            assert_eq!(yaml.root().unwrap().to_json(9).unwrap().to_string(), json);
        }
    }

    #[test]
    fn the_base_moves_every_place() {
        let source = "a: [1, {{ x }}]\na: 'x\n";
        let (_, near) = parse(source, 0, Limits::default());
        let (_, far) = parse(source, 1000, Limits::default());
        assert!(!near.is_empty());
        for (near, far) in near.iter().zip(&far) {
            assert_eq!(near.span.shift(1000), far.span);
        }
    }

    #[test]
    fn a_tree_is_shared_between_threads() {
        fn is_shared<T: Send + Sync + Default>() {}
        is_shared::<Yaml>();
        assert!(Yaml::default().root().is_none());
    }
}
