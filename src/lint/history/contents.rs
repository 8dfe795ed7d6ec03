//! Which contents a history has had at the places of a store, and which commit brought each one in.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{Change, Contents, RevisionError};
use crate::store::Store;
use crate::store::config::CONFIG_NAMES;
use crate::store::places::Places;

/// So many commits are compared with their parents at once.
const STRIDE: usize = 512;

/// One content of a history.
pub(super) struct Content {
    /// Git's name of it.
    pub(super) blob: CommitId,
    /// The file that it came in as.
    pub(super) path: StorePath,
    /// The commit that brought it in: the first that has it, in an order in which every commit follows its parents.
    pub(super) commit: CommitId,
    /// Every path at which it came in.
    pub(super) paths: BTreeSet<StorePath>,
}

/// The contents of a history, oldest first.
pub(super) struct History {
    pub(super) contents: Vec<Content>,
    pub(super) commits: usize,
}

/// The contents that `tips` can reach at the places of `store`.
pub(super) fn of(revisions: &dyn Contents, store: &Store, tips: &[CommitId]) -> Result<History, RevisionError> {
    let commits = revisions.reachable(tips)?;
    let mut places = Places::of(store);
    loop {
        let mut walk = Walk { revisions, places, grew: Grew::No, contents: BTreeMap::new() };
        for (stride, commits) in commits.chunks(STRIDE).enumerate() {
            let changes: Vec<Vec<Change>> =
                commits.par_iter().map(|commit| revisions.changes(*commit)).collect::<Result<_, _>>()?;
            for (at, changes) in changes.iter().enumerate() {
                walk.see(stride * STRIDE + at, changes);
            }
        }
        // What was passed before its place was known is looked for once more.
        if walk.grew == Grew::No {
            return Ok(History { contents: walk.in_order(&commits), commits: commits.len() });
        }
        places = walk.places;
    }
}

/// Whether places were learned on a walk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grew {
    Yes,
    No,
}

/// A walk over the commits, newest first.
struct Walk<'a> {
    revisions: &'a dyn Contents,
    places: Places,
    grew: Grew,
    /// The last sighting, which is the oldest: the commit's number and the path, and all paths.
    contents: BTreeMap<CommitId, (usize, StorePath, BTreeSet<StorePath>)>,
}

impl Walk<'_> {
    /// Sees what the commit of this number changed from its first parent.
    fn see(&mut self, number: usize, changes: &[Change]) {
        let mut added = BTreeMap::new();
        for change in changes {
            if CONFIG_NAMES.contains(&change.path.as_str()) {
                self.learn_configurations(change);
            }
            let Some(blob) = change.after.filter(|_| self.places.has(&change.path)) else { continue };
            if change.before.is_none() {
                added.insert(blob, &change.path);
            }
            let (first, path, paths) =
                self.contents.entry(blob).or_insert_with(|| (number, change.path.clone(), BTreeSet::new()));
            if *first != number {
                (*first, *path) = (number, change.path.clone());
            }
            paths.insert(change.path.clone());
        }
        // A file that goes while its content comes elsewhere was renamed: it was part of the store before.
        for change in changes.iter().filter(|change| change.after.is_none()) {
            if let Some(to) = change.before.and_then(|before| added.get(&before))
                && self.places.extend_by_rename(&change.path, to)
            {
                self.grew = Grew::Yes;
            }
        }
    }

    fn learn_configurations(&mut self, change: &Change) {
        for blob in [change.before, change.after].into_iter().flatten() {
            let snapshot = self.revisions.moment([(change.path.clone(), blob)].into());
            if self.places.extend_by_configuration(blob, &snapshot) {
                self.grew = Grew::Yes;
            }
        }
    }

    fn in_order(self, commits: &[CommitId]) -> Vec<Content> {
        let mut contents: Vec<(usize, Content)> = self
            .contents
            .into_iter()
            .map(|(blob, (number, path, paths))| (number, Content { blob, path, commit: commits[number], paths }))
            .collect();
        // Of a commit's own, by path.
        contents.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.path.cmp(&other.path)));
        contents.into_iter().map(|(_, content)| content).collect()
    }
}
