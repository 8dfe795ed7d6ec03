//! The grammar of a suppression in a comment: `promptyard: allow PII001, TPL003 reason="..." until=2027-01-01 match="..."`.

use crate::text::{Span, Spanned};

/// What every suppression in a comment starts with; a file without it has none.
pub const MARKER: &str = "promptyard:";

/// Words that other tools use for what is `allow` here: after the marker they are a mistake, other words are prose.
const FOREIGN_VERBS: [&str; 6] = ["ignore", "disable", "suppress", "skip", "noqa", "off"];

/// What a comment says. Spans are in the text that [`read`] was given, plus its base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directive {
    /// Codes or names of rules, as written.
    pub rules: Vec<Spanned<String>>,
    /// `reason=`
    pub reason: Option<Spanned<String>>,
    /// `until=`
    pub until: Option<Spanned<String>>,
    /// `match=`
    pub matches: Option<Spanned<String>>,
    /// What could not be understood, as sentences without a full stop.
    pub mistakes: Vec<Spanned<String>>,
}

/// Reads the content of a comment, its delimiters excluded. `None` where it does not speak to Promptyard.
/// `base` is added to every span.
pub fn read(content: &str, base: usize) -> Option<Directive> {
    let start = content.len() - content.trim_start().len();
    let after = start + MARKER.len();
    if !content[start..].starts_with(MARKER) {
        return None;
    }
    let mut words = Words { text: content, at: after, base };
    let mut directive = Directive::default();
    match words.next()? {
        Word { kind: WordKind::Bare, text: "allow", .. } => {}
        Word { kind: WordKind::Bare, text, span } if FOREIGN_VERBS.contains(&text) => {
            let message = format!("`{text}` is not understood here: a comment can only `allow` rules");
            directive.mistakes.push(Spanned::new(message, span));
            return Some(directive);
        }
        _ => return None,
    }
    read_clauses(&mut words, &mut directive);
    if directive.rules.is_empty() && directive.mistakes.is_empty() {
        let span = Span::new(base + start, base + content.trim_end().len());
        directive.mistakes.push(Spanned::new("this suppression names no rule".to_owned(), span));
    }
    Some(directive)
}

fn read_clauses(words: &mut Words<'_>, directive: &mut Directive) {
    for word in words {
        match word.kind {
            WordKind::Comma => {}
            WordKind::Bare => directive.rules.push(Spanned::new(word.text.to_owned(), word.span)),
            WordKind::Pair { value, value_span } => {
                let value = Some(Spanned::new(value.to_owned(), value_span));
                match word.text {
                    "reason" => directive.reason = value,
                    "until" => directive.until = value,
                    "match" => directive.matches = value,
                    other => {
                        let message = format!(
                            "`{other}` is not understood; after the rules stand `reason=`, `until=` and `match=`"
                        );
                        directive.mistakes.push(Spanned::new(message, word.span));
                    }
                }
            }
            // What follows is not read: one stray sign would make a mistake of every word after it.
            WordKind::Other => {
                let message = format!("`{}` is not understood; write `allow RULE, RULE reason=\"...\"`", word.text);
                directive.mistakes.push(Spanned::new(message, word.span));
                return;
            }
        }
    }
}

struct Word<'a> {
    kind: WordKind<'a>,
    text: &'a str,
    span: Span,
}

enum WordKind<'a> {
    /// A rule, or the verb.
    Bare,
    Comma,
    /// `key=value`; the word's text and span are the key's.
    Pair {
        value: &'a str,
        value_span: Span,
    },
    Other,
}

struct Words<'a> {
    text: &'a str,
    at: usize,
    base: usize,
}

impl<'a> Words<'a> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.base + start, self.base + end)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Takes bytes while `belongs`, which is true for ASCII characters alone.
    fn take(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.bytes().position(|byte| !belongs(byte)).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn value(&mut self) -> (&'a str, Span) {
        let rest = self.rest();
        let quote = rest.bytes().next().filter(|byte| matches!(byte, b'"' | b'\''));
        if let Some(quote) = quote {
            let start = self.at + 1;
            let end =
                self.text[start..].bytes().position(|byte| byte == quote).map_or(self.text.len(), |at| start + at);
            self.at = (end + 1).min(self.text.len());
            return (&self.text[start..end], self.span(start, end));
        }
        let start = self.at;
        let end = rest.find([' ', '\t', '\n', '\r', ',']).map_or(self.text.len(), |at| start + at);
        self.at = end;
        (&self.text[start..end], self.span(start, end))
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        self.take(|byte| byte.is_ascii_whitespace());
        let start = self.at;
        let first = self.rest().chars().next()?;
        if first == ',' {
            self.at += 1;
            return Some(Word { kind: WordKind::Comma, text: ",", span: self.span(start, self.at) });
        }
        let word = self.take(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        let span = self.span(start, self.at);
        if word.is_empty() {
            let end = self.rest().find(char::is_whitespace).map_or(self.text.len(), |len| start + len);
            self.at = end;
            return Some(Word { kind: WordKind::Other, text: &self.text[start..end], span: self.span(start, end) });
        }
        if self.rest().starts_with('=') {
            self.at += 1;
            let (value, value_span) = self.value();
            return Some(Word { kind: WordKind::Pair { value, value_span }, text: word, span });
        }
        Some(Word { kind: WordKind::Bare, text: word, span })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules(directive: &Directive) -> Vec<&str> {
        directive.rules.iter().map(|rule| rule.value.as_str()).collect()
    }

    #[test]
    fn every_part_knows_its_bytes() {
        let text = " promptyard: allow PII001, unused-input reason=\"sample data\" until=2027-01-01 match='x y' ";
        let directive = read(text, 0).expect("a directive");
        assert_eq!(rules(&directive), ["PII001", "unused-input"]);
        for part in
            [&directive.reason, &directive.until, &directive.matches].into_iter().flatten().chain(&directive.rules)
        {
            assert_eq!(part.span.slice(text), part.value);
        }
        assert_eq!(directive.mistakes, []);
        assert_eq!(read(text, 7).expect("a directive").rules[0].span, directive.rules[0].span.shift(7));
    }

    #[test]
    fn prose_is_no_directive_and_a_wrong_one_says_why() {
        let mistakes = |text: &str| {
            let directive = read(text, 0)?;
            Some(directive.mistakes.iter().map(|mistake| mistake.span.slice(text).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(mistakes("see promptyard: allow"), None);
        assert_eq!(mistakes("promptyard: checks this file"), None);
        assert_eq!(mistakes("promptyard:"), None);
        assert_eq!(mistakes("promptyard: disable PII001"), Some(vec!["disable".to_owned()]));
        assert_eq!(mistakes(" promptyard: allow "), Some(vec!["promptyard: allow".to_owned()]));
        assert_eq!(mistakes("promptyard: allow PII001 -- test data"), Some(vec![]));
        assert_eq!(mistakes("promptyard: allow PII001 (test data)"), Some(vec!["(test".to_owned()]));
        assert_eq!(mistakes("promptyard: allow PII001 because=x"), Some(vec!["because".to_owned()]));
    }

    proptest! {
        #[test]
        fn any_text_is_read_with_spans_inside(text in "(promptyard: ?(allow)?)?[ ,=\"'a-zé0-9\\n-]{0,40}") {
            if let Some(directive) = read(&text, 0) {
                for part in directive.rules.iter().chain(&directive.mistakes) {
                    prop_assert!(text.get(part.span.range()).is_some());
                }
            }
        }
    }
}
