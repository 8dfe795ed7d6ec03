//! MOD004: a parameter for which the model refuses the call.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::families::{Given, Parameter, Served, parameter};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::prompt::Prompt;

pub(super) struct UnsupportedParameter;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "MOD004", name: "unsupported-parameter" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A parameter is set that the model does not take",
    what: "\
Looks at the parameters of prompts and of registry entries, for models whose provider documents that a call with the \
parameter is refused: `temperature` and other sampling parameters of OpenAI's reasoning models, penalties and `seed` of \
Claude, both `temperature` and `topP` of Claude from 4.1 on. The default value is taken. Nothing is said of a model \
that is reached through a gateway, which may drop what the provider refuses, nor of models that are not known.",
    why: "Every call fails, the first time in production if the model was changed in the registry alone.",
    how: "Remove the parameter. Reasoning models have `reasoning_effort` and `verbosity` instead.",
    bad: "\
description: Sorts a message.
model: o3-mini-2025-01-31
modelParameters: {temperature: 0.2}
messages: [{role: user, content: Say hello.}]
",
    good: "\
description: Sorts a message.
model: gpt-4.1-mini-2025-04-14
modelParameters: {temperature: 0.2}
messages: [{role: user, content: Say hello.}]
",
};

impl Rule for UnsupportedParameter {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.parameters.is_empty() {
            return;
        }
        if let Some(served) = Served::of(prompt, cx) {
            report(served, &prompt.parameters, &prompt.path, out);
        }
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for entry in cx.store.models() {
            if let Some(served) = Served::entry(entry) {
                report(served, &entry.parameters, &entry.path, out);
            }
        }
    }
}

fn report(served: Served<'_>, parameters: &[Given], path: &StorePath, out: &Sink<'_>) {
    let mut given: Vec<(Parameter, &Given)> = Vec::new();
    for written in parameters {
        let Some(known) = parameter(&written.0.value) else { continue };
        if served.refuses(known, &written.1.value) {
            let message = format!("`{}` does not take `{}`", served.id, written.0.value);
            out.in_file(path, written.0.span, message)
                .note(format!("a call that sets it is refused by {}", served.family().name))
                .help(format!("remove `{}`", written.0.value));
        } else if !written.1.value.is_null() {
            given.push((known, written));
        }
    }
    let Some((one, other)) = served.either() else { return };
    let find = |wanted| given.iter().find(|(known, _)| *known == wanted).map(|(_, written)| written);
    if let (Some(one), Some(other)) = (find(one), find(other)) {
        let message = format!("`{}` takes `{}` or `{}`, not both", served.id, one.0.value, other.0.value);
        out.in_file(path, other.0.span, message)
            .label(one.0.span, "the other one")
            .help(format!("remove `{}`", other.0.value));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn the_registry_decides_which_model_it_is() {
        let store = "\
//- promptyard.yaml
version: 1
default_model: models/chat
//- models/chat.yaml
provider: openai
model: o3-2025-04-16
parameters: {top_p: 0.5}
//- prompts/a.prompt.yaml
modelParameters: {temperature: 0.2, maxTokens: 10}
messages: [{role: user, content: Hi}]
";
        assert_eq!(
            found("MOD004", store),
            [
                "error models/chat.yaml:3 `o3-2025-04-16` does not take `top_p`",
                "error prompts/a.prompt.yaml:1 `o3-2025-04-16` does not take `temperature`",
            ]
        );
    }

    #[test]
    fn one_of_two_is_enough() {
        let prompt = |parameters: &str| {
            format!("model: claude-sonnet-4-5-20250929\nmodelParameters: {parameters}\nmessages: []\n")
        };
        assert_eq!(found("MOD004", &prompt("{temperature: 0.2, topP: 0.5}")).len(), 1);
        assert_eq!(found("MOD004", &prompt("{temperature: 0.2}")), Vec::<String>::new());
    }
}
