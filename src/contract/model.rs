//! Models: the family is the promise, the snapshot is a detail of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Bump, Change, Place, entries, fate, items, names, same_entry};

/// What a prompt's reference to a model has become. A registry entry's id says nothing about its family, so another
/// entry counts as another family; of two ids of a provider the family can be told.
pub(super) fn reference(old: Option<&Value>, new: Option<&Value>) -> Change {
    let name = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let (before, after) = (name(old), name(new));
    let (bump, text) = match (before.is_empty(), after.is_empty()) {
        (true, _) => (Bump::Minor, format!("model `{after}` is named, where callers chose")),
        (_, true) => (Bump::Major, format!("model `{before}` is no longer named")),
        _ if !is_entry(&before) && !is_entry(&after) => return identity(&before, &after),
        _ => (Bump::Major, format!("model changed from `{before}` to `{after}`")),
    };
    Change::new(bump, Place::Model, text)
}

/// What has become of a key of a model's registry entry.
pub(super) fn compare(key: &str, old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let one = |bump, text| vec![Change::new(bump, Place::Model, text)];
    match key {
        "provider" => one(Bump::Major, fate("provider", old, new)),
        "model" => {
            let id = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
            match id(old).zip(id(new)) {
                Some((old, new)) => vec![identity(&old, &new)],
                None => one(Bump::Major, fate("model", old, new)),
            }
        }
        "aliases" => aliases(old, new),
        "parameters" => parameters(old, new),
        "checksum" => one(Bump::Minor, "the weights changed, by their checksum".to_owned()),
        "runtime" | "endpoint" => one(Bump::Minor, fate(key, old, new)),
        _ => Vec::new(),
    }
}

/// Parameters of a call, each by itself.
pub(super) fn parameters(old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let (old, new) = (entries(old), entries(new));
    let differing = names(old, new).into_iter().filter(|name| !same_entry(old, new, name));
    let change = |name: &str| {
        let text = fate(&format!("parameter `{name}`"), old.get(name), new.get(name));
        Change::new(Bump::Minor, Place::Parameter(name.to_owned()), text)
    };
    differing.map(change).collect()
}

fn aliases(old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let set = |value| items(value).iter().filter_map(Value::as_str).map(str::to_owned).collect::<BTreeSet<String>>();
    let (before, after) = (set(old), set(new));
    let change =
        |bump, alias: &String, what: &str| Change::new(bump, Place::Model, format!("alias `{alias}` was {what}"));
    let removed = before.difference(&after).map(|alias| change(Bump::Major, alias, "removed"));
    removed.chain(after.difference(&before).map(|alias| change(Bump::Minor, alias, "added"))).collect()
}

/// One provider's id became another.
fn identity(old: &str, new: &str) -> Change {
    let (bump, what) = if family(old) == family(new) {
        (Bump::Minor, format!("model: another snapshot of {}, `{old}` to `{new}`", family(old)))
    } else {
        (Bump::Major, format!("model changed from `{old}` to `{new}`, another family"))
    };
    Change::new(bump, Place::Model, what)
}

fn is_entry(name: &str) -> bool {
    name.starts_with("models/")
}

/// A provider's id without what names a snapshot: `gpt-5.1` of `openai/gpt-5.1-2026-03-11`, `claude-sonnet-4-5` of
/// `claude-sonnet-4-5-20250929`. Generations and sizes are families of their own.
fn family(id: &str) -> String {
    let id = id.rsplit_once('/').map_or(id, |(_, id)| id).to_ascii_lowercase();
    let (id, tag) = id.split_once(':').unwrap_or((&id, ""));
    // What stands behind a colon is a size or a fine-tuned model's own name, unless it only counts or moves.
    let tag = if tag == "latest" || tag.bytes().all(|byte| byte.is_ascii_digit()) { "" } else { tag };
    let mut words: Vec<&str> = id.split(['-', '@']).collect();
    let digits = |word: &str, count: usize| word.len() == count && word.bytes().all(|byte| byte.is_ascii_digit());
    let moves = |word: &str| ["latest", "preview", "exp", "experimental"].contains(&word);
    loop {
        let cut = match words.as_slice() {
            [_, .., year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2) => 3,
            [_, .., word, month, day] if moves(word) && digits(month, 2) && digits(day, 2) => 3,
            [_, .., word, month, year] if moves(word) && digits(month, 2) && digits(year, 4) => 3,
            [_, .., last] if moves(last) || [3, 4, 6, 8].iter().any(|count| digits(last, *count)) => 1,
            [_, .., last] if last.strip_prefix('v').is_some_and(|rest| digits(rest, 1)) => 1,
            _ => break,
        };
        words.truncate(words.len() - cut);
    }
    let family = words.join("-");
    if tag.is_empty() { family } else { format!("{family}:{tag}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_an_id_without_its_snapshot() {
        for (id, wanted) in [
            ("gpt-5.1-2026-03-11", "gpt-5.1"),
            ("openai/gpt-4o-2024-08-06", "gpt-4o"),
            ("gpt-4o-mini", "gpt-4o-mini"),
            ("gpt-4-0125-preview", "gpt-4"),
            ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
            ("anthropic.claude-3-5-sonnet-20241022-v2:0", "anthropic.claude-3-5-sonnet"),
            ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet"),
            ("gemini-2.5-pro-preview-05-06", "gemini-2.5-pro"),
            ("gemini-1.5-pro-002", "gemini-1.5-pro"),
            ("mistral-large-2407", "mistral-large"),
            ("llama3:8b", "llama3:8b"),
            ("llama3:latest", "llama3"),
            ("latest", "latest"),
            ("", ""),
        ] {
            assert_eq!(family(id), wanted, "{id}");
        }
    }
}
