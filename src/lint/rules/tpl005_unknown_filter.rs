//! TPL005: a template calls a filter that nobody is known to provide.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::calls;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;
use crate::store::template::CallKind;
use crate::store::{FileKind, SourceFile};

pub(super) struct UnknownFilter;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL005", name: "unknown-filter" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A template calls a filter that neither the language nor the store's configuration has",
    what: "\
Checks every `value | name` of a Jinja template against the filters that Jinja and the rendering engine have, and \
those that the store lists under `templates.filters`. Where the store has no configuration the finding is a warning, \
because nobody has said what the application adds.",
    why: "The prompt fails when it is rendered, which is when a user waits for an answer.",
    how: "\
Use one of the engine's filters, or, if the application registers its own, list it: `templates: {filters: \
[upercase]}` in promptyard.yaml.",
    bad: "\
//- promptyard.yaml
version: 1
//- prompts/example.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: <question>{{ question | e | upercase }}</question>\"
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
    content: \"Answer this: <question>{{ question | e | upper }}</question>\"
",
};

impl Rule for UnknownFilter {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if let (FileKind::Partial, Some(template)) = (file.kind, &file.template) {
            calls::report_unknown(CallKind::Filter, &file.path, template, cx, out);
        }
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for template in &prompt.templates {
            calls::report_unknown(CallKind::Filter, &prompt.path, template, cx, out);
        }
    }
}
