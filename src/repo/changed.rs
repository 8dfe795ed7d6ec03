//! Which files differ from a revision, by git itself: it knows every repository format and the user's own settings.

use std::collections::BTreeSet;
use std::process::Command;

use super::{Location, RepoError};
use crate::path::StorePath;

/// The files of the worktree at `location` that differ from the merge base of `HEAD` and `revision`: changed, staged,
/// untracked and removed ones.
///
/// # Errors
/// When git cannot be started, the folder is in no repository, `revision` is none, or it shares no history with `HEAD`.
pub fn changed_since(location: &Location, revision: &str) -> Result<BTreeSet<StorePath>, RepoError> {
    let git = |arguments: &[&str]| git(location, arguments);
    git(&["rev-parse", "--git-dir"]).map_err(|told| told.or_else(|| RepoError::NoRepository(location.root.clone())))?;
    let commit = format!("{revision}^{{commit}}");
    let commit = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
        .map_err(|told| told.or_else(|| RepoError::NoRevision(revision.to_owned())))?;
    let base = git(&["merge-base", "HEAD", commit.trim()])
        .map_err(|told| told.or_else(|| RepoError::NoMergeBase(revision.to_owned())))?;
    let failed = |told: Told| told.or_else(|| RepoError::NoRevision(revision.to_owned()));
    let changed = git(&["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--relative", base.trim()])
        .map_err(failed)?;
    let untracked = git(&["ls-files", "-z", "--others", "--exclude-standard"]).map_err(failed)?;
    Ok(changed.split('\0').chain(untracked.split('\0')).filter_map(|path| path.parse().ok()).collect())
}

/// Why git gave no answer.
enum Told {
    /// It could not be started.
    NotStarted(std::io::Error),
    /// It ran and said no.
    No,
}

impl Told {
    fn or_else(self, refused: impl FnOnce() -> RepoError) -> RepoError {
        match self {
            Self::NotStarted(source) => RepoError::NoGit(source),
            Self::No => refused(),
        }
    }
}

fn git(location: &Location, arguments: &[&str]) -> Result<String, Told> {
    let output =
        Command::new("git").arg("-C").arg(&location.root).args(arguments).output().map_err(Told::NotStarted)?;
    if !output.status.success() {
        return Err(Told::No);
    }
    // A name that is not UTF-8 is no path of a store, and the listing reports it.
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
