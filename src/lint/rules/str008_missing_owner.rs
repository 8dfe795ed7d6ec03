//! STR008: nobody answers for a prompt.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;

pub(super) struct MissingOwner;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR008", name: "missing-owner" },
    severity: Severity::Warning,
    default: false,
    fix: None,
    summary: "Nobody answers for a prompt",
    what: "Looks for prompts without `owners`. Off unless it is selected: select it, or select it for some folders.",
    why: "When a prompt misbehaves in the night, somebody has to be found who knows it and may change it.",
    how: "Add `owners` with people or teams as your forge spells them: `owners: [\"@support-ai\"]`.",
    bad: "\
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
    good: "\
description: Greets a customer.
owners: [\"@greetings\"]
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for MissingOwner {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, _cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.owners.iter().all(|owner| owner.value.trim().is_empty()) {
            let finding = out.at(prompt.head, "this prompt has no owner");
            drop(finding.help("add `owners: [\"@team\"]`"));
        }
    }
}
