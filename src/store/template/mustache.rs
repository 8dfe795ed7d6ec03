//! Mustache: sections, inverted sections, partials, comments.
//!
//! Inside of a section a name is looked up from the inside out, so its use is both `guarded` and `through_binding`: it
//! may be the outer variable of that name, or a part of what the section entered.

use memchr::memmem;

use super::braces::next_pair;
use super::{Analysis, Include, Step, SyntaxError, Tag, TagKind, UseKind, VariableUse};
use crate::text::{LineIndex, Span};

/// A longer name is not followed into its section: it would be copied for each use there.
const MAX_NAME: usize = 256;

/// Analyses a Mustache template.
pub(super) fn analyse(text: &str) -> Analysis {
    let mut scanner = Scanner { text, out: Analysis::default(), open: Vec::new(), lines: None };
    scanner.run();
    for Section { name, tag, .. } in std::mem::take(&mut scanner.open) {
        let help = format!("add `{{{{/{name}}}}}` where the section ends");
        scanner.error(tag, format!("this section `{name}` is never closed"), help, Severity::Fatal);
    }
    scanner.out.errors.sort_by_key(|error| error.span);
    scanner.out
}

/// Whether Mustache itself rejects the template.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Severity {
    Fatal,
    Doubtful,
}

struct Section {
    name: String,
    tag: Span,
    /// The variable that was entered; nothing in an inverted section.
    root: Option<String>,
}

struct Scanner<'s> {
    text: &'s str,
    out: Analysis,
    open: Vec<Section>,
    /// Built for the first message that names a line.
    lines: Option<LineIndex>,
}

impl Scanner<'_> {
    fn error(&mut self, span: Span, message: String, help: impl Into<String>, severity: Severity) {
        let fatal = severity == Severity::Fatal;
        self.out.report(SyntaxError { span, message, help: Some(help.into()), fatal });
    }

    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(found) = memmem::find(&bytes[at..], b"{{") {
            let start = at + found;
            let triple = bytes.get(start + 2) == Some(&b'{');
            let body = start + if triple { 3 } else { 2 };
            let comment = bytes.get(body) == Some(&b'!');
            let end = if comment { memmem::find(&bytes[body..], b"}}") } else { next_pair(&bytes[body..]) };
            let end = end.map(|end| body + end);
            let closer = if triple { "}}}" } else { "}}" };
            let Some(close) = end.filter(|end| self.text[*end..].starts_with(closer)) else {
                let span = Span::new(start, body);
                let message = format!("this `{}` is never closed", span.slice(self.text));
                self.error(span, message, format!("add the closing `{closer}`"), Severity::Fatal);
                self.out.tags.push(Tag { span, kind: TagKind::Expression });
                match end {
                    Some(end) => at = end,
                    None => return,
                }
                continue;
            };
            let (tag, end) = (Span::new(start, close + closer.len()), close);
            let set_delimiter = self.tag(tag, Span::new(body, end));
            if set_delimiter {
                return;
            }
            at = tag.end as usize;
        }
    }

    /// Reads one tag; true where it changes the delimiters, after which nothing can be read.
    fn tag(&mut self, tag: Span, inner: Span) -> bool {
        let content = inner.slice(self.text);
        let sigil = content.chars().next().filter(|c| "#^/>!=&$<".contains(*c));
        let name = content[sigil.map_or(0, char::len_utf8)..].trim();
        let start = name.as_ptr() as usize - self.text.as_ptr() as usize;
        let at = Span::new(start, start + name.len());
        let kind = match sigil {
            Some('!') => TagKind::Comment,
            Some('#' | '^' | '/' | '=' | '$' | '<') => TagKind::Block,
            _ => TagKind::Expression,
        };
        self.out.tags.push(Tag { span: tag, kind });
        match sigil {
            Some('!') => {}
            Some('=') => {
                let message = "this tag changes the delimiters: what follows is not analysed".to_owned();
                self.error(tag, message, "keep `{{` and `}}`", Severity::Doubtful);
                return true;
            }
            _ if name.is_empty() => {
                let help = "name the value to print, or remove the tag";
                self.error(tag, "this tag is empty".to_owned(), help, Severity::Fatal);
            }
            Some('#' | '^') => {
                let root = self.read(name, at, UseKind::Tested);
                let root = root.filter(|_| sigil == Some('#'));
                self.open.push(Section { name: name.to_owned(), tag, root });
            }
            Some('$' | '<') => self.open.push(Section { name: name.to_owned(), tag, root: None }),
            Some('/') => self.close(tag, name),
            Some('>') => self.out.includes.push(Include {
                target: Some(name.to_owned()),
                span: at,
                // A partial that is missing renders as nothing, by specification; a prompt without its part is wrong.
                optional: false,
                visible: Vec::new(),
            }),
            _ => {
                self.read(name, at, UseKind::PrintedRaw);
            }
        }
        false
    }

    fn close(&mut self, tag: Span, name: &str) {
        match self.open.pop() {
            Some(section) if section.name == name => {}
            Some(section) => {
                let line = self.lines.get_or_insert_with(|| LineIndex::new(self.text)).line_of(section.tag.start) + 1;
                let wanted = &section.name;
                let message = format!("`{{{{/{name}}}}}` stands where `{{{{/{wanted}}}}}` is expected");
                let help = format!("close the section `{wanted}` that opens in line {line} of the template first");
                self.error(tag, message, help, Severity::Fatal);
            }
            None => {
                let message = format!("`{{{{/{name}}}}}` closes nothing: no section `{name}` is open here");
                self.error(tag, message, format!("add `{{{{#{name}}}}}`, or remove it"), Severity::Fatal);
            }
        }
    }

    /// Records the read of `name`; returns its variable.
    fn read(&mut self, name: &str, at: Span, kind: UseKind) -> Option<String> {
        let inside = self.open.iter().rev().take(64).find_map(|section| section.root.as_ref());
        let in_section = !self.open.is_empty();
        let (root, path, root_len) = if name == "." {
            (inside.filter(|root| root.len() <= MAX_NAME)?.clone(), vec![Step::Dynamic], name.len())
        } else {
            let mut segments = name.split('.');
            let root = segments.next().unwrap_or_default();
            let step = |segment: &str| match segment.parse::<u32>() {
                Ok(_) => Step::Item,
                Err(_) => Step::Attribute(segment.to_owned()),
            };
            (root.to_owned(), segments.map(step).collect(), root.len())
        };
        if name.contains(char::is_whitespace) {
            let message = format!("`{name}` is one name with a space in it");
            self.error(at, message, "Mustache has no helpers or arguments", Severity::Doubtful);
        }
        self.out.uses.push(VariableUse {
            root: root.clone(),
            path,
            span: at,
            root_span: Span::new(at.start as usize, at.start as usize + root_len),
            kind,
            guarded: in_section,
            through_binding: in_section,
        });
        Some(root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(text: &str) -> Vec<(String, bool)> {
        analyse(text).uses.into_iter().map(|usage| (usage.root, usage.guarded)).collect()
    }

    #[test]
    fn names_in_sections_may_be_outer_ones() {
        let found = roots("{{a}}{{#items}}{{name}}{{.}}{{/items}}{{{b.c}}}");
        let wanted = [("a", false), ("items", false), ("name", true), ("items", true), ("b", false)];
        assert_eq!(found, wanted.map(|(root, guarded)| (root.to_owned(), guarded)));
    }

    #[test]
    fn mistakes_name_their_place() {
        for (text, at, fatal) in [
            ("a {{#x}} b", "{{#x}}", true),
            ("{{#x}}{{/y}}", "{{/y}}", true),
            ("{{/y}}", "{{/y}}", true),
            ("{{ x } ", "{{", true),
            ("{{ x {{ y }}", "{{", true),
            ("{{}}", "{{}}", true),
            ("{{=<% %>=}}<% x %>", "{{=<% %>=}}", false),
        ] {
            let found = analyse(text).errors;
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!((found[0].span.slice(text), found[0].fatal), (at, fatal), "{text}");
        }
        assert!(analyse("{\"a\": {\"b\": 1}} {{! it's {{ fine }}").errors.is_empty());
    }
}
