//! Jinja, bounded: the engine runs templates that were written anew so that every value is counted.
//!
//! Four ways to bound a render were weighed. *Refusing* templates whose text does not show a bound refuses macros, captured
//! blocks and repeated dashes, which real prompts use. *A child process* with limits costs more than a whole render, is
//! made differently on each system, and knows no place. *Instructions* alone are no measure: one of them repeats a string
//! to a hundred megabytes. So the template's own tree is written down with a filter at each operand that can make
//! something large (see [`guarded`]), the engine's filters, tests and methods are wrapped the same way (`operations`), and
//! what is printed passes through one formatter. Each charges an account (`meter`) before it acts, by an upper bound of
//! what it will make. Every limit is reached at a known expression, and no template is refused for its looks.

mod meter;
mod operations;

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, escape_formatter};
use serde_json::Map;

use super::closure::Closure;
use super::{Mark, Print, Printed, Refusal, RenderError, RenderErrorKind, Source};
use crate::store::Store;
use crate::store::prompt::{Dialect, Prompt};
use crate::store::template::jinja::guarded::{Guarded, Marks, guarded};
use crate::text::Span;
use meter::{Exceeded, Meter};

/// Most instructions of one render.
const MAX_FUEL: u64 = 500_000;
/// Bytes of work that an instruction counts as, where less work than usual is allowed.
const WORK_OF_INSTRUCTION: u64 = 64;
/// The engine counts an include as ten levels and a macro as four: twenty includes may nest.
const MAX_DEPTH: usize = 200;

/// The templates of one prompt in an engine of their own.
pub(super) struct Jinja<'a> {
    /// How many instructions a render may take is set in the environment itself, and copying one copies its templates.
    environment: RefCell<Environment<'static>>,
    meter: Arc<Meter>,
    closure: Closure<'a>,
    texts: Vec<Guarded>,
}

impl<'a> Jinja<'a> {
    pub(super) fn new(prompt: &'a Prompt, store: &'a Store, mark: Option<&Mark>) -> Result<Self, Refusal> {
        let closure = Closure::of(prompt, store)?;
        let meter = Arc::new(Meter::default());
        let mut environment = environment(prompt.dialect, &meter);
        let targets = closure.targets.clone();
        environment.set_path_join_callback(move |name, parent| {
            let target = targets.get(&(parent.to_owned(), name.to_owned()));
            target.map_or(Cow::Borrowed(name), |path| Cow::Owned(path.clone()))
        });
        let mut texts = Vec::with_capacity(closure.sites.len());
        let mut first_print = 0;
        for site in &closure.sites {
            let at =
                mark.filter(|_| site.is_own).map_or(&[][..], |mark| mark.at.get(site.index).map_or(&[], Vec::as_slice));
            let marks = Marks { character: mark.map_or('\0', |mark| mark.character), at, first_print };
            let text = &site.template.text.text;
            let too_deep = || Refusal::new(site.path, None, "this template nests deeper than is rendered");
            let written = guarded(text, marks).ok_or_else(too_deep)?;
            first_print += written.prints.len();
            environment.add_template_owned(site.name.clone(), written.text.clone()).map_err(|_| too_deep())?;
            texts.push(written);
        }
        Ok(Self { environment: RefCell::new(environment), meter, closure, texts })
    }

    pub(super) fn render(
        &self,
        index: usize,
        values: &Map<String, serde_json::Value>,
        work: u64,
    ) -> Result<Printed, RenderError> {
        let mut environment = self.environment.borrow_mut();
        environment.set_fuel(Some((work / WORK_OF_INSTRUCTION).min(MAX_FUEL)));
        self.meter.begin(work);
        let mut output = Bounded { meter: &self.meter, bytes: Vec::new() };
        let rendered = environment
            .get_template(&self.closure.own_name(index))
            .and_then(|template| template.render_captured_to(Value::from(Serde(values)), &mut output).map(drop));
        if let Err(error) = rendered {
            return Err(self.failure(index, &error));
        }
        let text = String::from_utf8(output.bytes).expect("because the engine writes whole strings");
        let prints = self.meter.take_printed();
        let prints = prints.into_iter().filter_map(|(range, index)| Some(Print { range, source: self.source(index)? }));
        Ok(Printed { prints: prints.collect(), text })
    }

    /// What the expression with this number stands for.
    fn source(&self, index: usize) -> Option<Source> {
        let (at, span) = self.site_and_span(index)?;
        let site = self.closure.sites.get(at)?;
        Some(Source { file: site.path.clone(), template: site.index, span })
    }

    fn site_and_span(&self, mut index: usize) -> Option<(usize, Span)> {
        for (at, text) in self.texts.iter().enumerate() {
            if let Some(span) = text.prints.get(index) {
                return Some((at, *span));
            }
            index -= text.prints.len();
        }
        None
    }

    fn failure(&self, index: usize, error: &minijinja::Error) -> RenderError {
        // An error inside an include is wrapped once for each file on the way.
        let mut cause = error;
        while let (ErrorKind::BadInclude, Some(inner)) =
            (cause.kind(), std::error::Error::source(cause).and_then(|source| source.downcast_ref()))
        {
            cause = inner;
        }
        let exceeded = exceeded(error);
        let kind = match cause.kind() {
            _ if exceeded.is_some() => RenderErrorKind::Limit,
            ErrorKind::UndefinedError => RenderErrorKind::Undefined,
            ErrorKind::UnknownFilter
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
            | ErrorKind::UnknownTest => RenderErrorKind::Unknown,
            ErrorKind::OutOfFuel | ErrorKind::WriteFailure => RenderErrorKind::Limit,
            ErrorKind::InvalidOperation if cause.detail().is_some_and(is_recursion) => RenderErrorKind::Limit,
            _ => RenderErrorKind::Invalid,
        };
        let message = match (exceeded, cause.kind()) {
            (Some(exceeded), _) => exceeded.to_string(),
            (None, ErrorKind::OutOfFuel) => "the templates take too many steps".to_owned(),
            (None, kind) => match cause.detail() {
                Some(detail) if is_recursion(detail) => "templates or macros take each other in without end".to_owned(),
                Some(detail) => detail.to_owned(),
                None => kind.to_string(),
            },
        };
        let at = cause.name().and_then(|name| self.closure.sites.iter().position(|site| site.name == name));
        let place = at.zip(cause.range()).and_then(|(at, range)| Some((at, self.texts.get(at)?.place(range)?)));
        // Where the output is full the engine only knows that it could not write.
        let printed = || self.meter.last_printed().and_then(|index| self.site_and_span(index));
        let place = place.or_else(|| printed().filter(|_| exceeded == Some(Exceeded::Output)));
        let site = place.map(|(at, _)| at).or(at).or_else(|| self.closure.own(index)).unwrap_or_default();
        self.closure.error(kind, message, site, place.map(|(_, span)| span))
    }
}

fn is_recursion(detail: &str) -> bool {
    detail.contains("recursion limit")
}

/// The limit that stands somewhere in the chain of causes.
fn exceeded(error: &minijinja::Error) -> Option<Exceeded> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(exceeded) = current.downcast_ref::<Exceeded>() {
            return Some(*exceeded);
        }
        if let Some(exceeded) = current.downcast_ref::<io::Error>().and_then(|error| error.get_ref()?.downcast_ref()) {
            return Some(*exceeded);
        }
        cause = current.source();
    }
    None
}

/// Native prompts are strict. The other dialects' own runtimes print nothing for an undefined value.
fn undefined(dialect: Dialect) -> UndefinedBehavior {
    match dialect {
        Dialect::Native => UndefinedBehavior::Strict,
        Dialect::Prompty | Dialect::Dotprompt | Dialect::Text | Dialect::SemanticKernel => UndefinedBehavior::Lenient,
    }
}

fn environment(dialect: Dialect, meter: &Arc<Meter>) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(undefined(dialect));
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_recursion_limit(MAX_DEPTH);
    environment.set_debug(true);
    operations::install(&mut environment, meter);
    let meter = Arc::clone(meter);
    environment.set_formatter(move |out, state, value| {
        let Some(index) = meter.take_printing() else {
            // Literal text is never escaped, and its size was charged when the template was written.
            if let Some(text) = value.as_str() {
                meter.make(text.len() as u64)?;
                return Ok(out.write_str(text)?);
            }
            return escape_formatter(out, state, value);
        };
        let size = match value.kind() {
            ValueKind::Seq | ValueKind::Map | ValueKind::Iterable => meter.weigh(value)?.saturating_mul(2),
            _ => meter::size(value),
        };
        meter.make(size)?;
        let start = meter.written();
        escape_formatter(out, state, value)?;
        meter.printed(start, index);
        Ok(())
    });
    environment
}

/// A writer that ends a render at its limit.
struct Bounded<'m> {
    meter: &'m Meter,
    bytes: Vec<u8>,
}

impl io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.meter.write(bytes.len()).map_err(io::Error::other)?;
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
