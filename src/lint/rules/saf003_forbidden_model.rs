//! SAF003: a prompt names a model that a policy forbids.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;

pub(super) struct ForbiddenModel;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SAF003", name: "forbidden-model" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt uses a model that a policy forbids",
    what: "\
Looks at the model of a prompt, or the store's default, by its id in the registry and by the provider's id, and holds it \
against `forbidden_models` and `allowed_models` of the policies that apply to the prompt.",
    why: "\
A model is forbidden for what it costs, for where it runs, or for how it answered when it was tested.",
    how: "Use a model that the policy allows, or ask its owners.",
    bad: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
forbidden_models: [\"*-preview\"]
//- prompts/answer.prompt.yaml
description: Answers customers.
model: acme/chat-2-preview
messages:
  - role: user
    content: Say hello.
",
    good: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
forbidden_models: [\"*-preview\"]
//- prompts/answer.prompt.yaml
description: Answers customers.
model: acme/chat-2-2026-03-11
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for ForbiddenModel {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let policies = cx.store.policies().iter().filter(|policy| !policy.models.is_open());
        let mut policies = policies.filter(|policy| policy.scope.has(&prompt.path, Some(prompt))).peekable();
        let named = prompt.model.as_ref().or(cx.store.config().default_model.as_ref());
        let Some(named) = named.filter(|_| policies.peek().is_some()) else { return };
        let entry = cx.store.model(&named.value);
        let mut names = vec![named.value.as_str()];
        names.extend(entry.map(|model| model.id.as_str()));
        names.extend(entry.and_then(|model| model.model.as_ref()).map(|model| model.value.as_str()));
        for policy in policies.filter(|policy| !policy.models.permits(&names)) {
            let message = format!("`{}` does not allow the model `{}`", policy.name(), named.value);
            let finding = match &prompt.model {
                Some(model) => out.at(model.span, message),
                None => out.at(prompt.head, message).note("it is the store's default model"),
            };
            drop(finding.help("use a model that the policy allows"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn a_model_goes_by_all_its_names() {
        let store = |policy: &str| {
            format!(
                "//- promptyard.yaml\nversion: 1\ndefault_model: models/chat\n//- policies/p.yaml\n{policy}\n\
             //- models/chat.yaml\nprovider: acme\nmodel: chat-2-latest\n//- prompts/a.prompt.yaml\nmessages: [{{role: user, content: Hi}}]\n"
            )
        };
        let finding = ["error prompts/a.prompt.yaml:1 `policies/p` does not allow the model `models/chat`"];
        assert_eq!(found("SAF003", &store("forbidden_models: ['*-latest']")), finding);
        assert_eq!(found("SAF003", &store("allowed_models: [models/small]")), finding);
        assert_eq!(found("SAF003", &store("allowed_models: ['models/*']")), [""; 0]);
        assert_eq!(found("SAF003", &store("applies_to: ['prompts/b*']\nforbidden_models: ['*']")), [""; 0]);
    }
}
