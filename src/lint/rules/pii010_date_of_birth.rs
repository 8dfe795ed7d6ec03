//! PII010: a date of birth stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct DateOfBirth;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII010", name: "date-of-birth" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A date of birth stands in a text",
    what: "\
Looks for dates after a word that says that somebody was born then.",
    why: sensitive::WHY_PERSONAL,
    how: sensitive::HOW_PERSONAL,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The patient, date of birth: 1987-11-03, is allergic.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The patient is allergic.
",
};

impl Rule for DateOfBirth {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::DateOfBirth);
    }
}
