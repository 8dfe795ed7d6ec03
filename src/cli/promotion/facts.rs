//! What is found out about a release before it may serve: its record, its content, and how long it has served elsewhere.

use jiff::Timestamp;

use crate::cli::error::CliError;
use crate::history::Past as _;
use crate::history::standing::{Standing, standings};
use crate::history::state::{PinState, RouteState};
use crate::name::{EnvName, ReleaseRef};
use crate::promote::{self, Check, ReleaseFacts, Scene, Stay};
use crate::release::record::Record;
use crate::repo::{Git, GitPast};
use crate::store::Store;
use crate::store::route::Dimension;
use crate::store::route::draft::Target;
use crate::store::snapshot::Snapshot;

/// What is known of `release`: its record, its digest, and whether it lints clean by the rules of `target`.
pub(in crate::cli) fn release(
    git: &Git,
    past: &GitPast<'_>,
    store: &Store,
    target: &Snapshot,
    release: &ReleaseRef,
    now: Timestamp,
) -> Result<ReleaseFacts, CliError> {
    let (mut facts, commit) = record_and_digest(git, past, store, release)?;
    if let Some(commit) = commit {
        let today = now.strftime("%Y-%m-%d").to_string();
        facts.lint = promote::look::lint(git, commit, &release.artifact, target, today);
    }
    Ok(facts)
}

/// What is known of `release` without a look at how it lints, and the commit of its tag.
pub(in crate::cli) fn record_and_digest(
    git: &Git,
    past: &GitPast<'_>,
    store: &Store,
    release: &ReleaseRef,
) -> Result<(ReleaseFacts, Option<crate::name::CommitId>), CliError> {
    let tag = past.tag(&format!("{}{release}", store.config().tag_prefix()))?;
    let unknown = |why: &str| Check::Unknown(why.to_owned());
    let Some((commit, annotation)) = tag.and_then(|tag| Some((tag.commit?, tag.annotation))) else {
        let digest = unknown("there is no tag to compare with");
        return Ok((ReleaseFacts { record: None, digest, lint: unknown("there is no tag to look at") }, None));
    };
    let record: Option<Record> = annotation.and_then(|annotation| annotation.message.parse().ok());
    let digest = match &record {
        Some(record) => promote::look::digest(git, commit, record),
        None => Check::Failed("the tag has no record of a release".to_owned()),
    };
    Ok((ReleaseFacts { record, digest, lint: unknown("nobody looked") }, Some(commit)))
}

/// How long the environment before that of `scene` has served `target`. `past` is that of the scene's own branch.
pub(in crate::cli) fn upstream(
    git: &Git,
    past: &GitPast<'_>,
    store: &Store,
    scene: &Scene<'_>,
    dimension: Dimension,
    target: &Target,
) -> Result<Stay, CliError> {
    let Some(upstream) = store.upstream_of(scene.environment) else { return Ok(Stay::Absent) };
    let other = other_past(git, past, store, &upstream)?;
    stay(other.as_ref().unwrap_or(past), store, scene, dimension, target)
}

/// The same, as `past` tells it.
pub(in crate::cli) fn stay(
    past: &GitPast<'_>,
    store: &Store,
    scene: &Scene<'_>,
    dimension: Dimension,
    target: &Target,
) -> Result<Stay, CliError> {
    let Some(upstream) = store.upstream_of(scene.environment) else { return Ok(Stay::Absent) };
    let has = |route: &RouteState| {
        let mut serving = route.serving().filter_map(|(_, variant)| variant.pins.get(&dimension));
        (route.enabled && serving.any(|pin| is_same(pin, target))).then_some(())
    };
    let newest = standings(past, &upstream, scene.route, has)?.next().transpose()?;
    Ok(match newest {
        Some(Standing { until: None, since: Some(since), .. }) => {
            Timestamp::from_second(since).map_or(Stay::Unknown, Stay::Since)
        }
        Some(Standing { until: None, since: None, .. }) => Stay::Unknown,
        _ => Stay::Absent,
    })
}

/// The past of `environment`'s branch, where that is another one.
fn other_past<'a>(
    git: &'a Git,
    past: &GitPast<'_>,
    store: &Store,
    environment: &EnvName,
) -> Result<Option<GitPast<'a>>, CliError> {
    let known = store.config().environment(environment);
    let branch = known.and_then(|known| known.branch.as_ref()).map(|branch| branch.value.as_str());
    let other = branch.filter(|branch| *branch != past.branch());
    Ok(other.map(|branch| git.past(Some(branch))).transpose()?)
}

/// Whether `pin` is what `target` is: by their digests where both have one.
pub(in crate::cli) fn is_same(pin: &PinState, target: &Target) -> bool {
    match (pin.digest, target.digest) {
        (Some(one), Some(other)) => one == other,
        _ => pin.release == target.release,
    }
}
