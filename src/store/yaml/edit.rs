//! Small edits of a YAML file that leave every byte outside of them as it is: what fixes are made of.
//!
//! Each function takes the file's whole text and nodes that were parsed from it, and returns the one edit. `None` means
//! that the place is written in a way that cannot be edited without care, for instance because an alias elsewhere refers
//! to what would go.

mod items;

use std::fmt::Write as _;
use std::ops::Range;

use super::tree::{Layout, Shape};
use super::{EntryRef, Kind, NodeRef, ScalarStyle, resolve};
use crate::diagnostic::Edit;
pub use items::{append_item, prepend_entry, remove_item, scalar_source};

/// Replaces a scalar by the text `value`, which stays text: `true` gets quotes. The quotes stay as they are where
/// `value` can be written in them; a block stays a block. `None` for lists and mappings.
pub fn replace_scalar(file_text: &str, scalar: NodeRef<'_>, value: &str) -> Option<Edit> {
    let span = scalar.span();
    let is_alias = matches!(scalar.node().shape, Shape::Alias { .. });
    let style = if is_alias { ScalarStyle::Plain } else { scalar.style()? };
    let replacement = match style {
        ScalarStyle::Literal | ScalarStyle::Folded => {
            block(span.slice(file_text), value).unwrap_or_else(|| double_quoted(value))
        }
        // A value that is left out stands right after its indicator.
        ScalarStyle::Plain if span.is_empty() => format!(" {}", inline(style, value)),
        _ => inline(style, value),
    };
    Some(Edit { span, replacement })
}

/// Renames the key of `entry`, in the quotes that it has.
pub fn rename_key(file_text: &str, entry: &EntryRef<'_>, name: &str) -> Edit {
    Edit { span: entry.key_span, replacement: inline(key_style(file_text, entry), name) }
}

/// Removes `entry` from `mapping`: its lines with their end, or its part of the line in brackets with the comma. The
/// last entry leaves `{}` behind, so that the mapping stays one.
pub fn remove_entry(file_text: &str, mapping: NodeRef<'_>, entry: &EntryRef<'_>) -> Option<Edit> {
    let entries: Vec<EntryRef<'_>> = mapping.entries().collect();
    let index = entries.iter().position(|other| other.key_span == entry.key_span)?;
    if is_referred_to(entry) {
        return None;
    }
    let previous = index.checked_sub(1).and_then(|index| entries.get(index));
    let next = entries.get(index + 1);
    let range = match (mapping.layout()?, previous, next) {
        (Layout::Flow, None, None) if span_is_bracketed(file_text, mapping) => {
            return Some(Edit { span: mapping.span(), replacement: "{}".to_owned() });
        }
        (Layout::Block, None, None) => return remove_only_entry(file_text, entry),
        (Layout::Flow, _, Some(next)) => {
            let removed = entry.key_span.range().start..next.key_span.range().start;
            only_separators(file_text, entry.span().range().end..removed.end)?;
            removed
        }
        (Layout::Flow, Some(previous), None) => {
            let removed = previous.span().range().end..entry.span().range().end;
            only_separators(file_text, removed.start..entry.key_span.range().start)?;
            removed
        }
        (Layout::Flow, None, None) => return None,
        (Layout::Block, _, next) => block_lines(file_text, entry, next)?,
    };
    Some(Edit { span: range.into(), replacement: String::new() })
}

/// Inserts `key: value` after the entry `after` of `mapping`, indented alike. `value` is YAML source of one line.
pub fn insert_entry(
    file_text: &str,
    mapping: NodeRef<'_>,
    after: &EntryRef<'_>,
    key: &str,
    value: &str,
) -> Option<Edit> {
    if value.contains(['\n', '\r']) {
        return None;
    }
    let key = inline(key_style(file_text, after), key);
    let indent = indentation(file_text, after);
    let end = after.span().range().end;
    let (at, replacement) = match mapping.layout()? {
        Layout::Flow if !span_is_bracketed(file_text, mapping) => return None,
        Layout::Flow => match indent.filter(|indent| indent.is_own_line) {
            Some(indent) => (end, format!(",{}{}{key}: {value}", line_break(file_text, end), indent.text)),
            None => (end, format!(", {key}: {value}")),
        },
        Layout::Block => {
            let at = end + file_text.get(end..)?.find(['\n', '\r']).unwrap_or(file_text.len() - end);
            (at, format!("{}{}{key}: {value}", line_break(file_text, at), indent?.text))
        }
    };
    Some(Edit { span: (at..at).into(), replacement })
}

/// Adds `key: value` at the end of `mapping`, which may be an empty `{}`. `value` is YAML source of one line.
pub fn append_entry(file_text: &str, mapping: NodeRef<'_>, key: &str, value: &str) -> Option<Edit> {
    if mapping.kind() != Kind::Mapping {
        return None;
    }
    match mapping.entries().last() {
        Some(last) => insert_entry(file_text, mapping, &last, key, value),
        None if value.contains(['\n', '\r']) => None,
        None => {
            let replacement = format!("{{{}: {value}}}", inline(ScalarStyle::Plain, key));
            Some(Edit { span: mapping.span(), replacement })
        }
    }
}

/// Whether an alias outside of `entry` refers to a node inside.
pub fn is_referred_to(entry: &EntryRef<'_>) -> bool {
    let yaml = entry.value.yaml;
    let removed = entry.span();
    yaml.nodes.iter().any(|node| match node.shape {
        Shape::Alias { target } => !removed.contains(node.span) && removed.contains(yaml.nodes[target as usize].span),
        _ => false,
    })
}

fn span_is_bracketed(file_text: &str, mapping: NodeRef<'_>) -> bool {
    let source = mapping.span().slice(file_text);
    source.starts_with('{') && source.ends_with('}')
}

/// Nothing but white space, one comma and comments; an anchor or tag there belongs to an entry that stays.
fn only_separators(file_text: &str, range: Range<usize>) -> Option<()> {
    let lines = file_text.get(range)?.lines();
    let signs: String = lines.map(|line| line.find('#').map_or(line, |at| &line[..at]).trim()).collect();
    (signs.trim() == ",").then_some(())
}

/// The lines of an entry of a block mapping. Where a `- ` stands before it, the next entry takes its place.
fn block_lines(file_text: &str, entry: &EntryRef<'_>, next: Option<&EntryRef<'_>>) -> Option<Range<usize>> {
    let key = entry.key_span.range().start;
    let indent = indentation(file_text, entry)?;
    if !indent.is_own_line {
        let next = next?;
        return indentation(file_text, next)?.is_own_line.then(|| key..next.key_span.range().start);
    }
    let end = entry.span().range().end;
    let rest = file_text.get(end..)?;
    let line_end = rest.find('\n').map_or(rest.len(), |at| at + 1);
    Some(key - indent.text.len()..end + line_end)
}

fn remove_only_entry(file_text: &str, entry: &EntryRef<'_>) -> Option<Edit> {
    indentation(file_text, entry)?;
    let Range { start, end } = entry.span().range();
    let before = file_text.get(..start)?.trim_end();
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let follows_its_key = before.ends_with([':', '-']) && !line.contains('#') && !line.starts_with("---");
    let (start, replacement) = if follows_its_key { (before.len(), " {}") } else { (start, "{}") };
    Some(Edit { span: (start..end).into(), replacement: replacement.to_owned() })
}

/// What stands before a key on its line.
struct Indentation {
    /// White space as wide as it.
    text: String,
    /// Whether it is only white space: no `- ` and no bracket.
    is_own_line: bool,
}

/// The indentation of an entry; `None` where something else than white space and dashes stands before it.
fn indentation(file_text: &str, entry: &EntryRef<'_>) -> Option<Indentation> {
    let before = file_text.get(..entry.key_span.range().start)?;
    let line = before[before.rfind(['\n', '\r']).map_or(0, |at| at + 1)..].trim_start_matches('\u{feff}');
    if line.chars().all(|character| matches!(character, ' ' | '\t')) {
        return Some(Indentation { text: line.to_owned(), is_own_line: true });
    }
    let is_list_item = line.chars().all(|character| matches!(character, ' ' | '\t' | '-'));
    is_list_item.then(|| Indentation { text: " ".repeat(line.len()), is_own_line: false })
}

/// The line ending that the file uses before `at`.
fn line_break(file_text: &str, at: usize) -> &'static str {
    let is_windows = |text: &str, break_at: usize| text[..break_at].ends_with('\r');
    let before = &file_text[..at];
    match before.rfind('\n') {
        Some(found) if is_windows(before, found) => "\r\n",
        Some(_) => "\n",
        None => match file_text.find('\n') {
            Some(found) if is_windows(file_text, found) => "\r\n",
            _ => "\n",
        },
    }
}

fn key_style(file_text: &str, entry: &EntryRef<'_>) -> ScalarStyle {
    match entry.key_span.slice(file_text).as_bytes().first() {
        Some(b'"') => ScalarStyle::DoubleQuoted,
        Some(b'\'') => ScalarStyle::SingleQuoted,
        _ => ScalarStyle::Plain,
    }
}

/// `value` as a scalar on one line that is a string when it is read again.
fn inline(style: ScalarStyle, value: &str) -> String {
    match style {
        ScalarStyle::Plain if is_plain(value) => value.to_owned(),
        ScalarStyle::SingleQuoted if value.chars().all(is_printable) => format!("'{}'", value.replace('\'', "''")),
        _ => double_quoted(value),
    }
}

/// Characters that every style may hold as they are.
fn is_printable(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether `value` without quotes is itself wherever it stands, in brackets and as a key too.
fn is_plain(value: &str) -> bool {
    let starts_well =
        value.starts_with(|first: char| first.is_alphanumeric() || matches!(first, '_' | '/' | '.' | '$'));
    let mut previous = ' ';
    let mut rest = value.chars();
    let all_fine = std::iter::from_fn(|| rest.next().map(|character| (character, rest.clone().next()))).all(
        |(character, next)| {
            let is_fine = match character {
                '{' | '}' | '[' | ']' | ',' => false,
                '#' => previous != ' ',
                ':' => next.is_some_and(|next| next.is_alphanumeric() || next == '/'),
                other => is_printable(other),
            };
            previous = character;
            is_fine
        },
    );
    starts_well
        && all_fine
        && !value.ends_with(char::is_whitespace)
        && value != "..."
        && !value.starts_with("... ")
        && resolve::plain(value) == Kind::String
}

/// Escapes as JSON does, so that a JSON file stays one.
fn double_quoted(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for character in value.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            printable if is_printable(printable) => quoted.push(printable),
            other => {
                write!(quoted, "\\u{:04x}", u32::from(other)).expect("because writing to a string does not fail");
            }
        }
    }
    quoted.push('"');
    quoted
}

/// `value` as a literal block in the place of the block scalar `source`, if it can be written so.
fn block(source: &str, value: &str) -> Option<String> {
    let (header, body) = source.split_once('\n')?;
    let first = body.lines().find(|line| !line.trim().is_empty())?;
    let indent = &first[..first.len() - first.trim_start_matches(' ').len()];
    let rest = header.trim_start_matches(['|', '>', '+', '-']);
    let (text, chomping) = match value.strip_suffix('\n') {
        Some(text) => (text, ""),
        None => (value, "-"),
    };
    let is_writable = !indent.is_empty()
        && !rest.starts_with(|character: char| character.is_ascii_digit())
        && !text.starts_with([' ', '\t', '\n'])
        && !text.is_empty()
        && !text.ends_with(char::is_whitespace)
        && text.chars().all(|character| is_printable(character) || matches!(character, '\n' | '\t'));
    if !is_writable {
        return None;
    }
    let line_break = if header.ends_with('\r') { "\r\n" } else { "\n" };
    let mut written = format!("|{chomping}{}", rest.trim_end_matches('\r'));
    for line in text.split('\n') {
        written.push_str(line_break);
        if !line.is_empty() {
            written.push_str(indent);
            written.push_str(line);
        }
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Limits, Yaml, parse};
    use super::*;

    fn read(source: &str) -> Yaml {
        let (yaml, problems) = parse(source, 0, Limits::default());
        assert_eq!(problems, [], "{source:?}");
        yaml
    }

    /// The file after the edit, which must still parse.
    fn apply(source: &str, edit: &Edit) -> String {
        let mut edited = source.to_owned();
        edited.replace_range(edit.span.range(), &edit.replacement);
        read(&edited);
        edited
    }

    fn replaced(source: &str, pointer: &str, value: &str) -> String {
        let yaml = read(source);
        let node = yaml.pointer(pointer).unwrap();
        let edited = apply(source, &replace_scalar(source, node, value).unwrap());
        assert_eq!(read(&edited).pointer(pointer).unwrap().as_str(), Some(value), "{edited:?}");
        edited
    }

    #[test]
    fn a_replaced_scalar_keeps_its_quotes_where_it_can() {
        let cases = [
            ("a: b # c\n", "/a", "d", "a: d # c\n"),
            ("a: b\n", "/a", "true", "a: \"true\"\n"),
            ("a: b\n", "/a", "c: d", "a: \"c: d\"\n"),
            ("a: 'b'\n", "/a", "it's", "a: 'it''s'\n"),
            ("a: 'b'\n", "/a", "b\nc", "a: \"b\\nc\"\n"),
            ("a: \"b\"\n", "/a", "c\"d", "a: \"c\\\"d\"\n"),
            ("{\"a\": \"b\"}", "/a", "\u{1}", "{\"a\": \"\\u0001\"}"),
            ("a:\nb: c\n", "/a", "x", "a: x\nb: c\n"),
            ("- a\n- \n", "/1", "x", "- a\n- x \n"),
            ("a: 1\n", "/a", "support/answer", "a: support/answer\n"),
            ("a: |\n    b\n    c\n\nd: e\n", "/a", "x\n\ny\n", "a: |\n    x\n\n    y\n\nd: e\n"),
            ("a: >- # why\r\n  b\r\nd: e\r\n", "/a", "x\ny", "a: |- # why\r\n  x\r\n  y\r\nd: e\r\n"),
            ("a: |\n  b\n", "/a", " x", "a: \" x\"\n"),
            ("a: &x b\nc: *x\n", "/c", "d", "a: &x b\nc: d\n"),
        ];
        for (source, pointer, value, edited) in cases {
            assert_eq!(replaced(source, pointer, value), edited, "{source:?}");
        }
    }

    #[test]
    fn a_renamed_key_keeps_its_quotes() {
        for (source, edited) in [
            ("max_tokens: 3 # x\n", "maxTokens: 3 # x\n"),
            ("{\"max_tokens\": 3}", "{\"maxTokens\": 3}"),
            ("{'max_tokens' : 3}", "{'maxTokens' : 3}"),
        ] {
            let yaml = read(source);
            let entry = yaml.root().unwrap().entry("max_tokens").unwrap();
            assert_eq!(apply(source, &rename_key(source, &entry, "maxTokens")), edited);
        }
    }

    fn removed(source: &str, parent: &str, key: &str) -> Option<String> {
        let yaml = read(source);
        let mapping = yaml.pointer(parent).unwrap();
        let edit = remove_entry(source, mapping, &mapping.entry(key).unwrap())?;
        Some(apply(source, &edit))
    }

    #[test]
    fn a_removed_entry_takes_its_lines_or_its_comma() {
        let cases = [
            ("a: 1\nb: 2 # two\nc: 3\n", "", "b", Some("a: 1\nc: 3\n")),
            ("a: 1\nb: 2", "", "b", Some("a: 1\n")),
            ("a:\r\n  b: |\r\n    x\r\n  c: 3\r\n", "/a", "b", Some("a:\r\n  c: 3\r\n")),
            ("a:\n  b: 1\n", "/a", "b", Some("a: {}\n")),
            ("a: # why:\n  b: 1\n", "/a", "b", Some("a: # why:\n  {}\n")),
            ("a: 1\n", "", "a", Some("{}\n")),
            ("- a: 1\n  b: 2\n", "/0", "a", Some("- b: 2\n")),
            ("- a: 1\n  b: 2\n", "/0", "b", Some("- a: 1\n")),
            ("- a: 1\n- b\n", "/0", "a", Some("- {}\n- b\n")),
            ("x: {a: 1, b: 2, c: 3}\n", "/x", "a", Some("x: {b: 2, c: 3}\n")),
            ("x: {a: 1, b: 2, c: 3}\n", "/x", "b", Some("x: {a: 1, c: 3}\n")),
            ("x: {a: 1, b: 2, c: 3}\n", "/x", "c", Some("x: {a: 1, b: 2}\n")),
            ("x: {a: 1, b: 2,}\n", "/x", "b", Some("x: {a: 1,}\n")),
            ("x: {a: 1,}\n", "/x", "a", Some("x: {}\n")),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "", "b", Some("{\n  \"a\": 1\n}\n")),
            ("a: &x 1\nb: *x\n", "", "a", None),
            ("{a: 1, &x b: 2}\n", "", "a", None),
            ("? a\n: 1\n? b\n: 2\n", "", "a", None),
            ("[a: 1]\n", "/0", "a", None),
        ];
        for (source, parent, key, edited) in cases {
            assert_eq!(removed(source, parent, key).as_deref(), edited, "{source:?}");
        }
    }

    #[test]
    fn an_inserted_entry_is_indented_like_its_neighbours() {
        let insert = |source: &str, parent: &str, key: &str| {
            let yaml = read(source);
            let mapping = yaml.pointer(parent).unwrap();
            let after = mapping.entry(key).unwrap();
            apply(source, &insert_entry(source, mapping, &after, "tone", "{type: string}").unwrap())
        };
        let append = |source: &str, parent: &str| {
            let yaml = read(source);
            let mapping = yaml.pointer(parent).unwrap();
            apply(source, &append_entry(source, mapping, "x", "1").unwrap())
        };
        let cases = [
            ("i:\n  a: 1 # one\n  b: 2\n", "/i", "a", "i:\n  a: 1 # one\n  tone: {type: string}\n  b: 2\n"),
            ("i:\n  a: |\n    x\n\nj: 1\n", "/i", "a", "i:\n  a: |\n    x\n  tone: {type: string}\n\nj: 1\n"),
            ("- a: 1\n", "/0", "a", "- a: 1\n  tone: {type: string}\n"),
            ("a: 1", "", "a", "a: 1\ntone: {type: string}"),
            ("a: 1\r\n", "", "a", "a: 1\r\ntone: {type: string}\r\n"),
            ("i: {a: 1, b: 2}\n", "/i", "a", "i: {a: 1, tone: {type: string}, b: 2}\n"),
            ("{\n  \"a\": 1\n}\n", "", "a", "{\n  \"a\": 1,\n  \"tone\": {type: string}\n}\n"),
        ];
        for (source, parent, key, edited) in cases {
            assert_eq!(insert(source, parent, key), edited, "{source:?}");
        }
        assert_eq!(append("i: {}\nj: 1\n", "/i"), "i: {x: 1}\nj: 1\n");
        assert_eq!(append("i:\n  a: 1\n  b:\n    - c\nj: 1\n", "/i"), "i:\n  a: 1\n  b:\n    - c\n  x: 1\nj: 1\n");
    }

    proptest! {
        #[test]
        fn what_is_replaced_reads_as_the_new_text_and_the_rest_stays(value in any::<String>(), short in "[-a-c:#'\" \t\n{,.~0-9]{0,12}") {
            for value in [value.as_str(), short.as_str()] {
                for old in ["x", "'x'", "\"x\"", "|\n   x", ">-\n   x\n   y", "[x, y]"] {
                    let source = format!("a: {old}\nb: 1\n");
                    let pointer = if old.starts_with('[') { "/a/0" } else { "/a" };
                    let edited = replaced(&source, pointer, value);
                    prop_assert_eq!(read(&edited).pointer("/b").unwrap().as_u64(), Some(1));
                }
                let edited = { let yaml = read("{a: 1}"); let entry = yaml.root().unwrap().entry("a").unwrap(); rename_key("{a: 1}", &entry, value) };
                let edited = apply("{a: 1}", &edited);
                prop_assert!(value.len() > 500 || read(&edited).root().unwrap().get(value).is_some(), "{:?}", edited);
            }
        }
    }
}
