//! TPL003: an input is declared and nothing uses it.

use std::collections::BTreeSet;

use crate::diagnostic::{Applicability, RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::suggest::nearest;
use crate::lint::undeclared::undeclared;
use crate::lint::{entries, limit};
use crate::store::prompt::{Contract, Prompt};
use crate::store::template::{Syntax, Template};
use crate::store::usage::{Site, inputs_by_name};

pub(super) struct UnusedInput;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL003", name: "unused-input" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Safe),
    summary: "An input is declared and nothing uses it",
    what: "\
Looks for declared inputs that no message, no included file and no metadata (a tool binding, a thread) uses. An input \
that a misspelt variable stands for counts as used. Silent where that can't be known: the prompt has an include whose \
name is computed or whose file is missing, a template that does not parse, or one that prints its whole context.",
    why: "\
Callers collect and pass a value that reaches nobody; with a paid lookup behind it, that costs money. More often it \
is the other half of a mistake: the text was meant to use the value and does not.",
    how: "\
Use the input in a message, or remove it. Removing an input breaks callers that pass it strictly: release it as such.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
  language: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
  language: {type: string}
messages:
  - role: user
    content: \"Answer this in {{ language }}: {{ question }}\"
",
};

impl Rule for UnusedInput {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.contract != Contract::Declared || prompt.inputs.is_empty() || prompt.templates.is_empty() {
            return;
        }
        let usage = cx.usage(prompt);
        let opaque = |site: &Site<'_>| site.template.syntax == Syntax::Plain || takes_whole_context(site.template);
        if !usage.complete || usage.sites.iter().any(opaque) {
            return;
        }
        // A name counts as used even where an including template binds it: better silent than wrong.
        let used: BTreeSet<&str> =
            usage.sites.iter().flat_map(|site| &site.template.analysis.uses).map(|usage| usage.root.as_str()).collect();
        // A misspelt use is a use, and its own finding: the author means to keep the input.
        let undeclared = undeclared(prompt, &usage, cx);
        let reported = undeclared.iter().take(limit::FINDINGS);
        let meant: BTreeSet<&str> = reported.filter_map(|variable| variable.meant(prompt)).collect();
        let is_used = |name: &str| used.contains(name) || meant.contains(name);
        let unused = prompt
            .inputs
            .iter()
            .filter(|input| !input.used_by_metadata && !is_used(&input.name.value))
            .take(limit::FINDINGS);
        let declared = inputs_by_name(prompt);
        let foreign = used.iter().copied().filter(|name| !declared.contains_key(name));
        let foreign: Vec<&str> = foreign.take(limit::FINDINGS).collect();
        for input in unused {
            let name = &input.name.value;
            let finding = out.at(input.name.span, format!("the input `{name}` is not used"));
            // A variable whose absence is provided for is no other rule's finding: it may be a slip all the same.
            if let Some(slip) = foreign.iter().find(|variable| nearest(variable, [name.as_str()]).is_some()) {
                finding.help(format!("use `{name}` instead of `{slip}` if that is a slip, or remove the input"));
                continue;
            }
            let finding = finding.help(format!("use `{{{{ {name} }}}}` in a message, or remove the input"));
            if let Some(edit) = entries::remove_input(prompt, cx, input) {
                finding.fix(Applicability::Safe, format!("Remove the input `{name}`"), vec![edit]);
            }
        }
    }
}

/// Whether a Handlebars template prints or hands on all inputs at once: `{{json this}}`, `{{json @root}}`.
fn takes_whole_context(template: &Template) -> bool {
    if template.syntax != Syntax::Handlebars {
        return false;
    }
    // Whether each open block changes what `this` is.
    let mut blocks: Vec<bool> = Vec::new();
    let mut inside = 0_usize;
    for tag in &template.analysis.tags {
        let inner = tag.span.slice(&template.text.text).trim_matches(['{', '}', '~', ' ', '&', '\n', '\r', '\t']);
        let words = || inner.split([' ', '\n', '\t', '\r', '(', ')', '=']);
        if words().any(|word| word == "@root") {
            return true;
        }
        if inside == 0 && words().any(|word| matches!(word, "this" | "." | "#this")) {
            return true;
        }
        if let Some(block) = inner.strip_prefix('#') {
            let name = block.split_whitespace().next().unwrap_or_default();
            let changes = !matches!(name, "if" | "unless" | "role");
            blocks.push(changes);
            inside += usize::from(changes);
        } else if inner.starts_with('/') {
            inside -= usize::from(blocks.pop().unwrap_or_default());
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{fixed, found, prompt};

    #[test]
    fn silent_where_use_cannot_be_told() {
        for content in ["{% include a %}", "{% include 'partials/missing.md' %}", "{{ a", "{% if a %}x{% endif %}"] {
            assert_eq!(found("TPL003", &prompt("a: {type: string}", content)), Vec::<String>::new(), "{content}");
        }
        assert_eq!(
            found("TPL003", &prompt("a: {type: string}", "{# {{ a }} #}")),
            ["warning prompts/example.prompt.yaml:1 the input `a` is not used"]
        );
    }

    #[test]
    fn a_misspelt_use_is_a_use() {
        let inputs = "question: {type: string}, language: {type: string}";
        let found = |content| found("TPL003", &prompt(inputs, content));
        assert_eq!(found("{{ question }} {{ langauge }}"), Vec::<String>::new());
        let unused = ["warning prompts/example.prompt.yaml:1 the input `language` is not used"];
        assert_eq!(found("{{ question }} {{ topic }}"), unused);
        assert_ne!(fixed("TPL003", &prompt("q1: {}, q2: {}", "{{ q1 }}")), prompt("q1: {}, q2: {}", "{{ q1 }}"));
        let provided_for = "{{ question }} {{ langauge | default('en') }}";
        assert_eq!(found(provided_for), unused);
        assert_eq!(fixed("TPL003", &prompt(inputs, provided_for)), prompt(inputs, provided_for));
    }

    #[test]
    fn a_template_that_prints_everything_uses_every_input() {
        let prompt = |body: &str| {
            format!("//- prompts/a.prompt\n---\ninput: {{schema: {{a: string, b: string}}}}\n---\n{{{{a}}}} {body}\n")
        };
        for body in ["{{json this}}", "{{#if a}}{{json this}}{{/if}}", "{{json @root}}", "{{#each this}}x{{/each}}"] {
            assert_eq!(found("TPL003", &prompt(body)), Vec::<String>::new(), "{body}");
        }
        for body in ["", "{{this.a}}", "{{#each a}}{{this}}{{/each}}"] {
            assert_eq!(found("TPL003", &prompt(body)).len(), 1, "{body}");
        }
    }

    #[test]
    fn a_use_in_a_partial_of_a_partial_counts() {
        let store = "\
//- partials/a.md
{% include 'partials/b.md' %}
//- partials/b.md
{{ topic }}
//- prompts/example.prompt.yaml
inputs: {topic: {type: string}}
messages: [{role: user, content: \"{% include 'partials/a.md' %}\"}]
";
        assert_eq!(found("TPL003", store), Vec::<String>::new());
    }

    #[test]
    fn the_fix_takes_the_entry_and_nothing_else() {
        let rest = "messages:\n  - role: user\n    content: \"{{ a }}\"\n";
        for (before, after) in [
            ("inputs:\n  a: {type: string}\n  b:\n    type: string\n", "inputs:\n  a: {type: string}\n"),
            ("inputs: {b: {type: string}, a: {type: string}}\n", "inputs: {a: {type: string}}\n"),
        ] {
            assert_eq!(fixed("TPL003", &format!("{before}{rest}")), format!("{after}{rest}"));
        }
    }
}
