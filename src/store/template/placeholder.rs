//! Placeholders of other template languages in literal text. They are what is left when a template was moved from one
//! language to another, or never filled in; which of them is a mistake is for rules to say.

use memchr::memmem;

use super::Syntax;
use crate::text::Span;

/// What a placeholder looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PlaceholderKind {
    /// `{name}`
    Brace,
    /// `{{name}}` or `{{{name}}}`
    DoubleBrace,
    /// `${name}`
    DollarBrace,
    /// `%(name)s`
    Percent,
    /// `<<name>>`
    Angle,
    /// `[INSERT name]`
    Insert,
    /// `TODO`, `FIXME`
    Todo,
}

/// A placeholder in literal text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The whole of it.
    pub span: Span,
    /// What it looks like.
    pub kind: PlaceholderKind,
    /// The name or words inside; for [`PlaceholderKind::Todo`] the word itself.
    pub name: String,
}

/// The bytes that a placeholder may start with: nearly all of a text is none of them.
const MAY_START: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < STARTS.len() {
        table[STARTS[at] as usize] = true;
        at += 1;
    }
    table
};
const STARTS: &[u8] = b"{$%<[TF";

/// The placeholders in `span` of `text` that a template in `own` does not read, in order. Pass literal text only: see
/// [`Analysis::literals`](super::Analysis::literals).
pub fn foreign_placeholders(text: &str, span: Span, own: Syntax) -> Vec<Placeholder> {
    let part = span.slice(text);
    let bytes = part.as_bytes();
    let offset = span.start as usize;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(skipped) = bytes[at..].iter().position(|&byte| MAY_START[usize::from(byte)]) {
        at += skipped;
        let hit = match bytes[at] {
            b'{' => braces(part, at, own),
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                name_between(part, at, "${", "}").map(|(len, name)| (len, PlaceholderKind::DollarBrace, name))
            }
            b'%' => name_between(part, at, "%(", ")s").map(|(len, name)| (len, PlaceholderKind::Percent, name)),
            b'<' => name_between(part, at, "<<", ">>").map(|(len, name)| (len, PlaceholderKind::Angle, name)),
            b'[' => insert(part, at),
            b'T' => word(bytes, at, "TODO"),
            b'F' => word(bytes, at, "FIXME"),
            _ => None,
        };
        match hit {
            Some((len, kind, name)) => {
                let span = Span::new(offset + at, offset + at + len);
                found.push(Placeholder { span, kind, name: name.to_owned() });
                at += len;
            }
            // A run of braces is one thing: `{{x}` is not a `{` before `{x}`.
            None if bytes[at] == b'{' => at += bytes[at..].iter().take_while(|byte| **byte == b'{').count(),
            None => at += 1,
        }
    }
    found
}

type Hit<'s> = Option<(usize, PlaceholderKind, &'s str)>;

fn braces(text: &str, at: usize, own: Syntax) -> Hit<'_> {
    let run = text.as_bytes()[at..].iter().take_while(|byte| **byte == b'{').count();
    let (open, close, kind) = match run {
        1 => ("{", "}", PlaceholderKind::Brace),
        2 => ("{{", "}}", PlaceholderKind::DoubleBrace),
        3 => ("{{{", "}}}", PlaceholderKind::DoubleBrace),
        _ => return None,
    };
    if own == Syntax::FString && kind == PlaceholderKind::Brace {
        return None;
    }
    name_between(text, at, open, close).map(|(len, name)| (len, kind, name))
}

/// A name between `open` at `at` and `close`; only double braces may have spaces inside.
fn name_between<'s>(text: &'s str, at: usize, open: &str, close: &str) -> Option<(usize, &'s str)> {
    let inside = text[at..].strip_prefix(open)?;
    let spaces = if open.starts_with("{{") { inside.len() - inside.trim_start_matches(' ').len() } else { 0 };
    let rest = &inside[spaces..];
    let angle = open == "<<";
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.') || (angle && matches!(c, '-' | ' '));
    let len = rest.find(|c| !part(c)).unwrap_or(rest.len());
    let name = &rest[..len];
    let start = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    let after = &rest[len..];
    let after = if spaces > 0 { after.trim_start_matches(' ') } else { after };
    let tail = after.strip_prefix(close)?;
    (start && !name.ends_with([' ', '.'])).then(|| (text.len() - at - tail.len(), name))
}

/// `[INSERT …]`, in capitals or with one: the words of a form to fill in.
fn insert(text: &str, at: usize) -> Hit<'_> {
    let inside = &text[at + 1..];
    let rest = inside.strip_prefix("INSERT").or_else(|| inside.strip_prefix("Insert"))?;
    if !rest.starts_with([' ', '_', ':', ']']) {
        return None;
    }
    let line = &rest.as_bytes()[..rest.len().min(200)];
    let close = memmem::find(line, b"]")?;
    let name = &rest[..close];
    (!name.contains(['\n', '['])).then(|| {
        let len = 1 + (inside.len() - rest.len()) + close + 1;
        (len, PlaceholderKind::Insert, name.trim_matches([' ', '_', ':']))
    })
}

fn word<'s>(bytes: &[u8], at: usize, word: &'static str) -> Hit<'s> {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let whole = bytes[at..].starts_with(word.as_bytes())
        && !part(at.checked_sub(1).and_then(|before| bytes.get(before)))
        && !part(bytes.get(at + word.len()));
    whole.then_some((word.len(), PlaceholderKind::Todo, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, own: Syntax) -> Vec<(PlaceholderKind, String)> {
        let all = Span::new(0, text.len());
        foreign_placeholders(text, all, own).into_iter().map(|found| (found.kind, found.name)).collect()
    }

    #[test]
    fn placeholders_of_other_languages() {
        use PlaceholderKind::*;
        for (text, kind, name) in [
            ("Hi {name}!", Brace, "name"),
            ("Hi {{ user.name }}!", DoubleBrace, "user.name"),
            ("Hi {{{name}}}!", DoubleBrace, "name"),
            ("Hi ${name}!", DollarBrace, "name"),
            ("Hi %(name)s!", Percent, "name"),
            ("Hi <<first name>>!", Angle, "first name"),
            ("Hi [INSERT NAME HERE]!", Insert, "NAME HERE"),
            ("Hi [Insert: name]!", Insert, "name"),
            ("TODO: write", Todo, "TODO"),
        ] {
            assert_eq!(found(text, Syntax::Plain), [(kind, name.to_owned())], "{text}");
        }
        assert_eq!(found("Hi {{name}}", Syntax::FString), [(DoubleBrace, "name".to_owned())]);
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in
            ["{\"a\": 1}", "{ x }", "{}", "a << b >> c", "$5 {", "TODOS", "{{{{x}}}}", "[inserted]", "100%(", "{x y}"]
        {
            assert_eq!(found(text, Syntax::Jinja), [], "{text}");
        }
        assert_eq!(found("{name}", Syntax::FString), []);
    }
}
