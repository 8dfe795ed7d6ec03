//! MOD005: a parameter's value is outside of what the model takes.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::families::{Given, Parameter, Served, parameter};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::prompt::{Dialect, Prompt};

pub(super) struct ParameterOutOfRange;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "MOD005", name: "parameter-out-of-range" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A parameter's value is one that the model refuses",
    what: "\
Looks at the parameters of prompts and of registry entries: `temperature` up to 2 (OpenAI, Gemini) or 1 (Claude), `topP` \
from 0 to 1, penalties from -2 to 2, `maxTokens` from 1. Of models that are not known only what no model takes is \
reported. What the published schema of native prompts forbids for every model is STR002's.",
    why: "The provider refuses the call, or clips the value without a word: the prompt was tuned with another one.",
    how: "Choose a value in the range.",
    bad: "\
description: Writes a poem.
model: gpt-4.1-2025-04-14
modelParameters: {temperature: 3}
messages: [{role: user, content: Write a poem.}]
",
    good: "\
description: Writes a poem.
model: gpt-4.1-2025-04-14
modelParameters: {temperature: 1.3}
messages: [{role: user, content: Write a poem.}]
",
};

impl Rule for ParameterOutOfRange {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.parameters.is_empty() {
            return;
        }
        let served = Served::of(prompt, cx).unwrap_or(Served { id: "", provider: None });
        for written in &prompt.parameters {
            report(served, written, prompt.dialect, &prompt.path, out);
        }
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for entry in cx.store.models() {
            let Some(served) = Served::entry(entry) else { continue };
            for written in &entry.parameters {
                // The schema of models says nothing about parameters, as other dialects have none.
                report(served, written, Dialect::Text, &entry.path, out);
            }
        }
    }
}

fn report(served: Served<'_>, (name, value): &Given, dialect: Dialect, path: &StorePath, out: &Sink<'_>) {
    let Some(known) = parameter(&name.value) else { return };
    let (Some(number), Some((least, most))) = (value.value.as_f64(), served.range(known)) else { return };
    if (least..=most).contains(&number) || (dialect == Dialect::Native && schema_forbids(known, number)) {
        return;
    }
    let of = if served.id.is_empty() { String::new() } else { format!(" of `{}`", served.id) };
    let range = if most.is_finite() { format!("from {least} to {most}") } else { format!("at least {least}") };
    out.in_file(path, value.span, format!("`{}`{of} is {range}, but this is {number}", name.value))
        .help("choose a value in the range");
}

/// Whether the published schema of native prompts has the same bound.
fn schema_forbids(parameter: Parameter, number: f64) -> bool {
    match parameter {
        Parameter::Temperature => number < 0.0,
        Parameter::TopP => !(0.0..=1.0).contains(&number),
        Parameter::MaxTokens => number < 1.0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn bounds_are_the_models() {
        for (model, parameters, expected) in [
            ("gpt-4o", "{temperature: 2, presencePenalty: -2}", 0),
            ("gpt-4o", "{temperature: 2.1, presence_penalty: -2.5}", 2),
            ("claude-3-5-haiku-20241022", "{temperature: 1.5}", 1),
            ("mystery", "{temperature: 5}", 0),
            ("gpt-4o", "{temperature: warm}", 0),
            ("gpt-4o", "{temperature: -1, topP: 3}", 0),
        ] {
            let store = format!("model: {model}\nmodelParameters: {parameters}\nmessages: []\n");
            assert_eq!(found("MOD005", &store).len(), expected, "{model} {parameters}");
        }
        let foreign = "//- a.prompt\n---\nconfig: {temperature: -1, topP: 3, maxOutputTokens: 0}\n---\nHi\n";
        assert_eq!(found("MOD005", foreign).len(), 3);
    }
}
