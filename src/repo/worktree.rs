//! The store as it is on the disk now.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::discover::is_git_folder;
use super::{Location, RepoError};
use crate::path::StorePath;
use crate::store::snapshot::{Entry, EntryKind, ReadFile, Snapshot, Unlisted};

/// Folders that hold no store's own files, skipped even where nothing ignores them.
const SKIPPED_FOLDERS: [&str; 5] = [".git", ".hg", ".jj", ".svn", "node_modules"];

/// Lists the worktree at `location` without what git ignores. Files are read when the snapshot is asked for them.
///
/// # Errors
/// When the root itself cannot be listed; anything below it is reported by [`Snapshot::unlisted`].
pub fn snapshot(location: &Location) -> Result<Snapshot, RepoError> {
    let root = &location.root;
    if is_git_folder(root) {
        return Err(RepoError::Bare(root.clone()));
    }
    fs::read_dir(root).map_err(|source| RepoError::Unreadable { path: root.clone(), source })?;
    let mut listed = Vec::new();
    let mut unlisted = Vec::new();
    // What other programs leave out (`.ignore`) is part of every revision.
    let walk = WalkBuilder::new(root).hidden(false).ignore(false).filter_entry(|entry| !is_skipped(entry)).build();
    for step in walk {
        let entry = match step {
            Ok(entry) => entry,
            Err(error) => {
                unlisted.extend(unlisted_by(&error, root));
                continue;
            }
        };
        let Some(kind) = kind_of(&entry, root) else { continue };
        match store_path(entry.path(), root) {
            // To ask for each file's size takes as long as the walk, and most commands need the sizes of few.
            Ok(path) => listed.push((path, Entry { size: None, kind, blob: None })),
            Err(problem) => unlisted.extend(problem),
        }
    }
    let entries = listed.into_iter().collect();
    Ok(Snapshot::new(entries, unlisted, Box::new(Worktree { root: root.clone() })))
}

fn is_skipped(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir()) && entry.file_name().to_str().is_some_and(is_skipped_folder)
}

/// Whether a folder of this name holds no files of a store, also where git has them.
pub(super) fn is_skipped_folder(name: &str) -> bool {
    SKIPPED_FOLDERS.contains(&name)
}

/// `None` for folders, and for pipes, sockets and devices: reading one may never end.
fn kind_of(entry: &DirEntry, root: &Path) -> Option<EntryKind> {
    let kind = entry.file_type()?;
    if kind.is_file() {
        return Some(EntryKind::File);
    }
    if !kind.is_symlink() {
        return None;
    }
    let inside = fs::canonicalize(entry.path()).is_ok_and(|target| target.starts_with(root));
    Some(if inside { EntryKind::LinkInside } else { EntryKind::LinkOutside })
}

fn store_path(path: &Path, root: &Path) -> Result<StorePath, Option<Unlisted>> {
    let inside = path.strip_prefix(root).map_err(|_| None)?;
    let unlisted = |reason: &str| {
        let shown = inside.to_string_lossy().replace(char::is_control, "\u{fffd}");
        shown.parse().ok().map(|path| Unlisted { path, reason: reason.to_owned() })
    };
    let text = inside.to_str().ok_or_else(|| unlisted("the file's name is not UTF-8; rename it"))?;
    text.parse().map_err(|_| unlisted("the file's name has a control character; rename it"))
}

fn unlisted_by(error: &ignore::Error, root: &Path) -> Option<Unlisted> {
    let (path, reason) = match error {
        ignore::Error::WithPath { path, err } => (path, plain_reason(err)),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            return unlisted_by(err, root);
        }
        _ => return None,
    };
    let path = store_path(path, root).ok()?;
    Some(Unlisted { path, reason })
}

fn plain_reason(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), io_reason)
}

fn io_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::NotFound => "it is no longer there".to_owned(),
        _ => error.to_string(),
    }
}

struct Worktree {
    root: PathBuf,
}

impl ReadFile for Worktree {
    fn read(&self, path: &StorePath) -> Result<Vec<u8>, String> {
        let mut content = Vec::new();
        File::open(self.root.join(path.as_str()))
            .and_then(|mut file| file.read_to_end(&mut content))
            .map_err(|error| io_reason(&error))?;
        Ok(content)
    }

    fn size(&self, path: &StorePath) -> Option<u64> {
        fs::symlink_metadata(self.root.join(path.as_str())).ok().map(|metadata| metadata.len())
    }
}
