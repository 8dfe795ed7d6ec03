//! TOK001: a prompt may take more tokens than its author allows.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::tally::{count, least, notes, said};
use crate::store::prompt::Prompt;
use crate::tokens::bound::{Bound, Cut, at_most};
use crate::tokens::tokenizer::Target;

pub(super) struct OverTokenBudget;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TOK001", name: "over-token-budget" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt may take more tokens than its budget",
    what: "\
Adds up the prompt's text with its partials, what the chat format and the tools take, and each input's `maxTokens`, and \
compares the sum with `budget: {maxPromptTokens: ...}`. The larger branch counts, and a loop's text as often as its \
list's `maxItems` says. Where the model's tokenizer is not public, it is a finding only if the low end of the estimate is \
over the budget.",
    why: "\
A budget that the worst case breaks is broken on the day that a customer pastes a long text: the call costs more than \
was planned, is slower, or loses its end.",
    how: "Shorten the text, lower an input's `maxTokens` where the application can hold it, or raise the budget.",
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
budget: {maxPromptTokens: 2000}
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
budget: {maxPromptTokens: 4200}
inputs:
  question: {type: string, maxTokens: 500}
  passages: {type: string, maxTokens: 3000}
messages:
  - role: user
    content: \"<passages>{{ passages | e }}</passages> <question>{{ question | e }}</question>\"
",
};

impl Rule for OverTokenBudget {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(budget) = &prompt.budget.max_prompt_tokens else { return };
        let target = Target::of(prompt, cx.store);
        if at_most(prompt, cx.store, target.tokenizer).is_some_and(|most| most <= budget.value) {
            return;
        }
        let bound = Bound::of(prompt, cx.store, target, Cut::Messages);
        let known = bound.known();
        let Some(over) = known.low.checked_sub(budget.value).filter(|over| *over > 0) else { return };
        let what = if bound.worst().is_some() {
            "the worst case is"
        } else {
            "without the inputs that have no limit, this is"
        };
        let (shown, over, budget_shown) = (said(known), count(over), count(budget.value));
        let mut finding = out.at(
            budget.span,
            format!("{what} {shown} tokens, {}{over} over this prompt's budget of {budget_shown}", least(known)),
        );
        for note in notes(&bound) {
            finding = finding.note(note);
        }
        drop(finding.help("shorten the text, lower an input's `maxTokens`, or raise the budget"));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn what_is_known_counts_even_where_an_input_has_no_limit() {
        let prompt = |inputs: &str, budget: u32| {
            format!(
                "//- promptyard.yaml\nversion: 1\n//- models/m.yaml\nprovider: openai\nmodel: gpt-4o-2024-08-06\n//- prompts/a.prompt.yaml\n\
                 model: models/m\nbudget: {{maxPromptTokens: {budget}}}\ninputs: {{{inputs}}}\n\
                 messages: [{{role: user, content: \"{{{{ a }}}}{{{{ b }}}}\"}}]\n"
            )
        };
        let limited = "a: {maxTokens: 1500}, b: {maxTokens: 10}";
        assert_eq!(
            found("TOK001", &prompt(limited, 1000)),
            ["error prompts/a.prompt.yaml:2 the worst case is 1,516 tokens, 516 over this prompt's budget of 1,000"]
        );
        assert_eq!(found("TOK001", &prompt(limited, 1516)), Vec::<String>::new());
        assert_eq!(
            found("TOK001", &prompt("a: {maxTokens: 1500}, b: {}", 1000)),
            [
                "error prompts/a.prompt.yaml:2 without the inputs that have no limit, this is 1,506 tokens, 506 over this \
              prompt's budget of 1,000"
            ]
        );
    }
}
