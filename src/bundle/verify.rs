//! What a bundle says otherwise than its repository does.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Bundle;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The place in the bundle: `routes / answer / traffic / stable`.
    pub place: String,
    /// What is wrong there, as the rest of a sentence that starts with the place.
    pub reason: String,
}

/// More differences than this are not told apart.
pub const MOST: usize = 100;

/// What `bundle` says otherwise than `recomputed`, the one that the repository gives for the same request. Values are not
/// repeated: they may be secrets.
pub fn differences(bundle: &Bundle, recomputed: &Bundle) -> Vec<Difference> {
    let mut found = Vec::new();
    for (name, entry) in bundle.artifacts.iter().filter(|(_, entry)| !entry.is_sound()) {
        let reason = format!("does not have the digest that stands beside it, {}", entry.digest.short());
        found.push(Difference { place: format!("artifacts / {name} / content"), reason });
    }
    compare(&Value::Object(bundle.outline()), &Value::Object(recomputed.outline()), &mut Vec::new(), &mut found);
    let names: BTreeSet<&String> = bundle.artifacts.keys().chain(recomputed.artifacts.keys()).collect();
    for name in names {
        let mut place = vec!["artifacts".to_owned(), name.clone()];
        match (bundle.artifacts.get(name), recomputed.artifacts.get(name)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => {
                compare(&Value::Object(one.outline()), &Value::Object(other.outline()), &mut place, &mut found);
                place.push("content".to_owned());
                compare(&parsed(&one.data), &parsed(&other.data), &mut place, &mut found);
            }
            (Some(_), None) => found.push(told(&place, NOT_THERE)),
            (None, _) => found.push(told(&place, MISSING)),
        }
        if found.len() >= MOST {
            break;
        }
    }
    found.truncate(MOST);
    found
}

const NOT_THERE: &str = "is not in the repository's";
const MISSING: &str = "is missing";
const OTHER: &str = "is not what the repository says";

fn parsed(data: &[u8]) -> Value {
    serde_json::from_slice(data).unwrap_or(Value::Null)
}

fn told(place: &[String], reason: &str) -> Difference {
    Difference { place: place.join(" / "), reason: reason.to_owned() }
}

/// Recursion is bounded by what the reader of JSON accepts.
fn compare(one: &Value, other: &Value, place: &mut Vec<String>, found: &mut Vec<Difference>) {
    match (one, other) {
        _ if one == other || found.len() >= MOST => {}
        (Value::Object(one), Value::Object(other)) => compare_entries(one, other, place, found),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                place.push(at.to_string());
                compare(one, other, place, found);
                place.pop();
            }
        }
        _ => found.push(told(place, OTHER)),
    }
}

fn compare_entries(
    one: &Map<String, Value>,
    other: &Map<String, Value>,
    place: &mut Vec<String>,
    found: &mut Vec<Difference>,
) {
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    for key in keys {
        place.push(key.clone());
        match (one.get(key), other.get(key)) {
            (Some(one), Some(other)) => compare(one, other, place, found),
            (Some(_), None) => found.push(told(place, NOT_THERE)),
            (None, _) => found.push(told(place, MISSING)),
        }
        place.pop();
    }
}
