//! Which prompt is meant: by its id or its file, on disk, at a revision or as it was released.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::Global;
use crate::cli::error::CliError;
use crate::lint::suggest::nearest;
use crate::name::ReleaseRef;
use crate::path::StorePath;
use crate::repo::{self, Git, Location};
use crate::revision::Revisions;
use crate::store::Store;
use crate::store::artifact::{self, Artifact, ArtifactKind};
use crate::store::snapshot::Snapshot;

/// A prompt with what it takes to render it.
pub(super) struct Found {
    /// The prompt, what it refers to, and the registry.
    pub(super) store: Store,
    /// The prompt's file.
    pub(super) path: StorePath,
}

/// Finds what `named` names.
pub(super) fn find(named: &str, revision: Option<&str>, global: &Global) -> Result<Found, CliError> {
    let release = named.parse::<ReleaseRef>().ok().filter(|_| !Path::new(named).exists());
    if release.is_some() && revision.is_some() {
        return Err(CliError::ReleaseWithRevision);
    }
    let file = PathBuf::from(named);
    let is_file = release.is_none() && file.is_file();
    let location = repo::discover(if is_file { std::slice::from_ref(&file) } else { &[] }, global.root.as_deref())?;
    // The path as the store names it, where the file is on this disk.
    let named = if is_file { location.scope.first().map_or(named, String::as_str) } else { named };
    match (&release, revision) {
        (Some(release), _) => released(release, &location),
        (None, Some(revision)) => {
            let git = Git::open(&location)?;
            in_snapshot(named, git.snapshot(git.resolve(revision)?)?)
        }
        (None, None) => in_snapshot(named, repo::snapshot(&location)?),
    }
}

/// The prompt as it was tagged.
fn released(release: &ReleaseRef, location: &Location) -> Result<Found, CliError> {
    let git = Git::open(location)?;
    let here = Store::load_only(repo::snapshot(location)?, &BTreeSet::new());
    let tag = format!("{}{release}", here.config().tag_prefix());
    let tags = git.tags(&format!("{}{}@", here.config().tag_prefix(), release.artifact))?;
    let known = tags.iter().find(|known| known.name == tag && known.annotation.is_some());
    let Some(commit) = known.and_then(|known| known.commit) else {
        let versions = tags.iter().filter_map(|tag| Some(tag.name.rsplit_once('@')?.1.to_owned())).collect();
        return Err(CliError::NoRelease { release: release.to_string(), versions });
    };
    in_snapshot(release.artifact.as_str(), git.snapshot(commit)?)
}

fn in_snapshot(named: &str, snapshot: Snapshot) -> Result<Found, CliError> {
    let by_path = || named.strip_prefix("./").unwrap_or(named).parse::<StorePath>().ok();
    let artifacts: Vec<Artifact> =
        artifact::list(&snapshot).into_iter().filter(|artifact| artifact.kind == ArtifactKind::Prompt).collect();
    let path = by_path();
    let meant = artifacts
        .iter()
        .find(|artifact| artifact.id.as_str() == named)
        .or_else(|| artifacts.iter().find(|artifact| Some(&artifact.path) == path.as_ref()));
    let Some(meant) = meant else {
        let last = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
        let ids = || artifacts.iter().map(|artifact| artifact.id.as_str());
        // Many leave the folder out.
        let suggestion = nearest(named, ids()).or_else(|| ids().find(|id| last(id) == last(named)));
        return Err(CliError::NoPrompt { named: named.to_owned(), nearest: suggestion.map(str::to_owned) });
    };
    let path = meant.path.clone();
    Ok(Found { store: Store::load_only(snapshot, &BTreeSet::from([path.clone()])), path })
}
