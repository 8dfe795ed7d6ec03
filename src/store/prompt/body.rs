//! From a body and the markers in it to messages: what the dialects with one template a file have in common.

use super::roles::Marker;
use super::{Message, Role};
use crate::store::mapped::MappedText;
use crate::store::template::{Syntax, TagKind, Template};
use crate::text::{Span, Spanned};

/// The body of `text` from `start` on as one template.
pub(super) fn template(text: &str, start: usize, syntax: Syntax) -> Template {
    Template::new(MappedText::verbatim(&text[start..], start), syntax)
}

/// Cuts the template's text at `markers`; `start` is its place in the file, `index` in the prompt. What stands before
/// the first marker is a message of the `implied` role, if it says anything.
pub(super) fn messages(
    template: &Template,
    index: usize,
    start: usize,
    markers: Vec<Marker>,
    implied: Role,
) -> Vec<Message> {
    let text = &template.text.text;
    let mut messages = Vec::with_capacity(markers.len() + 1);
    let first = markers.first().map_or(text.len(), |marker| marker.span.start as usize);
    let preamble = without_blank_lines(text, Span::new(0, first));
    if prints(template, preamble) {
        let role = Spanned::new(implied, Span::at(start + preamble.start as usize));
        messages.push(Message { role, template: index, range: preamble });
    }
    let ends: Vec<u32> = markers
        .iter()
        .skip(1)
        .map(|marker| marker.span.start)
        .chain(std::iter::once(Span::at(text.len()).start))
        .collect();
    for (marker, end) in markers.into_iter().zip(ends) {
        let range = without_blank_lines(text, Span { start: marker.span.end, end });
        messages.push(Message { role: Spanned::new(marker.role, marker.word.shift(start)), template: index, range });
    }
    messages
}

/// `range` without the line breaks at its ends; spaces stay, as they reach the model.
pub(super) fn without_blank_lines(text: &str, range: Span) -> Span {
    let inner = range.slice(text);
    let start = range.start as usize + (inner.len() - inner.trim_start_matches(['\n', '\r']).len());
    let inner = inner.trim_matches(['\n', '\r']);
    Span::new(start, start + inner.len())
}

/// Whether anything but white space and comments stands in `range`.
pub(super) fn speaks(template: &Template, range: Span) -> bool {
    let tags = tags_in(template, range);
    tags.iter().any(|tag| tag.kind != TagKind::Comment) || has_literal(template, range)
}

/// Whether the text in `range` can print anything: `{% set x = 1 %}` and comments cannot.
pub(super) fn prints(template: &Template, range: Span) -> bool {
    tags_in(template, range).iter().any(|tag| tag.kind == TagKind::Expression)
        || includes_in(template, range)
        || has_literal(template, range)
}

fn includes_in(template: &Template, range: Span) -> bool {
    let includes = &template.analysis.includes;
    let from = includes.partition_point(|include| include.span.start < range.start);
    includes.get(from).is_some_and(|include| include.span.end <= range.end)
}

fn tags_in(template: &Template, range: Span) -> &[crate::store::template::Tag] {
    let tags = &template.analysis.tags;
    let from = tags.partition_point(|tag| tag.span.end <= range.start);
    let to = tags.partition_point(|tag| tag.span.start < range.end);
    tags.get(from..to).unwrap_or_default()
}

/// Whether text that is not white space stands between the tags in `range`.
fn has_literal(template: &Template, range: Span) -> bool {
    let text = &template.text.text;
    let is_text = |start: u32, end: u32| start < end && !Span { start, end }.slice(text).trim().is_empty();
    let mut at = range.start;
    for tag in tags_in(template, range) {
        if is_text(at, tag.span.start) {
            return true;
        }
        at = at.max(tag.span.end);
    }
    is_text(at, range.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::prompt::roles::role_lines;

    /// Role and text of each message of a Jinja body.
    fn cut(text: &str) -> Vec<(String, String)> {
        let template = template(text, 0, Syntax::Jinja);
        let markers = role_lines(text, &template.analysis.tags);
        messages(&template, 0, 0, markers, Role::System)
            .into_iter()
            .map(|message| (message.role.value.as_str().to_owned(), message.range.slice(text).to_owned()))
            .collect()
    }

    #[test]
    fn a_body_is_cut_at_its_role_lines() {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|&(role, text)| (role.to_owned(), text.to_owned())).collect()
        };
        for (text, expected) in [
            ("Be brief.", &[("system", "Be brief.")][..]),
            ("system:\nBe brief.\n\n\nuser:\n\n  Hi  \n", &[("system", "Be brief."), ("user", "  Hi  ")]),
            ("system:\n\nuser:\nHi", &[("system", ""), ("user", "Hi")]),
            ("Be brief.\nuser:\r\nHi\r\n", &[("system", "Be brief."), ("user", "Hi")]),
            ("{# note #}\n{% set a = 1 %}\nuser:\nHi", &[("user", "Hi")]),
            ("{{ a }}\nuser:", &[("system", "{{ a }}"), ("user", "")]),
            ("{% include \"a.md\" %}\nuser:\nHi", &[("system", "{% include \"a.md\" %}"), ("user", "Hi")]),
            ("\n\n", &[]),
        ] {
            assert_eq!(cut(text), owned(expected), "{text:?}");
        }
    }

    #[test]
    fn comments_do_not_speak() {
        for (text, expected) in
            [("", false), (" \n", false), ("{# a #}", false), ("{# a #} b", true), ("{{ a }}", true)]
        {
            let template = template(text, 0, Syntax::Jinja);
            assert_eq!(speaks(&template, Span::new(0, text.len())), expected, "{text:?}");
        }
    }
}
