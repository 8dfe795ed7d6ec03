//! LNT006: a file could not be analysed.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;
use crate::store::problem::ProblemKind;

pub(super) struct NotAnalysed;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT006", name: "not-analysed" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A file could not be analysed",
    what: "\
Looks for files of the store that could not be read, symbolic links, and files that reach a limit on depth or size \
of their data.",
    why: "A gate that cannot look must fail: an unreadable file is no clean file.",
    how: "Make the file readable, put the file itself where a link is, or nest its data less.",
    bad: "\
description: Greets a customer.
x-deep: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
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

impl Rule for NotAnalysed {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, _cx: &Context<'_>, out: &Sink<'_>) {
        super::report_problems(file, ProblemKind::NotAnalysed, out);
    }
}
