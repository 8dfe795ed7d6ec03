//! SEC004: a web address with a password stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct UrlCredentials;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SEC004", name: "url-credentials" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A web address with a password stands in a text",
    what: "\
Looks for user and password before the host of an address. Not found are placeholders and what everybody knows \
(`user:password@localhost`).",
    why: sensitive::WHY_SECRET,
    how: sensitive::HOW_SECRET,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Read the orders from https://deploy:⟦a random value⟧@packages.acme-retail.io/main once.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Read the orders from https://db.example.com/main once.
",
};

impl Rule for UrlCredentials {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::UrlCredentials);
    }
}
