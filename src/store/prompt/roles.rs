//! Role lines: `system:`, `# user:`, `assistant[name="x"]:` alone on a line start a message.
//!
//! The grammar is Prompty's: `^\s*#?\s*(role)(\[attributes\])?\s*:\s*$`, in any case. Its runtime looks for role lines
//! in the rendered text, so that a template may also compute the role: `{{ item.role }}:` alone on a line.

use serde_json::{Map, Value};

use super::front_matter::lines;
use super::{Role, front_matter};
use crate::store::template::Tag;
use crate::text::Span;

/// Where a message starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// All that belongs to the marker and not to a message, the line ending included.
    pub(super) span: Span,
    /// Who speaks from here on.
    pub(super) role: Role,
    /// The role's word.
    pub(super) word: Span,
}

const WORDS: &[&str] = &["system", "developer", "user", "assistant", "tool", "function"];

/// The role lines of `text` in order. `tags` are the template's: a line inside a comment marks nothing.
pub(super) fn role_lines(text: &str, tags: &[Tag]) -> Vec<Marker> {
    let mut markers = Vec::new();
    let mut tags = tags.iter().peekable();
    for line in lines(text, 0) {
        let Some((role, word)) = role_line(line.text, line.start) else { continue };
        while tags.next_if(|tag| tag.span.end <= word.start).is_some() {}
        let inside_tag = tags.peek().is_some_and(|tag| (tag.span.start as usize) < line.start);
        if !inside_tag {
            markers.push(Marker { span: Span::new(line.start, line.next), role, word });
        }
    }
    markers
}

/// The role that a rendered line marks, with the attributes that it gives: `user[name="Ann"]:`. `None` for any other line.
pub fn role_of_line(line: &str) -> Option<(Role, Map<String, Value>)> {
    let (role, word) = role_line(line, 0)?;
    if !WORDS.iter().any(|known| known.eq_ignore_ascii_case(word.slice(line))) {
        return None;
    }
    let attributes = line.split_once('[').and_then(|(_, rest)| rest.rsplit_once(']')).map_or("", |(inside, _)| inside);
    let pairs = attributes.split(',').filter_map(|pair| pair.split_once('='));
    let value = |written: &str| match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(text) => Value::from(text),
        None => serde_json::from_str(written).unwrap_or_else(|_| Value::from(written)),
    };
    Some((role, pairs.map(|(name, written)| (name.trim().to_owned(), value(written.trim()))).collect()))
}

/// The role that `line` marks, and its word's place.
fn role_line(line: &str, start: usize) -> Option<(Role, Span)> {
    let head = line.trim_end().strip_suffix(':')?.trim_end();
    let head = without_attributes(head);
    let word = head.trim_start();
    let word = word.strip_prefix('#').unwrap_or(word).trim_start();
    let at = start + (head.len() - word.len());
    if WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
        return Some((Role::from_word(word), Span::new(at, at + word.len())));
    }
    let expression = word.strip_prefix("{{")?.strip_suffix("}}")?;
    let place = front_matter::trimmed(expression, at + "{{".len());
    let expression = expression.trim();
    let computed = expression == "role" || expression.ends_with(".role");
    (computed && !expression.contains(['{', '}'])).then(|| (Role::Other(expression.to_owned()), place))
}

/// `user[name="Alice"]` without the attributes.
fn without_attributes(head: &str) -> &str {
    head.strip_suffix(']')
        .and_then(|rest| rest.split_once('['))
        .filter(|(_, attributes)| attributes.contains('='))
        .map_or(head, |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::template::TagKind;

    #[test]
    fn only_a_role_alone_on_its_line_is_a_marker() {
        for (line, role) in [
            ("system:", Some("system")),
            ("  # User : ", Some("user")),
            ("#ASSISTANT:", Some("assistant")),
            ("function:", Some("tool")),
            ("user[name=\"Alice\", id=7]:", Some("user")),
            ("{{ item.role }}:", Some("item.role")),
            ("# {{message.role}}:", Some("message.role")),
            ("user", None),
            ("user: hello", None),
            ("The user:", None),
            ("## user:", None),
            ("user[]:", None),
            ("users:", None),
            ("{{ item.role }}: {{ item.text }}", None),
            ("{{ item.text }}:", None),
            ("{{ a }} {{ b.role }}:", None),
            (":", None),
            ("é:", None),
        ] {
            let found = role_line(line, 0);
            assert_eq!(found.as_ref().map(|(role, _)| role.as_str()), role, "{line:?}");
        }
    }

    #[test]
    fn a_marker_knows_its_line_and_word() {
        let text = "intro\r\n # User:\r\nhi";
        let markers = role_lines(text, &[]);
        assert_eq!(markers.len(), 1);
        assert_eq!(markers[0].span.slice(text), " # User:\r\n");
        assert_eq!(markers[0].word.slice(text), "User");
    }

    #[test]
    fn a_commented_line_marks_nothing() {
        let text = "{#\nuser:\n#}\nsystem:\n{{ m.role }}:\n";
        let comment = Tag { span: Span::new(0, 11), kind: TagKind::Comment };
        let expression = Tag { span: Span::new(20, 32), kind: TagKind::Expression };
        let roles: Vec<_> = role_lines(text, &[comment, expression]).into_iter().map(|marker| marker.role).collect();
        assert_eq!(roles, [Role::System, Role::Other("m.role".to_owned())]);
    }
}
