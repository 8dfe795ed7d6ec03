//! TOK002: a prompt and its answer may not fit into the model's context window.

use std::fmt::Write as _;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::tally::{count, notes, said};
use crate::store::prompt::Prompt;
use crate::tokens::bound::{Bound, Cut, at_most, output_limit};
use crate::tokens::tokenizer::Target;

pub(super) struct OverContextWindow;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TOK002", name: "over-context-window" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt and its answer may not fit into the model's context window",
    what: "\
Adds the worst case of the prompt and the most tokens of its answer (`modelParameters: {maxTokens: ...}`), and compares \
the sum with the `context_window` of the model's registry entry.",
    why: "\
The provider refuses the call, or something in between cuts the prompt: usually its end, which is the question.",
    how: "Lower an input's `maxTokens`, shorten the text, ask for a shorter answer, or use a model with a larger window.",
    bad: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
recorded_at: 2026-03-12
tokenizer: o200k_base
context_window: 8000
max_output_tokens: 4000
price: {currency: USD, input_per_million: 1.25, output_per_million: 10.0}
//- prompts/example.prompt.yaml
description: Answers a question from passages.
model: models/chat
modelParameters: {maxTokens: 2000}
inputs:
  question: {type: string, maxTokens: 500}
  passages: {type: string, maxTokens: 6000}
messages:
  - role: user
    content: \"<passages>{{ passages | e }}</passages> <question>{{ question | e }}</question>\"
",
    good: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
recorded_at: 2026-03-12
tokenizer: o200k_base
context_window: 8000
max_output_tokens: 4000
price: {currency: USD, input_per_million: 1.25, output_per_million: 10.0}
//- prompts/example.prompt.yaml
description: Answers a question from passages.
model: models/chat
modelParameters: {maxTokens: 2000}
inputs:
  question: {type: string, maxTokens: 500}
  passages: {type: string, maxTokens: 3000}
messages:
  - role: user
    content: \"<passages>{{ passages | e }}</passages> <question>{{ question | e }}</question>\"
",
};

impl Rule for OverContextWindow {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let target = Target::of(prompt, cx.store);
        let Some(model) = target.model else { return };
        let Some(window) = &model.context_window else { return };
        let answer = output_limit(prompt).map_or(0, |limit| limit.value);
        if at_most(prompt, cx.store, target.tokenizer).is_some_and(|most| most.saturating_add(answer) <= window.value) {
            return;
        }
        let bound = Bound::of(prompt, cx.store, target, Cut::Messages);
        let known = bound.known();
        if known.low.saturating_add(answer) <= window.value {
            return;
        }
        let (prompt_tokens, window) = (said(known), count(window.value));
        let mut message = format!("the worst case of {prompt_tokens} tokens");
        if answer > 0 {
            let _ = write!(message, " and an answer of {}", count(answer));
        }
        let _ = write!(message, " do not fit into the {window} tokens of `{}`", model.id);
        let place = prompt.model.as_ref().map_or(prompt.head, |model| model.span);
        let mut finding = out.at(place, message);
        for note in notes(&bound) {
            finding = finding.note(note);
        }
        drop(finding.help("lower an input's `maxTokens`, shorten the text, or use a model with a larger window"));
    }
}
