//! How large the values of a template may grow, told from its text alone.
//!
//! The engine counts instructions, not bytes: a few instructions can repeat, pad or double a string to gigabytes. So a
//! template is rendered only where every construct in it is known to grow its operands by a bounded factor, and the
//! product of all factors is small. Everything else is refused, which costs a check of some unusual prompts and
//! nothing else.

use crate::store::template::{Tag, TagKind, Template};

/// By how much values can grow while a template is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Growth {
    /// Factor by which assignments grow values. What one makes the next one grows further: factors multiply.
    pub assigned: u64,
    /// Largest factor of a single expression that is printed: what it makes is gone before the next one is evaluated.
    pub printed: u64,
    /// Bytes that come from nowhere: the items of `range`.
    pub made: u64,
    /// What a byte of text may take: more where lists are made of it.
    pub weight: u64,
}

impl Growth {
    /// No growth.
    pub(super) const NONE: Self = Self { assigned: 1, printed: 1, made: 0, weight: 1 };

    /// Growth when `other` takes part as well, `times` over.
    pub(super) fn and(self, other: Self, times: u64) -> Self {
        let times = u32::try_from(times).unwrap_or(u32::MAX);
        Self {
            assigned: self.assigned.saturating_mul(other.assigned.saturating_pow(times)),
            printed: self.printed.max(other.printed),
            made: self.made.saturating_add(other.made),
            weight: self.weight.max(other.weight),
        }
    }

    /// The most that one value can come to where the largest that is given has `size` bytes.
    pub(super) fn of(self, size: u64) -> u64 {
        let text = size.saturating_mul(self.assigned).saturating_mul(self.printed).saturating_mul(self.weight);
        text.saturating_add(self.made.saturating_mul(self.assigned).saturating_mul(self.printed))
    }
}

/// What one tag makes of its operands.
#[derive(Clone, Copy)]
struct Product {
    factor: u64,
    made: u64,
    weight: u64,
}

impl Product {
    const NONE: Self = Self { factor: 1, made: 0, weight: 1 };

    fn and(self, other: Self) -> Self {
        Self {
            factor: self.factor.saturating_mul(other.factor),
            made: self.made.saturating_add(other.made),
            weight: self.weight.max(other.weight),
        }
    }
}

/// What an item of a list takes, in time and space, against a byte of text.
const ITEM: u64 = 32;
/// The engine's own limit for `range`.
const LONGEST_RANGE: u64 = 100_000;
/// Largest literal that may decide how much a filter adds.
const LARGEST_LITERAL: u64 = 64;

/// Filters whose result is at most so many times as large as what they are given.
const FILTERS: &[(&str, u64)] = &[
    ("abs", 1),
    ("bool", 1),
    ("capitalize", 3),
    ("count", 1),
    ("d", 1),
    ("default", 1),
    ("e", 6),
    ("escape", 6),
    ("first", 1),
    ("float", 1),
    ("int", 1),
    ("last", 1),
    ("length", 1),
    ("lower", 3),
    ("max", 1),
    ("min", 1),
    ("reverse", 1),
    ("round", 1),
    ("safe", 1),
    ("string", 2),
    ("title", 3),
    ("tojson", 6),
    ("trim", 1),
    ("upper", 3),
];

/// Filters that make lists of what is there: nothing is added, but an item takes more than its text.
const LISTING: &[&str] = &["dictsort", "items", "lines", "list", "sort", "split", "unique"];

/// Methods that add nothing, and perhaps make lists.
const METHODS: &[&str] = &[
    "capitalize",
    "endswith",
    "find",
    "get",
    "isalnum",
    "isalpha",
    "isascii",
    "isdigit",
    "islower",
    "isnumeric",
    "isupper",
    "items",
    "keys",
    "lower",
    "lstrip",
    "rfind",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "title",
    "upper",
    "values",
];

/// Words that stand before a parenthesis without calling anything.
const WORDS: &[&str] = &["and", "elif", "else", "if", "in", "is", "not", "or"];

/// Tags and names that capture output, recurse, or reach the engine's inside.
const REFUSED: &[&str] = &[
    "block",
    "call",
    "caller",
    "debug",
    "do",
    "extends",
    "filter",
    "from",
    "import",
    "macro",
    "recursive",
    "self",
    "super",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Text(&'t str),
    Number(&'t str),
    Name(&'t str),
    Sign(u8),
}

/// The growth of `template`; `None` where a construct is not known to be bounded.
pub(super) fn growth(template: &Template) -> Option<Growth> {
    let mut growth = Growth::NONE;
    for tag in &template.analysis.tags {
        if tag.kind == TagKind::Comment {
            continue;
        }
        let tokens = tokens(inside(template, tag));
        let product = product(&tokens)?;
        growth.made = growth.made.saturating_add(product.made);
        growth.weight = growth.weight.max(product.weight);
        if tag.kind == TagKind::Block && binds(&tokens) {
            check_assignment(&tokens)?;
            growth.assigned = growth.assigned.saturating_mul(product.factor);
        } else {
            growth.printed = growth.printed.max(product.factor);
        }
    }
    Some(growth)
}

fn inside<'t>(template: &'t Template, tag: &Tag) -> &'t str {
    let text = tag.span.slice(&template.text.text);
    text.get(2..text.len().saturating_sub(2)).unwrap_or_default()
}

/// Whether a block tag gives a name to what it makes.
fn binds(tokens: &[Token<'_>]) -> bool {
    let word = tokens.iter().find(|token| !matches!(token, Token::Sign(b'-' | b'+')));
    matches!(word, Some(Token::Name("set" | "for" | "with")))
}

/// `set` must name a plain variable and give its value; an attribute of a namespace outlives a loop's turns, so it may
/// only take literals and count.
fn check_assignment(tokens: &[Token<'_>]) -> Option<()> {
    let start = tokens.iter().position(|token| !matches!(token, Token::Sign(b'-' | b'+')))?;
    if tokens[start] != Token::Name("set") {
        return Some(());
    }
    let equals = tokens.iter().position(|token| *token == Token::Sign(b'='))?;
    let (target, value) = (&tokens[start + 1..equals], &tokens[equals + 1..]);
    if !target.contains(&Token::Sign(b'.')) {
        return Some(());
    }
    let value = match value {
        [rest @ .., Token::Sign(b'-' | b'+')] => rest,
        all => all,
    };
    match value {
        [Token::Text(_) | Token::Number(_) | Token::Name("true" | "false" | "none" | "True" | "False" | "None")] => {
            Some(())
        }
        [Token::Name(_), Token::Sign(b'.'), Token::Name(_), Token::Sign(b'+' | b'-'), Token::Number(_)] => Some(()),
        _ => None,
    }
}

fn product(tokens: &[Token<'_>]) -> Option<Product> {
    let mut product = Product::NONE;
    let mut operators = 1_u64;
    for (at, token) in tokens.iter().enumerate() {
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        match token {
            Token::Sign(b'*') => return None,
            Token::Sign(b'~' | b'+' | b',') => operators += 1,
            Token::Name(name) if before.last() == Some(&Token::Sign(b'|')) => {
                product = product.and(filter_product(name, after)?);
            }
            Token::Name(name) if before.last() == Some(&Token::Sign(b'.')) => {
                let called = after.first() == Some(&Token::Sign(b'('));
                if called && !METHODS.contains(name) && before.get(at.wrapping_sub(2)) != Some(&Token::Name("loop")) {
                    return None;
                }
                if called {
                    product.weight = ITEM;
                }
            }
            Token::Name(name) if REFUSED.contains(name) => return None,
            Token::Name(name) if after.first() == Some(&Token::Sign(b'(')) => {
                product = product.and(call_product(name, before, after)?);
            }
            _ => {}
        }
    }
    product.factor = product.factor.saturating_mul(operators);
    Some(product)
}

fn call_product(name: &str, before: &[Token<'_>], after: &[Token<'_>]) -> Option<Product> {
    let tested = matches!(before, [.., Token::Name("is")] | [.., Token::Name("is"), Token::Name("not")]);
    if tested || WORDS.contains(&name) {
        return Some(Product::NONE);
    }
    match name {
        "dict" | "namespace" => Some(Product::NONE),
        "range" => {
            let items = match after {
                [_, Token::Number(number), Token::Sign(b')'), ..] => number.parse().unwrap_or(LONGEST_RANGE),
                [_, Token::Number(_), Token::Sign(b','), Token::Number(number), Token::Sign(b')'), ..] => {
                    number.parse().unwrap_or(LONGEST_RANGE)
                }
                _ => LONGEST_RANGE,
            };
            Some(Product { made: items.min(LONGEST_RANGE) * ITEM, ..Product::NONE })
        }
        _ => None,
    }
}

fn filter_product(name: &str, after: &[Token<'_>]) -> Option<Product> {
    let listing = Product { weight: ITEM, ..Product::NONE };
    let grows = |factor| Product { factor, ..Product::NONE };
    let plain = |name: &str| FILTERS.iter().find(|(known, _)| *known == name).map(|(_, factor)| grows(*factor));
    let called = after.first() == Some(&Token::Sign(b'('));
    match name {
        "tojson" if called => None,
        "join" => match after {
            [Token::Sign(b'('), Token::Text(separator), Token::Sign(b')'), ..] => {
                Some(grows(2 + separator.len() as u64))
            }
            [Token::Sign(b'('), ..] => None,
            _ => Some(Product::NONE),
        },
        "replace" => match after {
            [Token::Sign(b'('), Token::Text(_), Token::Sign(b','), Token::Text(with), Token::Sign(b')'), ..] => {
                Some(grows(2 + with.len() as u64))
            }
            _ => None,
        },
        "indent" => match after {
            [Token::Sign(b'('), Token::Number(width), Token::Sign(b')' | b','), ..] => {
                width.parse::<u64>().ok().filter(|width| *width <= LARGEST_LITERAL).map(|width| grows(width + 1))
            }
            [Token::Sign(b'('), ..] => None,
            _ => Some(grows(5)),
        },
        "map" | "select" | "reject" | "selectattr" | "rejectattr" => match after {
            [Token::Sign(b'('), Token::Name("attribute"), ..] => Some(listing),
            [Token::Sign(b'('), Token::Text(inner), Token::Sign(b')'), ..] if name == "map" => {
                plain(inner).map(|inner| inner.and(listing))
            }
            [Token::Sign(b'('), Token::Text(_), ..] if name != "map" => Some(listing),
            _ => None,
        },
        name if LISTING.contains(&name) => Some(listing),
        other => plain(other),
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let word = |from: usize| from + bytes[from..].iter().take_while(|byte| is_word(**byte)).count();
        match byte {
            b'"' | b'\'' => {
                at = end_of_text(bytes, at);
                tokens.push(Token::Text(&text[start + 1..at.saturating_sub(1).max(start + 1)]));
            }
            b'0'..=b'9' => {
                at = word(at);
                tokens.push(Token::Number(&text[start..at]));
            }
            _ if is_word(byte) => {
                at = word(at);
                tokens.push(Token::Name(&text[start..at]));
            }
            _ => {
                at += 1;
                if !byte.is_ascii_whitespace() {
                    tokens.push(Token::Sign(byte));
                }
            }
        }
    }
    tokens
}

/// Letters beyond ASCII are parts of names: all their bytes are above 0x7f, so slices are whole characters.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The offset after the quote that closes the text whose opening quote is at `open`.
fn end_of_text(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == bytes[open] => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::mapped::MappedText;
    use crate::store::template::Syntax;

    fn factor(text: &str) -> Option<u64> {
        let template = Template::new(MappedText::verbatim(text, 0), Syntax::Jinja);
        assert!(template.analysis.errors.is_empty(), "{text}: {:?}", template.analysis.errors);
        growth(&template).map(|growth| growth.of(1))
    }

    #[test]
    fn ordinary_templates_grow_little() {
        for text in [
            "Dear {{ name }}",
            "{% for p in passages %}{{ loop.index }}. {{ p.title | upper }}{% endfor %}",
            "{%- if tone == 'warm' and not (x or y) -%}a{%- elif z is divisibleby(3) -%}b{%- else -%}c{%- endif -%}",
            "{% set n = namespace(found=false) %}{% for x in xs %}{% set n.found = true %}{% endfor %}",
            "{% set n = namespace(count=0) %}{% for x in xs %}{% set n.count = n.count + 1 %}{% endfor %}",
            "{{ queues | join(', ') }}{{ name | default('x') }}{{ items | map(attribute='title') | join(', ') }}",
            "{% include 'a.md' %}{% raw %}{{ x * 3 }}{% endraw %}{# x * 3 #}",
            &"{% if tone | lower == 'warm' %}{% for x in xs | sort %}{{ x }}{% endfor %}{% endif %}".repeat(50),
            "{{ text.strip().lower() }}{{ \"a 'quoted' * star\" }}",
        ] {
            let factor = factor(text);
            assert!(factor.is_some_and(|factor| factor <= 1000), "{text}: {factor:?}");
        }
    }

    #[test]
    fn what_grows_without_bound_is_refused() {
        for text in [
            "{{ 'a' * 100000000 }}",
            "{{ '%0900000000d' | format(1) }}",
            "{{ 'a'.format(1) }}",
            "{{ x | replace('a', x) }}",
            "{{ xs | join(x) }}",
            "{{ x | indent(900000000) }}",
            "{{ xs | batch(900000000, 'x') }}",
            "{{ x | tojson(indent=900000000) }}",
            "{{ xs | map('format', x) }}",
            "{% set x %}{{ x }}{{ x }}{% endset %}",
            "{% set ns.x = ns.x ~ ns.x %}",
            "{% macro m(x) %}{{ x }}{{ x }}{% endmacro %}{{ m(m(m('a'))) }}",
            "{% for x in xs recursive %}{{ loop(x) }}{% endfor %}",
            "{% filter upper %}{{ x }}{% endfilter %}",
            "{% import 'a' as b %}",
            "{% block a %}{{ self.a() }}{% endblock %}",
            "{{ debug() }}",
        ] {
            assert_eq!(factor(text), None, "{text}");
        }
    }

    #[test]
    fn doubling_multiplies() {
        let text = "{% set x = x ~ x %}".repeat(40);
        assert!(factor(&text).is_some_and(|factor| factor >= 1 << 40));
        let text = "{% set x = [x, x] %}".repeat(40);
        assert!(factor(&text).is_some_and(|factor| factor >= 1 << 40));
        let text = format!("{{{{ x {} }}}}", "| tojson ".repeat(30));
        assert!(factor(&text).is_some_and(|factor| factor >= 1 << 40));
        // Printing twice is a sum, not a product.
        assert_eq!(factor(&"{{ x ~ y }}".repeat(40)), Some(2));
    }
}
