//! SEC005: a connection string with a password or key stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct ConnectionString;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SEC005", name: "connection-string" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A connection string with a password or key stands in a text",
    what: "\
Looks for connection strings of databases and clouds that have a password or key (`Password=`, `AccountKey=`, \
`SharedAccessKey=`).",
    why: sensitive::WHY_SECRET,
    how: sensitive::HOW_SECRET,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Use this: Server=db1;User Id=app;Password=⟦a password⟧;Encrypt=true
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Use Server=db1;User Id=app;Encrypt=true and nothing else.
",
};

impl Rule for ConnectionString {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::ConnectionString);
    }
}
