//! TPL014: another template language's placeholder, which this one sends to the model as it stands.

use std::collections::BTreeSet;

use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::{Contract, Input, Prompt};
use crate::store::template::placeholder::{Placeholder, PlaceholderKind, foreign_placeholders};
use crate::store::template::{Syntax, Template};
use crate::store::usage::inputs_by_name;
use crate::text::Span;

pub(super) struct LeftoverPlaceholder;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL014", name: "leftover-placeholder" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Unsafe),
    summary: "A placeholder of another template language, which is sent to the model as it stands",
    what: "\
Looks in the literal text of prompts that declare inputs for placeholders that name an input in another language's \
notation: `{question}`, `${question}`, `%(question)s`, `<<question>>` in a Jinja prompt. Text that nobody filled in \
(`[INSERT NAME]`, a line that begins with `TODO:`) is a note. Code blocks and code spans are left out.",
    why: "\
The model reads the placeholder instead of the value. It happens when a prompt is moved from one framework to \
another, and the answer often looks plausible enough for nobody to notice.",
    how: "Write the placeholder in the prompt's own language, or put it in a code span if the model shall see it.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
  language: {type: string}
messages:
  - role: user
    content: \"Answer in {language}, in one word of {{ language }}: {{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
  language: {type: string}
messages:
  - role: user
    content: \"Answer in {{ language }}: {{ question }}\"
",
};

impl Rule for LeftoverPlaceholder {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.contract != Contract::Declared {
            return;
        }
        let inputs = inputs_by_name(prompt);
        let mut said = BTreeSet::new();
        for template in prompt.templates.iter().filter(|template| template.syntax != Syntax::Plain) {
            for placeholder in leftovers(template) {
                let root = placeholder.name.split('.').next().unwrap_or_default();
                let input = inputs.get(root).copied();
                let unfilled = matches!(placeholder.kind, PlaceholderKind::Insert | PlaceholderKind::Todo);
                if (unfilled || input.is_some())
                    && said.len() < limit::FINDINGS
                    && said.insert((placeholder.kind, placeholder.name.clone()))
                {
                    let place = cx.place(&prompt.path, template, placeholder.span);
                    match input.filter(|_| !unfilled) {
                        Some(input) => report_foreign(&placeholder, template, place, (prompt, input), cx, out),
                        None => report_unfilled(&placeholder, template, place, out),
                    }
                }
            }
        }
    }
}

fn report_unfilled(placeholder: &Placeholder, template: &Template, place: Span, out: &Sink<'_>) {
    let written = placeholder.span.slice(&template.text.text);
    out.at(place, format!("`{written}` looks like text that is still to be filled in"))
        .severity(Severity::Info)
        .help("fill it in, or put it in a code span if the model shall see it");
}

fn report_foreign(
    placeholder: &Placeholder,
    template: &Template,
    place: Span,
    (prompt, input): (&Prompt, &Input),
    cx: &Context<'_>,
    out: &Sink<'_>,
) {
    let written = placeholder.span.slice(&template.text.text);
    let Some(own) = own_notation(&placeholder.name, template.syntax) else { return };
    let finding = out
        .at(place, format!("`{written}` is not replaced: this prompt's placeholders are written `{own}`"))
        .label(input.name.span, "the input")
        .help(format!("write `{own}`, or put it in a code span if the model shall see it"));
    let text = cx.store.file(&prompt.path).map_or("", |file| file.text.as_str());
    if place.slice(text) == written {
        let edits = vec![Edit { span: place, replacement: own.clone() }];
        finding.fix(Applicability::Unsafe, format!("Write `{own}`"), edits);
    }
}

/// How a template in `syntax` prints the input `name`.
fn own_notation(name: &str, syntax: Syntax) -> Option<String> {
    match syntax {
        Syntax::Jinja | Syntax::Handlebars | Syntax::Mustache => Some(format!("{{{{ {name} }}}}")),
        Syntax::FString => Some(format!("{{{name}}}")),
        Syntax::SemanticKernel => Some(format!("{{{{${name}}}}}")),
        Syntax::Plain => None,
    }
}

/// Other languages' placeholders in the literal text, without those in code.
fn leftovers(template: &Template) -> Vec<Placeholder> {
    let text = template.text.text.as_str();
    let literals = template.analysis.literals(text.len());
    let mut found: Vec<Placeholder> =
        literals.into_iter().flat_map(|literal| foreign_placeholders(text, literal, template.syntax)).collect();
    if found.is_empty() {
        return found;
    }
    let code = code_spans(text);
    found.retain(|placeholder| {
        if placeholder.kind == PlaceholderKind::Todo && !begins_line(template, placeholder.span) {
            return false;
        }
        let before = code.partition_point(|span| span.start <= placeholder.span.start);
        before == 0 || !code[before - 1].contains(placeholder.span)
    });
    found
}

/// The blocks between fences and the spans between single backticks on one line, in order.
fn code_spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut fence: Option<usize> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if line.trim_start().starts_with("```") {
            match fence.take() {
                Some(open) => spans.push(Span::new(open, end)),
                None => fence = Some(start),
            }
        } else if fence.is_none() {
            let mut ticks = line.match_indices('`').map(|(at, _)| start + at);
            while let (Some(open), Some(close)) = (ticks.next(), ticks.next()) {
                spans.push(Span::new(open, close + 1));
            }
        }
        start = end;
    }
    if let Some(open) = fence {
        spans.push(Span::new(open, text.len()));
    }
    spans
}

/// Whether only list marks and white space stand before `span` on its line, and a colon after it.
fn begins_line(template: &Template, span: Span) -> bool {
    let text = template.text.text.as_str();
    let before = text.get(..span.start as usize).unwrap_or_default();
    let after = text.get(span.end as usize..).unwrap_or_default();
    let marks = before.trim_end_matches([' ', '\t', '-', '*', '#', '/', '[', ']']);
    (marks.is_empty() || marks.ends_with('\n')) && after.starts_with(':')
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{fixed, found, prompt};

    #[test]
    fn only_what_names_an_input_is_a_leftover() {
        for (content, count) in [
            ("{{ a }} {a}", 1),
            ("{{ a }} ${a} %(a)s <<a>>", 3),
            ("{{ a }} {a} {a}", 1),
            ("{{ a }} {b} ${b} {a b} {\"a\": 1}", 0),
            ("{{ a }} `{a}`", 0),
            ("{{ a }} [INSERT NAME]", 1),
            ("TODO: write {{ a }}", 1),
            ("{{ a }} write a TODO: for it", 0),
            ("{% raw %}{a}{% endraw %}", 1),
            ("{{ '{a}' }}{# {a} #}", 0),
        ] {
            assert_eq!(found("TPL014", &prompt("a: {type: string}", content)).len(), count, "{content}");
        }
    }

    #[test]
    fn code_blocks_are_what_they_show() {
        let content = "{{ a }}\n      ```\n      f\"{a}\"\n      ```";
        assert_eq!(found("TPL014", &prompt("a: {}", content)), Vec::<String>::new());
    }

    #[test]
    fn the_fix_writes_the_prompts_own_notation() {
        let before = prompt("a: {}", "{{ a }} ${a.b}");
        assert_eq!(fixed("TPL014", &before), before.replace("${a.b}", "{{ a.b }}"));
    }
}
