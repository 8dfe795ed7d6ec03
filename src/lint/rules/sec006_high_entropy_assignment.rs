//! SEC006: a random value is assigned to a name like that of a secret.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct HighEntropyAssignment;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SEC006", name: "high-entropy-assignment" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A random value is assigned to a name like that of a secret",
    what: "\
Looks for values that are random (by how little they have in common with words and identifiers) after names such as \
`api_key`, `client_secret` or `token`. Hashes, identifiers, paths and placeholders are none.",
    why: sensitive::WHY_SECRET,
    how: sensitive::HOW_SECRET,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      client_secret = '⟦a random value⟧'
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      client_secret = '${CLIENT_SECRET}'
",
};

impl Rule for HighEntropyAssignment {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::HighEntropyAssignment);
    }
}
