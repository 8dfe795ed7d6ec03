//! Rendering a prompt's Jinja templates with given values: as its dialect's runtime would, inside the store, and bounded
//! in time and memory whatever the template says.
//!
//! *Architecture invariant:* nothing here reads a file. Includes are found through the store that was loaded, and a
//! template whose cost is not bounded by its text is refused before it is run (see `bounds`).

mod bounds;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};

use crate::path::StorePath;
use crate::store::prompt::{Dialect, Prompt};
use crate::store::template::{Syntax, Template};
use crate::store::usage::Usage;
use crate::store::{Resolved, Store};
use crate::text::Span;
use bounds::Growth;

/// Most bytes that a template may render to.
pub const MAX_OUTPUT: usize = 1 << 20;
/// Most instructions of one render where values are small.
const MAX_FUEL: u64 = 200_000;
/// Most bytes that the instructions of one render may touch together: about a tenth of a second.
pub const MAX_WORK: u64 = 1 << 27;
/// Most bytes that a single value may grow to.
const MAX_VALUE: u64 = 4 << 20;
/// The engine counts an include as ten levels: twenty includes may nest.
const MAX_DEPTH: usize = 200;

/// A prompt's templates, ready to be rendered.
pub struct Renderer<'a> {
    /// How much a render may do is set in the environment itself, and copying one copies all of its templates.
    environment: RefCell<Environment<'static>>,
    store: &'a Store,
    prompt: &'a Prompt,
    files: BTreeMap<String, (&'a StorePath, &'a Template)>,
    growth: Growth,
    size: u64,
}

/// Why a prompt is not rendered at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A template is not Jinja.
    #[error("only Jinja templates are rendered")]
    NotJinja,
    /// A template does not parse, or an include is missing or computed.
    #[error("not all templates that take part are known")]
    Incomplete,
    /// What it would cost can't be told from its text.
    #[error("a template could grow without bound")]
    Unbounded,
}

/// Why a template did not render.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderError {
    /// Which kind.
    pub kind: RenderErrorKind,
    /// What the engine says.
    pub message: String,
    /// The file of the template that failed: the prompt's or an included one.
    pub file: StorePath,
    /// Where in the file, where the engine knows.
    pub place: Option<Span>,
}

/// The kinds of failures that callers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenderErrorKind {
    /// A variable or an attribute is undefined.
    Undefined,
    /// An operation that the values do not have.
    Invalid,
    /// Something that the application would have to provide: a filter, a test, a function, a method.
    Unknown,
    /// A limit on time, size or depth was reached.
    Limit,
}

impl<'a> Renderer<'a> {
    /// Prepares the templates of `prompt` and everything that they include.
    ///
    /// # Errors
    /// When it is refused; see [`Refusal`].
    pub fn new(prompt: &'a Prompt, store: &'a Store) -> Result<Self, Refusal> {
        let usage = Usage::of(prompt, store);
        if usage.sites.iter().any(|site| site.template.syntax != Syntax::Jinja) {
            return Err(Refusal::NotJinja);
        }
        if !usage.complete {
            return Err(Refusal::Incomplete);
        }
        let includes = Includes::of(&usage, store).ok_or(Refusal::Incomplete)?;
        let times = includes.times().ok_or(Refusal::Incomplete)?;
        let mut growth = Growth::NONE;
        let mut size = 0;
        let mut files = BTreeMap::new();
        for ((site, name), times) in usage.sites.iter().zip(&includes.names).zip(times) {
            growth = growth.and(bounds::growth(site.template).ok_or(Refusal::Unbounded)?, times);
            size += site.template.text.text.len() as u64;
            files.insert(name.clone(), (site.path, site.template));
        }
        let targets = includes.targets;
        let environment = environment(&files, targets, undefined(prompt.dialect))?;
        Ok(Self { environment: RefCell::new(environment), store, prompt, files, growth, size })
    }

    /// Renders the prompt's template at `index` with `values`. `work` is how many bytes its instructions may touch
    /// together, at most [`MAX_WORK`]: renders of one prompt share it.
    ///
    /// # Errors
    /// When it fails or reaches a limit.
    pub fn render(
        &self,
        index: usize,
        values: &serde_json::Map<String, serde_json::Value>,
        work: u64,
    ) -> Result<String, RenderError> {
        let given: u64 = values.iter().map(|(name, value)| (name.len() + weight(value)) as u64).sum();
        let largest = self.growth.of(given.max(self.size)).max(1);
        if largest > MAX_VALUE {
            return Err(self.error(RenderErrorKind::Limit, "the values are too large to try".to_owned(), None));
        }
        let mut environment = self.environment.borrow_mut();
        environment.set_fuel(Some((work.min(MAX_WORK) / largest).min(MAX_FUEL)));
        let mut output = Bounded(Vec::new());
        let rendered = environment
            .get_template(&own_name(index))
            .and_then(|template| template.render_captured_to(Value::from(Serde(values)), &mut output).map(drop));
        match rendered {
            Ok(()) => Ok(String::from_utf8_lossy(&output.0).into_owned()),
            Err(error) => Err(self.failure(&error)),
        }
    }

    fn failure(&self, error: &minijinja::Error) -> RenderError {
        // An error inside an include is wrapped once for each file on the way.
        let mut cause = error;
        while let (ErrorKind::BadInclude, Some(inner)) =
            (cause.kind(), std::error::Error::source(cause).and_then(|source| source.downcast_ref()))
        {
            cause = inner;
        }
        let kind = match cause.kind() {
            ErrorKind::UndefinedError => RenderErrorKind::Undefined,
            ErrorKind::UnknownFilter
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
            | ErrorKind::UnknownTest => RenderErrorKind::Unknown,
            ErrorKind::OutOfFuel | ErrorKind::WriteFailure => RenderErrorKind::Limit,
            ErrorKind::InvalidOperation if cause.detail().is_some_and(|detail| detail.contains("recursion limit")) => {
                RenderErrorKind::Limit
            }
            _ => RenderErrorKind::Invalid,
        };
        let message = cause.detail().map_or_else(|| cause.kind().to_string(), str::to_owned);
        let place = cause.name().zip(cause.range()).and_then(|(name, range)| {
            let (path, template) = self.files.get(name)?;
            Some((*path, *template, Span::from(range)))
        });
        self.error(kind, message, place)
    }

    fn error(
        &self,
        kind: RenderErrorKind,
        message: String,
        place: Option<(&StorePath, &Template, Span)>,
    ) -> RenderError {
        let Some((path, template, span)) = place else {
            return RenderError { kind, message, file: self.prompt.path.clone(), place: None };
        };
        let text = self.store.file(path).map_or("", |file| file.text.as_str());
        let place = Some(template.text.to_source(text, span));
        RenderError { kind, message, file: path.clone(), place }
    }
}

/// How the templates that take part include each other.
struct Includes {
    /// The name under which the engine knows each site.
    names: Vec<String>,
    /// What a name in an include means: by the including template's name and the name as written.
    targets: BTreeMap<(String, String), String>,
    /// What each site includes, as often as it does.
    edges: Vec<Vec<usize>>,
    /// How many of the sites are the prompt's own.
    own: usize,
}

impl Includes {
    /// `None` where an include leads to something that is no partial: a prompt of several messages, or of this one.
    fn of(usage: &Usage<'_>, store: &Store) -> Option<Self> {
        let own = usage.sites.iter().filter(|site| site.entry.is_none()).count();
        let name = |at: usize| if at < own { own_name(at) } else { usage.sites[at].path.to_string() };
        let names: Vec<String> = (0..usage.sites.len()).map(name).collect();
        let index: BTreeMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        if index.len() != names.len() {
            return None;
        }
        let mut targets: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut edges = Vec::with_capacity(names.len());
        for (site, name) in usage.sites.iter().zip(&names) {
            let mut included = Vec::new();
            for include in &site.template.analysis.includes {
                let key = (name.clone(), include.target.clone()?);
                let path = match targets.get(&key) {
                    Some(known) => known.clone(),
                    None => match store.resolve_include(site.path, site.template, include)? {
                        Resolved::File(path) => path.to_string(),
                        Resolved::Missing(_) | Resolved::Outside(_) => return None,
                    },
                };
                included.push(*index.get(path.as_str())?);
                targets.insert(key, path);
            }
            edges.push(included);
        }
        Some(Self { targets, edges, own, names })
    }

    /// How often each template can be rendered one inside or after the other, loops aside, whose turns have scopes of
    /// their own. `None` where templates include each other in a circle.
    fn times(&self) -> Option<Vec<u64>> {
        let mut times: Vec<u64> = (0..self.edges.len()).map(|at| u64::from(at < self.own)).collect();
        let mut waiting = vec![0_usize; self.edges.len()];
        self.edges.iter().flatten().for_each(|&to| waiting[to] += 1);
        let mut ready: Vec<usize> = (0..self.edges.len()).filter(|&at| waiting[at] == 0).collect();
        let mut done = 0;
        while let Some(from) = ready.pop() {
            done += 1;
            for &to in &self.edges[from] {
                times[to] = times[to].saturating_add(times[from]);
                waiting[to] -= 1;
                if waiting[to] == 0 {
                    ready.push(to);
                }
            }
        }
        (done == self.edges.len()).then_some(times)
    }
}

fn own_name(index: usize) -> String {
    // No store path starts with a slash.
    format!("/{index}")
}

/// Native prompts are strict. The other dialects' own runtimes print nothing for an undefined value.
fn undefined(dialect: Dialect) -> UndefinedBehavior {
    match dialect {
        Dialect::Native => UndefinedBehavior::Strict,
        Dialect::Prompty | Dialect::Dotprompt | Dialect::Text | Dialect::SemanticKernel => UndefinedBehavior::Lenient,
    }
}

fn environment(
    files: &BTreeMap<String, (&StorePath, &Template)>,
    targets: BTreeMap<(String, String), String>,
    undefined: UndefinedBehavior,
) -> Result<Environment<'static>, Refusal> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(undefined);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_recursion_limit(MAX_DEPTH);
    environment.set_debug(true);
    let targets = Arc::new(targets);
    environment.set_path_join_callback(move |name, parent| {
        let target = targets.get(&(parent.to_owned(), name.to_owned()));
        target.map_or(Cow::Borrowed(name), |path| Cow::Owned(path.clone()))
    });
    for (name, (_, template)) in files {
        environment
            .add_template_owned(name.clone(), template.text.text.to_string())
            .map_err(|_| Refusal::Incomplete)?;
    }
    Ok(environment)
}

/// How much a value weighs: the bytes of its texts, and something for each item.
fn weight(value: &serde_json::Value) -> usize {
    use serde_json::Value as Json;
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => 8,
        Json::String(text) => text.len() + 8,
        Json::Array(items) => 32 + items.iter().map(weight).sum::<usize>(),
        Json::Object(entries) => 32 + entries.iter().map(|(key, value)| key.len() + weight(value)).sum::<usize>(),
    }
}

/// A writer that ends a render at [`MAX_OUTPUT`].
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_OUTPUT {
            return Err(io::Error::other("the output is too large"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value as Json, json};

    use super::*;
    use crate::store::snapshot::Snapshot;

    fn store(content: &str, partials: &[(&str, &str)]) -> Store {
        let quoted = Json::from(content);
        let prompt = format!("messages:\n  - role: user\n    content: {quoted}\n");
        let files = partials.iter().map(|(path, text)| (*path, text.as_bytes()));
        let files = files.chain([("prompts/a.prompt.yaml", prompt.as_bytes())]);
        Store::load(Snapshot::of_texts(files).expect("paths inside the store"))
    }

    fn render(content: &str, partials: &[(&str, &str)], values: &Json) -> Result<String, String> {
        let store = store(content, partials);
        let values: Map<String, Json> = values.as_object().cloned().unwrap_or_default();
        let renderer = Renderer::new(&store.prompts()[0], &store).map_err(|refusal| refusal.to_string())?;
        renderer.render(0, &values, MAX_WORK).map_err(|error| format!("{:?}: {}", error.kind, error.message))
    }

    #[test]
    fn templates_render_with_their_includes() {
        let partials = [("partials/a.md", "A{% include 'partials/b.md' %}"), ("partials/b.md", "B{{ x }}")];
        assert_eq!(render("{% include 'partials/a.md' %}!", &partials, &json!({"x": 1})), Ok("AB1!".to_owned()));
        assert_eq!(render("{{ x.strip().upper() }}", &[], &json!({"x": " <a> "})), Ok("<A>".to_owned()));
        assert_eq!(
            render("{{ x.a }}{{ x['b'][0] }}", &[], &json!({"x": {"a": 1, "b": [true]}})),
            Ok("1True".to_owned())
        );
    }

    #[test]
    fn what_is_undefined_fails_with_its_place() {
        let store = store("Dear {{ x.nome }}", &[]);
        let values = json!({"x": {"name": "Ann"}}).as_object().cloned().expect("an object");
        let renderer = Renderer::new(&store.prompts()[0], &store).expect("it is bounded");
        let error = renderer.render(0, &values, MAX_WORK).expect_err("`nome` is undefined");
        assert_eq!(error.kind, RenderErrorKind::Undefined);
        let text = &store.files().next().expect("one file").text;
        assert_eq!(error.place.map(|place| place.slice(text)), Some("x.nome"));
    }

    #[test]
    fn what_could_grow_without_bound_is_not_run() {
        assert_eq!(render("{{ 'a' * 100000000 }}", &[], &json!({})), Err(Refusal::Unbounded.to_string()));
        let again = [("partials/a.md", "{% set x = x ~ x %}")];
        let doubled = format!("{{% set x = 'a' %}}{}{{{{ x }}}}", "{% include 'partials/a.md' %}".repeat(60));
        assert!(render(&doubled, &again, &json!({})).is_err_and(|error| error.starts_with("Limit")));
        let circle = [
            ("partials/a.md", "{% set x = x ~ x %}{% include 'partials/b.md' %}"),
            ("partials/b.md", "{% include 'partials/a.md' %}"),
        ];
        let result = render("{% set x = 'a' %}{% include 'partials/a.md' %}", &circle, &json!({}));
        assert_eq!(result, Err(Refusal::Incomplete.to_string()));
    }

    #[test]
    fn hostile_templates_end_soon() {
        let values = json!({"x": "a".repeat(50_000), "xs": vec!["b"; 5_000]});
        let doubling = format!("{}{{{{ x }}}}", "{% set x = x ~ x %}".repeat(60));
        let listing = format!("{}{{{{ x }}}}", "{% set x = [x, x] %}".repeat(60));
        let loops = "{% for a in xs %}{% for b in xs %}{% for c in xs %}{{ a }}{% endfor %}{% endfor %}{% endfor %}";
        let sorts = "{% for a in range(100000) %}{{ range(100000) | list | sort | length }}{% endfor %}";
        let cases = "{% for a in xs %}{% for b in xs %}{{ x | upper | lower | length }}{% endfor %}{% endfor %}";
        let writes = "{% for a in xs %}{% for b in xs %}{{ x }}{% endfor %}{% endfor %}";
        let escapes = format!("{{{{ x {} }}}}", "| tojson".repeat(60));
        for text in [&doubling, &listing, loops, sorts, cases, writes, &escapes] {
            // A limit that did not hold would keep this test running for minutes.
            let result = render(text, &[], &values);
            assert!(result.is_err_and(|error| error.starts_with("Limit")), "{}", &text[..40]);
        }
    }

    #[test]
    fn includes_that_multiply_end_soon() {
        let partials: Vec<(String, String)> = (0..15)
            .map(|at| {
                let include = format!("{{% include 'partials/{}.md' %}}", at + 1);
                (format!("partials/{at}.md"), include.repeat(10))
            })
            .chain([("partials/15.md".to_owned(), "x".repeat(1000))])
            .collect();
        let partials: Vec<(&str, &str)> = partials.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert!(
            render("{% include 'partials/0.md' %}", &partials, &json!({}))
                .is_err_and(|error| error.starts_with("Limit"))
        );
    }
}
