//! Front matter: YAML between two lines `---` at the start of a text, and the body after it.

use crate::store::problem::{self, Problem, ProblemKind};
use crate::store::yaml::{self, Limits, Yaml};
use crate::text::Span;

/// What may stand before the opening `---`, beside a byte order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing, and the first line after it has to look like a key: in Markdown, `---` is also a horizontal rule.
    Nothing,
    /// Blank lines.
    BlankLines,
    /// Blank lines and comments, which licence headers are written in.
    BlankLinesAndComments,
}

/// A text taken apart.
#[derive(Debug)]
pub(super) struct Document {
    /// The front matter, if there is any.
    pub(super) yaml: Option<Yaml>,
    /// Where the body starts.
    pub(super) body_start: usize,
    /// Where a finding about the whole prompt stands.
    pub(super) head: Span,
    /// What is wrong with the front matter.
    pub(super) problems: Vec<Problem>,
}

impl Document {
    /// Whether all that the front matter says is known. It is not where its YAML or its end is broken.
    pub(super) fn is_legible(&self) -> bool {
        problem::is_legible(&self.problems)
    }
}

/// Takes `text` apart and parses its front matter.
pub(super) fn open(text: &str, before: Before) -> Document {
    let start = byte_order_mark(text);
    match split(text, before) {
        Split::Found { yaml, body_start } => {
            let (tree, problems) = yaml::parse(yaml.slice(text), yaml.start as usize, Limits::default());
            let head = first_key(&tree).unwrap_or_else(|| first_line(text, body_start));
            Document { yaml: Some(tree), body_start, head, problems }
        }
        Split::Unclosed { opening, body_start } => {
            let problem =
                Problem::new(ProblemKind::InvalidYaml, opening, "the front matter that opens here is not closed")
                    .help("add a line `---` after its last key");
            Document { yaml: None, body_start, head: opening, problems: vec![problem] }
        }
        Split::Absent => {
            Document { yaml: None, body_start: start, head: first_line(text, start), problems: Vec::new() }
        }
    }
}

/// The length of the byte order mark at the start of `text`.
pub(super) fn byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// The bytes of a document's first key.
pub(super) fn first_key(yaml: &Yaml) -> Option<Span> {
    yaml.root()?.entries().next().map(|entry| entry.key_span)
}

/// The first line from `from` on that is not blank, without white space around it.
pub(super) fn first_line(text: &str, from: usize) -> Span {
    lines(text, from)
        .find(|line| !line.text.trim().is_empty())
        .map_or(Span::at(from), |line| trimmed(line.text, line.start))
}

/// One line of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Its text without the line ending.
    pub(super) text: &'a str,
    /// Offset of the next line.
    pub(super) next: usize,
}

/// The lines of `text` from the byte at `from` on, which starts a line.
pub(super) fn lines(text: &str, from: usize) -> impl Iterator<Item = Line<'_>> {
    let mut at = from;
    text[from..].split_inclusive('\n').map(move |raw| {
        let line = Line { start: at, text: raw.trim_end_matches(['\n', '\r']), next: at + raw.len() };
        at = line.next;
        line
    })
}

/// The place of `text` without the white space around it; `text` starts at `start`.
pub(super) fn trimmed(text: &str, start: usize) -> Span {
    let start = start + (text.len() - text.trim_start().len());
    Span::new(start, start + text.trim().len())
}

enum Split {
    Absent,
    Unclosed { opening: Span, body_start: usize },
    Found { yaml: Span, body_start: usize },
}

fn split(text: &str, before: Before) -> Split {
    let mut lines = lines(text, byte_order_mark(text));
    let opening = loop {
        let Some(line) = lines.next() else { return Split::Absent };
        if is_delimiter(line.text) {
            break line;
        }
        let skipped = match before {
            Before::Nothing => false,
            Before::BlankLines => line.text.trim().is_empty(),
            Before::BlankLinesAndComments => line.text.trim().is_empty() || line.text.starts_with('#'),
        };
        if !skipped {
            return Split::Absent;
        }
    };
    let Some(closing) = lines.find(|line| is_delimiter(line.text)) else {
        return match before {
            Before::Nothing => Split::Absent,
            _ => Split::Unclosed { opening: trimmed(opening.text, opening.start), body_start: opening.next },
        };
    };
    let yaml = Span::new(opening.next, closing.start);
    if before == Before::Nothing && !starts_with_key(yaml.slice(text)) {
        return Split::Absent;
    }
    Split::Found { yaml, body_start: closing.next }
}

fn is_delimiter(line: &str) -> bool {
    line.trim_end() == "---"
}

/// Whether the first line that says something is a key with its colon.
fn starts_with_key(yaml: &str) -> bool {
    let Some(line) = yaml.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#')) else {
        return false;
    };
    let Some((key, value)) = line.split_once(':') else { return false };
    let bare = key.trim_end().trim_matches(['"', '\'']);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$');
    !bare.is_empty() && bare.chars().all(is_name) && (value.is_empty() || value.starts_with([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The front matter's YAML and the body; `None` where there is no front matter, an error where it has no end.
    fn parts(text: &str, before: Before) -> Option<Result<(&str, &str), &str>> {
        match split(text, before) {
            Split::Absent => None,
            Split::Unclosed { opening, .. } => Some(Err(opening.slice(text))),
            Split::Found { yaml, body_start } => Some(Ok((yaml.slice(text), &text[body_start..]))),
        }
    }

    #[test]
    fn front_matter_stands_between_two_delimiter_lines() {
        let blank = Before::BlankLines;
        assert_eq!(parts("---\na: 1\n---\nbody\n", blank), Some(Ok(("a: 1\n", "body\n"))));
        assert_eq!(parts("\u{feff}\r\n--- \r\na: 1\r\n---\r\nbody", blank), Some(Ok(("a: 1\r\n", "body"))));
        assert_eq!(parts("---\n---", blank), Some(Ok(("", ""))));
        assert_eq!(parts("---\na: 1\n", blank), Some(Err("---")));
        assert_eq!(parts("body\n---\na: 1\n---\n", blank), None);
        assert_eq!(parts("# licence\n---\na: 1\n---\n", blank), None);
        assert_eq!(parts("# licence\n\n---\na: 1\n---\nb", Before::BlankLinesAndComments), Some(Ok(("a: 1\n", "b"))));
    }

    #[test]
    fn a_horizontal_rule_is_no_front_matter() {
        let markdown = Before::Nothing;
        assert_eq!(parts("---\ntitle: x\n---\nbody", markdown), Some(Ok(("title: x\n", "body"))));
        assert_eq!(parts("---\n# note\n\"a-b\":\n  - c\n---\n", markdown), Some(Ok(("# note\n\"a-b\":\n  - c\n", ""))));
        for text in [
            "---\nSome prose: with a colon.\n---\n",
            "---\ntitle: x\n",
            "---\n\n---\n",
            "\n---\na: 1\n---\n",
            "---\nhttp://x\n---\n",
        ] {
            assert_eq!(parts(text, markdown), None, "{text:?}");
        }
    }

    #[test]
    fn the_head_is_the_first_line_with_text() {
        let text = "\u{feff}\n   Hello there \nand more";
        assert_eq!(first_line(text, 3).slice(text), "Hello there");
        assert_eq!(first_line("\n\n", 0), Span::at(0));
    }
}
