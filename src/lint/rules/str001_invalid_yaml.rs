//! STR001: a file is not valid YAML or JSON.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;
use crate::store::problem::ProblemKind;

pub(super) struct InvalidYaml;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR001", name: "invalid-yaml" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A file is not valid YAML or JSON",
    what: "Looks for files and front matter that do not parse as YAML 1.2; JSON is YAML too.",
    why: "\
Nothing after the mistake is read: the prompt has no messages, the model no provider. Every other check of the file \
is off until it parses.",
    how: "\
Mend the file at the place that is shown. Text with `: `, ` #`, or a `{` or `[` at its start needs quotes or a \
block (`|`).",
    bad: "\
description: Greets a customer.
messages: [
",
    good: "\
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for InvalidYaml {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, _cx: &Context<'_>, out: &Sink<'_>) {
        super::report_problems(file, ProblemKind::InvalidYaml, out);
    }
}
