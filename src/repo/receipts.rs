//! Chains of receipts: recording, fetching and pushing them through the user's own git.

use super::command;
use super::commit::{CommitError, CommitLock, Made};
use super::git::Git;
use super::write_error::git_error;
use super::{GitFailure, Location};
use crate::name::{CommitId, EnvName};
use crate::receipt::{Event, Link, REFS};

/// Where what a remote has is kept.
const REMOTES: &str = "refs/promptyard/remotes/";

/// What a fetch has made of the receipts of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The environment.
    pub environment: EnvName,
    /// How many receipts are new here.
    pub new: usize,
    /// How many receipts that only this clone has were put after those of the remote.
    pub own: usize,
}

/// Adds `event` to the receipts of its environment; `None` where they have it already.
///
/// # Errors
/// When git or the file system refuses.
pub fn record(lock: &CommitLock, git: &Git, event: &Event) -> Result<Option<Made>, CommitError> {
    let reference = Event::reference(&event.environment);
    let tip = git.target(&reference)?;
    if let Some(tip) = tip
        && git.blob_at(tip, &event.path())?.is_some()
    {
        return Ok(None);
    }
    lock.append(git, &reference, (tip, tip), &[(event.change(), event.message())]).map(Some)
}

/// Fetches the receipts of `remote`, and puts those that only this clone has after them.
///
/// # Errors
/// When the remote gives no answer or has rewritten its receipts, or git refuses.
pub fn fetch(lock: &CommitLock, git: &Git, location: &Location, remote: &str) -> Result<Vec<Fetched>, CommitError> {
    let kept = format!("{REMOTES}{remote}/receipts/");
    let refs = format!("{REFS}*:{kept}*");
    let fetch =
        command::git(&location.root, ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", remote, &refs]);
    command::answer(fetch, b"").map_err(git_error("the receipts could not be fetched"))?;
    let mut fetched = Vec::new();
    for (name, theirs) in git.refs(&kept)? {
        let Ok(environment) = name[kept.len()..].parse::<EnvName>() else { continue };
        fetched.push(merge(lock, git, environment, theirs)?);
    }
    Ok(fetched)
}

fn merge(lock: &CommitLock, git: &Git, environment: EnvName, theirs: CommitId) -> Result<Fetched, CommitError> {
    let reference = Event::reference(&environment);
    let ours = git.target(&reference)?;
    let known: Vec<Event> = events(&git.links(ours)?);
    let (chain, mut own) = (events(&git.links(Some(theirs))?), known.clone());
    own.retain(|event| !chain.contains(event));
    let new = chain.iter().filter(|event| !known.contains(event)).count();
    if new == 0 && ours.is_some() {
        return Ok(Fetched { environment, new, own: 0 });
    }
    own.reverse();
    let changes: Vec<_> = own.iter().map(|event| (event.change(), event.message())).collect();
    match lock.append(git, &reference, (ours, Some(theirs)), &changes)? {
        Made::Commit { .. } => Ok(Fetched { environment, new, own: own.len() }),
        Made::Lost => Err(CommitError::Contended(reference)),
    }
}

fn events(links: &[Link]) -> Vec<Event> {
    links.iter().filter_map(Link::event).collect()
}

/// Pushes the receipts of all environments to `remote`, all of them or none. The environments.
///
/// # Errors
/// When the remote refuses: somebody else recorded in the meantime, most likely.
pub fn push(git: &Git, location: &Location, remote: &str) -> Result<Vec<EnvName>, GitFailure> {
    let refs =
        git.refs(REFS).map_err(|error| GitFailure::Refused { answer: String::new(), told: error.to_string() })?;
    if refs.is_empty() {
        return Ok(Vec::new());
    }
    let mut push = command::git(&location.root, ["push", "--quiet", "--atomic", "--porcelain", "--", remote]);
    push.args(refs.iter().map(|(name, _)| format!("{name}:{name}")));
    command::answer(push, b"")?;
    Ok(refs.iter().filter_map(|(name, _)| name[REFS.len()..].parse().ok()).collect())
}
