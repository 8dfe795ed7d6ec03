//! PII001: a mail address of a person stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct EmailAddress;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII001", name: "email-address" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A mail address of a person stands in a text",
    what: "\
Looks for mail addresses. Not found are addresses at `example.com` and its kin, at invented companies that \
documentation uses, of nobody in particular (`noreply@`, `support@`), and in `owners` and `authors`, which say whom to \
ask.",
    why: sensitive::WHY_PERSONAL,
    how: "\
Write an address at `example.com`, or pass it in as an input.",
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Send complaints to anna.berg@web.de.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Send complaints to anna.berg@example.com.
",
};

impl Rule for EmailAddress {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::EmailAddress);
    }
}
