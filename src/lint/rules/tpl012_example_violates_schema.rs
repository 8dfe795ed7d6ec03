//! TPL012: an example, a default or a row of test data does not match the input's schema.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::values::Checker;
use crate::store::prompt::{Contract, Input, Prompt};
use crate::text::Span;

pub(super) struct ExampleViolatesSchema;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL012", name: "example-violates-schema" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "An example, a default or a row of test data does not match the input's schema",
    what: "\
Checks each input's `example` and `default`, and every value in the test data, against the JSON Schema that the input \
declares.",
    why: "\
One of the two is wrong. A default that its own schema rejects makes the prompt fail for everybody who relies on it; \
an example that is wrong teaches callers the wrong thing.",
    how: "Correct the value, or widen the schema if the value is meant.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
  sentences: {type: integer, default: three}
messages:
  - role: user
    content: \"Answer in {{ sentences }} sentences: {{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
  sentences: {type: integer, default: 3}
messages:
  - role: user
    content: \"Answer in {{ sentences }} sentences: {{ question }}\"
",
};

impl Rule for ExampleViolatesSchema {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, _cx: &Context<'_>, out: &Sink<'_>) {
        if prompt.contract != Contract::Declared {
            return;
        }
        let mut left = limit::FINDINGS;
        let mut checkers = BTreeMap::new();
        for input in &prompt.inputs {
            let mut checker = Checker::new(&input.schema);
            let example = input.example.iter().map(|value| ("example", value));
            let default = input.default.iter().map(|value| ("default", value));
            for (what, value) in example.chain(default) {
                check(input, &mut checker, what, (value.span, &value.value), &mut left, out);
            }
            checkers.insert(input.name.value.as_str(), (input, checker));
        }
        for (column, value) in prompt.test_data.iter().flat_map(|row| &row.values) {
            if let Some((input, checker)) = checkers.get_mut(column.value.as_str()) {
                check(input, checker, "test value", (column.span, value), &mut left, out);
            }
        }
    }
}

fn check(
    input: &Input,
    checker: &mut Checker<'_>,
    what: &str,
    (span, value): (Span, &Value),
    left: &mut usize,
    out: &Sink<'_>,
) {
    let name = &input.name.value;
    // No value is how YAML says that there is none, and `${...}` is filled in by whoever loads the file.
    let absent = value.is_null() || value.as_str().is_some_and(|text| text.starts_with("${"));
    if absent || *left == 0 {
        return;
    }
    let Some(violation) = checker.violation(value) else { return };
    *left -= 1;
    let subject = format!("the {what} of `{name}`");
    let message = match violation.message.strip_prefix("the document ") {
        Some(rest) => format!("{subject} {rest}"),
        None => format!("{subject} does not match its schema: {}", violation.message),
    };
    let mut finding = out.at(span, message);
    finding = finding.help(violation.help.unwrap_or_else(|| "correct the value, or widen the schema".to_owned()));
    if input.name.span != span {
        finding = finding.label(input.name.span, declared(&input.schema));
    }
    drop(finding);
}

fn declared(schema: &Value) -> String {
    match schema.get("type").and_then(Value::as_str) {
        Some(name) => format!("declared as `{name}`"),
        None => "declared here".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn examples_defaults_and_rows_are_checked() {
        let prompt = "\
inputs:
  a: {type: string, example: 3}
  b: {type: array, items: {type: integer}, default: [x]}
  c: {type: string, enum: [x, y]}
  d: {type: string, example: \"${file:d.txt}\"}
messages:
  - role: user
    content: \"{{ a }}{{ b }}{{ c }}{{ d }}\"
testData:
  - {c: x, expected: 3}
  - {c: z}
";
        assert_eq!(
            found("TPL012", prompt),
            [
                "error prompts/example.prompt.yaml:2 the example of `a` must be text, but it is a whole number",
                "error prompts/example.prompt.yaml:3 the default of `b` does not match its schema: \
                 item 1 must be a whole number, but it is text",
                "error prompts/example.prompt.yaml:11 the test value of `c` must be `x` or `y`, but it is `z`",
            ]
        );
    }
}
