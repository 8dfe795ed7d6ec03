//! The releases and the configuration as commands about releases need them.

use super::error::CliError;
use crate::bundle::UnknownArtifact;
use crate::name::{ArtifactId, CommitId};
use crate::release::ledger::Ledger;
use crate::repo::Git;
use crate::revision::{RevisionError, Revisions as _, TagName};
use crate::store::catalogue::Catalogue;

/// A store at a commit, and the releases that the clone knows.
pub(super) struct Past {
    /// The artifacts and the configuration of the commit.
    pub(super) catalogue: Catalogue,
    /// The releases.
    pub(super) ledger: Ledger,
}

impl Past {
    /// The store of `git` at `commit`.
    pub(super) fn at(git: &Git, commit: CommitId) -> Result<Self, RevisionError> {
        let catalogue = Catalogue::new(&git.snapshot(commit)?);
        let prefix = catalogue.config().tag_prefix();
        let names = git.tag_names(prefix)?;
        // A repository has tags of its own: only those of releases are opened.
        let releases = names.iter().filter(|tag| Ledger::is_release(&tag.name, prefix));
        let tags = git.read_tags(&releases.collect::<Vec<&TagName>>())?;
        let ledger = Ledger::new(tags, prefix);
        Ok(Self { catalogue, ledger })
    }

    /// The artifact called `id`, which the commit has or which was released.
    pub(super) fn artifact(&self, id: &str) -> Result<ArtifactId, CliError> {
        let wanted = ArtifactId::from_pattern(id);
        if self.catalogue.artifact(&wanted).is_some() || self.ledger.of(&wanted).next().is_some() {
            return Ok(wanted);
        }
        let known = self.catalogue.artifacts().map(|artifact| artifact.id).chain(self.ledger.artifacts().cloned());
        let scored = known.map(|known| (strsim::jaro_winkler(id, known.as_str()), known));
        // Below this, a suggestion is a guess.
        let near = scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
        Err(UnknownArtifact { id: id.to_owned(), nearest: near.map(|(_, known)| known) }.into())
    }
}
