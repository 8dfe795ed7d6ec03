//! LNT001: a suppression covers nothing.

use crate::diagnostic::{Applicability, RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Sink};
use crate::lint::suppress::{Judged, NameState, Standing};
use crate::store::SourceFile;

pub(super) struct UnusedSuppression;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT001", name: "unused-suppression" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Safe),
    summary: "A suppression covers nothing",
    what: "\
Looks for suppressions whose rule ran and found nothing where they hold. Silent about rules that did not run: they are \
ignored by the configuration, or others were selected.",
    why: "\
A suppression that is left over hides the next real finding, and tells reviewers of a flaw that is not there.",
    how: "Remove the suppression, or the rule from its list.",
    bad: "\
# promptyard: allow missing-description reason=\"named well enough\"
name: Greeting
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
    good: "\
# promptyard: allow missing-description reason=\"named well enough\"
name: Greeting
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for UnusedSuppression {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn suppression(&self, judged: &Judged, file: &SourceFile, out: &Sink<'_>) {
        // Of one that does not hold, or is not understood, another rule speaks.
        if judged.standing != Standing::Holds || !judged.suppression.directive.mistakes.is_empty() {
            return;
        }
        let unused = |state: &NameState| *state == NameState::Unused;
        if !judged.names.is_empty() && judged.names.iter().all(unused) {
            let names: Vec<String> =
                judged.suppression.directive.rules.iter().map(|rule| format!("`{}`", rule.value)).collect();
            let message = format!("nothing is suppressed here: {} finds nothing", names.join(" and "));
            let finding = out.at(judged.suppression.span, message).help("remove the suppression");
            if let Some(edits) = judged.removal(file) {
                drop(finding.fix(Applicability::Safe, "Remove the suppression", edits));
            }
            return;
        }
        for (index, rule) in judged.suppression.directive.rules.iter().enumerate() {
            if !judged.names.get(index).is_some_and(unused) {
                continue;
            }
            let finding = out.at(rule.span, format!("`{}` finds nothing here that could be suppressed", rule.value));
            if let Some(edits) = judged.removal_of_name(index, file) {
                drop(finding.fix(Applicability::Safe, format!("Remove `{}` from the suppression", rule.value), edits));
            }
        }
    }
}
