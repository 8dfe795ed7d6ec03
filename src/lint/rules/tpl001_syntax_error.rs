//! TPL001: a template does not parse.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::prompt::Prompt;
use crate::store::template::Template;
use crate::store::{FileKind, SourceFile};

pub(super) struct SyntaxError;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL001", name: "syntax-error" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A template does not parse",
    what: "\
Parses every template with its own language: Jinja in native prompts and `.prompty`, Handlebars in `.prompt`, and so \
on. What the language's own parser rejects is an error. Text that it accepts but that is most likely a slip, such as \
a lone `}}`, is a warning.",
    why: "\
The prompt fails when it is rendered, which is when a user waits for an answer. A slip that the parser accepts is \
sent to the model as it stands.",
    how: "\
Mend the tag under the caret. To show braces to the model, write `{{ '{{' }}` or a `{% raw %}` block in Jinja.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }}\"
",
};

impl Rule for SyntaxError {
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
    for error in template.analysis.errors.iter().take(limit::FINDINGS) {
        let severity = if error.fatal { Severity::Error } else { Severity::Warning };
        let finding = out.at(cx.place(path, template, error.span), error.message.as_str()).severity(severity);
        if let Some(help) = &error.help {
            finding.help(help.as_str());
        }
    }
}
