//! TOK007: a prompt asks for a longer answer than its model gives.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::tally::count;
use crate::store::prompt::Prompt;
use crate::tokens::bound::output_limit;
use crate::tokens::tokenizer::Target;

pub(super) struct OutputLimitTooHigh;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TOK007", name: "output-limit-too-high" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt asks for a longer answer than its model gives",
    what: "\
Compares the most tokens of an answer in the prompt's model parameters (`maxTokens` and its other spellings) with \
`max_output_tokens` of the model's registry entry.",
    why: "\
The provider refuses the call. It is found when the prompt is first used, or, where the model comes from a route, when \
another model is put behind it.",
    how: "Lower the limit, or use a model that gives longer answers.",
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
modelParameters: {maxTokens: 6000}
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
modelParameters: {maxTokens: 600}
inputs:
  question: {type: string, maxTokens: 500}
messages:
  - role: user
    content: \"Answer this: <question>{{ question | e }}</question>\"
",
};

impl Rule for OutputLimitTooHigh {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(limit) = output_limit(prompt) else { return };
        let Some(model) = Target::of(prompt, cx.store).model else { return };
        let Some(most) = model.max_output_tokens.as_ref().filter(|most| limit.value > most.value) else { return };
        let (asked, most) = (count(limit.value), count(most.value));
        out.at(limit.span, format!("an answer of {asked} tokens is more than the {most} that `{}` gives", model.id))
            .help(format!("ask for at most {most} tokens, or use another model"));
    }
}
