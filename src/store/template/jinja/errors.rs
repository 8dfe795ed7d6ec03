//! A Jinja template that does not parse, in plain words.
//!
//! The engine names the token that it choked on, which is often far from the mistake. So the tags are matched here
//! first: a block that is never closed is told at its opening, and only what is left is told by the engine's error.

use minijinja::{Error, ErrorKind};

use super::tags::{inner, is_closed, keyword};
use crate::store::template::{SyntaxError, Tag, TagKind};
use crate::text::{LineIndex, Span};

/// The engine has no words of its own for this mistake.
const BAD_ESCAPE: &str = "unknown escape in a text";

/// Tags of Jinja2 that the engine does not read: built in, or from an extension that ships with a well-known library.
const JINJA2_ONLY: &[&str] = &["print", "trans", "pluralize", "endtrans", "generation", "endgeneration", "debug"];

/// Blocks and what closes them.
const BLOCKS: &[(&str, &str)] = &[
    ("if", "endif"),
    ("for", "endfor"),
    ("with", "endwith"),
    ("macro", "endmacro"),
    ("call", "endcall"),
    ("filter", "endfilter"),
    ("block", "endblock"),
    ("autoescape", "endautoescape"),
    ("set", "endset"),
    ("raw", "endraw"),
];

/// Tags that are not blocks.
const SINGLE: &[&str] = &["extends", "include", "import", "from", "do", "continue", "break", "else", "elif"];

/// Says in plain words why `text` does not parse. `tags` are found textually.
pub(super) fn explain(text: &str, tags: &[Tag], error: &Error) -> SyntaxError {
    let detail = match error.kind() {
        ErrorKind::BadEscape => BAD_ESCAPE,
        _ => error.detail().unwrap_or("it does not parse"),
    };
    let range = error.range().unwrap_or(text.len()..text.len());
    let at = on_boundary(text, range.start);
    let end = on_boundary(text, range.end.max(at));
    let at_end = detail.contains("end of input") || end >= text.trim_end().len();
    if let Some(tag) = tags.iter().find(|tag| !is_closed(**tag) && tag.span.start as usize <= at) {
        return never_closed(text, *tag);
    }
    if detail.contains("end of raw block")
        && let Some(&tag) = tags.iter().find(|tag| tag.span.start as usize <= at && keyword(text, **tag) == "raw")
    {
        return fatal(tag.span, "this `{% raw %}` is never closed".to_owned(), "add `{% endraw %}`".to_owned());
    }
    if let Some(problem) = structure(text, tags) {
        let tag = tags.iter().rfind(|tag| tag.span.start as usize <= at);
        let told_here = tag.is_some_and(|tag| problem.at <= tag.span.start);
        if told_here || (at_end && detail.contains("end of input")) {
            return problem.error;
        }
    }
    let tag = tags.iter().rfind(|tag| tag.span.start as usize <= at).copied();
    match tag {
        Some(tag) if tag.kind != TagKind::Comment => in_tag(text, tag, Span::new(at, end), detail),
        _ => SyntaxError {
            span: visible(text, Span::new(at, end)),
            message: plain(detail, ""),
            help: None,
            fatal: !is_limit(detail),
        },
    }
}

/// A mistake in how tags are nested.
struct Structure {
    error: SyntaxError,
    /// Where a parser meets it.
    at: u32,
}

fn fatal(span: Span, message: String, help: impl Into<Option<String>>) -> SyntaxError {
    SyntaxError { span, message, help: help.into(), fatal: true }
}

fn accepted_by_jinja2(span: Span, what: &str, help: &str) -> SyntaxError {
    SyntaxError {
        span,
        message: format!("{what}, which Jinja2 reads but not the engine that analyses this template"),
        help: Some(help.to_owned()),
        fatal: false,
    }
}

fn never_closed(text: &str, tag: Tag) -> SyntaxError {
    let (opener, closer) = match tag.kind {
        TagKind::Expression => ("{{", "}}"),
        TagKind::Block => ("{%", "%}"),
        TagKind::Comment => ("{#", "#}"),
    };
    let rest = text.get(tag.span.end as usize..).unwrap_or_default();
    let line = rest.lines().next().unwrap_or_default();
    let almost = match tag.kind {
        TagKind::Comment => None,
        _ => line.find('}').map(|found| &line[found..found + 1]),
    };
    let help = match almost {
        Some(_) => format!("a tag that starts with `{opener}` ends with `{closer}`, not with `}}`"),
        None => format!("add the closing `{closer}`"),
    };
    fatal(tag.span, format!("this `{opener}` is never closed"), help)
}

/// Finds the first mistake in how block tags are nested.
fn structure(text: &str, tags: &[Tag]) -> Option<Structure> {
    let mut open: Vec<(&str, Tag)> = Vec::new();
    for &tag in tags.iter().filter(|tag| tag.kind == TagKind::Block && is_closed(**tag)) {
        let word = keyword(text, tag);
        let found = |error| Some(Structure { error, at: tag.span.start });
        if word == "set" {
            if is_block_set(inner(text, tag.span)) {
                open.push((word, tag));
            }
        } else if BLOCKS.iter().any(|(opener, _)| *opener == word) {
            open.push((word, tag));
        } else if let Some((opener, _)) = BLOCKS.iter().find(|(_, closer)| *closer == word) {
            match open.pop() {
                Some((top, _)) if top == *opener => {}
                Some((top, opened)) => return found(mismatched(text, tag, top, opened)),
                None => return found(closes_nothing(tag, word, opener)),
            }
        } else if matches!(word, "else" | "elif") {
            let fits = open.last().is_some_and(|(top, _)| *top == "if" || (*top == "for" && word == "else"));
            if !fits {
                return found(fatal(
                    tag.span,
                    format!("`{{% {word} %}}` stands outside of an `{{% if %}}`"),
                    open.last().map(|(top, opened)| format!("close {} first", place(text, top, *opened))),
                ));
            }
        } else if !SINGLE.contains(&word) {
            return found(unknown_tag(text, tag, word));
        }
    }
    let (word, tag) = open.first()?;
    let closer = BLOCKS.iter().find(|(opener, _)| opener == word).map_or("", |(_, closer)| closer);
    let error = fatal(
        tag.span,
        format!("this `{{% {word} %}}` is never closed"),
        format!("add `{{% {closer} %}}` where it ends"),
    );
    Some(Structure { error, at: u32::MAX })
}

fn mismatched(text: &str, tag: Tag, top: &str, opened: Tag) -> SyntaxError {
    let word = keyword(text, tag);
    let wanted = BLOCKS.iter().find(|(opener, _)| *opener == top).map_or("", |(_, closer)| closer);
    fatal(
        tag.span,
        format!("`{{% {word} %}}` stands where `{{% {wanted} %}}` is expected"),
        format!("close {} first", place(text, top, opened)),
    )
}

fn closes_nothing(tag: Tag, word: &str, opener: &str) -> SyntaxError {
    fatal(
        tag.span,
        format!("`{{% {word} %}}` closes nothing: no `{{% {opener} %}}` is open here"),
        format!("remove it, or add the `{{% {opener} … %}}` that it closes"),
    )
}

fn place(text: &str, word: &str, tag: Tag) -> String {
    let line = LineIndex::new(text).line_of(tag.span.start) + 1;
    format!("the `{{% {word} %}}` that opens in line {line} of the template")
}

fn unknown_tag(text: &str, tag: Tag, word: &str) -> SyntaxError {
    if JINJA2_ONLY.contains(&word) {
        let what = format!("`{{% {word} %}}` is a tag of Jinja2 or one of its extensions");
        return accepted_by_jinja2(tag.span, &what, "what this template uses is not checked");
    }
    if word.is_empty() {
        let help = "a block tag starts with a word such as `if`, `for` or `set`; a value is printed with `{{ … }}`";
        return fatal(tag.span, "this tag has no name".to_owned(), help.to_owned());
    }
    let at = word.as_ptr() as usize - text.as_ptr() as usize;
    let help = match word {
        "elseif" | "elsif" | "elif_" => Some("write `{% elif … %}`".to_owned()),
        "end" => Some("say what ends: `{% endif %}`, `{% endfor %}`".to_owned()),
        "unless" => Some("write `{% if not … %}`".to_owned()),
        "assign" => Some("write `{% set … %}`".to_owned()),
        "comment" => Some("write `{# … #}`".to_owned()),
        "render" | "partial" => Some("write `{% include \"…\" %}`".to_owned()),
        _ => nearest(word).map(|known| format!("did you mean `{{% {known} %}}`?")),
    };
    fatal(Span::new(at, at + word.len()), format!("Jinja has no `{{% {word} %}}` tag"), help)
}

fn nearest(word: &str) -> Option<&'static str> {
    let known = BLOCKS.iter().flat_map(|(opener, closer)| [*opener, *closer]).chain(SINGLE.iter().copied());
    known
        .map(|known| (strsim::damerau_levenshtein(word, known), known))
        .filter(|(far, _)| *far <= 2)
        .min()
        .map(|(_, k)| k)
}

/// Whether the `set` tag captures what follows: it has no `=` after its target.
fn is_block_set(inner: &str) -> bool {
    let stop = inner.find(['=', '|']).unwrap_or(inner.len());
    !inner[stop..].starts_with('=')
}

/// A mistake inside of one tag that is closed.
fn in_tag(text: &str, tag: Tag, found: Span, detail: &str) -> SyntaxError {
    let span = visible(text, found);
    let word = span.slice(text);
    let inside = inner(text, tag.span);
    let block = if tag.kind == TagKind::Block { keyword(text, tag) } else { "" };
    if let Some(error) = jinja2_accepts(text, span, detail, block) {
        return error;
    }
    if inside.trim().is_empty() {
        return fatal(tag.span, "this tag is empty".to_owned(), "name the value to print".to_owned());
    }
    let handlebars =
        "this looks like Handlebars; Jinja writes `{% if x %}…{% endif %}`, `{% for x in xs %}…{% endfor %}`";
    if tag.kind == TagKind::Expression && inside.starts_with(['#', '/', '^', '>', '!', '&']) {
        let at = inside.as_ptr() as usize - text.as_ptr() as usize;
        let message = format!("`{}` cannot start an expression in Jinja", &inside[..1]);
        return fatal(Span::new(at, at + 1), message, handlebars.to_owned());
    }
    if detail.contains("end of string") {
        let quote = inside.find(['\'', '"']).map(|at| inside.as_ptr() as usize - text.as_ptr() as usize + at);
        let span = quote.map_or(span, |at| Span::new(at, at + 1));
        let help = "close the quote, or remove it if it is not meant to start a text";
        return fatal(span, "a quote opens here and is never closed in this tag".to_owned(), help.to_owned());
    }
    fatal(span, plain(detail, word), hint(text, span, inside, detail, block).map(str::to_owned))
}

/// What Jinja2 accepts and the engine does not.
fn jinja2_accepts(text: &str, span: Span, detail: &str, block: &str) -> Option<SyntaxError> {
    let first = text.get(span.start as usize..).and_then(|rest| rest.chars().next());
    if is_limit(detail) {
        return Some(accepted_by_jinja2(span, "blocks and brackets nest deeper than is analysed", "nest less deeply"));
    }
    if detail.contains("unexpected character") && first.is_some_and(|c| !c.is_ascii() && c.is_alphanumeric()) {
        return Some(accepted_by_jinja2(span, "this name has a letter outside of A-Z", "use plain letters in names"));
    }
    if detail == BAD_ESCAPE {
        return Some(accepted_by_jinja2(span, "this text has an unknown `\\` escape", "write the backslash twice"));
    }
    let comma = detail.starts_with("unexpected `,`");
    let bare_tuple = match block {
        "" => detail.ends_with("end of variable block"),
        "for" | "if" | "elif" => detail.ends_with("end of block"),
        _ => false,
    };
    if comma && (bare_tuple || detail.ends_with("`]`")) {
        return Some(accepted_by_jinja2(span, "these values have no parentheses around them", "add parentheses"));
    }
    if detail == "unexpected `+`" {
        return Some(accepted_by_jinja2(span, "a `+` stands before a value", "remove the `+`"));
    }
    if block == "do" && detail.starts_with("expected call expression") {
        return Some(accepted_by_jinja2(span, "this `{% do %}` is not a call", "use `{% set %}`"));
    }
    if block == "with" && comma {
        return Some(accepted_by_jinja2(span, "this `{% with %}` takes values apart", "use `{% set %}`"));
    }
    if detail.starts_with("block tags in macros") {
        return Some(accepted_by_jinja2(span, "a block stands in a macro", "move the block out of the macro"));
    }
    let reserved = detail.strip_prefix("cannot assign to reserved variable name ");
    if block != "for" && reserved.is_some_and(|name| matches!(name, "loop" | "self")) {
        return Some(accepted_by_jinja2(span, "this sets a name that is the engine's own", "choose another name"));
    }
    None
}

fn is_limit(detail: &str) -> bool {
    detail.contains("recursion limits") || detail.starts_with("Too many arguments")
}

/// The engine's message in other words.
fn plain(detail: &str, word: &str) -> String {
    if let Some(rest) = detail.strip_prefix("unexpected ") {
        let expected = rest.split_once(", expected ").map(|(_, expected)| expected);
        let wanted = match expected {
            Some("end of variable block") => ": the tag should end with `}}` before it".to_owned(),
            Some("end of block") => ": the tag should end with `%}` before it".to_owned(),
            Some("identifier" | "identifier or integer") => ": a name should stand here".to_owned(),
            Some("expression") => ": a value should stand here".to_owned(),
            Some("assignment operator") => ": `=` should stand here".to_owned(),
            Some(other) => format!(": {other} should stand here"),
            None => String::new(),
        };
        return match word {
            "" => format!("the template ends too early{wanted}"),
            "}}" | "-}}" | "%}" | "-%}" => match expected {
                Some("expression" | "identifier" | "identifier or integer") => {
                    format!("the tag ends too early{wanted}")
                }
                _ => format!("`{word}` is not expected here{wanted}"),
            },
            word if word.len() <= 40 && !word.contains('\n') => format!("`{word}` is not expected here{wanted}"),
            _ => format!("this is not expected here{wanted}"),
        };
    }
    match detail {
        "empty subscript" => "these brackets are empty".to_owned(),
        "non-keyword arg after keyword arg" => "an argument without a name stands after one with a name".to_owned(),
        other => {
            let mut chars = other.trim_end_matches('.').chars();
            chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
        }
    }
}

/// What to do about frequent mistakes, by what stands at and around the error.
fn hint(text: &str, span: Span, inside: &str, detail: &str, block: &str) -> Option<&'static str> {
    let rest = text.get(span.start as usize..).unwrap_or_default();
    let before = text.get(..span.start as usize).unwrap_or_default().trim_end();
    if rest.starts_with('&') {
        return Some("Jinja writes `and`");
    }
    if rest.starts_with("||") || (rest.starts_with('|') && before.ends_with('|')) {
        return Some("Jinja writes `or`");
    }
    if rest.starts_with('!') {
        return Some("Jinja writes `not`");
    }
    if rest.starts_with('?') {
        return Some("Jinja writes `a if condition else b`");
    }
    if rest.starts_with('$') {
        return Some("a variable is named without `$` in Jinja");
    }
    if rest.starts_with(':') && inside.contains('|') {
        return Some("a filter's arguments stand in parentheses: `| default(\"x\")`");
    }
    if rest.starts_with('=') && matches!(block, "if" | "elif") {
        return Some("compare with `==`");
    }
    if block == "else" && rest.starts_with("if") {
        return Some("write `{% elif … %}`");
    }
    if rest.starts_with("for ") && (inside.contains('[') || inside.contains('(')) {
        return Some("Jinja has no comprehensions: use a loop, or the `map` and `select` filters");
    }
    let name = rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    if name && block.is_empty() && detail.ends_with("end of variable block") {
        return Some("a name has no spaces: use `_`");
    }
    None
}

/// A span that can be shown: in bounds, on character boundaries, not empty where the text is not.
fn visible(text: &str, span: Span) -> Span {
    let start = on_boundary(text, span.start as usize);
    let end = on_boundary(text, (span.end as usize).max(start));
    if end > start {
        return Span::new(start, end);
    }
    if let Some(next) = text[start..].chars().next() {
        return Span::new(start, start + next.len_utf8());
    }
    match text.chars().next_back() {
        Some(last) => Span::new(text.len() - last.len_utf8(), text.len()),
        None => Span::at(0),
    }
}

fn on_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
