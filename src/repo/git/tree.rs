//! The store's files at a revision, and in what two revisions differ.

use std::collections::{BTreeMap, BTreeSet};

use gix::bstr::ByteSlice as _;
use gix::diff::tree::recorder;
use gix::objs::tree::EntryMode;

use super::listing::{Listing, is_skipped};
use super::{Git, commit_id, error, object_id};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{Change, RevisionError};

pub(super) fn listing(git: &Git, commit: CommitId) -> Result<Listing, RevisionError> {
    git.objects.with(|repository| {
        let mut listing = Listing::default();
        if let Some(tree) = of_store(git, repository, commit)? {
            listing.add_tree(repository, tree.id, "")?;
        }
        Ok(listing)
    })
}

/// The tree of the store's folder at `commit`; `None` where the commit has no such folder.
pub(super) fn of_store<'r>(
    git: &Git,
    repository: &'r gix::Repository,
    commit: CommitId,
) -> Result<Option<gix::Tree<'r>>, RevisionError> {
    let failed = |failed: gix::Error| error::unreadable(repository, commit, &failed);
    let tree = repository.find_commit(object_id(commit)).and_then(|commit| commit.tree_id().map(gix::Id::detach));
    at(repository, tree.map_err(failed)?, &git.prefix)
}

/// The tree at `folder` of the tree `id`: nothing, or a path with a slash at its end. `None` where there is no such folder.
pub(super) fn at<'r>(
    repository: &'r gix::Repository,
    id: gix::ObjectId,
    folder: &str,
) -> Result<Option<gix::Tree<'r>>, RevisionError> {
    let mut tree = find(repository, id)?;
    for name in folder.split_terminator('/') {
        let entry = tree.find_entry(name).filter(|entry| entry.mode().is_tree()).map(|entry| entry.object_id());
        let Some(id) = entry else { return Ok(None) };
        tree = find(repository, id)?;
    }
    Ok(Some(tree))
}

pub(super) fn find(repository: &gix::Repository, id: gix::ObjectId) -> Result<gix::Tree<'_>, RevisionError> {
    repository.find_tree(id).map_err(|failed| error::unreadable(repository, commit_id(&id), &failed))
}

pub(super) fn changed(git: &Git, from: Option<CommitId>, to: CommitId) -> Result<Vec<StorePath>, RevisionError> {
    let records = git.objects.with(|repository| records(git, repository, from, to))?;
    let paths: BTreeSet<StorePath> = records.iter().filter_map(|record| Some(sides(record)?.path)).collect();
    Ok(paths.into_iter().collect())
}

/// The ordinary files in which two commits differ, in order.
pub(super) fn changes(
    git: &Git,
    repository: &gix::Repository,
    from: Option<CommitId>,
    to: CommitId,
) -> Result<Vec<Change>, RevisionError> {
    let mut found: BTreeMap<StorePath, Change> = BTreeMap::new();
    for Change { path, before, after } in records(git, repository, from, to)?.iter().filter_map(sides) {
        // A file that becomes a folder is told of twice.
        let change = found.entry(path.clone()).or_insert(Change { path, before: None, after: None });
        change.before = before.or(change.before);
        change.after = after.or(change.after);
    }
    Ok(found.into_values().filter(|change| change.before.is_some() || change.after.is_some()).collect())
}

fn records(
    git: &Git,
    repository: &gix::Repository,
    from: Option<CommitId>,
    to: CommitId,
) -> Result<Vec<recorder::Change>, RevisionError> {
    let new = of_store(git, repository, to)?;
    let old = from.map(|from| of_store(git, repository, from)).transpose()?.flatten();
    difference(repository, to, old, new)
}

/// In what two trees differ; no tree has no files. `commit` has the second.
pub(super) fn difference(
    repository: &gix::Repository,
    commit: CommitId,
    old: Option<gix::Tree<'_>>,
    new: Option<gix::Tree<'_>>,
) -> Result<Vec<recorder::Change>, RevisionError> {
    let (old, new) = (old.unwrap_or_else(|| repository.empty_tree()), new.unwrap_or_else(|| repository.empty_tree()));
    if old.id == new.id {
        return Ok(Vec::new());
    }
    let mut recorder = gix::diff::tree::Recorder::default();
    let state = gix::diff::tree::State::default();
    match gix::diff::tree(entries(&old), entries(&new), state, &repository.objects, &mut recorder) {
        Ok(()) => Ok(recorder.records),
        Err(gix::diff::tree::Error::Failure(failed)) => Err(error::unreadable(repository, commit, &failed)),
        Err(failed) => {
            Err(RevisionError::Unreadable(format!("the change of {} cannot be read: {failed}", commit.short())))
        }
    }
}

fn entries<'a>(tree: &'a gix::Tree<'_>) -> gix::objs::TreeRefIter<'a> {
    gix::objs::TreeRefIter::from_bytes(&tree.data, tree.id.kind())
}

/// The files in which two trees differ.
pub(super) fn files(records: Vec<recorder::Change>) -> impl Iterator<Item = Change> {
    records.into_iter().filter_map(|record| sides(&record))
}

/// Where a file changed, and the contents that it had and has as an ordinary one; `None` for folders and for what can be
/// no file of a store.
fn sides(change: &recorder::Change) -> Option<Change> {
    use recorder::Change::{Addition, Deletion, Modification};
    let content = |mode: EntryMode, id: &gix::oid| mode.is_blob().then(|| commit_id(id));
    let (is_folder, path, before, after) = match change {
        Addition { entry_mode, oid, path, .. } => (entry_mode.is_tree(), path, None, content(*entry_mode, oid)),
        Deletion { entry_mode, oid, path, .. } => (entry_mode.is_tree(), path, content(*entry_mode, oid), None),
        Modification { previous_entry_mode, previous_oid, entry_mode, oid, path } => (
            entry_mode.is_tree() && previous_entry_mode.is_tree(),
            path,
            content(*previous_entry_mode, previous_oid),
            content(*entry_mode, oid),
        ),
    };
    if is_folder || is_skipped(path.as_bstr()) {
        return None;
    }
    Some(Change { path: path.to_str().ok()?.parse().ok()?, before, after })
}
