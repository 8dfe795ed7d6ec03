//! TOK008: what varies stands before a long text that does not, so that no provider can cache it.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::tally::said;
use crate::store::prompt::{Contract, Input, Prompt};
use crate::store::template::{Template, UseKind, VariableUse};
use crate::store::usage::inputs_by_name;
use crate::store::{Resolved, Store};
use crate::text::Span;
use crate::tokens::tokenizer::{Target, Tokens};

pub(super) struct CacheBreakingPrefix;

/// The fixed text of the examples is made of lines, because it has to be long.
macro_rules! example {
    ($before:literal, $after:literal) => {
        concat!(
            "//- partials/manual.md\n",
            lines!(
                "A parcel that was not delivered goes back to the depot and is kept there for seven days. ",
                "Whoever fetches it shows a passport or the code from the message; another person needs both. ",
                "After seven days it goes back to the sender, who is told by message and is not charged for it. ",
                "A parcel that was damaged on its way is photographed, weighed and kept until the claim is closed. ",
                "The claim is made by the receiver within thirty days, with the number of the parcel and a photo. ",
                "The price of what was in it is paid back within ten days, the postage together with it, in full.\n"
            ),
            "//- prompts/example.prompt.yaml\n",
            "description: Answers a question from the manual.\n",
            "inputs:\n  question: {type: string}\n",
            "messages:\n  - role: user\n    content: |\n      ",
            $before,
            "\n      {% include \"partials/manual.md\" %}\n      ",
            $after,
            "\n"
        )
    };
}

macro_rules! lines {
    ($($line:literal),+) => {
        concat!($($line),+, $($line),+, $($line),+, $($line),+, $($line),+, $($line),+, $($line),+, $($line),+)
    };
}

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TOK008", name: "cache-breaking-prefix" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "What varies stands before a long text that does not, so that it cannot be cached",
    what: "\
Looks for the first print of an input, other than one of a few values, that is followed by 4,096 bytes of fixed text or \
more, about the 1,024 tokens from which on providers cache.",
    why: "\
Providers keep the beginning of a prompt and charge a tenth to a half for it, as long as it is the same byte for byte. \
The first value that differs ends the common beginning.",
    how: "Move what varies to the end: instructions and examples first, then documents, then the question.",
    bad: BAD,
    good: GOOD,
};

const BAD: &str = example!("Answer this: <question>{{ question | e }}</question>", "Be brief.");
const GOOD: &str = example!("Be brief.", "Answer this: <question>{{ question | e }}</question>");

/// Bytes of fixed text from which on a prompt's beginning is worth caching.
const LONG: usize = 4096;

impl Rule for CacheBreakingPrefix {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.contract != Contract::Declared {
            return;
        }
        let Some((index, usage)) = first_varying(prompt) else { return };
        let fixed = fixed_after(prompt, cx.store, index, usage.span.end);
        if fixed.iter().map(|text| text.len()).sum::<usize>() < LONG {
            return;
        }
        let tokenizer = Target::of(prompt, cx.store).tokenizer;
        let tokens: Tokens = fixed.iter().map(|text| tokenizer.count(text)).sum();
        let template = &prompt.templates[prompt.messages[index].template];
        let place = cx.place(&prompt.path, template, usage.span);
        let name = &usage.root;
        out.at(place, format!("`{name}` stands before {} tokens of fixed text, which cannot be cached", said(tokens)))
            .note("a provider's cache ends at the first value that differs from call to call")
            .help("move what varies to the end of the prompt");
    }
}

/// The first message with a print of what varies from call to call, and the print.
fn first_varying(prompt: &Prompt) -> Option<(usize, &VariableUse)> {
    let inputs = inputs_by_name(prompt);
    let varies = |usage: &&VariableUse| {
        matches!(usage.kind, UseKind::Printed | UseKind::PrintedRaw)
            && inputs.get(usage.root.as_str()).is_some_and(|input| !has_few_values(input))
    };
    prompt.messages.iter().enumerate().find_map(|(index, message)| {
        let uses = &prompt.templates[message.template].analysis.uses;
        let from = uses.partition_point(|usage| usage.span.start < message.range.start);
        let mut here = uses[from..].iter().take_while(|usage| usage.span.end <= message.range.end);
        Some((index, here.find(varies)?))
    })
}

fn has_few_values(input: &Input) -> bool {
    let kind = input.schema.get("type").and_then(serde_json::Value::as_str);
    kind == Some("boolean") || ["enum", "const"].iter().any(|keyword| input.schema.get(keyword).is_some())
}

/// The literal text after a place in a message, included files with it.
fn fixed_after<'a>(prompt: &'a Prompt, store: &'a Store, index: usize, at: u32) -> Vec<&'a str> {
    let mut fixed = Vec::new();
    for (position, message) in prompt.messages.iter().enumerate().skip(index) {
        let template = &prompt.templates[message.template];
        let start = if position == index { at } else { message.range.start };
        let range = Span { start: start.min(message.range.end), end: message.range.end };
        fixed.extend(literals(template, range));
        let includes = &template.analysis.includes;
        let first = includes.partition_point(|include| include.span.start < range.start);
        for include in includes[first..].iter().take_while(|include| include.span.end <= range.end) {
            let Some(Resolved::File(path)) = store.resolve_include(&prompt.path, template, include) else { continue };
            for included in store.templates_of(&path) {
                fixed.extend(literals(included, Span::new(0, included.text.text.len())));
            }
        }
    }
    fixed
}

fn literals(template: &Template, range: Span) -> impl Iterator<Item = &str> {
    let text = template.text.text.as_str();
    template.analysis.literals_in(range).into_iter().map(move |span| span.slice(text))
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn a_few_values_may_stand_first() {
        let prompt = |inputs: &str| {
            let long = "One sentence that is always the same. ".repeat(150);
            format!("inputs: {{{inputs}}}\nmessages: [{{role: system, content: \"{{{{ a }}}} {long}\"}}]\n")
        };
        assert_eq!(found("TOK008", &prompt("a: {type: string}")).len(), 1);
        assert_eq!(found("TOK008", &prompt("a: {enum: [warm, formal]}")), Vec::<String>::new());
        assert_eq!(found("TOK008", &prompt("a: {type: boolean}")), Vec::<String>::new());
    }
}
