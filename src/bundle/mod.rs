//! Bundles: one self-contained file with everything that an application needs to serve an environment, a route, some
//! releases, or a worktree that is not released yet. The same commit gives the same bytes on any machine.
//!
//! *Architecture invariant:* nothing here knows where a store is kept. What a bundle says comes from snapshots and tags
//! alone: no clock, no path, no remote, and no version of the tool.

pub mod folder;
pub mod format;
mod gather;
mod released;
pub mod statement;
mod table;
pub mod verify;

use std::collections::BTreeMap;

use semver::Version;

use crate::name::{ArtifactId, CommitId, Digest, EnvName, NameError, ReleaseRef, RouteName};
use crate::path::StorePath;
use crate::revision::{RevisionError, Revisions};
use crate::store::Store;
use crate::store::artifact::ArtifactKind;
use crate::store::content::{self, Unresolved};
use crate::store::snapshot::Snapshot;
pub use gather::{Digested, UnknownArtifact, digests};
pub use table::{Served, ServedVariant};

/// What a bundle is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Every artifact of a worktree, released or not.
    Worktree,
    /// These releases.
    Releases(Vec<ReleaseRef>),
    /// The routes of an environment as they stand at some moment, and the releases that they name.
    Environment {
        /// Which environment.
        environment: EnvName,
        /// The one route that is wanted; every one where it is not said.
        route: Option<RouteName>,
    },
}

/// The moment that a bundle shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A commit.
    Commit(CommitId),
    /// Each release's own commit, and nothing else.
    Releases,
    /// Files that are in no commit yet.
    Worktree,
}

/// A bundle.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// What the store calls itself in its configuration.
    pub store: Option<String>,
    /// Which moment it shows.
    pub source: Source,
    /// The environment, where it is one's.
    pub environment: Option<EnvName>,
    /// The one route that was wanted.
    pub route: Option<RouteName>,
    /// What is served, by the route's name.
    pub routes: BTreeMap<RouteName, Served>,
    /// Every artifact that takes part, by the name of its release.
    pub artifacts: BTreeMap<String, Entry>,
}

/// An artifact in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: ArtifactId,
    /// What it is.
    pub kind: ArtifactKind,
    /// Its version; a made-up one where it is not released.
    pub version: Version,
    /// Whether it is released. What is not comes from a worktree, and its version says only which content it has.
    pub released: bool,
    /// The commit that its release names.
    pub commit: Option<CommitId>,
    /// Its digest.
    pub digest: Digest,
    /// Its content's data in canonical form; see [`content::Content::data`].
    pub data: Vec<u8>,
}

impl Entry {
    /// Whether the content is the one that the digest was taken of.
    pub fn is_sound(&self) -> bool {
        content::digest_of_data(self.kind, &self.data) == self.digest
    }
}

/// An artifact whose content cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{artifact}` cannot be resolved: {reason}")]
pub struct Broken {
    /// Which one, as its release or, in a worktree, by its id.
    pub artifact: String,
    /// Why.
    pub reason: Unresolved,
}

/// Why there is no bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The past gave no answer.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// Some artifacts cannot be resolved; all of them.
    #[error("{}", listed(.0))]
    Broken(Vec<Broken>),
    /// No tag has the release's name.
    #[error("`{0}` is not released: this clone has no tag `{1}`")]
    NotReleased(ReleaseRef, String),
    /// The release's tag names no commit, or one without the artifact.
    #[error("the tag of `{0}` {1}")]
    OddTag(ReleaseRef, String),
    /// The release's record says another digest than the content at its tag has.
    #[error("the record of `{release}` says that its digest is {said}, and the commit of its tag has {found}")]
    WrongRecord {
        /// The release.
        release: ReleaseRef,
        /// What the tag's message says.
        said: Digest,
        /// What the content has.
        found: Digest,
    },
    /// The route says another digest than the release has.
    #[error("`{file}` says that `{release}` has the digest {said}, and its tag's content has {found}")]
    WrongDigest {
        /// The route's file.
        file: StorePath,
        /// The release.
        release: ReleaseRef,
        /// What the route says.
        said: Digest,
        /// What the content at the tag has.
        found: Digest,
    },
    /// The release is of something else than the place in the route wants.
    #[error("`{file}` has `{release}` as a {wanted}, and it is a {found}")]
    WrongKind {
        /// The route's file.
        file: StorePath,
        /// The release.
        release: ReleaseRef,
        /// What stands there.
        wanted: ArtifactKind,
        /// What the release is of.
        found: ArtifactKind,
    },
    /// The environment has no routes.
    #[error("there is no environment `{0}`{moment}", moment = at(.1))]
    NoEnvironment(EnvName, Source),
    /// The environment has no such route.
    #[error("the environment `{0}` has no route `{1}`{moment}", moment = at(.2))]
    NoRoute(EnvName, RouteName, Source),
    /// The route's file cannot be served as it stands.
    #[error("`{file}` {reason}")]
    BadRoute {
        /// The route's file.
        file: StorePath,
        /// The rest of the sentence.
        reason: String,
    },
    /// An artifact's id is no name for a release, even a made-up one.
    #[error(transparent)]
    Name(#[from] NameError),
}

fn at(source: &Source) -> String {
    match source {
        Source::Commit(commit) => format!(" in the commit {}", commit.short()),
        Source::Releases => String::new(),
        Source::Worktree => " in the worktree".to_owned(),
    }
}

/// The most that is said of artifacts that cannot be resolved.
const MOST_LISTED: usize = 20;

fn listed(broken: &[Broken]) -> String {
    let mut lines: Vec<String> = broken.iter().take(MOST_LISTED).map(ToString::to_string).collect();
    if broken.len() > MOST_LISTED {
        lines.push(format!("and {} more", broken.len() - MOST_LISTED));
    }
    lines.join("\n       ")
}

/// The bundle of every artifact in `store`, a worktree, with made-up versions.
///
/// # Errors
/// When an artifact can't be resolved: all of those are named.
pub fn of_worktree(store: &Store) -> Result<Bundle, BundleError> {
    let artifacts = gather::worktree(store)?;
    let store = store.config().name.as_ref().map(|name| name.value.clone());
    Ok(Bundle { store, source: Source::Worktree, environment: None, route: None, routes: BTreeMap::new(), artifacts })
}

/// The bundle of `releases`, each as its tag's commit has it.
///
/// # Errors
/// When a release is unknown or can't be resolved, or the past gives no answer.
pub fn of_releases(
    revisions: &dyn Revisions,
    tag_prefix: &str,
    releases: &[ReleaseRef],
) -> Result<Bundle, BundleError> {
    let (store, artifacts) = released::entries(revisions, tag_prefix, releases)?;
    Ok(Bundle { store, source: Source::Releases, environment: None, route: None, routes: BTreeMap::new(), artifacts })
}

/// The bundle of `environment`, or of its one `route`: what the routes in `snapshot` say, the moment that `source` names.
///
/// # Errors
/// When there is no such environment or route, a route can't be served, a release is unknown, can't be resolved or has
/// another digest than the route says, or the past gives no answer.
pub fn of_environment(
    revisions: &dyn Revisions,
    (source, snapshot): (Source, Snapshot),
    environment: &EnvName,
    route: Option<&RouteName>,
) -> Result<Bundle, BundleError> {
    let tables = table::read(snapshot, source, environment, route)?;
    let (_, artifacts) = released::entries(revisions, &tables.tag_prefix, &tables.releases())?;
    tables.check(&artifacts)?;
    Ok(Bundle {
        store: tables.store,
        source,
        environment: Some(environment.clone()),
        route: route.cloned(),
        routes: tables.routes.into_iter().map(|route| (route.name, route.served)).collect(),
        artifacts,
    })
}
