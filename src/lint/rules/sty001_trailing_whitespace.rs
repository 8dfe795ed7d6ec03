//! STY001: white space at the end of a line.

use memchr::memchr_iter;

use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;
use crate::store::mapped::Origin;
use crate::store::template::Template;
use crate::store::yaml::{NodeRef, Yaml};
use crate::text::Span;

pub(super) struct TrailingWhitespace;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STY001", name: "trailing-whitespace" },
    severity: Severity::Info,
    default: true,
    fix: Some(Applicability::Safe),
    summary: "Lines end with white space",
    what: "\
Looks for spaces and tabs at the ends of lines, and reports a file once. Two spaces after text are Markdown's line \
break and left alone in what the model reads. Texts that the model reads are looked at only in a store with a \
`promptyard.yaml`: elsewhere they are somebody's notes. The fix is safe where white space means nothing: between YAML's keys and \
values. In texts, which the model reads to the letter, it needs `--unsafe-fixes`.",
    why: "\
Nobody sees it, every diff that removes it is noise, and in a prompt's text it costs tokens. At the very end of a prompt \
a space even changes what the model says first.",
    how: "Let the editor remove it when it saves, or `promptyard lint --fix`.",
    bad: "\
description: Answers a question.\x20\x20
inputs:\x20
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }}\"
",
};

/// Lines of a file that one fix mends; whoever has more runs it again.
const MOST: usize = 10_000;

impl Rule for TrailingWhitespace {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if !file.kind.is_written_by_hand() {
            return;
        }
        let text = file.text.as_str();
        let mut ends = line_ends(text).peekable();
        if ends.peek().is_none() {
            return;
        }
        let read = texts(file, cx);
        let (mut safe, mut read_by_model) = (Vec::new(), Vec::new());
        for end in ends.take(MOST) {
            // Spans are in order: the one that may hold the place is the last that starts before it.
            let before = read.partition_point(|span| span.start <= end.start);
            let is_read = before > 0 && end.start < read[before - 1].end;
            match (is_read, is_line_break(text, end)) {
                (true, true) => {}
                (true, false) => read_by_model.push(end),
                (false, _) => safe.push(end),
            }
        }
        report(&safe, Applicability::Safe, "", out);
        if cx.store.config().path.is_some() {
            report(&read_by_model, Applicability::Unsafe, " of a text", out);
        }
    }
}

fn report(ends: &[Span], applicability: Applicability, of: &str, out: &Sink<'_>) {
    let Some(first) = ends.first() else { return };
    let message = match ends.len() {
        1 => format!("a line{of} ends with white space"),
        count => format!("{count} lines{of} end with white space, this is the first"),
    };
    let edits = ends.iter().map(|span| Edit { span: *span, replacement: String::new() }).collect();
    out.at(*first, message).help("remove it").fix(applicability, "Remove white space at the ends of lines", edits);
}

/// The white space at the end of each line that has some.
fn line_ends(text: &str) -> impl Iterator<Item = Span> {
    let bytes = text.as_bytes();
    let last = (!text.is_empty() && !text.ends_with('\n')).then_some(text.len());
    memchr_iter(b'\n', bytes).chain(last).filter_map(move |at| {
        let end = if at > 0 && at < bytes.len() && bytes[at - 1] == b'\r' { at - 1 } else { at };
        let blank = bytes[..end].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        (blank > 0).then(|| Span::new(end - blank, end))
    })
}

/// Whether `end` is Markdown's hard line break: two spaces after text, and a line that follows.
fn is_line_break(text: &str, end: Span) -> bool {
    let before = text.as_bytes()[..end.range().start].last();
    end.slice(text) == "  " && before.is_some_and(|byte| *byte != b'\n') && end.range().end < text.len()
}

/// The parts of the file whose white space means something, in order: templates, and YAML's texts of several lines.
fn texts(file: &SourceFile, cx: &Context<'_>) -> Vec<Span> {
    let mut spans: Vec<Span> = cx.store.templates_of(&file.path).iter().filter_map(verbatim).collect();
    if file.yaml.is_none() && spans.is_empty() {
        // A text that nobody could take apart.
        spans.push(Span::new(0, file.text.len()));
    }
    if let Some(root) = file.yaml.as_ref().and_then(Yaml::root) {
        long_scalars(root, &file.text, &mut spans);
    }
    spans.sort_unstable();
    // An alias is read where it is written and where it stands.
    spans.dedup_by(|next, kept| {
        let nested = kept.contains(*next);
        if !nested && next.start < kept.end {
            kept.end = kept.end.max(next.end);
            return true;
        }
        nested
    });
    spans
}

fn verbatim(template: &Template) -> Option<Span> {
    match template.text.origin {
        Origin::Verbatim { offset } => Some(Span::new(0, template.text.text.len()).shift(offset as usize)),
        Origin::Scalar { .. } => None,
    }
}

/// Scalars over several lines, up to the line break that ends their last line. The parser bounds how deep nodes nest.
fn long_scalars(node: NodeRef<'_>, text: &str, spans: &mut Vec<Span>) {
    for entry in node.entries() {
        long_scalars(entry.value, text, spans);
    }
    for item in node.items() {
        long_scalars(item, text, spans);
    }
    let span = node.span();
    if node.scalar().is_some() && memchr::memchr(b'\n', span.slice(text).as_bytes()).is_some() {
        let rest = text.as_bytes().get(span.range().end..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        spans.push(Span::new(span.range().start, span.range().end + blank));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{fixed, found};

    #[test]
    fn places_are_told_apart() {
        let prompt = "messages: \n  - role: user\t\n    content: |\n      a  \n      b \n      \n      c\n";
        let lines = |path: &str| format!("info {path}:1 2 lines end with white space, this is the first");
        assert_eq!(found("STY001", prompt), [lines("prompts/example.prompt.yaml")]);
        assert_eq!(
            found("STY001", &format!("//- promptyard.yaml\nversion: 1\n//- prompts/a.prompt.yaml\n{prompt}")),
            [
                lines("prompts/a.prompt.yaml"),
                "info prompts/a.prompt.yaml:5 2 lines of a text end with white space, this is the first".to_owned(),
            ]
        );
        assert_eq!(fixed("STY001", prompt), prompt.replace("messages: ", "messages:").replace("user\t", "user"));
    }

    #[test]
    fn markdown_and_windows_line_ends() {
        for (body, expected) in
            [("a \r\nb\r\n", 1), ("a  \r\nb\r\n", 0), ("a\t\n", 1), ("a ", 1), ("a", 0), ("  \n", 1), ("a\r\n", 0)]
        {
            let sources = "sources: [{files: AGENTS.md}]";
            let store = format!("//- promptyard.yaml\nversion: 1\n{sources}\n//- AGENTS.md\nx\n{body}");
            assert_eq!(found("STY001", &store).len(), expected, "{body:?}");
        }
    }
}
