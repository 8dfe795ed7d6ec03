//! PII005: a US social security number stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct UsSsn;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII005", name: "us-ssn" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A US social security number stands in a text",
    what: "\
Looks for social security numbers and ITINs in the ranges that are given out, written with hyphens or after a word \
that names them. Not found are numbers that were voided because they were printed in advertisements.",
    why: sensitive::WHY_PERSONAL,
    how: sensitive::HOW_PERSONAL,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The caller has SSN 474-49-7577.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The caller has SSN 078-05-1120.
",
};

impl Rule for UsSsn {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::UsSsn);
    }
}
