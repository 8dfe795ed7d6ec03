//! The tracked branch: which commit it is at, and what casts doubt on that.

use gix::bstr::ByteSlice as _;

use super::{commit_id, error};
use crate::history::Doubt;
use crate::name::CommitId;
use crate::revision::RevisionError;

/// A branch, or what was named in its place.
pub(super) struct Tracked {
    /// For people, and as the name of its cache.
    pub(super) name: String,
    /// `None`: there is no commit yet.
    pub(super) tip: Option<CommitId>,
    pub(super) doubts: Vec<Doubt>,
    /// Whether it is a branch, about which more will be asked, and not any revision.
    pub(super) is_branch: bool,
}

/// `asked`, or the default branch of `origin`, or what is checked out.
pub(super) fn tracked(repository: &gix::Repository, asked: Option<&str>) -> Result<Tracked, RevisionError> {
    if let Some(name) = asked {
        return Ok(match of_branch(repository, name)? {
            Some(tracked) => tracked,
            None => of_revision(repository, name)?,
        });
    }
    if let Some(default) = default_of_origin(repository)?
        && let Some(tracked) = of_branch(repository, &default)?
    {
        return Ok(tracked);
    }
    let failed = |failed: gix::Error| error::other("HEAD", &failed);
    let name = repository.head_name().map_err(failed)?.map(|name| name.shorten().to_string());
    if let Some(name) = &name
        && let Some(tracked) = of_branch(repository, name)?
    {
        return Ok(tracked);
    }
    match name {
        Some(name) => Ok(Tracked { name, tip: None, doubts: Vec::new(), is_branch: true }),
        None => of_revision(repository, "HEAD"),
    }
}

/// The branch that `refs/remotes/origin/HEAD` names.
fn default_of_origin(repository: &gix::Repository) -> Result<Option<String>, RevisionError> {
    let failed = |failed: gix::Error| error::other("the branches", &failed);
    let head = repository.try_find_reference("refs/remotes/origin/HEAD").map_err(failed)?;
    let target = head.as_ref().and_then(|head| head.target().try_name().map(|name| name.as_bstr().to_string()));
    Ok(target.and_then(|target| target.strip_prefix("refs/remotes/origin/").map(str::to_owned)))
}

fn of_branch(repository: &gix::Repository, name: &str) -> Result<Option<Tracked>, RevisionError> {
    let here = commit_at(repository, &format!("refs/heads/{name}"))?;
    let remote = format!("origin/{name}");
    let there = commit_at(repository, &format!("refs/remotes/{remote}"))?;
    let Some(tip) = here.or(there) else { return Ok(None) };
    let mut doubts = rewrites(repository, &remote)?;
    if here.is_some_and(|here| there.is_some_and(|there| there != here)) {
        doubts.push(Doubt::Diverged { remote });
    }
    Ok(Some(Tracked { name: name.to_owned(), tip: Some(tip), doubts, is_branch: true }))
}

fn of_revision(repository: &gix::Repository, name: &str) -> Result<Tracked, RevisionError> {
    let unknown = || RevisionError::Unknown(name.to_owned());
    let id = repository.rev_parse_single(format!("{name}^{{commit}}").as_str()).map_err(|_| unknown())?;
    Ok(Tracked { name: name.to_owned(), tip: Some(commit_id(&id)), doubts: Vec::new(), is_branch: false })
}

pub(super) fn commit_at(repository: &gix::Repository, reference: &str) -> Result<Option<CommitId>, RevisionError> {
    // What can't be the name of a reference names none.
    let Ok(name) = gix::refs::FullName::try_from(reference) else { return Ok(None) };
    let failed = |failed: gix::Error| error::other("the branches", &failed);
    let Some(mut found) = repository.try_find_reference(name.as_ref()).map_err(failed)? else { return Ok(None) };
    // A branch names a commit: git lets it name nothing else, and so it need not be opened.
    if let Some(id) = found.try_id().filter(|_| !reference.starts_with("refs/tags/")) {
        return Ok(Some(commit_id(&id)));
    }
    let id = found.peel_to_id().map_err(failed)?;
    Ok(Some(commit_id(&id)))
}

/// What this clone's log of the remote branch says of forced updates.
fn rewrites(repository: &gix::Repository, remote: &str) -> Result<Vec<Doubt>, RevisionError> {
    let failed = |failed: gix::Error| error::other("the branches", &failed);
    let reference = repository.try_find_reference(format!("refs/remotes/{remote}").as_str()).map_err(failed)?;
    let Some(reference) = reference else { return Ok(Vec::new()) };
    let mut platform = reference.log_iter();
    // A log that can't be read says nothing; it is no part of the history.
    let Ok(Some(lines)) = platform.all() else { return Ok(Vec::new()) };
    let forced = lines.filter_map(Result::ok).filter(|line| line.message.contains_str("forced-update"));
    let doubt = |line: gix::refs::file::log::LineRef<'_>| {
        let old = line.previous_oid.to_str().ok()?.parse().ok()?;
        Some(Doubt::Rewritten { remote: remote.to_owned(), old, noticed: line.signature.seconds() })
    };
    Ok(forced.filter_map(doubt).collect())
}
