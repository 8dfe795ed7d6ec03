//! Where a Jinja template's tags stand, and whether it is shallow enough for a recursive parser.
//!
//! The engine's syntax tree has no comments, no raw blocks and no delimiters, so this file finds them with the engine's
//! own lexing rules: strings hide delimiters, and so do open brackets.

use memchr::{memchr, memmem};

use crate::store::template::{Tag, TagKind};
use crate::text::Span;

/// The most that one expression or one chain of `elif` may nest. The engine's parser bounds brackets and blocks itself
/// but not operator chains, and both it and its tree's destructor recurse over those.
const MAX_CHAIN: u32 = 400;

/// What one pass over a template finds.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The tags in order. Exact for a template that parses; otherwise see [`scan_textual`].
    pub(super) tags: Vec<Tag>,
    /// The first tag that nests deeper than is safe to parse.
    pub(super) too_deep: Option<Span>,
    /// Whether the template ends inside a tag.
    pub(super) unclosed: bool,
}

/// Finds the tags of `text` by the engine's rules; stops at the first one that never ends.
pub(super) fn scan(text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut scan = Scan::default();
    let mut elifs: Vec<u32> = Vec::new();
    let mut counts = Vec::new();
    let mut at = 0;
    while let Some((start, kind)) = next_opener(bytes, at) {
        let body = start + 2 + sign(bytes, start + 2);
        let end = match kind {
            TagKind::Comment => comment_end(bytes, body),
            TagKind::Block => match basic_tag(bytes, body, b"raw") {
                Some(end) => {
                    scan.tags.push(Tag { span: Span::new(start, end), kind });
                    let Some(endraw) = find_endraw(bytes, end) else {
                        scan.unclosed = true;
                        return scan;
                    };
                    scan.tags.push(Tag { span: endraw, kind });
                    at = endraw.end as usize;
                    continue;
                }
                None => inside(bytes, body, b"%}", &mut counts),
            },
            TagKind::Expression => inside(bytes, body, b"}}", &mut counts),
        };
        let span = Span::new(start, end.at.unwrap_or(bytes.len()));
        let deepest = end.deepest;
        let deep = deepest > MAX_CHAIN || (kind == TagKind::Block && elif_chain(bytes, body, &mut elifs) > MAX_CHAIN);
        if deep && scan.too_deep.is_none() {
            scan.too_deep = Some(span);
        }
        let Some(end) = end.at else {
            scan.unclosed = true;
            return scan;
        };
        scan.tags.push(Tag { span, kind });
        at = end;
    }
    scan
}

/// Finds the tags of a template that does not parse: each ends at the next closing delimiter, or, where another tag
/// opens before that, after its own opening delimiter. Quotes and brackets, which are what such a template has wrong,
/// do not count.
pub(super) fn scan_textual(text: &str) -> Vec<Tag> {
    let bytes = text.as_bytes();
    let mut tags = Vec::new();
    let mut raw_ends = true;
    let mut at = 0;
    while let Some((start, kind)) = next_opener(bytes, at) {
        let body = start + 2;
        let limit = match kind {
            TagKind::Comment => bytes.len(),
            _ => next_opener(bytes, body).map_or(bytes.len(), |(next, _)| next),
        };
        let closer: &[u8] = match kind {
            TagKind::Comment => b"#}",
            TagKind::Block => b"%}",
            TagKind::Expression => b"}}",
        };
        let end = memmem::find(&bytes[body..limit], closer).map_or(body, |found| body + found + 2);
        tags.push(Tag { span: Span::new(start, end), kind });
        at = end;
        if kind == TagKind::Block && raw_ends && basic_tag(bytes, body + sign(bytes, body), b"raw").is_some() {
            match find_endraw(bytes, end) {
                Some(endraw) => {
                    tags.push(Tag { span: endraw, kind });
                    at = endraw.end as usize;
                }
                None => raw_ends = false,
            }
        }
        if kind == TagKind::Comment && end == body {
            // Nothing after a comment that never ends can be told from the comment, and searching again and again
            // for its end would be quadratic.
            break;
        }
    }
    tags
}

/// The first word of a block tag: `for` of `{%- for x in y %}`.
pub(super) fn keyword(text: &str, tag: Tag) -> &str {
    let inner = inner(text, tag.span).trim_start();
    let end = inner.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inner.len());
    &inner[..end]
}

/// What stands between the delimiters of a tag, without whitespace control.
pub(super) fn inner(text: &str, span: Span) -> &str {
    let tag = span.slice(text);
    let body = tag.get(2..).unwrap_or_default();
    let body = body.strip_prefix(['-', '+']).unwrap_or(body);
    let closed = body.strip_suffix("%}").or_else(|| body.strip_suffix("}}")).or_else(|| body.strip_suffix("#}"));
    let body = closed.unwrap_or(body);
    body.strip_suffix(['-', '+']).unwrap_or(body)
}

/// Whether the tag's closing delimiter was found.
pub(super) fn is_closed(tag: Tag) -> bool {
    tag.span.len() > 2
}

/// The offset and kind of the next opening delimiter at or after `at`.
fn next_opener(bytes: &[u8], mut at: usize) -> Option<(usize, TagKind)> {
    loop {
        let start = at + memchr(b'{', bytes.get(at..)?)?;
        let kind = match bytes.get(start + 1) {
            Some(b'{') => TagKind::Expression,
            Some(b'%') => TagKind::Block,
            Some(b'#') => TagKind::Comment,
            _ => {
                at = start + 1;
                continue;
            }
        };
        return Some((start, kind));
    }
}

/// Length of a whitespace-control sign at `at`.
fn sign(bytes: &[u8], at: usize) -> usize {
    usize::from(matches!(bytes.get(at), Some(b'-' | b'+')))
}

fn skip_space(bytes: &[u8], at: usize) -> usize {
    at + bytes.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The end of a tag that consists of `name` alone, after whose delimiter and sign `at` is.
fn basic_tag(bytes: &[u8], at: usize, name: &[u8]) -> Option<usize> {
    let at = skip_space(bytes, at);
    let rest = bytes.get(at..)?.strip_prefix(name)?;
    let after = skip_space(bytes, bytes.len() - rest.len());
    let after = after + sign(bytes, after);
    bytes.get(after..)?.starts_with(b"%}").then_some(after + 2)
}

/// The `{% endraw %}` that ends the raw block whose text starts at `at`.
fn find_endraw(bytes: &[u8], at: usize) -> Option<Span> {
    for found in memmem::find_iter(&bytes[at..], b"{%") {
        let start = at + found;
        let body = start + 2;
        if let Some(end) = basic_tag(bytes, body + sign(bytes, body), b"endraw") {
            return Some(Span::new(start, end));
        }
    }
    None
}

/// Where a tag ends, if it does, and how deep its expressions may nest at most.
struct End {
    at: Option<usize>,
    deepest: u32,
}

fn comment_end(bytes: &[u8], body: usize) -> End {
    let found = bytes.get(body..).and_then(|rest| memmem::find(rest, b"#}"));
    End { at: found.map(|found| body + found + 2), deepest: 0 }
}

/// Reads a tag's tokens up to its closing delimiter. `counts` is scratch space: for each open bracket the number of
/// operators since its last comma, whose sum bounds the depth of the syntax tree.
fn inside(bytes: &[u8], mut at: usize, closer: &[u8], counts: &mut Vec<u32>) -> End {
    counts.clear();
    counts.push(0);
    let (mut balance, mut total, mut deepest) = (0i64, 0u32, 0u32);
    while let Some(&byte) = bytes.get(at) {
        if balance == 0 {
            let after = at + usize::from(matches!(byte, b'-' | b'+'));
            if bytes.get(after..after + 2) == Some(closer) {
                return End { at: Some(after + 2), deepest };
            }
        }
        let step = match byte {
            b'\'' | b'"' => {
                let Some(end) = string_end(bytes, at) else { break };
                at = end;
                continue;
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' => {
                let word = bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                let chains = matches!(&bytes[at..at + word], b"not" | b"and" | b"or" | b"if" | b"else" | b"is" | b"in");
                at += word - 1;
                u32::from(chains)
            }
            b'(' | b'[' | b'{' => {
                balance += 1;
                if let Some(count) = counts.last_mut() {
                    *count += 1;
                    total += 1;
                }
                counts.push(0);
                0
            }
            b')' | b']' | b'}' => {
                balance -= 1;
                if counts.len() > 1 {
                    total -= counts.pop().unwrap_or_default();
                }
                0
            }
            b',' => {
                total -= counts.last_mut().map(std::mem::take).unwrap_or_default();
                0
            }
            b'.' | b'|' | b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b'=' | b'<' | b'>' | b'!' => 1,
            _ => 0,
        };
        if step == 1
            && let Some(count) = counts.last_mut()
        {
            *count += 1;
            total += 1;
        }
        deepest = deepest.max(total);
        at += 1;
    }
    End { at: None, deepest }
}

/// The offset after the string that starts at `at`.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    let mut at = at + 1;
    loop {
        at += memchr::memchr2(quote, b'\\', bytes.get(at..)?)?;
        if bytes[at] == quote {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Keeps count of `elif` in each open `if`; returns the count of the one that this tag belongs to.
fn elif_chain(bytes: &[u8], body: usize, open: &mut Vec<u32>) -> u32 {
    let start = skip_space(bytes, body);
    let word = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    match &bytes[start..start + word] {
        b"if" => open.push(0),
        b"endif" => {
            open.pop();
        }
        b"elif" => {
            if let Some(count) = open.last_mut() {
                *count += 1;
                return *count;
            }
        }
        _ => {}
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        scan(text).tags.iter().map(|tag| tag.span.slice(text)).collect()
    }

    #[test]
    fn strings_and_brackets_hide_delimiters() {
        assert_eq!(found("a {{ '}}' }} b {% if x == '%}' %}"), ["{{ '}}' }}", "{% if x == '%}' %}"]);
        assert_eq!(found("{{ {'a': {'b': 1}} }}x"), ["{{ {'a': {'b': 1}} }}"]);
        assert_eq!(found("{# {{ x }} #}{{- y -}}"), ["{# {{ x }} #}", "{{- y -}}"]);
        assert_eq!(found("{% raw %}{{ x }}{%- endraw -%}{{ y }}"), ["{% raw %}", "{%- endraw -%}", "{{ y }}"]);
    }

    #[test]
    fn a_broken_template_still_has_its_tags() {
        let text = "{{ it's }} {{ ok }} {{ a {% if b %}";
        let tags: Vec<&str> = scan_textual(text).iter().map(|tag| tag.span.slice(text)).collect();
        assert_eq!(tags, ["{{ it's }}", "{{ ok }}", "{{", "{% if b %}"]);
    }

    #[test]
    fn chains_that_would_overflow_the_stack_are_seen() {
        let shallow = format!("{{{{ [{}] }}}}", "a.b, ".repeat(5000));
        assert_eq!(scan(&shallow).too_deep, None);
        for part in ["not ", "- ", "a.", "a + ", "a if b else ", "(", "a|f("] {
            let text = format!("x{{{{ {}a }}}}", part.repeat(5000));
            assert_eq!(scan(&text).too_deep, Some(Span::new(1, text.len())), "{part}");
        }
        let elifs = format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(5000));
        assert!(scan(&elifs).too_deep.is_some());
    }
}
