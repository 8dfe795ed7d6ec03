//! Finds the suppressions of one file.

use super::directive::{self, Directive, MARKER};
use super::{Form, Suppression};
use crate::store::template::{Syntax, TagKind, Template};
use crate::store::yaml::{Comment, NodeRef, Yaml};
use crate::store::{FileKind, SourceFile, Store};
use crate::text::{LineIndex, Span, Spanned};

/// More suppressions than this in one file do not hold: finding what each covers takes time with the file's size, and
/// nobody writes so many by hand.
const MOST: usize = 1000;

/// The suppressions of `file`: metadata first, then comments in the order of the file.
pub(super) fn of_file(store: &Store, file: &SourceFile) -> Vec<Suppression> {
    let mut found = in_metadata(store, file);
    found.truncate(MOST);
    if memchr::memmem::find(file.text.as_bytes(), MARKER.as_bytes()).is_none() {
        return found;
    }
    let lines = LineIndex::new(&file.text);
    if let Some(yaml) = &file.yaml {
        let comments = yaml.comments().iter().filter(|comment| comment.text.starts_with(MARKER));
        let room = MOST.saturating_sub(found.len());
        found.extend(comments.filter_map(|comment| in_yaml_comment(comment, yaml, &lines, &file.text)).take(room));
    }
    for template in store.templates_of(&file.path) {
        let room = MOST.saturating_sub(found.len());
        found.extend(in_template(template, &file.text).take(room));
    }
    found.truncate(MOST);
    found
}

fn in_metadata(store: &Store, file: &SourceFile) -> Vec<Suppression> {
    if file.kind == FileKind::Prompt {
        let Some(prompt) = store.prompt_at(&file.path) else { return Vec::new() };
        let entries = prompt.allow.iter().map(|entry| Suppression {
            form: Form::Metadata,
            span: entry.span,
            directive: Directive {
                rules: vec![entry.rule.clone()],
                reason: entry.reason.clone(),
                until: entry.until.clone(),
                matches: entry.matches.clone(),
                mistakes: Vec::new(),
            },
            covers: None,
        });
        return entries.collect();
    }
    if matches!(file.kind, FileKind::Config | FileKind::Schema | FileKind::Tool | FileKind::Data | FileKind::CodeOwners)
    {
        return Vec::new();
    }
    let allow = file.yaml.as_ref().and_then(Yaml::root).and_then(|root| root.get("lint")?.get("allow"));
    allow.into_iter().flat_map(NodeRef::items).filter_map(in_metadata_entry).collect()
}

fn in_metadata_entry(entry: NodeRef<'_>) -> Option<Suppression> {
    let text = |node: NodeRef<'_>| Some(Spanned::new(node.scalar()?.to_owned(), node.span()));
    let part = |key| entry.get(key).and_then(text);
    let rule = text(entry).or_else(|| part("rule"))?;
    Some(Suppression {
        form: Form::Metadata,
        span: entry.span(),
        directive: Directive {
            rules: vec![rule],
            reason: part("reason"),
            until: part("until"),
            matches: part("match"),
            mistakes: Vec::new(),
        },
        covers: None,
    })
}

fn in_yaml_comment(comment: &Comment, yaml: &Yaml, lines: &LineIndex, text: &str) -> Option<Suppression> {
    let content = comment.span.slice(text).strip_prefix('#')?;
    let directive = directive::read(content, comment.span.range().start + 1)?;
    let line = lines.line_of(comment.span.start);
    let covers = if comment.trailing {
        lines.line_span(line, text)
    } else {
        let below = (line + 1..lines.len()).map(|line| lines.line_span(line, text)).find(|span| {
            let line = span.slice(text).trim_start();
            !line.is_empty() && !line.starts_with('#')
        });
        let below = below?;
        yaml.root().and_then(|root| entry_starting_in(root, below)).map_or(below, |entry| entry.cover(below))
    };
    Some(Suppression { form: Form::YamlComment, span: comment.span, directive, covers: Some(covers) })
}

/// The outermost entry or list item that starts in `line`. The parser bounds how deep the nodes nest.
fn entry_starting_in(node: NodeRef<'_>, line: Span) -> Option<Span> {
    let starts = |span: Span| line.start <= span.start && span.start <= line.end;
    let reaches = |span: Span| span.start <= line.end && line.start <= span.end;
    for entry in node.entries() {
        let span = entry.span();
        if starts(span) {
            return Some(span);
        }
        if reaches(span) {
            return entry_starting_in(entry.value, line);
        }
    }
    for item in node.items() {
        let span = item.span();
        if starts(span) {
            return Some(span);
        }
        if reaches(span) {
            return entry_starting_in(item, line);
        }
    }
    None
}

fn in_template<'a>(template: &'a Template, file_text: &'a str) -> impl Iterator<Item = Suppression> + 'a {
    let text = template.text.text.as_str();
    let comments = template.analysis.tags.iter().filter(|tag| tag.kind == TagKind::Comment);
    let mut lines: Option<LineIndex> = None;
    comments.filter_map(move |tag| {
        let (content, offset) = comment_content(tag.span.slice(text), template.syntax)?;
        let mut directive = directive::read(content, tag.span.range().start + offset)?;
        let lines = lines.get_or_insert_with(|| LineIndex::new(text));
        let to_file = |span: Span| template.text.to_source(file_text, span);
        let span = to_file(tag.span);
        // Few comments are escaped or folded; the others need not be looked for part by part.
        let verbatim = span.slice(file_text) == tag.span.slice(text);
        let part_to_file = |part: Span| match verbatim {
            true => {
                Span { start: span.start + part.start - tag.span.start, end: span.start + part.end - tag.span.start }
            }
            false => to_file(part),
        };
        let parts = [&mut directive.reason, &mut directive.until, &mut directive.matches].into_iter().flatten();
        for part in parts.chain(&mut directive.rules).chain(&mut directive.mistakes) {
            part.span = part_to_file(part.span);
        }
        let covers = Some(to_file(this_line_and_the_next(lines, text, tag.span)));
        Some(Suppression { form: Form::TemplateComment, span, directive, covers })
    })
}

/// What stands between a comment's delimiters, and its offset from the comment's start.
pub(super) fn comment_content(comment: &str, syntax: Syntax) -> Option<(&str, usize)> {
    let delimiters: &[(&str, &str)] = match syntax {
        Syntax::Jinja => &[("{#-", "#}"), ("{#+", "#}"), ("{#", "#}")],
        Syntax::Handlebars | Syntax::Mustache => {
            &[("{{!--", "--}}"), ("{{~!--", "--}}"), ("{{~!", "}}"), ("{{!", "}}")]
        }
        Syntax::FString | Syntax::SemanticKernel | Syntax::Plain => return None,
    };
    let (open, close) = delimiters.iter().find(|(open, _)| comment.starts_with(open))?;
    let content = comment.strip_prefix(open)?;
    let content = content.strip_suffix(close).unwrap_or(content);
    Some((content.trim_end_matches(['-', '+', '~']), open.len()))
}

fn this_line_and_the_next(lines: &LineIndex, text: &str, tag: Span) -> Span {
    let first = lines.line_span(lines.line_of(tag.start), text);
    let next = lines.line_span(lines.line_of(tag.end) + 1, text);
    first.cover(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_what_stands_between_its_delimiters() {
        let content = |text, syntax| comment_content(text, syntax).map(|(content, offset)| (content.trim(), offset));
        assert_eq!(content("{#- a -#}", Syntax::Jinja), Some(("a", 3)));
        assert_eq!(content("{{!-- a --}}", Syntax::Handlebars), Some(("a", 5)));
        assert_eq!(content("{{! a }}", Syntax::Mustache), Some(("a", 3)));
        assert_eq!(content("{# a #}", Syntax::Plain), None);
    }

    #[test]
    fn a_template_comment_covers_its_line_and_the_next() {
        let text = "a\n  {# x #}\nb\nc\n";
        let covered =
            |start, end| this_line_and_the_next(&LineIndex::new(text), text, Span::new(start, end)).slice(text);
        assert_eq!(covered(4, 11), "  {# x #}\nb");
        assert_eq!(covered(14, 15), "c\n");
        assert_eq!(covered(12, 13), "b\nc");
    }
}
