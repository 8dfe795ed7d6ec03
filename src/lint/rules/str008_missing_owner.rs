//! STR008: nobody answers for a prompt.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::policy::Policy;
use crate::store::prompt::Prompt;

pub(super) struct MissingOwner;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR008", name: "missing-owner" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "Nobody answers for a prompt",
    what: "Looks for prompts without `owners` in the folders that a policy names under `require_owner`.",
    why: "When a prompt misbehaves in the night, somebody has to be found who knows it and may change it.",
    how: "Add `owners` with people or teams as your forge spells them: `owners: [\"@support-ai\"]`.",
    bad: "\
//- promptyard.yaml
version: 1
//- policies/ownership.yaml
description: Who answers for what customers meet.
require_owner: [prompts/support]
//- prompts/support/greeting.prompt.yaml
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
    good: "\
//- promptyard.yaml
version: 1
//- policies/ownership.yaml
description: Who answers for what customers meet.
require_owner: [prompts/support]
//- prompts/support/greeting.prompt.yaml
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

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.owners.iter().any(|owner| !owner.value.trim().is_empty()) {
            return;
        }
        let requires = |policy: &&Policy| policy.require_owner.iter().any(|folder| is_in(&folder.value, &prompt.path));
        if let Some(policy) = cx.store.policies().iter().find(requires) {
            let finding =
                out.at(prompt.head, format!("this prompt has no owner, and `{}` requires one", policy.name()));
            drop(finding.help("add `owners: [\"@team\"]`"));
        }
    }
}

fn is_in(folder: &str, path: &StorePath) -> bool {
    let folder = folder.trim_start_matches("./").trim_end_matches('/');
    let rest = path.as_str().strip_prefix(folder);
    folder.is_empty() || folder == "." || rest.is_some_and(|rest| rest.starts_with('/'))
}
