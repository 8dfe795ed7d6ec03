//! `*.prompty`: front matter, then a Jinja or Mustache body with role lines.
//!
//! The format has two ages. The second describes inputs as `inputs` with a `kind`, and the model as `model.id`,
//! `model.connection`, `model.options`; the first as `sample` or `inputs` with a `type`, and as `model.configuration`
//! and `model.parameters`. Both are read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::fields::{Reader, Shapes, name_in_key, present, text_of, unique_entries};
use super::front_matter::{self, Before};
use super::{
    Contract, Dialect, Input, Parsed, Prompt, PromptSource, Role, SchemaSource, ToolRef, body, metadata, property,
    roles,
};
use crate::store::problem::{Problem, ProblemKind};
use crate::store::template::Syntax;
use crate::store::yaml::{Kind, NodeRef, Yaml};
use crate::text::Spanned;

pub(super) fn parse(source: &PromptSource<'_>, text: &str) -> Parsed {
    let document = front_matter::open(text, Before::BlankLines);
    let legible = document.is_legible();
    let mut problems = document.problems;
    let mut prompt = Prompt::bare(source, Dialect::Prompty, document.head);
    prompt.contract = Contract::Missing;
    let mut syntax = Syntax::Jinja;
    let mut implied = Role::System;
    if let Some(root) = document.yaml.as_ref().and_then(Yaml::root) {
        let mut reader = Reader::new(Shapes::Reported);
        if root.kind() == Kind::Mapping {
            syntax = template_syntax(root);
            implied = implied_role(root);
            read(&mut prompt, root, text, &mut reader);
        } else {
            reader.wrong_shape("---", root, "keys and values");
        }
        // Shapes in a tree that was not read to its end say nothing.
        if legible {
            problems.extend(reader.into_problems());
        }
    }
    let template = body::template(text, document.body_start, syntax);
    let markers = roles::role_lines(&template.text.text, &template.analysis.tags);
    prompt.messages = body::messages(&template, 0, document.body_start, markers, implied);
    prompt.templates.push(template);
    if legible {
        problems.extend(prompt.empty_problem());
    } else {
        prompt.contract = Contract::Open;
    }
    Parsed { prompt, yaml: document.yaml, problems }
}

fn read(prompt: &mut Prompt, root: NodeRef<'_>, text: &str, reader: &mut Reader) {
    metadata::read(prompt, root, reader);
    if let Some(more) = reader.mapping(root, "metadata") {
        prompt.tags.extend(reader.texts(more, "tags"));
        prompt.version = prompt.version.take().or_else(|| reader.text(more, "version"));
    }
    inputs(prompt, root, text, reader);
    model(prompt, root, reader);
    tools(prompt, root, reader);
    prompt.output_schema = outputs(root, reader);
    legacy_keys(root, reader);
}

/// The body's language: `template.format.kind`, and the older `template.type` and `template: jinja2`.
fn template_syntax(root: NodeRef<'_>) -> Syntax {
    let word = root.get("template").and_then(|node| {
        let format = node.get("format").or_else(|| node.get("type")).unwrap_or(node);
        format.get("kind").unwrap_or(format).as_str()
    });
    match word {
        Some("mustache") => Syntax::Mustache,
        _ => Syntax::Jinja,
    }
}

/// Who says a body without role lines: the system, unless the model takes one text instead of a chat.
fn implied_role(root: NodeRef<'_>) -> Role {
    let model = root.get("model");
    let api = model.and_then(|model| model.get("apiType").or_else(|| model.get("api"))).and_then(NodeRef::as_str);
    match api {
        Some("embedding" | "image" | "completion") => Role::User,
        _ => Role::System,
    }
}

fn inputs(prompt: &mut Prompt, root: NodeRef<'_>, text: &str, reader: &mut Reader) {
    let older = root.get("inputSchema").map(|node| node.get("properties").unwrap_or(node));
    let declared = root.get("inputs").or(older);
    if let Some(node) = declared {
        prompt.contract = Contract::Declared;
        match node.kind() {
            Kind::Null => {}
            Kind::Sequence => prompt.inputs = node.items().filter_map(|item| listed_input(item, reader)).collect(),
            Kind::Mapping => {
                for entry in unique_entries(node) {
                    let mut input = Input::bare(name_in_key(text, &entry, entry.key), entry.span());
                    describe(&mut input, entry.value, reader);
                    prompt.inputs.push(input);
                }
            }
            _ => {
                prompt.contract = Contract::Open;
                if !is_reference(node) {
                    reader.wrong_shape("inputs", node, "a list or a mapping");
                }
            }
        }
    }
    let mut seen = BTreeSet::new();
    prompt.inputs.retain(|input| seen.insert(input.name.value.clone()));
    if let Some(node) = present(root, "sample") {
        samples(prompt, node, text, reader);
    }
}

/// An item of `inputs`: a property with its name, or the name alone.
fn listed_input(item: NodeRef<'_>, reader: &mut Reader) -> Option<Input> {
    if item.kind() != Kind::Mapping {
        let name = text_of(item);
        if name.is_none() {
            reader.wrong_shape("inputs", item, "an input with a `name`");
        }
        return name.map(|name| Input::bare(name, item.span()));
    }
    let Some(name) = present(item, "name") else {
        let message = "this input has no `name`";
        reader.report(Problem::new(ProblemKind::WrongShape, item.span(), message).help("add its `name`"));
        return None;
    };
    let Some(name) = text_of(name) else {
        reader.wrong_shape("name", name, "text");
        return None;
    };
    let mut input = Input::bare(name, item.span());
    describe(&mut input, item, reader);
    Some(input)
}

/// Reads what is said of an input: a property, or its default alone.
fn describe(input: &mut Input, node: NodeRef<'_>, reader: &mut Reader) {
    let is_property = node.kind() == Kind::Mapping && node.entries().any(|entry| property::KEYS.contains(&entry.key));
    if !is_property {
        if node.kind() != Kind::Null {
            input.default = Some(reader.json(node));
            input.required = false;
        }
        return;
    }
    let value = reader.json(node).value;
    input.schema = property::schema(&value);
    input.used_by_metadata = property::is_carried(&value);
    metadata::input_additions(input, node, reader);
    if input.example.is_none() {
        input.example = present(node, "sample").map(|sample| reader.json(sample));
    }
}

/// The older `sample`: names with a value to try, inline or in a file.
fn samples(prompt: &mut Prompt, node: NodeRef<'_>, text: &str, reader: &mut Reader) {
    match node.kind() {
        Kind::Mapping => {
            prompt.contract = match prompt.contract {
                Contract::Missing => Contract::Declared,
                known => known,
            };
            let known: BTreeMap<String, usize> =
                prompt.inputs.iter().enumerate().map(|(at, input)| (input.name.value.clone(), at)).collect();
            for entry in unique_entries(node) {
                let example = reader.json(entry.value);
                if let Some(&at) = known.get(entry.key) {
                    prompt.inputs[at].example.get_or_insert(example);
                } else {
                    let name = name_in_key(text, &entry, entry.key);
                    prompt.inputs.push(Input { example: Some(example), ..Input::bare(name, entry.span()) });
                }
            }
        }
        // A file of samples: which names it has is not known here.
        Kind::String if prompt.contract == Contract::Missing => prompt.contract = Contract::Open,
        Kind::String => {}
        _ => reader.wrong_shape("sample", node, "a mapping or the name of a file"),
    }
}

fn model(prompt: &mut Prompt, root: NodeRef<'_>, reader: &mut Reader) {
    let Some(node) = present(root, "model") else { return };
    if node.kind() != Kind::Mapping {
        prompt.model = text_of(node);
        if prompt.model.is_none() {
            reader.wrong_shape("model", node, "a model's id or a mapping");
        }
    } else {
        let configuration = present(node, "configuration").filter(|node| node.kind() == Kind::Mapping);
        prompt.model = reader.text(node, "id").or_else(|| {
            let names = ["azure_deployment", "model", "model_name", "name"];
            names.iter().find_map(|key| present(configuration?, key).and_then(text_of))
        });
        parameters(prompt, node, reader);
    }
    // A value of the environment is not known here.
    prompt.model = prompt.model.take().filter(|id| !id.value.starts_with("${"));
}

/// Reads `options` and the older `parameters`. `additionalProperties` holds parameters that the format has no key for.
fn parameters(prompt: &mut Prompt, model: NodeRef<'_>, reader: &mut Reader) {
    for key in ["options", "parameters"] {
        let Some(node) = present(model, key) else { continue };
        if is_reference(node) {
            continue;
        }
        if node.kind() != Kind::Mapping {
            reader.wrong_shape(key, node, "a mapping");
            continue;
        }
        metadata::parameters(prompt, node, reader);
        if let Some(more) = present(node, "additionalProperties") {
            metadata::parameters(prompt, more, reader);
        }
    }
    prompt.parameters.retain(|(name, _)| !["additionalProperties", "tools"].contains(&name.value.as_str()));
}

fn tools(prompt: &mut Prompt, root: NodeRef<'_>, reader: &mut Reader) {
    let older = || present(present(present(root, "model")?, "parameters")?, "tools");
    let Some(node) = present(root, "tools").or_else(older) else { return };
    if let Some(path) = referenced_file(node) {
        prompt.tools.push(ToolRef::File(path));
        return;
    }
    if node.kind() != Kind::Sequence && node.kind() != Kind::Mapping {
        reader.wrong_shape("tools", node, "a list of tools");
        return;
    }
    let mut bound = BTreeSet::new();
    for item in node.items() {
        let tool = referenced_file(item).map(ToolRef::File).or_else(|| metadata::inline_tool(item));
        prompt.tools.extend(tool);
        bound.extend(bindings(item));
    }
    for entry in node.entries() {
        prompt.tools.push(ToolRef::Inline(Spanned::new(entry.key.to_owned(), entry.key_span)));
        bound.extend(bindings(entry.value));
    }
    for input in &mut prompt.inputs {
        input.used_by_metadata |= bound.contains(input.name.value.as_str());
    }
}

/// The inputs that a tool's `bindings` fill its parameters from: the template need not name them.
fn bindings<'a>(tool: NodeRef<'a>) -> impl Iterator<Item = &'a str> {
    let bindings = tool.get("bindings").into_iter();
    bindings
        .flat_map(|node| node.items().chain(node.entries().map(|entry| entry.value)))
        .filter_map(|binding| binding.get("input").unwrap_or(binding).as_str())
}

fn outputs(root: NodeRef<'_>, reader: &mut Reader) -> Option<SchemaSource> {
    let older = root.get("outputSchema").map(|node| node.get("properties").unwrap_or(node));
    let node = present(root, "outputs").or(older)?;
    if let Some(path) = referenced_file(node) {
        return Some(SchemaSource::File(path));
    }
    let value = reader.json(node);
    match value.value {
        Value::Array(_) | Value::Object(_) => {
            Some(SchemaSource::Inline(value.map(|properties| property::object_schema(&properties))))
        }
        _ => {
            reader.wrong_shape("outputs", node, "a list or a mapping");
            None
        }
    }
}

/// Whether the value is taken from elsewhere when the prompt is loaded: `${file:x.json}`, `${env:NAME}`.
fn is_reference(node: NodeRef<'_>) -> bool {
    node.as_str().is_some_and(|text| text.starts_with("${") && text.ends_with('}'))
}

/// The path in `${file:path}`.
fn referenced_file(node: NodeRef<'_>) -> Option<Spanned<String>> {
    let path = node.as_str()?.strip_prefix("${file:")?.strip_suffix('}')?;
    Some(Spanned::new(path.to_owned(), node.span()))
}

/// Reports keys of the first age.
fn legacy_keys(root: NodeRef<'_>, reader: &mut Reader) {
    let model = present(root, "model").filter(|node| node.kind() == Kind::Mapping);
    let keys = [
        (Some(root), "sample", "inputs", "give each input a `default` or an `example`"),
        (Some(root), "inputSchema", "inputs", "list the inputs there"),
        (Some(root), "outputSchema", "outputs", "list the outputs there"),
        (model, "api", "model.apiType", "rename the key"),
        (model, "configuration", "model.connection", "move it there, and the deployment's name to `model.id`"),
        (model, "parameters", "model.options", "rename the key"),
    ];
    for (parent, key, newer, step) in keys {
        let Some(entry) = parent.and_then(|node| node.entry(key)) else { continue };
        let message = format!("`{key}` is an older key of the format");
        let help = format!("use `{newer}`: {step}");
        reader.report(Problem::new(ProblemKind::LegacyKey, entry.key_span, message).help(help));
    }
    if let Some(node) = present(root, "template").filter(|node| node.kind() == Kind::String && !is_reference(*node)) {
        let message = "`template` with a name alone is older than the format's `template.format`";
        let help = format!("write `template: {{format: {{kind: {}}}}}`", node.as_str().unwrap_or_default());
        reader.report(Problem::new(ProblemKind::LegacyKey, node.span(), message).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::prompt::fixture::{self, assert_outline};
    use crate::text::Span;

    fn assert_prompty(text: &str, expected: &str) {
        assert_outline(Dialect::Prompty, "prompts/a.prompty", text, expected);
    }

    fn parsed(text: &str) -> Parsed {
        fixture::parse(Dialect::Prompty, "prompts/a.prompty", text)
    }

    #[test]
    fn a_prompt_of_the_newer_format_is_read() {
        assert_prompty(
            r#"---
name: weather
metadata: {version: "2", tags: [a]}
model:
  id: gpt-x
  options: {temperature: 0.5, additionalProperties: {size: big}}
inputs:
  - {name: question, kind: string, default: Why?}
  - name: unit
    kind: string
    enumValues: [c, f]
    required: true
  - {name: photo, kind: image}
  - thing
outputs:
  - {name: city, kind: string, required: true}
tools:
  - {name: forecast, kind: function, bindings: {unit: {input: unit}}}
---
system:
Be brief.

user[name="Ann"]:
{{question}}
"#,
            r#"
            head "name"
            name weather at "weather"
            model gpt-x at "gpt-x"
            version 2 at "\"2\""
            parameter temperature = 0.5
            parameter size = "big"
            declared
            input question {"type":"string","default":"Why?"} optional default "Why?"
            input unit {"type":"string","enum":["c","f"]} used
            input photo true used
            input thing true
            output {"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}
            tool forecast
            system at "system": "Be brief."
            user at "user": "{{question}}"
            "#,
        );
    }

    #[test]
    fn a_prompt_of_the_older_format_is_read() {
        assert_prompty(
            r#"---
model:
  api: chat
  configuration: {type: azure_openai, azure_deployment: gpt-x}
  parameters: {max_tokens: 8, tools: "${file:tools.json}"}
inputs:
  question: {type: string, sample: Why?}
  history: {type: list, default: []}
  plain: 5
sample: {question: What?, extra: 1}
template: mustache
---
{{question}}
"#,
            r#"
            head "model"
            model gpt-x at "gpt-x"
            parameter max_tokens = 8
            declared
            input question {"type":"string"} example "Why?"
            input history {"type":"array","default":[]} optional default []
            input plain true optional default 5
            input extra true example 1
            tool file tools.json
            system at "": "{{question}}"
            LegacyKey at "sample": `sample` is an older key of the format
            LegacyKey at "api": `api` is an older key of the format
            LegacyKey at "configuration": `configuration` is an older key of the format
            LegacyKey at "parameters": `parameters` is an older key of the format
            LegacyKey at "mustache": `template` with a name alone is older than the format's `template.format`
            "#,
        );
    }

    #[test]
    fn help_names_the_newer_key() {
        let parsed = parsed("---\nmodel: {parameters: {n: 1}}\ntemplate: jinja2\n---\nhi\n");
        let helps: Vec<_> = parsed.problems.iter().filter_map(|problem| problem.help.as_deref()).collect();
        assert_eq!(helps, ["use `model.options`: rename the key", "write `template: {format: {kind: jinja2}}`"]);
    }

    #[test]
    fn the_contract_follows_from_inputs_and_samples() {
        for (keys, contract, names) in [
            ("name: a", Contract::Missing, &[][..]),
            ("inputs:", Contract::Declared, &[]),
            ("inputs: [{name: a}, {name: a}, {name: b}]", Contract::Declared, &["a", "b"]),
            ("inputs: {a: 1, b: }", Contract::Declared, &["a", "b"]),
            ("inputs: {a: {x: 1}}", Contract::Declared, &["a"]),
            ("inputs: ${file:inputs.json}", Contract::Open, &[]),
            ("sample: {a: 1}", Contract::Declared, &["a"]),
            ("sample: sample.json", Contract::Open, &[]),
            ("inputSchema: {properties: [{name: a}]}", Contract::Declared, &["a"]),
        ] {
            let parsed = parsed(&format!("---\n{keys}\n---\nhi\n"));
            let found: Vec<_> = parsed.prompt.inputs.iter().map(|input| input.name.value.as_str()).collect();
            assert_eq!((parsed.prompt.contract, found.as_slice()), (contract, names), "{keys}");
            assert!(parsed.problems.iter().all(|problem| problem.kind == ProblemKind::LegacyKey), "{keys}");
        }
    }

    #[test]
    fn models_are_read_wherever_they_are_named() {
        for (model, expected) in [
            ("gpt-x", Some("gpt-x")),
            ("{id: gpt-x}", Some("gpt-x")),
            ("{configuration: {model: gpt-x}}", Some("gpt-x")),
            ("{id: \"${env:MODEL}\"}", None),
            ("{provider: openai}", None),
        ] {
            let parsed = parsed(&format!("---\nmodel: {model}\n---\nhi\n"));
            assert_eq!(parsed.prompt.model.map(|id| id.value).as_deref(), expected, "{model}");
        }
    }

    #[test]
    fn a_text_that_is_no_chat_is_the_users() {
        for (model, expected) in
            [("{apiType: embedding}", Role::User), ("{api: chat}", Role::System), ("x", Role::System)]
        {
            let parsed = parsed(&format!("---\nmodel: {model}\n---\n{{{{text}}}}\n"));
            assert_eq!(parsed.prompt.messages[0].role.value, expected, "{model}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_at_its_place() {
        for (keys, place, message) in [
            ("inputs: 5", "5", "`inputs` is a whole number, but a list or a mapping is expected here"),
            ("inputs: [{kind: string}]", "{kind: string}", "this input has no `name`"),
            ("sample: [a]", "[a]", "`sample` is a list, but a mapping or the name of a file is expected here"),
            ("model: [a]", "[a]", "`model` is a list, but a model's id or a mapping is expected here"),
            ("model: {options: 3}", "3", "`options` is a whole number, but a mapping is expected here"),
            ("description: [a]", "[a]", "`description` is a list, but text is expected here"),
            ("outputs: 1", "1", "`outputs` is a whole number, but a list or a mapping is expected here"),
        ] {
            let text = format!("---\n{keys}\n---\nhi\n");
            let parsed = parsed(&text);
            let shapes = parsed.problems.iter().filter(|problem| problem.kind == ProblemKind::WrongShape);
            let found: Vec<_> = shapes.map(|problem| (problem.span.slice(&text), problem.message.as_str())).collect();
            assert_eq!(found, [(place, message)]);
        }
    }

    #[test]
    fn front_matter_without_an_end_leaves_the_contract_open() {
        let text = "---\nname: a\nsystem:\nhi {{x}}\n";
        let parsed = parsed(text);
        assert_eq!(parsed.prompt.contract, Contract::Open);
        assert_eq!(parsed.problems.len(), 1);
        assert_eq!((parsed.problems[0].kind, parsed.problems[0].span), (ProblemKind::InvalidYaml, Span::new(0, 3)));
    }
}
