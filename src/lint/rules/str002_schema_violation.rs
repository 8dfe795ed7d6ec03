//! STR002: a value does not match the published schema of its file.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::published::place;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;
use crate::store::problem::ProblemKind;
use crate::store::schema::ViolationKind;
use crate::text::Span;

pub(super) struct SchemaViolation;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR002", name: "schema-violation" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A value does not have the type or shape that its key wants",
    what: "\
Checks every file of the store against the published schema of its kind (`promptyard schema`): types, required keys, \
allowed values, bounds. Front matter of other dialects is checked by that dialect's reader.",
    why: "\
A value of the wrong type is passed over or read as something else: a temperature written as text is no temperature, and \
the call runs with the provider's default.",
    how: "Give the value the type that is named. The schema's descriptions say what each key is for.",
    bad: "\
description: Greets a customer.
modelParameters: {temperature: warm}
messages:
  - role: user
    content: Say hello.
",
    good: "\
description: Greets a customer.
modelParameters: {temperature: 0.7}
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for SchemaViolation {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        let mut said: Vec<Span> = Vec::new();
        if let Some(yaml) = &file.yaml {
            let violations = cx.violations(file);
            let of_values = violations.iter().filter(|one| !matches!(one.kind, ViolationKind::UnknownKey { .. }));
            for violation in of_values {
                let span = place(violation, yaml);
                let finding = out.at(span, violation.message.as_str());
                if let Some(help) = &violation.help {
                    drop(finding.help(help.as_str()));
                }
                said.push(span);
            }
        }
        if !file.is_legible() {
            return;
        }
        let problems = file.problems.iter().filter(|problem| problem.kind == ProblemKind::WrongShape);
        for problem in problems {
            // A reader and the schema may mind the same value; the schema has said it.
            let touches = |span: &Span| span.start < problem.span.end && problem.span.start < span.end;
            if !said.iter().any(touches) {
                super::report_problem(problem, out);
            }
        }
    }
}
