//! REF005: a prompt names a schema file that the store does not have.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::references;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::{Prompt, SchemaSource};

pub(super) struct MissingSchemaFile;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "REF005", name: "missing-schema-file" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt names a schema file that the store does not have",
    what: "Resolves the file that `outputSchema` names: from the store's root, then from the prompt's folder.",
    why: "\
Answers are then not checked, or every call fails, depending on who reads the key. A release without the schema would \
not say what the prompt answers.",
    how: "Correct the path, or add the file.",
    bad: "\
description: Answers a question.
outputSchema: schemas/anwser.json
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }}\"
",
    good: "\
//- schemas/answer.json
{\"type\": \"object\"}
//- prompts/example.prompt.yaml
description: Answers a question.
outputSchema: schemas/answer.json
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }}\"
",
};

impl Rule for MissingSchemaFile {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if let Some(SchemaSource::File(reference)) = &prompt.output_schema {
            references::report_missing(reference, "schema file", &prompt.path, cx, out);
        }
    }
}
