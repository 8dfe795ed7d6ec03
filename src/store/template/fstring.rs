//! Python's `str.format` placeholders: `{x}`, `{x.y[0]!r:>10}`; `{{` and `}}` are braces.
//!
//! Format: <https://docs.python.org/3/library/string.html#format-string-syntax>.

use memchr::memchr2;

use super::{Analysis, Step, SyntaxError, Tag, TagKind, UseKind, VariableUse};
use crate::text::Span;

/// Analyses a template with Python's placeholders. After the first fatal mistake no other is reported: the formatter
/// stops there, and an unescaped JSON example has dozens.
pub(super) fn analyse(text: &str) -> Analysis {
    let bytes = text.as_bytes();
    let mut out = Analysis::default();
    let mut at = 0;
    while let Some(found) = memchr2(b'{', b'}', &bytes[at..]) {
        let start = at + found;
        if bytes.get(start + 1) == Some(&bytes[start]) {
            at = start + 2;
            continue;
        }
        if bytes[start] == b'}' {
            let help = "a brace in the text is written `}}`";
            error(&mut out, Span::new(start, start + 1), "this `}` closes nothing", help, true);
            at = start + 1;
            continue;
        }
        let Some(end) = field_end(bytes, start + 1) else {
            let help = "add the closing `}`; a brace in the text is written `{{`";
            error(&mut out, Span::new(start, start + 1), "this `{` is never closed", help, true);
            break;
        };
        out.tags.push(Tag { span: Span::new(start, end), kind: TagKind::Expression });
        field(text, Span::new(start + 1, end - 1), UseKind::PrintedRaw, &mut out);
        at = end;
    }
    out
}

/// The offset after the `}` that ends the field whose inside starts at `at`.
fn field_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 1;
    loop {
        at += memchr2(b'{', b'}', bytes.get(at..)?)? + 1;
        depth = if bytes[at - 1] == b'{' { depth + 1 } else { depth - 1 };
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Reads `name.attribute[item]!conversion:spec`.
fn field(text: &str, inner: Span, kind: UseKind, out: &mut Analysis) {
    let content = inner.slice(text);
    let name_len = content.find(['!', ':']).unwrap_or(content.len());
    let reference = &content[..name_len];
    if let Some(spec) = content.find(':') {
        let offset = inner.start as usize + spec + 1;
        let spec = &content[spec + 1..];
        // A width or precision may be a field itself, but not one with fields in it.
        let mut at = 0;
        while let Some(open) = spec[at..].find('{').filter(|_| kind != UseKind::Other) {
            let Some(close) = spec[at + open..].find('}') else { break };
            field(text, Span::new(offset + at + open + 1, offset + at + open + close), UseKind::Other, out);
            at += open + close + 1;
        }
    }
    let root_len = reference.find(['.', '[']).unwrap_or(reference.len());
    let root = &reference[..root_len];
    if root.is_empty() || root.bytes().all(|byte| byte.is_ascii_digit()) {
        return;
    }
    let start = inner.start as usize;
    if !is_name(root) {
        let looks_computed = root.starts_with(|c: char| c.is_alphabetic()) && !root.contains(['"', '\n']);
        let help = "a brace in the text is written `{{` or `}}`";
        let span = Span::new(start - 1, start);
        error(out, span, "this `{` opens a placeholder that is not a name", help, !looks_computed);
        return;
    }
    let Some(path) = steps(&reference[root_len..]) else {
        let help = "a part is written `.name` or `[key]`";
        error(out, Span::new(start, start + name_len), "this placeholder is not a name with parts", help, true);
        return;
    };
    out.uses.push(VariableUse {
        root: root.to_owned(),
        path,
        span: Span::new(start, start + name_len),
        root_span: Span::new(start, start + root_len),
        kind: if content.len() > name_len && kind == UseKind::PrintedRaw { UseKind::Printed } else { kind },
        guarded: false,
        through_binding: false,
    });
}

fn steps(mut rest: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let close = inside.find(']')?;
            let key = &inside[..close];
            let index = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
            steps.push(if index { Step::Item } else { Step::Attribute(key.to_owned()) });
            rest = &inside[close + 1..];
        } else {
            let name = rest.strip_prefix('.')?;
            let len = name.find(['.', '[']).unwrap_or(name.len());
            if !is_name(&name[..len]) {
                return None;
            }
            steps.push(Step::Attribute(name[..len].to_owned()));
            rest = &name[len..];
        }
    }
    Some(steps)
}

fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
}

fn error(out: &mut Analysis, span: Span, message: &str, help: &str, fatal: bool) {
    if out.errors.last().is_some_and(|last| last.fatal) {
        return;
    }
    let help = Some(help.to_owned());
    out.report(SyntaxError { span, message: message.to_owned(), help, fatal });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_with_their_parts() {
        let text = "{a} {{b}} {c.d[0][key]!r:>{width}} {} {0} {{{e:%Y}}}";
        let found: Vec<_> = analyse(text).uses.into_iter().map(|usage| (usage.root, usage.path, usage.kind)).collect();
        let steps = vec![Step::Attribute("d".to_owned()), Step::Item, Step::Attribute("key".to_owned())];
        assert_eq!(
            found,
            [
                ("a".to_owned(), vec![], UseKind::PrintedRaw),
                ("width".to_owned(), vec![], UseKind::Other),
                ("c".to_owned(), steps, UseKind::Printed),
                ("e".to_owned(), vec![], UseKind::Printed),
            ]
        );
    }

    #[test]
    fn braces_that_do_not_match_are_told_once() {
        for (text, at, fatal) in [
            ("a } b } c", 2, true),
            ("a { b", 2, true),
            ("Answer as {\"a\": 1, \"b\": {}}", 10, true),
            ("{len(x)}", 0, false),
            ("{a.}", 1, true),
        ] {
            let errors = analyse(text).errors;
            assert_eq!(errors.len(), 1, "{text}");
            assert_eq!((errors[0].span.start, errors[0].fatal), (at, fatal), "{text}");
        }
        assert!(analyse("{{\"a\": {x}}}").errors.is_empty());
    }
}
