//! Questions and how they are answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::answer::{Answer, Before, Evidence, Live, Segment, Served, ServedPin, Source, Subject};
use super::chain::{Position, Stretch};
use super::content::{self, Lineage};
use super::hazard::Hazard;
use super::made::Made;
use super::state::{Difference, PinState, RouteState, State, differences};
use super::versions::Versions;
use super::{Change, Doubt, ENVIRONMENTS, Past};
use crate::name::{CommitId, EnvName, ReleaseRef, RouteName};
use crate::path::StorePath;
use crate::release::record::Record;
use crate::revision::RevisionError;
use crate::store::route::Dimension;

/// Commits that a script or a rebase makes within one second count from one second after another. That is no clock that
/// ran backwards, unless it comes to more seconds than this.
const RUSH: i64 = 60;

/// What is asked about a route or a file.
#[derive(Clone, Debug)]
pub struct Question {
    /// The first second of the time that is asked about; `None`: from the beginning.
    pub from: Option<i64>,
    /// The first second after it: one more than `from` for an instant. `None`: to this day, without an end.
    pub until: Option<i64>,
    /// The present, in seconds since 1970.
    pub now: i64,
    /// The one dimension that is asked about.
    pub dimension: Option<Dimension>,
    /// What stands before the names of releases' tags.
    pub tag_prefix: String,
}

impl Question {
    /// What was live at one second?
    pub fn at(second: i64, now: i64) -> Self {
        let until = Some(second.saturating_add(1));
        Self { from: Some(second), until, now, dimension: None, tag_prefix: String::new() }
    }
}

/// Every route that ever was in `environment`, or in any, in order.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn routes(past: &dyn Past, environment: Option<&EnvName>) -> Result<Vec<(EnvName, RouteName)>, RevisionError> {
    Ok(routes_in(&changes_of(past, environment)?))
}

/// What was live in `environment`, each route for itself; in all environments for `None`.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_environment(
    past: &dyn Past,
    environment: Option<&EnvName>,
    question: &Question,
) -> Result<Vec<Answer>, RevisionError> {
    let changes = changes_of(past, environment)?;
    let routes = routes_in(&changes);
    let answer = |(environment, route): &(EnvName, RouteName)| answer(past, environment, route, &changes, question);
    let answers: Result<Vec<Option<Answer>>, RevisionError> = routes.par_iter().map(answer).collect();
    Ok(answers?.into_iter().flatten().collect())
}

/// What was live in the route `route` of `environment`; `None` where there never was such a route.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_route(
    past: &dyn Past,
    environment: &EnvName,
    route: &RouteName,
    question: &Question,
) -> Result<Option<Answer>, RevisionError> {
    answer(past, environment, route, &changes_of(past, Some(environment))?, question)
}

/// The routes in which the artifact called `id` was live at some time that `question` is about.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_artifact(
    past: &dyn Past,
    environment: Option<&EnvName>,
    id: &str,
    question: &Question,
) -> Result<Vec<Answer>, RevisionError> {
    let mut answers = of_environment(past, environment, question)?;
    answers.retain(|answer| answer.segments.iter().any(|segment| segment.serves(id)));
    Ok(answers)
}

/// What the file at `path` said on the branch, followed through its renames.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_file(past: &dyn Past, path: &StorePath, question: &Question) -> Result<Answer, RevisionError> {
    let lineage = content::lineage(past, path)?;
    let mut asker = Asker::new(past, question);
    let mut segments = asker.before_history();
    if let Some((first, end)) = asker.commits() {
        for (at, version) in lineage.versions.iter().enumerate() {
            let until = lineage.versions.get(at + 1).map(|next| next.position);
            if version.position < end && until.is_none_or(|until| until > first) {
                segments.extend(asker.of_version(&lineage, at, until)?);
            }
        }
    }
    asker.not_yet(&mut segments, lineage.versions.first().map(|version| version.position));
    if let Some(last) = lineage.versions.last().filter(|last| last.blob.is_none()) {
        let made = asker.made(last.position)?;
        let renamed_to = content::renamed_to(past, last.position, &last.path, lineage.last_blob())?;
        asker.gone(&segments, last.path.clone(), &made, renamed_to);
    }
    Ok(asker.finish(Subject::File(path.clone()), segments))
}

pub(super) fn changes_of(past: &dyn Past, environment: Option<&EnvName>) -> Result<Vec<Change>, RevisionError> {
    let scope: StorePath = ENVIRONMENTS.parse().expect("because it is a path of the store");
    let mut changes = past.changes(&scope)?;
    if let Some(environment) = environment {
        let folder = format!("{ENVIRONMENTS}/{environment}/");
        changes.retain(|change| change.path.as_str().starts_with(&folder));
    }
    Ok(changes)
}

/// The routes whose files are among `changes`: `environments/<env>/<route>.yaml`.
fn routes_in(changes: &[Change]) -> Vec<(EnvName, RouteName)> {
    let route = |path: &StorePath| {
        let (environment, file) = path.as_str().strip_prefix(ENVIRONMENTS)?.strip_prefix('/')?.split_once('/')?;
        let name = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml"))?;
        Some((environment.parse().ok()?, name.parse().ok()?))
    };
    let paths: BTreeSet<&StorePath> = changes.iter().map(|change| &change.path).collect();
    let routes: BTreeSet<(EnvName, RouteName)> = paths.into_iter().filter_map(route).collect();
    routes.into_iter().collect()
}

fn answer(
    past: &dyn Past,
    environment: &EnvName,
    route: &RouteName,
    changes: &[Change],
    question: &Question,
) -> Result<Option<Answer>, RevisionError> {
    let stem = format!("{ENVIRONMENTS}/{environment}/{route}");
    let versions = Versions::new(past, &stem, changes);
    if versions.is_empty() {
        return Ok(None);
    }
    let mut asker = Asker::new(past, question);
    let mut segments = asker.before_history();
    if let Some((first, end)) = asker.commits() {
        for (index, stretch) in versions.stretches(first, end, question.dimension)? {
            segments.extend(asker.of_stretch(&versions, index, &stretch)?);
        }
    }
    asker.not_yet(&mut segments, Some(versions.position(0)));
    if let Some((position, false)) = versions.newest() {
        let index = versions.index_of(position).unwrap_or_default();
        let made = asker.made(position)?;
        if let Some((path, blob)) = versions.file_before(index) {
            let renamed_to = content::renamed_to(past, position, path, Some(*blob))?;
            asker.gone(&segments, path.clone(), &made, renamed_to);
        }
    }
    let subject = Subject::Route { environment: environment.clone(), route: route.clone() };
    Ok(Some(asker.finish(subject, segments)))
}

/// One question being answered: what was read already, and what the answer has to be read with.
struct Asker<'a> {
    past: &'a dyn Past,
    question: &'a Question,
    made: BTreeMap<Position, Arc<Made>>,
    records: BTreeMap<ReleaseRef, Option<(CommitId, Option<Record>)>>,
    hazards: BTreeSet<Hazard>,
}

impl<'a> Asker<'a> {
    fn new(past: &'a dyn Past, question: &'a Question) -> Self {
        Self { past, question, made: BTreeMap::new(), records: BTreeMap::new(), hazards: BTreeSet::new() }
    }

    /// The commits that are active in the time that is asked about: from the first up to, and without, the second.
    fn commits(&self) -> Option<(Position, Position)> {
        let chain = self.past.chain();
        let range = chain.during(self.question.from.unwrap_or(i64::MIN), self.question.until.unwrap_or(i64::MAX));
        (!range.is_empty()).then_some((range.start, range.end))
    }

    /// The segment before the chain's first commit, if that is asked about.
    fn before_history(&self) -> Vec<Segment> {
        let first = self.past.chain().starts().first().copied();
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
    fn not_yet(&self, segments: &mut Vec<Segment>, position: Option<Position>) {
        let chain = self.past.chain();
        let Some(since) = chain.starts().first().copied() else { return };
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

    fn of_stretch(
        &mut self,
        versions: &Versions<'_>,
        index: usize,
        stretch: &Stretch<State>,
    ) -> Result<Option<Segment>, RevisionError> {
        let Some(mut segment) = self.segment(stretch.from, stretch.until)? else { return Ok(None) };
        let dimension = self.question.dimension;
        let before = if index == 0 { State::Absent } else { versions.state(index - 1)? };
        segment.changes = differences(&before.clone().only(dimension), &stretch.state);
        segment.live = match &stretch.state {
            State::Absent => Live::Removed,
            State::Illegible(_) => {
                if let Some((path, _)) = versions.file_before(index + 1) {
                    let (path, commit) = (path.clone(), self.past.chain().commit(stretch.from));
                    self.hazards.insert(Hazard::Illegible { path, position: stretch.from, commit });
                }
                Live::Illegible
            }
            State::Route(route) if !route.enabled => Live::Disabled,
            State::Route(_) => {
                let whole = versions.state(index)?;
                let serving = whole.route().map(|route| self.serving(versions, index, &before, route));
                Live::Serving(serving.transpose()?.unwrap_or_default())
            }
        };
        Ok(Some(segment))
    }

    fn of_version(
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
        index: usize,
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
                let origin = versions.origin(index, name, *dimension)?;
                let since = self.origin(versions.position(origin))?;
                let replaced = if origin == index { replaced(before, name, *dimension, pin) } else { None };
                pins.push(self.pin(*dimension, pin, since, replaced)?);
            }
            let shared = versions.origin(index, name, Dimension::Traffic)?;
            serving.push(Served {
                variant: name.to_owned(),
                share: variant.share,
                shadow: variant.shadow,
                shared: self.origin(versions.position(shared))?,
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

    fn made(&mut self, position: Position) -> Result<Arc<Made>, RevisionError> {
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

    fn gone(&mut self, segments: &[Segment], path: StorePath, made: &Made, renamed_to: Option<StorePath>) {
        let told = segments.last().is_some_and(|last| last.live == Live::Removed);
        if !told || renamed_to.is_some() {
            self.hazards.insert(Hazard::Gone { path, commit: made.commit.id, at: made.at, renamed_to });
        }
    }

    fn finish(mut self, subject: Subject, segments: Vec<Segment>) -> Answer {
        let (chain, question) = (self.past.chain(), self.question);
        if self.past.is_shallow() && segments.iter().any(|segment| segment.since.is_none()) {
            self.hazards.extend(chain.starts().first().map(|since| Hazard::Shallow { since: *since }));
        }
        if question.from.is_some_and(|from| from > question.now) {
            self.hazards.insert(Hazard::Future);
        }
        let future = chain.starts().partition_point(|start| *start <= question.now);
        if let Some(first) = chain.starts().get(future) {
            self.hazards.insert(Hazard::FutureCommits { count: chain.len() - future, first: *first });
        }
        for made in segments.iter().filter_map(|segment| segment.made.as_ref()) {
            let dated = made.commit.committed.seconds;
            if made.at - dated > RUSH {
                let (commit, counts_from) = (made.commit.id, made.at);
                self.hazards.insert(Hazard::ClockBackwards { commit, dated, counts_from });
            }
        }
        if let Some((first, end)) = self.commits() {
            for swapped in self.past.swapped().iter().filter(|it| it.fork + 1 < end && first < it.merge) {
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
        Answer { subject, segments, hazards, observed: Vec::new(), evidence: Evidence::Intended, source }
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
