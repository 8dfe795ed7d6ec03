//! Mustache: variables, sections, inverted sections, comments and partials, nothing escaped, as Prompty has it.
//!
//! Names are looked up from the inside out, which Handlebars does not do, so the engine for Handlebars would not be
//! exact here. Format: <https://mustache.github.io/mustache.5.html>. Other delimiters (`{{=<% %>=}}`) and lambdas are not
//! rendered.

use std::ops::Range;

use serde_json::{Map, Value};

use super::placeholder::Page;
use super::{RenderError, RenderErrorKind};
use crate::store::template::Syntax;
use crate::text::Span;

/// Sections and partials that nest deeper are refused.
const MAX_DEPTH: usize = 64;
/// Most tags that one render goes through.
const MAX_STEPS: usize = 1_000_000;

/// Writes the template at `at` onto `page`.
pub(super) fn render(page: &mut Page<'_>, at: usize, values: &Map<String, Value>) -> Result<(), RenderError> {
    let root = Value::Object(values.clone());
    let mut run = Run { page, steps: MAX_STEPS };
    run.template(at, &[&root], "")
}

struct Run<'p, 'c> {
    page: &'p mut Page<'c>,
    steps: usize,
}

/// A part of a template between two others.
enum Token<'t> {
    Literal(Range<usize>),
    Tag { sigil: char, name: &'t str, span: Span, indent: &'t str },
}

impl Run<'_, '_> {
    fn template(&mut self, at: usize, stack: &[&Value], indent: &str) -> Result<(), RenderError> {
        let template = self.page.closure.sites[at].template;
        let text: &str = &template.text.text;
        let spans: Vec<Span> = template.analysis.tags.iter().map(|tag| tag.span).collect();
        let tokens = tokens(text, &spans);
        self.tokens(at, &tokens, stack, indent)
    }

    fn fail(&self, at: usize, span: Span, kind: RenderErrorKind, message: &str) -> RenderError {
        self.page.closure.error(kind, message.to_owned(), at, Some(span))
    }

    fn tokens(&mut self, at: usize, tokens: &[Token<'_>], stack: &[&Value], indent: &str) -> Result<(), RenderError> {
        let mut next = 0;
        while let Some(token) = tokens.get(next) {
            next += 1;
            let (sigil, name, span) = match token {
                Token::Literal(range) => {
                    self.page.literal(at, range.clone(), Syntax::Mustache)?;
                    continue;
                }
                Token::Tag { sigil, name, span, .. } => (*sigil, *name, *span),
            };
            self.steps = self.steps.checked_sub(1).ok_or_else(|| {
                self.fail(at, span, RenderErrorKind::Limit, "the sections of the template would take too long")
            })?;
            match sigil {
                '#' | '^' => {
                    let end = section_end(tokens, next);
                    self.section(at, token, tokens.get(next..end).unwrap_or_default(), stack, indent)?;
                    next = end + 1;
                }
                '>' => self.partial(at, token, stack, indent)?,
                '!' | '/' => {}
                '=' => {
                    let message = "other delimiters than braces are not rendered here";
                    return Err(self.fail(at, span, RenderErrorKind::Unknown, message));
                }
                _ => {
                    let value = lookup(stack, name).unwrap_or(&Value::Null);
                    let text = match value {
                        Value::Bool(truth) => truth.to_string(),
                        other => self.page.scalar(at, span, other)?,
                    };
                    self.page.value(at, span, &text)?;
                }
            }
        }
        Ok(())
    }

    fn section(
        &mut self,
        at: usize,
        head: &Token<'_>,
        inside: &[Token<'_>],
        stack: &[&Value],
        indent: &str,
    ) -> Result<(), RenderError> {
        let Token::Tag { sigil, name, span, .. } = head else { return Ok(()) };
        if stack.len() > MAX_DEPTH {
            return Err(self.fail(at, *span, RenderErrorKind::Limit, "sections or partials nest too deep"));
        }
        let value = lookup(stack, name).unwrap_or(&Value::Null);
        let holds = match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(items) => !items.is_empty(),
            Value::String(text) => !text.is_empty(),
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::Bool(true) | Value::Object(_) => true,
        };
        if (*sigil == '#') != holds {
            return Ok(());
        }
        let mut within = |value: &Value| {
            let stack: Vec<&Value> = stack.iter().copied().chain([value]).collect();
            self.tokens(at, inside, &stack, indent)
        };
        match value {
            Value::Array(items) if *sigil == '#' => items.iter().try_for_each(&mut within),
            value => within(value),
        }
    }

    fn partial(&mut self, at: usize, head: &Token<'_>, stack: &[&Value], outer: &str) -> Result<(), RenderError> {
        let Token::Tag { name, span, indent, .. } = head else { return Ok(()) };
        let closure = self.page.closure;
        let key = (closure.sites[at].name.clone(), (*name).to_owned());
        let target = closure.targets.get(&key);
        let Some(to) = target.and_then(|target| closure.sites.iter().position(|site| &site.name == target)) else {
            return Ok(());
        };
        if stack.len() > MAX_DEPTH {
            return Err(self.fail(at, *span, RenderErrorKind::Limit, "sections or partials nest too deep"));
        }
        if !indent.is_empty() || !outer.is_empty() {
            let message = "a partial that is indented is not rendered here: put it at the start of its line";
            return Err(self.fail(at, *span, RenderErrorKind::Unknown, message));
        }
        // A partial without data of its own still counts as one level.
        let stack: Vec<&Value> = stack.iter().copied().chain([&Value::Null]).collect();
        self.template(to, &stack, "")
    }
}

/// The value of a name: its first part from the inside out, the others from there.
fn lookup<'v>(stack: &[&'v Value], name: &str) -> Option<&'v Value> {
    if name == "." {
        return stack.iter().rev().find(|value| !value.is_null()).copied();
    }
    let mut parts = name.split('.');
    let first = parts.next()?;
    let found = stack.iter().rev().find_map(|value| value.get(first))?;
    parts.try_fold(found, |value, part| value.get(part))
}

/// The end of the section whose inside starts at `from`: where its closing tag stands.
fn section_end(tokens: &[Token<'_>], from: usize) -> usize {
    let mut depth = 1;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token {
            Token::Tag { sigil: '#' | '^', .. } => depth += 1,
            Token::Tag { sigil: '/', .. } => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// The parts of a template. Of a tag that stands alone on its line, and prints nothing itself, the line goes too.
fn tokens<'t>(text: &'t str, tags: &[Span]) -> Vec<Token<'t>> {
    let mut tokens = Vec::new();
    let mut done = 0;
    for span in tags {
        let range = span.range();
        if range.start < done {
            continue;
        }
        let inside = text[range.clone()].trim_start_matches('{').trim_end_matches('}');
        let sigil = inside.trim_start().chars().next().filter(|c| "#^/!>=&".contains(*c)).unwrap_or(' ');
        let name = inside.trim_start().trim_start_matches(sigil).trim();
        let (mut before, mut after) = (range.start, range.end);
        let mut indent = "";
        if "#^/!>=".contains(sigil) {
            let line = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
            let rest = &text[range.end..];
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            let ending = ["\r\n", "\n"].into_iter().find(|ending| rest[blank..].starts_with(ending));
            let ends = ending.map(str::len).or((blank == rest.len()).then_some(0));
            if let (true, Some(ending)) = (line >= done && text[line..range.start].trim().is_empty(), ends) {
                indent = &text[line..range.start];
                before = line;
                after = range.end + blank + ending;
            }
        }
        if before > done {
            tokens.push(Token::Literal(done..before));
        }
        tokens.push(Token::Tag { sigil, name, span: *span, indent });
        done = after;
    }
    if done < text.len() {
        tokens.push(Token::Literal(done..text.len()));
    }
    tokens
}
