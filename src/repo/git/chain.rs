//! The walk along first parents: through the commit-graph where there is one, through the commits where not.
//!
//! The commit-graph has no messages, and a message says whether a merge swapped its parents. Which merges can have done so
//! is told by where their second parent left the chain; what those say is read by the questions that it matters to.
//!
//! Replacement refs and grafts are never followed, and a shallow clone's commit-graph is not used: git itself writes none
//! that would hold for it.

use std::collections::BTreeMap;

use gix::bstr::{BStr, ByteSlice as _};
use gix::objs::CommitRefIter;
use gix::{ObjectId, Repository};

use super::graph::{CommitGraph, Place};
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
    /// The root trees of the commits, one after the other: all of them, or none where they are not known or a graph has them.
    pub(super) roots: Vec<u8>,
    pub(super) merges: Merges,
    /// Where the commits are in the commit-graph: all of them, or none where that is not known.
    pub(super) places: Vec<Option<Place>>,
}

/// Merges that took the branch in as their second parent, or that may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Merges {
    /// Those that say that they did.
    pub(super) swapped: Vec<Swapped>,
    /// Those whose second parent left the chain long enough before them, and whose message nobody has read.
    pub(super) doubtful: Vec<Swapped>,
}

/// A commit of the chain, as the walk meets it.
struct Link {
    id: ObjectId,
    date: i64,
    /// Its root tree; the graph has it for those that are there.
    root: Option<ObjectId>,
    second: Option<Second>,
}

/// The second parent of a merge.
#[derive(Clone, Copy)]
enum Second {
    /// The merge says that this was the tracked branch itself.
    Branch(ObjectId),
    /// Nobody has read what the merge says.
    Unread(Place),
}

/// Reads the commits from `tip` down to `known`'s newest one, and adds them; the whole chain, where they don't meet.
pub(super) fn walk(
    repository: &Repository,
    graph: Option<&CommitGraph>,
    tip: CommitId,
    branch: &str,
    known: Walked,
) -> Result<Walked, RevisionError> {
    let reader = Reader::new(repository, graph, branch)?;
    let stop = known.chain.tip().map(super::object_id);
    let mut steps = Vec::new();
    let mut next = Some(reader.step(super::object_id(tip)));
    let mut met = false;
    while let Some(step) = next {
        met = stop.is_some_and(|stop| reader.id(&step) == stop);
        if met {
            break;
        }
        let (step, parent) = reader.resolved(&step)?;
        steps.push(step);
        next = parent;
    }
    let mut walked = if met { known } else { Walked::default() };
    // What is known already has its places and roots, or goes on without them.
    let is_whole = |have: usize| have > 0 || walked.chain.is_empty();
    let keeps_places = reader.graph.is_some() && is_whole(walked.places.len());
    let keeps_roots = reader.graph.is_none() && is_whole(walked.roots.len());
    let mut seconds = Vec::new();
    for step in steps.iter().rev() {
        let link = reader.link(step);
        seconds.extend(link.second.map(|second| (walked.chain.len(), second)));
        walked.chain.push(commit_id(&link.id), link.date);
        if let Some(root) = link.root.filter(|_| keeps_roots) {
            walked.roots.extend_from_slice(root.as_bytes());
        }
        if keeps_places {
            walked.places.push(step.place());
        }
    }
    reader.add_merges(&mut walked, &seconds)?;
    Ok(walked)
}

/// Whether the merge `id` says that it merged `branch`.
pub(super) fn is_swapped(repository: &Repository, id: CommitId, branch: &str) -> Result<bool, RevisionError> {
    let object = repository
        .find_object(super::object_id(id))
        .map_err(|failed: gix::Error| error::unreadable(repository, id, &failed))?;
    Ok(swaps(message(&object.data), branch))
}

/// A commit on the way down.
enum Step {
    /// One in the commit-graph, with its date and its second parent.
    Placed(Place, i64, Option<Place>),
    /// One that was read.
    Read(Box<Link>),
    /// One that is still to be read.
    Named(ObjectId),
}

impl Step {
    fn place(&self) -> Option<Place> {
        match self {
            Self::Placed(place, ..) => Some(*place),
            Self::Read(_) | Self::Named(_) => None,
        }
    }
}

struct Reader<'a> {
    repository: &'a Repository,
    graph: Option<&'a CommitGraph>,
    edge: Option<gix::shallow::Commits>,
    branch: &'a str,
}

impl<'a> Reader<'a> {
    fn new(repository: &'a Repository, graph: Option<&'a CommitGraph>, branch: &'a str) -> Result<Self, RevisionError> {
        let edge = repository.shallow_commits().map_err(|failed| error::other("the clone's edge", &failed))?;
        let graph = graph.filter(|_| edge.is_none());
        Ok(Self { repository, graph, edge, branch })
    }

    fn step(&self, id: ObjectId) -> Step {
        let place = self.graph.and_then(|graph| graph.place(&id));
        place.map_or(Step::Named(id), |place| Step::Placed(place, 0, None))
    }

    fn id(&self, step: &Step) -> ObjectId {
        match (step, self.graph) {
            (Step::Placed(place, ..), Some(graph)) => graph.id(*place),
            (Step::Read(link), _) => link.id,
            (Step::Named(id), _) => *id,
            (Step::Placed(..), None) => unreachable!("because a place is a graph's"),
        }
    }

    /// The step with its date, and the one to the first parent.
    fn resolved(&self, step: &Step) -> Result<(Step, Option<Step>), RevisionError> {
        if let (Step::Placed(place, ..), Some(graph)) = (step, self.graph)
            // A graph with a broken edge is not to be trusted: the commit itself says.
            && let Some(commit) = graph.commit(*place)
        {
            let date = match commit.date >= 1 << (DATE_BITS - 1) {
                true => self.commit(graph.id(*place))?.0.date,
                false => commit.date,
            };
            let parent = commit.first.map(|first| Step::Placed(first, 0, None));
            return Ok((Step::Placed(*place, date, commit.second), parent));
        }
        let (link, parent) = self.commit(self.id(step))?;
        Ok((Step::Read(Box::new(link)), parent.map(|parent| self.step(parent))))
    }

    fn link(&self, step: &Step) -> Link {
        match (step, self.graph) {
            (Step::Placed(place, date, second), Some(graph)) => {
                Link { id: graph.id(*place), date: *date, root: None, second: second.map(Second::Unread) }
            }
            (Step::Read(link), _) => Link { second: link.second, ..**link },
            _ => unreachable!("because every step was resolved"),
        }
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
        let second = second.filter(|_| !cut && swaps(message(&object.data), self.branch)).map(Second::Branch);
        Ok((Link { id, date, root: Some(root), second }, first.filter(|_| !cut)))
    }

    /// Adds the merges whose second parent left the chain before the merge's first parent.
    fn add_merges(&self, walked: &mut Walked, seconds: &[(Position, Second)]) -> Result<(), RevisionError> {
        if seconds.is_empty() {
            return Ok(());
        }
        let Walked { chain, merges, places, .. } = walked;
        // A part of a chain that was kept is short: what its merges say is read at once.
        let mut forks = (places.len() == chain.len()).then(|| self.graph.map(|graph| Forks::new(graph, places)));
        let mut positions = None;
        for (merge, second) in seconds {
            let second = match *second {
                Second::Branch(second) => second,
                Second::Unread(place) => {
                    if let Some(Some(forks)) = &mut forks {
                        // Beyond the graph nobody looks for a fork: such a merge is younger than what it merges.
                        let fork = forks.of(place).filter(|fork| fork + 1 < *merge);
                        merges.doubtful.extend(fork.map(|fork| Swapped { fork, merge: *merge }));
                        continue;
                    }
                    if !is_swapped(self.repository, chain.commit(*merge), self.branch)? {
                        continue;
                    }
                    self.graph.map(|graph| graph.id(place)).expect("because a place is a graph's")
                }
            };
            let positions = positions.get_or_insert_with(|| {
                (0..chain.len()).map(|at| (chain.commit(at), at)).collect::<BTreeMap<CommitId, Position>>()
            });
            // A second parent that the chain has had all along was no other branch.
            if let Some(fork) = self.fork(second, positions).filter(|fork| fork + 1 < *merge) {
                merges.swapped.push(Swapped { fork, merge: *merge });
            }
        }
        Ok(())
    }

    /// Where the first parents of `id` meet the chain.
    fn fork(&self, id: ObjectId, positions: &BTreeMap<CommitId, Position>) -> Option<Position> {
        let mut next = Some(self.step(id));
        while let Some(step) = next {
            if let Some(position) = positions.get(&commit_id(&self.id(&step))) {
                return Some(*position);
            }
            // Beyond the edge of a shallow clone nobody can tell where it left the chain.
            next = self.resolved(&step).ok()?.1;
        }
        None
    }
}

/// Where the first parents of commits in the commit-graph meet the chain, each found once.
struct Forks<'a> {
    graph: &'a CommitGraph,
    known: Vec<u32>,
}

impl<'a> Forks<'a> {
    const UNKNOWN: u32 = u32::MAX;
    const NONE: u32 = u32::MAX - 1;

    fn new(graph: &'a CommitGraph, places: &[Option<Place>]) -> Self {
        let mut known = vec![Self::UNKNOWN; graph.len()];
        for (position, place) in places.iter().enumerate() {
            if let Some(place) = place {
                known[place.index()] = u32::try_from(position).unwrap_or(Self::NONE);
            }
        }
        Self { graph, known }
    }

    fn of(&mut self, place: Place) -> Option<Position> {
        let mut met = Vec::new();
        let mut at = Some(place);
        let mut fork = Self::NONE;
        while let Some(place) = at {
            if self.known[place.index()] != Self::UNKNOWN {
                fork = self.known[place.index()];
                break;
            }
            // Set at once, so that a graph with a circle ends.
            self.known[place.index()] = Self::NONE;
            met.push(place);
            at = self.graph.commit(place).and_then(|commit| commit.first);
        }
        for place in met {
            self.known[place.index()] = fork;
        }
        (fork != Self::NONE).then_some(fork as usize)
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
