//! Runs Prompty's conformance vectors for loading, parsing and rendering:
//! `cargo run --example prompty_vectors -- prompty-vectors.json FIXTURES`.
//!
//! Exits with 1 if one fails. What only a running prompt has (the environment, connections, the nonces of threads) is
//! not applicable, each with its reason; a vector that is partly so passes by its other part.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example program reads its arguments and prints"
)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use promptyard::render::messages::{Message, Part, messages};
use promptyard::render::{Context, MAX_WORK, Renderer};
use promptyard::store::problem::ProblemKind;
use promptyard::store::prompt::{Input, Prompt, SchemaSource, ToolRef};
use promptyard::store::snapshot::Snapshot;
use promptyard::store::template::Syntax;
use promptyard::store::{SourceFile, Store};
use promptyard::text::{Span, Spanned};
use serde_json::{Map, Value, json};

/// How a vector ended.
enum Verdict {
    /// As it says; what was left out of it, if anything.
    Passed(String),
    /// Otherwise.
    Failed(String),
    /// It is about something that is none of ours.
    NotApplicable(&'static str),
}

use Verdict::{Failed, NotApplicable, Passed};

const RUN_TIME: &str = "the environment, files and connections are resolved when the prompt runs";
const THREADS: &str = "threads and their nonces exist when the prompt runs";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let vectors = arguments.next().ok_or("name the file with the vectors")?;
    let fixtures = arguments.next().ok_or("name the folder with the fixtures")?;
    let document: Value = serde_json::from_str(&std::fs::read_to_string(vectors)?)?;
    let vectors = document["vectors"].as_array().ok_or("the file has no `vectors`")?;
    let (mut passed, mut failed, mut left_out, mut others) = (0, 0, 0, 0);
    for vector in vectors {
        let operation = vector["operation"].as_str().unwrap_or_default();
        let vector = &vector["vector"];
        let verdict = match operation {
            "load" => load(vector, &fixtures),
            "parse" => parse(vector),
            "render" => render(vector),
            "renderSegments" => segments(vector),
            _ => {
                others += 1;
                continue;
            }
        };
        let (word, reason) = match &verdict {
            Passed(but) => (&mut passed, ("passed", but.as_str())),
            Failed(reason) => (&mut failed, ("FAILED", reason.as_str())),
            NotApplicable(reason) => (&mut left_out, ("not applicable", *reason)),
        };
        *word += 1;
        println!("{operation:<15} {:<42} {:<15} {}", text(vector, "name"), reason.0, reason.1);
    }
    println!("\n{passed} passed, {failed} failed, {left_out} not applicable");
    println!("{others} vectors of other operations, all about calling a model, were not run");
    Ok(ExitCode::from(u8::from(failed > 0)))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// A store of the one prompt.
fn store_of(content: &str) -> Store {
    let snapshot = Snapshot::of_texts([("prompts/a.prompty", content.as_bytes())]);
    Store::load(snapshot.expect("because the path is one of a store"))
}

fn with_body(body: &str) -> Store {
    store_of(&format!("---\nname: vector\n---\n{body}"))
}

fn only_prompt(store: &Store) -> &Prompt {
    store.prompts().first().expect("because any text under this name is a prompt")
}

fn load(vector: &Value, fixtures: &Path) -> Verdict {
    let input = &vector["input"];
    let content = match (input.get("fixture"), input.get("frontmatter_raw"), input.get("frontmatter")) {
        (Some(name), ..) => match std::fs::read_to_string(fixtures.join(name.as_str().unwrap_or_default())) {
            Ok(content) => content,
            Err(_) if vector["expected"].get("error").is_some() => {
                return NotApplicable("a file that is not there is the snapshot's to report");
            }
            Err(error) => return Failed(format!("{name}: {error}")),
        },
        (_, Some(raw), _) => raw.as_str().unwrap_or_default().to_owned(),
        // JSON is YAML.
        (.., Some(values)) => format!("---\n{values}\n---\nHello\n"),
        _ => return Failed("the vector has no input that is known here".to_owned()),
    };
    let store = store_of(&content);
    let prompt = only_prompt(&store);
    let file = store.file(&prompt.path).expect("because the prompt has a file");
    let expected = &vector["expected"];
    if let Some(error) = expected.get("error").and_then(Value::as_str) {
        return rejects(error, expected, input, prompt, file);
    }
    if let Some(problem) = file.problems.iter().find(|problem| problem.kind != ProblemKind::LegacyKey) {
        return Failed(problem.message.clone());
    }
    let mut comparison = Comparison::default();
    for (key, wanted) in expected.as_object().into_iter().flatten() {
        comparison.of_key(key, wanted, prompt, input);
    }
    comparison.verdict()
}

/// A vector that wants the prompt to be refused.
fn rejects(error: &str, expected: &Value, input: &Value, prompt: &Prompt, file: &SourceFile) -> Verdict {
    let has = |kind| file.problems.iter().any(|problem| problem.kind == kind);
    let told = match error {
        "invalid frontmatter" => has(ProblemKind::InvalidYaml),
        "Invalid template format" if has(ProblemKind::LegacyKey) => {
            return Passed("read as the older format has it, and reported as a legacy key".to_owned());
        }
        "Missing required input" => {
            let (_, missing) = filled(prompt, input);
            missing == [text(expected, "error_field")]
        }
        _ => return NotApplicable(RUN_TIME),
    };
    if told { Passed(String::new()) } else { Failed(format!("nothing says: {error}")) }
}

/// The values that a caller's ones become, and the names of the inputs without one that need it.
fn filled<'p>(prompt: &'p Prompt, input: &Value) -> (Value, Vec<&'p str>) {
    let mut values = input["inputs"].as_object().cloned().unwrap_or_default();
    let mut missing = Vec::new();
    for declared in &prompt.inputs {
        let name = declared.name.value.as_str();
        match &declared.default {
            _ if values.contains_key(name) => {}
            Some(default) => drop(values.insert(name.to_owned(), default.value.clone())),
            None if declared.required => missing.push(name),
            None => {}
        }
    }
    (Value::Object(values), missing)
}

/// What a vector expects of a loaded prompt against what was read.
#[derive(Default)]
struct Comparison {
    compared: usize,
    differences: Vec<String>,
    unread: Vec<String>,
}

impl Comparison {
    fn verdict(self) -> Verdict {
        if !self.differences.is_empty() {
            Failed(self.differences.join("; "))
        } else if self.compared == 0 {
            NotApplicable(RUN_TIME)
        } else if self.unread.is_empty() {
            Passed(String::new())
        } else {
            Passed(format!("but for {}", self.unread.join(", ")))
        }
    }

    fn is(&mut self, key: &str, found: &Value, wanted: &Value) {
        self.compared += 1;
        if found != wanted {
            self.differences.push(format!("{key}: {found} instead of {wanted}"));
        }
    }

    fn of_key(&mut self, key: &str, wanted: &Value, prompt: &Prompt, input: &Value) {
        match key {
            // Every file under this name is a prompt.
            "kind" => self.is(key, &Value::from("prompt"), wanted),
            "name" => self.is(key, &spoken(prompt.name.as_ref()), wanted),
            "description" => self.is(key, &spoken(prompt.description.as_ref()), wanted),
            "instructions" => {
                let body = prompt.templates.first().map_or("", |template| template.text.text.trim());
                self.is(key, &Value::from(body), wanted);
            }
            "validated_inputs" => self.is(key, &filled(prompt, input).0, wanted),
            "inputs" => self.is(key, &described(prompt.inputs.iter().map(property), wanted), wanted),
            "outputs" => self.is(key, &described(outputs(prompt).into_iter(), wanted), wanted),
            "tools" => self.of_tools(wanted, prompt),
            "template" => {
                let syntax = prompt.templates.first().map_or(Syntax::Plain, |template| template.syntax);
                let ours = Syntax::from_word(text(&wanted["format"], "kind").trim_end_matches('2'));
                let ours = ours.map_or("none", Syntax::as_str);
                self.is(key, &Value::from(syntax.as_str()), &Value::from(ours));
            }
            "model" if wanted.is_null() => self.is(key, &spoken(prompt.model.as_ref()), wanted),
            "model" => self.of_model(wanted, prompt),
            _ => self.unread.push(key.to_owned()),
        }
    }

    fn of_tools(&mut self, wanted: &Value, prompt: &Prompt) {
        let names = prompt.tools.iter().map(|tool| match tool {
            ToolRef::Inline(name) | ToolRef::File(name) => Value::from(name.value.as_str()),
        });
        let tools = wanted.as_array().map(Vec::as_slice).unwrap_or_default();
        let wanted: Value = tools.iter().map(|tool| tool["name"].clone()).collect();
        self.is("tools", &names.collect(), &wanted);
        if !tools.is_empty() {
            self.unread.push("what a tool is beside its name".to_owned());
        }
    }

    fn of_model(&mut self, wanted: &Value, prompt: &Prompt) {
        for (key, wanted) in wanted.as_object().into_iter().flatten() {
            match key.as_str() {
                "id" => self.is("model.id", &spoken(prompt.model.as_ref()), wanted),
                "options" => self.is("model.options", &parameters(prompt, wanted), wanted),
                _ => self.unread.push(format!("model.{key}")),
            }
        }
    }
}

fn spoken(text: Option<&Spanned<String>>) -> Value {
    text.map_or(Value::Null, |text| Value::from(text.value.as_str()))
}

/// The model's options; those that the format has no key for stand in a mapping of their own there.
fn parameters(prompt: &Prompt, wanted: &Value) -> Value {
    let flat: Map<String, Value> =
        prompt.parameters.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect();
    let Some(more) = wanted.get("additionalProperties").and_then(Value::as_object) else { return Value::Object(flat) };
    let (additional, own): (Map<String, Value>, Map<String, Value>) =
        flat.into_iter().partition(|(name, _)| more.contains_key(name));
    let mut options = own;
    options.insert("additionalProperties".to_owned(), Value::Object(additional));
    Value::Object(options)
}

/// An input in the format's own words.
fn property(input: &Input) -> Map<String, Value> {
    let mut described = Map::new();
    described.insert("name".to_owned(), Value::from(input.name.value.as_str()));
    describe_schema(&input.schema, &mut described);
    if let Some(default) = &input.default {
        described.insert("default".to_owned(), default.value.clone());
    }
    described.insert("required".to_owned(), Value::from(input.required));
    described
}

fn describe_schema(schema: &Value, described: &mut Map<String, Value>) {
    for (theirs, ours) in [("kind", "type"), ("description", "description"), ("enumValues", "enum")] {
        if let Some(value) = schema.get(ours) {
            described.insert(theirs.to_owned(), value.clone());
        }
    }
}

fn outputs(prompt: &Prompt) -> Vec<Map<String, Value>> {
    let Some(SchemaSource::Inline(schema)) = &prompt.output_schema else { return Vec::new() };
    let required = schema.value["required"].as_array().cloned().unwrap_or_default();
    let properties = schema.value["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, schema)| {
            let mut described = Map::from_iter([("name".to_owned(), Value::from(name.as_str()))]);
            describe_schema(schema, &mut described);
            described.insert("required".to_owned(), Value::from(required.contains(&Value::from(name.as_str()))));
            described
        })
        .collect()
}

/// `found` with the keys that the vector speaks of; nothing is null there.
fn described(found: impl Iterator<Item = Map<String, Value>>, wanted: &Value) -> Value {
    let wanted = wanted.as_array().map(Vec::as_slice).unwrap_or_default();
    let found: Vec<Value> = found
        .enumerate()
        .map(|(at, mut property)| {
            let keys = wanted.get(at).and_then(Value::as_object);
            property.retain(|key, _| keys.is_some_and(|keys| keys.contains_key(key)));
            Value::Object(property)
        })
        .collect();
    if found.is_empty() { Value::Null } else { Value::Array(found) }
}

fn parse(vector: &Value) -> Verdict {
    if vector["input"].get("thread_inputs").is_some() {
        return NotApplicable(THREADS);
    }
    let store = with_body(text(&vector["input"], "rendered"));
    let rendered = messages(only_prompt(&store), &store, &Map::new(), &Context::default());
    let found = match rendered {
        Ok(messages) => messages.iter().map(written).collect::<Value>(),
        Err(error) => return Failed(error.to_string()),
    };
    let wanted = &vector["expected"]["messages"];
    if &found == wanted { Passed(String::new()) } else { Failed(format!("{found} instead of {wanted}")) }
}

/// A message in the format's own words.
fn written(message: &Message) -> Value {
    let content = json!([{"kind": "text", "value": message.text()}]);
    let mut entries = json!({"role": message.role.as_str(), "content": content});
    if !message.metadata.is_empty() {
        entries["metadata"] = Value::Object(message.metadata.clone());
    }
    entries
}

fn render(vector: &Value) -> Verdict {
    let input = &vector["input"];
    if vector["expected"].get("nonce_pattern").is_some() {
        return NotApplicable(THREADS);
    }
    let values = input["inputs"].as_object().cloned().unwrap_or_default();
    let format = format!("template: {{format: {{kind: {}}}}}", text(input, "engine"));
    let store = store_of(&format!("---\nname: vector\n{format}\n---\n{}", text(input, "template")));
    let rendered = Renderer::new(only_prompt(&store), &store)
        .map_err(|refusal| refusal.to_string())
        .and_then(|renderer| renderer.render(0, &values, MAX_WORK).map_err(|error| error.message));
    let wanted = text(&vector["expected"], "rendered");
    match rendered {
        Ok(found) if found == wanted => Passed(String::new()),
        Ok(found) => Failed(format!("{found:?} instead of {wanted:?}")),
        Err(error) => Failed(error),
    }
}

/// What a value prints never begins a message: the same vectors, by the messages that come of them. A property that is
/// `strict` refuses such a value when the prompt runs; here it stays text, as any other.
fn segments(vector: &Value) -> Verdict {
    let input = &vector["input"];
    let store = with_body(text(input, "template"));
    let values = input["inputs"].as_object().cloned().unwrap_or_default();
    let rendered = match messages(only_prompt(&store), &store, &values, &Context::default()) {
        Ok(messages) => messages,
        Err(error) => return Failed(error.to_string()),
    };
    if vector["expected"].get("error").is_some() {
        let roles: Vec<&str> = rendered.iter().map(|message| message.role.as_str()).collect();
        let verdict = "not refused, but text: the value makes no message".to_owned();
        return if roles == ["user"] { Passed(verdict) } else { Failed(format!("the roles are {roles:?}")) };
    }
    let wanted = vector["expected"]["segments"].as_array().map(Vec::as_slice).unwrap_or_default();
    let wanted: Vec<(&str, &str)> = wanted
        .iter()
        .filter(|segment| segment["kind"] == "interp")
        .map(|segment| (text(segment, "source"), text(segment, "text")))
        .collect();
    let prompt = only_prompt(&store);
    let source = |span: Span| span.slice(&prompt.templates[0].text.text).to_owned();
    let texts = rendered.iter().flat_map(|message| &message.content).filter_map(|part| match part {
        Part::Text(printed) => Some(printed),
        _ => None,
    });
    let found: Vec<(String, &str)> = texts
        .flat_map(|text| text.prints.iter().map(|print| (source(print.source.span), &text.text[print.range.clone()])))
        .collect();
    let same = found.iter().map(|(source, text)| (source.as_str(), *text)).eq(wanted.iter().copied());
    if same { Passed(String::new()) } else { Failed(format!("{found:?} instead of {wanted:?}")) }
}
