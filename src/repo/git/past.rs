//! The past of the tracked branch, read from git.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use gix::{ObjectId, Repository};
use rayon::prelude::*;

use super::cache::Cache;
use super::chain::{self, Merges, Walked};
use super::changes::{Descent, between};
use super::graph::{CommitGraph, PathKey, Place};
use super::route_log::{Eye, RouteLog, Search};
use super::{Git, Objects, branch, commit_id, error, history, object_id, tags};
use crate::history::chain::{Chain, Position};
use crate::history::state::State;
use crate::history::versions::{Extension, RouteFile, RouteVersion};
use crate::history::{Change, Doubt, ENVIRONMENTS, Past, Swapped};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{Commit, RevisionError, Revisions as _, Tag};
use crate::store::snapshot::Snapshot;

/// Commits that one core reads in one go: neighbours' folders are deltas of each other in a pack.
const RUN: usize = 4_096;
/// Messages of merges that are soon read again; what more of them say is kept.
const FEW_MERGES: usize = 512;

/// The past of one branch, up to the commit that it was at when it was opened.
///
/// What it finds is kept for the next question when this goes.
pub struct GitPast<'a> {
    git: &'a Git,
    objects: Objects,
    /// The same for folders and files of commits that follow each other.
    neighbours: Objects,
    branch: String,
    doubts: Vec<Doubt>,
    chain: Chain,
    merges: Mutex<ReadMerges>,
    graph: OnceLock<Option<CommitGraph>>,
    /// Where the commits are in the graph, if the walk came by there.
    places: Vec<Option<Place>>,
    /// The root trees of the chain's commits, one after the other: read when the first change is looked for.
    roots: OnceLock<Vec<u8>>,
    is_shallow: bool,
    cache: Cache,
    /// The changes that were asked for already.
    changes: Mutex<BTreeMap<StorePath, Arc<Vec<Change>>>>,
    /// The routes that were asked about.
    routes: Mutex<BTreeMap<RouteFile, Arc<Mutex<RouteLog>>>>,
}

/// The merges, and how many of their messages were read since they were kept.
struct ReadMerges {
    merges: Merges,
    read: usize,
}

impl<'a> GitPast<'a> {
    pub(super) fn open(git: &'a Git, asked: Option<&str>) -> Result<Self, RevisionError> {
        let repository = git.local();
        let tracked = branch::tracked(&repository, asked)?;
        let is_shallow = git.is_shallow();
        // What a shallow clone has is soon read, and `fetch` moves its edge.
        let is_kept = tracked.is_branch && !is_shallow;
        let cache = if is_kept { Cache::new(git.common_dir(), &tracked.name) } else { Cache::none() };
        let graph = OnceLock::new();
        let walked = match tracked.tip {
            None => Walked::default(),
            Some(tip) => match cache.chain(names_again(git, &tracked.name)) {
                Some((known, known_tip)) if known_tip == tip => known,
                known => {
                    let known = known.map(|(known, _)| known).unwrap_or_default();
                    let graph = graph.get_or_init(|| CommitGraph::open(&repository));
                    let walked = chain::walk(&repository, graph.as_ref(), tip, &tracked.name, known)?;
                    cache.keep(&walked.chain, &walked.merges);
                    if !walked.roots.is_empty() {
                        cache.keep_roots(&walked.chain, &walked.roots);
                    }
                    walked
                }
            },
        };
        let roots = OnceLock::new();
        if !walked.roots.is_empty() {
            roots.get_or_init(|| walked.roots);
        }
        Ok(Self {
            git,
            objects: Objects::new(git.repository.clone()),
            neighbours: Objects::of_neighbours(git.repository.clone()),
            branch: tracked.name,
            doubts: tracked.doubts,
            chain: walked.chain,
            merges: Mutex::new(ReadMerges { merges: walked.merges, read: 0 }),
            graph,
            places: walked.places,
            roots,
            is_shallow,
            cache,
            changes: Mutex::default(),
            routes: Mutex::default(),
        })
    }

    /// How many commits the chain has.
    pub(super) fn len(&self) -> usize {
        self.chain.len()
    }

    fn graph(&self) -> Option<&CommitGraph> {
        let open = || if self.is_shallow { None } else { CommitGraph::open(&self.git.local()) };
        self.graph.get_or_init(open).as_ref()
    }

    fn place(&self, graph: &CommitGraph, position: Position) -> Option<Place> {
        match self.places.get(position) {
            Some(place) => *place,
            None => graph.place(&object_id(self.chain.commit(position))),
        }
    }

    /// Whether the commit at `position` left everything at the paths of `keys` as it was; `None`: no filter says so or
    /// otherwise.
    pub(super) fn leaves(&self, position: Position, keys: &[PathKey]) -> Option<bool> {
        let graph = self.graph()?;
        if self.places.is_empty() {
            // Who asks for one asks for very many: all names are read at once.
            self.chain.ids();
        }
        graph.leaves(self.place(graph, position)?, keys)
    }

    /// Reads the root trees of all commits, which the graph has where there is one.
    fn read_roots(&self, repository: &Repository) -> Result<(), RevisionError> {
        if self.roots.get().is_some() {
            return Ok(());
        }
        if self.graph().is_some() {
            self.chain.ids();
            return Ok(());
        }
        let kept = self.cache.roots(&self.chain).filter(|roots| roots.len() == self.chain.ids().len());
        let roots = match (kept, self.chain.tip()) {
            (Some(roots), _) => roots,
            (None, None) => Vec::new(),
            (None, Some(tip)) => {
                let walked = chain::walk(repository, None, tip, &self.branch, Walked::default())?;
                self.cache.keep_roots(&walked.chain, &walked.roots);
                walked.roots
            }
        };
        self.roots.get_or_init(|| roots);
        Ok(())
    }

    /// The root tree of the commit at `position`.
    pub(super) fn root(&self, repository: &Repository, position: Position) -> Result<ObjectId, RevisionError> {
        if let Some(roots) = self.roots.get() {
            let width = repository.object_hash().len_in_bytes();
            return Ok(ObjectId::from_bytes_or_panic(&roots[position * width..(position + 1) * width]));
        }
        if let Some(Some(graph)) = self.graph.get()
            && let Some(place) = self.place(graph, position)
        {
            return Ok(graph.root(place));
        }
        let commit = self.chain.commit(position);
        let tree = repository.find_commit(object_id(commit)).and_then(|commit| commit.tree_id().map(gix::Id::detach));
        tree.map_err(|failed| error::unreadable(repository, commit, &failed))
    }

    /// All changes of files under `scope`.
    fn all_changes(&self, scope: &StorePath) -> Result<Arc<Vec<Change>>, RevisionError> {
        if let Some(known) = held(&self.changes).get(scope) {
            return Ok(Arc::clone(known));
        }
        let known = self.cache.changes(scope.as_str(), &self.chain);
        let (len, mut changes) = known.map_or_else(Default::default, |known| (known.len, known.changes));
        if len < self.chain.len() {
            changes.extend(self.read_changes(scope.as_str(), len)?);
            self.cache.keep_changes(scope.as_str(), &self.chain, &changes);
        }
        let changes = Arc::new(changes);
        held(&self.changes).insert(scope.clone(), Arc::clone(&changes));
        Ok(changes)
    }

    /// All changes of routes.
    pub(super) fn route_changes(&self) -> Result<Arc<Vec<Change>>, RevisionError> {
        self.all_changes(&environments())
    }

    /// What is known of a route's file.
    fn log(&self, file: &RouteFile) -> Arc<Mutex<RouteLog>> {
        let mut routes = held(&self.routes);
        if let Some(known) = routes.get(file) {
            return Arc::clone(known);
        }
        let mut log = self.cache.route(file, &self.chain).unwrap_or_default();
        if log.range() != (0..self.len())
            && let Some(changes) = held(&self.changes).get(&environments())
        {
            log.complete(file, changes, self.len());
        }
        let log = Arc::new(Mutex::new(log));
        routes.insert(file.clone(), Arc::clone(&log));
        log
    }

    /// Asks what is known of a route's file, with a search for what is not.
    fn of_log(
        &self,
        file: &RouteFile,
        known: impl FnOnce(&RouteLog) -> Option<Option<RouteVersion>>,
        find: impl FnOnce(&mut RouteLog, &mut Search<'_>) -> Result<Option<RouteVersion>, RevisionError>,
    ) -> Result<Option<RouteVersion>, RevisionError> {
        let log = self.log(file);
        let mut log = held(&log);
        match known(&log) {
            Some(known) => Ok(known),
            None => find(&mut log, &mut Search::new(self, file, &self.folder(file))),
        }
    }

    /// Looks at a route's file in commits of the chain.
    pub(super) fn looking<T>(
        &self,
        file: &RouteFile,
        look: impl FnOnce(&mut Eye<'_>) -> Result<T, RevisionError>,
    ) -> Result<T, RevisionError> {
        let folder = self.folder(file);
        self.neighbours.with(|repository| look(&mut Eye::new(self, repository, file, &folder)))
    }

    /// The repository's path of the folder that a route's file is in.
    fn folder(&self, file: &RouteFile) -> String {
        format!("{}{}", self.git.prefix, file.folder())
    }

    /// What changed at `scope` in the commits from `from` on, read on every core.
    fn read_changes(&self, scope: &str, from: Position) -> Result<Vec<Change>, RevisionError> {
        // The roots are there before the cores are: they are read once.
        self.read_roots(&self.git.local())?;
        let whole = format!("{}{scope}", self.git.prefix);
        let starts: Vec<Position> = (from..self.chain.len()).step_by(RUN).collect();
        let read = |start: &Position| {
            let end = self.chain.len().min(start + RUN);
            self.objects.with(|repository| self.read_run(repository, scope, &whole, *start..end))
        };
        let runs: Result<Vec<Vec<Change>>, RevisionError> = starts.par_iter().map(read).collect();
        Ok(runs?.into_iter().flatten().collect())
    }

    fn read_run(
        &self,
        repository: &Repository,
        scope: &str,
        whole: &str,
        run: Range<Position>,
    ) -> Result<Vec<Change>, RevisionError> {
        let mut descent = Descent::new(repository, whole);
        let mut old = match run.start.checked_sub(1) {
            Some(before) => descent.entry(self.root(repository, before)?)?,
            None => None,
        };
        let mut changes = Vec::new();
        for position in run {
            let new = descent.entry(self.root(repository, position)?)?;
            if new != old {
                changes.extend(between(repository, position, scope, old, new)?);
                old = new;
            }
        }
        Ok(changes)
    }

    /// Whether the merge at `position` took in `commit` by one of its other parents.
    fn merges(&self, repository: &Repository, position: Position, commit: CommitId) -> Result<bool, RevisionError> {
        let merge = history::commit(repository, self.chain.commit(position))?;
        let Some((first, others)) = merge.parents.split_first().filter(|(_, others)| !others.is_empty()) else {
            return Ok(false);
        };
        let failed = |failed: gix::Error| error::unreadable(repository, merge.id, &failed);
        let others = others.iter().map(|id| object_id(*id));
        let walk = repository.rev_walk(others).with_hidden([object_id(*first)]).all().map_err(failed)?;
        for step in walk {
            if commit_id(&step.map_err(failed)?.id) == commit {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Past for GitPast<'_> {
    fn chain(&self) -> &Chain {
        &self.chain
    }

    fn branch(&self) -> &str {
        &self.branch
    }

    fn changes(&self, scope: &StorePath) -> Result<Vec<Change>, RevisionError> {
        Ok(self.all_changes(scope)?.to_vec())
    }

    fn version_at(&self, file: &RouteFile, position: Position) -> Result<Option<RouteVersion>, RevisionError> {
        self.of_log(file, |log| log.known_at(position), |log, search| log.version_at(position, search))
    }

    fn version_after(&self, file: &RouteFile, position: Position) -> Result<Option<RouteVersion>, RevisionError> {
        let len = self.len();
        self.of_log(file, |log| log.known_after(position, len), |log, search| log.version_after(position, search))
    }

    fn route_file(&self, file: &RouteFile, position: Position) -> Result<Option<(Extension, CommitId)>, RevisionError> {
        let log = self.log(file);
        let mut log = held(&log);
        if let Some(known) = log.known_at(position) {
            return Ok(known.and_then(|version| version.file));
        }
        let commit = self.chain.commit(position);
        if let Some(seen) = log.seen(commit) {
            return Ok(seen);
        }
        let found = self.looking(file, |eye| eye.file_at(position))?;
        log.see(commit, found);
        Ok(found)
    }

    fn route_state(&self, file: &RouteFile, extension: Extension, blob: CommitId) -> Result<Arc<State>, RevisionError> {
        let log = self.log(file);
        if let Some(state) = held(&log).state(blob) {
            return Ok(state);
        }
        let state = Arc::new(State::of_file(&file.path(extension), blob, &self.blob(blob)?));
        held(&log).add_state(blob, &state);
        Ok(state)
    }

    fn step(&self, position: Position) -> Result<Vec<Change>, RevisionError> {
        let repository = self.git.local();
        let mut descent = Descent::new(&repository, &self.git.prefix);
        let old = match position.checked_sub(1) {
            Some(before) => descent.entry(self.root(&repository, before)?)?,
            None => None,
        };
        let new = descent.entry(self.root(&repository, position)?)?;
        between(&repository, position, "", old, new)
    }

    fn blob(&self, blob: CommitId) -> Result<Vec<u8>, RevisionError> {
        self.objects.blob(blob)
    }

    fn commit(&self, commit: CommitId) -> Result<Commit, RevisionError> {
        self.objects.with(|repository| history::commit(repository, commit))
    }

    fn tag(&self, name: &str) -> Result<Option<Tag>, RevisionError> {
        self.objects.with(|repository| tags::find(repository, name))
    }

    fn snapshot(&self, commit: CommitId) -> Result<Snapshot, RevisionError> {
        self.git.snapshot(commit)
    }

    fn taken_in(&self, commit: CommitId) -> Result<Option<Position>, RevisionError> {
        if let Some(position) = self.chain.position(commit) {
            return Ok(Some(position));
        }
        let repository = self.git.local();
        let Some(tip) = self.chain.tip() else { return Ok(None) };
        if self.git.merge_base(commit, tip)? != commit {
            return Ok(None);
        }
        // A commit is mostly merged after its date; where clocks were wrong, before it.
        let dated = history::commit(&repository, commit)?.committed.seconds;
        let likely = self.chain.active(dated).unwrap_or_default();
        for position in (likely..self.chain.len()).chain(0..likely) {
            if self.merges(&repository, position, commit)? {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }

    fn swapped(&self, first: Position, end: Position) -> Result<Vec<Swapped>, RevisionError> {
        let hides = |it: &&Swapped| it.hides(first, end);
        let asked: Vec<Swapped> = held(&self.merges).merges.doubtful.iter().filter(hides).copied().collect();
        let says = |it: &Swapped| {
            let merge = self.chain.commit(it.merge);
            self.objects.with(|repository| chain::is_swapped(repository, merge, &self.branch))
        };
        if asked.is_empty() {
            let merges = &held(&self.merges).merges;
            return Ok(merges.swapped.iter().filter(hides).copied().collect());
        }
        // Nothing is locked here: a thread that waits for others may take up another question about the same merges.
        let said = asked.par_iter().with_min_len(64).map(says).collect::<Result<Vec<bool>, RevisionError>>()?;
        let said: BTreeMap<Position, bool> = asked.iter().map(|it| it.merge).zip(said).collect();
        let mut held = held(&self.merges);
        let ReadMerges { merges, read } = &mut *held;
        merges.doubtful.retain(|it| {
            let said = said.get(&it.merge);
            *read += usize::from(said.is_some());
            merges.swapped.extend(said.filter(|said| **said).map(|_| *it));
            said.is_none()
        });
        Ok(merges.swapped.iter().filter(hides).copied().collect())
    }

    fn is_shallow(&self) -> bool {
        self.is_shallow
    }

    fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }
}

impl Drop for GitPast<'_> {
    fn drop(&mut self) {
        for (file, log) in held(&self.routes).iter() {
            let log = held(log);
            if log.is_new() {
                self.cache.keep_route(file, &self.chain, &log);
            }
        }
        let merges = held(&self.merges);
        if merges.read > FEW_MERGES {
            self.cache.keep(&self.chain, &merges.merges);
        }
    }
}

fn environments() -> StorePath {
    ENVIRONMENTS.parse().expect("because it is a path of the store")
}

/// What a lock guards is whole after each statement: a thread that ended early has broken nothing.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Walks for the names of all commits, should those that were kept be broken.
fn names_again(git: &Git, branch: &str) -> impl Fn(CommitId) -> Option<Vec<u8>> + Send + Sync + 'static {
    let (repository, branch) = (git.repository.clone(), branch.to_owned());
    move |tip| {
        let repository = repository.to_thread_local();
        let graph = CommitGraph::open(&repository);
        let walked = chain::walk(&repository, graph.as_ref(), tip, &branch, Walked::default()).ok()?;
        Some(walked.chain.ids().to_vec())
    }
}
