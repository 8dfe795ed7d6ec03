//! A prompt's inputs: what it took it has to take.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::gap::{Promise, reason};
use super::prompt::{all_texts, uses};
use super::{Bump, Change, Place, entries, fate, same_entry, schema};
use crate::store::template::{self, Syntax};

/// What has become of a prompt's inputs: those that it declares, and variables of its texts that it does not.
pub(super) fn compare(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Change> {
    let (before, after) = (entries(old.get("inputs")), entries(new.get("inputs")));
    let (old_free, new_free) = (undeclared(old), undeclared(new));
    let removed: Vec<&String> = before.keys().filter(|name| !after.contains_key(*name)).collect();
    let added: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
    let renamed = renames(old, new, &removed, &added);
    let mut changes = Vec::new();
    let mut say = |bump, name: &str, text: String| changes.push(Change::new(bump, Place::Input(name.to_owned()), text));
    for name in &removed {
        match renamed.get(name.as_str()) {
            Some(other) => say(Bump::Major, name, format!("input `{name}` was renamed to `{other}`")),
            None if new_free.contains_key(*name) => {
                say(Bump::Minor, name, format!("input `{name}` is no longer declared"));
            }
            None => say(Bump::Major, name, format!("input `{name}` was removed")),
        }
    }
    for name in added.iter().filter(|name| !renamed.values().any(|other| other == *name)) {
        let required = after[*name].get("required") == Some(&Value::Bool(true));
        match required {
            _ if old_free.contains_key(*name) => say(Bump::Minor, name, format!("input `{name}` is declared now")),
            true => say(Bump::Major, name, format!("input `{name}` was added, and is required")),
            false => say(Bump::Minor, name, format!("optional input `{name}` was added")),
        }
    }
    for (name, required) in &new_free {
        let known = before.contains_key(name) || old_free.contains_key(name);
        match (known, old_free.get(name), required) {
            (false, _, true) => say(Bump::Major, name, format!("the undeclared variable `{name}` has to be given now")),
            (false, _, false) => say(Bump::Minor, name, format!("the undeclared variable `{name}` can be given now")),
            (true, Some(false), true) => {
                say(Bump::Major, name, format!("the undeclared variable `{name}` has to be given now"));
            }
            _ => {}
        }
    }
    for (name, input) in before {
        if let Some(other) = after.get(name).filter(|_| !same_entry(before, after, name)) {
            changes.extend(of_input(name, input, other));
        }
    }
    changes
}

/// What has become of one input.
fn of_input(name: &str, old: &Value, new: &Value) -> Vec<Change> {
    let (old_entry, new_entry) = (entries(Some(old)), entries(Some(new)));
    let mut changes = Vec::new();
    let mut say = |bump, text: String| changes.push(Change::new(bump, Place::Input(name.to_owned()), text));
    let required = |entry: &Map<String, Value>| entry.get("required") == Some(&Value::Bool(true));
    match (required(old_entry), required(new_entry)) {
        (false, true) => say(Bump::Major, format!("input `{name}` became required")),
        (true, false) => say(Bump::Minor, format!("input `{name}` became optional")),
        _ => {}
    }
    let (before, after) = (schema_of(old_entry), schema_of(new_entry));
    let narrowed = schema::gaps(&before, &after);
    let widened = || !schema::gaps(&after, &before).is_empty();
    let type_of = |schema: &Value| schema.get("type").and_then(Value::as_str).map(str::to_owned);
    match (type_of(&before), type_of(&after)) {
        (Some(was), Some(is)) if was != is && !narrowed.is_empty() => {
            say(Bump::Major, format!("input `{name}` was retyped from {was} to {is}"));
        }
        _ if !narrowed.is_empty() => {
            narrowed.iter().for_each(|gap| say(Bump::Major, reason(&format!("input `{name}`"), gap, Promise::Taking)));
        }
        _ if widened() => say(Bump::Minor, format!("input `{name}` takes more than before")),
        _ => {}
    }
    most_tokens(name, old_entry, new_entry, &mut say);
    if !same_entry(old_entry, new_entry, "default") {
        let text = fate(&format!("input `{name}`: its default"), old_entry.get("default"), new_entry.get("default"));
        say(Bump::Minor, text);
    }
    if changes.is_empty() {
        let what =
            if same_entry(old_entry, new_entry, "trust") { "is described otherwise" } else { "is trusted otherwise" };
        changes.push(Change::new(Bump::Patch, Place::Input(name.to_owned()), format!("input `{name}` {what}")));
    }
    changes
}

/// The most tokens of a value: a caller may pass as many.
fn most_tokens(name: &str, old: &Map<String, Value>, new: &Map<String, Value>, say: &mut impl FnMut(Bump, String)) {
    let most = |entry: &Map<String, Value>| entry.get("maxTokens").and_then(Value::as_u64);
    match (most(old), most(new)) {
        (Some(was), Some(is)) if is < was => {
            say(Bump::Major, format!("input `{name}` takes {is} tokens at most, and took {was}"));
        }
        (Some(was), Some(is)) if is > was => {
            say(Bump::Minor, format!("input `{name}` takes {is} tokens at most, and took {was}"));
        }
        (None, Some(is)) => say(Bump::Major, format!("input `{name}` takes {is} tokens at most, and took any number")),
        (Some(_), None) => say(Bump::Minor, format!("input `{name}` takes any number of tokens now")),
        _ => {}
    }
}

/// The schema of an input's values.
fn schema_of(entry: &Map<String, Value>) -> Value {
    entry.get("schema").cloned().unwrap_or(Value::Bool(true))
}

/// Whether two inputs ask for the same.
fn asks_alike(one: &Value, other: &Value) -> bool {
    let (one, other) = (entries(Some(one)), entries(Some(other)));
    let (schema, theirs) = (schema_of(one), schema_of(other));
    ["required", "default", "maxTokens"].iter().all(|key| same_entry(one, other, key))
        && schema::gaps(&schema, &theirs).is_empty()
        && schema::gaps(&theirs, &schema).is_empty()
}

/// Removed inputs that have become added ones: they ask for the same and stand in as many places, or are the only ones.
fn renames<'a>(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    removed: &[&'a String],
    added: &[&'a String],
) -> BTreeMap<&'a str, &'a String> {
    let mut found: BTreeMap<&str, &String> = BTreeMap::new();
    if removed.is_empty() || added.is_empty() {
        return found;
    }
    let count =
        |data, names: &[&String]| uses(data, &names.iter().map(|name| name.as_str()).collect::<BTreeSet<&str>>());
    let (used_before, used_after) = (count(old, removed), count(new, added));
    let (before, after) = (entries(old.get("inputs")), entries(new.get("inputs")));
    for name in removed {
        let fits = |other: &&&String| {
            let uses = used_before.get(name.as_str());
            asks_alike(&before[*name], &after[**other])
                && uses == used_after.get(other.as_str())
                && (uses.is_some() || strsim::jaro_winkler(name, other) > 0.8)
        };
        let free = || added.iter().filter(|other| !found.values().any(|taken| taken == *other));
        let likeness = |other: &&&String| (strsim::jaro_winkler(name, other) * 1000.0) as u64;
        if let Some(other) = free().filter(fits).max_by_key(likeness) {
            found.insert(name, other);
        }
    }
    found
}

/// Variables that texts read and no input declares, and whether a value has to be given: where undefined variables are
/// errors, a caller that does not know of one fails.
fn undeclared(data: &Map<String, Value>) -> BTreeMap<String, bool> {
    let declared = entries(data.get("inputs"));
    let syntax = data.get("template").and_then(Value::as_str).and_then(Syntax::from_word).unwrap_or(Syntax::Plain);
    let mut read: BTreeMap<String, bool> = BTreeMap::new();
    let mut bound: BTreeSet<String> = BTreeSet::new();
    for text in all_texts(data) {
        let analysis = template::analyse(text, syntax);
        bound.extend(analysis.bindings.into_iter().map(|binding| binding.name));
        for variable in analysis.uses {
            *read.entry(variable.root).or_default() |= !variable.guarded;
        }
    }
    read.retain(|name, _| !declared.contains_key(name) && !bound.contains(name));
    read
}
