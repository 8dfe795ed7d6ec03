//! How one question is answered: segment by segment, with the commits and the releases' records that they take.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::answer::{Answer, Before, Evidence, Live, Segment, Served, ServedPin, Source, Subject};
use super::ask::Question;
use super::chain::Position;
use super::content::Lineage;
use super::hazard::Hazard;
use super::made::Made;
use super::state::{Difference, PinState, RouteState, State, differences};
use super::versions::{RouteVersion, Stretch, Versions};
use super::{Doubt, Past};
use crate::name::{CommitId, ReleaseRef};
use crate::path::StorePath;
use crate::release::record::Record;
use crate::revision::RevisionError;
use crate::store::route::Dimension;

/// Commits that a script or a rebase makes within one second count from one second after another. That is no clock that
/// ran backwards, unless it comes to more seconds than this.
const RUSH: i64 = 60;

/// One question being answered: what was read already, and what the answer has to be read with.
pub(super) struct Asker<'a> {
    past: &'a dyn Past,
    question: &'a Question,
    made: BTreeMap<Position, Arc<Made>>,
    records: BTreeMap<ReleaseRef, Option<(CommitId, Option<Record>)>>,
    hazards: BTreeSet<Hazard>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(past: &'a dyn Past, question: &'a Question) -> Self {
        Self { past, question, made: BTreeMap::new(), records: BTreeMap::new(), hazards: BTreeSet::new() }
    }

    /// The commits that are active in the time that is asked about: from the first up to, and without, the second.
    pub(super) fn commits(&self) -> Option<(Position, Position)> {
        let chain = self.past.chain();
        let range = chain.during(self.question.from.unwrap_or(i64::MIN), self.question.until.unwrap_or(i64::MAX));
        (!range.is_empty()).then_some((range.start, range.end))
    }

    /// The segment before the chain's first commit, if that is asked about.
    pub(super) fn before_history(&self) -> Vec<Segment> {
        let first = self.past.chain().first_start();
        let asked = first.is_none_or(|first| self.question.from.is_none_or(|from| from < first));
        if !asked || (self.question.from.is_none() && !self.past.is_shallow()) {
            return Vec::new();
        }
        let live = if self.past.is_shallow() { Live::Unknown } else { Live::NotDeployed };
        let end = earlier(first, self.question.until);
        vec![Segment {
            start: self.question.from,
            end,
            since: None,
            until: first,
            live,
            made: None,
            changes: Vec::new(),
        }]
    }

    /// Adds the time in which the history was there and the file was not, before its first commit at `position`.
    pub(super) fn not_yet(&self, segments: &mut Vec<Segment>, position: Option<Position>) {
        let chain = self.past.chain();
        let Some(since) = chain.first_start() else { return };
        let until = position.map(|position| chain.start(position));
        let end = earlier(until, self.question.until);
        // Nothing yet is one stretch, whether there was a history or not.
        if let Some(segment) = segments.iter_mut().find(|segment| segment.live == Live::NotDeployed) {
            (segment.end, segment.until) = (end, until);
            return;
        }
        let start = self.question.from.map_or(since, |from| from.max(since));
        if self.question.from.is_none() || end.is_some_and(|end| end <= start) {
            return;
        }
        let at = segments.iter().take_while(|segment| segment.live == Live::Unknown).count();
        let live = Live::NotDeployed;
        let segment = Segment { start: Some(start), end, since: None, until, live, made: None, changes: Vec::new() };
        segments.insert(at, segment);
    }

    pub(super) fn of_stretch(
        &mut self,
        versions: &Versions<'_>,
        stretch: &Stretch,
    ) -> Result<Option<Segment>, RevisionError> {
        let version = stretch.version;
        let Some(mut segment) = self.segment(version.position, stretch.until)? else { return Ok(None) };
        let dimension = self.question.dimension;
        let before = versions.state_before(version)?;
        segment.changes = differences(&State::clone(&before).only(dimension), &stretch.state);
        segment.live = match &*stretch.state {
            State::Absent => Live::Removed,
            State::Illegible(_) => {
                if let Some(path) = versions.path(version) {
                    let commit = self.past.chain().commit(version.position);
                    self.hazards.insert(Hazard::Illegible { path, position: version.position, commit });
                }
                Live::Illegible
            }
            State::Route(route) if !route.enabled => Live::Disabled,
            State::Route(_) => {
                let whole = versions.state(version)?;
                let serving = whole.route().map(|route| self.serving(versions, version, &before, route));
                Live::Serving(serving.transpose()?.unwrap_or_default())
            }
        };
        Ok(Some(segment))
    }

    pub(super) fn of_version(
        &mut self,
        lineage: &Lineage,
        at: usize,
        until: Option<Position>,
    ) -> Result<Option<Segment>, RevisionError> {
        let version = &lineage.versions[at];
        let Some(mut segment) = self.segment(version.position, until)? else { return Ok(None) };
        segment.live = match version.blob {
            Some(blob) => Live::Content { path: version.path.clone(), blob },
            None => Live::Removed,
        };
        if let Some(older) = at.checked_sub(1).map(|older| &lineage.versions[older])
            && older.path != version.path
        {
            segment.changes.push(Difference {
                variant: None,
                dimension: None,
                from: Some(older.path.to_string()),
                to: Some(version.path.to_string()),
            });
        }
        Ok(Some(segment))
    }

    /// The part of a stretch that is asked about; nothing is live in it yet.
    fn segment(&mut self, from: Position, until: Option<Position>) -> Result<Option<Segment>, RevisionError> {
        let chain = self.past.chain();
        let (since, until) = (chain.start(from), until.map(|until| chain.start(until)));
        let start = self.question.from.map_or(since, |asked| asked.max(since));
        let end = earlier(until, self.question.until);
        if end.is_some_and(|end| end <= start) {
            return Ok(None);
        }
        let made = self.made(from)?;
        // Where a shallow clone begins, nobody knows since when it was so.
        let cut = from == 0 && self.past.is_shallow();
        let changes = Vec::new();
        let since = (!cut).then_some(since);
        let made = (!cut).then_some(made);
        Ok(Some(Segment { start: Some(start), end, since, until, live: Live::NotDeployed, made, changes }))
    }

    fn serving(
        &mut self,
        versions: &Versions<'_>,
        version: RouteVersion,
        before: &State,
        route: &RouteState,
    ) -> Result<Vec<Served>, RevisionError> {
        let mut serving = Vec::new();
        for (name, variant) in route.serving() {
            let mut pins = Vec::new();
            for (dimension, pin) in &variant.pins {
                if self.question.dimension.is_some_and(|asked| asked != *dimension) {
                    continue;
                }
                let origin = versions.origin(version, name, *dimension)?;
                let since = self.origin(origin.position)?;
                let replaced = if origin == version { replaced(before, name, *dimension, pin) } else { None };
                pins.push(self.pin(*dimension, pin, since, replaced)?);
            }
            let shared = versions.origin(version, name, Dimension::Traffic)?;
            serving.push(Served {
                variant: name.to_owned(),
                share: variant.share,
                shadow: variant.shadow,
                shared: self.origin(shared.position)?,
                pins,
            });
        }
        Ok(serving)
    }

    fn pin(
        &mut self,
        dimension: Dimension,
        pin: &PinState,
        since: Option<Arc<Made>>,
        replaced: Option<&PinState>,
    ) -> Result<ServedPin, RevisionError> {
        let (tagged, record) = match self.record(&pin.release)? {
            Some((commit, record)) => (Some(commit), record),
            None => {
                self.hazards.insert(Hazard::MissingTag(pin.release.clone()));
                (None, None)
            }
        };
        let recorded = record.as_ref().map(|record| record.digest);
        if let (Some(recorded), Some(digest)) = (recorded, pin.digest)
            && recorded != digest
        {
            self.hazards.insert(Hazard::OtherDigest { release: pin.release.clone(), recorded });
        }
        let before = match replaced {
            Some(old) => {
                let metrics = self.record(&old.release)?.and_then(|(_, record)| record).map(|record| record.metrics);
                Some(Before { release: old.release.clone(), metrics: metrics.unwrap_or_default() })
            }
            None => None,
        };
        let digest = pin.digest.or(recorded);
        Ok(ServedPin { dimension, release: pin.release.clone(), digest, tagged, since, record, before })
    }

    fn record(&mut self, release: &ReleaseRef) -> Result<Option<(CommitId, Option<Record>)>, RevisionError> {
        if let Some(known) = self.records.get(release) {
            return Ok(known.clone());
        }
        let tag = self.past.tag(&format!("{}{release}", self.question.tag_prefix))?;
        let found = tag.and_then(|tag| {
            let record = tag.annotation.and_then(|annotation| annotation.message.parse().ok());
            Some((tag.commit?, record))
        });
        self.records.insert(release.clone(), found.clone());
        Ok(found)
    }

    pub(super) fn made(&mut self, position: Position) -> Result<Arc<Made>, RevisionError> {
        if let Some(known) = self.made.get(&position) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(Made::at(self.past, position)?);
        self.made.insert(position, Arc::clone(&made));
        Ok(made)
    }

    /// The same for where something began; `None` where a shallow clone begins.
    fn origin(&mut self, position: Position) -> Result<Option<Arc<Made>>, RevisionError> {
        let cut = position == 0 && self.past.is_shallow();
        if cut { Ok(None) } else { self.made(position).map(Some) }
    }

    pub(super) fn gone(&mut self, segments: &[Segment], path: StorePath, made: &Made, renamed_to: Option<StorePath>) {
        let told = segments.last().is_some_and(|last| last.live == Live::Removed);
        if !told || renamed_to.is_some() {
            self.hazards.insert(Hazard::Gone { path, commit: made.commit.id, at: made.at, renamed_to });
        }
    }

    pub(super) fn finish(mut self, subject: Subject, segments: Vec<Segment>) -> Result<Answer, RevisionError> {
        let (chain, question) = (self.past.chain(), self.question);
        if self.past.is_shallow() && segments.iter().any(|segment| segment.since.is_none()) {
            self.hazards.extend(chain.first_start().map(|since| Hazard::Shallow { since }));
        }
        if question.from.is_some_and(|from| from > question.now) {
            self.hazards.insert(Hazard::Future);
        }
        let begun = chain.begun(question.now);
        if begun < chain.len() {
            let (count, first) = (chain.len() - begun, chain.start(begun));
            self.hazards.insert(Hazard::FutureCommits { count, first });
        }
        for made in segments.iter().filter_map(|segment| segment.made.as_ref()) {
            let dated = made.commit.committed.seconds;
            if made.at - dated > RUSH {
                let (commit, counts_from) = (made.commit.id, made.at);
                self.hazards.insert(Hazard::ClockBackwards { commit, dated, counts_from });
            }
        }
        if let Some((first, end)) = self.commits() {
            for swapped in self.past.swapped(first, end)? {
                let (merge, at) = (chain.commit(swapped.merge), chain.start(swapped.merge));
                self.hazards.insert(Hazard::SwappedParents { merge, at });
            }
        }
        for doubt in self.past.doubts() {
            self.hazards.insert(match doubt.clone() {
                Doubt::Diverged { remote } => Hazard::Diverged { branch: self.past.branch().to_owned(), remote },
                Doubt::Rewritten { remote, old, noticed } => Hazard::Rewritten { remote, old, noticed },
            });
        }
        let hazards = self.hazards.into_iter().collect();
        let source = Source::of(self.past);
        Ok(Answer { subject, segments, hazards, observed: Vec::new(), evidence: Evidence::Intended, source })
    }
}

/// What `pin` took the place of: the release before it in its variant, else that of the largest variant then.
fn replaced<'a>(before: &'a State, variant: &str, dimension: Dimension, pin: &PinState) -> Option<&'a PinState> {
    let before = before.route()?;
    let own = before.variants.get(variant).and_then(|variant| variant.pins.get(&dimension));
    let largest = || before.serving().next().and_then(|(_, variant)| variant.pins.get(&dimension));
    own.or_else(largest).filter(|old| old.release != pin.release)
}

fn earlier(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
