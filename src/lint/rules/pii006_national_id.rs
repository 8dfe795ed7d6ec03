//! PII006: a number that a state gives to a person stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct NationalId;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII006", name: "national-id" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A number that a state gives to a person stands in a text",
    what: "\
Looks for identity, tax and health numbers of about thirty countries, each with its check digits, or, where a number \
has none that tell enough, after a word that names it.",
    why: sensitive::WHY_PERSONAL,
    how: sensitive::HOW_PERSONAL,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Her DNI is 48293715V.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Her DNI is in the attached form.
",
};

impl Rule for NationalId {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| matches!(kind, Kind::NationalId(_)));
    }
}
