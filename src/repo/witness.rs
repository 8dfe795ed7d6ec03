//! What the user's git knows that reading the repository does not tell: a remote's tags, and whom signatures are trusted of.

use std::collections::BTreeMap;

use super::command::{self, GitFailure};
use super::{Location, RepoError};
use crate::name::CommitId;

/// The tags of `remote`, which is the name of one or an address: for each the object that it names.
///
/// # Errors
/// When git cannot be started, or the remote gives no answer.
pub fn remote_tags(location: &Location, remote: &str) -> Result<BTreeMap<String, CommitId>, RepoError> {
    let ask = command::git(&location.root, ["ls-remote", "--tags", "--refs", "--", remote]);
    let answer = command::answer(ask, b"").map_err(|failure| match failure {
        GitFailure::NotStarted(source) => RepoError::NoGit(source),
        GitFailure::Refused { told, .. } => RepoError::Remote { remote: remote.to_owned(), told: one_line(&told) },
    })?;
    let tag = |line: &str| {
        let (object, name) = line.split_once('\t')?;
        Some((name.strip_prefix("refs/tags/")?.to_owned(), object.parse().ok()?))
    };
    Ok(answer.lines().filter_map(tag).collect())
}

/// Whether git trusts the signature of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// It does.
    Good,
    /// It does not, or cannot tell; what it says about that.
    Bad(String),
}

/// Asks git about the signature of the tag called `name`: for ssh it looks into its file of allowed signers.
///
/// # Errors
/// When git cannot be started.
pub fn signature(location: &Location, name: &str) -> Result<Signature, RepoError> {
    ask(location, "verify-tag", &format!("refs/tags/{name}"))
}

/// Asks git about the signature of a commit.
///
/// # Errors
/// When git cannot be started.
pub fn commit_signature(location: &Location, commit: CommitId) -> Result<Signature, RepoError> {
    ask(location, "verify-commit", &commit.to_string())
}

fn ask(location: &Location, verb: &str, what: &str) -> Result<Signature, RepoError> {
    let mut ask = command::git(&location.root, [verb, what]);
    // What git says is shown as it is, in the language of everything else.
    ask.env("LC_ALL", "C");
    match command::answer(ask, b"") {
        Ok(_) => Ok(Signature::Good),
        Err(GitFailure::Refused { told, .. }) => Ok(Signature::Bad(one_line(&told))),
        Err(GitFailure::NotStarted(source)) => Err(RepoError::NoGit(source)),
    }
}

fn one_line(told: &str) -> String {
    let lines = told.lines().map(str::trim).filter(|line| !line.is_empty());
    let said = lines.collect::<Vec<_>>().join("; ");
    if said.is_empty() { "git said nothing".to_owned() } else { said }
}
