//! Suites: what passes one release of a suite has passed it. Asking less, or something else, breaks the comparison with
//! what was measured before; asking more does not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Bump, Change, Place, fate, items, listed, metadata, policy, same};
use crate::store::content::canonical;

/// Keys of a case that say nothing about what is asked or what is a good answer.
const REMARKS: [&str; 5] = ["name", "description", "tags", "note", "metadata"];

/// What has become of a suite.
pub(super) fn compare(old: &Map<String, Value>, new: &Map<String, Value>, differing: &BTreeSet<&str>) -> Vec<Change> {
    let mut changes = Vec::new();
    for key in differing {
        let (before, after) = (old.get(*key), new.get(*key));
        let place = || Place::Suite((*key).to_owned());
        let found = match *key {
            "cases" | "golden" | "description" | "owners" | "tags" => Vec::new(),
            "thresholds" => {
                let said = policy::metrics("threshold", before, after);
                said.into_iter().map(|(turn, text)| Change::new(turn.bump(), place(), text)).collect()
            }
            "prompt" | "prompts" | "metrics" | "evaluators" | "red_team" => {
                let text = fate(&format!("`{key}`"), before, after);
                vec![Change::new(Bump::Major, place(), format!("{text}: results no longer compare"))]
            }
            _ if key.starts_with("x-") => Vec::new(),
            _ => vec![Change::new(Bump::Minor, place(), fate(&format!("`{key}`"), before, after))],
        };
        let is_case = ["cases", "golden"].contains(key);
        changes.extend(if found.is_empty() && !is_case { vec![metadata(key, before, after)] } else { found });
    }
    if differing.contains("cases") || differing.contains("golden") {
        changes.extend(cases(&all(old), &all(new)));
    }
    changes
}

/// The cases of the file and of its data. A file that is named under `cases` is a text, and its cases are golden.
fn all(data: &Map<String, Value>) -> Vec<&Value> {
    let own = items(data.get("cases")).iter().filter(|case| !case.is_string());
    own.chain(items(data.get("golden"))).collect()
}

fn cases(old: &[&Value], new: &[&Value]) -> Vec<Change> {
    let (before, after) = (by_name(old), by_name(new));
    let mut fates: BTreeMap<Fate, Vec<String>> = BTreeMap::new();
    for (name, case) in &before {
        match after.get(name) {
            None => fates.entry(Fate::Removed).or_default().push(name.clone()),
            Some(other) if same(case, other) => {}
            Some(other) if same(&asked(case), &asked(other)) => {
                fates.entry(Fate::Described).or_default().push(name.clone());
            }
            Some(_) => fates.entry(Fate::Changed).or_default().push(name.clone()),
        }
    }
    let added = after.keys().filter(|name| !before.contains_key(*name)).cloned().collect::<Vec<_>>();
    if !added.is_empty() {
        fates.insert(Fate::Added, added);
    }
    if fates.is_empty() {
        return vec![Change::new(Bump::Patch, Place::Suite("cases".to_owned()), "cases were put into another order")];
    }
    let change = |(fate, names): (Fate, Vec<String>)| {
        let (bump, what) = fate.said();
        let (noun, verb) = if names.len() == 1 { ("case", "was") } else { ("cases", "were") };
        Change::new(bump, Place::Suite("cases".to_owned()), format!("{noun} {} {verb} {what}", listed(&names)))
    };
    fates.into_iter().map(change).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Removed,
    Changed,
    Added,
    Described,
}

impl Fate {
    fn said(self) -> (Bump, &'static str) {
        match self {
            Self::Removed => (Bump::Major, "removed"),
            Self::Changed => (Bump::Major, "changed: results no longer compare"),
            Self::Added => (Bump::Minor, "added"),
            Self::Described => (Bump::Patch, "described otherwise"),
        }
    }
}

/// Cases by what they are called; one without a name by what it says, and those of one name by their number.
fn by_name<'a>(cases: &[&'a Value]) -> BTreeMap<String, &'a Value> {
    let mut named = BTreeMap::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        let name = ["id", "name"].iter().find_map(|key| case.get(*key)).map(|name| match name {
            Value::String(name) => name.clone(),
            name => name.to_string(),
        });
        let name = name.unwrap_or_else(|| String::from_utf8_lossy(&canonical(*case)).into_owned());
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        named.insert(if *count == 1 { name } else { format!("{name} ({count})") }, *case);
    }
    named
}

/// A case without remarks.
fn asked(case: &Value) -> Value {
    let Value::Object(entries) = case else { return case.clone() };
    let kept = entries.iter().filter(|(key, _)| !REMARKS.contains(&key.as_str()));
    Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
}
