//! Edits of lists, and of mappings where an entry comes first.

use super::{Edit, indentation, inline, line_break, only_separators};
use crate::store::yaml::tree::Layout;
use crate::store::yaml::{Kind, NodeRef, ScalarStyle};

/// `value` as it is written where nothing says how: plain where that is itself again, else in double quotes.
pub fn scalar_source(value: &str) -> String {
    inline(ScalarStyle::Plain, value)
}

/// Adds `value`, YAML source of one line, at the end of `sequence`, which may be an empty `[]`.
pub fn append_item(file_text: &str, sequence: NodeRef<'_>, value: &str) -> Option<Edit> {
    if sequence.kind() != Kind::Sequence || sequence.is_alias() || value.contains(['\n', '\r']) {
        return None;
    }
    let Some(last) = sequence.items().last() else {
        return Some(Edit { span: sequence.span(), replacement: format!("[{value}]") });
    };
    let end = last.span().range().end;
    if sequence.layout()? == Layout::Flow {
        let closed = file_text.get(..sequence.span().range().end)?.ends_with(']');
        let replacement = match own_line(file_text, last.span().range().start) {
            Some(indent) => format!(",{}{indent}{value}", line_break(file_text, end)),
            None => format!(", {value}"),
        };
        return closed.then(|| Edit { span: (end..end).into(), replacement });
    }
    let indent = own_line(file_text, sequence.span().range().start)?;
    let at = end + file_text.get(end..)?.find(['\n', '\r']).unwrap_or(file_text.len() - end);
    Some(Edit { span: (at..at).into(), replacement: format!("{}{indent}- {value}", line_break(file_text, at)) })
}

/// Removes the item at `index` from `sequence`, which keeps another one or becomes `[]`.
pub fn remove_item(file_text: &str, sequence: NodeRef<'_>, index: usize) -> Option<Edit> {
    let items: Vec<NodeRef<'_>> = sequence.items().collect();
    let item = items.get(index)?.span().range();
    let previous = index.checked_sub(1).and_then(|index| items.get(index));
    let range = match (sequence.layout()?, previous, items.get(index + 1)) {
        _ if sequence.is_alias() => return None,
        (Layout::Flow, None, None) => {
            return Some(Edit { span: sequence.span(), replacement: "[]".to_owned() });
        }
        (Layout::Flow, _, Some(next)) => {
            only_separators(file_text, item.end..next.span().range().start)?;
            item.start..next.span().range().start
        }
        (Layout::Flow, Some(previous), None) => {
            only_separators(file_text, previous.span().range().end..item.start)?;
            previous.span().range().end..item.end
        }
        (Layout::Block, _, _) => {
            let line = line_start(file_text, item.start);
            let dash = file_text.get(line..item.start)?.trim();
            if dash != "-" {
                return None;
            }
            let end = item.end + file_text.get(item.end..)?.find('\n').map_or(file_text.len() - item.end, |at| at + 1);
            if items.len() == 1 {
                let start = sequence.span().range().start;
                return Some(Edit { span: (start..item.end).into(), replacement: "[]".to_owned() });
            }
            line..end
        }
    };
    Some(Edit { span: range.into(), replacement: String::new() })
}

/// Inserts `key: value` before the first entry of `mapping`, on a line of its own where that has one. `value` is YAML
/// source of one line.
pub fn prepend_entry(file_text: &str, mapping: NodeRef<'_>, key: &str, value: &str) -> Option<Edit> {
    let first = mapping.entries().next()?;
    let at = first.key_span.range().start;
    if mapping.is_alias() || value.contains(['\n', '\r']) {
        return None;
    }
    let key = scalar_source(key);
    let replacement = match (mapping.layout()?, indentation(file_text, &first)) {
        (_, Some(indent)) if mapping.layout()? == Layout::Block || indent.is_own_line => {
            let comma = if mapping.layout()? == Layout::Flow { "," } else { "" };
            format!("{key}: {value}{comma}{}{}", line_break(file_text, at), indent.text)
        }
        (Layout::Flow, _) => format!("{key}: {value}, "),
        (Layout::Block, _) => return None,
    };
    Some(Edit { span: (at..at).into(), replacement })
}

fn line_start(file_text: &str, at: usize) -> usize {
    file_text[..at].rfind(['\n', '\r']).map_or(0, |found| found + 1)
}

/// The white space before `at`, where nothing else stands before it on its line.
fn own_line(file_text: &str, at: usize) -> Option<&str> {
    let before = file_text.get(line_start(file_text, at)..at)?;
    before.chars().all(|character| matches!(character, ' ' | '\t')).then_some(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::yaml::{Limits, Yaml, parse};

    fn read(source: &str) -> Yaml {
        let (yaml, problems) = parse(source, 0, Limits::default());
        assert_eq!(problems, [], "{source:?}");
        yaml
    }

    fn edited(source: &str, edit: impl FnOnce(NodeRef<'_>) -> Option<Edit>) -> Option<String> {
        let yaml = read(source);
        let edit = edit(yaml.pointer("/a").expect("it is there"))?;
        let mut text = source.to_owned();
        text.replace_range(edit.span.range(), &edit.replacement);
        read(&text);
        Some(text)
    }

    #[test]
    fn an_item_is_added_as_the_others_are_written() {
        for (source, expected) in [
            ("a: []\nb: 1\n", "a: [{x: 1}]\nb: 1\n"),
            ("a: [1] # c\n", "a: [1, {x: 1}] # c\n"),
            ("a: [\n  1,\n  2\n]\n", "a: [\n  1,\n  2,\n  {x: 1}\n]\n"),
            ("a:\n  - 1 # c\nb: 1\n", "a:\n  - 1 # c\n  - {x: 1}\nb: 1\n"),
            ("a:\r\n- 1\r\n- y: 1\r\n  z: 2", "a:\r\n- 1\r\n- y: 1\r\n  z: 2\r\n- {x: 1}"),
        ] {
            assert_eq!(edited(source, |node| append_item(source, node, "{x: 1}")).as_deref(), Some(expected));
        }
        assert_eq!(edited("a: 1\n", |node| append_item("a: 1\n", node, "x")), None);
    }

    #[test]
    fn an_item_goes_with_its_line_or_its_comma() {
        for (source, index, expected) in [
            ("a: [1, 2, 3]\n", 1, Some("a: [1, 3]\n")),
            ("a: [1, 2]\n", 1, Some("a: [1]\n")),
            ("a: [1]\n", 0, Some("a: []\n")),
            ("a:\n  - 1\n  - x: 1 # c\n    y: 2\nb: 1\n", 1, Some("a:\n  - 1\nb: 1\n")),
            ("a:\n  - 1\n  - 2\n", 0, Some("a:\n  - 2\n")),
            ("a:\n  - {x: 1} # c\nb: 1\n", 0, Some("a:\n  [] # c\nb: 1\n")),
            ("a: [1]\n", 1, None),
        ] {
            assert_eq!(edited(source, |node| remove_item(source, node, index)).as_deref(), expected, "{source:?}");
        }
    }

    #[test]
    fn an_entry_can_come_first() {
        for (source, expected) in [
            ("a: {x: 1}\n", "a: {k: 2, x: 1}\n"),
            ("a:\n  x: 1 # c\n", "a:\n  k: 2\n  x: 1 # c\n"),
            ("a: {\n  x: 1\n}\n", "a: {\n  k: 2,\n  x: 1\n}\n"),
        ] {
            assert_eq!(edited(source, |node| prepend_entry(source, node, "k", "2")).as_deref(), Some(expected));
        }
    }
}
