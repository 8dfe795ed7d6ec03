//! The past of the tracked branch, read from git.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, OnceLock};

use gix::{ObjectId, Repository};
use rayon::prelude::*;

use super::cache::Cache;
use super::chain::Walked;
use super::changes::{Descent, between};
use super::{Git, Objects, branch, chain, commit_id, error, history, object_id, tags};
use crate::history::chain::{Chain, Position};
use crate::history::{Change, Doubt, Past, Swapped};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{Commit, RevisionError, Revisions as _, Tag};
use crate::store::snapshot::Snapshot;

/// Commits that one core reads in one go: neighbours' folders are deltas of each other in a pack.
const RUN: usize = 4_096;

/// The past of one branch, up to the commit that it was at when it was opened.
pub struct GitPast<'a> {
    git: &'a Git,
    objects: Objects,
    branch: String,
    doubts: Vec<Doubt>,
    chain: Chain,
    swapped: Vec<Swapped>,
    /// The root trees of the chain's commits, one after the other: read when the first change is looked for.
    roots: OnceLock<Vec<u8>>,
    is_shallow: bool,
    cache: Cache,
    /// The changes that were asked for already.
    changes: Mutex<BTreeMap<StorePath, Vec<Change>>>,
}

impl<'a> GitPast<'a> {
    pub(super) fn open(git: &'a Git, asked: Option<&str>) -> Result<Self, RevisionError> {
        let repository = git.local();
        let tracked = branch::tracked(&repository, asked)?;
        let is_shallow = git.is_shallow();
        // What a shallow clone has is soon read, and `fetch` moves its edge.
        let is_kept = tracked.is_branch && !is_shallow;
        let cache = if is_kept { Cache::new(git.common_dir(), &tracked.name) } else { Cache::none() };
        let walked = match tracked.tip {
            None => Walked::default(),
            Some(tip) => match cache.chain() {
                Some(known) if known.chain.tip() == Some(tip) => known,
                known => {
                    let known = known.and_then(|known| {
                        let roots = cache.roots(&known.chain)?;
                        (roots.len() == known.chain.ids().len()).then_some(Walked { roots, ..known })
                    });
                    let walked = chain::walk(&repository, tip, &tracked.name, known.unwrap_or_default())?;
                    cache.keep(&walked);
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
            branch: tracked.name,
            doubts: tracked.doubts,
            chain: walked.chain,
            swapped: walked.swapped,
            roots,
            is_shallow,
            cache,
            changes: Mutex::default(),
        })
    }

    /// The root trees of all commits.
    fn roots(&self, repository: &Repository) -> Result<&[u8], RevisionError> {
        if let Some(known) = self.roots.get() {
            return Ok(known);
        }
        let kept = self.cache.roots(&self.chain).filter(|roots| roots.len() == self.chain.ids().len());
        let roots = match (kept, self.chain.tip()) {
            (Some(roots), _) => roots,
            (None, None) => Vec::new(),
            (None, Some(tip)) => {
                let walked = chain::walk(repository, tip, &self.branch, Walked::default())?;
                self.cache.keep(&walked);
                walked.roots
            }
        };
        Ok(self.roots.get_or_init(|| roots))
    }

    fn root(&self, repository: &Repository, position: Position) -> Result<ObjectId, RevisionError> {
        let width = repository.object_hash().len_in_bytes();
        let roots = self.roots(repository)?;
        Ok(ObjectId::from_bytes_or_panic(&roots[position * width..(position + 1) * width]))
    }

    /// What changed at `scope` in the commits from `from` on, read on every core.
    fn read_changes(&self, scope: &str, from: Position) -> Result<Vec<Change>, RevisionError> {
        // The roots are there before the cores are: they are read once.
        self.roots(&self.git.local())?;
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
        if let Some(known) = self.changes.lock().ok().and_then(|changes| changes.get(scope).cloned()) {
            return Ok(known);
        }
        let path = scope;
        let scope = scope.as_str();
        let known = self.cache.changes(scope, &self.chain);
        let (len, mut changes) = known.map_or_else(Default::default, |known| (known.len, known.changes));
        if len < self.chain.len() {
            changes.extend(self.read_changes(scope, len)?);
            self.cache.keep_changes(scope, &self.chain, &changes);
        }
        if let Ok(mut known) = self.changes.lock() {
            known.insert(path.clone(), changes.clone());
        }
        Ok(changes)
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

    fn swapped(&self) -> &[Swapped] {
        &self.swapped
    }

    fn is_shallow(&self) -> bool {
        self.is_shallow
    }

    fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }
}
