//! What two moments of a store mean to each other: for every artifact that differs, what its contract demands, which words
//! changed, what the model would see, tokens, cost and findings.
//!
//! *Architecture invariant:* everything in a [`Report`] may be shown: texts are masked before they are compared, so a
//! secret that was changed looks as one that was not.

mod changed;
mod findings;
mod measure;
mod moved;
mod pair;
mod rendered;
mod texts;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{self, Bump, Change};
use crate::lint::baseline::Baseline;
use crate::lint::ground::Judge;
use crate::lint::sensitive::Redaction;
use crate::name::{ArtifactId, Digest};
use crate::path::StorePath;
use crate::release::known::Releases;
use crate::store::artifact::{self, Artifact, ArtifactKind};
use crate::store::config::{CONFIG_NAMES, Config};
use crate::store::snapshot::Snapshot;
use crate::store::{FileKind, Store};
pub use changed::paths as changed_paths;
pub use findings::{Finding, FindingChanges};
pub use measure::{Measure, Money};
pub use moved::Lines;
use pair::differing;
pub use rendered::{Rendered, Trial, Version};
use words::TextDiff;

/// What to compare.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Only artifacts with these ids, or in these folders; every artifact where empty.
    pub artifacts: Vec<String>,
    /// Today's date as `YYYY-MM-DD`, for findings that depend on it.
    pub today: String,
    /// Which releases exist, for findings about routes; `None` where nobody can say.
    pub releases: Option<Releases>,
    /// Which suppressions of the new moment count.
    pub suppressions: Suppressions,
    /// Whether findings are compared.
    pub findings: Findings,
    /// Who decides which rules run and what is waived; each moment itself where `None`.
    pub judge: Option<Judge>,
    /// Findings of the new moment that are known, and are none that came.
    pub known: Option<Baseline>,
}

/// Whether findings are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Findings {
    /// They are: both moments are linted as far as they differ.
    #[default]
    Compared,
    /// They are not, and nothing is linted.
    LeftOut,
}

/// Which suppressions of the new moment count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Suppressions {
    /// All of them.
    #[default]
    All,
    /// Those that the old moment has, or policies accept: a change does not decide what is held against it.
    Old,
}

/// What differs between two moments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The artifacts that differ, in the order of their ids.
    pub artifacts: Vec<ArtifactDiff>,
    /// Included files that differ, in the order of their paths: their texts, once, whoever includes them.
    pub included: Vec<IncludedDiff>,
    /// Findings that came and went in other files than those of the artifacts that differ.
    pub elsewhere: FindingChanges,
    /// The texts of the files that have findings which came, as they may be shown.
    pub texts: BTreeMap<StorePath, String>,
    /// How many artifacts the new moment has.
    pub total: usize,
    /// What was asked for and is in neither moment.
    pub unknown: Vec<String>,
}

/// What has become of an artifact.
#[derive(Clone, Debug, PartialEq)]
pub struct ArtifactDiff {
    /// Its id; where it was renamed, the new one.
    pub id: ArtifactId,
    /// What it is.
    pub kind: ArtifactKind,
    /// Whether it came, went or changed.
    pub fate: Fate,
    /// Its file before and after.
    pub paths: [Option<StorePath>; 2],
    /// The digests before and after; `None` where there is no content.
    pub digests: [Option<Digest>; 2],
    /// What changed by the contract, the most serious first. Empty for what came or went.
    pub changes: Vec<Change>,
    /// Why one side's content cannot be told, and nothing was compared by the contract.
    pub unresolved: Option<String>,
    /// The texts that changed.
    pub passages: Vec<Passage>,
    /// What the model would see otherwise, where that is more than the texts tell.
    pub trials: Vec<Trial>,
    /// What it takes and costs before and after; `None` where it has none, or both are the same.
    pub measures: Option<[Option<Measure>; 2]>,
    /// Findings in its file.
    pub findings: FindingChanges,
}

/// Whether an artifact came, went or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stands in both moments.
    Changed,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It was called otherwise.
    Renamed {
        /// Its old id.
        from: ArtifactId,
    },
}

/// A text of an artifact that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// What it is: `system message`.
    pub title: String,
    /// What changed in it.
    pub diff: TextDiff,
}

/// A file that others include, and that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncludedDiff {
    /// The file.
    pub path: StorePath,
    /// What changed in it.
    pub diff: TextDiff,
    /// The artifacts of the new moment that take it in.
    pub reaches: Vec<ArtifactId>,
}

impl ArtifactDiff {
    /// The least bump that its next release needs; `None` for what came, went, or only changed its name.
    pub fn demanded(&self) -> Option<Bump> {
        contract::demanded(&self.changes)
    }
}

impl Report {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.artifacts.is_empty() && self.elsewhere.is_empty() && self.included.is_empty()
    }

    /// The findings that came, wherever they are.
    pub fn added(&self) -> impl Iterator<Item = &Finding> {
        self.artifacts.iter().map(|diff| &diff.findings).chain([&self.elsewhere]).flat_map(|changes| &changes.added)
    }

    /// The largest bump that an artifact demands.
    pub fn demanded(&self) -> Option<Bump> {
        self.artifacts.iter().filter_map(ArtifactDiff::demanded).max()
    }
}

/// Compares `old` and `new`. Only what may differ is parsed and linted.
pub fn compare(old: &Snapshot, new: &Snapshot, request: &Request) -> Report {
    let listed = [artifact::list(old), artifact::list(new)];
    let mut changed = changed::paths(old, new);
    // The configuration can make something else of a file that is as it was.
    let [was, is]: [BTreeSet<&StorePath>; 2] =
        [0, 1].map(|side| listed[side].iter().map(|artifact| &artifact.path).collect());
    changed.extend(was.symmetric_difference(&is).map(|path| (*path).clone()));
    changed.extend(other_default_model(old, new));
    let mut report = Report { total: listed[1].len(), unknown: unknown(request, &listed), ..Report::default() };
    if changed.is_empty() && old.unlisted() == new.unlisted() {
        return report;
    }
    let own: BTreeSet<&StorePath> = listed.iter().flatten().map(|artifact| &artifact.path).collect();
    let load = |snapshot: &Snapshot| {
        // What is changed and no artifact may be part of one: only a store that was read whole knows.
        if changed.iter().all(|path| own.contains(path)) {
            Store::load_only(snapshot.clone(), &changed)
        } else {
            Store::load(snapshot.clone())
        }
    };
    let (before, after) = (load(old), load(new));
    let differing = differing(&before, &after, &changed, request);
    let paths = |side: usize| -> BTreeSet<StorePath> {
        differing.iter().filter_map(|pair| pair.sides()[side]).map(|artifact| artifact.path.clone()).collect()
    };
    let [old_paths, new_paths] = [paths(0), paths(1)];
    let decides = |path: &StorePath| decides_findings(path, &before) || decides_findings(path, &after);
    let rules_changed = request.findings == Findings::Compared && changed.iter().any(decides);
    let narrow = |store: Store, snapshot: &Snapshot, paths: &BTreeSet<StorePath>| {
        if rules_changed { store } else { Store::load_only(snapshot.clone(), &(paths | &changed)) }
    };
    let closures = Closures::of(&after, &changed);
    let (before, after) = (narrow(before, old, &old_paths), narrow(after, new, &new_paths));
    let masks = [
        Redaction::new(&before, old_paths.iter().chain(&changed)),
        Redaction::new(&after, new_paths.iter().chain(&changed)),
    ];
    let sides = [Side { store: &before, mask: &masks[0] }, Side { store: &after, mask: &masks[1] }];
    report.artifacts = differing.into_iter().map(|pair| pair.diff(&sides)).collect();
    report.included = texts::included(&sides, &changed, &closures);
    if request.findings == Findings::LeftOut {
        return report;
    }
    let moved = moved::paths((old, new), &changed, &listed, &report);
    let mut findings = findings::changes(&sides, &moved, request);
    // What was moved takes its findings along, and leaves none behind.
    report.artifacts.sort_by_key(|diff| diff.fate == Fate::Removed);
    for diff in &mut report.artifacts {
        let [was, is] = diff.paths.clone();
        let was = was.or_else(|| moved.iter().find(|(_, heir)| Some(*heir) == is.as_ref()).map(|(was, _)| was.clone()));
        diff.findings = findings.take(&[was, is]);
    }
    report.artifacts.sort_by(|one, other| one.id.cmp(&other.id));
    if request.artifacts.is_empty() {
        report.elsewhere = findings.rest();
    }
    let with_findings = report.added().map(|finding| &finding.diagnostic.file);
    let texts = with_findings.filter_map(|path| Some((path.clone(), masks[1].text(path)?.to_owned())));
    report.texts = texts.collect();
    report
}

/// The configuration that names another default model than the other moment's, whatever file says so.
fn other_default_model(old: &Snapshot, new: &Snapshot) -> Option<StorePath> {
    let [old, new] = [old, new].map(Store::config_of);
    let name = |config: &Config| config.default_model.as_ref().map(|model| model.value.clone());
    if name(&old) == name(&new) { None } else { new.path.or(old.path) }
}

/// The findings of the files at `paths` that came and went, in the new files' texts as they may be shown.
pub fn findings_in(
    old: &Snapshot,
    new: &Snapshot,
    paths: &BTreeSet<StorePath>,
    request: &Request,
) -> (FindingChanges, BTreeMap<StorePath, String>) {
    let [before, after] = [old, new].map(|snapshot| Store::load_only(snapshot.clone(), paths));
    let masks = [Redaction::new(&before, paths), Redaction::new(&after, paths)];
    let sides = [Side { store: &before, mask: &masks[0] }, Side { store: &after, mask: &masks[1] }];
    let mut found = findings::changes(&sides, &BTreeMap::new(), request);
    let mut changes = FindingChanges::default();
    for path in paths {
        let of_file = found.take(&[Some(path.clone()), Some(path.clone())]);
        changes.added.extend(of_file.added);
        changes.removed.extend(of_file.removed);
    }
    let texts = paths.iter().filter_map(|path| Some((path.clone(), masks[1].text(path)?.to_owned())));
    (changes, texts.collect())
}

/// One of the two moments.
struct Side<'a> {
    store: &'a Store,
    mask: &'a Redaction,
}

impl Side<'_> {
    /// A text of the file at `path` without secrets and personal data.
    fn masked(&self, path: &StorePath, text: &str) -> String {
        self.mask.version(path, text).into_owned()
    }
}

/// Which artifacts take a changed file in.
struct Closures(BTreeMap<StorePath, Vec<ArtifactId>>);

impl Closures {
    fn of(store: &Store, changed: &BTreeSet<StorePath>) -> Self {
        let mut found: BTreeMap<StorePath, Vec<ArtifactId>> = BTreeMap::new();
        for artifact in store.artifacts() {
            for path in store.closure(&artifact).files.into_iter().filter(|path| changed.contains(path)) {
                found.entry(path).or_default().push(artifact.id.clone());
            }
        }
        Self(found)
    }
}

impl Request {
    fn wants(&self, id: &ArtifactId) -> bool {
        self.artifacts.is_empty() || self.artifacts.iter().any(|wanted| is_or_has(wanted, id))
    }
}

/// Whether `wanted` is the artifact `id`, or a folder that it is in.
fn is_or_has(wanted: &str, id: &ArtifactId) -> bool {
    let rest = id.as_str().strip_prefix(wanted.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn unknown(request: &Request, listed: &[Vec<Artifact>; 2]) -> Vec<String> {
    let is_known = |wanted: &&String| listed.iter().flatten().any(|artifact| is_or_has(wanted, &artifact.id));
    request.artifacts.iter().filter(|wanted| !is_known(wanted)).cloned().collect()
}

fn is_config(path: &StorePath) -> bool {
    CONFIG_NAMES.contains(&path.as_str())
}

/// Whether the file at `path` decides what is found in others.
fn decides_findings(path: &StorePath, store: &Store) -> bool {
    is_config(path) || store.file(path).is_some_and(|file| matches!(file.kind, FileKind::Policy | FileKind::Model))
}

#[cfg(test)]
mod tests;
