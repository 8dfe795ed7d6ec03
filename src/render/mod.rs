//! Rendering a prompt: the messages that a model gets for given values, as the dialect's own runtime makes them, inside
//! the store, and bounded in time and memory whatever the templates say.
//!
//! [`request::Request::resolve`] makes the values, [`messages::messages`] the messages, [`call::Call::of`] what goes with
//! them. [`Renderer`] is the layer below: one template, one text.
//!
//! *Architecture invariant:* nothing here reads a file. Includes are found through the store that was loaded. A value
//! never decides where a message begins: borders are marked by a character that no value and no template has (see
//! [`Mark`]), so that what looks like a role in a value stays text.

pub mod call;
mod closure;
mod handlebars;
mod jinja;
pub mod messages;
mod mustache;
mod placeholder;
pub mod request;
pub mod shares;

use std::ops::Range;

use serde_json::{Map, Value};

use crate::path::StorePath;
use crate::store::Store;
use crate::store::prompt::Prompt;
use crate::store::template::Syntax;
use crate::text::Span;
use handlebars::Handlebars;
use jinja::Jinja;
use placeholder::Placeholders;

pub use handlebars::Context;

/// Most bytes that a template may render to.
pub const MAX_OUTPUT: usize = 4 << 20;
/// Most bytes of a single value that a template makes.
const MAX_VALUE: u64 = 4 << 20;
/// Most bytes that the operations of one render may go through together: about a tenth of a second.
pub const MAX_WORK: u64 = 1 << 27;

/// A prompt's templates, ready to be rendered.
pub struct Renderer<'a>(Engine<'a>);

enum Engine<'a> {
    Jinja(Box<Jinja<'a>>),
    Handlebars(Box<Handlebars<'a>>),
    Placeholders(Placeholders<'a>),
}

/// Why a prompt is not rendered at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What is in the way, as a sentence without a full stop.
    pub message: String,
    /// The file where it stands.
    pub file: StorePath,
    /// Where in the file, if there is a place.
    pub place: Option<Span>,
}

/// Why a template did not render.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RenderError {
    /// Which kind.
    pub kind: RenderErrorKind,
    /// What the engine says, or which limit was reached.
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

/// What a template came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// The text.
    pub text: String,
    /// The parts of the text that expressions printed, in order; what lies between them is the template's own.
    pub prints: Vec<Print>,
}

/// A part of a text that an expression printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    /// Which bytes.
    pub range: Range<usize>,
    /// Which expression.
    pub source: Source,
}

/// An expression of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The template's file.
    pub file: StorePath,
    /// Which of the file's templates.
    pub template: usize,
    /// The expression in the template's decoded text.
    pub span: Span,
}

/// A character that stands at the borders of messages while a prompt is rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// A character that no template and no value has.
    pub(crate) character: char,
    /// Before which bytes of each of the prompt's templates it is put.
    pub(crate) at: Vec<Vec<usize>>,
}

impl Refusal {
    fn new(file: &StorePath, place: Option<Span>, message: impl Into<String>) -> Self {
        Self { message: message.into(), file: file.clone(), place }
    }
}

impl<'a> Renderer<'a> {
    /// Prepares the templates of `prompt` and everything that they include.
    ///
    /// # Errors
    /// When a template does not parse, its language is not rendered here, or an include is missing, computed or outside.
    pub fn new(prompt: &'a Prompt, store: &'a Store) -> Result<Self, Refusal> {
        Self::marked(prompt, store, None, &Context::default())
    }

    /// The same with a mark at places of the prompt's own text, and with what the application tells beside the values.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn marked(
        prompt: &'a Prompt,
        store: &'a Store,
        mark: Option<&Mark>,
        context: &Context,
    ) -> Result<Self, Refusal> {
        let syntax = prompt.templates.first().map_or(Syntax::Plain, |template| template.syntax);
        Ok(Self(match syntax {
            Syntax::Jinja => Engine::Jinja(Box::new(Jinja::new(prompt, store, mark)?)),
            Syntax::Handlebars => Engine::Handlebars(Box::new(Handlebars::new(prompt, store, mark, context)?)),
            Syntax::Mustache | Syntax::FString | Syntax::SemanticKernel | Syntax::Plain => {
                Engine::Placeholders(Placeholders::new(prompt, store, mark)?)
            }
        }))
    }

    /// Renders the prompt's template at `index` with `values`. `work` is how many bytes its operations may go through
    /// together, at most [`MAX_WORK`]: renders of one prompt share it.
    ///
    /// # Errors
    /// When it fails or reaches a limit.
    pub fn render(&self, index: usize, values: &Map<String, Value>, work: u64) -> Result<String, RenderError> {
        self.print(index, values, work).map(|printed| printed.text)
    }

    /// The same, with what each expression printed.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn print(&self, index: usize, values: &Map<String, Value>, work: u64) -> Result<Printed, RenderError> {
        let work = work.min(MAX_WORK);
        match &self.0 {
            Engine::Jinja(engine) => engine.render(index, values, work),
            Engine::Handlebars(engine) => engine.render(index, values, work),
            Engine::Placeholders(engine) => engine.render(index, values),
        }
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

    /// Each ends at a limit, whatever the engine makes of it. The growth that instructions alone do not bound was measured
    /// without the guards: 1.7 GB, 2.6 GB and 9.8 GB for the first three.
    const HOSTILE: &[(&str, &str)] = &[
        ("{{ '%0900000000d' | format(1) }}", "this makes a value"),
        ("{% set x = 'aaaaaaaa' %}REPEAT 40 {% set x = x ~ x %}END{{ x | length }}", "the templates "),
        (
            "{% set n = namespace(x='aaaaaaaa') %}{% for i in range(40) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
            "the templates ",
        ),
        ("{{ 'a' * 100000000 }}", "this makes a value"),
        ("{{ 100000000 * 'a' }}", "this makes a value"),
        ("{{ [1] * 100000000 }}", "this makes a value"),
        ("{{ ('a' * 9000000) ~ ('a' * 9000000) }}", "this makes a value"),
        ("{{ '%*d' | format(9000000, 1) }}", "this makes a value"),
        ("{{ '{:9000000}'.format(1) }}", "this makes a value"),
        ("{{ '{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}'.format(x * 20) }}", "this makes a value"),
        ("{{ x | replace('a', x) }}", "this makes a value"),
        ("{{ x.replace('a', x) }}", "this makes a value"),
        ("{{ x | replace('', x) }}", "this makes a value"),
        ("{{ xs | join(x) }}", "this makes a value"),
        ("{{ x.join(xs) }}", "this makes a value"),
        ("{{ x | indent(900000000) }}", "this makes a value"),
        ("{{ x | indent(width=900000000) }}", "this makes a value"),
        ("{{ xs | batch(900000000, 'x') }}", "this makes a value"),
        ("{{ xs | slice(900000000) }}", "this makes a value"),
        ("{{ xs | tojson(indent=900000000) }}", "this makes a value"),
        ("{{ xs | map('replace', 'b', x * 90) | list }}", "this makes a value"),
        (
            "{% set x %}REPEAT 50 {{ x }}END{% endset %}{% set x %}REPEAT 50 {{ x }}END{% endset %}{{ x }}",
            "the templates ",
        ),
        ("{% set y = x %}REPEAT 200 {% set y %}{{ y }}{{ y }}{% endset %}END{{ y }}", "this makes a value"),
        ("{% macro m(a) %}{{ a }}{{ a }}{% endmacro %}{{ m(m(m(m(m(m(m(m(m(x))))))))) }}", "this makes a value"),
        ("{% set x = [1] %}REPEAT 60 {% set x = [x, x] %}END{{ x }}", "this makes a value"),
        ("{% set x = [1] %}REPEAT 60 {% set x = [x, x] %}END{{ x == x }}", "this makes a value"),
        ("{% set n = namespace(x=1) %}{% for i in range(90) %}{% set n.x = [n.x] %}{% endfor %}", "this value nests"),
        ("{% set n = namespace(x=1) %}{% set n.x = n %}{{ n }}", "this value nests"),
        (
            "{% set n = namespace() %}{% for i in range(90) %}{% set m = namespace() %}{% set m.x = n.x %}{% set n.x = m %}{% endfor %}",
            "this value nests",
        ),
        (
            "{% for a in xs %}{% for b in xs %}{% for c in xs %}{{ a }}{% endfor %}{% endfor %}{% endfor %}",
            "the templates ",
        ),
        ("{% for a in range(100000) %}{{ range(100000) | list | sort | length }}{% endfor %}", "the templates "),
        (
            "{% for a in xs %}{% for b in xs %}{{ x | upper | lower | length }}{% endfor %}{% endfor %}",
            "the templates ",
        ),
        ("{% for a in xs %}{% for b in xs %}{{ x }}{% endfor %}{% endfor %}", "the text is longer"),
        ("{% for a in xs %}{% for b in xs %}{{ 1 if x == y else 2 }}{% endfor %}{% endfor %}", "the templates "),
        ("{% for a in xs %}{% for b in xs %}{{ x[49999] }}{% endfor %}{% endfor %}", "the templates "),
        ("{% for a in xs %}{% for b in xs %}{% set z = x[1:] %}{% endfor %}{% endfor %}", "the templates "),
        ("{{ x REPEAT 60 | tojson END}}", "the templates "),
        ("{% for a in xs recursive %}{{ loop(xs) }}{% endfor %}", "templates or macros take each other in"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "templates or macros take each other in"),
        ("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}", "templates or macros take each other in"),
        ("{% include 'partials/circle.md' %}", "templates or macros take each other in"),
        ("{{ xs.__class__.__mro__ }}", "is undefined"),
        ("{{ x.__class__ }}", "is undefined"),
        ("{{ ''['__class__']['__base__'] }}", "is undefined"),
        ("{{ x | attr('__globals__') }}", "undefined value"),
        ("{{ debug() }}", "debug is unknown"),
    ];

    #[test]
    fn hostile_templates_end_at_a_limit_that_names_the_place() {
        let values = json!({"x": "a".repeat(50_000), "y": "a".repeat(50_000), "xs": vec!["b"; 5_000]});
        let partials = [("partials/circle.md", "{% include 'partials/circle.md' %}")];
        let mut wrong = Vec::new();
        for (text, expected) in HOSTILE {
            let text = repeated(text);
            let store = store(&text, &partials);
            let values = values.as_object().cloned().expect("an object");
            let renderer = Renderer::new(&store.prompts()[0], &store).expect("it parses");
            let shown = &text[..text.len().min(90)];
            match renderer.render(0, &values, MAX_WORK / 8) {
                Ok(text) => wrong.push(format!("{shown} renders {} bytes", text.len())),
                Err(error) if !error.message.contains(expected) => {
                    wrong.push(format!("{shown} says: {}", error.message));
                }
                Err(error) if error.place.is_none() => wrong.push(format!("{shown} has no place")),
                Err(_) => {}
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// `REPEAT 3 xEND` is `xxx`.
    fn repeated(text: &str) -> String {
        let mut out = text.to_owned();
        while let Some((before, rest)) = out.split_once("REPEAT ") {
            let (inside, after) = rest.split_once("END").expect("each REPEAT has its END");
            let (times, part) = inside.split_once(' ').expect("a number, then the part");
            out = format!("{before}{}{after}", part.repeat(times.parse().expect("a number")));
        }
        out
    }

    #[test]
    fn what_only_looks_hostile_renders() {
        for (text, expected) in [
            ("{{ '-' * 20 }}", "--------------------"),
            ("{% macro m(x, y='!') %}<{{ x }}{{ y }}>{% endmacro %}{{ m('a') }}{{ m('b', y='?') }}", "<a!><b?>"),
            ("{% set x %}a{{ 1 + 2 }}{% endset %}{{ x ~ x ~ '.' }}", "a3a3."),
            ("{% filter upper %}a{{ 'b' }}{% endfilter %}", "AB"),
            ("{{ '%.2f' | format(3.14159) }} {{ '{}-{}'.format(1, 'a') }}", "3.14 1-a"),
            (
                "{% set n = namespace(x=[]) %}{% for i in [1, 2] %}{% set n.x = n.x + [i] %}{% endfor %}{{ n.x }}",
                "[1, 2]",
            ),
            ("{% call(a) f() %}[{{ a }}]{% endcall %}{% macro f() %}x{{ caller(1) }}{% endmacro %}", ""),
            ("{% macro f() %}x{{ caller(1) }}{% endmacro %}{% call(a) f() %}[{{ a }}]{% endcall %}", "x[1]"),
            ("{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %}", "a=1"),
            ("{% for x in [3, 1, 2] | sort if x > 1 %}{{ loop.index }}:{{ x }} {% else %}none{% endfor %}", "1:2 2:3 "),
            ("{% for x in [1, [2, [3]]] recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}", "123"),
            ("{% with a = 1, b = 2 %}{{ a + b * 2 ** 2 - -1 }}{% endwith %}", "10"),
            (
                "{{ 'a' if 1 < 2 < 3 and not 1 in [2] else 'b' }}{{ (1, 2)[0] }}{{ 'abc'[1:] }}{{ 'x' is string }}",
                "a1bcTrue",
            ),
            ("{% raw %}{{ '\\' }}{% endraw %}\n\"quoted\" {{ \"a\\\\b\" }}", "{{ '\\' }}\n\"quoted\" a\\b"),
            ("a\n{%- if true %} b {%- elif false %} c {%- else %} d {%- endif %}\nc", "a b\nc"),
            ("{% set a, b = 1, (2, 3) %}{{ a }}{{ b }}{{ 7 // 2 }}{{ 7 / 2 }}{{ 7 % 4 }}{{ 1.50 }}", "1(2, 3)33.531.5"),
            (
                "{{ [1, 2] | map('string') | join('+') }}{{ [{'a': 1}] | map(attribute='a') | sum }}{{ (1,) }}",
                "1+21(1,)",
            ),
        ] {
            if expected.is_empty() {
                continue;
            }
            assert_eq!(render(text, &[], &json!({})), Ok(expected.to_owned()), "{text}");
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
        let result = render("{% include 'partials/0.md' %}", &partials, &json!({}));
        assert!(result.is_err_and(|error| error.starts_with("Limit")));
    }

    #[test]
    fn what_is_not_in_the_store_is_not_rendered() {
        for (text, expected) in [
            ("{% include 'partials/no.md' %}", "`partials/no.md` is not in the store"),
            ("{% include x %}", "the name of this include is only known when it is rendered"),
            ("{% include '../../no.md' %}", "`../../no.md` leaves the store"),
        ] {
            assert_eq!(render(text, &[], &json!({})), Err(expected.to_owned()));
        }
        assert_eq!(render("a{% include 'partials/no.md' ignore missing %}b", &[], &json!({})), Ok("ab".to_owned()));
    }

    #[test]
    fn prints_say_where_each_part_comes_from() {
        let store = store("Dear {{ a }}, {% for b in bs %}{{ b ~ '!' }}{% endfor %}", &[]);
        let values = json!({"a": "Ann", "bs": ["x", "y"]}).as_object().cloned().expect("an object");
        let renderer = Renderer::new(&store.prompts()[0], &store).expect("it parses");
        let printed = renderer.print(0, &values, MAX_WORK).expect("it renders");
        let text: &str = &store.prompts()[0].templates[0].text.text;
        let shown =
            printed.prints.iter().map(|print| (&printed.text[print.range.clone()], print.source.span.slice(text)));
        assert_eq!(shown.collect::<Vec<_>>(), [("Ann", "a"), ("x!", "b ~ '!'"), ("y!", "b ~ '!'")]);
    }
}
