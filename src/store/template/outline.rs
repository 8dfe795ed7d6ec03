//! The shape of a template: which text is always there, which may be, which comes back for each item of a list.
//!
//! Made from what the scanners found, not by a parser of its own: the tags say where blocks open and close, the uses what
//! they print and loop over. A template that is not balanced has a shape too.

use std::ops::Range;

use super::{Syntax, TagKind, Template, UseKind};
use crate::text::Span;

/// A part of a template, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Literal text, without the white space that its neighbours trim.
    Text(Span),
    /// A tag that prints.
    Print {
        /// The tag, from delimiter to delimiter.
        span: Span,
        /// The uses inside, as indexes into [`super::Analysis::uses`].
        uses: Range<usize>,
    },
    /// A block that comes once for each item.
    Loop {
        /// What is looped over, as an index into [`super::Analysis::uses`]; `None` where that is no input.
        over: Option<usize>,
        /// What comes for each item.
        body: Vec<Part>,
        /// What comes where there is no item.
        otherwise: Vec<Part>,
    },
    /// At most one of these.
    Branches(Vec<Vec<Part>>),
    /// Another template, as an index into [`super::Analysis::includes`].
    Include(usize),
    /// A text that is printed where its name is: a macro, a variable, an inline partial.
    Define {
        /// The name.
        name: Span,
        /// What it stands for.
        body: Vec<Part>,
    },
}

/// The shape of a template or of a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The parts.
    pub parts: Vec<Part>,
    /// Whether every block that opens in the range closes in it, and the other way round.
    pub balanced: bool,
}

/// Blocks that nest deeper are read as if their tags were not there: whoever walks over the parts may recurse.
const MAX_DEPTH: usize = 48;

/// The shape of `template` within `range`, which is that of a message, or all of it.
pub fn outline(template: &Template, range: Span) -> Outline {
    let tags = &template.analysis.tags;
    let from = tags.partition_point(|tag| tag.span.start < range.start);
    let mut builder = Builder {
        template,
        text: &template.text.text,
        frames: vec![Frame { block: Block::Group, closer: "", done: Vec::new(), parts: Vec::new() }],
        skipped: 0,
        balanced: true,
    };
    let mut at = range.start;
    for tag in tags[from..].iter().take_while(|tag| tag.span.end <= range.end) {
        let is_line = builder.is_whole_line(tag.span, tag.kind);
        builder.literal(at, tag.span.start, Before::Tag { span: tag.span, is_line });
        if tag.kind != TagKind::Comment {
            builder.tag(tag.span, tag.kind);
        }
        at = if is_line { builder.after_line(tag.span.end) } else { tag.span.end }.min(range.end);
    }
    builder.literal(at, range.end, Before::End);
    builder.finish()
}

/// What a piece of literal text stands before.
#[derive(Clone, Copy)]
enum Before {
    Tag { span: Span, is_line: bool },
    End,
}

/// What a tag does to the shape.
enum Event<'t> {
    Open(Block, &'t str),
    /// Another condition, or what holds where none did.
    Else,
    Close(&'t str),
    Print,
    Include,
    /// A print or an include, and a block that opens.
    PrintAndOpen(&'t str),
    IncludeAndOpen(&'t str),
    Assign(Span),
    Nothing,
}

#[derive(Clone, Copy, Debug)]
enum Block {
    /// What is inside is there.
    Group,
    Choice,
    Loop {
        over: Option<usize>,
    },
    Define {
        name: Span,
    },
}

struct Frame<'t> {
    block: Block,
    /// The word that closes it: `endif`, or the block's name.
    closer: &'t str,
    /// The branches before the current one.
    done: Vec<Vec<Part>>,
    parts: Vec<Part>,
}

struct Builder<'t> {
    template: &'t Template,
    text: &'t str,
    /// The outermost frame is the template's own and is always there.
    frames: Vec<Frame<'t>>,
    /// How many open blocks are not looked at.
    skipped: usize,
    balanced: bool,
}

impl<'t> Builder<'t> {
    fn push(&mut self, part: Part) {
        let frame = self.frames.last_mut().expect("because the outermost frame is never popped");
        frame.parts.push(part);
    }

    fn literal(&mut self, start: u32, end: u32, before: Before) {
        let Some(slice) = self.text.get(start as usize..(end as usize).max(start as usize)) else { return };
        let mut kept = slice;
        if trims_after(self.text.get(..start as usize).unwrap_or_default()) {
            kept = kept.trim_start();
        }
        match before {
            Before::Tag { span, .. } if trims_before(span.slice(self.text)) => kept = kept.trim_end(),
            Before::Tag { is_line: true, .. } => kept = kept.trim_end_matches([' ', '\t']),
            Before::Tag { .. } => {}
            Before::End if self.template.syntax == Syntax::Jinja && end as usize == self.text.len() => {
                // Jinja drops the newline at a template's end.
                kept = kept.strip_suffix('\n').map_or(kept, |kept| kept.strip_suffix('\r').unwrap_or(kept));
            }
            Before::End => {}
        }
        if !kept.is_empty() {
            let from = kept.as_ptr() as usize - self.text.as_ptr() as usize;
            self.push(Part::Text(Span::new(from, from + kept.len())));
        }
    }

    /// Whether a block tag stands alone on its line in a language that drops such lines.
    fn is_whole_line(&self, span: Span, kind: TagKind) -> bool {
        if kind == TagKind::Expression || !matches!(self.template.syntax, Syntax::Handlebars | Syntax::Mustache) {
            return false;
        }
        let before = self.text.get(..span.start as usize).unwrap_or_default().trim_end_matches([' ', '\t']);
        let after = self.text.get(span.end as usize..).unwrap_or_default().trim_start_matches([' ', '\t']);
        (before.is_empty() || before.ends_with('\n')) && (after.is_empty() || after.starts_with(['\r', '\n']))
    }

    fn after_line(&self, end: u32) -> u32 {
        let rest = self.text.get(end as usize..).unwrap_or_default();
        let after = rest.trim_start_matches([' ', '\t']);
        let after = after.strip_prefix('\r').unwrap_or(after);
        let after = after.strip_prefix('\n').unwrap_or(after);
        end + Span::new(0, rest.len() - after.len()).end
    }

    fn tag(&mut self, span: Span, kind: TagKind) {
        let event = match self.template.syntax {
            Syntax::Jinja => self.jinja(span, kind),
            Syntax::Handlebars | Syntax::Mustache => self.handlebars(span),
            Syntax::FString | Syntax::SemanticKernel => Event::Print,
            Syntax::Plain => Event::Nothing,
        };
        match event {
            Event::Nothing => {}
            Event::Print => self.print(span),
            Event::Include => self.includes(span),
            Event::Open(block, closer) => self.open(block, closer),
            Event::PrintAndOpen(closer) => {
                self.print(span);
                self.open(Block::Group, closer);
            }
            Event::IncludeAndOpen(closer) => {
                self.includes(span);
                self.open(Block::Group, closer);
            }
            Event::Assign(name) => {
                let value = Span { start: name.end, end: span.end };
                let mut body = vec![Part::Print { span, uses: self.uses(span) }];
                if value.slice(self.text).contains(['"', '\'']) {
                    body.push(Part::Text(value));
                }
                self.push(Part::Define { name, body });
            }
            Event::Else => self.otherwise(),
            Event::Close(closer) => self.close(closer),
        }
    }

    /// Ends a branch and begins the next one.
    fn otherwise(&mut self) {
        match self.frames.last_mut() {
            _ if self.skipped > 0 => {}
            Some(frame) if !frame.closer.is_empty() => {
                let branch = std::mem::take(&mut frame.parts);
                frame.done.push(branch);
            }
            _ => self.balanced = false,
        }
    }

    fn print(&mut self, span: Span) {
        let uses = self.uses(span);
        self.push(Part::Print { span, uses });
    }

    fn uses(&self, span: Span) -> Range<usize> {
        let uses = &self.template.analysis.uses;
        let from = uses.partition_point(|usage| usage.span.start < span.start);
        let to = uses.partition_point(|usage| usage.span.start < span.end);
        from..to.max(from)
    }

    /// The includes of a tag: several are alternatives.
    fn includes(&mut self, span: Span) {
        let includes = &self.template.analysis.includes;
        let from = includes.partition_point(|include| include.span.start < span.start);
        let inside = includes[from..].iter().take_while(|include| include.span.end <= span.end).count();
        match inside {
            0 => {}
            1 => self.push(Part::Include(from)),
            _ => self.push(Part::Branches((from..from + inside).map(|index| vec![Part::Include(index)]).collect())),
        }
    }

    fn open(&mut self, block: Block, closer: &'t str) {
        if self.skipped > 0 || self.frames.len() > MAX_DEPTH {
            self.skipped += 1;
            self.balanced = false;
            return;
        }
        self.frames.push(Frame { block, closer, done: Vec::new(), parts: Vec::new() });
    }

    fn close(&mut self, closer: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(index) = self.frames.iter().rposition(|frame| frame.closer == closer && !closer.is_empty()) else {
            self.balanced = false;
            return;
        };
        self.balanced &= index + 1 == self.frames.len();
        while self.frames.len() > index {
            self.fold();
        }
    }

    /// Ends the innermost block.
    fn fold(&mut self) {
        let Some(Frame { block, mut done, parts, .. }) = self.frames.pop() else { return };
        done.push(parts);
        let part = match block {
            Block::Group => {
                for part in done.into_iter().flatten() {
                    self.push(part);
                }
                return;
            }
            Block::Choice => Part::Branches(done),
            Block::Loop { over } => {
                let mut branches = done.into_iter();
                let body = branches.next().unwrap_or_default();
                Part::Loop { over, body, otherwise: branches.flatten().collect() }
            }
            Block::Define { name } => Part::Define { name, body: done.into_iter().flatten().collect() },
        };
        self.push(part);
    }

    fn finish(mut self) -> Outline {
        self.balanced &= self.frames.len() == 1;
        while self.frames.len() > 1 {
            self.fold();
        }
        let parts = self.frames.pop().map_or_else(Vec::new, |frame| frame.parts);
        Outline { parts, balanced: self.balanced }
    }

    fn jinja(&self, span: Span, kind: TagKind) -> Event<'t> {
        if kind == TagKind::Expression {
            return Event::Print;
        }
        let tag = span.slice(self.text);
        let inner = tag.trim_start_matches(['{', '%', '-', '+']).trim_start();
        let word = first_word(inner);
        let after = inner[word.len()..].trim_start();
        let name = || {
            let name = first_word(after);
            let start = name.as_ptr() as usize - self.text.as_ptr() as usize;
            Span::new(start, start + name.len())
        };
        match word {
            "if" => Event::Open(Block::Choice, "endif"),
            "for" => Event::Open(Block::Loop { over: self.looped(span, &[UseKind::Iterated]) }, "endfor"),
            "elif" | "else" => Event::Else,
            "macro" => Event::Open(Block::Define { name: name() }, "endmacro"),
            "call" => Event::PrintAndOpen("endcall"),
            "filter" => Event::Open(Block::Group, "endfilter"),
            "with" => Event::Open(Block::Group, "endwith"),
            "block" => Event::Open(Block::Group, "endblock"),
            "autoescape" => Event::Open(Block::Group, "endautoescape"),
            "set" if is_assignment(after) => Event::Assign(name()),
            "set" => Event::Open(Block::Define { name: name() }, "endset"),
            "include" | "extends" | "import" | "from" => Event::Include,
            "endif" | "endfor" | "endmacro" | "endcall" | "endfilter" | "endwith" | "endblock" | "endautoescape"
            | "endset" => Event::Close(word),
            _ => Event::Nothing,
        }
    }

    fn handlebars(&self, span: Span) -> Event<'t> {
        let tag = span.slice(self.text);
        if tag.starts_with("{{{{") {
            return Event::Nothing;
        }
        let inner = tag.trim_start_matches(['{', '~']).trim_end_matches(['}', '~']).trim();
        let sections = self.template.syntax == Syntax::Mustache;
        let (sigil, rest) = match inner.chars().next() {
            Some(sigil @ ('#' | '^' | '/' | '>' | '$' | '<' | '!' | '=')) => (sigil, inner[sigil.len_utf8()..].trim()),
            _ => (' ', inner),
        };
        let name = if sections { rest } else { rest.split([' ', '\t', '\r', '\n', '(']).next().unwrap_or_default() };
        match sigil {
            ' ' if name == "else" && !sections => Event::Else,
            ' ' => Event::Print,
            '^' if rest.is_empty() => Event::Else,
            '^' | '$' | '<' => Event::Open(Block::Choice, name),
            '/' => Event::Close(name),
            '>' => Event::Include,
            '#' if rest.starts_with('>') => Event::IncludeAndOpen(first_path(rest[1..].trim())),
            '#' if rest.starts_with("*inline") => {
                let name = first_path(rest["*inline".len()..].trim());
                let start = name.as_ptr() as usize - self.text.as_ptr() as usize;
                Event::Open(Block::Define { name: Span::new(start, start + name.len()) }, "inline")
            }
            '#' if !sections && matches!(name, "if" | "unless" | "with" | "ifEquals" | "unlessEquals") => {
                Event::Open(Block::Choice, name)
            }
            '#' if sections || name == "each" || name.len() == rest.len() => {
                Event::Open(Block::Loop { over: self.looped(span, &[UseKind::Iterated, UseKind::Tested]) }, name)
            }
            '#' => Event::Open(Block::Choice, name),
            _ => Event::Nothing,
        }
    }

    /// The first use in a tag that is of one of these kinds.
    fn looped(&self, span: Span, kinds: &[UseKind]) -> Option<usize> {
        let uses = &self.template.analysis.uses;
        self.uses(span).find(|&index| kinds.contains(&uses[index].kind))
    }
}

/// Whether the tag that ends `before` takes the white space after it.
fn trims_after(before: &str) -> bool {
    ["-%}", "-}}", "-#}", "~}}"].iter().any(|end| before.ends_with(end))
}

/// Whether a tag takes the white space before it.
fn trims_before(tag: &str) -> bool {
    ["{%-", "{{-", "{#-", "{{~", "{{{~"].iter().any(|start| tag.starts_with(start))
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}

/// A partial's name without quotes.
fn first_path(text: &str) -> &str {
    text.trim_start_matches(['"', '\'']).split(['"', '\'', ' ', '\t', '\r', '\n']).next().unwrap_or_default()
}

/// Whether what follows `set` is `name = value`, and not the head of a block.
fn is_assignment(after: &str) -> bool {
    let target = after.trim_start_matches(|c: char| c.is_alphanumeric() || "_.,() \t\r\n".contains(c));
    target.starts_with('=')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::mapped::MappedText;

    /// `text`, `<print>`, `loop(variable){body|otherwise}`, `choice{a|b}`, `include(name)`, `define(name){body}`.
    fn draw(template: &Template, parts: &[Part]) -> String {
        let text = template.text.text.as_str();
        let one = |part: &Part| match part {
            Part::Text(span) => span.slice(text).replace('\n', "⏎"),
            Part::Print { uses, .. } => {
                let names: Vec<_> =
                    template.analysis.uses[uses.clone()].iter().map(|usage| usage.span.slice(text)).collect();
                format!("<{}>", names.join(","))
            }
            Part::Loop { over, body, otherwise } => {
                let over = over.map_or("?", |index| template.analysis.uses[index].root.as_str());
                format!("loop({over}){{{}|{}}}", draw(template, body), draw(template, otherwise))
            }
            Part::Branches(branches) => {
                let branches: Vec<_> = branches.iter().map(|parts| draw(template, parts)).collect();
                format!("choice{{{}}}", branches.join("|"))
            }
            Part::Include(index) => {
                format!("include({})", template.analysis.includes[*index].target.as_deref().unwrap_or("?"))
            }
            Part::Define { name, body } => format!("define({}){{{}}}", name.slice(text), draw(template, body)),
        };
        parts.iter().map(one).collect()
    }

    fn drawn(syntax: Syntax, text: &str) -> String {
        let template = Template::new(MappedText::verbatim(text, 0), syntax);
        let outline = outline(&template, Span::new(0, text.len()));
        draw(&template, &outline.parts) + if outline.balanced { "" } else { " (unbalanced)" }
    }

    #[test]
    fn every_language_has_a_shape() {
        use Syntax::{FString, Handlebars, Jinja, Mustache, Plain, SemanticKernel};
        for (syntax, text, expected) in [
            (Plain, "a {{ b }}", "a {{ b }}"),
            (FString, "a {b} {{c}}", "a <b> {{c}}"),
            (SemanticKernel, "a {{$b}}", "a <$b>"),
            (Jinja, "a {{ b }} c\n", "a <b> c"),
            (Jinja, "{% if a %}x{% elif b %}y{% else %}z{% endif %}", "choice{x|y|z}"),
            (Jinja, "{% for p in ps %}{{ p.t }}{% else %}none{% endfor %}", "loop(ps){<p.t>|none}"),
            (Jinja, "x  {%- if a -%}  y {%- endif %}", "xchoice{y}"),
            (Jinja, "{% include 'a.md' %}{% include ['b', 'c'] %}", "include(a.md)choice{include(b)|include(c)}"),
            (Jinja, "{% macro m(x) %}hi{% endmacro %}{{ m(1) }}", "define(m){hi}<>"),
            (Jinja, "{% set a %}x{% endset %}{% set b = c %}", "define(a){x}define(b){<c>}"),
            (Jinja, "{% raw %}{{ a }}{% endraw %}{# no #}b", "{{ a }}b"),
            (Jinja, "{% with a = b %}x{% endwith %}{% filter upper %}y{% endfilter %}", "xy"),
            (Handlebars, "{{#if a}}x{{else if b}}y{{else}}z{{/if}}", "choice{x|y|z}"),
            (Handlebars, "{{#each ps}}{{this}}{{else}}none{{/each}}", "loop(ps){<this>|none}"),
            (Handlebars, "a\n{{#if b}}\nx\n{{/if}}\nc\n", "a⏎choice{x⏎}c⏎"),
            (Handlebars, "a {{~b~}} c {{> card}}", "a<b>c include(card)"),
            (Handlebars, "{{#tags}}x{{/tags}}{{^tags}}none{{/tags}}", "loop(tags){x|}choice{none}"),
            (Mustache, "{{#a}}x{{/a}}{{^a}}y{{/a}}{{{b}}}{{> c}}{{! no }}", "loop(a){x|}choice{y}<b>include(c)"),
        ] {
            assert_eq!(drawn(syntax, text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_balanced_has_a_shape_too() {
        for (text, expected) in [
            ("{% for p in ps %}x", "loop(ps){x|} (unbalanced)"),
            ("x{% endfor %}{% else %}y", "xy (unbalanced)"),
            ("{% if a %}{% for p in ps %}x{% endif %}y", "choice{loop(ps){x|}}y (unbalanced)"),
        ] {
            // Templates that do not parse have tags but no uses.
            assert_eq!(drawn(Syntax::Jinja, text).replace("loop(?)", "loop(ps)"), expected, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "{{#if a}}".repeat(20_000) + "x" + &"{{/if}}".repeat(20_000);
        assert!(drawn(Syntax::Handlebars, &deep).ends_with("(unbalanced)"));
    }

    #[test]
    fn a_range_is_outlined_by_itself() {
        let text = "{% if a %}x{% endif %} {{ b }}";
        let template = Template::new(MappedText::verbatim(text, 0), Syntax::Jinja);
        let part = outline(&template, Span::new(10, text.len()));
        assert_eq!((draw(&template, &part.parts).as_str(), part.balanced), ("x <b>", false));
    }

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{% if a %}",
            "{% else %}",
            "{% endif %}",
            "{% for p in ps %}",
            "{%- endfor -%}",
            "{{ a }}",
            "{{- p.x }}",
            "{% set a %}",
            "{% endset %}",
            "{% macro m() %}",
            "é",
            "{#",
            "{{#if a}}",
            "{{/if}}",
            "{{else}}",
            "{{#a}}",
            "{{/a}}",
            "{{^}}",
            "{{> p}}",
            "{{#> p}}",
            "{{#*inline \"p\"}}",
            "{",
            "}}",
            " ",
            "\n",
            "{a}",
            "{{$b}}",
            "\"",
            "日",
        ]);
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn texts_are_in_order_and_inside_the_range(text in pieces(), from in 0usize..40, to in 0usize..80) {
            fn texts(parts: &[Part], found: &mut Vec<Span>) {
                for part in parts {
                    match part {
                        Part::Text(span) => found.push(*span),
                        Part::Loop { body, otherwise, .. } => {
                            texts(body, found);
                            texts(otherwise, found);
                        }
                        Part::Branches(branches) => branches.iter().for_each(|parts| texts(parts, found)),
                        // An assignment's value stands in a tag.
                        Part::Define { .. } | Part::Print { .. } | Part::Include(_) => {}
                    }
                }
            }
            let to = text.floor_char_boundary(to.min(text.len()));
            let from = text.floor_char_boundary(from.min(to));
            for syntax in [Syntax::Jinja, Syntax::Handlebars, Syntax::Mustache, Syntax::FString, Syntax::SemanticKernel] {
                let template = Template::new(MappedText::verbatim(text.as_str(), 0), syntax);
                let range = Span::new(from, to);
                let mut found = Vec::new();
                texts(&outline(&template, range).parts, &mut found);
                prop_assert!(found.iter().all(|span| range.contains(*span) && text.get(span.range()).is_some()));
                prop_assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
            }
        }
    }
}
