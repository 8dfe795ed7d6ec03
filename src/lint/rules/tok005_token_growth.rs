//! TOK005: a change adds more tokens to a prompt than its policy allows.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink, Speaker};
use crate::lint::tally::said;
use crate::store::Store;
use crate::store::prompt::Prompt;
use crate::tokens::bound::{Bound, Cut};
use crate::tokens::tokenizer::{Target, Tokens};

pub(super) struct TokenGrowth;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TOK005", name: "token-growth" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A change adds more tokens to a prompt than its policy allows",
    what: "\
`promptyard check` counts what each prompt takes without its inputs, partials and tools included, before and after a \
change. A policy's `max_token_growth` says how much of that may come on top: `20 %`. Where several policies apply, the \
smallest share counts.",
    why: "\
Every call pays for the text of its prompt. Prompts grow by a sentence at a time, and nobody sees the bill of a pull \
request.",
    how: "\
Shorten the text, or move what only some calls need behind an `{% if %}`. If the growth is meant, change the policy first: \
what a change says of itself does not count.",
    bad: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
recorded_at: 2026-03-12
tokenizer: o200k_base
//- policies/size.yaml
description: Prompts grow slowly.
max_token_growth: 20 %
//- prompts/example.prompt.yaml
description: Greets a customer.
model: models/chat
messages:
  - {role: user, content: Greet the customer in one short sentence.}
//= after
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
recorded_at: 2026-03-12
tokenizer: o200k_base
//- policies/size.yaml
description: Prompts grow slowly.
max_token_growth: 20 %
//- prompts/example.prompt.yaml
description: Greets a customer.
model: models/chat
messages:
  - {role: user, content: Greet the customer in one short sentence. Then ask how the day has been so far.}
",
    good: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
recorded_at: 2026-03-12
tokenizer: o200k_base
//- policies/size.yaml
description: Prompts grow slowly.
max_token_growth: 20 %
//- prompts/example.prompt.yaml
description: Greets a customer.
model: models/chat
messages:
  - {role: user, content: Greet the customer in one short sentence.}
//= after
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
recorded_at: 2026-03-12
tokenizer: o200k_base
//- policies/size.yaml
description: Prompts grow slowly.
max_token_growth: 20 %
//- prompts/example.prompt.yaml
description: Greets a customer.
model: models/chat
messages:
  - {role: user, content: Greet the customer in one short friendly sentence.}
",
};

impl Rule for TokenGrowth {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Check
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(before) = cx.before else { return };
        let asking = cx.store.policies().iter().filter(|policy| policy.scope.has(&prompt.path, Some(prompt)));
        let shares = asking.filter_map(|policy| Some((policy, policy.change.token_growth.as_ref()?.value)));
        let Some((policy, most)) = shares.min_by(|(_, one), (_, other)| one.total_cmp(other)) else { return };
        let Some(old) = former(prompt, before) else { return };
        let (was, is) = (fixed(old, before), fixed(prompt, cx.store));
        let growth = share(was, is);
        if was.likely == 0 || growth <= most {
            return;
        }
        let shown = format!("{} tokens before and {} now", said(was), said(is));
        let message = format!("this prompt takes {shown}: {} more, and {} are allowed", percent(growth), percent(most));
        let finding = out.at(prompt.head, message).note(format!("`max_token_growth` of `{}`", policy.name()));
        drop(finding.help("shorten the text, or raise the policy's share in a change of its own"));
    }
}

/// What the prompt was before: by its id, or by what it says it was called.
fn former<'a>(prompt: &Prompt, before: &'a Store) -> Option<&'a Prompt> {
    let was = |id: &str| before.prompt_called(id);
    was(prompt.id.as_str()).or_else(|| prompt.renamed_from.iter().find_map(|id| was(&id.value)))
}

fn fixed(prompt: &Prompt, store: &Store) -> Tokens {
    Bound::of(prompt, store, Target::of(prompt, store), Cut::Messages).fixed()
}

#[expect(clippy::cast_precision_loss, reason = "prompts have less than 2^52 tokens")]
fn share(was: Tokens, is: Tokens) -> f64 {
    (is.likely as f64 - was.likely as f64) / was.likely as f64
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
