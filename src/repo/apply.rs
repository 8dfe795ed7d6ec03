//! The one function that makes a [`ChangeSet`] happen: whole or not at all.
#![expect(clippy::disallowed_methods, reason = "applying a change is writing files; this is the module that may")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::staged::stage;
use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::path::StorePath;

/// Why a change did not happen. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A file that was to be made is already there.
    #[error("`{0}` is already there")]
    Exists(StorePath),
    /// A file that was to be replaced is not there, or is not a file.
    #[error("`{0}` is not a file any more")]
    Gone(StorePath),
    /// A file that was to be updated has been changed since it was read.
    #[error("`{0}` was changed by somebody else meanwhile")]
    Changed(StorePath),
    /// A folder on the way is a symbolic link, which could lead out of the store, or is not a folder.
    #[error("`{0}` is not a folder")]
    NotAFolder(String),
    /// The file system refused.
    #[error("cannot write `{path}`")]
    Io {
        /// The file in question.
        path: StorePath,
        /// What the system said.
        source: io::Error,
    },
}

/// Makes `change` happen under `root`. Folders that are missing are made.
///
/// Every file is written beside its target and flushed to the disk before the first one is renamed into place, so that a
/// full disk or a missing permission is met while nothing has changed yet. Should a rename fail all the same, those
/// before it are undone. Each single file is old or new at any moment, even when the process is killed.
///
/// # Errors
/// When the change does not fit to what is there, or the file system refuses. Nothing is changed then.
pub fn apply(root: &Path, change: &ChangeSet) -> Result<(), ApplyError> {
    for file in &change.files {
        check(root, file)?;
    }
    let mut done = Undo::default();
    let mut staged = Vec::with_capacity(change.files.len());
    for file in &change.files {
        let io = |source| ApplyError::Io { path: file.path.clone(), source };
        make_folders(root, file.path.folder(), &mut done).map_err(io)?;
        staged.push(stage_write(root, file).map_err(io)?);
    }
    for (file, staged) in change.files.iter().zip(staged) {
        place(root, file, staged, &mut done)?;
    }
    done.keep();
    sync_folders(root, change);
    Ok(())
}

/// Makes `change` happen in the folder at `root`, wherever on the disk that is; it is made where it is missing.
///
/// # Errors
/// As [`apply`].
pub fn apply_in(root: &Path, change: &ChangeSet) -> Result<(), ApplyError> {
    if let (Err(source), Some(first)) = (fs::create_dir_all(root), change.files.first()) {
        return Err(ApplyError::Io { path: first.path.clone(), source });
    }
    apply(root, change)
}

fn check(root: &Path, file: &FileWrite) -> Result<(), ApplyError> {
    let mut folder = root.to_path_buf();
    for segment in file.path.folder().split('/').filter(|segment| !segment.is_empty()) {
        folder.push(segment);
        match fs::symlink_metadata(&folder) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(ApplyError::NotAFolder(file.path.folder().to_owned())),
            Err(_) => break,
        }
    }
    let found = fs::symlink_metadata(target(root, &file.path));
    match &file.mode {
        WriteMode::Create if found.is_ok() => Err(ApplyError::Exists(file.path.clone())),
        WriteMode::Replace | WriteMode::Update { .. } if !found.as_ref().is_ok_and(fs::Metadata::is_file) => {
            Err(ApplyError::Gone(file.path.clone()))
        }
        WriteMode::Update { from } if fs::read(target(root, &file.path)).is_ok_and(|now| now != from.as_bytes()) => {
            Err(ApplyError::Changed(file.path.clone()))
        }
        WriteMode::Create | WriteMode::Replace | WriteMode::Update { .. } => Ok(()),
    }
}

fn make_folders(root: &Path, folder: &str, done: &mut Undo) -> io::Result<()> {
    let mut path = root.to_path_buf();
    for segment in folder.split('/').filter(|segment| !segment.is_empty()) {
        path.push(segment);
        match fs::create_dir(&path) {
            Ok(()) => done.folders.push(path.clone()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn stage_write(root: &Path, file: &FileWrite) -> io::Result<NamedTempFile> {
    let target = target(root, &file.path);
    let replaced = (file.mode != WriteMode::Create).then(|| fs::metadata(&target)).transpose()?;
    let folder = target.parent().unwrap_or(root);
    stage(folder, file.content.as_bytes(), replaced.map(|replaced| replaced.permissions()))
}

fn place(root: &Path, file: &FileWrite, staged: NamedTempFile, done: &mut Undo) -> Result<(), ApplyError> {
    let target = target(root, &file.path);
    let io = |source| ApplyError::Io { path: file.path.clone(), source };
    match &file.mode {
        WriteMode::Create => {
            staged.persist_noclobber(&target).map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => ApplyError::Exists(file.path.clone()),
                _ => io(error.error),
            })?;
            done.files.push((target, None));
        }
        mode @ (WriteMode::Replace | WriteMode::Update { .. }) => {
            let old = fs::read(&target).map_err(io)?;
            // Looked at again at the last moment: staging many files takes a while.
            if matches!(mode, WriteMode::Update { from } if old != from.as_bytes()) {
                return Err(ApplyError::Changed(file.path.clone()));
            }
            staged.persist(&target).map_err(|error| io(error.error))?;
            done.files.push((target, Some(old)));
        }
    }
    Ok(())
}

/// A rename is on the disk once its folder is. The change has happened by then, so a failure here is not one.
fn sync_folders(root: &Path, change: &ChangeSet) {
    if cfg!(unix) {
        for file in &change.files {
            if let Ok(folder) = fs::File::open(root.join(file.path.folder())) {
                let _ = folder.sync_all();
            }
        }
    }
}

fn target(root: &Path, path: &StorePath) -> PathBuf {
    root.join(path.as_str())
}

/// What was done so far; undone when dropped, unless kept.
#[derive(Default)]
struct Undo {
    folders: Vec<PathBuf>,
    files: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Undo {
    fn keep(&mut self) {
        self.folders.clear();
        self.files.clear();
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        for (path, old) in self.files.drain(..).rev() {
            let _ = match old {
                Some(content) => fs::write(&path, content),
                None => fs::remove_file(&path),
            };
        }
        for folder in self.folders.drain(..).rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(files: &[(&str, &str, WriteMode)]) -> ChangeSet {
        let write = |(path, content, mode): &(&str, &str, WriteMode)| FileWrite {
            path: path.parse().expect("a path in the store"),
            content: (*content).to_owned(),
            mode: mode.clone(),
        };
        ChangeSet { files: files.iter().map(write).collect() }
    }

    fn listing(root: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("the folder is readable") {
                let path = entry.expect("the entry is readable").path();
                found.push(path.strip_prefix(root).expect("it is inside").to_string_lossy().replace('\\', "/"));
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }

    #[test]
    fn files_are_made_with_their_folders() {
        let root = tempfile::tempdir().expect("a temporary folder");
        apply(root.path(), &change(&[("a/b/c.md", "text", WriteMode::Create)])).expect("nothing is in the way");
        assert_eq!(fs::read_to_string(root.path().join("a/b/c.md")).expect("it was made"), "text");
        assert_eq!(listing(root.path()), ["a", "a/b", "a/b/c.md"]);
    }

    #[test]
    fn nothing_is_written_where_one_file_does_not_fit() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::write(root.path().join("here.md"), "old").expect("it is writable");
        let create = [("new/a.md", "a", WriteMode::Create), ("here.md", "b", WriteMode::Create)];
        assert!(matches!(apply(root.path(), &change(&create)), Err(ApplyError::Exists(_))));
        let replace = [("here.md", "new", WriteMode::Replace), ("gone.md", "b", WriteMode::Replace)];
        assert!(matches!(apply(root.path(), &change(&replace)), Err(ApplyError::Gone(_))));
        assert_eq!(listing(root.path()), ["here.md"]);
        assert_eq!(fs::read_to_string(root.path().join("here.md")).expect("it is still there"), "old");
    }

    #[test]
    fn a_file_that_was_changed_meanwhile_is_refused() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::write(root.path().join("a.md"), "theirs").expect("it is writable");
        let update = |from: &str| change(&[("a.md", "ours", WriteMode::Update { from: from.to_owned() })]);
        assert!(matches!(apply(root.path(), &update("as read")), Err(ApplyError::Changed(_))));
        assert_eq!(fs::read_to_string(root.path().join("a.md")).expect("it is there"), "theirs");
        apply(root.path(), &update("theirs")).expect("nobody changed it");
        assert_eq!(fs::read_to_string(root.path().join("a.md")).expect("it is there"), "ours");
        assert_eq!(listing(root.path()), ["a.md"]);
    }

    #[test]
    fn what_was_done_is_undone_when_a_later_step_fails() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::write(root.path().join("old.md"), "old").expect("it is writable");
        // The first file makes the folder that the second one wants to be: known only when it is tried.
        let files =
            [("old.md", "new", WriteMode::Replace), ("x/y.md", "a", WriteMode::Create), ("x", "b", WriteMode::Create)];
        assert!(apply(root.path(), &change(&files)).is_err());
        assert_eq!(listing(root.path()), ["old.md"]);
        assert_eq!(fs::read_to_string(root.path().join("old.md")).expect("it is still there"), "old");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_store_is_not_followed_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let outside = tempfile::tempdir().expect("a temporary folder");
        let root = tempfile::tempdir().expect("a temporary folder");
        symlink(outside.path(), root.path().join("link")).expect("links can be made");
        let through = change(&[("link/a.md", "a", WriteMode::Create)]);
        assert!(matches!(apply(root.path(), &through), Err(ApplyError::NotAFolder(_))));
        assert_eq!(listing(outside.path()), [""; 0]);

        let script = root.path().join("run.md");
        fs::write(&script, "old").expect("it is writable");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o754)).expect("it is ours");
        apply(root.path(), &change(&[("run.md", "new", WriteMode::Replace)])).expect("it is there");
        assert_eq!(fs::metadata(&script).expect("it is there").permissions().mode() & 0o777, 0o754);
    }
}
