//! Handlebars as Dotprompt uses it, through the `handlebars` crate: its helpers `role`, `history`, `media`, `section`,
//! `json`, `ifEquals` and `unlessEquals`, the application's variables (`@state.count`), partials, and nothing escaped.
//!
//! Where the crate differs from handlebars.js, which is Dotprompt's runtime, helpers of our own take its place: `if` and
//! `unless` take an empty mapping for true, a block with the name of a value is a section, and the crate's additional
//! helpers (`eq`, `len`, ...) are unknown here as they are there. What remains: a list that is printed as it is reads
//! `[a, b]` here and `a,b` there, and a mapping `[object]` here and `[object Object]` there.
//!
//! The crate counts nothing. Work is counted by the helpers that repeat (`each`, sections), by what they would repeat at
//! most; partials that take each other in without end are refused before they run.

mod builtins;
mod repeat;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use handlebars::{RenderError as EngineError, RenderErrorReason};
use serde_json::{Map, Value};

use builtins::register;
use repeat::{Repeat, Section};

use super::closure::Closure;
use super::messages::Message;
use super::{MAX_OUTPUT, Mark, Printed, Refusal, RenderError, RenderErrorKind};
use crate::store::Store;
use crate::store::prompt::{Dialect, Prompt};
use crate::store::template::{Syntax, TagKind, Template, analyse};
use crate::text::Span;

/// What an application tells a prompt beside its inputs.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// What templates call `@name`.
    pub variables: Map<String, Value>,
    /// The conversation so far.
    pub history: Vec<Message>,
}

/// Names with an `@` that blocks give themselves.
const OWN_VARIABLES: [&str; 6] = ["index", "key", "first", "last", "root", "partial-block"];
/// Helpers of the crate that the language does not have.
const FOREIGN: [&str; 15] =
    ["eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len", "raw", "log", "lookup", "if", "unless"];
/// The helper that reads a variable.
const VARIABLE: &str = "__variable";
/// Most bytes of text that partials may come to together, loops aside.
const MAX_EXPANDED: u64 = 16 << 20;
/// What the crate's errors say where a limit was reached.
const LIMIT: &str = "the limit on what a template may do was reached";

/// The templates of one prompt in an engine of their own.
pub(super) struct Handlebars<'a> {
    registry: handlebars::Handlebars<'static>,
    closure: Closure<'a>,
    left: Arc<AtomicU64>,
    /// Lines before the text of the prompt's own template, which Dotprompt takes away.
    skipped: usize,
}

impl<'a> Handlebars<'a> {
    pub(super) fn new(
        prompt: &'a Prompt,
        store: &'a Store,
        mark: Option<&Mark>,
        context: &Context,
    ) -> Result<Self, Refusal> {
        let closure = Closure::of(prompt, store)?;
        let expanded = expanded(&closure)?;
        let left = Arc::new(AtomicU64::new(0));
        let mut skipped = 0;
        let mut registry = handlebars::Handlebars::new();
        registry.register_escape_fn(handlebars::no_escape);
        for name in FOREIGN {
            registry.unregister_helper(name);
        }
        register(&mut registry, mark.map_or('\0', |mark| mark.character), context);
        let repeat = Repeat { left: Arc::clone(&left), bytes: expanded };
        registry.register_helper("each", Box::new(repeat.clone()));
        registry.register_helper("blockHelperMissing", Box::new(Section(repeat)));
        for site in &closure.sites {
            let at =
                mark.filter(|_| site.is_own).and_then(|mark| mark.at.get(site.index)).map_or(&[][..], Vec::as_slice);
            let mut text = with_marks(&site.template.text.text, at, mark);
            if site.is_own && is_after_front_matter(prompt, store) {
                skipped = text[..text.len() - text.trim_start().len()].matches('\n').count();
                text = text.trim().to_owned();
            }
            let text = with_variables(&text);
            let compiled = registry.register_template_string(&site.name, &text);
            compiled.map_err(|error| Refusal::new(site.path, None, error.reason().to_string()))?;
        }
        // Partials go by the name that is written; the store has already said which file that is.
        for ((_, written), name) in &closure.targets {
            if let Some(template) = registry.get_template(name).cloned() {
                registry.register_template(written, template);
            }
        }
        Ok(Self { registry, closure, left, skipped })
    }

    pub(super) fn render(&self, index: usize, values: &Map<String, Value>, work: u64) -> Result<Printed, RenderError> {
        self.left.store(work, Ordering::Relaxed);
        let mut data = Value::Object(values.clone());
        whole_numbers(&mut data);
        let context = handlebars::Context::from(data);
        let mut output = Bounded(Vec::new());
        let name = self.closure.own_name(index);
        match self.registry.render_with_context_to_write(&name, &context, &mut output) {
            Ok(()) => {
                let text = String::from_utf8(output.0).expect("because the engine writes whole strings");
                Ok(Printed { text, prints: Vec::new() })
            }
            Err(error) => Err(self.failure(index, &error)),
        }
    }

    fn failure(&self, index: usize, error: &EngineError) -> RenderError {
        let reason = error.reason();
        let (kind, message) = match reason {
            RenderErrorReason::HelperNotFound(name) => {
                (RenderErrorKind::Unknown, format!("there is no helper called `{name}`"))
            }
            RenderErrorReason::IOError(_) => {
                (RenderErrorKind::Limit, format!("the text is longer than {} MiB", MAX_OUTPUT >> 20))
            }
            RenderErrorReason::Other(told) if told == LIMIT => {
                (RenderErrorKind::Limit, "the loops of the templates would take too long".to_owned())
            }
            other => (RenderErrorKind::Invalid, other.to_string()),
        };
        let named = error.template_name.as_ref();
        let by_name = named.and_then(|name| self.closure.sites.iter().position(|site| site.name == *name));
        let at = by_name.or_else(|| self.closure.own(index)).unwrap_or_default();
        let skipped = self.closure.sites.get(at).filter(|site| site.is_own).map_or(0, |_| self.skipped);
        let line = error.line_no.and_then(|line| Some(line.checked_sub(1)? + skipped));
        let place = line.and_then(|line| Some(line_at(&self.closure.sites.get(at)?.template.text.text, line)));
        self.closure.error(kind, message, at, place)
    }
}

/// The text of a line without the white space around it.
fn line_at(text: &str, line: usize) -> Span {
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let inside = text[start..].lines().next().unwrap_or_default();
    let indent = inside.len() - inside.trim_start().len();
    Span::new(start + indent, start + indent + inside.trim().len())
}

/// `text` with the mark before the bytes at `at`.
pub(super) fn with_marks(text: &str, at: &[usize], mark: Option<&Mark>) -> String {
    let mut marked = String::with_capacity(text.len() + at.len() * 3);
    let mut done = 0;
    for at in at.iter().copied().filter(|at| text.is_char_boundary(*at)) {
        marked.push_str(&text[done..at]);
        marked.extend(mark.map(|mark| mark.character));
        done = at;
    }
    marked.push_str(&text[done..]);
    marked
}

/// How many bytes the templates come to with everything that they take in, loops aside.
fn expanded(closure: &Closure<'_>) -> Result<u64, Refusal> {
    let index: BTreeMap<&str, usize> =
        closure.sites.iter().enumerate().map(|(at, site)| (site.name.as_str(), at)).collect();
    let mut edges: Vec<Vec<usize>> = vec![Vec::new(); closure.sites.len()];
    for (site, edges) in closure.sites.iter().zip(&mut edges) {
        for include in &site.template.analysis.includes {
            let key = (site.name.clone(), include.target.clone().unwrap_or_default());
            edges.extend(closure.targets.get(&key).and_then(|name| index.get(name.as_str())));
        }
    }
    let mut times: Vec<u64> = closure.sites.iter().map(|site| u64::from(site.is_own)).collect();
    let mut waiting = vec![0_usize; edges.len()];
    edges.iter().flatten().for_each(|&to| waiting[to] += 1);
    let mut ready: Vec<usize> = (0..edges.len()).filter(|&at| waiting[at] == 0).collect();
    let mut bytes = 0_u64;
    while let Some(from) = ready.pop() {
        bytes =
            bytes.saturating_add(times[from].saturating_mul(closure.sites[from].template.text.text.len() as u64 + 1));
        for &to in &edges[from] {
            times[to] = times[to].saturating_add(times[from]);
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.push(to);
            }
        }
    }
    if let Some(at) = waiting.iter().position(|&waiting| waiting > 0) {
        return Err(Refusal::new(closure.sites[at].path, None, "partials take each other in in a circle"));
    }
    if bytes > MAX_EXPANDED {
        let message = format!("with its partials the template comes to more than {} MiB", MAX_EXPANDED >> 20);
        return Err(Refusal::new(closure.sites[0].path, None, message));
    }
    Ok(bytes)
}

/// JavaScript has one kind of number: 1.0 is printed as 1.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15);
            if let Some(float) = float {
                *value = Value::from(float as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(entries) => entries.values_mut().for_each(whole_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Dotprompt trims a body that follows front matter, and takes any other file as it is.
fn is_after_front_matter(prompt: &Prompt, store: &Store) -> bool {
    let file = store.file(&prompt.path).map_or("", |file| file.text.as_str());
    let start = |template: &Template| template.text.to_source(file, Span::at(0)).start;
    prompt.dialect == Dialect::Dotprompt && prompt.templates.first().is_some_and(|template| start(template) > 0)
}

/// The text of a template with each `@name.path` of the application read by a helper: the engine has such names only
/// where blocks set them.
fn with_variables(text: &str) -> String {
    if !text.contains('@') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for tag in analyse(text, Syntax::Handlebars).tags.iter().filter(|tag| tag.kind != TagKind::Comment) {
        let range = tag.span.range();
        if range.start < done {
            continue;
        }
        out.push_str(&text[done..range.start]);
        out.push_str(&tag_with_variables(&text[range.clone()]));
        done = range.end;
    }
    out.push_str(&text[done..]);
    out
}

fn tag_with_variables(tag: &str) -> String {
    let inside = tag.trim_start_matches('{').trim_start_matches('~').trim_end_matches('}').trim_end_matches('~');
    let alone = inside.trim();
    if let Some((path, rest)) = variable(alone)
        && rest.is_empty()
    {
        return tag.replacen(alone, &format!("{VARIABLE} \"{path}\""), 1);
    }
    let mut out = String::with_capacity(tag.len());
    let mut quote = None;
    let mut before = ' ';
    let mut rest = tag;
    while let Some(next) = rest.chars().next() {
        let after = &rest[next.len_utf8()..];
        match quote {
            Some(open) => quote = quote.filter(|_| next != open),
            None if matches!(next, '"' | '\'') => quote = Some(next),
            None if next == '@' && matches!(before, ' ' | '(' | '=' | '\n' | '\t') => {
                if let Some((path, after)) = variable(rest) {
                    out.push_str(&format!("({VARIABLE} \"{path}\")"));
                    rest = after;
                    before = ')';
                    continue;
                }
            }
            None => {}
        }
        out.push(next);
        before = next;
        rest = after;
    }
    out
}

/// The path after the `@` at the start of `text`, and what follows it; `None` where blocks set it.
fn variable(text: &str) -> Option<(&str, &str)> {
    let path = text.strip_prefix('@')?;
    let end = path.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).unwrap_or(path.len());
    let (path, rest) = path.split_at(end);
    let name = path.split('.').next().unwrap_or_default();
    (!name.is_empty() && !OWN_VARIABLES.contains(&name)).then_some((path, rest))
}

/// A writer that ends a render at [`MAX_OUTPUT`].
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT {
            return Err(io::Error::other(LIMIT));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
