//! TPL009: a template binds a name that is an input, so that the input can no longer be read.

use std::collections::BTreeMap;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;
use crate::store::template::{Binding, BindingKind, Template};
use crate::store::usage::inputs_by_name;

pub(super) struct ShadowedInput;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL009", name: "shadowed-input" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A template binds the name of an input, which then can't be read",
    what: "\
Looks for `for`, `set` and `with` that bind the name of a declared input. Giving an input another form is fine and is \
no finding: `{% set tone = tone | lower %}`, or a default that is set where the input is missing.",
    why: "\
Inside the loop or after the assignment the name no longer means what the caller passed, and nothing says so.",
    how: "Give the loop variable or the assignment a name of its own.",
    bad: "\
description: Lists orders.
inputs:
  order: {type: string}
  orders: {type: array, items: {type: string}}
messages:
  - role: user
    content: \"{% for order in orders %}- {{ order }} {% endfor %} Which is {{ order }}?\"
",
    good: "\
description: Lists orders.
inputs:
  order: {type: string}
  orders: {type: array, items: {type: string}}
messages:
  - role: user
    content: \"{% for other in orders %}- {{ other }} {% endfor %} Which is {{ order }}?\"
",
};

impl Rule for ShadowedInput {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let inputs = inputs_by_name(prompt);
        for template in &prompt.templates {
            let mut reads = None;
            let mut left = limit::FINDINGS;
            for binding in &template.analysis.bindings {
                let Some(input) = inputs.get(binding.name.as_str()) else { continue };
                let what = match binding.kind {
                    BindingKind::Loop => "the loop variable",
                    BindingKind::Set => "the assignment to",
                    BindingKind::With => "the `with` of",
                    BindingKind::Macro | BindingKind::Parameter | BindingKind::Import => continue,
                };
                if left == 0 || reads.get_or_insert_with(|| Reads::of(template)).give_another_form(binding) {
                    continue;
                }
                left -= 1;
                let name = &binding.name;
                out.at(
                    cx.place(&prompt.path, template, binding.span),
                    format!("{what} `{name}` hides the input of that name"),
                )
                .label(input.name.span, "the input")
                .help("give it a name of its own");
            }
        }
    }
}

/// Where a template reads which variables.
struct Reads<'a> {
    template: &'a Template,
    /// The ends of each variable's uses, in order.
    ends: BTreeMap<&'a str, Vec<u32>>,
}

impl<'a> Reads<'a> {
    fn of(template: &'a Template) -> Self {
        let mut ends: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for usage in &template.analysis.uses {
            ends.entry(&usage.root).or_default().push(usage.span.end);
        }
        ends.values_mut().for_each(|ends| ends.sort_unstable());
        Self { template, ends }
    }

    /// Whether the new value comes from the input itself: it is read in the same tag, or was looked at before it is set.
    fn give_another_form(&self, binding: &Binding) -> bool {
        let tags = &self.template.analysis.tags;
        let after = tags.partition_point(|tag| tag.span.start <= binding.span.start);
        let Some(tag) = after.checked_sub(1).map(|at| tags[at].span) else { return true };
        let ends = self.ends.get(binding.name.as_str()).map_or(&[][..], Vec::as_slice);
        let read = &ends[..ends.partition_point(|end| *end <= tag.end)];
        match binding.kind {
            BindingKind::Loop => read.last().is_some_and(|end| *end > tag.start),
            _ => !read.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{found, prompt};

    #[test]
    fn giving_an_input_another_form_is_fine() {
        for (content, count) in [
            ("{% set a = a | lower %}{{ a }}", 0),
            ("{% if not a %}{% set a = 'x' %}{% endif %}{{ a }}", 0),
            ("{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b) }}", 0),
            ("{% for a in b %}{{ a }}{% endfor %}", 1),
            ("{% set a = b %}{{ a }}", 1),
            ("{% with a = b %}{{ a }}{% endwith %}", 1),
        ] {
            assert_eq!(found("TPL009", &prompt("a: {}, b: {}", content)).len(), count, "{content}");
        }
    }
}
