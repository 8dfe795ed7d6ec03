//! The store's files as they are staged: exactly what a commit would record, whatever the worktree has.

use std::collections::BTreeSet;

use gix::bstr::ByteSlice as _;
use gix::index::entry::{Flags, Mode, Stage};
use gix::objs::tree::EntryKind;

use super::listing::Listing;
use super::{Git, commit_id, error, tree};
use crate::revision::RevisionError;

pub(super) fn listing(git: &Git) -> Result<Listing, RevisionError> {
    git.objects.with(|repository| {
        let index = repository.index_or_empty().map_err(|failed| error::other("the index", &failed))?;
        let mut listing = Listing::default();
        let mut conflicts = BTreeSet::new();
        for entry in index.entries() {
            let path = entry.path(&index);
            if entry.mode == Mode::DIR {
                add_folder(git, repository, &mut listing, path, entry.id)?;
                continue;
            }
            let Some(path) = path.strip_prefix(git.prefix.as_bytes()) else { continue };
            if entry.stage() != Stage::Unconflicted {
                conflicts.insert(path.to_str_lossy().into_owned());
                continue;
            }
            // `git add --intent-to-add` promises a file that is not staged yet.
            if entry.flags.contains(Flags::INTENT_TO_ADD) {
                continue;
            }
            let kind = match entry.mode {
                Mode::SYMLINK => EntryKind::Link,
                Mode::FILE | Mode::FILE_EXECUTABLE => EntryKind::Blob,
                _ => continue,
            };
            listing.add(path.as_bstr(), kind, commit_id(&entry.id));
        }
        let Some(first) = conflicts.first() else { return Ok(listing) };
        let others = if conflicts.len() > 1 { format!(" and {} more", conflicts.len() - 1) } else { String::new() };
        Err(RevisionError::Unreadable(format!(
            "`{first}`{others} has a conflict that is not resolved: mend it and `git add` it"
        )))
    })
}

/// Adds the files of a folder that a sparse index names as one entry.
fn add_folder(
    git: &Git,
    repository: &gix::Repository,
    listing: &mut Listing,
    folder: &gix::bstr::BStr,
    id: gix::ObjectId,
) -> Result<(), RevisionError> {
    let folder = folder.to_str_lossy();
    if let Some(inside) = folder.strip_prefix(git.prefix.as_str()) {
        return listing.add_tree(repository, id, inside);
    }
    // The store may be a folder in this one.
    let Some(rest) = git.prefix.strip_prefix(&*folder) else { return Ok(()) };
    match tree::at(repository, id, rest)? {
        Some(tree) => listing.add_tree(repository, tree.id, ""),
        None => Ok(()),
    }
}
