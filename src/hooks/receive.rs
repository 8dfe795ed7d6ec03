//! What a server looks at when it is pushed to: new content, by the rules that it has already accepted.

use std::collections::BTreeMap;

use crate::lint::baseline::{Baseline, DEFAULT_PATH};
use crate::path::StorePath;
use crate::store::Store;
use crate::store::config::CONFIG_NAMES;
use crate::store::snapshot::Snapshot;

/// `new` with the configuration and the baseline of `accepted`, so that a push cannot weaken its own check. A store that had
/// no configuration gets the one that it brings.
#[must_use]
pub fn by_accepted_rules(new: &Snapshot, accepted: &Snapshot) -> Snapshot {
    let names = CONFIG_NAMES.iter().filter_map(|name| name.parse::<StorePath>().ok());
    let there = names.clone().find_map(|path| accepted.read(&path).ok());
    let (Some(content), Some(first)) = (there, names.clone().next()) else { return new.clone() };
    let config = Store::config_of(accepted);
    // The first name wins: written there, no other file of the push can take its place.
    let mut rules = BTreeMap::from([(first, content)]);
    let baseline = config.lint.baseline.as_ref().map_or(DEFAULT_PATH, |path| path.value.as_str());
    if let Ok(path) = baseline.parse::<StorePath>() {
        let known = accepted.read(&path).ok();
        if known.is_some() || new.entry(&path).is_some() {
            rules.insert(path, known.unwrap_or_else(|| Baseline::default().write().into_bytes()));
        }
    }
    new.with_contents(rules)
}

/// Whether `path` is a file whose old content counts, see [`by_accepted_rules`].
pub fn is_configuration(path: &StorePath) -> bool {
    CONFIG_NAMES.contains(&path.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_brings_no_rules_of_its_own() {
        let of = |files: &[(&str, &str)]| {
            Snapshot::of_texts(files.iter().map(|(path, text)| (*path, text.as_bytes()))).expect("paths")
        };
        let accepted = of(&[("promptyard.yaml", "version: 1\ntag_prefix: p/\n")]);
        let weakened = of(&[("promptyard.yaml", "version: 1\nlint: {ignore: [ALL]}\n"), (DEFAULT_PATH, "{}")]);
        let checked = by_accepted_rules(&weakened, &accepted);
        assert_eq!(Store::config_of(&checked).tag_prefix(), "p/");
        let path: StorePath = DEFAULT_PATH.parse().expect("a path");
        assert!(Baseline::read(&String::from_utf8_lossy(&checked.read(&path).expect("it is there"))).is_ok());
        let removed = by_accepted_rules(&of(&[("a.md", "")]), &accepted);
        assert_eq!(Store::config_of(&removed).tag_prefix(), "p/");
        let adopted = by_accepted_rules(&accepted, &of(&[]));
        assert_eq!(Store::config_of(&adopted).tag_prefix(), "p/");
    }
}
