//! The edge to the disk: where the store is, and what its files are now.

#![expect(
    clippy::disallowed_methods,
    reason = "this room is the edge: it reads and writes the disk, and asks git, for everyone else"
)]

mod apply;
mod changed;
mod discover;
mod output_file;
mod staged;
mod worktree;

pub use apply::{ApplyError, apply};
pub use changed::changed_since;
pub use discover::{Location, discover, discover_new};
pub use output_file::write_file;
pub use worktree::snapshot;

use std::io;
use std::path::PathBuf;

use crate::path::PathError;

/// Why a store could not be found or listed.
#[derive(Debug, thiserror::Error)]
pub enum RepoError {
    /// A path that the user named is not there.
    #[error("`{}` does not exist", .0.display())]
    NotFound(PathBuf),
    /// A path that the user named cannot be reached.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A path that the user named is no file of the store.
    #[error("`{}` cannot be a file of the store", path.display())]
    NotAStorePath {
        /// The path.
        path: PathBuf,
        /// Why.
        source: PathError,
    },
    /// Git is needed and could not be started.
    #[error("git could not be started")]
    NoGit(#[source] io::Error),
    /// Revisions are asked for where there are none.
    #[error("`{}` is in no git repository, or in one that git refuses to read", .0.display())]
    NoRepository(PathBuf),
    /// A revision that the user named is none.
    #[error("`{0}` is not a commit of this repository")]
    NoRevision(String),
    /// A revision has no common history with `HEAD`, or the clone is too shallow to know it.
    #[error("`{0}` and HEAD have no common commit in this clone")]
    NoMergeBase(String),
    /// Two paths of one command lie in different stores.
    #[error("`{}` is outside of the store at `{}`", path.display(), root.display())]
    OutsideStore {
        /// The path.
        path: PathBuf,
        /// The store's root.
        root: PathBuf,
    },
}
