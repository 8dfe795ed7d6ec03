//! Digests made again, and versions compared with what changed.
//!
//! Releases are dealt out by artifact, one lot to each thread: a thread goes through the commits of its lot in the order
//! of the history, where neighbours differ little, and keeps each content until the release after it was compared with it.

use std::collections::BTreeMap;
use std::rc::Rc;

use rayon::prelude::*;
use semver::Version;

use super::{Finding, Gap, Report};
use crate::contract::{self, Bump};
use crate::name::{ArtifactId, CommitId, Digest, ReleaseRef};
use crate::path::StorePath;
use crate::release::ledger::{Entry, Ledger};
use crate::release::record::Record;
use crate::revision::{RevisionError, Revisions};
use crate::store::Store;
use crate::store::artifact::Artifact;
use crate::store::catalogue::Catalogue;
use crate::store::content::Content;
use crate::store::memo::Memo;
use crate::store::snapshot::Snapshot;

/// Is told how many more releases were looked at.
pub type Watch<'w> = &'w (dyn Fn(usize) + Sync);

/// Verifies the digests and the versions of `wanted`. `order` says where commits stand in the history.
pub(super) fn verify(
    revisions: &dyn Revisions,
    ledger: &Ledger,
    wanted: &[(&ReleaseRef, &Entry)],
    order: &BTreeMap<CommitId, usize>,
    watch: Watch<'_>,
    report: &mut Report,
) {
    let lots = lots(ledger, wanted, rayon::current_num_threads());
    let verified: Vec<(Vec<Finding>, Vec<Gap>)> =
        lots.into_par_iter().map(|lot| Lot::new(ledger, &lot).verify(revisions, order, watch)).collect();
    for (findings, gaps) in verified {
        report.findings.extend(findings);
        report.gaps.extend(gaps);
    }
}

/// A release that has a record and a commit.
#[derive(Clone, Copy)]
struct Job<'a> {
    release: &'a ReleaseRef,
    record: &'a Record,
    commit: CommitId,
}

/// The releases dealt out in `count` lots of about the same size. What an artifact had under earlier ids stays together.
fn lots<'a>(ledger: &Ledger, wanted: &[(&'a ReleaseRef, &'a Entry)], count: usize) -> Vec<Vec<Job<'a>>> {
    let mut families: BTreeMap<ArtifactId, Vec<Job<'a>>> = BTreeMap::new();
    let mut last: Option<(&ArtifactId, ArtifactId)> = None;
    for (release, entry) in wanted {
        let (Some(commit), Ok(record)) = (entry.commit(), &entry.record) else { continue };
        let family = match &last {
            Some((id, family)) if *id == &release.artifact => family.clone(),
            _ => ledger.ids_of(&release.artifact).pop().unwrap_or_else(|| release.artifact.clone()),
        };
        last = Some((&release.artifact, family.clone()));
        families.entry(family).or_default().push(Job { release, record, commit });
    }
    let total: usize = families.values().map(Vec::len).sum();
    let size = total.div_ceil(count.max(1)).max(1);
    let mut lots: Vec<Vec<Job<'a>>> = Vec::new();
    for family in families.into_values() {
        match lots.last_mut().filter(|lot| lot.len() < size) {
            Some(lot) => lot.extend(family),
            None => lots.push(family),
        }
    }
    lots
}

type Resolved = Rc<(Digest, Content)>;

struct Lot<'a> {
    by_commit: BTreeMap<CommitId, Vec<Job<'a>>>,
    /// The releases that are compared with this one.
    followers: BTreeMap<&'a ReleaseRef, Vec<&'a ReleaseRef>>,
    records: BTreeMap<&'a ReleaseRef, &'a Record>,
    /// Releases whose content is only needed to compare another one with it.
    only_compared: Vec<&'a ReleaseRef>,
    /// Contents that are still to be compared, and how often.
    kept: BTreeMap<&'a ReleaseRef, (Resolved, usize)>,
    memo: Memo<Resolved>,
    findings: Vec<Finding>,
    gaps: Vec<Gap>,
}

impl<'a> Lot<'a> {
    fn new(ledger: &'a Ledger, jobs: &[Job<'a>]) -> Self {
        let mut lot = Self {
            by_commit: BTreeMap::new(),
            followers: BTreeMap::new(),
            records: jobs.iter().map(|job| (job.release, job.record)).collect(),
            only_compared: Vec::new(),
            kept: BTreeMap::new(),
            // A release mostly follows the one before it; older contents come back only on parallel branches.
            memo: Memo::new(1),
            findings: Vec::new(),
            gaps: Vec::new(),
        };
        for job in jobs {
            lot.by_commit.entry(job.commit).or_default().push(*job);
            let Some(previous) = &job.record.previous else { continue };
            let Some(entry) = ledger.get(previous) else { continue };
            lot.followers.entry(previous).or_default().push(job.release);
            if let (Some(commit), Ok(record)) = (entry.commit(), &entry.record)
                && !lot.records.contains_key(previous)
            {
                lot.records.insert(previous, record);
                lot.only_compared.push(previous);
                lot.by_commit.entry(commit).or_default().push(Job { release: previous, record, commit });
            }
        }
        lot
    }

    fn verify(
        mut self,
        revisions: &dyn Revisions,
        order: &BTreeMap<CommitId, usize>,
        watch: Watch<'_>,
    ) -> (Vec<Finding>, Vec<Gap>) {
        let mut commits: Vec<CommitId> = self.by_commit.keys().copied().collect();
        // The oldest first; what no branch has stands at the end.
        commits.sort_by_key(|commit| std::cmp::Reverse(order.get(commit).map(|at| at + 1).unwrap_or_default()));
        let mut catalogue: Option<Catalogue> = None;
        revisions.each_snapshot(&commits, &mut |commit, step| {
            let jobs = self.by_commit.remove(&commit).unwrap_or_default();
            match step {
                Ok(step) => {
                    let catalogue = Catalogue::after(&mut catalogue, step.snapshot, step.changed);
                    self.look_at(&jobs, catalogue, step.snapshot);
                }
                Err(error) => self.gaps.extend(jobs.iter().map(|job| gap(job.release, &error))),
            }
            watch(jobs.len());
        });
        (self.findings, self.gaps)
    }

    fn look_at(&mut self, jobs: &[Job<'a>], catalogue: &Catalogue, snapshot: &Snapshot) {
        let found: Vec<(Job<'a>, Option<Artifact>)> =
            jobs.iter().map(|job| (*job, catalogue.artifact(&job.record.release.artifact))).collect();
        let fresh = found.iter().filter_map(|(_, artifact)| artifact.as_ref());
        let fresh: Vec<&Artifact> = fresh.filter(|artifact| self.memo.get(snapshot, artifact).is_none()).collect();
        let store = (!fresh.is_empty()).then(|| catalogue.load(snapshot, fresh.iter().copied()));
        for (job, artifact) in &found {
            let Some(artifact) = artifact else {
                self.report_absent(job);
                continue;
            };
            let known = self.memo.get(snapshot, artifact).cloned();
            let resolved = match (known, &store) {
                (Some(known), _) => known,
                (None, Some(store)) => match self.resolve(job, artifact, store, snapshot) {
                    Some(resolved) => resolved,
                    None => continue,
                },
                (None, None) => continue,
            };
            self.compare_digest(job, &artifact.path, resolved.0);
            self.keep(job.release, &resolved, &artifact.path);
        }
    }

    fn resolve(&mut self, job: &Job<'a>, artifact: &Artifact, store: &Store, snapshot: &Snapshot) -> Option<Resolved> {
        match store.content(artifact) {
            Ok(content) => {
                let resolved = Rc::new((content.digest(), content));
                self.memo.put(snapshot, store, artifact, Rc::clone(&resolved));
                Some(resolved)
            }
            Err(unresolved) => {
                let unreadable = store.closure(artifact).files.iter().find_map(|path| snapshot.read(path).err());
                match unreadable {
                    Some(reason) => self.gaps.push(Gap { release: job.release.clone(), reason }),
                    None if self.is_only_compared(job.release) => {}
                    None => {
                        let message = format!("the content at {} has no digest: {unresolved}", job.commit.short());
                        let note = format!("the tag says {}", job.record.digest);
                        let finding = Finding::new("VER004", job.release, Some(&artifact.path), message);
                        self.findings.push(finding.note(note).help(DIGEST_HELP));
                    }
                }
                None
            }
        }
    }

    fn is_only_compared(&self, release: &ReleaseRef) -> bool {
        self.only_compared.contains(&release)
    }

    fn report_absent(&mut self, job: &Job<'a>) {
        if self.is_only_compared(job.release) {
            return;
        }
        let (artifact, commit) = (&job.record.release.artifact, job.commit.short());
        let message = format!("the tagged commit {commit} has no artifact `{artifact}`");
        self.findings.push(Finding::new("VER004", job.release, None, message).help(DIGEST_HELP));
    }

    fn compare_digest(&mut self, job: &Job<'a>, path: &StorePath, digest: Digest) {
        if digest == job.record.digest || self.is_only_compared(job.release) {
            return;
        }
        let message = format!("the content at {} does not have the digest that the tag says", job.commit.short());
        let finding = Finding::new("VER004", job.release, Some(path), message)
            .note(format!("the tag says {}", job.record.digest))
            .note(format!("the content has {digest}"));
        self.findings.push(finding.help(DIGEST_HELP));
    }

    /// Compares the content of `release` with those that it has to be compared with and that are known, and keeps it for
    /// those that are not.
    fn keep(&mut self, release: &'a ReleaseRef, resolved: &Resolved, path: &StorePath) {
        let followers = self.followers.get(release).cloned().unwrap_or_default();
        let mut open = 0;
        for follower in followers {
            match self.take(follower) {
                Some(content) => self.compare_version(follower, resolved, &content, path),
                None => open += 1,
            }
        }
        let previous = self.records.get(release).and_then(|record| record.previous.as_ref());
        if let Some(previous) = previous.filter(|previous| self.records.contains_key(previous))
            && !self.is_only_compared(release)
        {
            match self.take(previous) {
                Some(content) => self.compare_version(release, &content, resolved, path),
                None => open += 1,
            }
        }
        if open > 0 {
            self.kept.insert(release, (Rc::clone(resolved), open));
        }
    }

    /// The kept content of `release`, for one of the comparisons that wait for it.
    fn take(&mut self, release: &ReleaseRef) -> Option<Resolved> {
        let (content, open) = self.kept.get_mut(release)?;
        *open -= 1;
        let content = Rc::clone(content);
        if *open == 0 {
            self.kept.remove(release);
        }
        Some(content)
    }

    fn compare_version(&mut self, release: &ReleaseRef, before: &Resolved, after: &Resolved, path: &StorePath) {
        let Some(record) = self.records.get(release) else { return };
        let Some(previous) = &record.previous else { return };
        if before.0 == after.0 {
            return;
        }
        let changes = contract::compare(&before.1, &after.1);
        let Some(demanded) = changes.iter().map(|change| change.bump).max() else { return };
        let lowered = record.lowered_from.is_some_and(|lowered| lowered >= demanded);
        if lowered || reaches(&release.version, demanded, &previous.version) {
            return;
        }
        let least = demanded.apply(&previous.version);
        let message = format!("the content demands at least {least} after {previous}: a {demanded} change");
        let gravest = changes.iter().filter(|change| change.bump == demanded).map(|change| change.text.clone());
        let mut finding = Finding::new("VER002", release, Some(path), message)
            .help(format!("release it anew as {least}, and tell those who use {}", release.version));
        finding.diagnostic.notes.extend(gravest.take(MOST_REASONS));
        self.findings.push(finding);
    }
}

/// Reasons that a finding gives.
const MOST_REASONS: usize = 5;

const DIGEST_HELP: &str = "the tag was moved or written by hand: compare it with another clone, and release anew";

/// Whether `version` is at least what `demanded` makes of `previous`. A pre-release counts as what it comes before.
fn reaches(version: &Version, demanded: Bump, previous: &Version) -> bool {
    let version = Version::new(version.major, version.minor, version.patch);
    let previous_out = Version::new(previous.major, previous.minor, previous.patch);
    version >= demanded.apply(if previous.pre.is_empty() { &previous_out } else { previous })
}

fn gap(release: &ReleaseRef, error: &RevisionError) -> Gap {
    Gap { release: release.clone(), reason: error.to_string() }
}
