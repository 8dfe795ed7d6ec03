//! TPL002: a template uses a variable that the prompt does not declare.

use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::undeclared::{Undeclared, undeclared};
use crate::lint::{entries, limit};
use crate::store::prompt::{Contract, Dialect, Prompt};
use crate::store::template::Syntax;

pub(super) struct UndeclaredVariable;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL002", name: "undeclared-variable" },
    severity: Severity::Error,
    default: true,
    fix: Some(Applicability::Unsafe),
    summary: "A template uses a variable that the prompt does not declare",
    what: "\
Compares the variables of a prompt's messages, and of the partials that they include, with its declared inputs. Names \
that a template binds itself (`for`, `set`, macro parameters) are none, nor are those whose absence it provides for \
(`x is defined`, `x | default(...)`). It is an error in Jinja and a warning in languages that render nothing for an \
unknown name. A prompt that declares no inputs at all, in a dialect that can, gets one note with the names that it \
uses; where inputs can't be declared, any name is fine.",
    why: "\
Nobody passes a value for a name that is not in the contract. A strict engine then fails on the first request; a \
lenient one sends the prompt with a hole in it, and nobody notices until the answers get worse.",
    how: "Use the declared name, or declare the variable under the prompt's inputs.",
    bad: "\
description: Greets a customer.
inputs:
  customer_name: {type: string}
messages:
  - role: user
    content: \"Dear {{ custmer_name }}, {{ customer_name }}\"
",
    good: "\
description: Greets a customer.
inputs:
  customer_name: {type: string}
messages:
  - role: user
    content: \"Dear {{ customer_name }}\"
",
};

/// Names that the note about a missing contract lists.
const SHOWN: usize = 12;

impl Rule for UndeclaredVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.contract == Contract::Open {
            return;
        }
        let usage = cx.usage(prompt);
        let unknown = undeclared(prompt, &usage, cx);
        match prompt.contract {
            Contract::Declared => {
                unknown.iter().take(limit::FINDINGS).for_each(|unknown| report(unknown, prompt, cx, out));
            }
            Contract::Missing => report_missing_contract(&unknown, cx, out),
            Contract::Open => {}
        }
    }
}

fn report(unknown: &Undeclared<'_, '_>, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
    let Undeclared { site, first, count } = unknown;
    let name = first.root.as_str();
    let elsewhere = site.elsewhere(cx.store, first.span);
    let message = match elsewhere {
        None => format!("`{name}` is not an input of this prompt"),
        Some(_) => format!("`{name}`, which the included file uses, is not an input of this prompt"),
    };
    let severity = if site.template.syntax == Syntax::Jinja { Severity::Error } else { Severity::Warning };
    let mut finding = out.at(site.place(cx.store, first.root_span), message).severity(severity);
    if let Some(place) = elsewhere {
        finding = finding.note(format!("it is used at {place}"));
    }
    if *count > 1 {
        finding = finding.note(format!("it is used {count} times in all"));
    }
    if let Some(meant) = unknown.meant(prompt) {
        finding = finding.note_at_span(format!("did you mean `{meant}`?"));
        finding = finding.help(format!("use `{meant}`, or declare `{name}` as an input"));
        if let Some(edits) = rename(name, meant, prompt, cx) {
            finding.fix(Applicability::Unsafe, format!("Use `{meant}`"), edits);
        }
    } else {
        finding = finding.help(format!("declare `{name}` as an input, with its type"));
        if prompt.dialect == Dialect::Native
            && let Some(edit) = entries::add_input(prompt, cx, name)
        {
            finding.fix(Applicability::Unsafe, format!("Declare `{name}` as text"), vec![edit]);
        }
    }
}

/// Not to list inputs is a habit, not a mistake: one note for the whole prompt, at the first variable.
fn report_missing_contract(unknown: &[Undeclared<'_, '_>], cx: &Context<'_>, out: &Sink<'_>) {
    let Some(first) = unknown.first() else { return };
    let names: Vec<String> = unknown.iter().take(SHOWN).map(|unknown| format!("`{}`", unknown.first.root)).collect();
    out.at(first.site.place(cx.store, first.first.root_span), "this prompt uses variables and declares no inputs")
        .severity(Severity::Info)
        .note(format!("it uses {}{}", names.join(", "), if unknown.len() > SHOWN { ", …" } else { "" }))
        .help("list them as inputs, so that callers know what to pass and misspelt names are found");
}

/// The edits that put `to` wherever the prompt's own templates read `from`; `None` where one of them can't be made.
fn rename(from: &str, to: &str, prompt: &Prompt, cx: &Context<'_>) -> Option<Vec<Edit>> {
    let text = &cx.store.file(&prompt.path)?.text;
    let mut edits = Vec::new();
    for template in &prompt.templates {
        for usage in template.analysis.uses.iter().filter(|usage| usage.root == from && !usage.through_binding) {
            let span = cx.place(&prompt.path, template, usage.root_span);
            if span.slice(text) != from || edits.len() >= limit::FINDINGS {
                return None;
            }
            edits.push(Edit { span, replacement: to.to_owned() });
        }
    }
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    (!edits.is_empty()).then_some(edits)
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{fixed, found, prompt};

    #[test]
    fn names_that_the_template_binds_or_guards_are_none() {
        for content in [
            "{% for x in [1, 2] %}{{ x }}{{ loop.index }}{% endfor %}",
            "{% set y = q %}{{ y }}",
            "{% macro m(z) %}{{ z }}{% endmacro %}{{ m(q) }}",
            "{{ x | default('none') }}{% if x is defined %}{{ x }}{% endif %}",
            "{% for i in range(3) %}{{ i }}{% endfor %}{{ true }}{{ none }}",
        ] {
            assert_eq!(found("TPL002", &prompt("q: {}", content)), Vec::<String>::new(), "{content}");
        }
        assert_eq!(
            found("TPL002", &prompt("q: {}", "{{ topic }} {{ topic }}")),
            ["error prompts/example.prompt.yaml:5 `topic` is not an input of this prompt"]
        );
    }

    #[test]
    fn a_partial_speaks_for_the_prompts_that_include_it() {
        let include = "{{ q }} {% for name in q %}{% include 'partials/tone.md' %}{% endfor %}";
        let store = format!(
            "//- partials/tone.md\nAnswer in a {{{{ tone }}}} tone, {{{{ name }}}}.\n//- prompts/a.prompt.yaml\n{}",
            prompt("q: {}", include)
        );
        let message = "`tone`, which the included file uses, is not an input of this prompt";
        assert_eq!(found("TPL002", &store), [format!("error prompts/a.prompt.yaml:5 {message}")]);
    }

    #[test]
    fn the_fix_renames_a_slip_and_declares_what_is_new() {
        let slip = prompt("question: {}", "{{ qestion }} {{ qestion | upper }} {{ question }}");
        assert_eq!(fixed("TPL002", &slip), slip.replace("qestion", "question"));
        let new = prompt("question: {}", "{{ topic }} {{ question }}");
        assert_eq!(fixed("TPL002", &new), new.replace("{}}", "{}, topic: {type: string}}"));
    }

    #[test]
    fn a_prompt_without_a_contract_gets_one_note() {
        let store = "//- prompts/a.prompty\n---\nname: a\n---\nuser:\n{{ question }} {{ answer }} {{ question }}\n";
        assert_eq!(
            found("TPL002", store),
            ["info prompts/a.prompty:5 this prompt uses variables and declares no inputs"]
        );
    }
}
