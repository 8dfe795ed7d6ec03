//! What verbs ask of a store's past: commits, tags, and the files at a revision. `repo` answers with git, tests in memory.
//!
//! *Architecture invariant:* an answer is complete or an error. A history that was cut off is never passed off as whole:
//! see [`RevisionError::Incomplete`].

use std::collections::{BTreeMap, BTreeSet};

use crate::name::CommitId;
use crate::path::StorePath;
use crate::store::snapshot::Snapshot;

/// Somebody as git records them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// `Ann Lee`
    pub name: String,
    /// `ann@example.com`
    pub mail: String,
}

/// A moment as git records it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z; negative before it.
    pub seconds: i64,
    /// The clock's distance to UTC where it was recorded, in seconds.
    pub offset: i32,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its name.
    pub id: CommitId,
    /// What it follows; the first is the branch that it was made on.
    pub parents: Vec<CommitId>,
    /// Who wrote it.
    pub author: Person,
    /// When it was written. Rebasing keeps it, so it says nothing about when a branch had it.
    pub authored: Moment,
    /// Who put it into the history.
    pub committer: Person,
    /// When it was put there.
    pub committed: Moment,
    /// The whole message.
    pub message: String,
}

impl Commit {
    /// The message's first line.
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default().trim()
    }
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// The commit that it names in the end; `None` where it names a file or a folder.
    pub commit: Option<CommitId>,
    /// What an annotated tag says; `None` for a lightweight one.
    pub annotation: Option<Annotation>,
}

/// A tag as the listing of all tags has it: what it says is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagName {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// What it names: a tag object, or for a lightweight tag the commit itself.
    pub object: CommitId,
    /// The commit that it names in the end; `None` where it names a file or a folder.
    pub commit: Option<CommitId>,
}

/// What an annotated tag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The tag object's own name.
    pub id: CommitId,
    /// Who made it; very old tags do not say.
    pub tagger: Option<Person>,
    /// When.
    pub tagged: Option<Moment>,
    /// The message without the signature.
    pub message: String,
    /// The signature as it stands in the tag.
    pub signature: Option<String>,
}

/// Another repository that this one fetches from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// `origin`
    pub name: String,
    /// Whether fetching brings its tags along.
    pub tags: RemoteTags,
}

/// Whether fetching from a remote brings its tags along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteTags {
    /// At least those of the commits that are fetched.
    Fetched,
    /// Its configuration says `--no-tags`.
    LeftOut,
}

/// Why the past gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevisionError {
    /// No commit, branch or tag has this name.
    #[error("`{0}` is not a commit of this repository")]
    Unknown(String),
    /// Two commits share no history at all.
    #[error("{0} have no common commit")]
    Unrelated(String),
    /// This clone lacks a part of the history.
    #[error("{0}")]
    Incomplete(String),
    /// The repository could not be read.
    #[error("{0}")]
    Unreadable(String),
}

/// The store's files at one of several commits.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    /// All files.
    pub snapshot: &'a Snapshot,
    /// The files that differ from the step before, in order.
    pub changed: &'a [StorePath],
}

/// A store's past. Paths are the store's own, also where the store is a folder of its repository.
pub trait Revisions: Sync {
    /// The commit that `revision` names: a branch, a tag, `HEAD~2`, an abbreviated id.
    ///
    /// # Errors
    /// When there is none, it is ambiguous, or git can't be read.
    fn resolve(&self, revision: &str) -> Result<CommitId, RevisionError>;

    /// The store's files at `commit`.
    ///
    /// # Errors
    /// When the commit or one of its folders is not in this clone.
    fn snapshot(&self, commit: CommitId) -> Result<Snapshot, RevisionError>;

    /// Shows `visit` the store's files at each of `commits` in turn, and the paths in which they differ from the files
    /// shown before: all of them at first. Neighbours that have much in common cost what they differ in. A commit whose
    /// files cannot be read is shown as the reason, and the next one is compared with the last that could.
    fn each_snapshot(&self, commits: &[CommitId], visit: &mut dyn FnMut(CommitId, Result<Step<'_>, RevisionError>));

    /// What is recorded of `commit`.
    ///
    /// # Errors
    /// When it is not in this clone.
    fn commit(&self, commit: CommitId) -> Result<Commit, RevisionError>;

    /// Every tag whose name starts with `prefix`, in the order of their names.
    ///
    /// # Errors
    /// When the tags can't be read.
    fn tags(&self, prefix: &str) -> Result<Vec<Tag>, RevisionError>;

    /// The names of every tag that starts with `prefix`, in order. Much cheaper than [`Self::tags`]: the usual clone
    /// answers from one file.
    ///
    /// # Errors
    /// When the tags can't be read.
    fn tag_names(&self, prefix: &str) -> Result<Vec<TagName>, RevisionError> {
        let name = |tag: Tag| {
            let object = tag.annotation.map(|annotation| annotation.id).or(tag.commit)?;
            Some(TagName { name: tag.name, object, commit: tag.commit })
        };
        Ok(self.tags(prefix)?.into_iter().filter_map(name).collect())
    }

    /// What the tags called `names` say, in the same order.
    ///
    /// # Errors
    /// When one of them can't be read.
    fn read_tags(&self, names: &[&TagName]) -> Result<Vec<Tag>, RevisionError> {
        let read = |name: &&TagName| {
            let found = self.tags(&name.name)?.into_iter().find(|tag| tag.name == name.name);
            found.ok_or_else(|| RevisionError::Unreadable(format!("the tag `{}` is gone", name.name)))
        };
        names.iter().map(read).collect()
    }

    /// Those of `among` that are `from` or come before it.
    ///
    /// # Errors
    /// [`RevisionError::Incomplete`] where the walk meets the edge of a shallow clone.
    fn reached(&self, from: CommitId, among: &BTreeSet<CommitId>) -> Result<BTreeSet<CommitId>, RevisionError> {
        Ok(self.commits(from, &[])?.into_iter().filter(|commit| among.contains(commit)).collect())
    }

    /// The commits that `to` has and none of `since` has, newest first and every one before its parents.
    ///
    /// # Errors
    /// [`RevisionError::Incomplete`] where the answer depends on what lies below the edge of a shallow clone.
    fn commits(&self, to: CommitId, since: &[CommitId]) -> Result<Vec<CommitId>, RevisionError>;

    /// The store's files in which `to` differs from `from`, in order; all files of `to` where `from` is `None`.
    ///
    /// # Errors
    /// When one of the commits is not in this clone.
    fn changed(&self, from: Option<CommitId>, to: CommitId) -> Result<Vec<StorePath>, RevisionError>;

    /// The newest commits of all branches, the one that is checked out first, then local ones, then those of remotes.
    ///
    /// # Errors
    /// When the branches can't be read.
    fn heads(&self) -> Result<Vec<CommitId>, RevisionError> {
        Ok(vec![self.resolve("HEAD")?])
    }

    /// The best common ancestor of two commits.
    ///
    /// # Errors
    /// [`RevisionError::Unrelated`] where there is none, [`RevisionError::Incomplete`] where this clone can't tell.
    fn merge_base(&self, one: CommitId, other: CommitId) -> Result<CommitId, RevisionError>;

    /// Whether the clone lacks older commits.
    fn is_shallow(&self) -> bool;

    /// The remotes that the clone knows.
    fn remotes(&self) -> Vec<Remote> {
        Vec::new()
    }
}

/// A file in which two commits differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Its path in the store.
    pub path: StorePath,
    /// Git's name of the content before; `None` where there was no file.
    pub before: Option<CommitId>,
    /// Git's name of the content after; `None` where there is no file.
    pub after: Option<CommitId>,
}

/// Every content that a store's past has had, by git's name of it: what a scan of a whole history asks for.
pub trait Contents: Revisions {
    /// The commits that can be reached from `tips`, newest first and every one before its parents.
    ///
    /// # Errors
    /// As [`Revisions::commits`].
    fn reachable(&self, tips: &[CommitId]) -> Result<Vec<CommitId>, RevisionError>;

    /// The ordinary files in which `commit` differs from its first parent, in order; all of them where it has none.
    ///
    /// # Errors
    /// When one of the two is not in this clone.
    fn changes(&self, commit: CommitId) -> Result<Vec<Change>, RevisionError>;

    /// A moment at which exactly `files` are there, each with the content of that name.
    fn moment(&self, files: BTreeMap<StorePath, CommitId>) -> Snapshot;

    /// Whether every content that was asked for so far could be read.
    ///
    /// # Errors
    /// The first that could not.
    fn check_reads(&self) -> Result<(), RevisionError>;
}
