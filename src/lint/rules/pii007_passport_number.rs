//! PII007: a passport number stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct PassportNumber;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII007", name: "passport-number" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A passport number stands in a text",
    what: "\
Looks for what follows a word for 'passport number' and has the form of one.",
    why: sensitive::WHY_PERSONAL,
    how: sensitive::HOW_PERSONAL,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The traveller has passport number: L8923417.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The traveller has a passport number.
",
};

impl Rule for PassportNumber {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::PassportNumber);
    }
}
