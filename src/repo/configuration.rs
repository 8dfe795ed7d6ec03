//! The configuration alone, for commands that need nothing else of the worktree: listing that costs more than they do.

use std::fs;

use super::Location;
use crate::store::config::{CONFIG_NAMES, Config};
use crate::store::snapshot::Snapshot;

/// The configuration of the store at `location`, as it is in the worktree; the default where there is none.
pub fn configuration(location: &Location) -> Config {
    let found = CONFIG_NAMES.iter().find_map(|name| Some((*name, fs::read(location.root.join(name)).ok()?)));
    let Some((name, content)) = found else { return Config::default() };
    let snapshot = Snapshot::of_texts([(name, content.as_slice())]);
    Config::of(&snapshot.expect("because the configuration's name is a path of the store"))
}
