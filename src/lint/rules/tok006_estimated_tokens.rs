//! TOK006: a budget is checked against an estimate.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::tally::count;
use crate::store::prompt::Prompt;
use crate::tokens::bound::{Bound, Cut};
use crate::tokens::tokenizer::{Target, Tokenizer, Tokens};

pub(super) struct EstimatedTokens;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TOK006", name: "estimated-tokens" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "A prompt's budget is checked against an estimate: its model's tokenizer is not known",
    what: "\
Looks for prompts with a `budget` whose model has a tokenizer that is not public or not built in. Their tokens are \
estimated from the text's length and scripts; the note says between which numbers they nearly always are, and why a \
vocabulary that the registry entry names is not used.",
    why: "\
An estimate is no count: a budget that is just held, or just broken, may be the other way round.",
    how: "\
Name the `tokenizer` in the model's registry entry if it is a public one, or put its vocabulary into the store: \
`tokenizer: {file: tokenizers/own.tiktoken, pattern: cl100k_base}`, or a `tokenizer.json` where promptyard was built with \
the feature `tokenizer-json`. Leave some room in the budget if it is neither.",
    bad: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: anthropic
model: claude-sonnet-4-5-20250929
recorded_at: 2026-03-12
context_window: 8000
max_output_tokens: 4000
price: {currency: USD, input_per_million: 1.25, output_per_million: 10.0}
//- prompts/example.prompt.yaml
description: Answers a question from passages.
model: models/chat
budget: {maxPromptTokens: 900}
inputs:
  question: {type: string, maxTokens: 500}
messages:
  - role: user
    content: \"Answer this: <question>{{ question | e }}</question>\"
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
budget: {maxPromptTokens: 900}
inputs:
  question: {type: string, maxTokens: 500}
messages:
  - role: user
    content: \"Answer this: <question>{{ question | e }}</question>\"
",
};

impl Rule for EstimatedTokens {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let budget = &prompt.budget;
        let tokens = budget.max_prompt_tokens.as_ref().map(|budget| budget.span);
        let Some(span) = tokens.or(budget.max_cost_usd.as_ref().map(|budget| budget.span)) else { return };
        let target = Target::of(prompt, cx.store);
        if target.tokenizer.is_exact() {
            return;
        }
        let bound = Bound::of(prompt, cx.store, target, Cut::Messages);
        let Tokens { low, likely, high } = bound.text;
        let message = match target.name {
            Some(name) => format!("this budget is checked against an estimate: the tokenizer of `{name}` is not known"),
            None => "this budget is checked against an estimate: this prompt has no model".to_owned(),
        };
        let mut finding = out
            .at(span, message)
            .note(format!("text ≈{}, between {} and {} tokens", count(likely), count(low), count(high)))
            .help("name the `tokenizer` in the model's registry entry if it is a public one");
        if let Some(reason) = target.model.and_then(|model| Tokenizer::why_estimated(model, cx.store)) {
            finding = finding.note(reason);
        }
        drop(finding);
    }
}
