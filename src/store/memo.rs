//! What was made of an artifact's closure, kept for as long as no file of it changes.

use std::collections::BTreeMap;

use super::Store;
use super::artifact::Artifact;
use super::config::CONFIG_NAMES;
use super::snapshot::{EntryKind, Snapshot};
use crate::name::{ArtifactId, CommitId};
use crate::path::StorePath;

/// Values by artifact, each with the files that it was made of. Only snapshots that git keeps have names for their files'
/// contents; of any other nothing is kept.
pub struct Memo<T> {
    kept: BTreeMap<ArtifactId, Vec<Kept<T>>>,
    most: usize,
}

/// What stands at a path, and git's name of its content; `None` where nothing does.
type Stamp = Option<(EntryKind, Option<CommitId>)>;

struct Kept<T> {
    made_of: Vec<(StorePath, Stamp)>,
    value: T,
}

impl<T> Memo<T> {
    /// A memo that keeps the last `most` values of each artifact.
    pub fn new(most: usize) -> Self {
        Self { kept: BTreeMap::new(), most }
    }

    /// The value of `artifact`, if one was made of what `snapshot` has.
    pub fn get(&self, snapshot: &Snapshot, artifact: &Artifact) -> Option<&T> {
        let same = |kept: &&Kept<T>| {
            kept.made_of.first().is_some_and(|(path, _)| *path == artifact.path)
                && kept.made_of.iter().all(|(path, stamp)| stamp_of(snapshot, path) == *stamp)
        };
        self.kept.get(&artifact.id)?.iter().rev().find(same).map(|kept| &kept.value)
    }

    /// Keeps `value`, which was made of the closure of `artifact` in `store`.
    pub fn put(&mut self, snapshot: &Snapshot, store: &Store, artifact: &Artifact, value: T) {
        let closure = store.closure(artifact);
        if closure.files.iter().any(|path| snapshot.entry(path).is_some_and(|entry| entry.blob.is_none())) {
            return;
        }
        let config = CONFIG_NAMES.iter().filter_map(|name| name.parse().ok());
        let own = std::iter::once(artifact.path.clone());
        let paths = own.chain(closure.paths().filter(|path| **path != artifact.path).cloned()).chain(config);
        let made_of = paths.map(|path| (stamp_of(snapshot, &path), path)).map(|(stamp, path)| (path, stamp));
        let kept = Kept { made_of: made_of.collect(), value };
        let values = self.kept.entry(artifact.id.clone()).or_default();
        if values.len() == self.most {
            values.remove(0);
        }
        values.push(kept);
    }
}

fn stamp_of(snapshot: &Snapshot, path: &StorePath) -> Stamp {
    snapshot.entry(path).map(|entry| (entry.kind, entry.blob))
}
