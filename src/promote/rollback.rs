//! What served well before serves again, and what did not is held back.

use jiff::Timestamp;

use super::gate::{self, Move, long};
use super::past::Stood;
use super::work::{Work, said, target_of};
use super::{Facts, Plan, Refusal, Scene, Step, shares, stamp};
use crate::name::ReleaseRef;
use crate::release::record::Record;
use crate::revision::RevisionError;
use crate::store::route::draft::{NewHold, Target};
use crate::store::route::{Dimension, Route, Share};

/// What is to go back.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// The dimension; traffic is rolled back by [`roll_back_traffic`].
    pub dimension: Dimension,
    /// The variant; the only one or `stable` where it is not said.
    pub variant: Option<String>,
    /// The release to go to, instead of the last good one.
    pub to: Option<ReleaseRef>,
}

/// Plans a rollback of one dimension of one variant. `past` is what that was, the newest first, of which no more is asked
/// for than is needed; the first state that is something else and that no hold rejects is the good one. What is rolled back
/// is held back from now on.
///
/// # Errors
/// Where nothing says what is meant, the past has nothing to go back to or cannot be read, or the route's file cannot be
/// changed.
pub fn roll_back(
    scene: &Scene<'_>,
    rollback: &Rollback,
    past: &mut dyn Iterator<Item = Result<Stood<Target>, RevisionError>>,
    facts: &Facts<'_>,
) -> Result<Plan, Refusal> {
    let mut work = Work::start(scene)?;
    let variant = work.variant(rollback.variant.as_deref())?;
    let dimension = rollback.dimension;
    let there = work.before.variant(&variant).and_then(|variant| variant.pin(dimension)).map(target_of);
    let bad = there.ok_or_else(|| Refusal::NothingThere { variant: variant.clone(), dimension })?;
    let (good, stood) = match &rollback.to {
        Some(release) => {
            let stood = first(past, |stood| stood.state.release == *release)?;
            let known = stood.as_ref().and_then(|stood| stood.state.digest);
            let digest = facts.releases.digest(release).or(known);
            (Target { release: release.clone(), digest }, stood)
        }
        None => {
            let stood = last_good(work.before, dimension, &bad, past)?.ok_or(Refusal::NothingBefore(dimension))?;
            (stood.state.clone(), Some(stood))
        }
    };
    let good = complete(good, facts);
    work.pin(&variant, dimension, &good)?;
    let mut words = Vec::new();
    if !is_same(&bad, &good) {
        hold_back(&mut work, dimension, &bad)?;
        words.extend(stood.as_ref().map(|stood| since(stood, scene, facts.release.record.as_ref())));
        words.push(lift(scene, &bad.release));
    }
    let what = if stood.is_some() { Move::Back(dimension, &good) } else { Move::Aside(dimension, &good) };
    let gates = gate::all(scene, work.before, what, facts);
    let title = format!("Roll back the {dimension} of {}/{} to {}", scene.environment, scene.route, good.release);
    Ok(work.finish("Rollback", title, gates, words))
}

/// The newest state that is something else than `bad` and that no hold rejects.
fn last_good(
    route: &Route,
    dimension: Dimension,
    bad: &Target,
    past: &mut dyn Iterator<Item = Result<Stood<Target>, RevisionError>>,
) -> Result<Option<Stood<Target>>, RevisionError> {
    let is_held = |target: &Target| {
        let mut holds = route.holds.iter();
        holds.any(|hold| hold.rejects(dimension, &target.release, target.digest))
    };
    first(past, |stood| !is_same(&stood.state, bad) && !is_held(&stood.state))
}

/// The first state of `past` that `is_wanted` says yes to.
fn first<T>(
    past: &mut dyn Iterator<Item = Result<Stood<T>, RevisionError>>,
    is_wanted: impl Fn(&Stood<T>) -> bool,
) -> Result<Option<Stood<T>>, RevisionError> {
    for stood in past {
        let stood = stood?;
        if is_wanted(&stood) {
            return Ok(Some(stood));
        }
    }
    Ok(None)
}

/// Plans that the traffic is shared out as it last was otherwise, among variants that are still there. `past` is how that
/// was, the newest first.
///
/// # Errors
/// Where the past has nothing to go back to or cannot be read, or the route's file cannot be changed.
pub fn roll_back_traffic(
    scene: &Scene<'_>,
    past: &mut dyn Iterator<Item = Result<Stood<Vec<(String, Share)>>, RevisionError>>,
    facts: &Facts<'_>,
) -> Result<Plan, Refusal> {
    let mut work = Work::start(scene)?;
    let served = |shares: &[(String, Share)]| {
        let mut served: Vec<(String, Share)> =
            shares.iter().filter(|(_, share)| *share > Share::NONE).cloned().collect();
        served.sort();
        served
    };
    let now = shares::of(work.before);
    let is_good = |stood: &Stood<Vec<(String, Share)>>| {
        let is_there = |(name, _): &(String, Share)| work.before.variant(name).is_some();
        !stood.state.is_empty() && served(&stood.state) != served(&now) && served(&stood.state).iter().all(is_there)
    };
    let stood = first(past, is_good)?.ok_or(Refusal::NothingBefore(Dimension::Traffic))?;
    let mut wanted = now.clone();
    wanted.iter_mut().for_each(|(_, share)| *share = Share::NONE);
    for (name, share) in &stood.state {
        match wanted.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = *share,
            None => wanted.push((name.clone(), *share)),
        }
    }
    work.traffic(&wanted)?;
    let gates = gate::all(scene, work.before, Move::Shares, facts);
    let title = format!("Roll back the traffic of {}/{}", scene.environment, scene.route);
    let words =
        vec![format!("It was shared out so until {}, for {}.", stamp(until(&stood, scene)), length(&stood, scene))];
    Ok(work.finish("Rollback", title, gates, words))
}

/// The target with its digest, where the past did not write it down.
fn complete(target: Target, facts: &Facts<'_>) -> Target {
    let digest = target.digest.or_else(|| facts.releases.digest(&target.release));
    Target { digest, ..target }
}

fn is_same(one: &Target, other: &Target) -> bool {
    match (one.digest, other.digest) {
        (Some(one), Some(other)) => one == other,
        _ => one.release == other.release,
    }
}

fn hold_back(work: &mut Work<'_>, dimension: Dimension, bad: &Target) -> Result<(), Refusal> {
    let mut holds = work.draft.route().holds.iter();
    if holds.any(|hold| hold.rejects(dimension, &bad.release, bad.digest)) {
        return Ok(());
    }
    let scene = work.scene;
    let hold = NewHold {
        dimension,
        rejects: bad.clone(),
        reason: Some(scene.reason.map_or_else(|| "rolled back".to_owned(), |reason| format!("rolled back: {reason}"))),
        since: stamp(scene.now),
        by: scene.by.map(str::to_owned),
    };
    Ok(work.draft.add_hold(&hold)?)
}

/// `1.3.0 was live here until 2026-07-27T16:40:00Z, for 19 d (hallucination_rate 0.034)`
fn since(stood: &Stood<Target>, scene: &Scene<'_>, record: Option<&Record>) -> String {
    let release = &stood.state.release;
    let of_it = record.filter(|record| record.release == *release);
    let measured: Vec<String> =
        of_it.iter().flat_map(|record| &record.metrics).map(|it| format!("{} {}", it.name, it.value)).collect();
    let measured = if measured.is_empty() { String::new() } else { format!(" ({})", measured.join(", ")) };
    format!("{release} was live here until {}, for {}{measured}.", stamp(until(stood, scene)), length(stood, scene))
}

fn until<T>(stood: &Stood<T>, scene: &Scene<'_>) -> Timestamp {
    stood.until.unwrap_or(scene.now)
}

fn length<T>(stood: &Stood<T>, scene: &Scene<'_>) -> String {
    long(until(stood, scene).duration_since(stood.from))
}

/// How a hold is lifted.
pub(super) fn lift(scene: &Scene<'_>, release: &ReleaseRef) -> String {
    let (environment, route) = (scene.environment, scene.route);
    format!(
        "{release} is held back here; `promptyard unhold {release} --env {environment} --route {route}` lifts that."
    )
}

/// Plans the way back of the whole route, all variants and dimensions, to what it was in `past`: the route as it was at
/// some instant. Variants that it did not have get no traffic; what goes is held back.
///
/// # Errors
/// Where a variant of the past is gone and cannot be made again, or the route's file cannot be changed.
pub fn roll_back_all(scene: &Scene<'_>, past: &Route, facts: &Facts<'_>) -> Result<Plan, Refusal> {
    let mut work = Work::start(scene)?;
    let mut gates = Vec::new();
    let mut words = Vec::new();
    for variant in &past.variants {
        let name = variant.name.value.as_str();
        if work.before.variant(name).is_none() {
            let base = work.draft.route().variants.last().map(|last| last.name.value.clone());
            let pins = variant.pins.iter().map(|(dimension, pin)| (*dimension, target_of(pin))).collect();
            work.draft.add_variant(name, &pins, &base.ok_or(Refusal::WhoServes)?)?;
            let added = pins.iter().map(|(dimension, target)| Step {
                variant: Some(name.to_owned()),
                dimension: *dimension,
                from: None,
                to: Some(said(target)),
            });
            work.steps.extend(added);
            continue;
        }
        for (dimension, pin) in &variant.pins {
            let good = complete(target_of(pin), facts);
            let bad = work.before.variant(name).and_then(|variant| variant.pin(*dimension)).map(target_of);
            work.pin(name, *dimension, &good)?;
            if let Some(bad) = bad.filter(|bad| !is_same(bad, &good)) {
                let is_served = past.pins().any(|(of, pin)| of == *dimension && is_same(&target_of(pin), &bad));
                if !is_served {
                    hold_back(&mut work, *dimension, &bad)?;
                    words.push(lift(scene, &bad.release));
                }
                gates.extend(of_hold(scene, work.before, *dimension, &good, facts));
            }
        }
    }
    let mut shares = shares::of(past);
    let gone = work.before.traffic.iter().filter(|portion| past.variant(&portion.variant.value).is_none());
    shares.extend(gone.map(|portion| (portion.variant.value.clone(), Share::NONE)));
    work.traffic(&shares)?;
    work.draft.set_enabled(past.is_enabled())?;
    let title = format!("Roll back all of {}/{}", scene.environment, scene.route);
    Ok(work.finish("Rollback", title, gates, words))
}

/// The gates of one release of many that are shut: the facts are about no release in particular.
fn of_hold(
    scene: &Scene<'_>,
    route: &Route,
    dimension: Dimension,
    good: &Target,
    facts: &Facts<'_>,
) -> Vec<super::Gate> {
    let gates = gate::all(scene, route, Move::Back(dimension, good), facts);
    gates.into_iter().filter(|gate| matches!(gate.name, "release" | "hold")).collect()
}
