//! REF007: two prompts say the same.

use std::collections::BTreeMap;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::{Message, Prompt, Role};

pub(super) struct DuplicatePrompt;

/// Bytes of text below which two prompts say the same by chance: `CONTENT:`, `{{ question }}`.
const LEAST: usize = 80;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "REF007", name: "duplicate-prompt" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "Two prompts have the same messages, inputs and model under two ids",
    what: "\
Compares the messages, inputs, model and parameters of all prompts. Descriptions and owners don't count, and prompts \
of less than a line are left out.",
    why: "Whoever corrects one leaves the other wrong, and two releases say that they are different when they are not.",
    how: "Keep one and let both features use its releases, or move the shared text to a partial.",
    bad: "\
//- prompts/answer.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this question of a customer of our shop in at most three sentences, and be kind: {{ question }}\"
//- prompts/reply.prompt.yaml
description: Replies to a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this question of a customer of our shop in at most three sentences, and be kind: {{ question }}\"
",
    good: "\
//- prompts/answer.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this question of a customer of our shop in at most three sentences, and be kind: {{ question }}\"
//- prompts/reply.prompt.yaml
description: Replies to a letter.
inputs:
  letter: {type: string}
messages:
  - role: user
    content: \"Reply to this letter, at most a page: {{ letter }}\"
",
};

impl Rule for DuplicatePrompt {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let mut said: BTreeMap<Vec<(&Role, &str)>, Vec<&Prompt>> = BTreeMap::new();
        for prompt in cx.store.legible_prompts() {
            let messages = messages(prompt);
            if messages.iter().map(|(_, text)| text.trim().len()).sum::<usize>() >= LEAST {
                said.entry(messages).or_default().push(prompt);
            }
        }
        // Next to no prompt gets here, and for those that do the settings are compared.
        for prompts in said.into_values().filter(|prompts| prompts.len() > 1) {
            let mut first: BTreeMap<Settings<'_>, &Prompt> = BTreeMap::new();
            for prompt in prompts {
                let settings = Settings::of(prompt);
                if let Some(other) = first.get(&settings) {
                    out.in_file(&prompt.path, prompt.head, format!("this prompt says the same as `{}`", other.id))
                        .help("keep one of them, or move the shared text to a partial");
                } else {
                    first.insert(settings, prompt);
                }
            }
        }
    }
}

/// What is sent.
fn messages(prompt: &Prompt) -> Vec<(&Role, &str)> {
    let text = |message: &Message| {
        let template = prompt.templates.get(message.template);
        template.map_or("", |template| message.range.slice(&template.text.text))
    };
    prompt.messages.iter().map(|message| (&message.role.value, text(message))).collect()
}

/// Where to and how it is sent.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Settings<'a> {
    model: Option<&'a str>,
    inputs: Vec<(&'a str, String)>,
    parameters: Vec<(&'a str, String)>,
}

impl<'a> Settings<'a> {
    fn of(prompt: &'a Prompt) -> Self {
        Self {
            model: prompt.model.as_ref().map(|model| model.value.as_str()),
            inputs: prompt.inputs.iter().map(|input| (input.name.value.as_str(), input.schema.to_string())).collect(),
            parameters: prompt
                .parameters
                .iter()
                .map(|(name, value)| (name.value.as_str(), value.value.to_string()))
                .collect(),
        }
    }
}
