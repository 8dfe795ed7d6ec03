//! The delimiters of a Handlebars template.

use memchr::{memchr2, memmem};

use crate::store::template::TagKind;
use crate::store::template::braces::{Braces, next_pair};
use crate::text::Span;

/// What a tag's first characters say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sigil {
    /// `{{x}}`, `{{{x}}}`, `{{&x}}`
    Value,
    /// `{{#x}}`
    Open,
    /// `{{^x}}`
    Inverse,
    /// `{{/x}}`
    Close,
    /// `{{> x}}`
    Partial,
    /// `{{#> x}}`
    PartialBlock,
    /// `{{#*inline "x"}}`
    Inline,
    /// `{{! }}` and `{{!-- --}}`
    Comment,
    /// `{{{{x}}}}` and `{{{{/x}}}}`; what stands between them is text.
    Raw,
}

impl Sigil {
    /// What rules see.
    pub(super) fn kind(self) -> TagKind {
        match self {
            Self::Value | Self::Partial => TagKind::Expression,
            Self::Comment => TagKind::Comment,
            _ => TagKind::Block,
        }
    }
}

/// A tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// From delimiter to delimiter; of a tag that is never closed only the opening one.
    pub(super) span: Span,
    pub(super) sigil: Sigil,
    /// What stands inside, without delimiters, sigil and `~`.
    pub(super) inner: Span,
    pub(super) closed: bool,
}

/// The tags of a template, and the `}}` in its text that belong to nothing.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) pieces: Vec<Piece>,
    pub(super) stray: Vec<Stray>,
}

/// A `}}` in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stray {
    pub(super) span: Span,
    /// Whether it was meant to end a comment that a tag inside of it has ended already.
    pub(super) ends_comment: bool,
}

/// Scans a template.
pub(super) fn scan(text: &str) -> Scan {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        out: Scan::default(),
        depth: 0,
        braces: Braces::new(text),
        no_long_comment: false,
        no_closing: false,
        no_raw: false,
        cut_comment: false,
    };
    scanner.run();
    scanner.out
}

struct Scanner<'s> {
    bytes: &'s [u8],
    out: Scan,
    /// How many single braces are open in the text: `}}` after them is JSON and no mistake.
    depth: u32,
    braces: Braces<'s>,
    /// Whether it is known that no `--}}` follows.
    no_long_comment: bool,
    /// Whether it is known that no `}}` follows.
    no_closing: bool,
    /// Whether it is known that no raw block ends.
    no_raw: bool,
    /// Whether the last comment has a tag inside, whose end is the comment's.
    cut_comment: bool,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(found) = memmem::find(&self.bytes[at..], b"{{") {
            let start = at + found;
            let before = &self.bytes[at..start];
            let escaped = before.ends_with(b"\\") && !before.ends_with(b"\\\\");
            self.literal(at, start);
            if escaped {
                // The braces are text, and so are those that close them.
                at = match next_pair(&self.bytes[start + 2..]).map(|found| start + 2 + found) {
                    Some(next) if self.bytes[next] == b'}' => next + 2,
                    Some(next) => next,
                    None => start + 2,
                };
                continue;
            }
            let raw = !self.no_raw && self.bytes[start..].starts_with(b"{{{{");
            at = if raw { self.raw(start) } else { self.tag(start) };
        }
        self.literal(at, self.bytes.len());
    }

    /// Looks through text for `}}` that belongs to nothing.
    fn literal(&mut self, start: usize, end: usize) {
        let bytes = &self.bytes[start..end];
        let mut skip = 0;
        let mut at = 0;
        while let Some(found) = memchr2(b'{', b'}', &bytes[at..]) {
            let here = at + found;
            at = here + 1;
            if bytes[here] == b'{' {
                self.depth += 1;
            } else if self.depth > 0 {
                self.depth -= 1;
            } else if here >= skip && bytes.get(here + 1) == Some(&b'}') {
                let ends_comment = std::mem::take(&mut self.cut_comment);
                self.out.stray.push(Stray { span: Span::new(start + here, start + here + 2), ends_comment });
                skip = here + 2;
            }
        }
    }

    fn push(&mut self, span: Span, sigil: Sigil, inner: Span) -> usize {
        self.out.pieces.push(Piece { span, sigil, inner, closed: true });
        span.end as usize
    }

    fn unclosed(&mut self, start: usize, end: usize, sigil: Sigil) -> usize {
        let span = Span::new(start, end);
        self.out.pieces.push(Piece { span, sigil, inner: Span::at(end), closed: false });
        end
    }

    /// Reads `{{{{name}}}} text {{{{/name}}}}`.
    fn raw(&mut self, start: usize) -> usize {
        let body = start + 4;
        let Some(open) = memmem::find(&self.bytes[body..], b"}}}}") else {
            self.no_raw = true;
            return self.unclosed(start, body, Sigil::Raw);
        };
        let inner = self.trimmed(body, body + open);
        let text = self.push(Span::new(start, body + open + 4), Sigil::Raw, inner);
        let close = memmem::find(&self.bytes[text..], b"{{{{/").map(|close| text + close);
        let end = close.and_then(|close| memmem::find(&self.bytes[close..], b"}}}}").map(|end| (close, close + end)));
        match end {
            Some((close, end)) => {
                let inner = self.trimmed(close + 5, end);
                self.push(Span::new(close, end + 4), Sigil::Raw, inner)
            }
            None => {
                self.no_raw = true;
                text
            }
        }
    }

    fn tag(&mut self, start: usize) -> usize {
        let triple = self.bytes.get(start + 2) == Some(&b'{');
        let mut at = start + if triple { 3 } else { 2 };
        if self.bytes.get(at) == Some(&b'~') {
            at += 1;
        }
        let rest = &self.bytes[at..];
        if rest.starts_with(b"!") {
            return self.comment(start, at);
        }
        let (sigil, len) = match rest {
            [b'#', b'>', ..] => (Sigil::PartialBlock, 2),
            [b'#', b'*', ..] => (Sigil::Inline, 2),
            [b'#', ..] => (Sigil::Open, 1),
            [b'^', ..] => (Sigil::Inverse, 1),
            [b'/', ..] => (Sigil::Close, 1),
            [b'>', ..] => (Sigil::Partial, 1),
            [b'&', ..] => (Sigil::Value, 1),
            _ => (Sigil::Value, 0),
        };
        let body = at + len;
        match self.braces.close(body) {
            Some(close) => {
                let end = close + if triple && self.bytes.get(close + 2) == Some(&b'}') { 3 } else { 2 };
                let inner = self.trimmed(body, close);
                self.push(Span::new(start, end), sigil, inner)
            }
            None => self.unclosed(start, body, sigil),
        }
    }

    fn comment(&mut self, start: usize, at: usize) -> usize {
        let body = at + 1;
        if self.bytes[body..].starts_with(b"--") && !self.no_long_comment {
            for found in memmem::find_iter(&self.bytes[body + 2..], b"--") {
                let dashes = body + 2 + found;
                let after = dashes + 2;
                let tilde = usize::from(self.bytes.get(after) == Some(&b'~'));
                if self.bytes[after + tilde..].starts_with(b"}}") {
                    let inner = Span::new(body + 2, dashes);
                    return self.push(Span::new(start, after + tilde + 2), Sigil::Comment, inner);
                }
            }
            self.no_long_comment = true;
            return self.unclosed(start, body, Sigil::Comment);
        }
        let end = if self.no_closing { None } else { memmem::find(&self.bytes[body..], b"}}") };
        match end {
            Some(end) => {
                let inner = self.trimmed(body, body + end);
                self.cut_comment = memmem::find(&self.bytes[body..body + end], b"{{").is_some();
                self.push(Span::new(start, body + end + 2), Sigil::Comment, inner)
            }
            None => {
                self.no_closing = true;
                self.unclosed(start, body, Sigil::Comment)
            }
        }
    }

    /// The span without whitespace at its ends and without a `~` at its end.
    fn trimmed(&self, start: usize, end: usize) -> Span {
        let end = if end > start && self.bytes[end - 1] == b'~' { end - 1 } else { end };
        let inner = &self.bytes[start..end];
        let lead = inner.len() - inner.trim_ascii_start().len();
        Span::new(start + lead, start + lead + inner.trim_ascii().len())
    }
}
