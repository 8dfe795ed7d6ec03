//! What an answer about the past has to be read with. A hazard is part of the answer, not a footnote.

use crate::history::chain::Position;
use crate::name::{CommitId, Digest, ReleaseRef};
use crate::path::StorePath;

/// Something to read an answer with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hazard {
    /// This clone lacks what came before an instant.
    Shallow {
        /// The first instant that can be told, in seconds since 1970.
        since: i64,
    },
    /// A release that was live has no tag here: its record is not known.
    MissingTag(ReleaseRef),
    /// A tag records another digest than the route: one of the two is wrong.
    OtherDigest {
        /// The release.
        release: ReleaseRef,
        /// What its tag records.
        recorded: Digest,
    },
    /// A clock ran backwards: a commit is dated before the one that it follows.
    ClockBackwards {
        /// The commit.
        commit: CommitId,
        /// Its committer date, in seconds since 1970.
        dated: i64,
        /// When it counts from.
        counts_from: i64,
    },
    /// The question is about the future.
    Future,
    /// The branch has commits that are dated in the future: they count from then on.
    FutureCommits {
        /// How many.
        count: usize,
        /// When the first of them counts from.
        first: i64,
    },
    /// A merge swapped its parents: the branch had another state at that time, which the chain does not show.
    SwappedParents {
        /// The merge.
        merge: CommitId,
        /// When it was made.
        at: i64,
    },
    /// What was asked for is not there any more: this is answered from the tree of that moment.
    Gone {
        /// The file.
        path: StorePath,
        /// The commit that removed it.
        commit: CommitId,
        /// When.
        at: i64,
        /// What it was renamed to, if it was.
        renamed_to: Option<StorePath>,
    },
    /// A version of the file cannot be read to its end: what was meant to be live is not known.
    Illegible {
        /// The file.
        path: StorePath,
        /// The commit that made it so.
        position: Position,
        /// Its name.
        commit: CommitId,
    },
    /// A receipt says that a commit was applied which this clone lacks: what was live is not known.
    UnknownDeployment {
        /// The commit.
        commit: CommitId,
        /// When it was applied.
        applied: i64,
    },
    /// The branch here and at the remote are at different commits.
    Diverged {
        /// The branch here.
        branch: String,
        /// The branch there.
        remote: String,
    },
    /// The branch was rewritten: what it was before is not in this history.
    Rewritten {
        /// The branch.
        remote: String,
        /// What it was before.
        old: CommitId,
        /// When this clone learned of it.
        noticed: i64,
    },
}

impl Hazard {
    /// The word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shallow { .. } => "shallow",
            Self::MissingTag(_) => "missing-tag",
            Self::OtherDigest { .. } => "other-digest",
            Self::ClockBackwards { .. } => "clock-backwards",
            Self::Future => "future",
            Self::FutureCommits { .. } => "future-commits",
            Self::SwappedParents { .. } => "swapped-parents",
            Self::Gone { renamed_to: None, .. } => "deleted",
            Self::Gone { .. } => "renamed",
            Self::Illegible { .. } => "illegible",
            Self::UnknownDeployment { .. } => "unknown-deployment",
            Self::Diverged { .. } => "diverged",
            Self::Rewritten { .. } => "rewritten",
        }
    }

    /// What is the matter, as a sentence without a full stop; `time` writes an instant.
    pub fn message(&self, time: impl Fn(i64) -> String) -> String {
        match self {
            Self::Shallow { since } => format!("this clone is shallow: nothing before {} can be told", time(*since)),
            Self::MissingTag(release) => format!("`{release}` has no tag here, so that its record is not known"),
            Self::OtherDigest { release, recorded } => {
                format!("the tag of `{release}` records {}, another digest than the route", recorded.short())
            }
            Self::ClockBackwards { commit, dated, counts_from } => format!(
                "a clock ran backwards: {} is dated {}, before the commit that it follows, and counts from {}",
                commit.short(),
                time(*dated),
                time(*counts_from)
            ),
            Self::Future => "this lies in the future: it is what the branch says today".to_owned(),
            Self::FutureCommits { count: 1, first } => {
                format!("the newest commit is dated in the future: it counts from {}", time(*first))
            }
            Self::FutureCommits { count, first } => {
                format!("the newest {count} commits are dated in the future: they count from {} on", time(*first))
            }
            Self::SwappedParents { merge, at } => format!(
                "{} of {} merged the branch into something else and took its place: what the branch was at before is not told by its first parents",
                merge.short(),
                time(*at)
            ),
            Self::Gone { path, commit, at, renamed_to: None } => {
                format!(
                    "`{path}` is gone since {} ({}): answered from the tree of that moment",
                    time(*at),
                    commit.short()
                )
            }
            Self::Gone { path, commit, at, renamed_to: Some(new) } => {
                format!("`{path}` is called `{new}` since {} ({})", time(*at), commit.short())
            }
            Self::Illegible { path, commit, .. } => {
                format!("`{path}` cannot be read as of {}: what was meant to be live is not known", commit.short())
            }
            Self::UnknownDeployment { commit, applied } => format!(
                "{} was applied at {}, and this clone lacks it: what was live from then on is not known",
                commit.short(),
                time(*applied)
            ),
            Self::Diverged { branch, remote } => {
                format!("`{branch}` here and `{remote}` are at different commits: this is answered from `{branch}`")
            }
            Self::Rewritten { remote, old, noticed } => format!(
                "`{remote}` was rewritten, noticed {}: what it was before, {}, is not in this history",
                time(*noticed),
                old.short()
            ),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Shallow { .. } => "`git fetch --unshallow` completes it".to_owned(),
            Self::MissingTag(_) => "`git fetch --tags` brings it, if there is one".to_owned(),
            Self::OtherDigest { .. } => "`promptyard verify` says which is right".to_owned(),
            Self::UnknownDeployment { .. } => "`git fetch` with the branch that has it brings it".to_owned(),
            Self::Diverged { .. } => "`git pull` or `git push` brings them together".to_owned(),
            Self::Rewritten { old, .. } => format!("`--branch {}` answers from what it was before", old.short()),
            Self::SwappedParents { merge, .. } => {
                format!("`--branch {}^2` answers from the branch as it was", merge.short())
            }
            _ => return None,
        })
    }
}
