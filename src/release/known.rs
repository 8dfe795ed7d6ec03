//! Which releases exist: what rules and plans ask of a store's tags, as a value.

use std::collections::BTreeMap;

use semver::{Prerelease, Version};

use super::record::Record;
use crate::name::{ArtifactId, Digest, ReleaseRef};
use crate::revision::Tag;

/// The releases that a clone knows, each with its digest where its record has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Releases {
    known: BTreeMap<ReleaseRef, Option<Digest>>,
    completeness: Completeness,
}

/// Whether a release that is not known does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Every release is known.
    Whole,
    /// The clone lacks tags: a release that is not known may exist all the same.
    Partial,
}

impl Releases {
    /// The releases `known`.
    pub fn new(known: impl IntoIterator<Item = (ReleaseRef, Option<Digest>)>, completeness: Completeness) -> Self {
        Self { known: known.into_iter().collect(), completeness }
    }

    /// The releases that `tags` name behind `prefix`; tags of other names are passed over. Digests are those of their
    /// records. A clone in which `history` is cut off lacks tags most likely, and so does one that has none at all.
    pub fn of_tags(tags: &[Tag], prefix: &str, history: Completeness) -> Self {
        let digest = |tag: &Tag| tag.annotation.as_ref().and_then(|tag| Record::digest_in(&tag.message));
        let known: BTreeMap<ReleaseRef, Option<Digest>> =
            tags.iter().filter_map(|tag| Some((tag.name.strip_prefix(prefix)?.parse().ok()?, digest(tag)))).collect();
        let completeness = if known.is_empty() { Completeness::Partial } else { history };
        Self { known, completeness }
    }

    /// Whether a release that is not known does not exist.
    pub fn are_complete(&self) -> bool {
        self.completeness == Completeness::Whole
    }

    /// Whether no release is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether `release` is known.
    pub fn has(&self, release: &ReleaseRef) -> bool {
        self.known.contains_key(release)
    }

    /// Whether `release` certainly does not exist.
    pub fn lacks(&self, release: &ReleaseRef) -> bool {
        self.are_complete() && !self.has(release)
    }

    /// The digest of `release`, where it is known and its record has one.
    pub fn digest(&self, release: &ReleaseRef) -> Option<Digest> {
        self.known.get(release).copied().flatten()
    }

    /// The known releases of `artifact` with their digests, by precedence of their versions.
    pub fn of<'a>(&'a self, artifact: &'a ArtifactId) -> impl Iterator<Item = (&'a ReleaseRef, Option<Digest>)> {
        let mut least = Version::new(0, 0, 0);
        least.pre = Prerelease::new("0").expect("because `0` is a pre-release by Semantic Versioning, and the least");
        let from = ReleaseRef { artifact: artifact.clone(), version: least };
        let own = self.known.range(from..).take_while(move |(release, _)| release.artifact == *artifact);
        own.map(|(release, digest)| (release, *digest))
    }

    /// The newest release of `artifact`: a pre-release only where there is nothing else.
    pub fn newest<'a>(&'a self, artifact: &'a ArtifactId) -> Option<(&'a ReleaseRef, Option<Digest>)> {
        self.of(artifact).max_by_key(|(release, _)| (release.version.pre.is_empty(), &release.version))
    }

    /// The artifacts that have a release, in order.
    pub fn artifacts(&self) -> impl Iterator<Item = &ArtifactId> {
        let mut last: Option<&ArtifactId> = None;
        self.known.keys().filter_map(move |release| {
            let is_new = last != Some(&release.artifact);
            last = Some(&release.artifact);
            is_new.then_some(&release.artifact)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn releases(completeness: Completeness) -> Releases {
        let known = ["a@1.0.0", "b@2.0.0-rc.1", "b@1.9.0", "b@1.10.0", "b@0.0.0-0", "c@1.0.0-rc.1"];
        Releases::new(known.iter().map(|release| (release.parse().expect("a release"), None)), completeness)
    }

    #[test]
    fn the_newest_release_is_a_version_that_is_out() {
        let releases = releases(Completeness::Whole);
        let newest = |artifact: &str| {
            releases.newest(&ArtifactId::from_pattern(artifact)).map(|(release, _)| release.to_string())
        };
        assert_eq!(newest("b").as_deref(), Some("b@1.10.0"));
        assert_eq!(newest("c").as_deref(), Some("c@1.0.0-rc.1"));
        assert_eq!(newest("d"), None);
        let b = ArtifactId::from_pattern("b");
        let all: Vec<String> = releases.of(&b).map(|(release, _)| release.version.to_string()).collect();
        assert_eq!(all, ["0.0.0-0", "1.9.0", "1.10.0", "2.0.0-rc.1"]);
        let artifacts: Vec<&str> = releases.artifacts().map(ArtifactId::as_str).collect();
        assert_eq!(artifacts, ["a", "b", "c"]);
    }

    #[test]
    fn what_a_partial_clone_does_not_know_may_exist() {
        let unknown: ReleaseRef = "a@2.0.0".parse().expect("a release");
        assert!(releases(Completeness::Whole).lacks(&unknown));
        assert!(!releases(Completeness::Partial).lacks(&unknown));
    }
}
