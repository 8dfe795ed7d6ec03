//! Semantic Kernel's own template language: `{{$input}}`, `{{plugin.function $x}}`, `{{'text'}}`.
//!
//! Format: <https://learn.microsoft.com/semantic-kernel/concepts/prompts/prompt-template-syntax>. Braces that are never
//! closed, and `{{}}`, are text.

use memchr::memmem;

use super::braces::Braces;
use super::{Analysis, Call, CallKind, SyntaxError, Tag, TagKind, UseKind, VariableUse};
use crate::text::Span;

/// Analyses a Semantic Kernel template.
pub(super) fn analyse(text: &str) -> Analysis {
    let bytes = text.as_bytes();
    let mut out = Analysis::default();
    let mut braces = Braces::new(text);
    let mut at = 0;
    while let Some(found) = memmem::find(&bytes[at..], b"{{") {
        // Of more than two braces the last two open.
        let start = at + found + bytes[at + found + 2..].iter().take_while(|byte| **byte == b'{').count();
        let Some(end) = braces.close(start + 2).map(|close| close + 2) else {
            let span = Span::new(start, start + 2);
            let help = "add the closing `}}`, if this is meant to be filled in";
            error(&mut out, span, "this `{{` is never closed, so it is text", help, false);
            at = start + 2;
            continue;
        };
        let tag = Span::new(start, end);
        if !text[start + 2..end - 2].trim().is_empty() {
            out.tags.push(Tag { span: tag, kind: TagKind::Expression });
            block(text, Span::new(start + 2, end - 2), &mut out);
        }
        at = end;
    }
    out
}

/// The offset after the quote that ends a text.
fn string_end(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(quote, b'\\', bytes.get(at..)?)?;
        if bytes[at] == quote {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Reads the inside of a tag.
fn block(text: &str, inner: Span, out: &mut Analysis) {
    let mut first = true;
    for word in words(text, inner) {
        let content = word.slice(text);
        let start = word.start as usize;
        let kind = if first { UseKind::PrintedRaw } else { UseKind::Other };
        let value = match content.find('=').filter(|_| !first && !content.starts_with(['\'', '"', '$'])) {
            Some(equals) => Span::new(start + equals + 1, word.end as usize),
            None => word,
        };
        let content = value.slice(text);
        if let Some(name) = content.strip_prefix('$') {
            variable(value, name, kind, out);
        } else if first && !content.starts_with(['\'', '"']) {
            function(value, content, out);
        } else if !first && value == word && !content.starts_with(['\'', '"']) {
            let message = format!("`{content}` is neither a variable nor a text");
            error(out, value, &message, "write `$name`, `'text'` or `name=$value`", true);
        }
        first = false;
    }
}

fn variable(at: Span, name: &str, kind: UseKind, out: &mut Analysis) {
    if !is_name(name) {
        let help = "names have letters, digits and `_` only";
        return error(out, at, &format!("`${name}` is not a variable's name"), help, true);
    }
    out.uses.push(VariableUse {
        root: name.to_owned(),
        path: Vec::new(),
        span: at,
        root_span: Span { start: at.start + 1, end: at.end },
        kind,
        guarded: false,
        through_binding: false,
    });
}

fn function(at: Span, name: &str, out: &mut Analysis) {
    let mut parts = name.split('.');
    let valid = parts.by_ref().take(2).all(is_name) && parts.next().is_none();
    if !valid {
        let help = "write `{{$variable}}`, or `{{plugin.function}}`";
        return error(out, at, &format!("`{name}` is not a function's name"), help, true);
    }
    out.calls.push(Call { kind: CallKind::Function, name: name.to_owned(), span: at });
}

/// The words of a tag; a text in quotes belongs to the word that it stands in.
fn words(text: &str, inner: Span) -> Vec<Span> {
    let bytes = &text.as_bytes()[inner.range()];
    let offset = inner.start as usize;
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && !bytes[at].is_ascii_whitespace() {
            let text_starts = at == start || bytes[at - 1] == b'=';
            at += match bytes[at] {
                quote @ (b'\'' | b'"') if text_starts => {
                    1 + string_end(&bytes[at + 1..], quote).unwrap_or(bytes.len() - at - 1)
                }
                _ => 1,
            };
        }
        words.push(Span::new(offset + start, offset + at));
    }
    words
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn error(out: &mut Analysis, span: Span, message: &str, help: &str, fatal: bool) {
    let help = Some(help.to_owned());
    out.report(SyntaxError { span, message: message.to_owned(), help, fatal });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_functions_are_told_apart() {
        let found = analyse("{{$input}} {{ time.Date }} {{recall $q limit=$n with='a }} b'}} {{'text'}} {{}} {");
        let roots: Vec<_> = found.uses.iter().map(|usage| usage.root.as_str()).collect();
        let calls: Vec<_> = found.calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!(roots, ["input", "q", "n"]);
        assert_eq!(calls, ["time.Date", "recall"]);
        assert_eq!(found.tags.len(), 4);
        assert!(found.errors.is_empty(), "{:?}", found.errors);
    }

    #[test]
    fn what_the_kernel_rejects_is_fatal() {
        for (text, at, fatal) in [
            ("{{#if x}}", "#if", true),
            ("{{f x}}", "x", true),
            ("{{$a-b}}", "$a-b", true),
            ("a {{$x", "{{", false),
            ("a {{ $x {{$y}}", "{{", false),
        ] {
            let errors = analyse(text).errors;
            assert_eq!((errors[0].span.slice(text), errors[0].fatal), (at, fatal), "{text}");
        }
    }
}
