//! TPL004: a template treats an input as something that its type is not.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::shape::{Type, schema_at, spell, type_of};
use crate::store::prompt::Prompt;
use crate::store::template::{Step, Syntax, Template, UseKind, VariableUse};
use crate::store::usage::{Scope, inputs_by_name};

pub(super) struct TypeMismatch;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL004", name: "type-mismatch" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A template treats an input as something that its type is not",
    what: "\
Compares what a template does with an input with the type that the input's schema declares: reading a property of \
text, a number or a boolean; looping over a number, a boolean, or text (which yields single characters); calculating \
with a list or an object. Where the schema allows several types nothing is said.",
    why: "The prompt fails when it is rendered, or renders nothing where a value was meant.",
    how: "Declare the type that the template needs, or change what the template does with the value.",
    bad: "\
description: Answers from passages.
inputs:
  passages: {type: string}
messages:
  - role: user
    content: \"{% for passage in passages %}{{ passage.text }}{% endfor %}\"
",
    good: "\
description: Answers from passages.
inputs:
  passages: {type: array, items: {type: object, properties: {text: {type: string}}}}
messages:
  - role: user
    content: \"{% for passage in passages %}{{ passage.text }}{% endfor %}\"
",
};

impl Rule for TypeMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.inputs.iter().all(|input| input.schema.get("type").is_none()) {
            return;
        }
        let inputs = inputs_by_name(prompt);
        let usage = cx.usage(prompt);
        let mut seen = std::collections::BTreeSet::new();
        for (site, usage) in usage.uses() {
            let Some(input) = inputs.get(usage.root.as_str()) else { continue };
            if site.scope == Scope::Other {
                continue;
            }
            let Some(mismatch) = mismatch(&input.schema, usage, site.template) else { continue };
            // A loop over the wrong thing makes every use inside wrong too: one finding for one mistake.
            if !seen.insert(mismatch.at.clone()) {
                continue;
            }
            if seen.len() > limit::FINDINGS {
                break;
            }
            let mut finding = out
                .at(site.place(cx.store, usage.span), mismatch.message)
                .label(input.name.span, format!("declared here as {}", mismatch.is.describe()))
                .help(mismatch.help);
            if let Some(place) = site.elsewhere(cx.store, usage.span) {
                finding = finding.note(format!("it is used at {place}"));
            }
            drop(finding);
        }
    }
}

struct Mismatch {
    /// The value whose type is not what the template needs.
    at: String,
    is: Type,
    message: String,
    help: String,
}

fn mismatch(schema: &serde_json::Value, usage: &VariableUse, template: &Template) -> Option<Mismatch> {
    for (depth, step) in usage.path.iter().enumerate() {
        let before = &usage.path[..depth];
        let is = type_of(schema_at(schema, before)?)?;
        let value = spell(&usage.root, before);
        match (is, step) {
            (Type::Text, Step::Item) => return over_text(value, usage, template),
            (Type::Number | Type::Boolean, Step::Item) => {
                return Some(Mismatch {
                    message: format!("`{value}` is {}: it has no items", is.describe()),
                    help: format!("declare `{value}` as a list, or use it as a whole"),
                    at: value,
                    is,
                });
            }
            (Type::Text | Type::Number | Type::Boolean, Step::Attribute(name)) => {
                // A method of the value, and what Handlebars offers on every text.
                let provided = is_method(name, usage, template) || name == "length";
                return (!provided).then(|| Mismatch {
                    message: format!("`{value}` is {}: it has no `{name}`", is.describe()),
                    help: format!("declare `{value}` as an object with the property `{name}`, or use it as a whole"),
                    at: value,
                    is,
                });
            }
            _ => {}
        }
    }
    let is = type_of(schema_at(schema, &usage.path)?)?;
    let value = spell(&usage.root, &usage.path);
    match (usage.kind, is) {
        (UseKind::Iterated, Type::Text) => over_text(value, usage, template),
        (UseKind::Iterated, Type::Number | Type::Boolean) if loops(template) => Some(Mismatch {
            message: format!("`{value}` is {}: it can't be looped over", is.describe()),
            help: format!("declare `{value}` as a list, or print it"),
            at: value,
            is,
        }),
        (UseKind::Arithmetic, Type::Object) if template.syntax == Syntax::Jinja => Some(Mismatch {
            message: format!("`{value}` is {}: it can't be calculated with", is.describe()),
            help: "calculate with one of its properties".to_owned(),
            at: value,
            is,
        }),
        _ => None,
    }
}

/// Looping over text yields its characters, which no prompt wants; indexing text is fine.
fn over_text(value: String, usage: &VariableUse, template: &Template) -> Option<Mismatch> {
    let looped = usage.kind == UseKind::Iterated && usage.path.iter().all(|step| *step != Step::Item);
    (looped && loops(template)).then(|| Mismatch {
        message: format!("`{value}` is text: looping over it yields single characters"),
        help: format!("declare `{value}` as a list, or print it"),
        at: value,
        is: Type::Text,
    })
}

/// Whether iterating is looping: a section of Mustache or Handlebars is a test for most values.
fn loops(template: &Template) -> bool {
    template.syntax == Syntax::Jinja
}

fn is_method(name: &str, usage: &VariableUse, template: &Template) -> bool {
    const TEXT_METHODS: [&str; 28] = [
        "capitalize",
        "casefold",
        "center",
        "count",
        "encode",
        "endswith",
        "find",
        "format",
        "index",
        "isalnum",
        "isalpha",
        "isdigit",
        "islower",
        "isupper",
        "join",
        "lower",
        "lstrip",
        "partition",
        "replace",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "zfill",
    ];
    let after = template.text.text.get(usage.span.end as usize..).unwrap_or_default();
    after.trim_start().starts_with('(') || TEXT_METHODS.contains(&name)
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    fn messages(content: &str) -> Vec<String> {
        let prompt = format!(
            "\
inputs:
  text: {{type: string}}
  count: {{type: integer}}
  flag: {{type: boolean}}
  list: {{type: array, items: {{type: string}}}}
  object: {{type: object, properties: {{name: {{type: string}}}}}}
  either: {{type: [string, array]}}
messages:
  - role: user
    content: |
      {content}
"
        );
        let found = found("TPL004", &prompt);
        found
            .into_iter()
            .map(|line| line.split_once(' ').expect("a severity").1.split_once(' ').expect("a place").1.to_owned())
            .collect()
    }

    #[test]
    fn what_a_type_cannot_do_is_found() {
        for (content, expected) in [
            ("{{ text.title }}", None),
            ("{{ text.name }}", Some("`text` is text: it has no `name`")),
            ("{{ object.name.first }}", Some("`object.name` is text: it has no `first`")),
            (
                "{% for c in text %}{{ c }}{% endfor %}",
                Some("`text` is text: looping over it yields single characters"),
            ),
            ("{% for c in count %}{{ c }}{% endfor %}", Some("`count` is a number: it can't be looped over")),
            ("{% for c in list %}{{ c.name }}{% endfor %}", Some("`list[]` is text: it has no `name`")),
            ("{{ object + 1 }}", Some("`object` is an object: it can't be calculated with")),
        ] {
            assert_eq!(messages(content), Vec::from_iter(expected), "{content}");
        }
    }

    #[test]
    fn what_is_fine_is_not() {
        for content in [
            "{{ text.upper() }} {{ text[0] }} {{ text | length }} {{ text ~ count }} {{ count + 1 }}",
            "{% for c in text.split(',') %}{{ c }}{% endfor %}",
            "{% for c in range(count) %}{{ c }}{% endfor %}",
            "{% for key in object %}{{ object[key] }}{% endfor %}",
            "{% for key, value in object.items() %}{{ value.x }}{% endfor %}",
            "{% for x in either %}{{ x.name }}{% endfor %}",
            "{% if flag %}{{ list | join(', ') }}{{ list[0] }}{{ list.length }}{% endif %}",
        ] {
            assert_eq!(messages(content), Vec::<String>::new(), "{content}");
        }
    }
}
