//! What the builder does where a document cannot be read as it is written: it stops at limits and errors, and reads
//! templates without quotes as the text that they were meant to be.

use granit_parser::{ErrorKind, ScalarStyle as EventStyle, ScanError};

use super::mistake;
use super::tree::{Anchored, Braces, Builder, Collection, Frame, Layout, Shape, Step};
use crate::store::problem::{Problem, ProblemKind};
use crate::text::Span;

impl Builder<'_> {
    /// Notes that the innermost collection is `{{ ...`: a mapping whose first key is a mapping, and no space between.
    pub(super) fn mark_double_braces(&mut self, start: usize) {
        let first_child = self.open_children.len();
        if let Some(frame) = self.frames.last_mut()
            && frame.first_child == first_child
            && frame.layout == Layout::Flow
            && self.source[frame.start..].starts_with("{{")
            && frame.start + 1 == start
        {
            frame.braces = Braces::Double;
        }
    }

    /// Reads a mapping that is `{{ ... }}` as the text that it was meant to be.
    pub(super) fn braces_to_text(&mut self, frame: &Frame, end: usize) {
        self.forget(frame);
        let source = &self.source[frame.start..end];
        self.problems.push(mistake::unquoted_template(self.span(frame.start, end), source));
        let node = self.scalar(source, EventStyle::Plain, None, frame.start..end);
        let id = self.push(node, frame.weight, 0);
        self.anchor(frame.anchor, Anchored { id, weight: frame.weight, height: 0 });
    }

    /// Takes everything back that was read since `frame` was opened.
    fn forget(&mut self, frame: &Frame) {
        self.yaml.nodes.truncate(frame.id as usize);
        self.text.truncate(frame.before.text);
        self.yaml.children.truncate(frame.before.children);
        self.problems.truncate(frame.before.problems);
        self.open_children.truncate(frame.first_child);
        // Anchors are numbered in order, so those inside are the last.
        while self.anchors.pop_if(|last| last.is_none_or(|anchored| anchored.id >= frame.id)).is_some() {}
        self.weight -= frame.weight;
    }

    pub(super) fn too_deep(&mut self, span: Span) -> Step {
        let message = format!(
            "lists and mappings nest more than {} levels deep here; nothing after this place was read",
            self.limits.depth
        );
        self.problems.push(Problem::new(ProblemKind::NotAnalysed, span, message).help("nest them less"));
        Step::Stop
    }

    pub(super) fn too_many(&mut self, span: Span) -> Step {
        let message = format!(
            "with this, the document has more than {} values, aliases counted in full; nothing after this place was read",
            self.limits.nodes
        );
        self.problems
            .push(Problem::new(ProblemKind::NotAnalysed, span, message).help("write less, or use fewer aliases"));
        Step::Stop
    }

    pub(super) fn second_document(&mut self, span: granit_parser::Span) -> Step {
        let start = span.start.byte_offset().unwrap_or(self.last_end);
        let place = if self.source[start..].starts_with("---") {
            Span::new(start, start + 3)
        } else {
            mistake::visible(self.source, start)
        };
        self.problems.push(
            Problem::new(
                ProblemKind::NotAnalysed,
                place.shift(self.base),
                "a second YAML document starts here and was not read",
            )
            .help("keep one document in a file"),
        );
        Step::Stop
    }

    pub(super) fn error(&mut self, error: &ScanError) -> Step {
        let at = error.marker().byte_offset().unwrap_or(self.last_end);
        if *error.kind() == ErrorKind::RecursionLimitExceeded {
            return self.too_deep(mistake::visible(self.source, at).shift(self.base));
        }
        let brackets: Vec<usize> =
            self.frames.iter().filter(|frame| self.has_bracket(frame)).map(|frame| frame.start).collect();
        let scene = mistake::Scene { source: self.source, at, read_to: self.last_end, brackets: &brackets };
        let mut problem = scene.explain(error.kind());
        problem.span = problem.span.shift(self.base);
        // What follows an unquoted `{{ x }}` or `*x` on its line is no second mistake.
        let is_told = self.problems.last().is_some_and(|last| {
            let between = self.source.get(last.span.range().end - self.base..at);
            last.kind == ProblemKind::InvalidYaml && between.is_some_and(|between| !between.contains(['\n', '\r']))
        });
        if is_told {
            self.extend_template(problem.span.range().start);
        } else {
            self.template_to_text(problem.span);
            self.problems.push(problem);
        }
        Step::Stop
    }

    /// Whether a bracket opens `frame`. None opens the pair in `[a: b]`, which is a mapping too.
    fn has_bracket(&self, frame: &Frame) -> bool {
        let bracket = match frame.collection {
            Collection::Sequence => b'[',
            Collection::Mapping => b'{',
        };
        frame.layout == Layout::Flow && self.source.as_bytes().get(frame.start) == Some(&bracket)
    }

    /// Reads what an error is about as text, if it is a template without quotes.
    fn template_to_text(&mut self, span: Span) {
        let start = span.range().start - self.base;
        if !mistake::is_template(&self.source[start..]) {
            return;
        }
        let is_the_value = |frame: &Frame| frame.layout == Layout::Flow && frame.start == start;
        if let Some(index) = self.frames.iter().position(is_the_value) {
            self.frames.truncate(index + 1);
            let Some(frame) = self.frames.pop() else { return };
            self.forget(&frame);
        } else if self.frames.last().is_none_or(|frame| {
            frame.layout == Layout::Flow || (frame.collection == Collection::Mapping && !self.expects_value(frame))
        }) {
            return;
        }
        let range = start..span.range().end - self.base;
        let node = self.scalar(&self.source[range.clone()], EventStyle::Plain, None, range);
        self.push(node, 1, 0);
    }

    /// Takes the rest of the line at `from` into the unquoted template that ends before it.
    fn extend_template(&mut self, from: usize) {
        let rest = &self.source[from - self.base..];
        let end = from + rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())].trim_end().len();
        if let (Some(problem), Some(node)) = (self.problems.last_mut(), self.yaml.nodes.last_mut())
            && let Shape::Scalar { text, .. } = &mut node.shape
            && problem.span == node.span
            && mistake::is_template(&self.source[node.span.range().start - self.base..])
        {
            let span = Span::new(node.span.range().start, end);
            (problem.span, node.span) = (span, span);
            self.text.truncate(text.range().start);
            self.text.push_str(&self.source[span.range().start - self.base..end - self.base]);
            *text = Span::new(text.range().start, self.text.len());
        }
    }
}
