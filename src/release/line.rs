//! Which releases a store has, and which of them lie on the line of history that ends in one commit.

use std::collections::{BTreeMap, BTreeSet};

use semver::{Prerelease, Version};

use crate::name::{ArtifactId, CommitId, ReleaseRef};
use crate::revision::{RevisionError, Revisions, TagName};

/// A number in a version that is larger than this was not made by counting: the tag is none of a release.
const LARGEST: u64 = 1 << 53;

/// The releases of a store as seen from a commit.
pub(super) struct Line {
    all: BTreeMap<ArtifactId, BTreeMap<Version, TagName>>,
    reached: BTreeSet<CommitId>,
}

/// One release of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Released<'a> {
    pub(super) version: &'a Version,
    pub(super) tag: &'a TagName,
}

impl Line {
    /// The releases whose tags start with `prefix`, as seen from the commit `at`.
    pub(super) fn new(past: &dyn Revisions, prefix: &str, at: CommitId) -> Result<Self, RevisionError> {
        let mut all: BTreeMap<ArtifactId, BTreeMap<Version, TagName>> = BTreeMap::new();
        for tag in past.tag_names(prefix)? {
            let release = tag.name.strip_prefix(prefix).and_then(|name| name.parse::<ReleaseRef>().ok());
            let Some(ReleaseRef { artifact, version }) = release else { continue };
            if version.major.max(version.minor).max(version.patch) <= LARGEST {
                all.entry(artifact).or_default().insert(version, tag);
            }
        }
        let reached = reached(past, &all, at)?;
        Ok(Self { all, reached })
    }

    /// Whether no release is known at all.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The artifacts that have a release on this line.
    pub(super) fn artifacts(&self) -> impl Iterator<Item = &ArtifactId> {
        self.all.keys().filter(|id| self.on_line(id).next().is_some())
    }

    /// The last release of `id` on this line that is no pre-release.
    pub(super) fn last<'a>(&'a self, id: &'a ArtifactId) -> Option<Released<'a>> {
        self.on_line(id).rfind(|released| released.version.pre.is_empty())
    }

    /// The first release of `id` on this line, whether it is a pre-release or not.
    pub(super) fn first<'a>(&'a self, id: &'a ArtifactId) -> Option<Released<'a>> {
        self.on_line(id).next()
    }

    /// The last release of `id` on this line, whether it is a pre-release or not.
    pub(super) fn newest<'a>(&'a self, id: &'a ArtifactId) -> Option<Released<'a>> {
        self.on_line(id).next_back()
    }

    /// The releases of `id` on other lines that are above `version`, but for pre-releases.
    pub(super) fn elsewhere<'a>(
        &'a self,
        id: &'a ArtifactId,
        version: &'a Version,
    ) -> impl Iterator<Item = Released<'a>> {
        let above = self.versions(id).filter(move |released| released.version > version);
        above.filter(|released| released.version.pre.is_empty() && !self.is_reached(released.tag))
    }

    /// Every version of `id` on any line, by precedence.
    pub(super) fn versions<'a>(&'a self, id: &ArtifactId) -> impl DoubleEndedIterator<Item = Released<'a>> {
        self.all.get(id).into_iter().flatten().map(|(version, tag)| Released { version, tag })
    }

    /// Whether the release has a tag. Build metadata makes no other release.
    pub(super) fn has(&self, release: &ReleaseRef) -> bool {
        self.versions(&release.artifact).any(|released| same(released.version, &release.version))
    }

    fn on_line<'a>(&'a self, id: &ArtifactId) -> impl DoubleEndedIterator<Item = Released<'a>> {
        self.versions(id).filter(|released| self.is_reached(released.tag))
    }

    fn is_reached(&self, tag: &TagName) -> bool {
        tag.commit.is_some_and(|commit| self.reached.contains(&commit))
    }
}

/// Whether two versions are one release: their precedence is equal.
pub(super) fn same(one: &Version, other: &Version) -> bool {
    one.cmp_precedence(other).is_eq()
}

/// The commits of tags that are `at` or come before it: first those of the newest releases, which is all that most runs
/// need and quickly found, then every one.
fn reached(
    past: &dyn Revisions,
    all: &BTreeMap<ArtifactId, BTreeMap<Version, TagName>>,
    at: CommitId,
) -> Result<BTreeSet<CommitId>, RevisionError> {
    let newest = |versions: &BTreeMap<Version, TagName>| {
        let last = versions.iter().rfind(|(version, _)| version.pre == Prerelease::EMPTY).map(|(_, tag)| tag.commit);
        [last.flatten(), versions.last_key_value().and_then(|(_, tag)| tag.commit)]
    };
    let newest: BTreeSet<CommitId> = all.values().flat_map(newest).flatten().collect();
    let reached = past.reached(at, &newest)?;
    if reached.len() == newest.len() {
        return Ok(reached);
    }
    let every: BTreeSet<CommitId> = all.values().flat_map(BTreeMap::values).filter_map(|tag| tag.commit).collect();
    past.reached(at, &every)
}
