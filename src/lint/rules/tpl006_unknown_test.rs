//! TPL006: a template calls a test that nobody is known to provide.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::calls;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;
use crate::store::template::CallKind;
use crate::store::{FileKind, SourceFile};

pub(super) struct UnknownTest;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL006", name: "unknown-test" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A template calls a test that neither the language nor the store's configuration has",
    what: "\
Checks every `value is name` of a Jinja template against the tests that Jinja and the rendering engine have, and \
those that the store lists under `templates.tests`. Where the store has no configuration the finding is a warning, \
because nobody has said what the application adds.",
    why: "The prompt fails when it is rendered, which is when a user waits for an answer.",
    how: "\
Use one of the engine's tests, or, if the application registers its own, list it: `templates: {tests: [german]}` in \
promptyard.yaml.",
    bad: "\
//- promptyard.yaml
version: 1
//- prompts/example.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {% if question is defned %}<question>{{ question | e }}</question>{% endif %}\"
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
    content: \"Answer this: {% if question is defined %}<question>{{ question | e }}</question>{% endif %}\"
",
};

impl Rule for UnknownTest {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if let (FileKind::Partial, Some(template)) = (file.kind, &file.template) {
            calls::report_unknown(CallKind::Test, &file.path, template, cx, out);
        }
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for template in &prompt.templates {
            calls::report_unknown(CallKind::Test, &prompt.path, template, cx, out);
        }
    }
}
