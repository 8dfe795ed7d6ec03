//! Making a commit on a branch without the user's index and without their other work: objects first, then the ref by
//! compare-and-swap, then the one file in the worktree and the index, where that was clean. Git's own lock on the index is held
//! from before the ref moves: whoever commits beside us meets the old index and the old ref, or the new of both.
//!
//! The ref is the truth. A process that is killed before it moved has changed nothing; one that is killed after has left the
//! user's copy of the file behind, which the next run mends: see [`follow`]. Runs wait for each other by a lock of the
//! operating system. Git itself does not know that lock, so that the ref may move all the same: then the commit is lost and
//! the plan is to be made anew from what the branch says now.
//!
//! Commits are made by git's plumbing, so that signing and identity are git's own. It runs no hooks for commits; the hooks
//! that watch refs run.

mod follow;

use std::fs::File;
use std::path::PathBuf;

use super::command::{self, GitFailure};
use super::git::Git;
use super::write_error::{WriteError, git_error};
use super::{Location, RepoError, lock};
use crate::change::ChangeSet;
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::RevisionError;

/// A power cut must not leave a ref without its object, which git's own default would allow.
const DURABLE: [&str; 2] = ["-c", "core.fsync=loose-object,reference"];

/// Why no commit was made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The repository could not be found.
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// The repository could not be read or written to.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// A commit is checked out, and no branch.
    #[error("no branch is checked out, so there is nothing to commit to")]
    Detached,
    /// A branch that was to be made is there.
    #[error("the branch `{0}` is already there")]
    Exists(String),
    /// The user has changed the file.
    #[error("`{path}` {state}")]
    Dirty {
        /// The file, in the repository.
        path: StorePath,
        /// How, as the rest of a sentence.
        state: &'static str,
    },
    /// Somebody moved the branch each time that a commit was ready.
    #[error("`{0}` kept moving while the commit was made")]
    Contended(String),
    /// Git or the file system did not do its part.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A commit to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewCommit<'a> {
    /// The full name of the ref that is to be at it: `refs/heads/main`.
    pub reference: &'a str,
    /// What the ref is at now; `None`: it is not there.
    pub old: Option<CommitId>,
    /// What the commit follows, and whose files it keeps; `None`: it is the first.
    pub parent: Option<CommitId>,
    /// What it changes.
    pub change: &'a ChangeSet,
    /// Where the paths of the change begin.
    pub place: Place,
    /// Its message.
    pub message: &'a str,
}

/// Where the paths of a commit's files begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the store's root.
    Store,
    /// At the repository's: a chain of its own has no store around it.
    Repository,
}

/// What became of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is there.
    Commit {
        /// Its name.
        id: CommitId,
        /// A file whose copy in the worktree or the index could not follow: the next run tries again.
        behind: Option<StorePath>,
    },
    /// The ref was moved by somebody else meanwhile; nothing was changed.
    Lost,
}

/// Held while a commit is planned and made: no other run does so in this repository or one of its worktrees meanwhile.
pub struct CommitLock {
    root: PathBuf,
    file: File,
}

impl CommitLock {
    /// Waits until no other run makes commits. `waiting` is called before a wait.
    ///
    /// # Errors
    /// When there is no repository, or its folder can't be written to.
    pub fn take(location: &Location, waiting: impl FnOnce()) -> Result<Self, CommitError> {
        let path = Git::open(location)?.common_dir().join("promptyard").join("commit.lock");
        let file = lock::take(&path, waiting)?;
        Ok(Self { root: location.root.clone(), file })
    }

    /// Mends what a run that was killed has left behind. A file whose copy nobody can mend but its owner is returned.
    ///
    /// # Errors
    /// When the repository can't be read.
    pub fn heal(&self, git: &Git) -> Result<Option<StorePath>, CommitError> {
        follow::heal(self, git)
    }

    /// Makes `new` on the branch that is checked out, and has the index and the worktree follow in the files that change.
    ///
    /// # Errors
    /// When one of these files has changes that are not committed, or git or the file system refuses.
    pub fn commit_here(&self, git: &Git, new: &NewCommit<'_>) -> Result<Made, CommitError> {
        let Some(parent) = new.parent else { return self.commit_apart(git, new) };
        let (id, blobs) = self.write(git, new)?;
        let mut steps = Vec::new();
        for (file, new) in new.change.files.iter().zip(blobs) {
            let path = git.path_in_repository(&file.path);
            let old = git.blob_at(parent, &path)?;
            let old = old.ok_or(CommitError::Dirty { path: path.clone(), state: "is not committed" })?;
            steps.push(follow::Step { path, old, new });
        }
        let Some(copies) = follow::Copies::prepare(self, git, &steps)? else { return self.commit_apart(git, new) };
        for step in &steps {
            follow::check(self, git, &step.path, step.old)?;
        }
        follow::note(git, &steps)?;
        if !self.advance(git, new, id)? {
            follow::forget(git, &steps);
            return Ok(Made::Lost);
        }
        let behind = copies.finish(git);
        if behind.is_none() {
            follow::forget(git, &steps);
        }
        Ok(Made::Commit { id, behind })
    }

    /// Makes `new` on a ref that is not checked out. Neither the index nor the worktree is touched.
    ///
    /// # Errors
    /// When git or the file system refuses.
    pub fn commit_apart(&self, git: &Git, new: &NewCommit<'_>) -> Result<Made, CommitError> {
        let (id, _) = self.write(git, new)?;
        Ok(if self.advance(git, new, id)? { Made::Commit { id, behind: None } } else { Made::Lost })
    }

    /// Adds a commit for each of `changes` to the chain at the ref `reference`, which is no branch: `from` says what it is at
    /// now and what the new commits follow. Paths begin at the chain's own root.
    ///
    /// # Errors
    /// When git or the file system refuses.
    pub(super) fn append(
        &self,
        git: &Git,
        reference: &str,
        from: (Option<CommitId>, Option<CommitId>),
        changes: &[(ChangeSet, String)],
    ) -> Result<Made, CommitError> {
        let (old, mut tip) = from;
        let place = Place::Repository;
        for (change, message) in changes {
            tip = Some(self.write(git, &NewCommit { reference, old, parent: tip, change, place, message })?.0);
        }
        let Some(id) = tip else { return Ok(Made::Lost) };
        let nothing = ChangeSet::default();
        let message = changes.last().map_or("fetch", |(_, message)| message.as_str());
        let new = NewCommit { reference, old, parent: None, change: &nothing, place, message };
        Ok(if self.advance(git, &new, id)? { Made::Commit { id, behind: None } } else { Made::Lost })
    }

    /// Writes the objects of `new`: the commit's name, and those of the files' contents.
    fn write(&self, git: &Git, new: &NewCommit<'_>) -> Result<(CommitId, Vec<CommitId>), CommitError> {
        let place = |path: &StorePath| match new.place {
            Place::Store => git.path_in_repository(path),
            Place::Repository => path.clone(),
        };
        let files: Vec<(StorePath, &[u8])> =
            new.change.files.iter().map(|file| (place(&file.path), file.content.as_bytes())).collect();
        let tree = git.write_tree(new.parent, &files)?;
        let mut make = self.git(DURABLE);
        make.arg("commit-tree").arg(tree.id.to_string());
        if let Some(parent) = new.parent {
            make.arg("-p").arg(parent.to_string());
        }
        if git.signs_commits() {
            make.arg("-S");
        }
        make.args(["-F", "-"]);
        let made = command::answer(make, new.message.as_bytes()).map_err(git_error("git did not take the commit"))?;
        let id = made.trim().parse().map_err(|_| {
            let told = format!("`{}` is no name of a commit", made.trim());
            git_error("git did not take the commit")(GitFailure::Refused { answer: String::new(), told })
        })?;
        Ok((id, tree.blobs))
    }

    /// Moves the ref to `id` if it still is where it was; whether it did.
    fn advance(&self, git: &Git, new: &NewCommit<'_>, id: CommitId) -> Result<bool, CommitError> {
        let title = new.message.lines().next().unwrap_or_default();
        let old = new.old.map_or_else(|| "0".repeat(id.to_string().len()), |old| old.to_string());
        let mut update = self.git(DURABLE);
        // Another git's commit holds the locks for longer than the tenth of a second that git waits by itself.
        update.args(["-c", "core.filesRefLockTimeout=5000"]);
        update.args(["update-ref", "--no-deref", "-m"]).arg(format!("promptyard: {title}"));
        update.args([new.reference, &id.to_string(), &old]);
        match command::answer_holding(update, &self.file) {
            Ok(_) => Ok(true),
            // Git's words differ from version to version; where the ref is says what happened.
            Err(_) if git.target(new.reference)? != new.old => Ok(false),
            Err(failure) => Err(git_error("git did not move the branch")(failure).into()),
        }
    }

    fn git<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> std::process::Command {
        command::git(&self.root, arguments)
    }

    fn folder(&self, git: &Git) -> PathBuf {
        git.worktree().unwrap_or_else(|| self.root.clone())
    }
}
