//! Takes suppressions out of files without touching what stands around them.

use super::{Form, Suppression};
use crate::diagnostic::Edit;
use crate::store::SourceFile;
use crate::store::yaml::{EntryRef, NodeRef, Yaml};
use crate::text::Span;

/// The edits that remove `suppression` from `file`.
pub(super) fn whole(suppression: &Suppression, file: &SourceFile) -> Option<Vec<Edit>> {
    let span = match suppression.form {
        Form::Metadata => {
            let yaml = file.yaml.as_ref()?;
            metadata_entry(yaml, suppression.span, &file.text)?
        }
        Form::YamlComment | Form::TemplateComment => comment(suppression.span, &file.text),
    };
    // What stands before the first `---` keeps it from opening front matter.
    let is_head = file.text[..span.range().start].trim_start_matches('\u{feff}').trim().is_empty();
    if is_head && file.text[span.range().end..].trim_start().starts_with("---") {
        return None;
    }
    Some(vec![Edit { span, replacement: String::new() }])
}

/// The edits that remove one of several rules that a comment names, with a comma beside it.
pub(super) fn name(suppression: &Suppression, index: usize, file: &SourceFile) -> Option<Vec<Edit>> {
    let rules = &suppression.directive.rules;
    if suppression.form == Form::Metadata || rules.len() < 2 {
        return None;
    }
    let span = match rules.get(index + 1) {
        Some(next) => Span { start: rules.get(index)?.span.start, end: next.span.start },
        None => Span { start: rules.get(index.checked_sub(1)?)?.span.end, end: rules.get(index)?.span.end },
    };
    file.text.get(span.range())?;
    Some(vec![Edit { span, replacement: String::new() }])
}

/// A comment with the white space before it, or with its lines where it stands alone on them.
pub(crate) fn comment(span: Span, text: &str) -> Span {
    let before = text[..span.range().start].trim_end_matches([' ', '\t']);
    let after = text[span.range().end..].trim_start_matches([' ', '\t', '\r']);
    let starts_line = before.is_empty() || before.ends_with('\n');
    let ends_line = after.is_empty() || after.starts_with('\n');
    match (starts_line, ends_line) {
        (true, true) => Span::new(before.len(), text.len() - after.strip_prefix('\n').unwrap_or(after).len()),
        (false, true) => Span { start: Span::at(before.len()).start, end: span.end },
        _ => span,
    }
}

/// The lines that `span` touches, with their endings. A span that ends with a line ending ends there.
fn whole_lines(span: Span, text: &str) -> Span {
    let range = span.range();
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let closed = range.end > range.start && text[..range.end].ends_with('\n');
    let end = if closed { range.end } else { text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1) };
    Span::new(start, end)
}

/// The entry of `lint.allow` at `entry`; `allow` or `lint` with it where nothing else is in them.
fn metadata_entry(yaml: &Yaml, entry: Span, text: &str) -> Option<Span> {
    let root = yaml.root()?;
    let lint = root.entry("lint")?;
    let allow = lint.value.entry("allow")?;
    let items: Vec<NodeRef<'_>> = allow.value.items().collect();
    let index = items.iter().position(|item| item.span() == entry)?;
    if items.len() > 1 {
        let spans: Vec<Span> = items.iter().map(|item| item.span()).collect();
        return one_of(&spans, index, allow.value, text);
    }
    let siblings: Vec<EntryRef<'_>> = lint.value.entries().collect();
    let (owner, key) = if siblings.len() > 1 { (lint.value, allow.key_span) } else { (root, lint.key_span) };
    let spans: Vec<Span> = owner.entries().map(|entry| entry.span()).collect();
    let index = spans.iter().position(|span| span.start == key.start)?;
    (spans.len() > 1).then(|| one_of(&spans, index, owner, text)).flatten()
}

/// One of several members of a collection: its lines in block style, itself and a comma in flow style.
fn one_of(members: &[Span], index: usize, owner: NodeRef<'_>, text: &str) -> Option<Span> {
    let member = *members.get(index)?;
    let flow = text.get(owner.span().range())?.starts_with(['[', '{']);
    if !flow {
        return Some(whole_lines(member, text));
    }
    match members.get(index + 1) {
        Some(next) => Some(Span { start: member.start, end: next.start }),
        None => Some(Span { start: members.get(index.checked_sub(1)?)?.end, end: member.end }),
    }
}
