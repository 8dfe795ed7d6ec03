//! TPL011: the prompt does not render with its own examples.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::render::{MAX_WORK, RenderError, RenderErrorKind, Renderer};
use crate::store::prompt::{Contract, Input, Prompt};
use crate::store::template::Syntax;
use crate::store::usage::inputs_by_name;
use crate::text::{LineIndex, Span};

pub(super) struct ExampleDoesNotRender;

/// Test rows that are tried; a mistake shows in the first ones.
const MAX_ROWS: usize = 100;
/// Templates times rows: of a prompt with thousands of messages fewer rows are tried.
const MAX_RENDERS: usize = 10_000;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL011", name: "example-does-not-render" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "The prompt does not render with its own examples",
    what: "\
Renders the messages with the inputs' examples (else their defaults), and once for each row of the test data on top \
of those. Undefined values are errors in native prompts, as they are where the prompt is used. Nothing of the store \
is executed: there is no access to files or the network, and a render that would take too long is given up without a \
finding. Only Jinja templates are tried.",
    why: "An example that fails shows what a request like it will do: fail.",
    how: "Mend the template or the example, whichever is wrong; the note shows the place in the template.",
    bad: "\
description: Greets a customer.
inputs:
  customer: {type: object, example: {name: Ann}}
messages:
  - role: user
    content: \"Dear {{ customer.first_name }}\"
",
    good: "\
description: Greets a customer.
inputs:
  customer: {type: object, example: {first_name: Ann}}
messages:
  - role: user
    content: \"Dear {{ customer.first_name }}\"
",
};

impl Rule for ExampleDoesNotRender {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let tried = prompt.inputs.iter().any(|input| input.example.is_some() || input.default.is_some())
            || !prompt.test_data.is_empty();
        let tags = prompt.templates.iter().any(|template| !template.analysis.tags.is_empty());
        let jinja = prompt.templates.iter().all(|template| template.syntax == Syntax::Jinja);
        if prompt.contract != Contract::Declared || !tried || !tags || !jinja {
            return;
        }
        let usage = cx.usage(prompt);
        let inputs = inputs_by_name(prompt);
        let used: BTreeSet<&str> = usage.uses().map(|(_, usage)| usage.root.as_str()).collect();
        // A variable that is not declared is another rule's finding, and nothing to render with.
        if !usage.complete || used.iter().any(|name| !inputs.contains_key(name)) {
            return;
        }
        let values = examples(prompt);
        let most_rows = (MAX_RENDERS / prompt.templates.len().max(1)).clamp(1, MAX_ROWS);
        let rows = &prompt.test_data[..prompt.test_data.len().min(most_rows)];
        // To prepare the templates takes as long as to read the file: only where there is something to try.
        let columns: BTreeSet<&str> =
            rows.iter().flat_map(|row| &row.values).map(|(column, _)| column.value.as_str()).collect();
        if used.iter().any(|name| !values.contains_key(*name) && !columns.contains(name)) {
            return;
        }
        let Ok(renderer) = Renderer::new(prompt, cx.store) else { return };
        let trial = Trial { prompt, cx, renderer, inputs, used };
        let work = MAX_WORK / ((rows.len() as u64 + 1) * prompt.templates.len().max(1) as u64);
        if let Some(error) = trial.run(&values, work) {
            let place = trial.example_of(&error).or(error.place).unwrap_or(prompt.head);
            trial.report(&error, place, "the prompt does not render with its examples", out);
            return;
        }
        for row in rows {
            let mut values = values.clone();
            values.extend(row.values.iter().map(|(name, value)| (name.value.clone(), value.clone())));
            if let Some(error) = trial.run(&values, work) {
                trial.report(&error, row.span, "the prompt does not render with this row of test data", out);
            }
        }
    }
}

struct Trial<'a, 's> {
    prompt: &'a Prompt,
    cx: &'a Context<'s>,
    renderer: Renderer<'a>,
    inputs: BTreeMap<&'a str, &'a Input>,
    used: BTreeSet<&'a str>,
}

/// A value for each input that has an example or a default.
fn examples(prompt: &Prompt) -> Map<String, Value> {
    let value = |input: &Input| {
        let value = input.example.as_ref().or(input.default.as_ref())?;
        Some((input.name.value.clone(), value.value.clone()))
    };
    prompt.inputs.iter().filter_map(value).collect()
}

impl Trial<'_, '_> {
    /// The first failure with `values`, if they have a value for everything that is used.
    fn run(&self, values: &Map<String, Value>, work: u64) -> Option<RenderError> {
        if self.used.iter().any(|name| !values.contains_key(*name)) {
            return None;
        }
        (0..self.prompt.templates.len()).find_map(|index| {
            let error = self.renderer.render(index, values, work).err()?;
            // What the application provides and what would take too long can't be judged here.
            matches!(error.kind, RenderErrorKind::Undefined | RenderErrorKind::Invalid).then_some(error)
        })
    }

    /// The example of the input that is read where the render failed.
    fn example_of(&self, error: &RenderError) -> Option<Span> {
        let place = error.place.filter(|_| error.file == self.prompt.path)?;
        let root = self.prompt.templates.iter().find_map(|template| {
            let mut uses = template.analysis.uses.iter();
            let read =
                uses.find(|usage| place.contains(self.cx.place(&self.prompt.path, template, usage.root_span)))?;
            Some(read.root.as_str())
        })?;
        let input = self.inputs.get(root)?;
        Some(input.example.as_ref().or(input.default.as_ref())?.span)
    }

    fn report(&self, error: &RenderError, place: Span, message: &str, out: &Sink<'_>) {
        let mut finding = out.at(place, message).note(format!("the template engine says: {}", error.message));
        if let Some(at) = error.place {
            if error.file == self.prompt.path {
                if at != place {
                    finding = finding.label(at, "it fails here");
                }
            } else if let Some(file) = self.cx.store.file(&error.file) {
                let line = LineIndex::new(&file.text).line_of(at.start) + 1;
                finding = finding.note(format!("it fails at {}:{line}", error.file));
            }
        }
        finding.help("mend the template, or give the value that it needs");
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{found, prompt};

    #[test]
    fn rows_are_tried_on_top_of_examples() {
        let store = "\
inputs:
  customer: {type: object, example: {name: Ann}}
  tone: {type: string, default: warm}
messages:
  - role: user
    content: \"{{ tone }} {{ customer.name }}\"
testData:
  - customer: {name: Bob}
  - customer: {nome: Bob}
  - tone: formal
";
        assert_eq!(
            found("TPL011", store),
            ["error prompts/example.prompt.yaml:9 the prompt does not render with this row of test data"]
        );
    }

    #[test]
    fn what_cannot_be_tried_is_not_judged() {
        let inputs = "a: {example: {y: 1}}, b: {}";
        for content in [
            "{{ a.x }}{{ b }}",
            "{{ a.x | our_filter }}{{ a.y.z }}",
            "{{ a.x }}{{ c }}",
            "{{ 'x' * 9999999 }}{{ a.x }}",
        ] {
            assert_eq!(found("TPL011", &prompt(inputs, content)), Vec::<String>::new(), "{content}");
        }
        for content in ["{{ a.x }}", "{{ '-' * 3 }}{{ a.x }}", "{% macro m(x) %}{{ x.x }}{% endmacro %}{{ m(a) }}"] {
            assert_eq!(found("TPL011", &prompt(inputs, content)).len(), 1, "{content}");
        }
    }
}
