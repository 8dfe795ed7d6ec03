//! Prompts: inputs are promises to callers, the output schema to readers, tools to whoever carries calls out; texts and
//! parameters are behaviour.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::gap::{Promise, reason};
use super::messages::{self, Message};
use super::{
    Bump, Change, Place, entries, fate, inputs, items, metadata, model, names, same_entry, schema, text, tools,
};

/// Keys of other dialects' metadata that say again what stands elsewhere in the content, and more.
const MIRRORED: [&str; 10] = [
    "model",
    "input",
    "inputs",
    "output",
    "outputs",
    "tools",
    "template",
    "config",
    "execution_settings",
    "input_variables",
];
/// Keys of metadata that nothing is sent of.
const REMARKS: [&str; 12] = [
    "version",
    "authors",
    "author",
    "sample",
    "testData",
    "testDataFile",
    "evaluators",
    "metadata",
    "base",
    "variant",
    "ext",
    "schema",
];

/// What has become of a prompt, part by part.
pub(super) fn compare(old: &Map<String, Value>, new: &Map<String, Value>, differing: &BTreeSet<&str>) -> Vec<Change> {
    let mut changes = Vec::new();
    let differs = |keys: &[&str]| keys.iter().any(|key| differing.contains(key));
    if differs(&["inputs", "open_inputs", "messages", "body", "partials", "template"]) {
        changes.extend(inputs::compare(old, new));
    }
    if differs(&["messages", "body", "partials"]) {
        changes.extend(texts(old, new));
    }
    for key in differing {
        let (before, after) = (old.get(*key), new.get(*key));
        match *key {
            "messages" | "body" | "partials" | "metadata" => {}
            "inputs" => {
                if !changes.iter().any(|change| matches!(change.place, Place::Input(_))) {
                    changes.push(metadata(key, before, after));
                }
            }
            "open_inputs" => {
                let open = "inputs need not be declared any more";
                let what = if after.is_some() { open } else { "all inputs are declared now" };
                if !changes.iter().any(|change| matches!(change.place, Place::Input(_))) {
                    changes.push(Change::new(Bump::Patch, Place::Metadata((*key).to_owned()), what));
                }
            }
            "output_schema" => changes.extend(output(before, after)),
            "tools" => changes.extend(tools::compare(before, after)),
            "model" => changes.push(model::reference(before, after)),
            "parameters" => changes.extend(model::parameters(before, after)),
            "template" => changes.push(template(before, after)),
            "budget" => changes.extend(budget(before, after)),
            _ => changes.push(metadata(key, before, after)),
        }
    }
    if differing.contains("metadata") {
        let more = of_metadata(old.get("metadata"), new.get("metadata"), !changes.is_empty());
        changes.extend(more);
    }
    changes
}

/// Whether answers can be what they could not be. Without a schema an answer is a text for people, so one that appears
/// breaks a reader as well as one that goes.
fn output(old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let whole = |bump, text: &str| vec![Change::new(bump, Place::Output(String::new()), text)];
    let (Some(old), Some(new)) = (old, new) else {
        let what = if old.is_none() { "answers are JSON now" } else { "answers are no longer JSON" };
        return whole(
            Bump::Major,
            &format!("output schema was {}: {what}", if old.is_none() { "added" } else { "removed" }),
        );
    };
    let (before, after) = (unwrapped(old), unwrapped(new));
    let gaps = schema::gaps(after, before);
    let change = |gap: &schema::Gap| {
        Change::new(Bump::Major, Place::Output(gap.at.clone()), reason("output schema", gap, Promise::Giving))
    };
    let changes: Vec<Change> = gaps.iter().map(change).collect();
    match () {
        () if !changes.is_empty() => changes,
        () if schema::gaps(before, after).is_empty() => whole(Bump::Minor, "output schema says the same otherwise"),
        () => whole(Bump::Minor, "output schema is narrower: answers still fit the old one"),
    }
}

/// The schema itself: providers want it in an envelope with a name.
fn unwrapped(schema: &Value) -> &Value {
    let inside = schema.get("json_schema").unwrap_or(schema).get("schema");
    inside.filter(|inside| inside.is_object() && schema.get("properties").is_none()).unwrap_or(schema)
}

fn template(old: Option<&Value>, new: Option<&Value>) -> Change {
    let bump = if old.is_some() && new.is_some() { Bump::Major } else { Bump::Minor };
    Change::new(bump, Place::Template, fate("the template language", old, new))
}

fn budget(old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let (old, new) = (entries(old), entries(new));
    let change = |key: &str| {
        let text = fate(&format!("budget `{key}`"), old.get(key), new.get(key));
        Change::new(Bump::Patch, Place::Metadata("budget".to_owned()), text)
    };
    names(old, new).into_iter().filter(|key| !same_entry(old, new, key)).map(change).collect()
}

fn of_metadata(old: Option<&Value>, new: Option<&Value>, told: bool) -> Vec<Change> {
    let (old, new) = (entries(old), entries(new));
    let mut changes = Vec::new();
    for key in names(old, new).into_iter().filter(|key| !same_entry(old, new, key)) {
        let (before, after) = (old.get(key), new.get(key));
        if key == "responseFormat" {
            let text = fate("the response format", before, after);
            changes.push(Change::new(Bump::Major, Place::Output(String::new()), text));
        } else if MIRRORED.contains(&key) {
            if !told {
                changes.push(Change::new(
                    Bump::Minor,
                    Place::Metadata(key.to_owned()),
                    fate(&format!("`{key}`"), before, after),
                ));
            }
        } else if REMARKS.contains(&key) || key.starts_with("x-") {
            changes.push(metadata(key, before, after));
        } else {
            // A dialect's own key may be sent along.
            changes.push(Change::new(
                Bump::Minor,
                Place::Metadata(key.to_owned()),
                fate(&format!("`{key}`"), before, after),
            ));
        }
    }
    changes
}

/// Messages and included texts.
fn texts(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Change> {
    let (old_partials, new_partials) = (entries(old.get("partials")), entries(new.get("partials")));
    let shared = |name: &str| old_partials.contains_key(name) && new_partials.contains_key(name);
    let (before, after) = (Message::all(old, shared), Message::all(new, shared));
    let mut changes = messages(&before, &after);
    changes.extend(partials(old_partials, new_partials, shared));
    if changes.is_empty() {
        let whole = |data: &Map<String, Value>| {
            let parts = items(data.get("body")).iter().filter_map(Value::as_str);
            parts.map(|part| without_names(part, shared)).collect::<Vec<_>>().join("\n")
        };
        let (before, after) = (whole(old), whole(new));
        let what = if before == after {
            "texts are included in other places".to_owned()
        } else {
            format!("outside of the messages: {}", text::difference(&before, &after))
        };
        changes.push(Change::new(Bump::Minor, Place::Template, what));
    }
    changes
}

impl Message {
    fn all(data: &Map<String, Value>, shared: impl Fn(&str) -> bool + Copy) -> Vec<Self> {
        items(data.get("messages")).iter().map(|message| Self::of(message, shared)).collect()
    }

    fn of(message: &Value, shared: impl Fn(&str) -> bool + Copy) -> Self {
        let mut rest = entries(Some(message)).clone();
        let role = rest.remove("role");
        let content = texts_of(message).collect::<Vec<_>>().join("\n");
        if rest.get("content").is_some_and(Value::is_string) {
            rest.remove("content");
        }
        for part in rest.get_mut("content").and_then(Value::as_array_mut).into_iter().flatten() {
            let place = if part.is_string() { Some(part) } else { part.get_mut("text") };
            place.into_iter().for_each(|text| *text = Value::Null);
        }
        Self {
            role: role.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned(),
            content: without_names(&content, shared),
            rest: Value::Object(rest).to_string(),
        }
    }
}

/// The texts of a message: its content, or those of the parts of it.
fn texts_of(message: &Value) -> impl Iterator<Item = &str> {
    items(message.get("content")).iter().filter_map(|part| part.as_str().or_else(|| part.get("text")?.as_str()))
}

/// What partials are called by in a content.
const NAME_PREFIX: &str = "sha256-";
/// Hexadecimal digits behind it.
const NAME_DIGITS: usize = 64;

/// `text` with the names of included texts that are not `shared` made alike.
fn without_names(text: &str, shared: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(NAME_PREFIX) {
        let end = at + NAME_PREFIX.len() + NAME_DIGITS;
        let name =
            rest.get(at..end).filter(|name| name[NAME_PREFIX.len()..].bytes().all(|byte| byte.is_ascii_hexdigit()));
        out.push_str(&rest[..at + NAME_PREFIX.len()]);
        rest = match name {
            Some(name) if !shared(name) => &rest[end..],
            _ => &rest[at + NAME_PREFIX.len()..],
        };
    }
    out + rest
}

fn messages(old: &[Message], new: &[Message]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (before, after) in messages::pairs(old, new) {
        let Some((number, message)) = after.map(|at| (at, &new[at])).or(before.map(|at| (at, &old[at]))) else {
            continue;
        };
        let (number, role) = (number + 1, message.role.clone());
        let label = messages::label(if after.is_some() { new } else { old }, number);
        let said = match (before.map(|at| &old[at]), after.map(|at| &new[at])) {
            (Some(before), Some(after)) if before == after => continue,
            (Some(before), Some(after)) if before.role == after.role && before.content == after.content => {
                format!("{label}: what is beside its text changed")
            }
            (Some(before), Some(after)) if before.role == after.role => {
                format!("{label}: {}", text::difference(&before.content, &after.content))
            }
            (Some(before), Some(_)) => {
                format!("message {number} is from the {role} now, and was from the {}", before.role)
            }
            (None, _) => format!("{label} was added"),
            (_, None) => format!("{label} was removed"),
        };
        changes.push(Change::new(Bump::Minor, Place::Message { number, role }, said));
    }
    changes
}

/// Included texts. Those that are gone and those that are new are paired by how much they share, so that a partial that
/// was edited is told as such.
fn partials(old: &Map<String, Value>, new: &Map<String, Value>, shared: impl Fn(&str) -> bool + Copy) -> Vec<Change> {
    let only = |here: &Map<String, Value>| -> Vec<String> {
        let own = here.iter().filter(|(name, _)| !shared(name)).filter_map(|(_, text)| text.as_str());
        own.map(|text| without_names(text, shared)).collect()
    };
    let (gone, mut come) = (only(old), only(new));
    let change = |text: String| Change::new(Bump::Minor, Place::Partial, text);
    let mut changes = Vec::new();
    for before in gone {
        let alike = (0..come.len())
            .map(|at| (lines_in_common(&before, &come[at]), at))
            .max_by_key(|(alike, at)| (*alike, usize::MAX - at));
        let name = text::beginning(&before);
        match alike {
            Some((alike, at)) if alike > 0 || come.len() == 1 => {
                let after = come.remove(at);
                if before != after {
                    changes.push(change(format!("partial '{name}': {}", text::difference(&before, &after))));
                }
            }
            _ => changes.push(change(format!("partial '{name}' is no longer included"))),
        }
    }
    changes.extend(come.iter().map(|text| change(format!("partial '{}' is included now", text::beginning(text)))));
    changes
}

fn lines_in_common(one: &str, other: &str) -> usize {
    let lines: BTreeSet<&str> = one.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    other.lines().filter(|line| lines.contains(line.trim())).count()
}

/// The texts of a prompt: those of its templates, then those that they include.
pub(super) fn all_texts(data: &Map<String, Value>) -> Vec<&str> {
    let body = items(data.get("body")).iter().filter_map(Value::as_str);
    let messages = items(data.get("messages")).iter().flat_map(texts_of);
    let partials = entries(data.get("partials")).values().filter_map(Value::as_str);
    // Messages that are parts of one body may not parse by themselves.
    let own: Vec<&str> = if data.contains_key("body") { body.collect() } else { messages.collect() };
    own.into_iter().chain(partials).collect()
}

/// How often each word of `wanted` stands in the texts of a prompt.
pub(super) fn uses(data: &Map<String, Value>, wanted: &BTreeSet<&str>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for text in all_texts(data) {
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| wanted.contains(word)) {
            *found.entry(word.to_owned()).or_default() += 1;
        }
    }
    found
}
