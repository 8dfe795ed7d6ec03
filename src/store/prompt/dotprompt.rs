//! `*.prompt`: Dotprompt. Front matter with picoschema, then a Handlebars body with `{{role "x"}}`.
//!
//! `tools` and named schemas are registered by the application, so that nothing is known of them but the name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fields::{Reader, Shapes, name_in_key, present, text_of, unique_entries};
use super::front_matter::{self, Before};
use super::picoschema::{self, Field};
use super::roles::Marker;
use super::{
    Contract, Dialect, Input, Message, Parsed, Prompt, PromptSource, Role, SchemaSource, ToolRef, body, metadata,
};
use crate::store::problem::{Problem, ProblemKind};
use crate::store::template::handlebars::{self, MarkerKind};
use crate::store::template::{Syntax, Template};
use crate::store::yaml::{EntryRef, Kind, NodeRef, Yaml};
use crate::text::{Span, Spanned};

pub(super) fn parse(source: &PromptSource<'_>, text: &str) -> Parsed {
    let document = front_matter::open(text, Before::BlankLinesAndComments);
    let legible = document.is_legible();
    let mut problems = document.problems;
    let mut prompt = Prompt::bare(source, Dialect::Dotprompt, document.head);
    prompt.contract = Contract::Missing;
    if let Some(root) = document.yaml.as_ref().and_then(Yaml::root) {
        let mut reader = Reader::new(Shapes::Reported);
        if root.kind() == Kind::Mapping {
            read(&mut prompt, root, text, &mut reader);
        } else {
            reader.wrong_shape("---", root, "keys and values");
        }
        // Shapes in a tree that was not read to its end say nothing.
        if legible {
            problems.extend(reader.into_problems());
        }
    }
    let template = body::template(text, document.body_start, Syntax::Handlebars);
    prompt.messages = messages(&template, document.body_start);
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
    prompt.model = reader.text(root, "model");
    if let Some(node) = reader.mapping(root, "config") {
        metadata::parameters(prompt, node, reader);
    }
    for name in reader.texts(root, "tools") {
        prompt.tools.push(ToolRef::Inline(name));
    }
    if let Some(node) = reader.mapping(root, "input") {
        if let Some(schema) = present(node, "schema") {
            inputs(prompt, schema, text, reader);
        }
        if let Some(defaults) = reader.mapping(node, "default") {
            self::defaults(prompt, defaults, text, reader);
        }
    }
    if let Some(node) = reader.mapping(root, "output")
        && let Some(schema) = present(node, "schema")
    {
        let value = converted(schema, reader);
        prompt.output_schema = Some(SchemaSource::Inline(Spanned::new(value, schema.span())));
    }
}

/// A schema with more mistakes than this is something else altogether, and each takes a walk to its place.
const MOST_MISFITS: usize = 50;

/// The schema at `node` as JSON Schema; what is no schema is reported.
fn converted(node: NodeRef<'_>, reader: &mut Reader) -> Value {
    let mut misfits = Vec::new();
    let schema = picoschema::to_json_schema(&reader.json(node).value, &|_| None, &mut misfits);
    for misfit in misfits.into_iter().take(MOST_MISFITS) {
        let place = misfit.path.iter().try_fold(node, |at, key| at.get(key)).unwrap_or(node);
        reader.report(Problem::new(ProblemKind::WrongShape, place.span(), misfit.message));
    }
    schema
}

/// Reads the inputs of a schema whose values are an object with known properties; of any other schema, none are known.
fn inputs(prompt: &mut Prompt, node: NodeRef<'_>, text: &str, reader: &mut Reader) {
    let written = reader.json(node).value;
    let schema = converted(node, reader);
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        prompt.contract = Contract::Open;
        return;
    };
    let admits_others = schema.get("additionalProperties").is_some_and(|others| others != &Value::Bool(false));
    prompt.contract = if admits_others { Contract::Open } else { Contract::Declared };
    let is_json_schema = written.as_object().is_some_and(picoschema::is_json_schema);
    let listed = if is_json_schema { node.get("properties") } else { Some(node) };
    let required: BTreeSet<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut seen = BTreeSet::new();
    for entry in listed.map(unique_entries).unwrap_or_default() {
        let name = if is_json_schema { entry.key } else { field_name(entry.key) };
        // The wildcard has no name.
        if name.is_empty() || !seen.insert(name) {
            continue;
        }
        let mut input = Input::bare(name_in_key(text, &entry, name), entry.span());
        if is_json_schema {
            described(&mut input, &entry, reader);
        }
        input.schema = property_schema(properties, name, &entry, reader);
        input.required = input.default.is_none() && required.contains(&name);
        prompt.inputs.push(input);
    }
}

fn field_name(key: &str) -> &str {
    Field::parse(key).map(|field| field.name).unwrap_or_default()
}

fn described(input: &mut Input, entry: &EntryRef<'_>, reader: &mut Reader) {
    if entry.value.kind() == Kind::Mapping {
        metadata::input_additions(input, entry.value, reader);
    }
}

fn property_schema(properties: &Map<String, Value>, name: &str, entry: &EntryRef<'_>, reader: &mut Reader) -> Value {
    match properties.get(name) {
        Some(Value::Object(schema)) => Value::Object(schema.clone()),
        Some(Value::Bool(any)) => Value::Bool(*any),
        Some(_) => {
            let message = format!(
                "the schema of `{name}` is {}, but JSON Schema wants a mapping or a boolean",
                entry.value.kind().describe()
            );
            let mut problem = Problem::new(ProblemKind::WrongShape, entry.value.span(), message);
            if let Some(word) = text_of(entry.value) {
                let word = word.value;
                problem = problem.help(format!(
                    "write `{name}: {{type: {word}}}`, or drop `type` and `properties` to use the short notation"
                ));
            }
            reader.report(problem);
            Value::Bool(true)
        }
        None => Value::Bool(true),
    }
}

/// A name with a default can be used, whether the schema lists it or not.
fn defaults(prompt: &mut Prompt, node: NodeRef<'_>, text: &str, reader: &mut Reader) {
    let known: BTreeMap<String, usize> =
        prompt.inputs.iter().enumerate().map(|(at, input)| (input.name.value.clone(), at)).collect();
    for entry in unique_entries(node) {
        let default = Some(reader.json(entry.value));
        if let Some(&at) = known.get(entry.key) {
            prompt.inputs[at].default = default;
            prompt.inputs[at].required = false;
        } else {
            let name = name_in_key(text, &entry, entry.key);
            prompt.inputs.push(Input { default, required: false, ..Input::bare(name, entry.span()) });
        }
    }
}

/// A body without `{{role}}` speaks as the user, and so does what follows a role's block; what follows `{{history}}`
/// speaks as the model. As in Dotprompt, a role without text is no message.
fn messages(template: &Template, start: usize) -> Vec<Message> {
    let markers = handlebars::role_markers(&template.text.text).into_iter().map(|found| {
        let after = Span::at(found.span.end as usize);
        let (role, word) = match found.kind {
            MarkerKind::Role { name, name_span } | MarkerKind::BlockRole { name, name_span } => {
                (Role::from_word(&name), name_span)
            }
            MarkerKind::BlockEnd => (Role::User, after),
            MarkerKind::History => (Role::Assistant, after),
        };
        Marker { span: found.span, role, word }
    });
    let mut messages = body::messages(template, 0, start, markers.collect(), Role::User);
    messages.retain(|message| body::prints(template, message.range));
    messages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::prompt::fixture::{assert_outline, parse};

    fn assert_dotprompt(text: &str, expected: &str) {
        assert_outline(Dialect::Dotprompt, "prompts/a.prompt", text, expected);
    }

    #[test]
    fn a_whole_prompt_is_read() {
        assert_dotprompt(
            r#"# Licence.

---
model: googleai/gemini
config: {temperature: 0.7}
tools: [search]
input:
  schema:
    name: string, who asks
    tags?(array, labels): string
    mood(enum): [good, bad]
  default: {mood: good, extra: 1}
output:
  format: json
  schema: {answer?: any}
---
{{! a note }}
{{role "system"}}
Be {{mood}}.
{{history}}
{{~role 'user'~}}
{{name}}
"#,
            r#"
            head "model"
            model googleai/gemini at "googleai/gemini"
            parameter temperature = 0.7
            declared
            input name {"type":"string","description":"who asks"}
            input tags {"type":["array","null"],"items":{"type":"string"},"description":"labels"} optional
            input mood {"enum":["good","bad"]} optional default "good"
            input extra true optional default 1
            output {"type":"object","properties":{"answer":{}},"additionalProperties":false}
            tool search
            system at "system": "Be {{mood}}."
            user at "user": "{{name}}"
            "#,
        );
    }

    #[test]
    fn roles_may_be_blocks() {
        assert_dotprompt(
            "{{#role \"system\"}}\nBe brief.\n{{/role}}\n\n{{#role \"model\"}}Yes.{{/role}} and on",
            r#"
            head "{{#role \"system\"}}"
            missing
            system at "system": "Be brief."
            assistant at "model": "Yes."
            user at "": " and on"
            "#,
        );
    }

    #[test]
    fn the_contract_follows_from_the_schema() {
        for (input, contract, required) in [
            ("{default: {a: 1}}", Contract::Missing, &[][..]),
            ("{schema: string}", Contract::Open, &[]),
            ("{schema: Registered}", Contract::Open, &[]),
            ("{schema: {a: string, b?: any}}", Contract::Declared, &["a"]),
            ("{schema: {a: string, (*): any}}", Contract::Open, &["a"]),
            ("{schema: {a: string, b: Registered}, default: {a: x}}", Contract::Declared, &["b"]),
            (
                "{schema: {type: object, properties: {a: {type: string}, b: {}}, required: [b]}}",
                Contract::Declared,
                &["b"],
            ),
            ("{schema: {properties: {a: {}}, additionalProperties: true}}", Contract::Open, &[]),
            ("{schema: {type: string}}", Contract::Open, &[]),
        ] {
            let parsed = parse(Dialect::Dotprompt, "a.prompt", &format!("---\ninput: {input}\n---\nhi\n"));
            let inputs = parsed.prompt.inputs.iter().filter(|input| input.required);
            let found: Vec<_> = inputs.map(|input| input.name.value.as_str()).collect();
            assert_eq!((parsed.prompt.contract, found.as_slice()), (contract, required), "{input}");
            assert_eq!(parsed.problems, [], "{input}");
        }
    }

    #[test]
    fn what_is_no_schema_is_named_at_its_place() {
        for (input, place, message) in [
            ("{schema: {a: 3}}", "3", "a type or a mapping of fields is expected here"),
            ("{schema: {a(set): string}}", "string", "`set` is not a kind of field; `array`, `object` and `enum` are"),
            (
                "{schema: {type: object, properties: {a: string}}}",
                "string",
                "the schema of `a` is text, but JSON Schema wants a mapping or a boolean",
            ),
            ("5", "5", "`input` is a whole number, but a mapping is expected here"),
        ] {
            let text = format!("---\ninput: {input}\n---\nhi\n");
            let parsed = parse(Dialect::Dotprompt, "a.prompt", &text);
            let found: Vec<_> =
                parsed.problems.iter().map(|problem| (problem.span.slice(&text), problem.message.as_str())).collect();
            assert_eq!(found, [(place, message)]);
        }
    }
}
