//! TPL008: a template reads a property that the input's schema does not have.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::shape::{lacks_property, properties, schema_at, spell};
use crate::lint::suggest::nearest;
use crate::store::prompt::{Input, Prompt};
use crate::store::template::{Step, Syntax, Template, VariableUse};
use crate::store::usage::{Scope, inputs_by_name};

pub(super) struct UndefinedAttribute;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL008", name: "undefined-attribute" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A template reads a property that the input's schema does not have",
    what: "\
Follows a variable through the properties and items of its input's schema. An object schema that lists properties, \
and does not allow others, has no property that is not listed.",
    why: "\
A strict engine fails; a lenient one prints nothing. And a caller who fills in the schema has no way to know that the \
property is wanted.",
    how: "Use a listed property, or add the property to the input's schema.",
    bad: "\
description: Greets a customer.
inputs:
  customer: {type: object, properties: {name: {type: string}}}
messages:
  - role: user
    content: \"Dear {{ customer.nmae }}\"
",
    good: "\
description: Greets a customer.
inputs:
  customer: {type: object, properties: {name: {type: string}}}
messages:
  - role: user
    content: \"Dear {{ customer.name }}\"
",
};

impl Rule for UndefinedAttribute {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.inputs.iter().all(|input| input.schema.get("type").is_none()) {
            return;
        }
        let inputs = inputs_by_name(prompt);
        let usage = cx.usage(prompt);
        let mut seen = BTreeSet::new();
        for (site, usage) in usage.uses() {
            let Some(input) = inputs.get(usage.root.as_str()) else { continue };
            if site.scope == Scope::Other || usage.guarded {
                continue;
            }
            let Some(missing) = missing_property(input, usage, site.template) else { continue };
            if !seen.insert((missing.value.clone(), missing.name)) {
                continue;
            }
            if seen.len() > limit::FINDINGS {
                break;
            }
            let known = properties(missing.schema);
            let list: Vec<String> = known.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
            let more = if known.len() > SHOWN { ", …" } else { "" };
            let message = format!("`{}` has no property `{}` in its schema", missing.value, missing.name);
            let mut finding = out
                .at(site.place(cx.store, usage.span), message)
                .label(input.name.span, "declared here")
                .note(format!("it has {}{more}", list.join(", ")))
                .help("use a listed property, or add this one to the schema");
            if let Some(meant) = nearest(missing.name, known) {
                finding = finding.note_at_span(format!("did you mean `{meant}`?"));
            }
            if let Some(place) = site.elsewhere(cx.store, usage.span) {
                finding = finding.note(format!("it is used at {place}"));
            }
            drop(finding);
        }
    }
}

/// Properties that a finding lists.
const SHOWN: usize = 12;

struct Missing<'a> {
    value: String,
    name: &'a str,
    schema: &'a Value,
}

fn missing_property<'a>(input: &'a Input, usage: &'a VariableUse, template: &Template) -> Option<Missing<'a>> {
    usage.path.iter().enumerate().find_map(|(depth, step)| {
        let Step::Attribute(name) = step else { return None };
        let before = &usage.path[..depth];
        let schema = schema_at(&input.schema, before).filter(|schema| lacks_property(schema, name))?;
        let last = depth + 1 == usage.path.len();
        (!(last && is_method(name, usage, template))).then(|| Missing {
            value: spell(&usage.root, before),
            name,
            schema,
        })
    })
}

/// Jinja's objects have the methods of a Python dictionary, and Handlebars' lists a length.
fn is_method(name: &str, usage: &VariableUse, template: &Template) -> bool {
    let called =
        template.text.text.get(usage.span.end as usize..).is_some_and(|after| after.trim_start().starts_with('('));
    match template.syntax {
        Syntax::Jinja => called || matches!(name, "items" | "keys" | "values" | "get"),
        _ => name == "length",
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{found, prompt};

    #[test]
    fn only_a_closed_schema_lacks_a_property() {
        let closed = "{type: object, properties: {name: {type: string}}}";
        let open = "{type: object, properties: {name: {type: string}}, additionalProperties: true}";
        for (schema, content, count) in [
            (closed, "{{ c.name }} {{ c.items() }} {% for k in c.keys() %}{% endfor %}", 0),
            (closed, "{{ c.nmae }} {{ c.nmae }}", 1),
            (closed, "{{ c.nmae | default('') }}", 0),
            (closed, "{{ c[key] }}", 0),
            (open, "{{ c.nmae }}", 0),
            ("{type: object}", "{{ c.nmae }}", 0),
            ("{type: array, items: {type: object, properties: {a: {}}}}", "{% for x in c %}{{ x.b }}{% endfor %}", 1),
        ] {
            assert_eq!(found("TPL008", &prompt(&format!("c: {schema}"), content)).len(), count, "{schema} {content}");
        }
    }
}
