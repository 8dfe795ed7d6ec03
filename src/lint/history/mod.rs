//! Lints what a store has ever had: personal data, secrets and hidden characters stay in a history when they are taken
//! out of a file.
//!
//! Every content is looked at once, by the rules of [`RULES`], under the configuration and the policies of the moment that
//! the request names. The files are those at the places where the store has had files: by that configuration, by every
//! older one, and by renames that left a file as it was. Suppressions in a file count as they stand in it; the baseline does
//! not, for it says nothing about the past.

mod contents;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::rules::RULES as RULES_OF_NOW;
use super::select::UnknownRule;
use super::sensitive::Redaction;
use super::{Request, run};
use crate::diagnostic::{Diagnostic, RuleId, Severity};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{Commit, Contents, RevisionError};
use crate::sensitive::mask;
use crate::store::Store;
use crate::store::problem::ProblemKind;
use crate::text::{LineColumn, LineIndex};
use contents::Content;

/// The rules that look at the past, as `--select` names them.
pub const RULES: [&str; 4] = ["PII", "SEC", "INJ004", "INJ005"];

/// So many contents are read at once: what is held in memory at a time.
const BATCH: usize = 64;

/// Which history to look at.
#[derive(Clone, Debug)]
pub struct Past {
    /// Everything that these can reach.
    pub tips: Vec<CommitId>,
    /// The moment whose configuration holds, and of which it is said whether it still has a value.
    pub now: CommitId,
}

/// What was found in a history.
#[derive(Debug)]
pub struct HistoryReport {
    /// The findings, in the order in which they came into the history.
    pub findings: Vec<PastFinding>,
    /// How many commits the history has.
    pub commits: usize,
    /// How many contents were looked at.
    pub contents: usize,
    /// Contents that were not read to their end: nothing is known of what is in the rest.
    pub unread: Vec<Unread>,
}

impl HistoryReport {
    /// Whether a finding is at least as severe as `least`.
    pub fn fails(&self, least: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= least)
    }
}

/// One value, wherever in the history it is.
#[derive(Clone, Debug)]
pub struct PastFinding {
    /// The rule that found it.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, with the value masked.
    pub message: String,
    /// The value, masked.
    pub value: String,
    /// The file that brought it in.
    pub path: StorePath,
    /// Where in that file.
    pub place: LineColumn,
    /// The content that brought it in.
    pub content: CommitId,
    /// The commit that brought it in.
    pub commit: Commit,
    /// How many contents have it.
    pub contents: usize,
    /// Every path at which it has been, in order.
    pub paths: Vec<StorePath>,
    /// The paths at which it still is, in order; none where it is in the history alone.
    pub still_at: Vec<StorePath>,
}

/// A content that was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// Its file.
    pub path: StorePath,
    /// Git's name of it.
    pub content: CommitId,
    /// Why, as a sentence without a full stop.
    pub reason: String,
}

/// Why a history could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The request names a rule that does not exist.
    #[error("`{}` is not a rule", .0.name)]
    Rule(UnknownRule),
    /// It could not be read, or not to its end.
    #[error(transparent)]
    Revision(#[from] RevisionError),
}

/// Looks at the history of `past`. `request` says which rules run and which paths are reported; `watch` is told of every
/// content that was looked at.
///
/// # Errors
/// When the history is not whole or can't be read, or `request` names a rule that does not exist.
pub fn scan(
    revisions: &dyn Contents,
    past: &Past,
    request: &Request,
    watch: &(dyn Fn(usize) + Sync),
) -> Result<HistoryReport, HistoryError> {
    let now = revisions.snapshot(past.now)?;
    let store = Store::load(now.clone());
    let history = contents::of(revisions, &store, &past.tips)?;
    let request = about_content(request);
    let look = |batch: &BTreeMap<StorePath, usize>| {
        let looked = Batch::of(batch, &history.contents, revisions, &store).look(&request);
        watch(batch.len());
        looked
    };
    let looked: Vec<Looked> =
        batches(&history.contents).par_iter().map(look).collect::<Result<_, _>>().map_err(HistoryError::Rule)?;
    revisions.check_reads()?;
    let mut sightings = BTreeMap::new();
    let (mut contents, mut unread) = (0, Vec::new());
    for Looked { found, files, left } in looked {
        contents += files;
        unread.extend(left);
        for (key, sighting) in found {
            sightings.entry(key).or_insert_with(Vec::new).push(sighting);
        }
    }
    unread.sort();
    let present = now.entries().filter_map(|(path, entry)| Some((entry.blob?, path))).fold(
        BTreeMap::new(),
        |mut present: BTreeMap<CommitId, Vec<&StorePath>>, (blob, path)| {
            present.entry(blob).or_default().push(path);
            present
        },
    );
    let mut findings = Vec::with_capacity(sightings.len());
    for sightings in sightings.into_values() {
        findings.push(finding(sightings, &history.contents, &present, revisions)?);
    }
    findings.sort_by(|(a, one), (b, other)| {
        a.cmp(b).then_with(|| (one.place, one.rule.code).cmp(&(other.place, other.rule.code)))
    });
    let findings = findings.into_iter().map(|(_, finding)| finding).collect();
    Ok(HistoryReport { findings, commits: history.commits, contents, unread })
}

/// `request` without the rules that are not about the past. The configuration may switch off the others.
fn about_content(request: &Request) -> Request {
    let mut request = Request { changed: None, ..request.clone() };
    let others = RULES_OF_NOW.iter().map(|rule| rule.meta().id).filter(|rule| !is_about_content(*rule));
    request.ignore.extend(others.map(|rule| rule.code.to_owned()));
    request
}

/// The contents by their numbers, so that no path is twice in a batch.
fn batches(contents: &[Content]) -> Vec<BTreeMap<StorePath, usize>> {
    let mut versions: BTreeMap<&StorePath, usize> = BTreeMap::new();
    let mut layers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, content) in contents.iter().enumerate() {
        let version = versions.entry(&content.path).or_default();
        layers.entry(*version).or_default().push(number);
        *version += 1;
    }
    let batch = |numbers: &[usize]| numbers.iter().map(|&at| (contents[at].path.clone(), at)).collect();
    layers.values().flat_map(|layer| layer.chunks(BATCH).map(batch)).collect()
}

/// What makes values one: the rule and the characters; for what nobody sees, also the file.
type Key = (&'static str, String, Option<StorePath>);

/// A value in one content.
struct Sighting {
    /// The content's number.
    content: usize,
    found: Diagnostic,
    value: String,
    place: LineColumn,
}

/// What was found in a batch.
struct Looked {
    found: Vec<(Key, Sighting)>,
    files: usize,
    left: Vec<Unread>,
}

/// Contents of different paths, loaded as one store.
struct Batch<'a> {
    numbers: &'a BTreeMap<StorePath, usize>,
    contents: &'a [Content],
    store: Store,
}

impl<'a> Batch<'a> {
    fn of(
        numbers: &'a BTreeMap<StorePath, usize>,
        contents: &'a [Content],
        revisions: &dyn Contents,
        store: &Store,
    ) -> Self {
        let files = numbers.iter().map(|(path, number)| (path.clone(), contents[*number].blob)).collect();
        Self { numbers, contents, store: store.with_files(revisions.moment(files)) }
    }

    fn look(&self, request: &Request) -> Result<Looked, UnknownRule> {
        let report = run(&self.store, request)?;
        let redaction = Redaction::new(&self.store, report.findings.iter().map(|finding| &finding.file));
        let found = redaction.findings(&report.findings);
        let sightings = report.findings.iter().zip(found).filter_map(|(raw, masked)| self.sighting(raw, masked));
        Ok(Looked { found: sightings.collect(), files: self.store.files().count(), left: self.left() })
    }

    fn sighting(&self, raw: &Diagnostic, found: Diagnostic) -> Option<(Key, Sighting)> {
        let content = *self.numbers.get(&raw.file)?;
        let text = self.store.file(&raw.file)?.text.as_str();
        let written = text.get(raw.span.range())?.to_owned();
        let place = LineIndex::new(text).line_column(raw.span.start, text);
        let is_hidden = raw.rule.code.starts_with("INJ");
        let value = if is_hidden { written.escape_default().to_string() } else { mask(&written) };
        let key = (raw.rule.code, written, is_hidden.then(|| raw.file.clone()));
        Some((key, Sighting { content, found, value, place }))
    }

    fn left(&self) -> Vec<Unread> {
        let ends =
            |kind| matches!(kind, ProblemKind::FileTooLarge | ProblemKind::InvalidUtf8 | ProblemKind::NotAnalysed);
        let unread = |file: &crate::store::SourceFile| {
            let problem = file.problems.iter().find(|problem| ends(problem.kind))?;
            let content = self.contents[*self.numbers.get(&file.path)?].blob;
            Some(Unread { path: file.path.clone(), content, reason: problem.message.clone() })
        };
        self.store.files().filter_map(unread).collect()
    }
}

/// Whether a rule is about what stands in a text, wherever the text stands.
fn is_about_content(rule: RuleId) -> bool {
    RULES.iter().any(|name| rule.code.starts_with(name))
}

/// The finding that all `sightings` of a value are, and the number of the content that brought it in.
fn finding(
    sightings: Vec<Sighting>,
    contents: &[Content],
    present: &BTreeMap<CommitId, Vec<&StorePath>>,
    revisions: &dyn Contents,
) -> Result<(usize, PastFinding), RevisionError> {
    let having: BTreeSet<usize> = sightings.iter().map(|sighting| sighting.content).collect();
    let blobs: BTreeSet<CommitId> = having.iter().map(|number| contents[*number].blob).collect();
    let still: BTreeSet<&StorePath> = blobs.iter().filter_map(|blob| present.get(blob)).flatten().copied().collect();
    let paths: BTreeSet<&StorePath> = having.iter().flat_map(|number| &contents[*number].paths).collect();
    let first = sightings.into_iter().min_by_key(|sighting| (sighting.content, sighting.place));
    let Sighting { content: number, found, value, place } = first.expect("because a value was seen to be one");
    let content = &contents[number];
    let finding = PastFinding {
        rule: found.rule,
        severity: found.severity,
        message: found.message,
        value,
        path: content.path.clone(),
        place,
        content: content.blob,
        commit: revisions.commit(content.commit)?,
        contents: having.len(),
        paths: paths.into_iter().cloned().collect(),
        still_at: still.into_iter().cloned().collect(),
    };
    Ok((number, finding))
}

#[cfg(test)]
mod tests;
