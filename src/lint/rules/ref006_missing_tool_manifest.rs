//! REF006: a prompt names a tool manifest that the store does not have.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::references;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::{Prompt, ToolRef};

pub(super) struct MissingToolManifest;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "REF006", name: "missing-tool-manifest" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt names a tool manifest that the store does not have",
    what: "\
Resolves the files that `tools` names: from the store's root, then from the prompt's folder. Tools that are defined \
in the prompt's own file are none.",
    why: "The model is never offered the tool that the text tells it to call.",
    how: "Correct the path, or add the file.",
    bad: "\
description: Answers a question.
tools: [tools/order-lookpu.json]
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }}\"
",
    good: "\
//- tools/order-lookup.json
{\"name\": \"order_lookup\", \"description\": \"Finds an order.\", \"parameters\": {\"type\": \"object\"}}
//- prompts/example.prompt.yaml
description: Answers a question.
tools: [tools/order-lookup.json]
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }}\"
",
};

impl Rule for MissingToolManifest {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for tool in &prompt.tools {
            if let ToolRef::File(reference) = tool {
                references::report_missing(reference, "tool manifest", &prompt.path, cx, out);
            }
        }
    }
}
