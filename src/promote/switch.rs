//! Shares of the traffic, holds, and whether a route serves at all.

use super::gate::{self, Move};
use super::promotion::dimension_of;
use super::rollback::lift;
use super::work::Work;
use super::{Facts, Plan, Refusal, Scene, shares, stamp};
use crate::name::ReleaseRef;
use crate::store::route::draft::{NewHold, Target};
use crate::store::route::{Route, Share};

/// Plans other shares of the traffic; the main variant makes up for what `asked` does not say.
///
/// # Errors
/// Where they cannot add up, or the route's file cannot be changed.
pub fn share_out(scene: &Scene<'_>, asked: &[(String, Share)], facts: &Facts<'_>) -> Result<Plan, Refusal> {
    let mut work = Work::start(scene)?;
    let settled = shares::settle(work.before, asked)?;
    work.traffic(&settled)?;
    let gates = gate::all(scene, work.before, Move::Traffic, facts);
    let title = format!("Share out the traffic of {}/{}", scene.environment, scene.route);
    Ok(work.finish("Traffic", title, gates, Vec::new()))
}

/// Plans that a route serves again: with the shares `asked`, else with those that the file has, else with all of the
/// traffic for the only variant or `stable`. What was disabled here has none: an experiment does not come back by itself.
///
/// # Errors
/// Where nothing says who is to be served, or the route's file cannot be changed.
pub fn enable(scene: &Scene<'_>, asked: &[(String, Share)], facts: &Facts<'_>) -> Result<Plan, Refusal> {
    let mut work = Work::start(scene)?;
    let has_none = shares::of(work.before).iter().all(|(_, share)| *share == Share::NONE);
    if has_none || !asked.is_empty() {
        let main = work.variant(None).map_err(|_| Refusal::WhoServes);
        let wanted = if asked.is_empty() { vec![(main?, Share::WHOLE)] } else { asked.to_vec() };
        let settled = shares::settle(work.before, &wanted)?;
        work.traffic(&settled)?;
    }
    work.draft.set_enabled(true)?;
    let gates = gate::all(scene, work.before, Move::Traffic, facts);
    let title = format!("Enable {}/{}", scene.environment, scene.route);
    let words = vec![format!("{}/{} serves again.", scene.environment, scene.route)];
    Ok(work.finish("Enable", title, gates, words))
}

/// Plans that a route serves nobody: no gate stands in the way of that. Its shares become nothing, so that whoever
/// enables it decides who is served.
///
/// # Errors
/// When the route's file cannot be changed.
pub fn disable(scene: &Scene<'_>) -> Result<Plan, Refusal> {
    let mut work = Work::start(scene)?;
    let nothing: Vec<(String, Share)> =
        shares::of(work.before).into_iter().map(|(name, _)| (name, Share::NONE)).collect();
    work.draft.set_enabled(false)?;
    work.traffic(&nothing)?;
    let title = format!("Disable {}/{}", scene.environment, scene.route);
    let (environment, route) = (scene.environment, scene.route);
    let words = vec![format!(
        "{environment}/{route} serves nobody; `promptyard enable --env {environment} --route {route}` changes that."
    )];
    Ok(work.finish("Disable", title, Vec::new(), words))
}

/// Plans a hold: `release` is not promoted here until somebody lifts it.
///
/// # Errors
/// Where it is nothing that a route serves, or the route's file cannot be changed.
pub fn hold(scene: &Scene<'_>, release: &ReleaseRef, facts: &Facts<'_>) -> Result<Plan, Refusal> {
    let mut work = Work::start(scene)?;
    let dimension = dimension_of(&release.artifact, scene.store, work.before)
        .ok_or_else(|| Refusal::NoDimension(release.artifact.clone()))?;
    let rejects = Target { release: release.clone(), digest: facts.releases.digest(release) };
    let is_served = |route: &Route| route.pins().any(|(of, pin)| of == dimension && pin.release.value == *release);
    let mut words = Vec::new();
    if !work.before.holds.iter().any(|hold| hold.rejects(dimension, release, rejects.digest)) {
        let since = stamp(scene.now);
        let (reason, by) = (scene.reason.map(str::to_owned), scene.by.map(str::to_owned));
        work.draft.add_hold(&NewHold { dimension, rejects, reason, since, by })?;
        words.push(lift(scene, release));
    }
    if is_served(work.before) {
        words.push(format!("It still serves here: `promptyard rollback --dimension {dimension}` takes it back."));
    }
    let title = format!("Hold {release} back in {}/{}", scene.environment, scene.route);
    Ok(work.finish("Hold", title, Vec::new(), words))
}

/// Plans that every hold that rejects `release` by its name is lifted.
///
/// # Errors
/// Where no hold does, or the route's file cannot be changed.
pub fn unhold(scene: &Scene<'_>, release: &ReleaseRef) -> Result<Plan, Refusal> {
    let mut work = Work::start(scene)?;
    let wanted = |route: &Route| route.holds.iter().position(|hold| hold.rejects.value == *release);
    wanted(work.before).ok_or_else(|| Refusal::NoHold(release.clone()))?;
    while let Some(index) = wanted(work.draft.route()) {
        work.draft.remove_hold(index)?;
    }
    let title = format!("Lift the hold of {release} in {}/{}", scene.environment, scene.route);
    let words = vec![format!("{release} may be promoted here again.")];
    Ok(work.finish("Unhold", title, Vec::new(), words))
}
