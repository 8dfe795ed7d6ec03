//! Renders the cases of a file, one JSON object a line, and prints one a line: `cargo run --example render_jsonl -- CASES`.
//!
//! A case has a `template` in Jinja, `partials` by their paths and `values`; what is printed has its `id` and either
//! `text` or `error`, and in `leaves` what keeps the template from the portable subset. `examples/readers/compare_jinja2.py`
//! makes the cases and compares.
//!
//! `cargo run --example render_jsonl -- --collect FOLDER...` prints a case for each Jinja template of the prompts in these
//! folders, with a value for every input.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example program reads its arguments and prints"
)]

use std::collections::BTreeMap;
use std::error::Error;

use promptyard::render::{MAX_WORK, Renderer};
use promptyard::repo;
use promptyard::store::Store;
use promptyard::store::prompt::Prompt;
use promptyard::store::snapshot::Snapshot;
use promptyard::store::template::{Step, Syntax, UseKind, jinja};
use promptyard::store::usage::Usage;
use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((first, folders)) if first == "--collect" => folders.iter().try_for_each(|folder| collect(folder)),
        Some((cases, _)) => {
            for line in std::fs::read_to_string(cases)?.lines() {
                println!("{}", render(&serde_json::from_str(line)?)?);
            }
            Ok(())
        }
        None => Err("name the file with the cases".into()),
    }
}

fn render(case: &Value) -> Result<Value, Box<dyn Error>> {
    let template = case["template"].as_str().unwrap_or_default();
    // A string of JSON is one of YAML.
    let prompt = format!("messages:\n  - role: user\n    content: {}\n", Value::from(template));
    let mut files: BTreeMap<&str, &[u8]> = BTreeMap::from([("prompts/case.prompt.yaml", prompt.as_bytes())]);
    for (path, text) in case["partials"].as_object().into_iter().flatten() {
        files.insert(path, text.as_str().unwrap_or_default().as_bytes());
    }
    let store = Store::load(Snapshot::of_texts(files)?);
    let prompt = store.prompts().first().ok_or("the case is no prompt")?;
    let values = case["values"].as_object().cloned().unwrap_or_default();
    let rendered =
        Renderer::new(prompt, &store).map_err(|refusal| format!("refused: {refusal}")).and_then(|renderer| {
            renderer.render(0, &values, MAX_WORK).map_err(|error| format!("{:?}: {error}", error.kind))
        });
    let sites = Usage::of(prompt, &store).sites;
    let texts = sites.iter().map(|site| -> &str { &site.template.text.text });
    let leaves: Vec<String> =
        texts.flat_map(jinja::portable::departures).map(|departure| departure.construct).collect();
    Ok(match rendered {
        Ok(text) => json!({"id": case["id"], "text": text, "leaves": leaves}),
        Err(error) => json!({"id": case["id"], "error": error, "leaves": leaves}),
    })
}

/// Prints a case for each Jinja template of the prompts in `folder`.
fn collect(folder: &str) -> Result<(), Box<dyn Error>> {
    let location = repo::discover(&[folder.into()], Some(folder.as_ref()))?;
    let store = Store::load(repo::snapshot(&location)?);
    for prompt in store.prompts() {
        let jinja = prompt.templates.iter().enumerate().filter(|(_, template)| template.syntax == Syntax::Jinja);
        for (index, template) in jinja {
            if template.analysis.errors.iter().any(|error| error.fatal) {
                continue;
            }
            let mut partials = Map::new();
            for site in Usage::of(prompt, &store).sites.iter().filter(|site| site.entry.is_some()) {
                partials.insert(site.path.to_string(), Value::from(&*site.template.text.text));
            }
            let text: &str = &template.text.text;
            let case = json!({
                "id": format!("{}#{index}", prompt.path),
                "template": text,
                "partials": partials,
                "values": values(prompt, index),
            });
            println!("{case}");
        }
    }
    Ok(())
}

/// A value for everything that the template reads, of the shape that it is read in.
fn values(prompt: &Prompt, index: usize) -> Value {
    let mut values = Map::new();
    for input in &prompt.inputs {
        let known = input.example.as_ref().or(input.default.as_ref());
        values.extend(known.map(|known| (input.name.value.clone(), known.value.clone())));
    }
    for usage in &prompt.templates[index].analysis.uses {
        let value = values.entry(usage.root.clone()).or_insert(Value::Null);
        let leaf = match usage.kind {
            UseKind::Iterated => json!([]),
            UseKind::Tested => json!(true),
            UseKind::Arithmetic => json!(3),
            UseKind::Printed | UseKind::PrintedRaw | UseKind::Other => json!(format!("<{}>", usage.root)),
        };
        shape(value, &usage.path, leaf);
    }
    Value::Object(values)
}

/// Puts `leaf` at the end of `path`, where nothing is known yet.
fn shape(value: &mut Value, path: &[Step], leaf: Value) {
    match path.split_first() {
        None if value.is_null() => *value = leaf,
        None => {}
        Some((Step::Attribute(name), rest)) => {
            if !value.is_object() && (value.is_null() || value.as_array().is_some_and(Vec::is_empty)) {
                *value = json!({});
            }
            if let Some(entries) = value.as_object_mut() {
                shape(entries.entry(name.clone()).or_insert(Value::Null), rest, leaf);
            }
        }
        Some((Step::Item | Step::Dynamic, rest)) => {
            if value.is_null() {
                *value = json!([]);
            }
            if let Some(items) = value.as_array_mut() {
                if items.is_empty() {
                    items.extend([Value::Null, Value::Null]);
                }
                items.iter_mut().for_each(|item| shape(item, rest, leaf.clone()));
            }
        }
    }
}
