//! TPL016: a template asks for the time or for chance.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::prompt::Prompt;
use crate::store::template::{Syntax, Template, jinja};
use crate::store::{FileKind, SourceFile};

pub(super) struct NondeterministicTemplate;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL016", name: "nondeterministic-template" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A template calls a function that gives another value each time",
    what: "\
Looks for filters and functions that read the clock or draw at random: `random`, `now()`, `lipsum()` and their like.",
    why: "\
The same inputs then give another prompt each time: a failure can't be replayed, a test can't be repeated, and the \
provider's prompt cache never hits.",
    how: "Pass the value as an input: the caller knows the time, and the request's log then has it.",
    bad: "\
description: Greets a customer.
inputs:
  greetings: {type: array, items: {type: string}}
messages:
  - role: user
    content: \"Begin with: {{ greetings | random }}\"
",
    good: "\
description: Greets a customer.
inputs:
  greetings: {type: array, items: {type: string}}
messages:
  - role: user
    content: \"Begin with: {{ greetings | first }}\"
",
};

impl Rule for NondeterministicTemplate {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if let (FileKind::Partial, Some(template)) = (file.kind, &file.template) {
            report(&file.path, template, cx, out);
        }
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for template in &prompt.templates {
            report(&prompt.path, template, cx, out);
        }
    }
}

fn report(path: &StorePath, template: &Template, cx: &Context<'_>, out: &Sink<'_>) {
    if template.syntax != Syntax::Jinja {
        return;
    }
    let calls = template.analysis.calls.iter().filter(|call| jinja::nondeterministic(call.kind, &call.name));
    for call in calls.take(limit::FINDINGS) {
        out.at(cx.place(path, template, call.span), format!("`{}` gives another value each time", call.name))
            .help("pass the value as an input");
    }
}
