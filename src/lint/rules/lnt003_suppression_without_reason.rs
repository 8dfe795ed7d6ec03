//! LNT003: a suppression does not say why.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Sink};
use crate::lint::suppress::{Form, Judged, NameState};
use crate::store::SourceFile;

pub(super) struct SuppressionWithoutReason;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT003", name: "suppression-without-reason" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A suppression does not say why",
    what: "Looks for suppressions that cover a finding and have no `reason`, or an empty one.",
    why: "\
Nobody can tell a considered exception from a silenced alarm, and so nobody dares to remove it.",
    how: "Add `reason=\"...\"`: why the finding is accepted here.",
    bad: "\
# promptyard: allow missing-description
name: Greeting
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

impl Rule for SuppressionWithoutReason {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn suppression(&self, judged: &Judged, _file: &SourceFile, out: &Sink<'_>) {
        let suppression = &judged.suppression;
        let reason = suppression.directive.reason.as_ref();
        if reason.is_some_and(|reason| !reason.value.trim().is_empty()) || !judged.names.contains(&NameState::Used) {
            return;
        }
        let place = reason.map_or(suppression.span, |reason| reason.span);
        let finding = out.at(place, "this suppression does not say why");
        drop(finding.help(match suppression.form {
            Form::Metadata => "add `reason:` with why the finding is accepted",
            Form::YamlComment | Form::TemplateComment => "add `reason=\"...\"` with why the finding is accepted",
        }));
    }
}
