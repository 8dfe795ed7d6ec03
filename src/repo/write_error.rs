//! What keeps any change of a repository from being made, whatever it is.

use std::io;
use std::path::{Path, PathBuf};

use super::GitFailure;

/// Who did not do their part.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Git did not.
    #[error("{what}")]
    Git {
        /// What it was asked for.
        what: &'static str,
        /// What it said.
        source: GitFailure,
    },
    /// The file system refused.
    #[error("cannot write `{}`", path.display())]
    Io {
        /// The file in question.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// For git, where it was asked for `what`.
pub(super) fn git_error(what: &'static str) -> impl FnOnce(GitFailure) -> WriteError {
    move |source| WriteError::Git { what, source }
}

/// For the file system, where it was about `path`.
pub(super) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_path_buf();
    move |source| WriteError::Io { path, source }
}
