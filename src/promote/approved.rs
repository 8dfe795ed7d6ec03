//! Who approved what made a release: `Approved-by:` trailers of the changes since the release that it is to follow.
//!
//! A release is approved by whoever approved each of these changes. A change is a commit of the branch's first parents that
//! touched the artifact, or a file that it takes in; it is approved by its own trailers, or, where it is a merge, by those
//! of every merged commit that did. Nobody approves a change that is partly his own.

use super::approval::{self, Approval, Source};
use crate::history::Past;
use crate::history::chain::Position;
use crate::name::CommitId;
use crate::revision::{Commit, Person, RevisionError, Revisions};
use crate::store::closure::Closure;
use crate::trailer;

/// Nobody looks further back than this many commits: such a release has no approvals that way.
const MOST_COMMITS: usize = 10_000;

/// A release, as far as its approvals are concerned.
pub struct Made<'a> {
    /// The commit that its tag names.
    pub commit: CommitId,
    /// The commit of the release that it is to follow; `None`: everything is to be approved.
    pub previous: Option<CommitId>,
    /// The files that its content depends on.
    pub closure: &'a Closure,
}

/// The approvals of everything that `made` the release on the branch with this past; none where the branch does not have
/// it.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_release(past: &dyn Past, revisions: &dyn Revisions, made: &Made<'_>) -> Result<Vec<Approval>, RevisionError> {
    let Some(last) = past.taken_in(made.commit)? else { return Ok(Vec::new()) };
    let first = match made.previous {
        None => 0,
        Some(previous) => match past.taken_in(previous)? {
            Some(position) => position + 1,
            None => return Ok(Vec::new()),
        },
    };
    if first > last || last - first >= MOST_COMMITS || (first == 0 && past.is_shallow()) {
        return Ok(Vec::new());
    }
    let reader = Reader { past, revisions, made };
    let mut everyone: Option<Vec<String>> = None;
    for position in first..=last {
        let Some(approvers) = reader.of_change(position)? else { continue };
        everyone = Some(match everyone {
            None => approvers,
            Some(everyone) => both(everyone, &approvers),
        });
    }
    let approved = everyone.unwrap_or_default().into_iter();
    Ok(approved.map(|by| Approval { by, source: Source::Release }).collect())
}

struct Reader<'a> {
    past: &'a dyn Past,
    revisions: &'a dyn Revisions,
    made: &'a Made<'a>,
}

impl Reader<'_> {
    /// Who approved what the commit at `position` brought; `None` where it did not touch the artifact.
    fn of_change(&self, position: Position) -> Result<Option<Vec<String>>, RevisionError> {
        if !self.past.step(position)?.iter().any(|change| self.made.closure.has(&change.path)) {
            return Ok(None);
        }
        let commit = self.past.commit(self.past.chain().commit(position))?;
        let merged = self.merged(&commit)?;
        let authors: Vec<String> = match merged.is_empty() {
            true => vec![named(&commit.author)],
            // Who merges a change may have approved it.
            false => merged.iter().map(|merged| named(&merged.author)).collect(),
        };
        let mut approvers = approvers(&commit);
        approvers.extend(merged.iter().map(self::approvers).reduce(|one, other| both(one, &other)).unwrap_or_default());
        approvers.retain(|approver| !authors.iter().any(|author| approval::is_same(author, approver)));
        Ok(Some(approvers))
    }

    /// The commits that a merge brought and that touched the artifact.
    fn merged(&self, merge: &Commit) -> Result<Vec<Commit>, RevisionError> {
        let Some((first, others)) = merge.parents.split_first().filter(|(_, others)| !others.is_empty()) else {
            return Ok(Vec::new());
        };
        let mut touching = Vec::new();
        for other in others {
            for id in self.revisions.commits(*other, &[*first])? {
                let commit = self.revisions.commit(id)?;
                let changed = self.revisions.changed(commit.parents.first().copied(), id)?;
                if changed.iter().any(|path| self.made.closure.has(path)) {
                    touching.push(commit);
                }
            }
        }
        Ok(touching)
    }
}

fn approvers(commit: &Commit) -> Vec<String> {
    approval::of_trailers(&trailer::of(&commit.message)).into_iter().map(|approval| approval.by).collect()
}

fn named(person: &Person) -> String {
    format!("{} <{}>", person.name, person.mail)
}

/// Those of `people` that are among `others`, too.
fn both(mut people: Vec<String>, others: &[String]) -> Vec<String> {
    people.retain(|one| others.iter().any(|other| approval::is_same(one, other)));
    people
}
