//! What changed under a path from commit to commit of the chain: one pass over the root trees, in which a folder that is
//! the same object as before is not opened.

use gix::bstr::ByteSlice as _;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryMode;
use gix::{ObjectId, Repository};

use super::{commit_id, error};
use crate::history::Change;
use crate::history::chain::Position;
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::RevisionError;

/// Something in a tree.
type Entry = (EntryMode, ObjectId);

/// The way from a root tree down to one path. It remembers each tree on the way and what it had there.
pub(super) struct Descent<'a> {
    repository: &'a Repository,
    names: Vec<&'a [u8]>,
    known: Vec<Option<(ObjectId, Option<Entry>)>>,
}

impl<'a> Descent<'a> {
    /// The way to `path`, which is the repository's; empty for the root itself.
    pub(super) fn new(repository: &'a Repository, path: &'a str) -> Self {
        let names: Vec<&[u8]> = path.split('/').filter(|name| !name.is_empty()).map(str::as_bytes).collect();
        let known = vec![None; names.len()];
        Self { repository, names, known }
    }

    /// What stands at the path under `root`.
    pub(super) fn entry(&mut self, root: ObjectId) -> Result<Option<Entry>, RevisionError> {
        let mut entry = Some((gix::objs::tree::EntryKind::Tree.into(), root));
        for (name, known) in self.names.iter().zip(&mut self.known) {
            let Some((mode, tree)) = entry else { return Ok(None) };
            if !EntryMode::is_tree(&mode) {
                return Ok(None);
            }
            entry = match known {
                Some((of, found)) if *of == tree => *found,
                _ => {
                    let found = find(self.repository, tree, name)?;
                    *known = Some((tree, found));
                    found
                }
            };
        }
        Ok(entry)
    }
}

/// Git's names of the contents of two files in the folder `tree`, in one reading.
pub(super) fn files(
    repository: &Repository,
    tree: ObjectId,
    names: [&[u8]; 2],
) -> Result<[Option<CommitId>; 2], RevisionError> {
    let object = read(repository, tree)?;
    let mut found = [None; 2];
    for entry in TreeRefIter::from_bytes(&object, tree.kind()) {
        let entry = entry.map_err(|_| unreadable(tree))?;
        if let Some(at) = names.iter().position(|name| *name == entry.filename.as_bytes()) {
            found[at] = file((entry.mode, entry.oid.to_owned()));
        }
    }
    Ok(found)
}

fn find(repository: &Repository, tree: ObjectId, name: &[u8]) -> Result<Option<Entry>, RevisionError> {
    let object = read(repository, tree)?;
    for entry in TreeRefIter::from_bytes(&object, tree.kind()) {
        let entry = entry.map_err(|_| unreadable(tree))?;
        if entry.filename.as_bytes() == name {
            return Ok(Some((entry.mode, entry.oid.to_owned())));
        }
    }
    Ok(None)
}

fn read(repository: &Repository, tree: ObjectId) -> Result<Vec<u8>, RevisionError> {
    let object =
        repository.find_object(tree).map_err(|failed| error::unreadable(repository, commit_id(&tree), &failed))?;
    Ok(object.detach().data)
}

fn unreadable(tree: ObjectId) -> RevisionError {
    RevisionError::Unreadable(format!("the folder {tree} is not written as git writes them"))
}

/// The files in which two things at `path` differ; both may be files or folders or nothing.
pub(super) fn between(
    repository: &Repository,
    position: Position,
    path: &str,
    old: Option<Entry>,
    new: Option<Entry>,
) -> Result<Vec<Change>, RevisionError> {
    let mut changes = Vec::new();
    let (old_file, new_file) = (old.and_then(file), new.and_then(file));
    if old_file != new_file {
        changes.extend(change(position, path, old_file, new_file));
    }
    let folder = |entry: Option<Entry>| entry.filter(|(mode, _)| mode.is_tree()).map(|(_, id)| id);
    let (old, new) = (folder(old), folder(new));
    if old == new {
        return Ok(changes);
    }
    let content = |tree: Option<ObjectId>| tree.map_or_else(|| Ok(Vec::new()), |tree| read(repository, tree));
    let (old_data, new_data) = (content(old)?, content(new)?);
    let kind = repository.object_hash();
    let mut recorder = gix::diff::tree::Recorder::default();
    gix::diff::tree(
        TreeRefIter::from_bytes(&old_data, kind),
        TreeRefIter::from_bytes(&new_data, kind),
        gix::diff::tree::State::default(),
        &repository.objects,
        &mut recorder,
    )
    .map_err(|failed| RevisionError::Unreadable(format!("what changed in `{path}` cannot be read: {failed}")))?;
    for record in recorder.records {
        use gix::diff::tree::recorder::Change as Recorded;
        let (name, was, blob) = match record {
            Recorded::Addition { entry_mode, oid, path, .. } => (path, None, file((entry_mode, oid))),
            Recorded::Deletion { entry_mode, oid, path, .. } => (path, file((entry_mode, oid)), None),
            Recorded::Modification { previous_entry_mode, previous_oid, entry_mode, oid, path } => {
                (path, file((previous_entry_mode, previous_oid)), file((entry_mode, oid)))
            }
        };
        let Ok(name) = name.to_str() else { continue };
        let whole = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        if was != blob {
            changes.extend(change(position, &whole, was, blob));
        }
    }
    changes.sort();
    Ok(changes)
}

/// Git's name of a file's content. Links and submodules are no files of a store.
fn file((mode, id): Entry) -> Option<CommitId> {
    mode.is_blob().then(|| commit_id(&id))
}

/// A change at `path`; `None` where that is no path of a store, and so none of its files.
fn change(position: Position, path: &str, was: Option<CommitId>, blob: Option<CommitId>) -> Option<Change> {
    Some(Change { position, path: path.parse::<StorePath>().ok()?, was, blob })
}
