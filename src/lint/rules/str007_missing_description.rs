//! STR007: a prompt does not say what it is for.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::{Dialect, Prompt};
use crate::store::yaml::Yaml;

pub(super) struct MissingDescription;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR007", name: "missing-description" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "A prompt does not say what it is for",
    what: "\
Looks for prompts without a `description`, or with an empty one, in dialects that have metadata. Text files without front \
matter are left alone.",
    why: "\
Whoever reviews a change, or looks for a prompt that does nearly what they need, has to work its purpose out of its text.",
    how: "Add a `description`: one sentence that says what the prompt does.",
    bad: "\
name: Greeting
messages:
  - role: user
    content: Say hello.
",
    good: "\
name: Greeting
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for MissingDescription {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let described = prompt.description.as_ref().is_some_and(|text| !text.value.trim().is_empty());
        // Semantic Kernel keeps the description in a file beside the prompt.
        if described || prompt.dialect == Dialect::SemanticKernel {
            return;
        }
        let metadata = cx.store.file(&prompt.path).and_then(|file| file.yaml.as_ref()).and_then(Yaml::root);
        if metadata.is_some() {
            let finding = out.at(prompt.head, "this prompt has no description");
            drop(finding.help("add `description:` with one sentence that says what the prompt does"));
        }
    }
}
