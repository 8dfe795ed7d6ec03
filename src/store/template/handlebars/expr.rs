//! What stands inside a Handlebars tag: paths, literals, subexpressions, `key=value` and block parameters.

use crate::store::template::Step;
use crate::text::Span;

/// Subexpressions nest at most this deep; deeper ones are not looked into.
const MAX_DEPTH: usize = 64;

/// A name with its context marks: `../user.name`, `@index`, `this.x`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    /// How many `../` stand before it.
    pub(super) up: usize,
    /// Whether it starts with `@`.
    pub(super) data: bool,
    /// Whether it starts with `this` or `.`: then it is never a helper nor a block parameter.
    pub(super) this: bool,
    /// The segments with their bytes.
    pub(super) segments: Vec<(String, Span)>,
    /// As written.
    pub(super) span: Span,
}

impl Path {
    /// The helper that this may name.
    pub(super) fn helper(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [(name, _)] if self.up == 0 && !self.data && !self.this => Some(name),
            _ => None,
        }
    }

    /// The steps that the segments after the first `skip` take into the value. A `length` at the end is what every
    /// list has, and no step.
    pub(super) fn steps(&self, skip: usize) -> impl Iterator<Item = Step> + '_ {
        let len = match self.segments.split_last() {
            Some(((last, _), before)) if last == "length" && (!before.is_empty() || self.this || self.up > 0) => {
                before.len()
            }
            _ => self.segments.len(),
        };
        let steps = self.segments.get(skip.min(len)..len).unwrap_or_default();
        steps.iter().map(|(name, _)| match name.parse::<u32>() {
            Ok(_) => Step::Item,
            Err(_) => Step::Attribute(name.clone()),
        })
    }
}

/// An argument.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Arg {
    Path(Path),
    Literal(serde_json::Value, Span),
    /// `(helper a b)`
    Call(Call),
}

/// The inside of a tag or of parentheses.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Call {
    /// The first word and what follows it.
    pub(super) args: Vec<Arg>,
    /// `key=value`
    pub(super) hash: Vec<(String, Arg)>,
    /// `as |item index|`
    pub(super) params: Vec<(String, Span)>,
}

/// What does not belong into a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Junk {
    /// `==`, `>=`, `&&`: an operator of other languages.
    Operator(Span),
    /// Anything else.
    Other(Span),
}

/// Reads the inside of a tag, and the first thing in it that does not belong there.
pub(super) fn parse(text: &str, inner: Span) -> (Call, Option<Junk>) {
    let mut reader = Reader { text, at: inner.start as usize, end: inner.end as usize, junk: None };
    let mut open: Vec<(Call, Option<String>, Span)> = Vec::new();
    let mut call = Call::default();
    let mut key = None;
    while let Some(token) = reader.token() {
        let arg = match token {
            Token::Open(span) => {
                if open.len() >= MAX_DEPTH {
                    reader.found(Junk::Other(span));
                    break;
                }
                open.push((std::mem::take(&mut call), key.take(), span));
                continue;
            }
            Token::Close(span) => match open.pop() {
                Some((outer, outer_key, _)) => {
                    key = outer_key;
                    Arg::Call(std::mem::replace(&mut call, outer))
                }
                None => {
                    reader.found(Junk::Other(span));
                    continue;
                }
            },
            Token::Key(name) => {
                key = Some(name);
                continue;
            }
            Token::Params(params) => {
                call.params = params;
                continue;
            }
            Token::Arg(arg) => arg,
        };
        match key.take() {
            Some(name) => call.hash.push((name, arg)),
            None => call.args.push(arg),
        }
    }
    while let Some((mut outer, _, opener)) = open.pop() {
        reader.found(Junk::Other(opener));
        outer.args.push(Arg::Call(call));
        call = outer;
    }
    (call, reader.junk)
}

enum Token {
    Open(Span),
    Close(Span),
    Key(String),
    Params(Vec<(String, Span)>),
    Arg(Arg),
}

struct Reader<'s> {
    text: &'s str,
    at: usize,
    end: usize,
    junk: Option<Junk>,
}

impl<'s> Reader<'s> {
    fn rest(&self) -> &'s str {
        self.text.get(self.at..self.end).unwrap_or_default()
    }

    fn found(&mut self, junk: Junk) {
        self.junk.get_or_insert(junk);
    }

    fn token(&mut self) -> Option<Token> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            let first = self.rest().chars().next()?;
            let start = self.at;
            let one = Span::new(start, start + first.len_utf8());
            match first {
                '(' => {
                    self.at += 1;
                    return Some(Token::Open(one));
                }
                ')' => {
                    self.at += 1;
                    return Some(Token::Close(one));
                }
                '"' | '\'' => return Some(Token::Arg(self.string(first))),
                '=' | '<' | '>' | '!' | '&' | '|' | '+' | '*' | '%' | '?' => {
                    let same = |c: char| matches!(c, '=' | '<' | '>' | '!' | '&' | '|' | '+' | '*' | '%' | '?');
                    let len = self.rest().find(|c| !same(c)).unwrap_or(self.end - self.at);
                    let span = Span::new(start, start + len);
                    self.at += len;
                    let comparison = matches!(
                        span.slice(self.text),
                        "=" | "==" | "===" | "!=" | "!==" | "<" | ">" | "<=" | ">=" | "&&" | "||" | "!"
                    );
                    self.found(if comparison { Junk::Operator(span) } else { Junk::Other(span) });
                }
                '@' | '.' | '[' => return Some(self.path(start)),
                c if is_id(c) => return Some(self.word(start)),
                _ => {
                    self.at += first.len_utf8();
                    self.found(Junk::Other(one));
                }
            }
        }
    }

    fn string(&mut self, quote: char) -> Arg {
        let start = self.at;
        let body = &self.text[start + 1..self.end];
        let mut escaped = false;
        let close = body.find(|c| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        match close {
            Some(len) => {
                let value = body[..len].replace(&format!("\\{quote}"), &quote.to_string());
                self.at = start + len + 2;
                Arg::Literal(value.into(), Span::new(start, self.at))
            }
            None => {
                self.at = self.end;
                let span = Span::new(start, start + 1);
                self.found(Junk::Other(span));
                Arg::Literal(serde_json::Value::Null, span)
            }
        }
    }

    /// A word: a key, a literal, `as |...|`, or the start of a path.
    fn word(&mut self, start: usize) -> Token {
        let rest = self.rest();
        let len = rest.find(|c| !is_id(c)).unwrap_or(rest.len());
        let word = &rest[..len];
        let after = rest[len..].chars().next();
        if after == Some('=') && !rest[len + 1..].starts_with(['=', ' ', '>']) {
            let name = word.to_owned();
            self.at += len + 1;
            return Token::Key(name);
        }
        if word == "as"
            && let Some(params) = self.params(start + len)
        {
            return params;
        }
        if !matches!(after, Some('.' | '/')) || word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            let number = rest.find(|c| !(is_id(c) || c == '.')).unwrap_or(rest.len());
            let (len, literal) = match (word, rest[..number].parse::<serde_json::Number>()) {
                ("true", _) => (len, Some(true.into())),
                ("false", _) => (len, Some(false.into())),
                ("null" | "undefined", _) => (len, Some(serde_json::Value::Null)),
                (_, Ok(value)) => (number, Some(value.into())),
                _ => (len, None),
            };
            if let Some(value) = literal {
                self.at += len;
                return Token::Arg(Arg::Literal(value, Span::new(start, self.at)));
            }
        }
        self.path(start)
    }

    /// `|a b|` after `as`.
    fn params(&mut self, at: usize) -> Option<Token> {
        let rest = &self.text[at..self.end];
        let inside = rest.trim_start().strip_prefix('|')?;
        let close = inside.find('|')?;
        let offset = self.end - inside.len();
        let mut params = Vec::new();
        for word in inside[..close].split_whitespace() {
            let start = word.as_ptr() as usize - self.text.as_ptr() as usize;
            params.push((word.to_owned(), Span::new(start, start + word.len())));
        }
        self.at = offset + close + 1;
        Some(Token::Params(params))
    }

    fn path(&mut self, start: usize) -> Token {
        let mut path = Path { up: 0, data: false, this: false, segments: Vec::new(), span: Span::at(start) };
        if self.rest().starts_with('@') {
            path.data = true;
            self.at += 1;
        }
        loop {
            let rest = self.rest();
            if rest.starts_with("..") {
                path.up += 1;
                self.at += 2;
            } else if rest.starts_with('.') {
                path.this = true;
                self.at += 1;
            } else if let Some(inside) = rest.strip_prefix('[') {
                let close = inside.find(']').unwrap_or(inside.len());
                let at = self.at + 1;
                path.segments.push((inside[..close].to_owned(), Span::new(at, at + close)));
                self.at = (at + close + 1).min(self.end);
            } else {
                let len = rest.find(|c| !is_id(c)).unwrap_or(rest.len());
                let segment = &rest[..len];
                if segment == "this" && path.segments.is_empty() {
                    path.this = true;
                } else if len > 0 {
                    path.segments.push((segment.to_owned(), Span::new(self.at, self.at + len)));
                }
                self.at += len;
            }
            let more = self.rest().strip_prefix(['.', '/']).and_then(|next| next.chars().next());
            if !more.is_some_and(|c| is_id(c) || c == '[' || c == '.') {
                break;
            }
            self.at += 1;
        }
        if self.at == start {
            self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        }
        path.span = Span::new(start, self.at);
        Token::Arg(Arg::Path(path))
    }
}

/// The characters of names, as in Handlebars' own lexer.
fn is_id(c: char) -> bool {
    !(c.is_whitespace()
        || matches!(
            c,
            '!' | '"' | '#' | '%' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | '.' | '/' | ';' | '<' | '=' | '>' | '@'
        )
        || matches!(c, '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}' | '~'))
}
