//! LNT002: a suppression is past its last day.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::suppress::{Judged, Standing, standing};
use crate::store::SourceFile;

pub(super) struct ExpiredWaiver;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT002", name: "expired-waiver" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A suppression or waiver is past its last day",
    what: "\
Looks for suppressions, and waivers of policies, whose `until` is before today, or is not a date (`YYYY-MM-DD`). They no \
longer hold: what they covered is reported again.",
    why: "\
Whoever set the date wanted the matter to come back. A date that does not exist would keep it away for ever.",
    how: "Mend what was suppressed and remove the suppression, or agree on a new date.",
    bad: "\
# promptyard: allow missing-description reason=\"its author is away\" until=2026-01-31
name: Greeting
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
    good: "\
# promptyard: allow missing-description reason=\"its author is away\" until=2999-01-31
name: Greeting
messages:
  - role: user
    content: Say hello.
",
};

const MEND: &str = "mend what it covered and remove it, or agree on a new date";
const WRITE_A_DATE: &str = "write the last day on which it holds as YYYY-MM-DD";

impl Rule for ExpiredWaiver {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for policy in cx.store.policies() {
            for waiver in &policy.waivers {
                let Some(until) = &waiver.until else { continue };
                let (message, help) = match standing(Some(until), cx.today) {
                    Standing::Holds => continue,
                    Standing::Expired => (format!("this waiver held until {}", until.value), MEND),
                    Standing::NotADate => {
                        (format!("`{}` is not a date, so this waiver does not hold", until.value), WRITE_A_DATE)
                    }
                };
                drop(out.in_file(&policy.path, until.span, message).help(help));
            }
        }
    }

    fn suppression(&self, judged: &Judged, _file: &SourceFile, out: &Sink<'_>) {
        let Some(until) = &judged.suppression.directive.until else { return };
        match judged.standing {
            Standing::Holds => {}
            Standing::Expired => {
                let finding = out.at(until.span, format!("this suppression held until {}", until.value));
                drop(finding.help(MEND));
            }
            Standing::NotADate => {
                let finding =
                    out.at(until.span, format!("`{}` is not a date, so this suppression does not hold", until.value));
                drop(finding.help(WRITE_A_DATE));
            }
        }
    }
}
