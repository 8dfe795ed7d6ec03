//! The walk along first parents: through the commit-graph where there is one, through the commits where not.
//!
//! Replacement refs and grafts are never followed, and a shallow clone's commit-graph is not used: git itself writes none
//! that would hold for it.

use std::collections::BTreeMap;

use gix::bstr::{BStr, ByteSlice as _};
use gix::objs::CommitRefIter;
use gix::{ObjectId, Repository};

use super::{commit_id, error};
use crate::history::Swapped;
use crate::history::chain::{Chain, Position};
use crate::name::CommitId;
use crate::revision::RevisionError;

/// The commit-graph keeps a date's low 34 bits, which last until 2514. What is above half of that is read again from the
/// commit, because a date before 1970 looks like that.
const DATE_BITS: u32 = 34;

/// The first-parent chain with what the questions about it need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Walked {
    pub(super) chain: Chain,
    /// The root trees of the commits, one after the other.
    pub(super) roots: Vec<u8>,
    pub(super) swapped: Vec<Swapped>,
}

/// A commit of the chain, as the walk meets it.
struct Link {
    id: ObjectId,
    date: i64,
    root: ObjectId,
    /// The second parent of a merge whose message says that it merged the tracked branch itself.
    swapped: Option<ObjectId>,
}

/// Reads the commits from `tip` down to `known`'s newest one, and adds them; the whole chain, where they don't meet.
pub(super) fn walk(
    repository: &Repository,
    tip: CommitId,
    branch: &str,
    known: Walked,
) -> Result<Walked, RevisionError> {
    let reader = Reader::new(repository, branch)?;
    let stop = known.chain.tip().map(super::object_id);
    let mut links = Vec::new();
    let mut next = Some(super::object_id(tip));
    while let Some(id) = next.filter(|id| Some(*id) != stop) {
        let (link, parent) = reader.link(id)?;
        links.push(link);
        next = parent;
    }
    let met = next.is_some();
    let mut walked = if met { known } else { Walked::default() };
    let mut swaps = Vec::new();
    for link in links.iter().rev() {
        swaps.extend(link.swapped.map(|second| (walked.chain.len(), second)));
        walked.chain.push(commit_id(&link.id), link.date);
        walked.roots.extend_from_slice(link.root.as_bytes());
    }
    reader.add_swapped(&mut walked, &swaps)?;
    Ok(walked)
}

struct Reader<'a> {
    repository: &'a Repository,
    graph: Option<gix::commitgraph::Graph>,
    edge: Option<gix::shallow::Commits>,
    branch: &'a str,
}

impl<'a> Reader<'a> {
    fn new(repository: &'a Repository, branch: &'a str) -> Result<Self, RevisionError> {
        let edge = repository.shallow_commits().map_err(|failed| error::other("the clone's edge", &failed))?;
        // A graph that can't be read costs time and nothing else.
        let graph = if edge.is_some() { None } else { repository.commit_graph_if_enabled().ok().flatten() };
        Ok(Self { repository, graph, edge, branch })
    }

    /// The commit `id` and its first parent.
    fn link(&self, id: ObjectId) -> Result<(Link, Option<ObjectId>), RevisionError> {
        if let Some(graph) = &self.graph
            && let Some(position) = graph.lookup(id)
        {
            let commit = graph.commit_at(position);
            let mut parents = commit.iter_parents();
            // A graph with a broken edge is not to be trusted: the commit itself says.
            if let (Ok(first), Ok(second)) = (parents.next().transpose(), parents.next().transpose()) {
                let date = i64::try_from(commit.committer_timestamp()).unwrap_or(i64::MAX);
                let odd = date >= 1 << (DATE_BITS - 1);
                let date = if odd { self.commit(id)?.0.date } else { date };
                let second = second.map(|second| graph.id_at(second).to_owned());
                let swapped = match second {
                    Some(second) => self.swaps(id)?.then_some(second),
                    None => None,
                };
                let root = commit.root_tree_id().to_owned();
                return Ok((Link { id, date, root, swapped }, first.map(|first| graph.id_at(first).to_owned())));
            }
        }
        self.commit(id)
    }

    fn commit(&self, id: ObjectId) -> Result<(Link, Option<ObjectId>), RevisionError> {
        let failed = |failed: gix::Error| error::unreadable(self.repository, commit_id(&id), &failed);
        let odd = || RevisionError::Unreadable(format!("the commit {id} is not written as git writes them"));
        let object = self.repository.find_object(id).map_err(failed)?;
        let mut fields = CommitRefIter::from_bytes(&object.data, id.kind());
        let root = fields.tree_id().map_err(|_| odd())?;
        let mut parents = fields.parent_ids();
        let (first, second) = (parents.next(), parents.next());
        drop(parents);
        let date = fields.committer().map_err(|_| odd())?.time.split_whitespace().next().map_or(0, seconds);
        let cut = self.edge.as_ref().is_some_and(|edge| edge.contains(&id));
        let swapped = second.filter(|_| !cut && swaps(message(&object.data), self.branch));
        Ok((Link { id, date, root, swapped }, first.filter(|_| !cut)))
    }

    /// Whether the merge `id` says that it merged the tracked branch.
    fn swaps(&self, id: ObjectId) -> Result<bool, RevisionError> {
        let failed = |failed: gix::Error| error::unreadable(self.repository, commit_id(&id), &failed);
        let object = self.repository.find_object(id).map_err(failed)?;
        Ok(swaps(message(&object.data), self.branch))
    }

    /// Adds the merges whose second parent was the branch, each with where that one left the chain.
    fn add_swapped(&self, walked: &mut Walked, swaps: &[(Position, ObjectId)]) -> Result<(), RevisionError> {
        if swaps.is_empty() {
            return Ok(());
        }
        let chain = &walked.chain;
        let positions: BTreeMap<CommitId, Position> = (0..chain.len()).map(|at| (chain.commit(at), at)).collect();
        for (merge, second) in swaps {
            let mut next = Some(*second);
            let mut fork = None;
            while let Some(id) = next {
                if let Some(position) = positions.get(&commit_id(&id)) {
                    fork = Some(*position);
                    break;
                }
                // Beyond the edge of a shallow clone nobody can tell where it left the chain.
                let Ok((_, parent)) = self.link(id) else { break };
                next = parent;
            }
            // A second parent that the chain has had all along was no other branch.
            if let Some(fork) = fork.filter(|fork| fork + 1 < *merge) {
                walked.swapped.push(Swapped { fork, merge: *merge });
            }
        }
        Ok(())
    }
}

/// A date as the commit-graph would have it, so that an answer does not depend on whether there is one.
fn seconds(text: &str) -> i64 {
    let seconds: i64 = text.parse().unwrap_or_default();
    if seconds < 0 { seconds } else { seconds & ((1 << DATE_BITS) - 1) }
}

/// The message of a commit as it is stored.
fn message(commit: &[u8]) -> &BStr {
    let end_of_headers = commit.find("\n\n").map_or(commit.len(), |at| at + 2);
    commit[end_of_headers..].as_bstr()
}

/// Whether a merge's message says that it merged `branch` itself: `Merge branch 'main' of ...`, `Merge remote-tracking
/// branch 'origin/main'`.
fn swaps(message: &BStr, branch: &str) -> bool {
    let quoted = |rest: &BStr| {
        let name = rest.splitn(2, |byte| *byte == b'\'').next().unwrap_or_default();
        name.to_owned()
    };
    if let Some(rest) = message.strip_prefix(b"Merge branch '") {
        return quoted(rest.as_bstr()) == branch.as_bytes();
    }
    let Some(rest) = message.strip_prefix(b"Merge remote-tracking branch '") else { return false };
    let name = quoted(rest.as_bstr());
    name.split_once_str("/").is_some_and(|(_, name)| name == branch.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_swapped_merges_are_told_apart() {
        for (message, is_swapped) in [
            ("Merge branch 'main' of example.com:a/b", true),
            ("Merge branch 'main'", true),
            ("Merge remote-tracking branch 'origin/main' into canary", true),
            ("Merge branch 'main-2'", false),
            ("Merge branch 'canary'", false),
            ("Merge pull request #1 from ann/main", false),
        ] {
            assert_eq!(swaps(message.into(), "main"), is_swapped, "{message}");
        }
    }

    #[test]
    fn dates_are_those_of_the_commit_graph() {
        assert_eq!(["0", "-5", "1700000000", "17179869184", "x"].map(seconds), [0, -5, 1_700_000_000, 0, 0]);
    }
}
