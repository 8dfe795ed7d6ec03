//! What a run would release: every tag with its version, its reasons and its record, before anything is made.
//!
//! The base of an artifact is its last full release on the line of history that ends in the commit to be released. An
//! artifact whose content has the base's digest is already released. Any other one gets the version after its base, by
//! the larger of what [`crate::contract`] finds and what people declare.

mod base;
mod candidate;
mod row;

use std::collections::BTreeMap;

use semver::Version;

use super::Bump;
use super::line::Line;
use super::record::Record;
use super::report::Measured;
use crate::name::{ArtifactId, CommitId, ReleaseRef};
use crate::revision::{Remote, RemoteTags, RevisionError, Revisions};
use crate::store::artifact::Artifact;
use crate::store::catalogue::Catalogue;
use crate::store::snapshot::Snapshot;
use base::Bases;
use row::Rows;

/// What is to be released.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which artifacts.
    pub selection: Selection,
    /// `--bump`
    pub bump: Option<Bump>,
    /// Whether `bump` may be less than what the content demands.
    pub lowering: Lowering,
    /// The version of first releases. Saying it also says that there are none yet.
    pub initial: Option<Version>,
    /// The label of a pre-release: `rc`.
    pub label: Option<String>,
    /// What is written about the releases.
    pub note: String,
    /// What was measured.
    pub measured: Vec<Measured>,
}

/// Which artifacts are to be released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// These.
    Named(Vec<ArtifactId>),
    /// Every one that differs from its last release.
    AllChanged,
}

/// Whether a person may declare less than the content demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lowering {
    /// It is refused.
    Refused,
    /// It is done, and recorded.
    Allowed,
}

/// What a run would release.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The commit that the tags would name.
    pub commit: CommitId,
    /// The tags that would be made, by artifact.
    pub rows: Vec<Row>,
    /// What needs no release: the release that has the content, by artifact.
    pub current: Vec<Current>,
    /// Artifacts that have releases and are no longer in the store; only where all changed ones are asked for.
    pub gone: Vec<ReleaseRef>,
    /// What cannot be released as it is.
    pub refused: Vec<Refusal>,
    /// What somebody should look at; nothing is held up by it.
    pub hazards: Vec<String>,
}

/// One tag.
#[derive(Clone, Debug)]
pub struct Row {
    /// The artifact.
    pub artifact: Artifact,
    /// The tag's name, with the store's prefix.
    pub tag: String,
    /// What the content demands; `None` for a first release.
    pub demanded: Option<Bump>,
    /// What people declared, by flag or in commits.
    pub declared: Option<Bump>,
    /// The commits since the last release that touched the closure; `None` for a first release.
    pub commits: Option<usize>,
    /// The version that was due, where another line of history has it.
    pub skipped: Option<Version>,
    /// What the tag says.
    pub record: Record,
}

/// An artifact that needs no release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current {
    /// The release that has its content.
    pub release: ReleaseRef,
    /// Its tag.
    pub tag: String,
    /// Whether the release lies on another line of history, as it does after a squash merge.
    pub line: Where,
}

/// Where a release lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In the history of the commit.
    Here,
    /// On another line.
    Elsewhere,
}

/// Why an artifact cannot be released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The artifact.
    pub artifact: ArtifactId,
    /// Why, as a sentence without a full stop.
    pub why: String,
    /// What to do, if that is known.
    pub help: Option<String>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The past gave no answer.
    #[error(transparent)]
    Past(#[from] RevisionError),
    /// This clone lacks history or tags, so that what is released cannot be known.
    #[error("{what}, so what is already released cannot be known")]
    Incomplete {
        /// What it lacks.
        what: String,
        /// The command that brings it.
        fetch: String,
    },
    /// No release is here, and a remote may have some.
    #[error("this clone has no tag of a release, and its remote `{0}` may have some")]
    NoneHere(String),
    /// No artifact has this id.
    #[error("`{id}` is no artifact of the store at {at}")]
    Unknown {
        /// As it was given.
        id: ArtifactId,
        /// The commit.
        at: String,
        /// The id that comes nearest.
        nearest: Option<ArtifactId>,
    },
    /// The artifact was released once, and is not there any more.
    #[error("`{last}` was the last release of an artifact that is no longer in the store at {at}")]
    Gone {
        /// Its last release.
        last: ReleaseRef,
        /// The commit.
        at: String,
    },
    /// The report measures something that is none of the store's.
    #[error("the report measures `{0}`, which is no artifact of the store")]
    UnknownMeasured(ArtifactId),
    /// The report does not say what it is about, and several artifacts are released.
    #[error("the report does not say which artifact it measures, and {0} are released")]
    AmbiguousReport(usize),
}

impl Plan {
    /// Whether there is nothing to do and nothing in the way.
    pub fn is_done(&self) -> bool {
        self.rows.is_empty() && self.refused.is_empty()
    }
}

/// Plans the release of `snapshot`, which is the store at the commit `at`.
///
/// # Errors
/// When the past is incomplete or cannot be read, or the request names what is not there.
pub fn plan(past: &dyn Revisions, at: CommitId, snapshot: &Snapshot, request: &Request) -> Result<Plan, PlanError> {
    let catalogue = Catalogue::new(snapshot);
    let prefix = catalogue.config().tag_prefix().to_owned();
    if past.is_shallow() {
        let what = "this clone is shallow".to_owned();
        return Err(PlanError::Incomplete { what, fetch: "git fetch --unshallow --tags".to_owned() });
    }
    let line = Line::new(past, &prefix, at)?;
    let mut plan = Plan { commit: at, rows: vec![], current: vec![], gone: vec![], refused: vec![], hazards: vec![] };
    check_remotes(past, &line, request, &mut plan)?;
    let asked = choose(&catalogue, &line, at, request)?;
    let candidates = candidate::resolve(&catalogue, snapshot, asked, &mut plan.refused);
    let mut bases = Bases::new(past, &line, &catalogue, &prefix);
    let bases_of = bases.find(&candidates, &mut plan.hazards)?;
    let mut changed = Vec::new();
    for (candidate, base) in candidates.into_iter().zip(bases_of) {
        match bases.current(&candidate, base.as_ref(), request.label.is_some())? {
            Some(current) => plan.current.push(current),
            None => changed.push((candidate, base)),
        }
    }
    if request.selection == Selection::AllChanged {
        plan.gone = bases.gone(&changed);
    }
    Rows::new(past, at, &line, &prefix, request).add(&mut plan, changed)?;
    plan.current.sort_by(|a, b| a.release.cmp(&b.release));
    take_metrics(&mut plan, &catalogue, &request.measured)?;
    Ok(plan)
}

fn check_remotes(past: &dyn Revisions, line: &Line, request: &Request, plan: &mut Plan) -> Result<(), PlanError> {
    let remotes = past.remotes();
    let partial = remotes.iter().find(|remote| remote.tags == RemoteTags::LeftOut);
    if line.is_empty() {
        if request.initial.is_none()
            && let Some(remote) = partial.or(remotes.first())
        {
            return Err(PlanError::NoneHere(remote.name.clone()));
        }
    } else if let Some(Remote { name, .. }) = partial {
        plan.hazards.push(format!(
            "`{name}` is fetched without tags, so newer releases may be missing here: `git fetch {name} --tags` brings them"
        ));
    }
    Ok(())
}

/// The artifacts that are asked for, each with every file that claims its id.
fn choose(
    catalogue: &Catalogue,
    line: &Line,
    at: CommitId,
    request: &Request,
) -> Result<BTreeMap<ArtifactId, Vec<Artifact>>, PlanError> {
    let mut all: BTreeMap<ArtifactId, Vec<Artifact>> = BTreeMap::new();
    for artifact in catalogue.artifacts() {
        all.entry(artifact.id.clone()).or_default().push(artifact);
    }
    let Selection::Named(ids) = &request.selection else { return Ok(all) };
    let mut chosen = BTreeMap::new();
    for id in ids {
        let Some(files) = all.get(id) else {
            if let Some(released) = line.newest(id) {
                let last = ReleaseRef { artifact: id.clone(), version: released.version.clone() };
                return Err(PlanError::Gone { last, at: at.short() });
            }
            let scored = all.keys().map(|known| (strsim::jaro_winkler(known.as_str(), id.as_str()), known));
            let near = scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
            let nearest = near.map(|(_, known)| known.clone());
            return Err(PlanError::Unknown { id: id.clone(), at: at.short(), nearest });
        };
        chosen.insert(id.clone(), files.clone());
    }
    Ok(chosen)
}

fn take_metrics(plan: &mut Plan, catalogue: &Catalogue, measured: &[Measured]) -> Result<(), PlanError> {
    let mut unused: BTreeMap<Option<&ArtifactId>, usize> = BTreeMap::new();
    for Measured { artifact, metric } in measured {
        let row = match artifact {
            Some(id) if catalogue.artifact(id).is_none() => return Err(PlanError::UnknownMeasured(id.clone())),
            Some(id) => plan.rows.iter_mut().find(|row| row.artifact.id == *id),
            None if plan.rows.len() > 1 => return Err(PlanError::AmbiguousReport(plan.rows.len())),
            None => plan.rows.first_mut(),
        };
        match row {
            Some(row) => row.record.metrics.push(metric.clone()),
            None => *unused.entry(artifact.as_ref()).or_default() += 1,
        }
    }
    plan.hazards.extend(unused.into_iter().map(|(artifact, count)| {
        let (what, verb) =
            if count == 1 { ("1 measurement".to_owned(), "is") } else { (format!("{count} measurements"), "are") };
        let of = artifact.map(|id| format!(" of `{id}`")).unwrap_or_default();
        format!("{what}{of} {verb} not recorded: there is no release to record them with, and tags never change")
    }));
    Ok(())
}

#[cfg(test)]
mod tests;
