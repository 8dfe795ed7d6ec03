//! STR005: a prompt has no text at all.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;
use crate::store::problem::ProblemKind;
use crate::store::prompt::Dialect;

pub(super) struct EmptyPrompt;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR005", name: "empty-prompt" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt has no text at all",
    what: "Looks for prompts without messages, and for those whose messages are all empty. A plain text file without \
           text is a note only: it may be a place that is kept free.",
    why: "The model would be called with nothing, which costs money and answers anything.",
    how: "Write the prompt, or remove the file.",
    bad: "\
description: Greets a customer.
messages: []
",
    good: "\
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for EmptyPrompt {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        // A text file is a prompt by its place alone: an empty `user.md` may well be a place that is kept free.
        let is_text = cx.store.prompt_at(&file.path).is_some_and(|prompt| prompt.dialect == Dialect::Text);
        for problem in file.problems.iter().filter(|problem| problem.kind == ProblemKind::EmptyPrompt) {
            let finding = super::report_problem(problem, out);
            drop(if is_text { finding.severity(Severity::Info) } else { finding });
        }
    }
}
