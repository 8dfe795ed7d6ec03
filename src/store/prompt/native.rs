//! `*.prompt.yaml`: Promptyard's own dialect, a superset of GitHub Models' `.prompt.yml`.
//!
//! A file without `inputs` is a plain GitHub Models file: any variable is fine there.

use serde_json::Value;

use super::fields::{Reader, Shapes, name_in_key, present, text_of, unique_entries};
use super::{
    Budget, Contract, Dialect, Input, Message, Parsed, Prompt, PromptSource, Role, SchemaSource, TestRow, ToolRef,
    front_matter, metadata,
};
use crate::store::mapped::MappedText;
use crate::store::problem::{Problem, ProblemKind, is_legible};
use crate::store::template::{Syntax, Template};
use crate::store::yaml::{self, EntryRef, Kind, Limits, NodeRef};
use crate::text::{Span, Spanned};

/// Keys of an input's entry that are not JSON Schema.
const ADDITIONS: &[&str] = &["maxTokens", "trust", "example"];

pub(super) fn parse(source: &PromptSource<'_>, text: &str) -> Parsed {
    let start = front_matter::byte_order_mark(text);
    let (tree, mut problems) = yaml::parse(&text[start..], start, Limits::default());
    let legible = is_legible(&problems);
    let head = front_matter::first_key(&tree).unwrap_or_else(|| front_matter::first_line(text, start));
    let mut prompt = Prompt::bare(source, Dialect::Native, head);
    let mut malformed = false;
    if let Some(root) = tree.root() {
        let mut reader = Reader::new(Shapes::Accepted);
        metadata::read(&mut prompt, root, &mut reader);
        settings(&mut prompt, root, text, &mut reader);
        inputs(&mut prompt, root, text, &mut reader);
        messages(&mut prompt, root);
        prompt.test_data = test_data(root, &reader);
        malformed = has_malformed_messages(root);
        problems.extend(reader.into_problems());
    }
    if legible && !malformed {
        problems.extend(prompt.empty_problem());
    }
    if !legible {
        prompt.contract = Contract::Open;
    }
    Parsed { prompt, yaml: Some(tree), problems }
}

fn settings(prompt: &mut Prompt, root: NodeRef<'_>, text: &str, reader: &mut Reader) {
    prompt.model = reader.text(root, "model");
    if let Some(node) = reader.mapping(root, "modelParameters") {
        metadata::parameters(prompt, node, reader);
    }
    if let Some(node) = reader.mapping(root, "budget") {
        let number = |key| {
            let value = present(node, key)?;
            Some(Spanned::new(value.as_f64()?, value.span()))
        };
        let count = |key| {
            let value = present(node, key)?;
            Some(Spanned::new(value.as_u64()?, value.span()))
        };
        prompt.budget = Budget { max_prompt_tokens: count("maxPromptTokens"), max_cost_usd: number("maxCostUsd") };
    }
    prompt.output_schema = output_schema(root, text, reader);
    if let Some(list) = reader.list(root, "tools") {
        prompt.tools = list.items().filter_map(tool).collect();
    }
}

fn tool(item: NodeRef<'_>) -> Option<ToolRef> {
    match item.kind() {
        Kind::Mapping => metadata::inline_tool(item),
        _ => text_of(item).map(ToolRef::File),
    }
}

fn output_schema(root: NodeRef<'_>, text: &str, reader: &mut Reader) -> Option<SchemaSource> {
    if let Some(node) = present(root, "outputSchema") {
        return match node.kind() {
            Kind::Mapping => Some(SchemaSource::Inline(reader.json(node))),
            _ => text_of(node).map(SchemaSource::File),
        };
    }
    let node = present(root, "jsonSchema")?;
    let value = match node.as_str() {
        Some(json) => match serde_json::from_str(json) {
            Ok(value) => Spanned::new(value, node.span()),
            Err(error) => {
                reader.report(invalid_json(node, json, text, &error));
                return None;
            }
        },
        None => reader.json(node),
    };
    Some(SchemaSource::Inline(value.map(unwrap_schema)))
}

/// GitHub Models wraps the schema as the provider's API wants it: `{name, strict, schema}`.
fn unwrap_schema(mut value: Value) -> Value {
    let is_wrapper = value.get("schema").is_some_and(Value::is_object)
        && ["type", "properties", "$ref"].iter().all(|key| value.get(key).is_none());
    if is_wrapper { value["schema"].take() } else { value }
}

fn invalid_json(node: NodeRef<'_>, json: &str, text: &str, error: &serde_json::Error) -> Problem {
    let line_start: usize = json.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = line_start + error.column().saturating_sub(1);
    let place = json
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .and_then(|found| Some(node.text()?.to_source(text, Span::new(at, at + found.len_utf8()))))
        .filter(|place| !place.is_empty());
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let message = format!("the text of `jsonSchema` is not JSON: {reason}");
    Problem::new(ProblemKind::WrongShape, place.unwrap_or(node.span()), message)
        .help("write the schema as YAML without `|` and quotes, or mend the JSON")
}

fn inputs(prompt: &mut Prompt, root: NodeRef<'_>, text: &str, reader: &mut Reader) {
    let Some(node) = root.get("inputs") else { return };
    match node.kind() {
        Kind::Null => prompt.contract = Contract::Declared,
        Kind::Mapping => {
            prompt.contract = Contract::Declared;
            for entry in unique_entries(node) {
                if entry.key == "<<" {
                    // What is merged in is not listed here, so that the list is not known to be whole.
                    prompt.contract = Contract::Open;
                } else {
                    prompt.inputs.push(input(&entry, text, reader));
                }
            }
        }
        _ => {}
    }
}

fn input(entry: &EntryRef<'_>, text: &str, reader: &mut Reader) -> Input {
    let mut input = Input::bare(name_in_key(text, entry, entry.key), entry.span());
    match reader.json(entry.value).value {
        Value::Object(mut schema) => {
            schema.retain(|key, value| {
                let ours = ADDITIONS.contains(&key.as_str()) || (key == "required" && value.is_boolean());
                !ours
            });
            // Made anew, because a store keeps thousands and what was taken out left its room.
            let mut exact = serde_json::Map::with_capacity(schema.len());
            exact.extend(schema);
            input.schema = Value::Object(exact);
            metadata::input_additions(&mut input, entry.value, reader);
        }
        Value::Bool(any) => input.schema = Value::Bool(any),
        _ => {}
    }
    input
}

/// Each text is a template and a message of its own; a message of several parts gives several of the same role.
fn messages(prompt: &mut Prompt, root: NodeRef<'_>) {
    let Some(list) = root.get("messages") else { return };
    for item in list.items() {
        let Some(content) = item.get("content") else { continue };
        let texts: Vec<MappedText> = match content.kind() {
            Kind::Sequence => content.items().filter_map(text_in_part).collect(),
            Kind::Null => Vec::new(),
            _ => content.text().into_iter().collect(),
        };
        let role = item.get("role").and_then(text_of).map(|role| role.map(|word| Role::from_word(&word)));
        let role = role.unwrap_or_else(|| Spanned::new(Role::User, Span::at(item.span().start as usize)));
        for text in texts {
            let range = Span::new(0, text.text.len());
            prompt.messages.push(Message { role: role.clone(), template: prompt.templates.len(), range });
            prompt.templates.push(Template::new(text, Syntax::Jinja));
        }
    }
}

/// The text of a part of a message: the part itself, or its `text`; images and the like have none.
pub(in crate::store) fn text_in_part(item: NodeRef<'_>) -> Option<MappedText> {
    let node = if item.kind() == Kind::Mapping { item.get("text")? } else { item };
    if node.kind() == Kind::Null { None } else { node.text() }
}

/// Whether `messages` is there in a shape that the schema reports: 'no messages' would be said twice.
fn has_malformed_messages(root: NodeRef<'_>) -> bool {
    if root.kind() != Kind::Mapping {
        return true;
    }
    let Some(list) = present(root, "messages") else { return false };
    list.kind() != Kind::Sequence
        || list
            .items()
            .any(|item| item.get("content").is_none_or(|content| matches!(content.kind(), Kind::Mapping | Kind::Null)))
}

fn test_data(root: NodeRef<'_>, reader: &Reader) -> Vec<TestRow> {
    let Some(list) = root.get("testData") else { return Vec::new() };
    list.items()
        .filter(|row| row.kind() == Kind::Mapping)
        .map(|row| TestRow {
            span: row.span(),
            values: unique_entries(row)
                .iter()
                .map(|entry| (Spanned::new(entry.key.to_owned(), entry.key_span), reader.json(entry.value).value))
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::prompt::fixture::{assert_outline, outline, parse};
    use crate::text::{LineColumn, LineIndex};

    const PATH: &str = "prompts/a.prompt.yaml";

    fn assert_native(text: &str, expected: &str) {
        assert_outline(Dialect::Native, PATH, text, expected);
    }

    #[test]
    fn a_whole_prompt_is_read() {
        assert_native(
            r#"# The answer to a customer.
name: answer
owners: ["@support"]
model: models/chat
modelParameters: {temperature: 0.2, maxTokens: 600}
inputs:
  question: {type: string, maxTokens: 500, example: "Where?"}
  tone: {type: string, enum: [warm, formal], default: warm, trust: trusted}
  "note": {type: object, required: [a], properties: {a: true}}
  hint: {type: string, required: false}
  any: true
budget: {maxPromptTokens: 4200, maxCostUsd: 0.02}
outputSchema: schemas/answer.json
tools: [tools/lookup.json, {type: function, function: {name: order}}, {name: refund}]
messages:
  - role: system
    content: Answer in a {{ tone }} tone.
  - role: 'user'
    content: |
      {{ question }}
testData:
  - {question: Where?, expected: here}
"#,
            r#"
            head "name"
            name answer at "answer"
            model models/chat at "models/chat"
            parameter temperature = 0.2
            parameter maxTokens = 600
            declared
            input question {"type":"string"} example "Where?" tokens 500
            input tone {"type":"string","enum":["warm","formal"],"default":"warm"} optional default "warm" trusted
            input note {"type":"object","required":["a"],"properties":{"a":true}}
            input hint {"type":"string"} optional
            input any true
            output file schemas/answer.json
            tool file tools/lookup.json
            tool order
            tool refund
            row question="Where?" expected="here"
            system at "system": "Answer in a {{ tone }} tone."
            user at "'user'": "{{ question }}\n"
            "#,
        );
    }

    #[test]
    fn the_contract_follows_from_inputs() {
        for (inputs, contract) in [
            ("", Contract::Open),
            ("inputs:\n", Contract::Declared),
            ("inputs: {}\n", Contract::Declared),
            ("inputs: {a: {type: string}}\n", Contract::Declared),
            ("inputs: [a]\n", Contract::Open),
        ] {
            let parsed = parse(Dialect::Native, PATH, &format!("{inputs}messages: [{{role: user, content: hi}}]\n"));
            assert_eq!(parsed.prompt.contract, contract, "{inputs:?}");
            assert_eq!(parsed.problems, [], "{inputs:?}");
        }
    }

    #[test]
    fn parts_of_a_message_are_messages_of_one_role() {
        assert_native(
            r#"messages:
  - role: user
    content:
      - {type: text, text: Look}
      - {type: image_url, image_url: x}
      - {type: text, text: well}
"#,
            r#"
            head "messages"
            open
            user at "user": "Look"
            user at "user": "well"
            "#,
        );
    }

    #[test]
    fn a_schema_may_be_text_in_json() {
        let body = "messages: [{role: user, content: hi}]\n";
        let wrapped = format!("jsonSchema: '{{\"name\": \"n\", \"schema\": {{\"type\": \"object\"}}}}'\n{body}");
        let parsed = parse(Dialect::Native, PATH, &wrapped);
        assert!(outline(&wrapped, &parsed).contains("output {\"type\":\"object\"}\n"));
        let broken = format!("jsonSchema: |\n  {{\n    \"type\": object\n  }}\n{body}");
        let parsed = parse(Dialect::Native, PATH, &broken);
        assert_eq!(parsed.problems.len(), 1);
        let problem = &parsed.problems[0];
        assert_eq!(problem.kind, ProblemKind::WrongShape);
        assert_eq!(problem.message, "the text of `jsonSchema` is not JSON: expected value");
        assert_eq!(
            LineIndex::new(&broken).line_column(problem.span.start, &broken),
            LineColumn { line: 3, column: 13 }
        );
    }

    #[test]
    fn only_a_prompt_without_text_is_empty() {
        for (text, is_empty) in [
            ("name: a\n", true),
            ("messages: []\n", true),
            ("messages: [{role: user, content: ' '}]\n", true),
            ("messages: [{role: user, content: '{# a #}'}]\n", true),
            ("messages: [{role: user, content: '{{ a }}'}]\n", false),
            ("messages: hi\n", false),
            ("messages: [{role: user}]\n", false),
            ("- a\n", false),
            ("a: [\n", false),
        ] {
            let parsed = parse(Dialect::Native, PATH, text);
            let found = parsed.problems.iter().any(|problem| problem.kind == ProblemKind::EmptyPrompt);
            assert_eq!(found, is_empty, "{text:?}");
        }
    }

    #[test]
    fn suppressions_are_read() {
        let text = r#"lint:
  allow:
    - {rule: TPL003, reason: later, until: 2027-01-01, match: x}
    - unused-input
messages: [{role: user, content: hi}]
"#;
        let allow = parse(Dialect::Native, PATH, text).prompt.allow;
        assert_eq!(allow.iter().map(|entry| entry.rule.value.as_str()).collect::<Vec<_>>(), ["TPL003", "unused-input"]);
        assert_eq!(allow[0].until.as_ref().map(|until| until.value.as_str()), Some("2027-01-01"));
        assert_eq!(allow[0].matches.as_ref().map(|part| part.value.as_str()), Some("x"));
        assert_eq!(allow[1].reason, None);
    }
}
