//! The changelog: for each release of an artifact, the commits that changed what it says.
//!
//! A commit belongs to an artifact when it changed a file of the artifact's closure as it was at that commit. It belongs
//! to the first release that has it in its history; what no release has yet is unreleased. A pre-release whose version
//! came out afterwards is part of that version. A merge belongs to an artifact only where it says something that none of
//! its parents says; a commit and another one of the same release that takes it back cancel each other.

pub mod link;
pub mod message;
mod releases;
mod touched;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::lint::sensitive::redacted;
use crate::name::{ArtifactId, CommitId, ReleaseRef};
use crate::path::StorePath;
use crate::release::ledger::Ledger;
use crate::release::record::Reason;
use crate::revision::{Commit, Moment, RevisionError, Revisions};
use crate::store::artifact::Artifact;
use crate::store::catalogue::Catalogue;
use crate::store::config::LintConfig;
use crate::trailer;
use message::{Breaking, Message, Sort};

/// Which changelog is wanted.
#[derive(Clone, Debug)]
pub struct Request {
    /// The artifacts; all that the store has or had, where none is named.
    pub artifacts: Vec<ArtifactId>,
    /// The newest commit that counts.
    pub to: CommitId,
    /// Only what this commit does not have in its history.
    pub since: Option<CommitId>,
}

/// A changelog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changelog {
    /// One log for each artifact that changed or was released, in the order of their ids.
    pub artifacts: Vec<ArtifactLog>,
    /// Every commit that a section names.
    pub changes: BTreeMap<CommitId, Change>,
}

/// What happened to one artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactLog {
    /// The artifact.
    pub artifact: ArtifactId,
    /// Whether the newest commit has it.
    pub standing: Standing,
    /// Its releases, the newest first; what is unreleased before them.
    pub sections: Vec<Section>,
}

/// Whether an artifact is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Present,
    /// It was released, and is no longer in the store.
    Removed,
}

/// The commits of one release, or of none yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The release; `None` for what is unreleased.
    pub release: Option<Released>,
    /// The commits, the newest first.
    pub commits: Vec<CommitId>,
}

/// A release as a changelog names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// Its name.
    pub name: ReleaseRef,
    /// The tagged commit.
    pub commit: CommitId,
    /// How many commits of the history stand before it: of two releases, the later one has more.
    pub position: usize,
    /// When it was tagged, else when the commit was made.
    pub when: Moment,
    /// What somebody wrote about it.
    pub notes: String,
    /// Why the version is what it is, the gravest reason first.
    pub reasons: Vec<Reason>,
}

/// A commit as a changelog names it, with secrets and personal data masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What sort of change it is.
    pub sort: Sort,
    /// What it is about, where its author says so.
    pub scope: Option<String>,
    /// What it does, in its author's words; on one line.
    pub subject: String,
    /// Whether it breaks something.
    pub breaking: Breaking,
    /// Names of the author and of those who are said to have worked on it, each once.
    pub people: Vec<String>,
    /// When it was put into the history.
    pub when: Moment,
}

/// Makes the changelog. `lint` says what is masked.
///
/// # Errors
/// When the history can't be read, or is not all there.
pub fn changelog(
    revisions: &dyn Revisions,
    ledger: &Ledger,
    request: &Request,
    lint: &LintConfig,
) -> Result<Changelog, RevisionError> {
    let since: Vec<CommitId> = request.since.into_iter().collect();
    let mut ids = revisions.commits(request.to, &since)?;
    ids.reverse();
    let history = History::read(revisions, ids)?;
    let (names, present) = names(revisions, ledger, request)?;
    let touched = touched::touched(revisions, &history)?;
    let earlier: BTreeSet<&ArtifactId> = names.values().flat_map(|ids| ids.iter().skip(1)).collect();
    let wanted = names.keys().filter(|id| request.artifacts.contains(id) || !earlier.contains(id));
    let mut parts = releases::Parts::new(&history, lint);
    let mut log = Changelog::default();
    for artifact in wanted {
        let ids = &names[artifact];
        let own: BTreeSet<usize> = ids.iter().flat_map(|id| touched.of(id)).collect();
        let sections = parts.sections(ledger, ids, &own);
        if !sections.is_empty() {
            let standing = if present.contains(artifact) { Standing::Present } else { Standing::Removed };
            log.artifacts.push(ArtifactLog { artifact: artifact.clone(), standing, sections });
        }
    }
    for commit in log.artifacts.iter().flat_map(|log| &log.sections).flat_map(|section| &section.commits) {
        if !log.changes.contains_key(commit)
            && let Some(at) = history.positions.get(commit)
        {
            log.changes.insert(*commit, change(&history.commits[*at], lint));
        }
    }
    Ok(log)
}

/// Artifacts with every id that they had, their own first.
type FormerIds = BTreeMap<ArtifactId, Vec<ArtifactId>>;

/// The artifacts that are asked for, those of the newest commit and those that have a release, each with every id that it
/// had, its own first; and which of them the newest commit has.
fn names(
    revisions: &dyn Revisions,
    ledger: &Ledger,
    request: &Request,
) -> Result<(FormerIds, BTreeSet<ArtifactId>), RevisionError> {
    let snapshot = revisions.snapshot(request.to)?;
    let catalogue = Catalogue::new(&snapshot);
    let artifacts: Vec<Artifact> = if request.artifacts.is_empty() {
        catalogue.artifacts().collect()
    } else {
        request.artifacts.iter().filter_map(|id| catalogue.artifact(id)).collect()
    };
    let mut names: BTreeMap<ArtifactId, Vec<ArtifactId>> = BTreeMap::new();
    for id in request.artifacts.iter().chain(ledger.artifacts().filter(|_| request.artifacts.is_empty())) {
        names.insert(id.clone(), ledger.ids_of(id));
    }
    let store = catalogue.load(&snapshot, &artifacts);
    for artifact in &artifacts {
        let ids = names.entry(artifact.id.clone()).or_insert_with(|| vec![artifact.id.clone()]);
        let renamed = store.prompt_at(&artifact.path).map_or(&[][..], |prompt| &prompt.renamed_from);
        for earlier in renamed.iter().flat_map(|id| ledger.ids_of(&ArtifactId::from_pattern(&id.value))) {
            if !ids.contains(&earlier) {
                ids.push(earlier);
            }
        }
    }
    Ok((names, artifacts.into_iter().map(|artifact| artifact.id).collect()))
}

/// Commits, each after its parents, with what each changed.
struct History {
    commits: Vec<Commit>,
    /// The files in which each commit differs from all of its parents.
    changed: Vec<Vec<StorePath>>,
    positions: BTreeMap<CommitId, usize>,
}

impl History {
    fn read(revisions: &dyn Revisions, ids: Vec<CommitId>) -> Result<Self, RevisionError> {
        let read = |id: &CommitId| {
            let commit = revisions.commit(*id)?;
            let changed = changed_by(revisions, &commit)?;
            Ok((commit, changed))
        };
        let read: Vec<(Commit, Vec<StorePath>)> = ids.par_iter().map(read).collect::<Result<_, RevisionError>>()?;
        let (commits, changed) = read.into_iter().unzip();
        let positions = ids.into_iter().enumerate().map(|(at, id)| (id, at)).collect();
        Ok(Self { commits, changed, positions })
    }

    /// The positions of the parents of the commit at `at`, as far as they are part of this history.
    fn parents(&self, at: usize) -> impl Iterator<Item = usize> {
        self.commits[at].parents.iter().filter_map(|parent| self.positions.get(parent).copied())
    }
}

fn changed_by(revisions: &dyn Revisions, commit: &Commit) -> Result<Vec<StorePath>, RevisionError> {
    let Some((first, others)) = commit.parents.split_first() else { return revisions.changed(None, commit.id) };
    let mut changed = revisions.changed(Some(*first), commit.id)?;
    for parent in others {
        if changed.is_empty() {
            break;
        }
        let differs: BTreeSet<StorePath> = revisions.changed(Some(*parent), commit.id)?.into_iter().collect();
        changed.retain(|path| differs.contains(path));
    }
    Ok(changed)
}

fn change(commit: &Commit, lint: &LintConfig) -> Change {
    let read = Message::read(&commit.message);
    let masked = |text: &str| masked_line(lint, text);
    let mut people = vec![masked(&commit.author.name)];
    for name in read.co_authors.iter().map(|name| masked(name)) {
        if !people.contains(&name) {
            people.push(name);
        }
    }
    Change {
        sort: read.sort,
        scope: read.scope.as_deref().map(masked),
        subject: masked(&read.subject),
        breaking: match read.breaking {
            Breaking::Described(how) => Breaking::Described(masked(&how)),
            other => other,
        },
        people,
        when: commit.committed,
    }
}

fn masked_line(lint: &LintConfig, text: &str) -> String {
    redacted(lint, &trailer::one_line(text)).into_owned()
}

/// Takes out the commits that another one of `commits` takes back, and those that take them back. The newest come first.
fn without_reverted(history: &History, commits: &mut Vec<usize>) {
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    let all: BTreeSet<usize> = commits.iter().copied().collect();
    for at in commits.iter().copied() {
        if gone.contains(&at) {
            continue;
        }
        let reverts = Message::read(&history.commits[at].message).reverts;
        let target = reverts.and_then(|id| history.positions.get(&id)).filter(|target| all.contains(target));
        if let Some(target) = target {
            gone.extend([at, *target]);
        }
    }
    commits.retain(|at| !gone.contains(at));
}

/// The commit's moment as its committer's clock showed the day: `2026-03-01`.
pub fn day(moment: Moment) -> String {
    let zone = jiff::tz::Offset::from_seconds(moment.offset).unwrap_or(jiff::tz::Offset::UTC);
    match jiff::Timestamp::from_second(moment.seconds) {
        Ok(instant) => zone.to_datetime(instant).date().to_string(),
        Err(_) => "unknown".to_owned(),
    }
}
