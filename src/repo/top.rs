//! Files at the top of a repository, where forges look for theirs: the store may be a folder below it.
#![expect(clippy::disallowed_methods, reason = "reading files is what this module is for")]

use std::fs;
use std::io;
use std::path::Path;

use super::RepoError;
use crate::path::StorePath;

/// The text of the file at `path` below `top`; `None` where nothing is.
///
/// # Errors
/// When it cannot be read, or is no text.
pub fn text_at(top: &Path, path: &StorePath) -> Result<Option<String>, RepoError> {
    let path = top.join(path.as_str());
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(&path).is_err() => Ok(None),
        Err(source) => Err(RepoError::Unreadable { path, source }),
    }
}

/// Whether a file or folder is at `path` below `top`.
pub fn is_at(top: &Path, path: &str) -> bool {
    fs::symlink_metadata(top.join(path)).is_ok()
}
