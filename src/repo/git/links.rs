//! Chains of commits that are no history of the store: receipts.

use gix::bstr::ByteSlice as _;

use super::{Git, commit_id, error, history, object_id, tree};
use crate::name::CommitId;
use crate::receipt::Link;
use crate::revision::RevisionError;

impl Git {
    /// The chain of receipts that ends at `tip`, the newest first.
    ///
    /// # Errors
    /// When a part of it is not in this clone.
    pub fn links(&self, tip: Option<CommitId>) -> Result<Vec<Link>, RevisionError> {
        let repository = self.local();
        let mut links = Vec::new();
        let mut next = tip;
        while let Some(id) = next {
            let link = self.link(&repository, id)?;
            next = link.commit.parents.first().copied();
            links.push(link);
        }
        Ok(links)
    }

    fn link(&self, repository: &gix::Repository, id: CommitId) -> Result<Link, RevisionError> {
        let commit = history::commit(repository, id)?;
        let root = |id: CommitId| -> Result<gix::Tree<'_>, RevisionError> {
            let found = repository.find_commit(object_id(id)).and_then(|commit| commit.tree_id().map(gix::Id::detach));
            tree::find(repository, found.map_err(|failed| error::unreadable(repository, id, &failed))?)
        };
        let parent = commit.parents.first().copied().map(root).transpose()?;
        let (mut added, mut touched) = (Vec::new(), Vec::new());
        for change in tree::files(tree::difference(repository, id, parent, Some(root(id)?))?) {
            match (change.before, change.after) {
                (None, Some(blob)) => added.push((change.path, self.objects.blob(blob)?)),
                _ => touched.push(change.path),
            }
        }
        let found =
            repository.find_object(object_id(id)).map_err(|failed| error::unreadable(repository, id, &failed))?;
        let end = found.data.find("\n\n").unwrap_or(found.data.len());
        let has_signature = found.data[..end].lines().any(|line| line.starts_with(b"gpgsig"));
        Ok(Link { commit, added, touched, has_signature })
    }

    /// The refs whose full names start with `prefix`, and the commits that they are at, in order.
    ///
    /// # Errors
    /// When refs can't be read.
    pub fn refs(&self, prefix: &str) -> Result<Vec<(String, CommitId)>, RevisionError> {
        let repository = self.local();
        let failed = |failed: gix::Error| error::other("the refs", &failed);
        let mut found = Vec::new();
        for reference in repository.references().map_err(failed)?.all().map_err(failed)? {
            let reference = reference.map_err(failed)?;
            let name = reference.name().as_bstr().to_string();
            if let Some(id) = reference.try_id().filter(|_| name.starts_with(prefix)) {
                found.push((name, commit_id(&id)));
            }
        }
        found.sort();
        Ok(found)
    }
}
