//! SEC003: a signed token stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct JsonWebToken;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SEC003", name: "json-web-token" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A signed token stands in a text",
    what: "\
Looks for JSON web tokens whose head and claims decode. Not found is the example that the format's own site shows.",
    why: sensitive::WHY_SECRET,
    how: sensitive::HOW_SECRET,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Authenticate with ⟦a JSON web token⟧ first.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Authenticate with your token first.
",
};

impl Rule for JsonWebToken {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::JsonWebToken);
    }
}
