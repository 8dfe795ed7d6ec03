//! STR011: a key is written in an older spelling.

use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::problem::ProblemKind;
use crate::store::prompt::Dialect;
use crate::store::yaml::{NodeRef, Yaml};
use crate::store::{FileKind, SourceFile};

pub(super) struct LegacyKey;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR011", name: "legacy-key" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Safe),
    summary: "A key is written in an older spelling",
    what: "\
Looks for keys in the spelling of an older version of the file's dialect: `max_tokens` for `maxTokens` in a native prompt, \
the keys of Prompty's first version in a `.prompty` file (only noted: older runtimes want them).",
    why: "\
What reads `.prompt.yml` files passes the older spelling over: a limit of tokens written so does not limit anything.",
    how: "Rename the key to the spelling that is shown.",
    bad: "\
description: Greets a customer.
modelParameters: {max_tokens: 50}
messages:
  - role: user
    content: Say hello.
",
    good: "\
description: Greets a customer.
modelParameters: {maxTokens: 50}
messages:
  - role: user
    content: Say hello.
",
};

/// Older spellings of a native prompt's keys and the ones that are read.
const NEWER: [(&str, &str); 12] = [
    ("frequency_penalty", "frequencyPenalty"),
    ("json_schema", "jsonSchema"),
    ("max_completion_tokens", "maxCompletionTokens"),
    ("max_cost_usd", "maxCostUsd"),
    ("max_prompt_tokens", "maxPromptTokens"),
    ("max_tokens", "maxTokens"),
    ("model_parameters", "modelParameters"),
    ("output_schema", "outputSchema"),
    ("presence_penalty", "presencePenalty"),
    ("response_format", "responseFormat"),
    ("test_data", "testData"),
    ("top_p", "topP"),
];

/// The newer spelling of a native prompt's key.
pub(super) fn newer(key: &str) -> Option<&'static str> {
    // All of them are in snake case, and next to no key is.
    if !key.contains('_') {
        return None;
    }
    let at = NEWER.binary_search_by(|(older, _)| (*older).cmp(key)).ok()?;
    Some(NEWER[at].1)
}

impl Rule for LegacyKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if file.kind != FileKind::Prompt {
            return;
        }
        for problem in file.problems.iter().filter(|problem| problem.kind == ProblemKind::LegacyKey) {
            let finding = out.at(problem.span, problem.message.as_str()).severity(Severity::Info);
            if let Some(help) = &problem.help {
                drop(finding.help(help.as_str()));
            }
        }
        let is_native = || cx.store.prompt_at(&file.path).is_some_and(|prompt| prompt.dialect == Dialect::Native);
        let Some(root) = file.yaml.as_ref().and_then(Yaml::root).filter(|_| is_native()) else { return };
        report(root, &file.text, out);
        for key in ["modelParameters", "model_parameters", "budget"] {
            root.get(key).into_iter().for_each(|node| report(node, &file.text, out));
        }
        for input in root.get("inputs").into_iter().flat_map(NodeRef::entries) {
            report(input.value, &file.text, out);
        }
    }
}

/// Reports the older spellings among the keys of one mapping.
fn report(mapping: NodeRef<'_>, text: &str, out: &Sink<'_>) {
    for entry in mapping.entries() {
        let Some(newer) = newer(entry.key) else { continue };
        let finding = out
            .at(entry.key_span, format!("`{}` is an older spelling of `{newer}`", entry.key))
            .help(format!("write `{newer}`"));
        // With both spellings there somebody has to choose a value.
        if mapping.get(newer).is_none() && entry.key_span.slice(text) == entry.key {
            let edits = vec![Edit { span: entry.key_span, replacement: newer.to_owned() }];
            drop(finding.fix(Applicability::Safe, format!("Rename the key to `{newer}`"), edits));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NEWER.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(newer("top_p"), Some("topP"));
        assert_eq!(newer("topP"), None);
    }
}
