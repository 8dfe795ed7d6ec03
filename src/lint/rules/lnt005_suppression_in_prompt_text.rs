//! LNT005: a suppression stands in text that the model reads.

use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::suppress::directive::{self, Directive, MARKER};
use crate::lint::suppress::{comment_removal, insertion_in_metadata};
use crate::path::StorePath;
use crate::store::SourceFile;
use crate::store::prompt::Prompt;
use crate::store::template::{Syntax, TagKind, Template};
use crate::text::Span;

pub(super) struct SuppressionInPromptText;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT005", name: "suppression-in-prompt-text" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Safe),
    summary: "A suppression stands in text that the model reads",
    what: "\
Looks for `promptyard: allow` in comments that are part of a prompt's text: HTML comments in a body, `#` lines inside a YAML \
block. They suppress nothing. Quoted code is left alone.",
    why: "The model reads the comment, which costs tokens in every call and may steer the answer; other tools' comments do.",
    how: "\
Write it as a comment of the template language (`{# promptyard: allow ... #}` in Jinja, `{{! promptyard: allow ... }}` in \
Handlebars), as a YAML comment outside of the text, or under `lint: {allow: [...]}` in the metadata.",
    bad: "\
description: Greets a customer.
messages:
  - role: user
    content: |
      <!-- promptyard: allow missing-description reason=\"named well enough\" -->
      Say hello.
",
    good: "\
# promptyard: allow missing-description reason=\"named well enough\"
name: Greeting
messages:
  - role: user
    content: |
      Say hello.
",
};

impl Rule for SuppressionInPromptText {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if let Some(template) = &file.template {
            look(&file.path, template, cx, out);
        }
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for template in &prompt.templates {
            look(&prompt.path, template, cx, out);
        }
    }
}

/// Finding the place of each takes time with the text's size; after so many the point is made.
const MOST: usize = 1000;

fn look(path: &StorePath, template: &Template, cx: &Context<'_>, out: &Sink<'_>) {
    let text = template.text.text.as_str();
    let mut fence = Fence::default();
    for at in memchr::memmem::find_iter(text.as_bytes(), MARKER.as_bytes()).take(MOST) {
        let Some((span, content)) = comment_at(text, at) else { continue };
        let tags = &template.analysis.tags;
        let before = tags.partition_point(|tag| tag.span.range().start <= at);
        let tag = before.checked_sub(1).map(|index| tags[index]);
        if tag.is_some_and(|tag| tag.kind == TagKind::Comment && at < tag.span.range().end) {
            continue;
        }
        let Some(directive) = directive::read(content, 0) else { continue };
        if fence.is_open_at(text, span.range().start) {
            continue;
        }
        let place = cx.place(path, template, span);
        let finding = out.at(place, "the model reads this suppression, and it suppresses nothing").help(
            "write it as a comment of the template language, as a YAML comment, or in `lint.allow` of the metadata",
        );
        let Some(file) = cx.store.file(path) else { continue };
        if let Some((title, edits)) = fix(template.syntax, content.trim(), &directive, place, file) {
            drop(finding.fix(Applicability::Safe, title, edits));
        }
    }
}

/// The comment around the marker at `at`: its span and what it says, its delimiters excluded. `None` where the marker does
/// not stand in what looks like a comment.
fn comment_at(text: &str, at: usize) -> Option<(Span, &str)> {
    const DELIMITERS: [(&str, &str); 3] = [("<!--", "-->"), ("{#", "#}"), ("{{!", "}}")];
    // A comment that does not end soon, on its line, is not one that somebody meant as such.
    const LONGEST: usize = 1000;
    let limit = (at + LONGEST).min(text.len());
    let limit = (limit..text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len());
    let line_end = text[at..limit].find('\n').map_or(limit, |len| at + len);
    let before = text[..at].trim_end_matches([' ', '\t']);
    for (open, close) in DELIMITERS {
        if let Some(start) = before.strip_suffix(open).map(str::len) {
            let end = at + text[at..line_end].find(close)?;
            return Some((Span::new(start, end + close.len()), &text[at..end]));
        }
    }
    let start = match before.strip_suffix("//") {
        Some(start) => start,
        None => before.trim_end_matches('#'),
    };
    let line_start = start.trim_end_matches([' ', '\t']);
    let is_sign = start.len() < before.len() && (line_start.is_empty() || line_start.ends_with('\n'));
    let end = text[..line_end].trim_end().len();
    is_sign.then(|| (Span::new(start.len(), end), &text[at..end]))
}

fn fix(
    syntax: Syntax,
    content: &str,
    directive: &Directive,
    place: Span,
    file: &SourceFile,
) -> Option<(&'static str, Vec<Edit>)> {
    let as_comment = match syntax {
        Syntax::Jinja if !content.contains("#}") => Some(format!("{{# {content} #}}")),
        Syntax::Handlebars | Syntax::Mustache if !content.contains("}}") => Some(format!("{{{{! {content} }}}}")),
        _ => None,
    };
    if let Some(replacement) = as_comment {
        return Some(("Make it a comment of the template language", vec![Edit { span: place, replacement }]));
    }
    if !directive.mistakes.is_empty() {
        return None;
    }
    let insertion = insertion_in_metadata(directive, file)?;
    let removal = Edit { span: comment_removal(place, &file.text), replacement: String::new() };
    let mut edits = vec![insertion, removal];
    edits.sort_by_key(|edit| edit.span.start);
    Some(("Move it to the metadata", edits))
}

/// Follows fenced code blocks through a text, from one marker to the next.
#[derive(Default)]
struct Fence {
    at: usize,
    open: bool,
}

impl Fence {
    /// Whether the line of `at`, which never goes back, stands in a fenced block.
    fn is_open_at(&mut self, text: &str, at: usize) -> bool {
        for line in text[self.at..at].split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            self.at += line.len();
            let line = line.trim_start();
            self.open ^= line.starts_with("```") || line.starts_with("~~~");
        }
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_written_as_a_comment_is_one() {
        let found = |text: &str| {
            let at = text.find(MARKER)?;
            comment_at(text, at).map(|(span, content)| (span.slice(text).to_owned(), content.trim().to_owned()))
        };
        let pair = |comment: &str, content: &str| Some((comment.to_owned(), content.to_owned()));
        let said = "promptyard: allow A";
        assert_eq!(found("x <!-- promptyard: allow A --> y"), pair("<!-- promptyard: allow A -->", said));
        assert_eq!(found("x\n  # promptyard: allow A \ny"), pair("# promptyard: allow A", said));
        assert_eq!(found("{# promptyard: allow A #}"), pair("{# promptyard: allow A #}", said));
        assert_eq!(found("write # promptyard: allow A"), None);
        assert_eq!(found("`<!-- x promptyard: allow A -->`"), None);
        assert_eq!(found("<!-- promptyard: allow A\n-->"), None);
        assert_eq!(found(&format!("<!-- promptyard: allow A{} -->", "é".repeat(600))), None);
    }

    #[test]
    fn fenced_code_is_left_alone() {
        let text = "a\n```\nb\n```\nc";
        let mut fence = Fence::default();
        let open: Vec<bool> =
            ["a", "b", "c"].map(|letter| fence.is_open_at(text, text.find(letter).expect("it is there"))).to_vec();
        assert_eq!(open, [false, true, false]);
    }
}
