//! STR010: a file is over the size limit and was not read.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;
use crate::store::problem::ProblemKind;

pub(super) struct FileTooLarge;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR010", name: "file-too-large" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A file is over the size limit and was not read",
    what: "Looks for files over `lint.max_file_bytes` (1 MiB where it is not set).",
    why: "\
A file that was not read was not checked: a release would let it pass unseen. Prompts of that size are mostly data \
that was saved at the wrong place.",
    how: "\
Move data out of the prompt, raise `lint.max_file_bytes` in `promptyard.yaml`, or leave the file out of `sources`.",
    bad: "\
//- promptyard.yaml
version: 1
lint: {max_file_bytes: 64}
//- prompts/example.prompt.yaml
description: Greets a customer in a rather long-winded way.
messages:
  - role: user
    content: Say hello.
",
    good: "\
//- promptyard.yaml
version: 1
lint: {max_file_bytes: 640}
//- prompts/example.prompt.yaml
description: Greets a customer in a rather long-winded way.
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for FileTooLarge {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, _cx: &Context<'_>, out: &Sink<'_>) {
        super::report_problems(file, ProblemKind::FileTooLarge, out);
    }
}
