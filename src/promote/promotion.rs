//! A release comes to serve.

use std::collections::BTreeMap;

use super::gate::{self, Move};
use super::work::{Work, said, target_of};
use super::{Facts, Plan, Refusal, Scene, Step, shares};
use crate::name::{ArtifactId, ReleaseRef};
use crate::store::Store;
use crate::store::route::draft::Target;
use crate::store::route::{Dimension, Route, Share};

/// What is to serve, where, and with how much of the traffic.
#[derive(Clone, Debug)]
pub struct Promotion {
    /// The release.
    pub release: ReleaseRef,
    /// The variant; the only one or `stable` where it is not said. One that the route lacks is made from that one.
    pub variant: Option<String>,
    /// Shares of the traffic; the main variant makes up for the rest.
    pub traffic: Vec<(String, Share)>,
}

/// Plans a promotion: one dimension of one variant changes, and the traffic where that is asked for.
///
/// # Errors
/// Where nothing says what is meant, or the route's file cannot be changed. A shut gate is no error: it is in the plan.
pub fn promote(scene: &Scene<'_>, promotion: &Promotion, facts: &Facts<'_>) -> Result<Plan, Refusal> {
    let mut work = Work::start(scene)?;
    let artifact = &promotion.release.artifact;
    let dimension =
        dimension_of(artifact, scene.store, work.before).ok_or_else(|| Refusal::NoDimension(artifact.clone()))?;
    let recorded = facts.releases.digest(&promotion.release);
    let digest = recorded.or_else(|| facts.release.record.as_ref().map(|record| record.digest));
    let target = Target { release: promotion.release.clone(), digest };
    let variant = match &promotion.variant {
        Some(name) if work.before.variant(name).is_none() => {
            add_variant(&mut work, name, dimension, &target)?;
            name.clone()
        }
        asked => work.variant(asked.as_deref())?,
    };
    work.pin(&variant, dimension, &target)?;
    if !promotion.traffic.is_empty() {
        let settled = shares::settle(work.draft.route(), &promotion.traffic)?;
        work.traffic(&settled)?;
    }
    let gates = gate::all(scene, work.before, Move::Forward(dimension, &target), facts);
    let title = format!("Promote {} to {}/{} ({variant})", promotion.release, scene.environment, scene.route);
    Ok(work.finish("Promotion", title, gates, Vec::new()))
}

/// In which dimension releases of `artifact` stand: by what it is in the store, else by where the route has it, else by
/// its folder.
pub fn dimension_of(artifact: &ArtifactId, store: &Store, route: &Route) -> Option<Dimension> {
    if let Some(known) = store.artifact(artifact.as_str()) {
        return Dimension::of_kind(known.kind);
    }
    let here = route.pins().find(|(_, pin)| pin.release.value.artifact == *artifact);
    here.map(|(dimension, _)| dimension).or_else(|| match artifact.as_str().split('/').next()? {
        "prompts" => Some(Dimension::Prompt),
        "models" => Some(Dimension::Model),
        "retrieval" => Some(Dimension::Retrieval),
        "policies" => Some(Dimension::Policy),
        _ => None,
    })
}

/// A new variant is like the main one, in all but the one dimension.
fn add_variant(work: &mut Work<'_>, name: &str, dimension: Dimension, target: &Target) -> Result<(), Refusal> {
    let base = work.variant(None)?;
    let pins = work.before.variant(&base).into_iter().flat_map(|variant| &variant.pins);
    let mut pins: BTreeMap<Dimension, Target> = pins.map(|(dimension, pin)| (*dimension, target_of(pin))).collect();
    pins.insert(dimension, target.clone());
    work.draft.add_variant(name, &pins, &base)?;
    work.steps.push(Step { variant: Some(name.to_owned()), dimension, from: None, to: Some(said(target)) });
    Ok(())
}
