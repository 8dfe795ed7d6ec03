//! STR003: a mapping has a key twice.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;
use crate::store::problem::ProblemKind;

pub(super) struct DuplicateKey;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR003", name: "duplicate-key" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A mapping has a key twice",
    what: "Looks for keys that stand twice in one mapping.",
    why: "\
YAML forbids it and readers differ: some take the first value, some the last. Which one is live depends on who \
reads the file; after a merge that kept both sides this is how a change gets lost.",
    how: "Keep one of the two entries.",
    bad: "\
description: Greets a customer.
description: Says hello to a customer.
messages:
  - role: user
    content: Say hello.
",
    good: "\
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for DuplicateKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, _cx: &Context<'_>, out: &Sink<'_>) {
        super::report_problems(file, ProblemKind::DuplicateKey, out);
    }
}
