//! What git's failures mean to a person, and the command that mends them.

use std::path::Path;

use gix::ThreadSafeRepository;

use crate::name::CommitId;
use crate::repo::RepoError;
use crate::revision::RevisionError;

/// The repository that was found from `root`, or why it cannot be used.
pub(super) fn opened(root: &Path, found: gix::Result<ThreadSafeRepository>) -> Result<ThreadSafeRepository, RepoError> {
    let repository = found.map_err(|error| {
        let path = root.to_path_buf();
        if error.is_permission_denied() {
            let own = root.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(root);
            return RepoError::Untrusted(own.to_path_buf());
        }
        if error.is_not_found() && !is_broken(root) {
            return RepoError::NoRepository(path);
        }
        RepoError::Broken { path, reason: innermost(&error) }
    })?;
    let storage = repository.to_thread_local().config_snapshot().string("extensions.refStorage");
    if storage.is_some_and(|storage| !storage.eq_ignore_ascii_case(b"files")) {
        return Err(RepoError::Reftable(root.to_path_buf()));
    }
    Ok(repository)
}

/// Whether there is something that should be a repository: it is not found because its `HEAD` is unreadable.
fn is_broken(root: &Path) -> bool {
    root.ancestors().any(|folder| folder.join(".git").join("objects").is_dir())
}

/// Why the object `id` could not be read.
pub(super) fn unreadable(repository: &gix::Repository, id: CommitId, error: &gix::Error) -> RevisionError {
    let short = id.short();
    if !error.is_not_found() {
        let reason = innermost(error);
        return RevisionError::Unreadable(format!(
            "the object {short} is broken ({reason}): `git fsck` lists what is, and a fresh clone has it whole"
        ));
    }
    if repository.is_shallow().unwrap_or(false) {
        return RevisionError::Incomplete(format!(
            "the object {short} is not in this shallow clone: `git fetch --unshallow` completes it"
        ));
    }
    if is_partial(repository) {
        return RevisionError::Incomplete(format!(
            "the object {short} is not in this partial clone: `git fetch --refetch --no-filter` completes it"
        ));
    }
    RevisionError::Incomplete(format!(
        "the object {short} is missing from this repository: `git fsck` lists what is, and a fresh clone has it whole"
    ))
}

/// Whether a remote has promised the objects that are not here.
fn is_partial(repository: &gix::Repository) -> bool {
    let config = repository.config_snapshot();
    if config.string("extensions.partialClone").is_some() {
        return true;
    }
    let remotes = config.plumbing().sections_by_name("remote").into_iter().flatten();
    remotes.into_iter().any(|remote| remote.value("promisor").is_some() || remote.value("partialclonefilter").is_some())
}

pub(super) fn not_in_shallow(revision: &str) -> RevisionError {
    RevisionError::Incomplete(format!(
        "`{revision}` is not in this shallow clone: `git fetch --unshallow` brings what is older, and `git fetch` with its \
         name another branch"
    ))
}

pub(super) fn shallow() -> RevisionError {
    RevisionError::Incomplete("this shallow clone lacks older commits: `git fetch --unshallow` completes it".to_owned())
}

pub(super) fn other(what: &str, error: &gix::Error) -> RevisionError {
    RevisionError::Unreadable(format!("{what} cannot be read ({}): `git fsck` says more", innermost(error)))
}

pub(super) fn head(error: &gix::Error) -> RevisionError {
    RevisionError::Unreadable(format!(
        "`HEAD` cannot be read ({}): `git symbolic-ref HEAD refs/heads/BRANCH` names a branch again",
        innermost(error)
    ))
}

/// The cause that says most: the last one of the chain, on one line.
fn innermost(error: &gix::Error) -> String {
    let said = error.iter_errors().last().map_or_else(|| error.to_string(), ToString::to_string);
    said.replace(char::is_control, " ").trim_end_matches('.').to_owned()
}
