//! Every release that a clone's tags tell of, with what each says of itself.

use std::collections::BTreeMap;

use super::record::{Record, RecordError};
use crate::name::{ArtifactId, CommitId, ReleaseRef};
use crate::revision::Tag;

/// The releases of a store, by artifact and precedence of versions.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: BTreeMap<ReleaseRef, Entry>,
}

/// One tag whose name is a release's.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The tag.
    pub tag: Tag,
    /// What it says; an error where it is lightweight or was made by hand.
    pub record: Result<Record, RecordError>,
}

impl Ledger {
    /// Reads the releases out of `tags`. Tags with another prefix, and tags whose names are no release's, are left out:
    /// a repository has tags of its own.
    pub fn new(tags: impl IntoIterator<Item = Tag>, tag_prefix: &str) -> Self {
        let entry = |tag: Tag| {
            let name = tag.name.strip_prefix(tag_prefix)?.parse::<ReleaseRef>().ok()?;
            let record = match &tag.annotation {
                Some(annotation) => annotation.message.parse(),
                None => Err(RecordError::Missing("Artifact")),
            };
            Some((name, Entry { tag, record }))
        };
        Self { entries: tags.into_iter().filter_map(entry).collect() }
    }

    /// Whether a tag called `name` is a release's.
    pub fn is_release(name: &str, tag_prefix: &str) -> bool {
        name.strip_prefix(tag_prefix).is_some_and(|name| name.parse::<ReleaseRef>().is_ok())
    }

    /// Every release, by artifact and precedence.
    pub fn entries(&self) -> impl Iterator<Item = (&ReleaseRef, &Entry)> {
        self.entries.iter()
    }

    /// What is known of `release`.
    pub fn get(&self, release: &ReleaseRef) -> Option<&Entry> {
        self.entries.get(release)
    }

    /// The releases of `artifact`, by precedence.
    pub fn of<'l>(
        &'l self,
        artifact: &ArtifactId,
    ) -> impl DoubleEndedIterator<Item = (&'l ReleaseRef, &'l Entry)> + use<'l> {
        let from = ReleaseRef { artifact: artifact.clone(), version: least_version() };
        let own: Vec<_> = self.entries.range(from..).take_while(|(release, _)| release.artifact == *artifact).collect();
        own.into_iter()
    }

    /// The artifacts that have a release, in order.
    pub fn artifacts(&self) -> impl Iterator<Item = &ArtifactId> {
        let mut last: Option<&ArtifactId> = None;
        self.entries.keys().filter_map(move |release| {
            let is_new = last != Some(&release.artifact);
            last = Some(&release.artifact);
            is_new.then_some(&release.artifact)
        })
    }

    /// `artifact` and every id that it was released under before, the newest first.
    pub fn ids_of(&self, artifact: &ArtifactId) -> Vec<ArtifactId> {
        let mut ids = vec![artifact.clone()];
        while let Some(last) = ids.last() {
            let records = self.of(last).filter_map(|(_, entry)| entry.record.as_ref().ok()?.previous.as_ref());
            let earlier = records.map(|previous| &previous.artifact).find(|id| !ids.contains(id)).cloned();
            match earlier {
                Some(earlier) => ids.push(earlier),
                None => break,
            }
        }
        ids
    }

    /// Whether no release is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Entry {
    /// The tagged commit.
    pub fn commit(&self) -> Option<CommitId> {
        self.tag.commit
    }

    /// What the tag names: the tag object, or the commit of a lightweight tag.
    pub fn object(&self) -> Option<CommitId> {
        self.tag.annotation.as_ref().map(|annotation| annotation.id).or(self.tag.commit)
    }
}

/// The version that precedes every other.
fn least_version() -> semver::Version {
    let pre = semver::Prerelease::new("0").expect("because `0` is a pre-release by Semantic Versioning");
    semver::Version { pre, ..semver::Version::new(0, 0, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::Annotation;

    fn tag(name: &str, previous: &str) -> Tag {
        let commit = CommitId::new(&[1; 20]).expect("twenty bytes");
        let (artifact, version) = name.rsplit_once('@').unwrap_or((name, ""));
        let artifact = artifact.strip_prefix("llm/").unwrap_or(artifact);
        let digest = format!("sha256:{}", "1f".repeat(32));
        let message =
            format!("T\n\nArtifact: {artifact}\nVersion: {version}\nDigest: {digest}\nPrevious: {previous}\n");
        let annotation = Annotation { id: commit, tagger: None, tagged: None, message, signature: None };
        Tag { name: name.to_owned(), commit: Some(commit), annotation: Some(annotation) }
    }

    #[test]
    fn releases_are_found_among_other_tags() {
        let tags =
            [("v1.0.0", ""), ("llm/a@1.0.0", ""), ("llm/a@0.9.0-rc.1", ""), ("llm/a-b@1.0.0", ""), ("a@2.0.0", "")];
        let ledger = Ledger::new(tags.map(|(name, previous)| tag(name, previous)), "llm/");
        let names: Vec<String> = ledger.entries().map(|(release, _)| release.to_string()).collect();
        assert_eq!(names, ["a@0.9.0-rc.1", "a@1.0.0", "a-b@1.0.0"]);
        let a = ArtifactId::from_pattern("a");
        assert_eq!(ledger.of(&a).count(), 2, "an id that another one starts with is another id");
        assert_eq!(ledger.artifacts().map(ArtifactId::as_str).collect::<Vec<_>>(), ["a", "a-b"]);
    }

    #[test]
    fn a_renamed_artifact_keeps_its_earlier_ids() {
        let tags = [("c@1.2.0", "b@1.1.0"), ("b@1.1.0", "a@1.0.0"), ("a@1.0.0", "c@1.2.0"), ("d@1.0.0", "")];
        let ledger = Ledger::new(tags.map(|(name, previous)| tag(name, previous)), "");
        let ids: Vec<String> = ledger.ids_of(&ArtifactId::from_pattern("c")).iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["c", "b", "a"]);
    }
}
