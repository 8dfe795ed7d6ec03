//! Schemas taken apart and put together: references, `allOf`, branches.

use serde_json::{Map, Value, json};

use super::types::{OBJECT, finite, types};
use crate::contract::{entries, items};

/// Deeper than this, nothing is told apart any more.
pub(super) const MAX_DEPTH: usize = 48;

/// Keywords that take nothing out of a schema.
pub(super) const ANNOTATIONS: [&str; 19] = [
    "$schema",
    "$id",
    "$anchor",
    "$comment",
    "$defs",
    "definitions",
    "title",
    "description",
    "default",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentMediaType",
    "contentEncoding",
    "maxTokens",
    "trust",
    "nullable",
];

pub(super) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref").and_then(Value::as_str)
}

/// What `reference` means in the schema `root`; `None` for what stands elsewhere.
fn resolve<'a>(reference: &str, root: &'a Value) -> Option<&'a Value> {
    reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer))
}

/// `schema` with its reference taken in, and nothing else; `None` where it leads out of the schema.
pub(super) fn resolve_whole(schema: &Value, root: &Value) -> Option<Map<String, Value>> {
    let mut whole = match schema {
        Value::Object(schema) => schema.clone(),
        Value::Bool(false) => return Some(Map::from_iter([("enum".to_owned(), json!([]))])),
        _ => return Some(Map::new()),
    };
    for _ in 0..MAX_DEPTH {
        let Some(Value::String(reference)) = whole.remove("$ref") else { return Some(whole) };
        let target = resolve(&reference, root)?;
        if whole.keys().all(|key| ANNOTATIONS.contains(&key.as_str())) {
            whole = target.as_object().cloned().unwrap_or_default();
            continue;
        }
        let mut all = items(whole.get("allOf")).to_vec();
        all.push(target.clone());
        whole.insert("allOf".to_owned(), Value::Array(all));
    }
    None
}

/// `schema` with its reference and its `allOf` taken in. What cannot be joined is dropped, which makes it wider: a gap
/// may be seen that is none, never the other way round.
pub(super) fn flatten(schema: &Map<String, Value>, root: &Value, depth: usize) -> Option<Map<String, Value>> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut whole = resolve_whole(&Value::Object(schema.clone()), root)?;
    let Some(all) = whole.remove("allOf") else { return Some(whole) };
    for branch in items(Some(&all)) {
        let branch = branch.as_object().cloned().unwrap_or_default();
        whole = merged(whole, &flatten(&branch, root, depth + 1)?);
    }
    Some(whole)
}

pub(super) fn merged(mut base: Map<String, Value>, branch: &Map<String, Value>) -> Map<String, Value> {
    for (key, value) in branch {
        match (base.get_mut(key), value) {
            (None, value) => {
                base.insert(key.clone(), value.clone());
            }
            (Some(Value::Array(ours)), Value::Array(theirs)) if key == "required" => {
                ours.extend(theirs.iter().cloned());
            }
            (Some(Value::Object(ours)), Value::Object(theirs)) if key == "properties" => {
                for (name, schema) in theirs {
                    ours.entry(name.clone()).or_insert_with(|| schema.clone());
                }
            }
            (Some(ours), Value::String(_)) if key == "type" && ours.is_array() => *ours = value.clone(),
            (Some(_), _) => {}
        }
    }
    base
}

/// Whether no value fits two of `branches`: by type, by the values that they list, or by those of a required property.
pub(super) fn excludes_each_other(branches: &[Value], root: &Value) -> bool {
    let Some(branches) = branches.iter().map(|branch| resolve_whole(branch, root)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let apart = |one: &Map<String, Value>, other: &Map<String, Value>| {
        let by_values = |one: &Map<String, Value>, other: &Map<String, Value>| {
            finite(one).zip(finite(other)).is_some_and(|(one, other)| !one.iter().any(|value| other.contains(value)))
        };
        let required = |schema: &Map<String, Value>, name: &str| items(schema.get("required")).contains(&json!(name));
        let by_property = || {
            types(one) | types(other) == OBJECT
                && entries(one.get("properties")).iter().any(|(name, schema)| {
                    let theirs = entries(other.get("properties")).get(name);
                    required(one, name) && required(other, name) && by_values(entries(Some(schema)), entries(theirs))
                })
        };
        types(one) & types(other) == 0 || by_values(one, other) || by_property()
    };
    branches.len() <= 32 && (1..branches.len()).all(|at| branches[..at].iter().all(|one| apart(one, &branches[at])))
}

/// Whether `keyword` stands anywhere in `schema`.
pub(super) fn mentions(schema: &Value, keyword: &str, depth: usize) -> bool {
    depth > MAX_DEPTH
        || match schema {
            Value::Object(entries) => {
                entries.contains_key(keyword) || entries.values().any(|value| mentions(value, keyword, depth + 1))
            }
            Value::Array(items) => items.iter().any(|value| mentions(value, keyword, depth + 1)),
            _ => false,
        }
}
