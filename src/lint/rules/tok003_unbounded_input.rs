//! TOK003: an input of a prompt with a budget has no limit.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;
use crate::store::usage::inputs_by_name;
use crate::tokens::bound::{Bound, Cut, at_most};
use crate::tokens::tokenizer::Target;

pub(super) struct UnboundedInput;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TOK003", name: "unbounded-input" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "An input of a prompt with a budget has no `maxTokens`",
    what: "\
Looks in prompts with a `budget` for inputs that are printed and that nothing limits: no `maxTokens`, no list of values, \
no type whose values are short.",
    why: "\
Without a limit there is no worst case, and the budget promises what nobody can keep.",
    how: "Add `maxTokens`, and hold to it in the application that fills the input in.",
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
budget: {maxPromptTokens: 4200}
inputs:
  question: {type: string, maxTokens: 500}
  passages: {type: string}
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

impl Rule for UnboundedInput {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let budget = &prompt.budget;
        if budget.max_prompt_tokens.is_none() && budget.max_cost_usd.is_none() {
            return;
        }
        let target = Target::of(prompt, cx.store);
        if at_most(prompt, cx.store, target.tokenizer).is_some() {
            return;
        }
        let bound = Bound::of(prompt, cx.store, target, Cut::Messages);
        let inputs = inputs_by_name(prompt);
        for name in bound.unbounded().map(|input| input.name) {
            // What is not declared is another rule's.
            let Some(input) = inputs.get(name) else { continue };
            out.at(
                input.name.span,
                format!("`{name}` has no `maxTokens`, so the worst case of this prompt has no limit"),
            )
            .help("add the most tokens that a value may take: `maxTokens: 500`");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn only_what_is_printed_needs_a_limit() {
        let inputs = "a: {}, b: {type: boolean}, c: {enum: [x]}, d: {}, e: {type: array, maxTokens: 9}";
        let content = "{{ a }}{{ b }}{{ c }}{% if d %}{{ e }}{% endif %}";
        let prompt = |budget: &str| {
            format!("{budget}inputs: {{{inputs}}}\nmessages: [{{role: user, content: \"{content}\"}}]\n")
        };
        assert_eq!(
            found("TOK003", &prompt("budget: {maxPromptTokens: 10}\n")),
            [
                "warning prompts/example.prompt.yaml:2 `a` has no `maxTokens`, so the worst case of this prompt has no limit"
            ]
        );
        assert_eq!(found("TOK003", &prompt("")), Vec::<String>::new());
    }
}
