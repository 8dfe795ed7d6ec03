//! Releases that a repository has made without saying so: tags of other forms, and versions in files.
//!
//! | from | releases |
//! |---|---|
//! | a tag `v1.2.3` or `1.2.3` | every artifact that the commit has |
//! | a tag `NAME-v1.2.3`, `NAME/v1.2.3` or `NAME@1.2.3`, with or without the `v` | the artifact of that id, or the only one whose id ends so |
//! | a `version` in a prompt's file | the prompt, at the first commit that has this version |
//!
//! Each artifact's releases come from one of these: from tags of its own, else from its file, else from the store's tags.
//! A version under which nothing changed is none. Artifacts that have a release already are left as they are.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::Bump;
use super::ledger::Ledger;
use super::record::{Reason, Record};
use crate::contract;
use crate::name::{ArtifactId, CommitId, ReleaseRef, version_of_people};
use crate::revision::{RevisionError, Revisions, TagName};
use crate::store::artifact::Artifact;
use crate::store::catalogue::Catalogue;
use crate::store::content::Content;

/// What could be released at past commits.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The releases, by artifact and version.
    pub rows: Vec<Row>,
    /// What is left out, and why.
    pub hazards: Vec<String>,
}

/// A release at a past commit.
#[derive(Clone, Debug)]
pub struct Row {
    /// The tag's name, with the store's prefix.
    pub tag: String,
    /// What it would name.
    pub commit: CommitId,
    /// Where the version comes from.
    pub from: Source,
    /// What the tag would say.
    pub record: Record,
}

/// Where a version comes from. The first one that an artifact has is the one that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A tag of the artifact's own.
    OwnTag(String),
    /// The file.
    Field,
    /// A tag of the whole store.
    StoreTag(String),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OwnTag(tag) | Self::StoreTag(tag) => write!(f, "tag {tag}"),
            Self::Field => f.write_str("version field"),
        }
    }
}

type Found = BTreeMap<ArtifactId, BTreeMap<Version, (CommitId, Source)>>;

/// Proposes releases from the history of `at` for the artifacts that have none in `ledger`.
///
/// # Errors
/// When the history can't be read, or is not all there.
pub fn propose(
    revisions: &dyn Revisions,
    at: CommitId,
    ledger: &Ledger,
    tag_prefix: &str,
) -> Result<Proposal, RevisionError> {
    let mut commits = revisions.commits(at, &[])?;
    commits.reverse();
    let mut tags: BTreeMap<CommitId, Vec<TagName>> = BTreeMap::new();
    for tag in revisions.tag_names("")? {
        if let Some(commit) = tag.commit.filter(|_| !Ledger::is_release(&tag.name, tag_prefix)) {
            tags.entry(commit).or_default().push(tag);
        }
    }
    let mut proposal = Proposal::default();
    let mut found = BTreeMap::new();
    gather(revisions, &commits, &tags, &mut found, &mut proposal.hazards)?;
    found.retain(|id, versions: &mut BTreeMap<_, _>| {
        let is_new = ledger.of(id).next().is_none();
        if is_new && let Err(error) = id.check_releasable() {
            proposal.hazards.push(format!("{error}; rename it, or give it an `id` in `sources`"));
            return false;
        }
        let best = versions.values().map(|(_, source)| rank(source)).min();
        versions.retain(|_, (_, source)| Some(rank(source)) == best);
        is_new
    });
    let order = commits.iter().enumerate().map(|(at, commit)| (*commit, at)).collect();
    let contents = contents(revisions, &found, &order, &mut proposal.hazards);
    for (artifact, versions) in found {
        proposal.rows.extend(rows(&artifact, versions, &contents, tag_prefix));
    }
    proposal.hazards.sort();
    proposal.hazards.dedup();
    Ok(proposal)
}

fn rank(source: &Source) -> usize {
    match source {
        Source::OwnTag(_) => 0,
        Source::Field => 1,
        Source::StoreTag(_) => 2,
    }
}

/// Goes through the history and notes every version that a tag or a file gives to an artifact.
fn gather(
    revisions: &dyn Revisions,
    commits: &[CommitId],
    tags: &BTreeMap<CommitId, Vec<TagName>>,
    found: &mut Found,
    hazards: &mut Vec<String>,
) -> Result<(), RevisionError> {
    let mut catalogue: Option<Catalogue> = None;
    let mut failed = None;
    let mut note = |id: ArtifactId, version: Version, commit: CommitId, source: Source| {
        let known = found.entry(id).or_default().entry(version);
        let known = known.or_insert_with(|| (commit, source.clone()));
        if rank(&source) < rank(&known.1) {
            *known = (commit, source);
        }
    };
    revisions.each_snapshot(commits, &mut |commit, step| {
        let step = match step {
            Ok(step) => step,
            Err(error) => {
                failed = failed.take().or(Some(error));
                return;
            }
        };
        let catalogue = Catalogue::after(&mut catalogue, step.snapshot, step.changed);
        let changed: Vec<Artifact> = step.changed.iter().filter_map(|path| catalogue.at(path)).collect();
        let store = catalogue.load(step.snapshot, &changed);
        for artifact in &changed {
            let field = store.prompt_at(&artifact.path).and_then(|prompt| prompt.version.as_ref());
            if let Some(version) = field.and_then(|field| version_of_people(&field.value)) {
                note(artifact.id.clone(), version, commit, Source::Field);
            }
        }
        for tag in tags.get(&commit).into_iter().flatten() {
            match meaning(&tag.name, catalogue) {
                Meaning::Store(version) => {
                    for artifact in catalogue.artifacts() {
                        note(artifact.id, version.clone(), commit, Source::StoreTag(tag.name.clone()));
                    }
                }
                Meaning::Artifact(id, version) => note(id, version, commit, Source::OwnTag(tag.name.clone())),
                Meaning::Several(ids) => {
                    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                    hazards.push(format!("the tag `{}` may mean {}, and is left out", tag.name, ids.join(" or ")));
                }
                Meaning::None => {}
            }
        }
    });
    failed.map_or(Ok(()), Err)
}

/// What a tag's name means.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Store(Version),
    Artifact(ArtifactId, Version),
    Several(Vec<ArtifactId>),
    None,
}

fn meaning(tag: &str, catalogue: &Catalogue) -> Meaning {
    let version = |text: &str| Version::parse(text.strip_prefix(['v', 'V']).unwrap_or(text)).ok();
    if let Some(version) = version(tag) {
        return Meaning::Store(version);
    }
    // The name may have dashes, and so may the version: the first split that leaves a version counts.
    let splits = tag.char_indices().filter(|(_, c)| ['-', '/', '@', '_'].contains(c));
    let split = splits.filter_map(|(at, _)| Some((&tag[..at], version(&tag[at + 1..])?))).next();
    let Some((name, version)) = split else { return Meaning::None };
    let ends_so = |id: &ArtifactId| {
        let rest = id.as_str().strip_suffix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let ids: Vec<ArtifactId> = catalogue.artifacts().map(|artifact| artifact.id).filter(ends_so).collect();
    let exact = ids.iter().find(|id| id.as_str() == name).cloned();
    match (exact, ids.as_slice()) {
        (Some(id), _) => Meaning::Artifact(id, version),
        (None, [one]) => Meaning::Artifact(one.clone(), version),
        (None, []) => Meaning::None,
        (None, _) => Meaning::Several(ids),
    }
}

type Contents = BTreeMap<(CommitId, ArtifactId), Content>;

/// What the artifacts say at the commits where they got a version. What cannot be told is a hazard.
fn contents(
    revisions: &dyn Revisions,
    found: &Found,
    order: &BTreeMap<CommitId, usize>,
    hazards: &mut Vec<String>,
) -> Contents {
    let mut wanted: BTreeMap<CommitId, BTreeSet<&ArtifactId>> = BTreeMap::new();
    for (id, versions) in found {
        for (commit, _) in versions.values() {
            wanted.entry(*commit).or_default().insert(id);
        }
    }
    let mut commits: Vec<CommitId> = wanted.keys().copied().collect();
    commits.sort_by_key(|commit| order.get(commit));
    let mut contents = Contents::new();
    let mut catalogue: Option<Catalogue> = None;
    revisions.each_snapshot(&commits, &mut |commit, step| {
        // The walk before this one has read every commit.
        let Ok(step) = step else { return };
        let catalogue = Catalogue::after(&mut catalogue, step.snapshot, step.changed);
        let ids = wanted.get(&commit).into_iter().flatten();
        let artifacts: Vec<Artifact> = ids.filter_map(|id| catalogue.artifact(id)).collect();
        let store = catalogue.load(step.snapshot, &artifacts);
        for artifact in artifacts {
            match store.content(&artifact) {
                Ok(content) => {
                    contents.insert((commit, artifact.id), content);
                }
                Err(problem) => hazards.push(format!("at {} {problem}, so it is left out there", commit.short())),
            }
        }
    });
    contents
}

fn rows(
    artifact: &ArtifactId,
    versions: BTreeMap<Version, (CommitId, Source)>,
    contents: &Contents,
    tag_prefix: &str,
) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut last: Option<&Content> = None;
    for (version, (commit, from)) in versions {
        let Some(content) = contents.get(&(commit, artifact.clone())) else { continue };
        let release = ReleaseRef { artifact: artifact.clone(), version };
        let Some(record) = record(release, content, last, rows.last(), &from) else { continue };
        rows.push(Row { tag: format!("{tag_prefix}{}", record.release), commit, from, record });
        last = Some(content);
    }
    rows
}

/// The record of a release after `before`; `None` where nothing has changed.
fn record(
    release: ReleaseRef,
    content: &Content,
    last: Option<&Content>,
    before: Option<&Row>,
    from: &Source,
) -> Option<Record> {
    let digest = content.digest();
    if before.is_some_and(|before| before.record.digest == digest) {
        return None;
    }
    let mut record = Record {
        title: format!("{} {}", release.artifact, release.version),
        notes: format!("Released from the history: {from}."),
        release,
        digest,
        previous: None,
        bump: None,
        lowered_from: None,
        reasons: Vec::new(),
        metrics: Vec::new(),
        others: Vec::new(),
    };
    let (Some(last), Some(before)) = (last, before) else { return Some(record) };
    let changes = contract::compare(last, content);
    let bump = moved(&before.record.release.version, &record.release.version);
    record.lowered_from = contract::demanded(&changes).filter(|demanded| *demanded > bump);
    record.previous = Some(before.record.release.clone());
    record.bump = Some(bump);
    record.reasons = changes.into_iter().map(|change| Reason { bump: Some(change.bump), text: change.text }).collect();
    Some(record)
}

/// How far a version has moved.
fn moved(from: &Version, to: &Version) -> Bump {
    if from.major != to.major {
        Bump::Major
    } else if from.minor != to.minor {
        Bump::Minor
    } else {
        Bump::Patch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::snapshot::Snapshot;

    #[test]
    fn a_tag_means_the_store_or_one_artifact() {
        let files = ["prompts/a.prompt.yaml", "prompts/x/b.prompt.yaml", "prompts/y/b.prompt.yaml", "models/a-1.yaml"];
        let files = files.iter().map(|path| (*path, &b""[..])).chain([("promptyard.yaml", &b"version: 1\n"[..])]);
        let catalogue = Catalogue::new(&Snapshot::of_texts(files).expect("paths inside the store"));
        let said = |tag: &str| match meaning(tag, &catalogue) {
            Meaning::Store(version) => format!("store {version}"),
            Meaning::Artifact(id, version) => format!("{id} {version}"),
            Meaning::Several(ids) => format!("{} of them", ids.len()),
            Meaning::None => "nothing".to_owned(),
        };
        let table = [
            ("v1.2.3", "store 1.2.3"),
            ("1.2.3-rc.1", "store 1.2.3-rc.1"),
            ("a-v1.2.3", "prompts/a 1.2.3"),
            ("prompts/a/v1.2.3", "prompts/a 1.2.3"),
            ("a@1.0.0-rc.1", "prompts/a 1.0.0-rc.1"),
            ("a-1-v2.0.0", "models/a-1 2.0.0"),
            ("b-v1.0.0", "2 of them"),
            ("x/b-v1.0.0", "prompts/x/b 1.0.0"),
            ("other-v1.0.0", "nothing"),
            ("nightly", "nothing"),
            ("日本-v1.0.0", "nothing"),
        ];
        for (tag, meaning) in table {
            assert_eq!(said(tag), meaning, "{tag}");
        }
    }
}
