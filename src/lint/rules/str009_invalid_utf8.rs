//! STR009: a file is not UTF-8 text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;
use crate::store::problem::ProblemKind;

pub(super) struct InvalidUtf8;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR009", name: "invalid-utf8" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A file is not UTF-8 text",
    what: "Looks for files whose bytes are not UTF-8: another encoding, or not text at all.",
    why: "\
The model would get replacement characters where the author wrote letters, and each reader puts them elsewhere.",
    how: "Save the file as UTF-8.",
    bad: "\
description: Greets a guest.
messages:
  - role: user
    content: Say hello from the caf\\xE9.
",
    good: "\
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for InvalidUtf8 {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, _cx: &Context<'_>, out: &Sink<'_>) {
        super::report_problems(file, ProblemKind::InvalidUtf8, out);
    }
}
