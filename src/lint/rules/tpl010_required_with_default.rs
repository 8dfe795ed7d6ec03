//! TPL010: an input is required and has a default.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;

pub(super) struct RequiredWithDefault;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL010", name: "required-with-default" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "An input is required and has a default that can never be used",
    what: "Looks for inputs that say `required: true` and give a `default`.",
    why: "\
The two contradict each other. A caller who leaves the input out either fails or gets a value, depending on which \
line the code that reads the prompt looks at first.",
    how: "\
Remove `required: true` if the default is meant, else remove the default (a value to try the prompt with is an \
`example`).",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
  tone: {type: string, required: true, default: warm}
messages:
  - role: user
    content: \"Answer in a {{ tone }} tone: {{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
  tone: {type: string, default: warm}
messages:
  - role: user
    content: \"Answer in a {{ tone }} tone: {{ question }}\"
",
};

impl Rule for RequiredWithDefault {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, _cx: &Context<'_>, out: &Sink<'_>) {
        for input in &prompt.inputs {
            if let (true, Some(place), Some(default)) = (input.required, input.required_span, &input.default)
                && !default.value.is_null()
            {
                out.at(place, format!("the input `{}` is required, so its default is never used", input.name.value))
                    .label(default.span, "the default")
                    .help("remove one of the two");
            }
        }
    }
}
