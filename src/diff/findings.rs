//! Findings that came and went. Lines that moved make no difference: findings are told apart as the baseline does.

use std::collections::BTreeMap;

use super::{Request, Side, Suppressions};
use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::lint::fingerprint::{self, Gist, Identity};
use crate::path::StorePath;
use crate::text::LineIndex;

/// A finding that stands on one side only, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is said.
    pub diagnostic: Diagnostic,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// Findings that came and went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingChanges {
    /// Found in the new version only.
    pub added: Vec<Finding>,
    /// Found in the old version only.
    pub removed: Vec<Finding>,
}

impl FindingChanges {
    /// Whether none came and none went.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// The findings of both sides, by file.
pub(super) struct BothSides([BTreeMap<StorePath, Vec<Known>>; 2]);

struct Known {
    identity: Identity,
    gist: Gist,
    finding: Finding,
}

/// Lints both sides, the new one as what the old one has become. `moved` has the old path and the new one of files that are
/// called otherwise.
pub(super) fn changes(sides: &[Side<'_>; 2], moved: &BTreeMap<StorePath, StorePath>, request: &Request) -> BothSides {
    let [old, new] = sides;
    let of_old = lint::Request {
        today: request.today.clone(),
        releases: request.releases.clone(),
        judge: request.judge.clone(),
        ..lint::Request::default()
    };
    // The requests name no rule, so none can be unknown.
    let before = lint::run(old.store, &of_old).unwrap_or_default();
    let granted = match request.suppressions {
        Suppressions::All => None,
        Suppressions::Old => Some(before.grants.clone().moved(moved)),
    };
    let of_new = lint::Request { granted, ..of_old };
    let mut after = lint::run_since(Some(old.store), new.store, &of_new).unwrap_or_default();
    if let Some(known) = &request.known {
        known.hold_back(&mut after, new.store, &of_new);
    }
    BothSides([found(old, &before.findings), found(new, &after.findings)])
}

fn found(side: &Side<'_>, findings: &[Diagnostic]) -> BTreeMap<StorePath, Vec<Known>> {
    let text_of = |path: &StorePath| side.store.file(path).map(|file| file.text.as_str());
    let fingerprints = fingerprint::of_findings(findings, text_of);
    let shown = side.mask.findings(findings);
    let mut found: BTreeMap<StorePath, Vec<Known>> = BTreeMap::new();
    let gists = findings.iter().map(|finding| Gist::of(finding, text_of(&finding.file).unwrap_or_default()));
    let known: Vec<(&Diagnostic, Identity, Gist)> = shown
        .iter()
        .zip(fingerprints.iter().zip(gists))
        .map(|(finding, (fingerprint, gist))| (finding, fingerprint.identity, gist))
        .collect();
    for of_file in known.chunk_by(|a, b| a.0.file == b.0.file) {
        let Some(path) = of_file.first().map(|(finding, ..)| finding.file.clone()) else { continue };
        let text = text_of(&path).unwrap_or_default();
        let lines = LineIndex::new(text);
        let known = |(finding, identity, gist): &(&Diagnostic, Identity, Gist)| Known {
            identity: *identity,
            gist: gist.clone(),
            finding: Finding::at((*finding).clone(), &lines, text),
        };
        found.insert(path, of_file.iter().map(known).collect());
    }
    found
}

impl Known {
    /// What it is, with what stands around it.
    fn key(&self) -> (Identity, &Gist) {
        (self.identity, &self.gist)
    }
}

impl Finding {
    /// `diagnostic` with its place in `text`, whose lines are `lines`.
    pub fn at(diagnostic: Diagnostic, lines: &LineIndex, text: &str) -> Self {
        let at = lines.line_column(diagnostic.span.start, text);
        Self { diagnostic, line: at.line, column: at.column }
    }
}

impl BothSides {
    /// What came and went between two files, the old one first, which count as told then.
    pub(super) fn take(&mut self, paths: &[Option<StorePath>; 2]) -> FindingChanges {
        let mut of = |side: usize| paths[side].as_ref().and_then(|path| self.0[side].remove(path)).unwrap_or_default();
        let (before, after) = (of(0), of(1));
        apart(before, after)
    }

    /// What came and went in all files that nobody took. A file that was moved takes its findings along.
    pub(super) fn rest(mut self) -> FindingChanges {
        let [before, after] = &mut self.0;
        for (path, before) in before {
            // What stayed where it was did not come from anywhere.
            if let Some(after) = after.get_mut(path) {
                remove_pairs(before, after, |one, other| one.key() == other.key());
            }
        }
        let mut shared = self.shared();
        for (side, files) in self.0.iter_mut().enumerate() {
            for known in files.values_mut() {
                known.retain(|one| match shared.get_mut(&(one.identity, one.gist.clone())) {
                    Some(left) if left[side] > 0 => {
                        left[side] -= 1;
                        false
                    }
                    _ => true,
                });
            }
        }
        let paths: Vec<StorePath> = self.0.iter().flat_map(BTreeMap::keys).cloned().collect();
        let mut changes = FindingChanges::default();
        for path in paths {
            let of_file = self.take(&[Some(path.clone()), Some(path)]);
            changes.added.extend(of_file.added);
            changes.removed.extend(of_file.removed);
        }
        changes
    }

    /// How many findings of each kind both sides have, whatever files they are in; once for each side.
    fn shared(&self) -> BTreeMap<(Identity, Gist), [usize; 2]> {
        let mut counts: BTreeMap<(Identity, Gist), [usize; 2]> = BTreeMap::new();
        for (side, files) in self.0.iter().enumerate() {
            for known in files.values().flatten() {
                counts.entry((known.identity, known.gist.clone())).or_default()[side] += 1;
            }
        }
        counts.into_iter().map(|(identity, [old, new])| (identity, [old.min(new); 2])).collect()
    }
}

/// What stands on one side only: by identity, and where words beside a finding changed by what it says.
fn apart(mut before: Vec<Known>, mut after: Vec<Known>) -> FindingChanges {
    remove_pairs(&mut before, &mut after, |one, other| one.key() == other.key());
    remove_pairs(&mut before, &mut after, |one, other| one.gist == other.gist);
    // One finding of a style speaks for a whole text and counts its lines: that there is one more is not news.
    remove_pairs(&mut before, &mut after, |one, other| {
        let [one, other] = [one, other].map(|known| known.finding.diagnostic.rule);
        one == other && one.code.starts_with("STY")
    });
    let findings = |known: Vec<Known>| known.into_iter().map(|known| known.finding).collect();
    FindingChanges { added: findings(after), removed: findings(before) }
}

fn remove_pairs(before: &mut Vec<Known>, after: &mut Vec<Known>, is_same: impl Fn(&Known, &Known) -> bool) {
    before.retain(|one| {
        let partner = after.iter().position(|other| is_same(one, other));
        partner.map(|at| after.remove(at)).is_none()
    });
}
