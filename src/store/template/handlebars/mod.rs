//! Handlebars, as Dotprompt uses it.
//!
//! Where a name's meaning depends on the value (`{{#tags}}{{name}}{{/tags}}` enters a list, an object, or neither) its
//! use is both `guarded` and `through_binding`: it may be the outer variable of that name.

mod expr;
mod names;
mod roles;
mod scan;

use std::collections::{BTreeMap, BTreeSet};

use super::{Analysis, Binding, BindingKind, Include, Step, SyntaxError, Tag, UseKind};
use crate::text::{LineIndex, Span};
use expr::{Arg, Call, Junk, parse};
use names::{Context, Place};
use scan::{Piece, Sigil, scan};

pub use roles::{MarkerKind, RoleMarker, role_markers};

/// Helpers that Handlebars or Dotprompt provides, sorted.
const HELPERS: &[&str] = &[
    "each",
    "history",
    "if",
    "ifEquals",
    "json",
    "log",
    "lookup",
    "media",
    "role",
    "section",
    "unless",
    "unlessEquals",
    "with",
];

/// A block does not go into a place with more bytes of names than this: it is copied for each use, and only a hostile
/// template has one.
const MAX_PLACE: usize = 1024;

/// Every helper that Handlebars or Dotprompt provides, sorted.
pub fn known_helpers() -> &'static [&'static str] {
    HELPERS
}

/// Whether Handlebars or Dotprompt provides the helper `name`.
pub fn is_known_helper(name: &str) -> bool {
    HELPERS.binary_search(&name).is_ok()
}

/// Analyses a Handlebars template.
pub(super) fn analyse(text: &str) -> Analysis {
    let found = scan(text);
    let mut walker = Walker { text, ..Walker::default() };
    for piece in &found.pieces {
        walker.out.tags.push(Tag { span: piece.span, kind: piece.sigil.kind() });
        walker.piece(*piece);
    }
    for stray in found.stray {
        if stray.ends_comment {
            let message = "the comment before this ended at the first `}}` inside of it".to_owned();
            let help = "write `{{!-- … --}}` around a comment that has tags inside".to_owned();
            walker.report(stray.span, message, help, false);
        } else {
            let help = "remove it, or add the `{{` that it closes";
            walker.error(stray.span, "this `}}` closes nothing", help);
        }
    }
    walker.finish()
}

/// An open block.
struct Frame {
    name: String,
    opener: Span,
    contexts: usize,
    params: usize,
    guards: usize,
    /// What holds after `{{else}}`.
    otherwise: Vec<Place>,
    /// Whether the helper is the application's, which may change what names mean.
    foreign: bool,
}

#[derive(Default)]
struct Walker<'s> {
    text: &'s str,
    out: Analysis,
    /// The contexts above the root's.
    contexts: Vec<Context>,
    params: Vec<(String, Context)>,
    guards: Vec<Place>,
    frames: Vec<Frame>,
    foreign: usize,
    /// Partials that the template defines itself.
    inline: BTreeSet<String>,
    /// Helpers that were called as a statement: a `{{/section}}` may wrongly close one.
    statements: BTreeMap<String, Span>,
    /// The opening of a raw block.
    raw: Option<Span>,
    /// Whether a tag is never closed: then nothing is said about blocks, which it may have opened or closed.
    broken: bool,
    /// Built for the first message that names a line.
    lines: Option<LineIndex>,
}

impl Walker<'_> {
    fn report(&mut self, span: Span, message: String, help: String, fatal: bool) {
        self.out.report(SyntaxError { span, message, help: Some(help), fatal });
    }

    fn error(&mut self, span: Span, message: &str, help: &str) {
        self.report(span, message.to_owned(), help.to_owned(), true);
    }

    fn piece(&mut self, piece: Piece) {
        if !piece.closed {
            let opener = piece.span.slice(self.text);
            let (closer, what) = match piece.sigil {
                Sigil::Comment => ("}}", "comment"),
                Sigil::Raw => ("}}}}", "raw block"),
                _ if opener.starts_with("{{{") => ("}}}", "tag"),
                _ => ("}}", "tag"),
            };
            let message = format!("this `{opener}` is never closed");
            self.report(piece.span, message, format!("add the `{closer}` that ends the {what}"), true);
            self.broken |= piece.sigil != Sigil::Value;
            return;
        }
        let whole = piece.span.slice(self.text);
        match piece.sigil {
            Sigil::Comment => {}
            Sigil::Raw => self.raw = if self.raw.is_none() { Some(piece.span) } else { None },
            _ if piece.inner.is_empty() && piece.sigil != Sigil::Inverse => {
                self.error(piece.span, "this tag is empty", "name the value to print, or remove the tag");
            }
            _ if whole.starts_with("{{{") && !whole.ends_with("}}}") => {
                let help = "close it with `}}}`, or open it with two braces";
                self.error(piece.span, "this tag opens with three braces and closes with two", help);
            }
            Sigil::Value => self.value(piece),
            Sigil::Open => self.open(piece, Branch::Straight),
            Sigil::Inverse if piece.inner.is_empty() => self.otherwise(piece, None),
            Sigil::Inverse => self.open(piece, Branch::Inverse),
            Sigil::Close => self.close(piece),
            Sigil::Partial => self.partial(piece),
            Sigil::PartialBlock => {
                self.partial(piece);
                self.push_frame(first_word(piece.inner.slice(self.text)).to_owned(), piece.span);
            }
            Sigil::Inline => {
                let (call, _) = parse(self.text, piece.inner);
                if let [_, Arg::Literal(serde_json::Value::String(name), _)] = call.args.as_slice() {
                    self.inline.insert(name.clone());
                }
                self.push_frame("inline".to_owned(), piece.span);
            }
        }
    }

    /// Reads the inside of a tag and reports what does not belong there.
    fn parse(&mut self, inner: Span) -> Call {
        let (call, junk) = parse(self.text, inner);
        match junk {
            Some(Junk::Operator(span)) => {
                let message = format!("Handlebars has no `{}`", span.slice(self.text));
                let help = "compare in a helper, such as `{{#ifEquals a b}}`, or in the application".to_owned();
                self.report(span, message, help, false);
            }
            Some(Junk::Other(span)) => {
                let word = span.slice(self.text);
                let message = format!("`{word}` is not expected in a Handlebars tag");
                let help = match word {
                    "|" => "Handlebars has no filters: write `{{helper value}}`",
                    _ => "a tag holds names, texts in quotes, numbers, `key=value` and `(helper …)`",
                };
                self.report(span, message, help.to_owned(), true);
            }
            None => {}
        }
        call
    }

    fn value(&mut self, piece: Piece) {
        let inner = piece.inner.slice(self.text);
        if first_word(inner) == "else" {
            let rest = inner["else".len()..].trim_start();
            let start = piece.inner.end as usize - rest.len();
            let chained = (!rest.is_empty()).then(|| Span::new(start, piece.inner.end as usize));
            return self.otherwise(piece, chained);
        }
        let call = self.parse(piece.inner);
        let Some(Arg::Path(path)) = call.args.first() else {
            self.args(&call, 0, UseKind::Other);
            return;
        };
        let alone = call.args.len() == 1 && call.hash.is_empty();
        if alone && path.helper() != Some("history") {
            self.read(path, UseKind::PrintedRaw);
        } else {
            if let Some(name) = path.helper() {
                self.statements.entry(name.to_owned()).or_insert(piece.span);
            }
            self.call(&call, UseKind::Printed);
        }
    }

    fn push_frame(&mut self, name: String, opener: Span) {
        self.frames.push(Frame {
            name,
            opener,
            contexts: self.contexts.len(),
            params: self.params.len(),
            guards: self.guards.len(),
            otherwise: Vec::new(),
            foreign: false,
        });
    }

    fn open(&mut self, piece: Piece, branch: Branch) {
        let name = first_word(piece.inner.slice(self.text)).to_owned();
        self.push_frame(name, piece.span);
        self.enter(piece.inner, branch);
    }

    /// Enters the block whose head is `inner`, in the innermost frame.
    fn enter(&mut self, inner: Span, branch: Branch) {
        let call = self.parse(inner);
        let Some(Arg::Path(path)) = call.args.first() else {
            return self.args(&call, 0, UseKind::Other);
        };
        let name = path.helper().unwrap_or_default();
        let params = &call.params;
        match name {
            "if" | "unless" => self.condition(&call, (name == "if") == (branch == Branch::Straight)),
            "each" => {
                let list = self.subject(&call, UseKind::Iterated);
                let item = match list {
                    Context::Place(place) | Context::Section(place) => Context::Place(place.then([Step::Item])),
                    // Each value of the whole input.
                    Context::Root | Context::Opaque => Context::Opaque,
                };
                self.block_params(params, &item);
                self.contexts.push(item);
            }
            "with" => {
                let value = self.subject(&call, UseKind::Other);
                if let Context::Place(place) = &value {
                    self.guards.push(place.clone());
                }
                self.block_params(params, &value);
                self.contexts.push(value);
            }
            _ if call.args.len() == 1 && call.hash.is_empty() && !is_known_helper(name) => {
                let place = self.read(path, UseKind::Tested).filter(|place| place.size() <= MAX_PLACE);
                if branch == Branch::Straight {
                    let entered = place.map_or(Context::Opaque, |place| Context::Section(place.then([Step::Dynamic])));
                    self.block_params(params, &entered);
                    self.contexts.push(entered);
                }
            }
            _ => {
                let foreign = !is_known_helper(name);
                self.call(&call, UseKind::Other);
                self.block_params(params, &Context::Opaque);
                if foreign && let Some(frame) = self.frames.last_mut() {
                    frame.foreign = true;
                    self.foreign += 1;
                }
            }
        }
    }

    /// The value that `each` and `with` go into.
    fn subject(&mut self, call: &Call, kind: UseKind) -> Context {
        for arg in call.args.iter().skip(2) {
            self.arg(arg, UseKind::Other);
        }
        match call.args.get(1) {
            Some(Arg::Path(path)) if path.segments.is_empty() && !path.data && path.up == self.contexts.len() => {
                Context::Root
            }
            Some(Arg::Path(path)) => {
                let place = self.read(path, kind).filter(|place| place.size() <= MAX_PLACE);
                place.map_or(Context::Opaque, Context::Place)
            }
            Some(other) => {
                self.arg(other, kind);
                Context::Opaque
            }
            None => Context::Opaque,
        }
    }

    /// `{{#if x}}` (`holds`) and `{{#unless x}}`.
    fn condition(&mut self, call: &Call, holds: bool) {
        let mut places = Vec::new();
        for arg in call.args.iter().skip(1) {
            match arg {
                Arg::Path(path) => places.extend(self.read(path, UseKind::Tested)),
                other => self.arg(other, UseKind::Tested),
            }
        }
        if holds {
            self.guards.extend(places);
        } else if let Some(frame) = self.frames.last_mut() {
            frame.otherwise = places;
        }
    }

    fn block_params(&mut self, params: &[(String, Span)], first: &Context) {
        for (index, (name, span)) in params.iter().enumerate() {
            let context = if index == 0 { first.clone() } else { Context::Opaque };
            self.params.push((name.clone(), context));
            self.out.bindings.push(Binding { name: name.clone(), span: *span, kind: BindingKind::Loop });
        }
    }

    /// Ends what the innermost frame's current branch brought.
    fn leave(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            self.contexts.truncate(frame.contexts);
            self.params.truncate(frame.params);
            self.guards.truncate(frame.guards);
            self.foreign -= usize::from(std::mem::take(&mut frame.foreign));
        }
    }

    /// `{{else}}`, `{{^}}`, `{{else if x}}`
    fn otherwise(&mut self, piece: Piece, chained: Option<Span>) {
        if self.frames.is_empty() {
            if !self.broken {
                let help = "it belongs between `{{#if …}}` and `{{/if}}`";
                self.error(piece.span, "this `{{else}}` stands outside of a block", help);
            }
            return;
        }
        self.leave();
        if let Some(frame) = self.frames.last_mut() {
            self.guards.append(&mut frame.otherwise);
        }
        if let Some(inner) = chained {
            self.enter(inner, Branch::Straight);
        }
    }

    fn close(&mut self, piece: Piece) {
        let name = piece.inner.slice(self.text);
        match self.frames.last() {
            Some(frame) if frame.name == name => {}
            _ if self.broken => return,
            Some(frame) if self.frames.iter().rev().take(64).any(|outer| outer.name == name) => {
                let (wanted, opener) = (frame.name.clone(), frame.opener);
                let message = format!("`{{{{/{name}}}}}` stands where `{{{{/{wanted}}}}}` is expected");
                let lines = self.lines.get_or_insert_with(|| LineIndex::new(self.text));
                let line = lines.line_of(opener.start) + 1;
                let help = format!("close the `{{{{#{wanted}}}}}` that opens in line {line} of the template first");
                self.report(piece.span, message, help, true);
                while self.frames.last().is_some_and(|frame| frame.name != name) {
                    self.leave();
                    self.frames.pop();
                }
            }
            _ => return self.closes_nothing(piece, name),
        }
        self.leave();
        self.frames.pop();
    }

    fn closes_nothing(&mut self, piece: Piece, name: &str) {
        if self.statements.contains_key(name) {
            let message = format!("`{{{{/{name}}}}}` closes `{{{{{name} …}}}}`, which opens no block");
            return self.report(piece.span, message, format!("open the block with `{{{{#{name} …}}}}`"), false);
        }
        let message = format!("`{{{{/{name}}}}}` closes nothing: no `{{{{#{name}}}}}` is open here");
        let help = format!("remove it, or add the `{{{{#{name} …}}}}` that it closes");
        self.report(piece.span, message, help, true);
    }

    fn partial(&mut self, piece: Piece) {
        let word = partial_name(piece.inner.slice(self.text));
        let name = word.trim_matches(['"', '\'']);
        let rest = Span { start: piece.inner.start + Span::new(0, word.len()).end, end: piece.inner.end };
        let computed = word.is_empty();
        let args = self.parse(if computed { piece.inner } else { rest });
        self.args(&args, 0, UseKind::Other);
        if self.inline.contains(name) || name.starts_with('@') {
            return;
        }
        let at = name.as_ptr() as usize - self.text.as_ptr() as usize;
        self.out.includes.push(Include {
            target: (!computed).then(|| name.to_owned()),
            span: if computed { piece.inner } else { Span::new(at, at + name.len()) },
            optional: piece.sigil == Sigil::PartialBlock,
            visible: args.hash.iter().map(|(name, _)| name.clone()).collect(),
        });
    }

    fn finish(mut self) -> Analysis {
        if let Some(raw) = self.raw {
            self.error(raw, "this raw block is never closed", "add `{{{{/name}}}}` where it ends");
        }
        if !self.broken {
            for frame in std::mem::take(&mut self.frames) {
                let Frame { name, opener, .. } = frame;
                let message = format!("this `{{{{#{name}}}}}` is never closed");
                self.report(opener, message, format!("add `{{{{/{name}}}}}` where the block ends"), true);
            }
        }
        self.out.errors.sort_by_key(|error| error.span);
        self.out.uses.sort_by_key(|usage| usage.span);
        self.out.calls.sort_by_key(|call| call.span);
        self.out
    }
}

/// Which of a block's two ways comes first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    Straight,
    Inverse,
}

fn first_word(inner: &str) -> &str {
    inner.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default()
}

/// A partial's name with its quotes, if any; empty where it is computed by a helper.
fn partial_name(inner: &str) -> &str {
    let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote.and_then(|quote| inner[1..].find(quote)) {
        Some(close) => &inner[..close + 2],
        None => first_word(inner),
    }
}

#[cfg(test)]
mod tests;
