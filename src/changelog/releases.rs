//! Which release a commit belongs to: the first one that has it in its history.

use std::collections::{BTreeMap, BTreeSet};

use super::{History, Released, Section, without_reverted};
use crate::lint::sensitive::redacted;
use crate::name::{ArtifactId, ReleaseRef};
use crate::release::ledger::{Entry, Ledger};
use crate::release::record::Reason;
use crate::revision::Moment;
use crate::store::config::LintConfig;

/// Histories cut into parts at the commits of releases. Artifacts that were released together share one.
pub(super) struct Parts<'h> {
    history: &'h History,
    lint: &'h LintConfig,
    cut: BTreeMap<Vec<usize>, Vec<Option<usize>>>,
}

impl<'h> Parts<'h> {
    /// `lint` says what is masked of what a record says.
    pub(super) fn new(history: &'h History, lint: &'h LintConfig) -> Self {
        Self { history, lint, cut: BTreeMap::new() }
    }

    /// The sections of an artifact that is or was called `ids`, and that the commits at `touched` changed.
    pub(super) fn sections(&mut self, ledger: &Ledger, ids: &[ArtifactId], touched: &BTreeSet<usize>) -> Vec<Section> {
        let releases = self.releases(ledger, ids);
        let at: Vec<usize> = releases.iter().map(|(at, _, _)| *at).collect();
        let history = self.history;
        let part_of = self.cut.entry(at).or_insert_with_key(|at| cut(history, at));
        let mut commits: Vec<Vec<usize>> = vec![Vec::new(); releases.len() + 1];
        for at in touched.iter().rev() {
            commits[part_of[*at].unwrap_or(releases.len())].push(*at);
        }
        commits.iter_mut().for_each(|commits| without_reverted(history, commits));
        let names = |commits: Vec<usize>| commits.into_iter().map(|at| history.commits[at].id).collect();
        let unreleased = commits.pop().filter(|commits| !commits.is_empty());
        let unreleased = unreleased.map(|commits| Section { release: None, commits: names(commits) });
        let released = releases.iter().zip(commits).rev().map(|((at, name, entry), commits)| Section {
            release: Some(released(*at, name, entry, history.commits[*at].committed, self.lint)),
            commits: names(commits),
        });
        unreleased.into_iter().chain(released).collect()
    }

    /// The releases in this history that have a section, the oldest first, with the positions of their commits.
    fn releases<'l>(&self, ledger: &'l Ledger, ids: &[ArtifactId]) -> Vec<(usize, &'l ReleaseRef, &'l Entry)> {
        let all = ids.iter().flat_map(|id| ledger.of(id));
        let mut here: Vec<_> = all
            .filter_map(|(name, entry)| Some((*self.history.positions.get(&entry.commit()?)?, name, entry)))
            .collect();
        here.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.version.cmp(&b.1.version)));
        let last_out = here.iter().rposition(|(_, name, _)| name.version.pre.is_empty());
        // A pre-release of what came out afterwards is part of that.
        let counts = |(at, (_, name, _)): &(usize, &(usize, &ReleaseRef, &Entry))| {
            name.version.pre.is_empty() || last_out.is_none_or(|last| *at > last)
        };
        here.iter().enumerate().filter(counts).map(|(_, release)| *release).collect()
    }
}

/// For each commit of `history` the first of the releases at `at` that has it in its history.
fn cut(history: &History, at: &[usize]) -> Vec<Option<usize>> {
    let mut part_of: Vec<Option<usize>> = vec![None; history.commits.len()];
    for (release, at) in at.iter().enumerate() {
        let mut waiting = vec![*at];
        while let Some(at) = waiting.pop() {
            if part_of[at].is_none() {
                part_of[at] = Some(release);
                waiting.extend(history.parents(at));
            }
        }
    }
    part_of
}

fn released(position: usize, name: &ReleaseRef, entry: &Entry, committed: Moment, lint: &LintConfig) -> Released {
    let tagged = entry.tag.annotation.as_ref().and_then(|annotation| annotation.tagged);
    let record = entry.record.as_ref().ok();
    let reason = |reason: &Reason| Reason { bump: reason.bump, text: redacted(lint, &reason.text).into_owned() };
    Released {
        name: name.clone(),
        commit: entry.commit().expect("because a release without a commit has no place in the history"),
        position,
        when: tagged.unwrap_or(committed),
        notes: record.map(|record| redacted(lint, &record.notes).into_owned()).unwrap_or_default(),
        reasons: record.map(|record| record.reasons.iter().map(reason).collect()).unwrap_or_default(),
    }
}
