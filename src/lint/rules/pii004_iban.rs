//! PII004: an international bank account number stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct Iban;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII004", name: "iban" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "An international bank account number stands in a text",
    what: "\
Looks for IBANs with their country's length and right check digits (ISO 7064, mod 97). Not found are the examples that \
the registry and banks publish.",
    why: sensitive::WHY_PERSONAL,
    how: "\
Write an example that is published, such as GB82 WEST 1234 5698 7654 32.",
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Refunds go to GB56 HXDO 8816 7774 6561 19.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Refunds go to GB82 WEST 1234 5698 7654 32.
",
};

impl Rule for Iban {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::Iban);
    }
}
