//! The edge to the disk: where the store is, and what its files are now.

#![expect(clippy::disallowed_methods, reason = "this room is the edge: it reads and writes the disk for everyone else")]

mod apply;
mod command;
mod commit;
mod configuration;
mod discover;
mod git;
mod hooks;
mod input_file;
mod lock;
mod output_file;
mod receipts;
mod staged;
mod tags;
mod top;
mod uncommitted;
mod witness;
mod worktree;
mod write_error;

pub use apply::{ApplyError, apply, apply_in};
pub use command::GitFailure;
pub use commit::{CommitError, CommitLock, Made, NewCommit, Place};
pub use configuration::configuration;
pub use discover::{Location, discover, discover_new, discover_past};
pub use git::{Git, GitPast};
pub use hooks::{
    HookError, HookFolder, attributes_file, carry_out, drivers, hook_folder, merge_by_lines, without_comments,
};
pub use input_file::read_file;
pub use output_file::write_file;
pub use receipts::{Fetched, fetch as fetch_receipts, push as push_receipts, record};
pub use tags::{NewTag, PushError, TagError, TagLock, push};
pub use top::{is_at, text_at};
pub use uncommitted::Uncommitted;
pub use witness::{Signature, commit_signature, remote_tags, signature};
pub use worktree::snapshot;
pub use write_error::WriteError;

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
    /// Git's answers are needed where there is no repository.
    #[error("`{}` is in no git repository", .0.display())]
    NoRepository(PathBuf),
    /// The repository belongs to somebody else, who could have put anything into its settings.
    #[error("the repository `{}` belongs to another user, so git does not read it", .0.display())]
    Untrusted(PathBuf),
    /// The repository keeps its refs in a way that is not known here.
    #[error("the repository of `{}` keeps its refs as a reftable, which cannot be read yet", .0.display())]
    Reftable(PathBuf),
    /// There is a repository, and it is broken.
    #[error("the git repository of `{}` is broken: {reason}", path.display())]
    Broken {
        /// The store.
        path: PathBuf,
        /// What git's library says.
        reason: String,
    },
    /// The environment names another repository than the store's.
    #[error("`{}` is not in the worktree `{}`, which `GIT_DIR` or `GIT_WORK_TREE` names", root.display(), worktree.display())]
    OtherRepository {
        /// The store.
        root: PathBuf,
        /// The worktree of the repository that was named.
        worktree: PathBuf,
    },
    /// The files of a worktree are asked for where there is none.
    #[error("`{}` is a bare repository, which has no files of its own", .0.display())]
    Bare(PathBuf),
    /// Git is needed and could not be started.
    #[error("git could not be started")]
    NoGit(#[source] io::Error),
    /// A remote gave no answer.
    #[error("the remote `{remote}` gives no answer: {told}")]
    Remote {
        /// The remote, as it was named.
        remote: String,
        /// What git said.
        told: String,
    },
    /// Two paths of one command lie in different stores.
    #[error("`{}` is outside of the store at `{}`", path.display(), root.display())]
    OutsideStore {
        /// The path.
        path: PathBuf,
        /// The store's root.
        root: PathBuf,
    },
}
