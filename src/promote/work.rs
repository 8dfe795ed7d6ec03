//! The making of a plan: a draft of the route's file, and what changed in it so far.

use super::gate::Gate;
use super::{Plan, Refusal, Scene, Step, shares};
use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::name::ReleaseRef;
use crate::store::route::draft::{Draft, Target};
use crate::store::route::{Dimension, Pin, Route, Share};
use crate::trailer::Trailer;

pub(super) struct Work<'a> {
    pub(super) scene: &'a Scene<'a>,
    /// The route as it was.
    pub(super) before: &'a Route,
    pub(super) draft: Draft,
    pub(super) steps: Vec<Step>,
    text: String,
}

impl<'a> Work<'a> {
    pub(super) fn start(scene: &'a Scene<'a>) -> Result<Self, Refusal> {
        let missing = || Refusal::NoRoute { environment: scene.environment.clone(), route: scene.route.clone() };
        let before = scene.store.route(scene.environment, scene.route).ok_or_else(missing)?;
        let text = scene.store.file(&before.path).ok_or_else(missing)?.text.as_str().to_owned();
        let draft = Draft::new(&before.path, text.as_str())?;
        Ok(Self { scene, before, draft, steps: Vec::new(), text })
    }

    /// The variant called `asked`, or the one that is meant where nothing is asked: the only one, or `stable`.
    pub(super) fn variant(&self, asked: Option<&str>) -> Result<String, Refusal> {
        variant_of(self.before, asked)
    }

    /// Writes a release, and remembers what was there.
    pub(super) fn pin(&mut self, variant: &str, dimension: Dimension, target: &Target) -> Result<(), Refusal> {
        let there = self.draft.route().variant(variant).and_then(|variant| variant.pin(dimension)).map(target_of);
        if there.as_ref() == Some(target) {
            return Ok(());
        }
        self.draft.set_pin(variant, dimension, target)?;
        self.steps.push(Step {
            variant: Some(variant.to_owned()),
            dimension,
            from: there.as_ref().map(said),
            to: Some(said(target)),
        });
        Ok(())
    }

    /// Writes shares, and remembers what they were.
    pub(super) fn traffic(&mut self, wanted: &[(String, Share)]) -> Result<(), Refusal> {
        let from = shares::written(&shares::of(self.draft.route()));
        self.draft.set_traffic(wanted)?;
        let to = shares::written(&shares::of(self.draft.route()));
        if from != to {
            self.steps.push(Step { variant: None, dimension: Dimension::Traffic, from, to });
        }
        Ok(())
    }

    /// The plan. `verb` is the head of its trailers.
    pub(super) fn finish(self, verb: &str, title: String, gates: Vec<Gate>, more: Vec<String>) -> Plan {
        let place = format!("{}/{}", self.scene.environment, self.scene.route);
        let mut trailers = vec![
            Trailer::new(verb, &place),
            Trailer::new("Environment", self.scene.environment.as_str()),
            Trailer::new("Route", self.scene.route.as_str()),
        ];
        for step in &self.steps {
            trailers.extend(step.variant.as_ref().map(|variant| Trailer::new("Variant", variant)));
            trailers.push(Trailer::new("Dimension", step.dimension.as_str()));
            trailers.extend(step.from.as_ref().map(|from| Trailer::new("From", from)));
            trailers.extend(step.to.as_ref().map(|to| Trailer::new("To", to)));
        }
        trailers.extend(self.scene.reason.map(|reason| Trailer::new("Reason", reason)));
        let content = self.draft.text().to_owned();
        let files = match content == self.text {
            true => Vec::new(),
            false => {
                let mode = WriteMode::Update { from: self.text };
                vec![FileWrite { path: self.before.path.clone(), content, mode }]
            }
        };
        let mut words: Vec<String> = self.steps.iter().map(|step| format!("{place}: {}", told(step))).collect();
        if files.is_empty() {
            words.push(format!("{place} is so already; nothing is to be written"));
        } else {
            words.extend(stays(self.before, &self.steps));
        }
        words.extend(more);
        Plan { change: ChangeSet { files }, title, trailers, steps: self.steps, gates, words }
    }
}

/// The variant of `route` called `asked`, or the one that is meant where nothing is asked: the only one, or `stable`.
///
/// # Errors
/// When there is none of that name, or nothing says which is meant.
pub fn variant_of(route: &Route, asked: Option<&str>) -> Result<String, Refusal> {
    let known: Vec<String> = route.variants.iter().map(|variant| variant.name.value.clone()).collect();
    match (asked, known.as_slice()) {
        (Some(name), _) if known.iter().any(|other| other == name) => Ok(name.to_owned()),
        (Some(name), _) => Err(Refusal::NoVariant { name: name.to_owned(), known }),
        (None, [only]) => Ok(only.clone()),
        (None, _) if known.iter().any(|name| name == "stable") => Ok("stable".to_owned()),
        (None, _) => Err(Refusal::WhichVariant(known)),
    }
}

/// What a pin says.
pub(super) fn target_of(pin: &Pin) -> Target {
    Target { release: pin.release.value.clone(), digest: pin.digest.map(|digest| digest.value) }
}

/// `prompts/answer@1.4.0 sha256:...`
pub(super) fn said(target: &Target) -> String {
    match target.digest {
        Some(digest) => format!("{} {digest}", target.release),
        None => target.release.to_string(),
    }
}

/// `prompt 1.3.0 → 1.4.0 in canary`
fn told(step: &Step) -> String {
    let name = |side: &Option<String>| side.clone().unwrap_or_else(|| "nothing".to_owned());
    let Some(variant) = &step.variant else {
        return format!("{} {} → {}", step.dimension, name(&step.from), name(&step.to));
    };
    let release = |side: &Option<String>| side.as_ref()?.split(' ').next()?.parse::<ReleaseRef>().ok();
    let (from, to) = match (release(&step.from), release(&step.to)) {
        (Some(from), Some(to)) if from.artifact == to.artifact => (from.version.to_string(), to.version.to_string()),
        (from, to) => {
            let whole =
                |release: Option<ReleaseRef>| release.map_or_else(|| "nothing".to_owned(), |one| one.to_string());
            (whole(from), whole(to))
        }
    };
    format!("{} {from} → {to} in {variant}", step.dimension)
}

/// `Model, policy and traffic stay.`
fn stays(before: &Route, steps: &[Step]) -> Option<String> {
    let is_there = |dimension: Dimension| {
        let mut pins = before.variants.iter().filter_map(|variant| variant.pin(dimension));
        if dimension == Dimension::Traffic { before.traffic_key.is_some() } else { pins.next().is_some() }
    };
    let unchanged =
        |dimension: &Dimension| steps.iter().all(|step| step.dimension != *dimension) && is_there(*dimension);
    let names: Vec<&str> = Dimension::ALL.into_iter().filter(unchanged).map(Dimension::as_str).collect();
    let (last, first) = names.split_last()?;
    let list = match first {
        [] => format!("{last} stays"),
        first => format!("{} and {last} stay", first.join(", ")),
    };
    let mut letters = list.chars();
    let capital = letters.next().map(|letter| letter.to_ascii_uppercase());
    Some(format!("{}.", capital.into_iter().chain(letters).collect::<String>()))
}
