//! Released artifacts, each as the commit of its tag has it.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::gather::{self, Reach, Resolved};
use super::{Broken, BundleError, Entry};
use crate::name::{ArtifactId, CommitId, ReleaseRef};
use crate::release::known::{Completeness, Releases};
use crate::revision::{RevisionError, Revisions, Tag};
use crate::store::artifact::{self, Artifact, ArtifactKind};
use crate::store::content::Unresolved;

/// What one commit gives: the name of its store, and its releases.
type OfCommit = (Option<String>, Vec<Result<Entry, Broken>>);

/// The artifacts of `releases` by name, and the name of the store at the first release's commit.
pub(super) fn entries(
    revisions: &dyn Revisions,
    tag_prefix: &str,
    releases: &[ReleaseRef],
) -> Result<(Option<String>, BTreeMap<String, Entry>), BundleError> {
    if releases.is_empty() {
        return Ok((None, BTreeMap::new()));
    }
    let wanted: BTreeSet<String> = releases.iter().map(|release| format!("{tag_prefix}{release}")).collect();
    let mut names = revisions.tag_names(tag_prefix)?;
    names.retain(|tag| wanted.contains(&tag.name));
    let tags = revisions.read_tags(&names.iter().collect::<Vec<_>>())?;
    let by_commit = by_commit(&tags, tag_prefix, releases)?;
    let found: Vec<OfCommit> = by_commit
        .into_par_iter()
        .map(|(commit, releases)| of_commit(revisions, commit, &releases))
        .collect::<Result<_, _>>()?;
    let mut entries = BTreeMap::new();
    let mut stores = BTreeMap::new();
    let mut broken = Vec::new();
    for (name, of_commit) in found {
        for entry in of_commit {
            match entry {
                Ok(entry) => {
                    let release = format!("{}@{}", entry.id, entry.version);
                    stores.insert(release.clone(), name.clone());
                    entries.insert(release, entry);
                }
                Err(reason) => broken.push(reason),
            }
        }
    }
    if !broken.is_empty() {
        broken.sort_by(|a, b| a.artifact.cmp(&b.artifact));
        return Err(BundleError::Broken(broken));
    }
    check_records(&Releases::of_tags(&tags, tag_prefix, Completeness::Whole), releases, &entries)?;
    Ok((stores.into_values().next().flatten(), entries))
}

/// Holds what the records of the releases say against the releases themselves.
fn check_records(
    records: &Releases,
    releases: &[ReleaseRef],
    entries: &BTreeMap<String, Entry>,
) -> Result<(), BundleError> {
    for release in releases {
        let (Some(said), Some(entry)) = (records.digest(release), entries.get(&release.to_string())) else { continue };
        if said != entry.digest {
            return Err(BundleError::WrongRecord { release: release.clone(), said, found: entry.digest });
        }
    }
    Ok(())
}

/// The releases by the commits of their tags.
fn by_commit<'r>(
    tags: &[Tag],
    tag_prefix: &str,
    releases: &'r [ReleaseRef],
) -> Result<BTreeMap<CommitId, BTreeSet<&'r ReleaseRef>>, BundleError> {
    let mut by_commit: BTreeMap<CommitId, BTreeSet<&ReleaseRef>> = BTreeMap::new();
    let tags: BTreeMap<&str, Option<CommitId>> = tags.iter().map(|tag| (tag.name.as_str(), tag.commit)).collect();
    for release in releases {
        let name = format!("{tag_prefix}{release}");
        let commit = match tags.get(name.as_str()) {
            Some(Some(commit)) => *commit,
            Some(None) => return Err(BundleError::OddTag(release.clone(), "names no commit".to_owned())),
            None => return Err(BundleError::NotReleased(release.clone(), name)),
        };
        by_commit.entry(commit).or_default().insert(release);
    }
    Ok(by_commit)
}

fn of_commit(
    revisions: &dyn Revisions,
    commit: CommitId,
    releases: &BTreeSet<&ReleaseRef>,
) -> Result<OfCommit, BundleError> {
    let snapshot = revisions.snapshot(commit).map_err(|error| missing(error, releases))?;
    let mut artifacts = artifact::list(&snapshot);
    artifacts.retain(|artifact| releases.iter().any(|release| release.artifact == artifact.id));
    let (store, contents) = gather::contents(snapshot, artifacts, Reach::Named);
    let mut by_id: BTreeMap<ArtifactId, (ArtifactKind, Resolved)> = BTreeMap::new();
    for (Artifact { id, kind, path }, resolved) in contents {
        if by_id.contains_key(&id) {
            let reason = Unresolved { file: path, reason: format!("has the id of another file, `{id}`"), span: None };
            return Err(BundleError::Broken(vec![Broken { artifact: id.to_string(), reason }]));
        }
        by_id.insert(id, (kind, resolved));
    }
    let mut found = Vec::with_capacity(releases.len());
    for release in releases {
        let Some((kind, resolved)) = by_id.get(&release.artifact) else {
            let reason = format!("names the commit {}, which has no `{}`", commit.short(), release.artifact);
            return Err(BundleError::OddTag((*release).clone(), reason));
        };
        found.push(match resolved {
            Ok((digest, data)) => Ok(Entry {
                id: release.artifact.clone(),
                kind: *kind,
                version: release.version.clone(),
                released: true,
                commit: Some(commit),
                digest: *digest,
                data: data.clone(),
            }),
            Err(reason) => Err(Broken { artifact: release.to_string(), reason: reason.clone() }),
        });
    }
    Ok((store.config().name.as_ref().map(|name| name.value.clone()), found))
}

/// Says which release the part of the past was wanted for.
fn missing(error: RevisionError, releases: &BTreeSet<&ReleaseRef>) -> BundleError {
    match (error, releases.first()) {
        (RevisionError::Incomplete(reason), Some(release)) => {
            BundleError::Revision(RevisionError::Incomplete(format!("`{release}` cannot be read: {reason}")))
        }
        (error, _) => error.into(),
    }
}
