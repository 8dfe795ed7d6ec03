//! Runs Dotprompt's specification tests: `cargo run --example dotprompt_spec -- SPEC-FOLDER`.
//!
//! Exits with 1 if one fails. What a prompt's file does not decide (schemas and tools that the application registers) is
//! not applicable, with its reason.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example program reads its arguments and prints"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use promptyard::render::messages::{Message, Part, messages};
use promptyard::render::{Context, Printed};
use promptyard::store::Store;
use promptyard::store::prompt::{Prompt, Role, SchemaSource};
use promptyard::store::snapshot::Snapshot;
use promptyard::store::yaml::{self, Limits};
use serde_json::{Map, Value, json};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder with the specification")?;
    let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
    for path in specifications(Path::new(&folder))? {
        let text = std::fs::read_to_string(&path)?;
        let (tree, problems) = yaml::parse(&text, 0, Limits::default());
        if let Some(problem) = problems.first() {
            return Err(format!("{}: {}", path.display(), problem.message).into());
        }
        let suites = tree.root().and_then(|root| root.to_json(1 << 20)).ok_or("the file holds no data")?;
        let file = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for suite in suites.as_array().into_iter().flatten() {
            for test in suite["tests"].as_array().into_iter().flatten() {
                let (word, reason) = match run(suite, test) {
                    Ok(None) => ("passed", String::new()),
                    Ok(Some(reason)) => ("not applicable", reason),
                    Err(difference) => ("FAILED", difference),
                };
                *totals.entry(word).or_default() += 1;
                let name = format!("{}: {}", text_of(suite, "name"), text_of(test, "desc"));
                println!("{file:<13} {name:<90} {word:<15} {reason}");
            }
        }
    }
    println!("\n{totals:?}");
    Ok(ExitCode::from(u8::from(totals.contains_key("FAILED"))))
}

fn specifications(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(specifications(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn text_of<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// `Err` with the difference, `Ok` with a reason why the test is about nothing of ours.
fn run(suite: &Value, test: &Value) -> Result<Option<String>, String> {
    let mut files = vec![("prompts/a.prompt".to_owned(), text_of(suite, "template").to_owned())];
    for key in ["partials", "resolverPartials"] {
        for (name, text) in suite[key].as_object().into_iter().flatten() {
            files.push((format!("prompts/_{name}.prompt"), text.as_str().unwrap_or_default().to_owned()));
        }
    }
    let texts = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    let store = Store::load(Snapshot::of_texts(texts).map_err(|error| error.to_string())?);
    let path = "prompts/a.prompt".parse().expect("because it is a path of a store");
    let prompt = store.prompt_at(&path).ok_or("it is no prompt")?;
    let expected = &test["expect"];
    if expected.get("input").is_some() || expected.get("output").is_some() {
        if suite.get("schemas").is_some() {
            return Ok(Some("its schemas are registered by the application".to_owned()));
        }
        schemas(prompt, expected)?;
    }
    let given = |key: &str| test["data"].get(key).or_else(|| suite["data"].get(key));
    let mut values = Map::new();
    for input in &prompt.inputs {
        values.extend(input.default.as_ref().map(|default| (input.name.value.clone(), default.value.clone())));
    }
    values.extend(test["options"]["input"]["default"].as_object().cloned().unwrap_or_default());
    values.extend(given("input").and_then(Value::as_object).cloned().unwrap_or_default());
    let history = given("messages").and_then(Value::as_array).into_iter().flatten().map(read).collect();
    let variables = given("context").and_then(Value::as_object).cloned().unwrap_or_default();
    let Some(wanted) = expected.get("messages") else { return Ok(None) };
    let found =
        messages(prompt, &store, &values, &Context { variables, history }).map_err(|error| error.to_string())?;
    let found: Value = found.iter().map(write).collect();
    if &found == wanted { Ok(None) } else { Err(format!("{found} instead of {wanted}")) }
}

fn schemas(prompt: &Prompt, expected: &Value) -> Result<(), String> {
    if let Some(wanted) = expected["output"].get("schema") {
        let found = match &prompt.output_schema {
            Some(SchemaSource::Inline(schema)) => schema.value.clone(),
            _ => Value::Null,
        };
        if &found != wanted {
            return Err(format!("the output's schema is {found} instead of {wanted}"));
        }
    }
    for (name, wanted) in expected["input"]["schema"]["properties"].as_object().into_iter().flatten() {
        let found = prompt.inputs.iter().find(|input| &input.name.value == name).map(|input| &input.schema);
        if found != Some(wanted) {
            return Err(format!("the schema of `{name}` is {found:?} instead of {wanted}"));
        }
    }
    Ok(())
}

fn read(message: &Value) -> Message {
    let text = |part: &Value| Part::Text(Printed { text: text_of(part, "text").to_owned(), ..Printed::default() });
    Message {
        role: Role::from_word(text_of(message, "role")),
        content: message["content"].as_array().into_iter().flatten().map(text).collect(),
        metadata: message["metadata"].as_object().cloned().unwrap_or_default(),
    }
}

fn write(message: &Message) -> Value {
    let role = if message.role == Role::Assistant { "model" } else { message.role.as_str() };
    let part = |part: &Part| match part {
        Part::Text(printed) => json!({"text": printed.text}),
        Part::Media { url, content_type: Some(kind) } => json!({"media": {"url": url, "contentType": kind}}),
        Part::Media { url, content_type: None } => json!({"media": {"url": url}}),
        Part::Section { name } => json!({"metadata": {"purpose": name, "pending": true}}),
    };
    let content: Vec<Value> = message.content.iter().map(part).collect();
    let mut entries = json!({"role": role, "content": content});
    if !message.metadata.is_empty() {
        entries["metadata"] = Value::Object(message.metadata.clone());
    }
    entries
}
