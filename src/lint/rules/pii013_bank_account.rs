//! PII013: the routing number of a bank account stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct BankAccount;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII013", name: "bank-account" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "The routing number of a bank account stands in a text",
    what: "\
Looks for US routing numbers with a right check digit after a word that names them.",
    why: sensitive::WHY_PERSONAL,
    how: sensitive::HOW_PERSONAL,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Wire it with routing number 021000021.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Wire it with the routing number on file.
",
};

impl Rule for BankAccount {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::BankAccount);
    }
}
