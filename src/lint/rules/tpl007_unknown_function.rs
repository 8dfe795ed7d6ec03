//! TPL007: a template calls a function that nobody is known to provide.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::calls;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;
use crate::store::template::CallKind;
use crate::store::{FileKind, SourceFile};

pub(super) struct UnknownFunction;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL007", name: "unknown-function" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A template calls a function that neither the language nor the store's configuration has",
    what: "\
Checks every `name(...)` of a Jinja template, and every helper of a Handlebars template, against those that the \
language and its runtime have, and those that the store lists under `templates.functions`. Where the store has no \
configuration the finding is a warning, because nobody has said what the application adds.",
    why: "The prompt fails when it is rendered, which is when a user waits for an answer.",
    how: "\
Pass the value as an input, or, if the application registers the function, list it: `templates: {functions: \
[shop_name]}` in promptyard.yaml.",
    bad: "\
//- promptyard.yaml
version: 1
//- prompts/example.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ shop_name() }} <question>{{ question | e }}</question>\"
",
    good: "\
//- promptyard.yaml
version: 1
//- prompts/example.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {% for turn in range(2) %}<question>{{ question | e }}</question>{% endfor %}\"
",
};

impl Rule for UnknownFunction {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if let (FileKind::Partial, Some(template)) = (file.kind, &file.template) {
            calls::report_unknown(CallKind::Function, &file.path, template, cx, out);
        }
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for template in &prompt.templates {
            calls::report_unknown(CallKind::Function, &prompt.path, template, cx, out);
        }
    }
}
