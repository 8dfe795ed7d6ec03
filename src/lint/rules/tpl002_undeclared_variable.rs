//! TPL002: a template uses a variable that the prompt does not declare.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::{Contract, Prompt};

pub(super) struct UndeclaredVariable;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL002", name: "undeclared-variable" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A template uses a variable that the prompt does not declare",
    what: "…",
    why: "…",
    how: "…",
    bad: "…",
    good: "…",
};

impl Rule for UndeclaredVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.contract != Contract::Declared {
            return;
        }
        for template in &prompt.templates {
            for usage in &template.analysis.uses {
                if prompt.inputs.iter().all(|input| input.name.value != usage.root) {
                    let place = cx.place(&prompt.path, template, usage.root_span);
                    out.at(place, format!("`{}` is not an input of this prompt", usage.root));
                }
            }
        }
    }
}
