//! PII002: a phone number stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct PhoneNumber;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII002", name: "phone-number" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A phone number stands in a text",
    what: "\
Looks for phone numbers with a country code, in the national form of a configured region (`lint.sensitive.regions`), \
or after a word such as 'phone'. Not found are numbers that are reserved for fiction, such as 555-0100 to 555-0199, \
and service numbers.",
    why: sensitive::WHY_PERSONAL,
    how: "\
Write a number that is reserved for fiction, or pass it in as an input.",
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Call our agent at (602) 272-9781.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Call our agent at (602) 555-0123.
",
};

impl Rule for PhoneNumber {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::PhoneNumber);
    }
}
