//! Retrieval configurations: vectors of two embeddings do not compare, so an index and whoever fills it break with one.
//! Anything else only decides which passages are found.

use serde_json::Value;

use super::{Bump, Change, Place, entries, fate, names, same_entry};

/// What has become of a key of a retrieval configuration.
pub(super) fn compare(key: &str, old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let place = || Place::Retrieval(key.to_owned());
    match key {
        "description" | "owners" | "tags" | "lint" => Vec::new(),
        "embedding" => parts(key, old, new)
            .map(|text| Change::new(Bump::Major, place(), text + ": old vectors no longer compare"))
            .collect(),
        _ if key.starts_with("x-") => Vec::new(),
        _ => parts(key, old, new).map(|text| Change::new(Bump::Minor, place(), text)).collect(),
    }
}

/// What has become of a key's value, or of each entry of it.
fn parts(key: &str, old: Option<&Value>, new: Option<&Value>) -> impl Iterator<Item = String> {
    let whole = |value: Option<&Value>| !matches!(value, Some(Value::Object(_)));
    let text = if whole(old) || whole(new) {
        vec![fate(&format!("`{key}`"), old, new)]
    } else {
        let (old, new) = (entries(old), entries(new));
        let differing = names(old, new).into_iter().filter(|name| !same_entry(old, new, name));
        differing.map(|name| fate(&format!("`{key}.{name}`"), old.get(name), new.get(name))).collect()
    };
    text.into_iter()
}
