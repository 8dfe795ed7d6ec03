//! PII011: a street address stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct StreetAddress;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII011", name: "street-address" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "A street address stands in a text",
    what: "\
Looks for a number and a street after a word that says that somebody lives there.",
    why: sensitive::WHY_PERSONAL,
    how: sensitive::HOW_PERSONAL,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      My address is 11 Souterhead Road, Dyce.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      My address is 123 Main Street, Anytown.
",
};

impl Rule for StreetAddress {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::StreetAddress);
    }
}
