//! TPL013: an input is compared with a value that it cannot have.

use serde_json::Value;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::shape::{schema_at, spell};
use crate::lint::suggest::nearest;
use crate::store::prompt::Prompt;
use crate::store::template::Comparison;
use crate::store::usage::{Scope, inputs_by_name};
use crate::text::Spanned;

pub(super) struct UnreachableBranch;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL013", name: "unreachable-branch" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "An input is compared with a value that its schema does not allow",
    what: "\
Looks at comparisons of an input with a literal (`tone == \"warm\"`, `tone in [\"warm\", \"formal\"]`) where the \
input's schema lists its values with `enum` or `const`. A literal that is not among them decides the branch once and \
for all.",
    why: "\
The text in that branch never reaches the model, or always does. Mostly it is a value that was renamed in one place \
only.",
    how: "Compare with one of the listed values, or add the value to the input's `enum`.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
  tone: {type: string, enum: [warm, formal]}
messages:
  - role: user
    content: \"{% if tone == 'wram' %}Be kind. {% endif %}{{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
  tone: {type: string, enum: [warm, formal]}
messages:
  - role: user
    content: \"{% if tone == 'warm' %}Be kind. {% endif %}{{ question }}\"
",
};

impl Rule for UnreachableBranch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.inputs.is_empty() {
            return;
        }
        let inputs = inputs_by_name(prompt);
        let usage = cx.usage(prompt);
        let mut left = limit::FINDINGS;
        for site in usage.sites.iter().filter(|site| site.scope == Scope::Inputs) {
            for comparison in &site.template.analysis.comparisons {
                if site.bound.contains(comparison.root.as_str()) {
                    continue;
                }
                let Some(input) = inputs.get(comparison.root.as_str()) else { continue };
                let Some(allowed) = allowed_values(&input.schema, comparison) else { continue };
                for literal in impossible(comparison, &allowed).take(left) {
                    left -= 1;
                    let value = spell(&comparison.root, &comparison.path);
                    let mut finding = out
                        .at(site.place(cx.store, literal.span), format!("`{value}` is never {}", literal.value))
                        .label(input.name.span, "its values are listed here")
                        .note(format!("it is one of {}", list(&allowed)))
                        .help("compare with a listed value, or list this one");
                    let meant = literal
                        .value
                        .as_str()
                        .and_then(|word| nearest(word, allowed.iter().filter_map(|value| value.as_str())));
                    if let Some(meant) = meant {
                        finding = finding.note_at_span(format!("did you mean `{meant}`?"));
                    }
                    if let Some(place) = site.elsewhere(cx.store, literal.span) {
                        finding = finding.note(format!("it is compared at {place}"));
                    }
                    drop(finding);
                }
            }
        }
    }
}

/// Values of an `enum` above which it is a data set, and nobody compares with all of it.
const LONGEST: usize = 200;

fn allowed_values<'a>(schema: &'a Value, comparison: &Comparison) -> Option<Vec<&'a Value>> {
    let schema = if comparison.path.is_empty() { schema } else { schema_at(schema, &comparison.path)? };
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(values)), _) if (1..=LONGEST).contains(&values.len()) => Some(values.iter().collect()),
        (None, Some(value)) => Some(vec![value]),
        _ => None,
    }
}

/// The literals that are no allowed value. Emptiness and nothing are asked about for values that may be missing.
fn impossible<'c>(comparison: &'c Comparison, allowed: &[&Value]) -> impl Iterator<Item = &'c Spanned<Value>> {
    comparison.literals.iter().filter(move |literal| {
        let asks_for_nothing = literal.value.is_null() || literal.value.as_str() == Some("");
        !asks_for_nothing && !allowed.iter().any(|value| equal(value, &literal.value))
    })
}

/// Equality as templates see it: `1` is `1.0`.
fn equal(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right).is_eq(),
        _ => left == right,
    }
}

fn list(values: &[&Value]) -> String {
    const SHOWN: usize = 8;
    let mut text = values.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if values.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{found, prompt};

    #[test]
    fn a_literal_that_is_no_value_of_the_enum_is_found() {
        let inputs = "t: {type: string, enum: [warm, formal]}, n: {enum: [1, 2]}";
        for (content, count) in [
            ("{{ t == 'warm' }}{{ 'formal' != t }}{{ n == 1.0 }}{{ t == '' }}{{ t == none }}", 0),
            ("{{ t == 'cold' }}", 1),
            ("{{ t in ['warm', 'cold', 'icy'] }}", 2),
            ("{{ n == 3 }}", 1),
            ("{% for t in [1] %}{{ t == 'cold' }}{% endfor %}", 0),
        ] {
            assert_eq!(found("TPL013", &prompt(inputs, content)).len(), count, "{content}");
        }
    }
}
