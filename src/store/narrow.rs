//! Loads what a change needs, and as little else as can be: a hook that checks one prompt must not parse a thousand.

use std::collections::{BTreeMap, BTreeSet};

use super::classify::{Classified, Classifier};
use super::config::CONFIG_NAMES;
use super::load::load_config;
use super::prompt::Dialect;
use super::snapshot::Snapshot;
use super::suite::Suite;
use super::yaml::{self, Limits};
use super::{FileKind, Store};
use crate::path::StorePath;

/// How much of a snapshot a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every file that is part of the store.
    Whole,
    /// The files that a change reaches, and what they need.
    Part,
}

impl Store {
    /// Loads what a change of the files at `changed` reaches (see [`Store::reached_by`]): only that, where it can be told
    /// without reading everything, or the whole store.
    ///
    /// It can be told of prompts that no other file could take in, which is where a dialect has its text in a structure
    /// (native and prompty), and of suites. Any other file may be included, named or looked up anywhere.
    pub fn load_reached(snapshot: Snapshot, changed: &BTreeSet<StorePath>) -> (Self, Extent) {
        match needed(&snapshot, changed) {
            Some(paths) => (Self::load_only(snapshot, &paths), Extent::Part),
            None => (Self::load(snapshot), Extent::Whole),
        }
    }
}

/// The prompts and suites to load; `None` where only the whole store will do.
fn needed(snapshot: &Snapshot, changed: &BTreeSet<StorePath>) -> Option<BTreeSet<StorePath>> {
    let (config, _) = load_config(snapshot);
    config.path.as_ref()?;
    let classifier = Classifier::new(&config);
    let mut ids: Vec<String> = Vec::new();
    for path in changed {
        match classifier.classify(path)? {
            _ if CONFIG_NAMES.contains(&path.as_str()) => return None,
            Classified::Prompt(prompt) if matches!(prompt.dialect, Dialect::Native | Dialect::Prompty) => {
                ids.push(prompt.id.as_str().to_owned());
            }
            Classified::Other(FileKind::Suite) => {}
            _ => return None,
        }
    }
    let folded: BTreeSet<String> =
        changed.iter().map(StorePath::as_str).chain(ids.iter().map(String::as_str)).map(str::to_lowercase).collect();
    let mut needed: BTreeSet<StorePath> = changed.clone();
    let mut prompts: BTreeMap<String, StorePath> = BTreeMap::new();
    let mut named: BTreeSet<String> = BTreeSet::new();
    for (path, _) in snapshot.entries() {
        match classifier.classify(path) {
            Some(Classified::Prompt(prompt)) => {
                let id = prompt.id.as_str();
                // Names that differ only in case collide.
                if folded.contains(&path.as_str().to_lowercase()) || folded.contains(&id.to_lowercase()) {
                    needed.insert(path.clone());
                }
                prompts.insert(id.to_owned(), path.clone());
            }
            Some(Classified::Other(FileKind::Suite)) => {
                if let Some(suite) = suite_of(snapshot, path, changed, &ids, config.lint.max_file_bytes) {
                    named.extend(suite.prompts.into_iter().map(|prompt| prompt.value));
                    needed.insert(path.clone());
                }
            }
            Some(_) if folded.contains(&path.as_str().to_lowercase()) => {
                needed.insert(path.clone());
            }
            _ => {}
        }
    }
    for id in named {
        // What a suite names in vain is looked for among all prompts.
        needed.insert(prompts.get(&id)?.clone());
    }
    Some(needed)
}

/// The suite at `path`, if it is one of the changed files or names one of the prompts `ids`.
fn suite_of(
    snapshot: &Snapshot,
    path: &StorePath,
    changed: &BTreeSet<StorePath>,
    ids: &[String],
    limit: u64,
) -> Option<Suite> {
    if snapshot.size(path).is_some_and(|size| size > limit) {
        return None;
    }
    let text = String::from_utf8(snapshot.read(path).ok()?).ok()?;
    let names = |id: &String| memchr::memmem::find(text.as_bytes(), id.as_bytes()).is_some();
    if !changed.contains(path) && !ids.iter().any(names) {
        return None;
    }
    Suite::read(path, &yaml::parse(&text, 0, Limits::default()).0)
}
