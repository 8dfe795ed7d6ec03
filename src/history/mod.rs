//! Which version was active when, and who let it in: the verb behind `blame-at` and `history`.
//!
//! The state of an environment at instant t is what its route files say in the commit that was active at t on the
//! first-parent chain of the tracked branch: see [`chain::Chain`]. A store without routes has the content of its files
//! instead. An instant has one answer; a day or a month has a [`answer::Segment`] for each state that held in it.
//!
//! *Architecture invariant:* no git and no clock here. [`Past`] answers for git, and the present is part of the question.
//! Nothing is guessed: what this clone cannot know is an error or a [`hazard::Hazard`], never silently left out.

pub mod answer;
mod ask;
mod asker;
pub mod chain;
pub mod content;
pub mod hazard;
pub mod lines;
pub mod made;
pub mod observed;
pub mod standing;
pub mod state;
pub mod text;
pub mod versions;

use std::sync::Arc;

use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{Commit, RevisionError, Tag};
use crate::store::snapshot::Snapshot;
pub use ask::{Question, has_route, of_artifact, of_environment, of_file, of_route, routes};
use chain::{Chain, Position};
use state::State;
use versions::{Extension, RouteFile, RouteVersion};

/// The folder of the environments.
pub const ENVIRONMENTS: &str = "environments";

/// The past of the tracked branch. Paths are the store's own. Implemented by `repo` with git, and by tests in memory.
pub trait Past: Sync {
    /// The first-parent chain.
    fn chain(&self) -> &Chain;

    /// The branch's name, for people.
    fn branch(&self) -> &str;

    /// Every change of the file at `scope`, or of a file under the folder `scope`, along the chain: the first commit's
    /// files are changes too. In order of position, then path.
    ///
    /// # Errors
    /// When a part of the history is not in this clone.
    fn changes(&self, scope: &StorePath) -> Result<Vec<Change>, RevisionError>;

    /// The newest version of a route's file at `position`: what the last commit that changed it, up to that one, made of
    /// it. `None`: there had been no file yet.
    ///
    /// # Errors
    /// When a part of the history is not in this clone.
    fn version_at(&self, file: &RouteFile, position: Position) -> Result<Option<RouteVersion>, RevisionError>;

    /// The first version of a route's file after `position`.
    ///
    /// # Errors
    /// When a part of the history is not in this clone.
    fn version_after(&self, file: &RouteFile, position: Position) -> Result<Option<RouteVersion>, RevisionError>;

    /// A route's file as the commit at `position` has it; its history is not looked at.
    ///
    /// # Errors
    /// When a part of the history is not in this clone.
    fn route_file(&self, file: &RouteFile, position: Position) -> Result<Option<(Extension, CommitId)>, RevisionError>;

    /// What a version of a route's file with the content `blob` says.
    ///
    /// # Errors
    /// When it is not in this clone.
    fn route_state(&self, file: &RouteFile, extension: Extension, blob: CommitId) -> Result<Arc<State>, RevisionError> {
        Ok(Arc::new(State::of_file(&file.path(extension), blob, &self.blob(blob)?)))
    }

    /// All files of the store that the commit at `position` changed against the one before it, in order.
    ///
    /// # Errors
    /// When a part of the history is not in this clone.
    fn step(&self, position: Position) -> Result<Vec<Change>, RevisionError>;

    /// The content of a file with the name `blob`.
    ///
    /// # Errors
    /// When it is not in this clone.
    fn blob(&self, blob: CommitId) -> Result<Vec<u8>, RevisionError>;

    /// What is recorded of a commit.
    ///
    /// # Errors
    /// When it is not in this clone.
    fn commit(&self, commit: CommitId) -> Result<Commit, RevisionError>;

    /// The tag with exactly this name.
    ///
    /// # Errors
    /// When it can't be read.
    fn tag(&self, name: &str) -> Result<Option<Tag>, RevisionError>;

    /// The store's files at `commit`.
    ///
    /// # Errors
    /// When the commit or one of its folders is not in this clone.
    fn snapshot(&self, commit: CommitId) -> Result<Snapshot, RevisionError>;

    /// The first position whose commit is `commit` or has it among its ancestors: when the branch took it in.
    ///
    /// # Errors
    /// When the commit is not in this clone.
    fn taken_in(&self, commit: CommitId) -> Result<Option<Position>, RevisionError>;

    /// The merges whose parents were swapped and that hide what the branch was at some commit from the one at `first` up to,
    /// and without, `end`.
    ///
    /// # Errors
    /// When a merge is not in this clone.
    fn swapped(&self, first: Position, end: Position) -> Result<Vec<Swapped>, RevisionError>;

    /// Whether this clone lacks what came before the chain's first commit.
    fn is_shallow(&self) -> bool;

    /// What else is known to be wrong with this clone's view of the branch.
    fn doubts(&self) -> &[Doubt];
}

/// A file that became something else at one commit of the chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The commit.
    pub position: Position,
    /// The file.
    pub path: StorePath,
    /// Git's name of its content before; `None`: it was not there.
    pub was: Option<CommitId>,
    /// Git's name of its new content; `None`: it is gone.
    pub blob: Option<CommitId>,
}

/// A merge that took the branch in as its second parent: what stands between `fork` and `merge` on the chain was made
/// elsewhere, while the branch itself was at commits that the chain no longer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swapped {
    /// The last commit of the chain that the branch really had before.
    pub fork: Position,
    /// The merge.
    pub merge: Position,
}

impl Swapped {
    /// Whether it hides what the branch was at some commit from the one at `first` up to, and without, `end`.
    pub fn hides(&self, first: Position, end: Position) -> bool {
        self.fork + 1 < end && first < self.merge
    }
}

/// What casts doubt on this clone's view of the branch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// The branch and the same branch at the remote are at different commits.
    Diverged {
        /// The remote branch: `origin/main`.
        remote: String,
    },
    /// The remote branch was rewritten: commits that it had are not in its history any more.
    Rewritten {
        /// The remote branch: `origin/main`.
        remote: String,
        /// What it was before.
        old: CommitId,
        /// When this clone learned of it, in seconds since 1970.
        noticed: i64,
    },
}

#[cfg(test)]
mod tests;
