//! EVL005: a case does not fit the prompt that its suite measures.

use std::collections::BTreeMap;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::suggest::nearest;
use crate::store::SourceFile;
use crate::store::prompt::{Contract, Input, Prompt};
use crate::store::suite::{Content, Suite};
use crate::text::Spanned;

pub(super) struct CaseInputMismatch;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "EVL005", name: "case-input-mismatch" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A case lacks an input that the suite's prompt requires",
    what: "\
Compares the inputs of each case with those that the suite's prompts declare: a required one without a default has to \
be there. A suite that names a prompt which the store lacks is reported too.",
    why: "\
The case fails to render in the strict engine, or is rendered with a gap by a lenient one, and then measures another \
prompt than the one that users get.",
    how: "Give the case the input, or give the prompt's input a default.",
    bad: "\
//- promptyard.yaml
version: 1
//- prompts/answer.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - {role: user, content: \"<question>{{ question | e }}</question>\"}
//- suites/support.yaml
description: Questions that must be answered well.
prompt: prompts/answer
cases:
  - {name: parcel, inputs: {question: Where is my parcel?}}
  - {name: opening, inputs: {question: When do you open?}}
  - {name: pianos, inputs: {question: Do you sell pianos?}}
  - {name: paying, inputs: {question: Can I pay later?}}
  - {name: returning, inputs: {qestion: How do I return shoes?}}
thresholds: {pass_rate: 0.95}
",
    good: "\
//- promptyard.yaml
version: 1
//- prompts/answer.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - {role: user, content: \"<question>{{ question | e }}</question>\"}
//- suites/support.yaml
description: Questions that must be answered well.
prompt: prompts/answer
cases:
  - {name: parcel, inputs: {question: Where is my parcel?}}
  - {name: opening, inputs: {question: When do you open?}}
  - {name: pianos, inputs: {question: Do you sell pianos?}}
  - {name: paying, inputs: {question: Can I pay later?}}
  - {name: returning, inputs: {question: How do I return shoes?}}
thresholds: {pass_rate: 0.95}
",
};

impl Rule for CaseInputMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for suite in cx.store.suites() {
            let is_legible = |prompt: &Prompt| cx.store.file(&prompt.path).is_some_and(SourceFile::is_legible);
            // The first prompt that requires an input speaks for it.
            let mut required: BTreeMap<&str, &Prompt> = BTreeMap::new();
            for id in &suite.prompts {
                match cx.store.prompt_called(&id.value) {
                    None => report_unknown(id, suite, cx, out),
                    Some(prompt) if prompt.contract == Contract::Declared && is_legible(prompt) => {
                        for input in prompt.inputs.iter().filter(|input| is_needed(input)) {
                            required.entry(input.name.value.as_str()).or_insert(prompt);
                        }
                    }
                    Some(_) => {}
                }
            }
            if !required.is_empty() {
                report_lacking(suite, &required, cx, out);
            }
        }
    }
}

fn is_needed(input: &Input) -> bool {
    input.required && input.default.is_none() && !input.used_by_metadata
}

fn report_unknown(id: &Spanned<String>, suite: &Suite, cx: &Context<'_>, out: &Sink<'_>) {
    let mut finding = out.in_file(&suite.path, id.span, format!("the store has no prompt `{}`", id.value));
    if let Some(meant) = nearest(&id.value, cx.store.prompts().iter().map(|prompt| prompt.id.as_str())) {
        finding = finding.note_at_span(format!("did you mean `{meant}`?"));
    }
    drop(finding.help("name the prompt by its path from the store's root, without the extension"));
}

fn report_lacking(suite: &Suite, required: &BTreeMap<&str, &Prompt>, cx: &Context<'_>, out: &Sink<'_>) {
    let mut said = 0;
    for (path, case) in cx.store.cases_of(suite) {
        let Content::Inputs(given) = &case.content else { continue };
        for (name, prompt) in required.iter().filter(|(name, _)| !given.contains_key(**name)) {
            let message = format!("this case lacks the input `{name}`, which `{}` requires", prompt.id);
            let mut finding = out.in_file(path, case.head, message);
            let others = given.keys().map(String::as_str).filter(|given| !required.contains_key(given));
            if let Some(meant) = nearest(name, others) {
                finding = finding.note(format!("it has `{meant}`"));
            }
            drop(finding.help(format!("add `{name}` to its inputs, or give the prompt's input a default")));
            said += 1;
            if said == limit::FINDINGS {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn required_inputs_have_to_be_there_in_every_case() {
        let store = "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
inputs: {q: {}, tone: {default: warm}, more: {required: false}}
messages: [{role: user, content: '{{ q }} {{ tone }} {{ more }}'}]
//- suites/a.yaml
prompts: [prompts/a, prompts/b]
cases: [{q: 1}, {inputs: {tone: x}}]
data: b.jsonl
//- suites/b.jsonl
{\"q\": 2}
{\"tone\": \"x\"}
";
        assert_eq!(
            found("EVL005", store),
            [
                "error suites/a.yaml:1 the store has no prompt `prompts/b`",
                "error suites/a.yaml:2 this case lacks the input `q`, which `prompts/a` requires",
                "error suites/b.jsonl:2 this case lacks the input `q`, which `prompts/a` requires",
            ]
        );
    }
}
