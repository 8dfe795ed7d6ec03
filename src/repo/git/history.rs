//! Commits and how they follow each other.
//!
//! The walks are our own: the library's date order puts a commit before its child where a clock was wrong, and its
//! answers do not say where the edge of a shallow clone was met.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use gix::ObjectId;

use super::{commit_id, error, object_id};
use crate::name::CommitId;
use crate::revision::{Commit, Moment, Person, RevisionError};

pub(super) fn commit(repository: &gix::Repository, id: CommitId) -> Result<Commit, RevisionError> {
    let failed = |failed: gix::Error| error::unreadable(repository, id, &failed);
    let commit = repository.find_commit(object_id(id)).map_err(failed)?;
    let (author, committer) = (commit.author().map_err(failed)?, commit.committer().map_err(failed)?);
    Ok(Commit {
        id,
        parents: commit.parent_ids().map(|parent| commit_id(&parent)).collect(),
        author: person(author),
        authored: moment(author)?,
        committer: person(committer),
        committed: moment(committer)?,
        message: String::from_utf8_lossy(commit.message_raw().map_err(failed)?).into_owned(),
    })
}

pub(super) fn first_parent(repository: &gix::Repository, id: CommitId) -> Result<Option<CommitId>, RevisionError> {
    let failed = |failed: gix::Error| error::unreadable(repository, id, &failed);
    let commit = repository.find_commit(object_id(id)).map_err(failed)?;
    Ok(commit.parent_ids().next().map(|parent| commit_id(&parent)))
}

pub(super) fn person(signature: gix::actor::SignatureRef<'_>) -> Person {
    Person { name: signature.name.to_string(), mail: signature.email.to_string() }
}

pub(super) fn moment(signature: gix::actor::SignatureRef<'_>) -> Result<Moment, RevisionError> {
    let time =
        signature.time().map_err(|failed| RevisionError::Unreadable(format!("a date cannot be read: {failed}")))?;
    Ok(Moment { seconds: time.seconds, offset: time.offset })
}

pub(super) fn commits(
    repository: &gix::Repository,
    tips: &[CommitId],
    since: &[CommitId],
) -> Result<Vec<CommitId>, RevisionError> {
    let mut walk = Walk::new(repository)?;
    walk.paint(tips, WANTED)?;
    walk.paint(since, HIDDEN)?;
    walk.run(Goal::Difference)?;
    walk.check_difference()?;
    Ok(walk.in_order(|paint| paint == WANTED))
}

pub(super) fn reached(
    repository: &gix::Repository,
    from: CommitId,
    among: &BTreeSet<CommitId>,
) -> Result<BTreeSet<CommitId>, RevisionError> {
    if among.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut walk = Walk::new(repository)?;
    walk.paint(&[from], WANTED)?;
    walk.run(Goal::Sight(among.iter().map(|id| object_id(*id)).collect()))?;
    let found: BTreeSet<CommitId> = among.iter().copied().filter(|id| walk.has_wanted(object_id(*id))).collect();
    if found.len() < among.len() && !walk.edge_met.is_empty() { Err(error::shallow()) } else { Ok(found) }
}

pub(super) fn heads(repository: &gix::Repository) -> Result<Vec<CommitId>, RevisionError> {
    let failed = |failed: gix::Error| error::other("the branches", &failed);
    let references = repository.references().map_err(failed)?;
    let mut heads: Vec<CommitId> = repository.head_id().ok().iter().map(|id| commit_id(id)).collect();
    let local = references.local_branches().map_err(failed)?;
    let remote = references.remote_branches().map_err(failed)?;
    for branch in local.chain(remote) {
        // A branch of a remote may be symbolic, and then is another one of these.
        if let Some(id) = branch.map_err(failed)?.try_id()
            && !heads.contains(&commit_id(&id))
        {
            heads.push(commit_id(&id));
        }
    }
    Ok(heads)
}

pub(super) fn merge_base(
    repository: &gix::Repository,
    one: CommitId,
    other: CommitId,
) -> Result<CommitId, RevisionError> {
    let mut walk = Walk::new(repository)?;
    walk.paint(&[one], WANTED)?;
    walk.paint(&[other], HIDDEN)?;
    walk.run(Goal::Everything)?;
    // Of the commits that both have, the newest has no other one above it.
    let Some(base) = walk.in_order(|paint| paint == WANTED | HIDDEN).first().copied() else {
        if walk.edge_met.is_empty() {
            let (one, other) = (one.short(), other.short());
            return Err(RevisionError::Unrelated(format!("{one} and {other}")));
        }
        return Err(error::shallow());
    };
    // Below an edge that only one of them has there may be a younger common commit.
    let seconds = walk.known[&object_id(base)].seconds;
    let in_doubt =
        |id: &ObjectId| walk.known.get(id).is_some_and(|node| node.paint != WANTED | HIDDEN && node.seconds > seconds);
    if walk.edge_met.iter().any(in_doubt) { Err(error::shallow()) } else { Ok(base) }
}

/// Reachable from what is asked for.
const WANTED: u8 = 1;
/// Reachable from what is left out, or from the other side.
const HIDDEN: u8 = 2;

/// When a walk has seen enough.
enum Goal {
    /// These commits are seen.
    Sight(BTreeSet<ObjectId>),
    /// Nothing that is left can hide a commit that is wanted.
    Difference,
    /// Every commit is seen.
    Everything,
}

struct Node {
    parents: Vec<ObjectId>,
    seconds: i64,
    /// Greater than every ancestor's, where the commit-graph says it.
    generation: Option<u32>,
    paint: u8,
}

/// A walk that paints commits by the tips that they are reachable from.
struct Walk<'r> {
    repository: &'r gix::Repository,
    graph: Option<gix::commitgraph::Graph>,
    /// The commits below which a shallow clone has nothing.
    edge: BTreeSet<ObjectId>,
    edge_met: BTreeSet<ObjectId>,
    known: BTreeMap<ObjectId, Node>,
    /// What is to be painted on, the commits that have most ancestors first.
    pending: BinaryHeap<(u32, i64, ObjectId, u8)>,
}

impl<'r> Walk<'r> {
    fn new(repository: &'r gix::Repository) -> Result<Self, RevisionError> {
        let edge =
            repository.shallow_commits().map_err(|failed| error::other("the list of shallow commits", &failed))?;
        let edge: BTreeSet<ObjectId> = edge.iter().flat_map(|edge| edge.iter().copied()).collect();
        // Generations of the whole history mean nothing in a part of it. A graph that is broken is none.
        let graph = if edge.is_empty() { repository.commit_graph_if_enabled().ok().flatten() } else { None };
        Ok(Self {
            repository,
            graph,
            edge,
            edge_met: BTreeSet::new(),
            known: BTreeMap::new(),
            pending: BinaryHeap::new(),
        })
    }

    fn paint(&mut self, tips: &[CommitId], paint: u8) -> Result<(), RevisionError> {
        tips.iter().try_for_each(|tip| self.push(object_id(*tip), paint))
    }

    fn push(&mut self, id: ObjectId, paint: u8) -> Result<(), RevisionError> {
        if !self.known.contains_key(&id) {
            let node = self.read(id)?;
            self.known.insert(id, node);
        }
        let node = &self.known[&id];
        if node.paint & paint != paint {
            self.pending.push((node.generation.unwrap_or(u32::MAX), node.seconds, id, paint));
        }
        Ok(())
    }

    fn read(&mut self, id: ObjectId) -> Result<Node, RevisionError> {
        if let Some(commit) = self.graph.as_ref().and_then(|graph| graph.commit_by_id(id)) {
            let parents = commit.iter_parents().map(|parent| {
                let at = parent.ok()?;
                Some(self.graph.as_ref()?.id_at(at).to_owned())
            });
            if let Some(parents) = parents.collect::<Option<Vec<ObjectId>>>() {
                let seconds = i64::try_from(commit.committer_timestamp()).unwrap_or(i64::MAX);
                // Very old graphs have no generations.
                let generation = Some(commit.generation()).filter(|generation| *generation > 0);
                return Ok(Node { parents, seconds, generation, paint: 0 });
            }
        }
        let failed = |failed: gix::Error| error::unreadable(self.repository, commit_id(&id), &failed);
        let commit = self.repository.find_commit(id).map_err(failed)?;
        // A date that can't be read orders commits wrongly, and nothing worse.
        let seconds = commit.time().map_or(0, |time| time.seconds);
        let is_edge = self.edge.contains(&id);
        let parents =
            if is_edge { Vec::new() } else { commit.parent_ids().map(gix::Id::detach).collect::<Vec<ObjectId>>() };
        if is_edge && commit.parent_ids().next().is_some() {
            self.edge_met.insert(id);
        }
        Ok(Node { parents, seconds, generation: None, paint: 0 })
    }

    fn run(&mut self, mut goal: Goal) -> Result<(), RevisionError> {
        // The least generation among the commits that are wanted; `None` where one's is not known.
        let mut lowest = Some(u32::MAX);
        let mut wanted_pending = self.pending.iter().filter(|(.., paint)| *paint == WANTED).count();
        while let Some((generation, _, id, paint)) = self.pending.pop() {
            wanted_pending -= usize::from(paint == WANTED);
            let is_below = lowest.is_some_and(|lowest| generation < lowest);
            let is_difference = matches!(goal, Goal::Difference);
            if is_difference && wanted_pending == 0 && paint != WANTED && is_below {
                break;
            }
            if let Goal::Sight(missing) = &mut goal
                && missing.remove(&id)
                && missing.is_empty()
            {
                self.known.entry(id).and_modify(|node| node.paint |= paint);
                break;
            }
            let node = self.known.get_mut(&id).expect("because what is pending has been read");
            if node.paint & paint == paint {
                continue;
            }
            node.paint |= paint;
            if paint == WANTED && node.paint == WANTED {
                lowest = node.generation.and_then(|generation| Some(lowest?.min(generation)));
            }
            let (parents, whole) = (node.parents.clone(), node.paint);
            // What is hidden need not be wanted any further down.
            if is_difference && paint == WANTED && whole & HIDDEN != 0 {
                continue;
            }
            for parent in parents {
                let before = self.pending.len();
                self.push(parent, paint)?;
                wanted_pending += usize::from(paint == WANTED && self.pending.len() > before);
            }
        }
        Ok(())
    }

    fn has_wanted(&self, id: ObjectId) -> bool {
        self.known.get(&id).is_some_and(|node| node.paint & WANTED != 0)
    }

    /// Whether the wanted commits are known to be all and not too many.
    ///
    /// # Errors
    /// When one of them stands at the edge, or the history below an edge that is left out could hold one of them.
    fn check_difference(&self) -> Result<(), RevisionError> {
        let wanted = || self.known.values().filter(|node| node.paint == WANTED);
        let oldest = wanted().map(|node| node.seconds).min();
        let in_doubt = |id: &ObjectId| {
            let node = &self.known[id];
            node.paint == WANTED || (node.paint & HIDDEN != 0 && oldest.is_some_and(|oldest| node.seconds > oldest))
        };
        if self.edge_met.iter().any(in_doubt) { Err(error::shallow()) } else { Ok(()) }
    }

    /// The commits whose paint `is` right, every one before its parents, and the newest of those that are free first.
    fn in_order(&self, is: impl Fn(u8) -> bool) -> Vec<CommitId> {
        let chosen: BTreeMap<ObjectId, &Node> =
            self.known.iter().filter(|(_, node)| is(node.paint)).map(|(id, node)| (*id, node)).collect();
        let mut children: BTreeMap<ObjectId, usize> = BTreeMap::new();
        for parent in chosen.values().flat_map(|node| &node.parents).filter(|parent| chosen.contains_key(*parent)) {
            *children.entry(*parent).or_default() += 1;
        }
        let free = |id: &ObjectId, node: &Node| (node.seconds, Reverse(*id));
        let mut ready: BinaryHeap<(i64, Reverse<ObjectId>)> =
            chosen.iter().filter(|(id, _)| !children.contains_key(*id)).map(|(id, node)| free(id, node)).collect();
        let mut found = Vec::with_capacity(chosen.len());
        while let Some((_, Reverse(id))) = ready.pop() {
            found.push(commit_id(&id));
            for parent in &chosen[&id].parents {
                if let Some(left) = children.get_mut(parent) {
                    *left -= 1;
                    if *left == 0 {
                        ready.push(free(parent, chosen[parent]));
                    }
                }
            }
        }
        found
    }
}
