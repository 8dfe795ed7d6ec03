//! TOK004: a call may cost more than the prompt's author allows.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::tally::{count, notes, said};
use crate::store::prompt::Prompt;
use crate::tokens::bound::{Bound, Cut, at_most, output_limit};
use crate::tokens::report::cost;
use crate::tokens::tokenizer::{Target, Tokens};

pub(super) struct OverCostBudget;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TOK004", name: "over-cost-budget" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A call may cost more than the prompt's budget",
    what: "\
Takes the price of the worst case of the prompt, and of the longest answer that it allows, from the model's registry \
entry, and compares the sum with `budget: {maxCostUsd: ...}`. Silent where the price is in another currency.",
    why: "\
The budget is what somebody has calculated with. A dearer model or a longer input breaks it in silence, and the \
invoice says so a month later.",
    how: "Use a cheaper model, limit the inputs or the answer, or raise the budget.",
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
modelParameters: {maxTokens: 600}
budget: {maxCostUsd: 0.005}
inputs:
  question: {type: string, maxTokens: 500}
  passages: {type: string, maxTokens: 3000}
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
modelParameters: {maxTokens: 600}
budget: {maxCostUsd: 0.02}
inputs:
  question: {type: string, maxTokens: 500}
  passages: {type: string, maxTokens: 3000}
messages:
  - role: user
    content: \"<passages>{{ passages | e }}</passages> <question>{{ question | e }}</question>\"
",
};

impl Rule for OverCostBudget {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(budget) = &prompt.budget.max_cost_usd else { return };
        let target = Target::of(prompt, cx.store);
        let Some(price) = target.model.and_then(|model| model.price.as_ref()) else { return };
        if price.currency != "USD" {
            return;
        }
        let answer = output_limit(prompt).map_or(0, |limit| limit.value);
        let is_within = |tokens: u64| cost(price, Tokens::exactly(tokens), answer).per_call() <= budget.value;
        if at_most(prompt, cx.store, target.tokenizer).is_some_and(is_within) {
            return;
        }
        let bound = Bound::of(prompt, cx.store, target, Cut::Messages);
        let known = bound.known();
        if is_within(known.low) {
            return;
        }
        let whole = cost(price, known, answer);
        let (per_call, allowed) = (whole.per_call(), budget.value);
        let about = if whole.is_exact { "" } else { "≈" };
        let mut finding = out.at(
            budget.span,
            format!("a call may cost {about}${per_call:.4}, more than this prompt's budget of ${allowed}"),
        );
        finding = finding.note(format!(
            "prompt ${:.4} for {} tokens + answer ${:.4} for {} tokens",
            whole.prompt,
            said(known),
            whole.answer,
            count(answer)
        ));
        for note in notes(&bound) {
            finding = finding.note(note);
        }
        drop(finding.help("use a cheaper model, limit the inputs or the answer, or raise the budget"));
    }
}
