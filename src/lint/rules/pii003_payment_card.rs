//! PII003: the number of a payment card stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct PaymentCard;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII003", name: "payment-card" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "The number of a payment card stands in a text",
    what: "\
Looks for card numbers with a known issuer, the issuer's length and a right check digit (Luhn). Not found are the test \
numbers that payment providers document.",
    why: sensitive::WHY_PERSONAL,
    how: "\
Write a test number that a payment provider documents, such as 4242 4242 4242 4242.",
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The customer paid with 4556 7375 8689 9855.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The customer paid with 4242 4242 4242 4242.
",
};

impl Rule for PaymentCard {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::PaymentCard);
    }
}
