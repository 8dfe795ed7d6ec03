//! Artifacts of one snapshot with their content.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use semver::Version;

use super::{Broken, BundleError, Entry};
use crate::name::{ArtifactId, Digest};
use crate::store::Store;
use crate::store::artifact::{self, Artifact};
use crate::store::content::{self, Unresolved};
use crate::store::snapshot::Snapshot;

/// An artifact with its digest, or why it has none.
pub type Digested = (Artifact, Result<Digest, Unresolved>);

/// No artifact has this id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{id}` is no artifact of the store")]
pub struct UnknownArtifact {
    /// As it was written.
    pub id: String,
    /// The artifact whose id comes nearest.
    pub nearest: Option<ArtifactId>,
}

/// The digests of the artifacts called `ids`, or of every one where there are none, in the order of their ids. Reads what
/// those take in, and no other prompts.
///
/// # Errors
/// When an id is none.
pub fn digests(snapshot: Snapshot, ids: &[String]) -> Result<Vec<Digested>, UnknownArtifact> {
    let mut artifacts = artifact::list(&snapshot);
    if !ids.is_empty() {
        if let Some(id) = ids.iter().find(|id| artifacts.iter().all(|artifact| artifact.id.as_str() != **id)) {
            return Err(UnknownArtifact { id: id.clone(), nearest: nearest(&artifacts, id) });
        }
        artifacts.retain(|artifact| ids.iter().any(|id| artifact.id.as_str() == *id));
    }
    let reach = if ids.is_empty() { Reach::Whole } else { Reach::Named };
    let told = contents(snapshot, artifacts, reach);
    Ok(told.1.into_iter().map(|(artifact, told)| (artifact, told.map(|(digest, _)| digest))).collect())
}

fn nearest(artifacts: &[Artifact], written: &str) -> Option<ArtifactId> {
    let scored = artifacts.iter().map(|artifact| (strsim::jaro_winkler(written, artifact.id.as_str()), &artifact.id));
    // Below this, a suggestion is a guess.
    let near = scored.filter(|(score, _)| *score > 0.85);
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id.clone())
}

/// How much of a snapshot is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// All of the store.
    Whole,
    /// The artifacts in question, and what they take in.
    Named,
}

/// What an artifact's content comes to: its digest, and its data in canonical form.
pub(super) type Resolved = Result<(Digest, Vec<u8>), Unresolved>;

/// The content of `artifacts`, which `snapshot` lists, with the store that they were read from.
pub(super) fn contents(
    snapshot: Snapshot,
    artifacts: Vec<Artifact>,
    reach: Reach,
) -> (Store, Vec<(Artifact, Resolved)>) {
    let store = match reach {
        Reach::Whole => Store::load(snapshot),
        Reach::Named => {
            let paths: BTreeSet<_> = artifacts.iter().map(|artifact| artifact.path.clone()).collect();
            Store::load_only(snapshot, &paths)
        }
    };
    let contents = contents_in(&store, artifacts);
    (store, contents)
}

fn contents_in(store: &Store, artifacts: Vec<Artifact>) -> Vec<(Artifact, Resolved)> {
    let resolve = |artifact: Artifact| {
        let resolved = store.content(&artifact).map(|content| {
            let data = content::canonical(&content.data);
            (content::digest_of_data(content.kind, &data), data)
        });
        (artifact, resolved)
    };
    artifacts.into_par_iter().map(resolve).collect()
}

/// Every artifact of a worktree under a made-up version.
pub(super) fn worktree(store: &Store) -> Result<BTreeMap<String, Entry>, BundleError> {
    let contents = contents_in(store, store.listed_artifacts());
    let mut entries = BTreeMap::new();
    let mut broken = Vec::new();
    let mut last = None;
    for (Artifact { id, kind, path }, resolved) in contents {
        if last.replace(id.clone()).as_ref() == Some(&id) {
            let reason = Unresolved { file: path, reason: format!("has the id of another file, `{id}`"), span: None };
            broken.push(Broken { artifact: id.to_string(), reason });
            continue;
        }
        match resolved {
            Ok((digest, data)) => {
                let version = made_up(digest);
                let entry = Entry { id, kind, version, released: false, commit: None, digest, data };
                entries.insert(format!("{}@{}", entry.id, entry.version), entry);
            }
            Err(reason) => broken.push(Broken { artifact: id.to_string(), reason }),
        }
    }
    if !broken.is_empty() {
        return Err(BundleError::Broken(broken));
    }
    Ok(entries)
}

/// The version of content that is not released: below every release, and the same for the same content.
fn made_up(digest: Digest) -> Version {
    // The letter keeps it from being a number, which may not start with 0.
    let text = format!("0.0.0-worktree.d{}", &digest.hex()[..12]);
    Version::parse(&text).expect("because two words of letters and digits are a pre-release")
}
