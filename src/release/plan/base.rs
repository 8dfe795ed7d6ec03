//! The release that a new one follows, found on the line of history, under an earlier id, or nowhere.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::candidate::Candidate;
use super::{Current, PlanError, Where};
use crate::name::{ArtifactId, CommitId, Digest, ReleaseRef};
use crate::release::line::{Line, Released};
use crate::release::record::Record;
use crate::revision::{RevisionError, Revisions, TagName};
use crate::store::catalogue::Catalogue;
use crate::store::closure::Closure;
use crate::store::content::Content;

/// The release that a new one follows.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub(super) release: ReleaseRef,
    pub(super) commit: CommitId,
    pub(super) digest: Option<Digest>,
}

impl Base {
    /// The release as one that needs no other.
    pub(super) fn as_current(&self, prefix: &str, line: Where) -> Current {
        Current { tag: format!("{prefix}{}", self.release), release: self.release.clone(), line }
    }
}

/// What a release's commit has: the content and the closure, or why they cannot be told.
pub(super) type Past = Result<(Content, Closure), String>;

/// Finds bases.
pub(super) struct Bases<'a> {
    past: &'a dyn Revisions,
    line: &'a Line,
    catalogue: &'a Catalogue,
    prefix: &'a str,
    /// The last releases of artifacts that the store no longer has and that did not go on under another id.
    gone: BTreeMap<ArtifactId, Base>,
}

impl<'a> Bases<'a> {
    pub(super) fn new(past: &'a dyn Revisions, line: &'a Line, catalogue: &'a Catalogue, prefix: &'a str) -> Self {
        Self { past, line, catalogue, prefix, gone: BTreeMap::new() }
    }

    /// The base of each candidate, in the same order; `None` for a first release.
    pub(super) fn find(
        &mut self,
        candidates: &[Candidate],
        hazards: &mut Vec<String>,
    ) -> Result<Vec<Option<Base>>, PlanError> {
        let own: Vec<&ArtifactId> = candidates.iter().map(|candidate| &candidate.artifact.id).collect();
        let line = self.line;
        let gone: Vec<&ArtifactId> = line.artifacts().filter(|id| self.catalogue.artifact(id).is_none()).collect();
        let mut found = self.last_of(own.iter().chain(&gone).copied(), hazards)?;
        let renamed = if gone.is_empty() { BTreeSet::new() } else { self.renamed_before()? };
        for id in gone.into_iter().filter(|id| !renamed.contains(*id)) {
            if let Some(base) = found.remove(id) {
                self.gone.insert(id.clone(), base);
            }
        }
        let mut claimed = BTreeSet::new();
        Ok(candidates
            .iter()
            .map(|candidate| {
                let own = found.remove(&candidate.artifact.id);
                own.or_else(|| self.renamed(candidate, &mut claimed, hazards))
            })
            .collect())
    }

    /// The last release under an id that the artifact had before: one that its file names, or else one that is gone and
    /// had exactly this content.
    fn renamed(
        &self,
        candidate: &Candidate,
        claimed: &mut BTreeSet<ArtifactId>,
        hazards: &mut Vec<String>,
    ) -> Option<Base> {
        for id in &candidate.renamed_from {
            if self.catalogue.artifact(id).is_some() {
                hazards.push(format!(
                    "`{}` says that it was renamed from `{id}`, which is still there: it starts a history of its own",
                    candidate.artifact.id
                ));
            } else if let Some(base) = self.gone.get(id) {
                claimed.insert(id.clone());
                return Some(base.clone());
            }
        }
        let same = |base: &&Base| base.digest == Some(candidate.digest) && !claimed.contains(&base.release.artifact);
        let base = self.gone.values().find(same)?.clone();
        claimed.insert(base.release.artifact.clone());
        Some(base)
    }

    /// The last full release of each of `ids` that has one.
    fn last_of<'b>(
        &self,
        ids: impl Iterator<Item = &'b ArtifactId>,
        hazards: &mut Vec<String>,
    ) -> Result<BTreeMap<ArtifactId, Base>, PlanError>
    where
        'a: 'b,
    {
        let last: Vec<(&ArtifactId, Released<'_>)> = ids.filter_map(|id| Some((id, self.line.last(id)?))).collect();
        let names: Vec<&TagName> = last.iter().map(|(_, released)| released.tag).collect();
        let mut bases = BTreeMap::new();
        let mut by_hand = Vec::new();
        for ((id, released), tag) in last.iter().zip(self.past.read_tags(&names)?) {
            let Some(commit) = tag.commit else { continue };
            let release = ReleaseRef { artifact: (*id).clone(), version: released.version.clone() };
            let record = tag.annotation.as_ref().and_then(|told| told.message.parse::<Record>().ok());
            if let Some(missing) = record.as_ref().and_then(|record| record.previous.as_ref())
                && !self.line.has(missing)
            {
                let what = format!("this clone lacks the tag `{}{missing}`, which `{release}` follows", self.prefix);
                return Err(PlanError::Incomplete { what, fetch: "git fetch --tags".to_owned() });
            }
            let digest = record.filter(|record| record.release == release).map(|record| record.digest);
            if digest.is_none() {
                by_hand.push((commit, release.artifact.clone()));
                hazards.push(format!(
                    "`{}` has no record of a release: it was made by hand, and its digest is taken from its commit",
                    tag.name
                ));
            }
            bases.insert((*id).clone(), Base { release, commit, digest });
        }
        for ((_, id), past) in contents(self.past, &by_hand)? {
            if let (Some(base), Ok((content, _))) = (bases.get_mut(&id), past) {
                base.digest = Some(content.digest());
            }
        }
        Ok(bases)
    }

    /// The ids that went on under another one: the first release under the new id names the last one under the old.
    fn renamed_before(&self) -> Result<BTreeSet<ArtifactId>, RevisionError> {
        let first = self.line.artifacts().filter_map(|id| self.line.first(id));
        let names: Vec<&TagName> = first.map(|released| released.tag).collect();
        let records = self.past.read_tags(&names)?.into_iter().filter_map(|tag| tag.annotation);
        let records = records.filter_map(|told| told.message.parse::<Record>().ok());
        let earlier = records.filter_map(|record| Some((record.previous?.artifact, record.release.artifact)));
        Ok(earlier.filter(|(old, new)| old != new).map(|(old, _)| old).collect())
    }

    /// The release that has the candidate's content already.
    pub(super) fn current(
        &self,
        candidate: &Candidate,
        base: Option<&Base>,
        for_pre_release: bool,
    ) -> Result<Option<Current>, RevisionError> {
        let id = &candidate.artifact.id;
        let base = base.filter(|base| base.release.artifact == *id);
        if let Some(base) = base.filter(|base| base.digest == Some(candidate.digest)) {
            return Ok(Some(base.as_current(self.prefix, Where::Here)));
        }
        let from = base.map_or(Version::new(0, 0, 0), |base| base.release.version.clone());
        let announced = self.line.newest(id).filter(|newest| for_pre_release && *newest.version > from);
        let elsewhere = self.line.elsewhere(id, &from).map(|released| (released, Where::Elsewhere));
        for (released, place) in announced.map(|released| (released, Where::Here)).into_iter().chain(elsewhere) {
            let tag = self.past.read_tags(&[released.tag])?.pop();
            let message = tag.and_then(|tag| Some(tag.annotation?.message));
            if message.and_then(|message| Record::digest_in(&message)) == Some(candidate.digest) {
                let release = ReleaseRef { artifact: id.clone(), version: released.version.clone() };
                return Ok(Some(Current { tag: format!("{}{release}", self.prefix), release, line: place }));
            }
        }
        Ok(None)
    }

    /// The last releases of artifacts that are gone, but for those that go on in one of `changed`.
    pub(super) fn gone(&self, changed: &[(Candidate, Option<Base>)]) -> Vec<ReleaseRef> {
        let goes_on = |id: &ArtifactId| {
            changed.iter().any(|(_, base)| base.as_ref().is_some_and(|base| base.release.artifact == *id))
        };
        let gone = self.gone.iter().filter(|(id, _)| !goes_on(id));
        gone.map(|(_, base)| base.release.clone()).collect()
    }
}

/// The content of artifacts at commits. Each commit is opened once.
pub(super) fn contents(
    past: &dyn Revisions,
    wanted: &[(CommitId, ArtifactId)],
) -> Result<BTreeMap<(CommitId, ArtifactId), Past>, RevisionError> {
    let mut by_commit: BTreeMap<CommitId, BTreeSet<&ArtifactId>> = BTreeMap::new();
    for (commit, id) in wanted {
        by_commit.entry(*commit).or_default().insert(id);
    }
    let mut found = BTreeMap::new();
    for (commit, ids) in by_commit {
        let snapshot = past.snapshot(commit)?;
        let catalogue = Catalogue::new(&snapshot);
        let artifacts: Vec<_> = ids.iter().filter_map(|id| catalogue.artifact(id)).collect();
        let store = catalogue.load(&snapshot, &artifacts);
        for artifact in &artifacts {
            let content = store.content(artifact).map_err(|problem| problem.to_string());
            let content = content.map(|content| (content, store.closure(artifact)));
            found.insert((commit, artifact.id.clone()), content);
        }
        for id in ids {
            let missing = || Err(format!("its commit {} has no `{id}`", commit.short()));
            found.entry((commit, id.clone())).or_insert_with(missing);
        }
    }
    Ok(found)
}
