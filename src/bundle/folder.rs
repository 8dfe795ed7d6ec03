//! A bundle as a folder for people: a page for each artifact, and a manifest.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{Bundle, Entry};
use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::path::StorePath;
use crate::store::content::digest_of;

/// What the manifest is called.
pub const MANIFEST: &str = "manifest.json";

/// The folder's files: what the bundle says, to be read and compared by people. Applications load the one file.
pub fn files(bundle: &Bundle) -> ChangeSet {
    let mut files = Vec::with_capacity(bundle.artifacts.len() + 1);
    let mut artifacts = Map::new();
    for (name, entry) in &bundle.artifacts {
        let path = path_of(name, entry);
        let page = page(name, entry);
        let mut outline = entry.outline();
        outline.insert("file".to_owned(), path.as_str().into());
        outline.insert("sha256".to_owned(), digest_of(page.as_bytes()).hex().into());
        artifacts.insert(name.clone(), Value::Object(outline));
        files.push(create(path, page));
    }
    let mut manifest = bundle.outline();
    manifest.insert("format".to_owned(), "promptyard-bundle-folder".into());
    manifest.insert("artifacts".to_owned(), Value::Object(artifacts));
    let path = MANIFEST.parse().expect("because a plain name is a path");
    files.push(create(path, format!("{:#}\n", sorted(Value::Object(manifest)))));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    ChangeSet { files }
}

fn create(path: StorePath, content: String) -> FileWrite {
    FileWrite { path, content, mode: WriteMode::Create }
}

/// The page's path: the release's name, or its digest where the id would lead out of the folder or onto the manifest.
fn path_of(name: &str, entry: &Entry) -> StorePath {
    let named = format!("{name}.md").parse::<StorePath>();
    named.unwrap_or_else(|_| {
        format!("sha256-{}.md", entry.digest.hex()).parse().expect("because digits and letters are a path")
    })
}

fn page(name: &str, entry: &Entry) -> String {
    let mut page = format!("# {name}\n\n");
    let mut say = |line: &str| {
        page.push_str(line);
        page.push('\n');
    };
    say(&format!("A {}, {}.", entry.kind, if entry.released { "released" } else { "not released" }));
    say(&format!("Digest: `{}`", entry.digest));
    if let Some(commit) = entry.commit {
        say(&format!("Commit: `{commit}`"));
    }
    let Ok(Value::Object(mut data)) = serde_json::from_slice(&entry.data) else { return page };
    for message in data.remove("messages").as_ref().and_then(Value::as_array).into_iter().flatten() {
        let role = message.get("role").and_then(Value::as_str).unwrap_or("message");
        match message.get("content") {
            Some(Value::String(text)) if message.as_object().is_some_and(|message| message.len() == 2) => {
                section(&mut page, role, text, "");
            }
            _ => section(&mut page, role, &format!("{message:#}"), "json"),
        }
    }
    for text in data.remove("body").as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        section(&mut page, "The whole text", text, "");
    }
    for (name, text) in data.remove("partials").as_ref().and_then(Value::as_object).into_iter().flatten() {
        section(&mut page, name, text.as_str().unwrap_or_default(), "");
    }
    section(&mut page, "Data", &format!("{:#}", sorted(Value::Object(data))), "json");
    page
}

/// `text` under a heading, in a fence that is longer than any in it.
fn section(page: &mut String, heading: &str, text: &str, language: &str) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if text.ends_with('\n') { "" } else { "\n" };
    write!(page, "\n## {heading}\n\n{fence}{language}\n{text}{end}{fence}\n").expect("a String takes any text");
}

/// With the keys of every object in order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let mut entries: Vec<(String, Value)> =
                entries.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
