//! The store's files at one commit after the other, each made from the one before.

use std::collections::BTreeMap;
use std::sync::Arc;

use gix::bstr::ByteSlice as _;
use gix::diff::tree::recorder::Change;

use super::listing::Listing;
use super::objects::Blobs;
use super::{Git, commit_id, tree};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{RevisionError, Step};
use crate::store::snapshot::{Entry, Snapshot};

/// What a series keeps of unpacked objects.
const OBJECT_CACHE_BYTES: usize = 8 << 20;

/// A listing that is moved from commit to commit.
pub(super) struct Series<'g> {
    git: &'g Git,
    repository: gix::Repository,
    listing: Listing,
    /// The tree that `listing` lists.
    tree: Option<gix::ObjectId>,
    /// The last step's listing, which is given back when nobody holds its snapshot any more.
    lent: Option<Arc<BTreeMap<StorePath, Entry>>>,
}

/// One of a [`Series`].
pub(super) struct Stepped {
    snapshot: Snapshot,
    changed: Vec<StorePath>,
}

impl Stepped {
    pub(super) fn step(&self) -> Step<'_> {
        Step { snapshot: &self.snapshot, changed: &self.changed }
    }
}

impl<'g> Series<'g> {
    pub(super) fn new(git: &'g Git) -> Self {
        let mut repository = git.local();
        // Neighbouring trees are stored as differences from each other.
        repository.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        Self { git, repository, listing: Listing::default(), tree: None, lent: None }
    }

    pub(super) fn step_to(&mut self, commit: CommitId) -> Result<Stepped, RevisionError> {
        if let Some(lent) = self.lent.take() {
            self.listing.entries = Arc::try_unwrap(lent).unwrap_or_else(|held| BTreeMap::clone(&held));
        }
        let changed = self.advance(commit);
        let entries = Arc::new(std::mem::take(&mut self.listing.entries));
        self.lent = Some(Arc::clone(&entries));
        let reader = Blobs { entries: Arc::clone(&entries), objects: Arc::clone(&self.git.objects) };
        let snapshot = Snapshot::shared(entries, self.listing.unlisted.clone().into(), Arc::new(reader));
        Ok(Stepped { snapshot, changed: changed? })
    }

    /// Makes the listing that of `commit`. On an error it stays what it was.
    fn advance(&mut self, commit: CommitId) -> Result<Vec<StorePath>, RevisionError> {
        let Self { git, repository, listing, .. } = self;
        let new = tree::of_store(git, repository, commit)?;
        let to = new.as_ref().map(|tree| tree.id);
        if self.tree == to {
            return Ok(Vec::new());
        }
        let old = self.tree.map(|id| tree::find(repository, id)).transpose()?;
        let records = tree::difference(repository, commit, old, new)?;
        let mut changed = Vec::with_capacity(records.len());
        // What goes is taken out first: a file may become a folder of the same name.
        for record in &records {
            if let Change::Deletion { path, .. } | Change::Modification { path, .. } = record {
                changed.extend(listing.remove(path.as_bstr()));
            }
        }
        for record in &records {
            if let Change::Addition { entry_mode, oid, path, .. } | Change::Modification { entry_mode, oid, path, .. } =
                record
            {
                changed.extend(listing.add(path.as_bstr(), entry_mode.kind(), commit_id(oid)));
            }
        }
        self.tree = to;
        listing.tell_links_apart(&git.objects)?;
        changed.sort();
        changed.dedup();
        Ok(changed)
    }
}
