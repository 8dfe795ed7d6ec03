//! Languages that only fill in values: Python's placeholders, Semantic Kernel's variables, Mustache, and plain text.
//!
//! Each is rendered exactly or not at all: what would need the application (a function of Semantic Kernel), or looks
//! different from one runtime to the next (a list that is printed as it is), is an error that says so.

use serde_json::{Map, Value};

use super::closure::Closure;
use super::mustache;
use super::{MAX_OUTPUT, Mark, Print, Printed, Refusal, RenderError, RenderErrorKind, Source};
use crate::store::Store;
use crate::store::prompt::Prompt;
use crate::store::template::{Syntax, Tag};
use crate::text::Span;

/// The templates of one prompt.
pub(super) struct Placeholders<'a> {
    closure: Closure<'a>,
    mark: Option<Mark>,
}

/// What is being written.
pub(super) struct Page<'c> {
    pub(super) closure: &'c Closure<'c>,
    mark: Option<&'c Mark>,
    out: Printed,
}

impl<'a> Placeholders<'a> {
    pub(super) fn new(prompt: &'a Prompt, store: &'a Store, mark: Option<&Mark>) -> Result<Self, Refusal> {
        Ok(Self { closure: Closure::of(prompt, store)?, mark: mark.cloned() })
    }

    pub(super) fn render(&self, index: usize, values: &Map<String, Value>) -> Result<Printed, RenderError> {
        let mut page = Page { closure: &self.closure, mark: self.mark.as_ref(), out: Printed::default() };
        let Some(at) = self.closure.own(index) else { return Ok(page.out) };
        match self.closure.sites[at].template.syntax {
            Syntax::Mustache => mustache::render(&mut page, at, values)?,
            syntax => page.fill(at, syntax, values)?,
        }
        Ok(page.out)
    }
}

impl Page<'_> {
    fn fill(&mut self, at: usize, syntax: Syntax, values: &Map<String, Value>) -> Result<(), RenderError> {
        let template = self.closure.sites[at].template;
        let text: &str = &template.text.text;
        let mut done = 0;
        for tag in &template.analysis.tags {
            self.literal(at, done..tag.span.range().start, syntax)?;
            let filled = match syntax {
                Syntax::FString => self.field(at, *tag, values)?,
                _ => self.variable(at, *tag, values)?,
            };
            self.value(at, tag.span, &filled)?;
            done = tag.span.range().end;
        }
        self.literal(at, done..text.len(), syntax)
    }

    /// Python's `{name}`: the value as `str` writes it.
    fn field(&self, at: usize, tag: Tag, values: &Map<String, Value>) -> Result<String, RenderError> {
        let text: &str = &self.closure.sites[at].template.text.text;
        let inside = tag.span.slice(text).trim_start_matches('{').trim_end_matches('}');
        if inside.contains(['!', ':', '.', '[']) {
            let message =
                "only plain names in braces are rendered here: conversions, formats and attributes are Python's own";
            return Err(self.closure.error(RenderErrorKind::Unknown, message.to_owned(), at, Some(tag.span)));
        }
        match values.get(inside) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(value) => Ok(python(value)),
            None => Err(self.undefined(at, tag.span, inside)),
        }
    }

    /// Semantic Kernel's `{{$name}}` and `{{'text'}}`. A variable without a value is an error of its runtime too.
    fn variable(&self, at: usize, tag: Tag, values: &Map<String, Value>) -> Result<String, RenderError> {
        let text: &str = &self.closure.sites[at].template.text.text;
        let inside = tag.span.slice(text).trim_start_matches('{').trim_end_matches('}').trim();
        if let Some(name) = inside.strip_prefix('$') {
            return match values.get(name) {
                Some(value) => self.scalar(at, tag.span, value),
                None => Err(self.undefined(at, tag.span, name)),
            };
        }
        let quoted = ['\'', '"'].into_iter().find_map(|quote| inside.strip_prefix(quote)?.strip_suffix(quote));
        quoted.filter(|text| !text.contains(['\\', '\'', '"'])).map(str::to_owned).ok_or_else(|| {
            let message = format!("`{inside}` calls a function, which only the application has");
            self.closure.error(RenderErrorKind::Unknown, message, at, Some(tag.span))
        })
    }

    fn undefined(&self, at: usize, span: Span, name: &str) -> RenderError {
        let message = format!("`{name}` has no value");
        self.closure.error(RenderErrorKind::Undefined, message, at, Some(span))
    }

    /// A value that every runtime prints alike.
    pub(super) fn scalar(&self, at: usize, span: Span, value: &Value) -> Result<String, RenderError> {
        match value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
            Value::Null => Ok(String::new()),
            _ => {
                let message = "only texts and whole numbers are printed alike everywhere: pass this value as a text";
                Err(self.closure.error(RenderErrorKind::Invalid, message.to_owned(), at, Some(span)))
            }
        }
    }

    /// Writes a part of a template as it stands, with the marks that fall into it.
    pub(super) fn literal(
        &mut self,
        at: usize,
        range: std::ops::Range<usize>,
        syntax: Syntax,
    ) -> Result<(), RenderError> {
        let site = &self.closure.sites[at];
        let text: &str = &site.template.text.text;
        let marks =
            self.mark.filter(|_| site.is_own).and_then(|mark| mark.at.get(site.index)).map_or(&[][..], Vec::as_slice);
        let mut done = range.start;
        for place in marks.iter().copied().filter(|place| range.contains(place)) {
            self.push(at, &unescaped(text.get(done..place).unwrap_or_default(), syntax))?;
            self.out.text.extend(self.mark.map(|mark| mark.character));
            done = place;
        }
        self.push(at, &unescaped(text.get(done..range.end).unwrap_or_default(), syntax))
    }

    /// Writes what the expression at `span` says.
    pub(super) fn value(&mut self, at: usize, span: Span, text: &str) -> Result<(), RenderError> {
        let start = self.out.text.len();
        self.push(at, text)?;
        let site = &self.closure.sites[at];
        let source = Source { file: site.path.clone(), template: site.index, span };
        self.out.prints.push(Print { range: start..self.out.text.len(), source });
        Ok(())
    }

    pub(super) fn push(&mut self, at: usize, text: &str) -> Result<(), RenderError> {
        if self.out.text.len() + text.len() > MAX_OUTPUT {
            let message = format!("the text is longer than {} MiB", MAX_OUTPUT >> 20);
            return Err(self.closure.error(RenderErrorKind::Limit, message, at, None));
        }
        self.out.text.push_str(text);
        Ok(())
    }
}

fn unescaped(text: &str, syntax: Syntax) -> std::borrow::Cow<'_, str> {
    if syntax == Syntax::FString && text.contains(['{', '}']) {
        text.replace("{{", "{").replace("}}", "}").into()
    } else {
        text.into()
    }
}

/// A value as Python's `str` writes it.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => {
            let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
            let mut written = String::from(quote);
            for character in text.chars() {
                match character {
                    '\n' => written.push_str("\\n"),
                    '\r' => written.push_str("\\r"),
                    '\t' => written.push_str("\\t"),
                    '\\' => written.push_str("\\\\"),
                    other if other == quote => written.extend(['\\', other]),
                    other => written.push(other),
                }
            }
            written.push(quote);
            written
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let key = |key: &String| python(&Value::from(key.as_str()));
            let entries: Vec<String> =
                entries.iter().map(|(name, value)| format!("{}: {}", key(name), python(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
