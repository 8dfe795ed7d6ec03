//! What a route says at one commit, reduced to what decides who is served what, and how two such states differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::name::{CommitId, Digest, ReleaseRef};
use crate::path::StorePath;
use crate::store::problem;
use crate::store::route::{Dimension, Pin, Route, Share};

/// What stands at a route's path at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// No file.
    Absent,
    /// A file that is no route: it cannot be read to its end.
    Illegible(CommitId),
    /// A route.
    Route(RouteState),
}

/// A route, reduced to what decides who is served what. Comments, owners and holds make no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteState {
    /// Whether it serves anybody.
    pub enabled: bool,
    /// The variants by name.
    pub variants: BTreeMap<String, VariantState>,
    /// Models to call where a variant's own fails, in order.
    pub fallback: Vec<PinState>,
}

/// One variant of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantState {
    /// Its part of the traffic; [`Share::NONE`] in a view that is about something else.
    pub share: Share,
    /// Whether it gets a copy of the traffic and answers nobody.
    pub shadow: bool,
    /// Its releases by dimension.
    pub pins: BTreeMap<Dimension, PinState>,
}

/// A release that a route names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PinState {
    /// The release.
    pub release: ReleaseRef,
    /// The digest, where it is written.
    pub digest: Option<Digest>,
}

impl State {
    /// What `content`, the file at `path` with the name `blob`, says.
    pub fn of_file(path: &StorePath, blob: CommitId, content: &[u8]) -> Self {
        let Ok(text) = std::str::from_utf8(content) else { return Self::Illegible(blob) };
        let (route, problems) = Route::of_text(path, text);
        match route {
            Some(route) if problem::is_legible(&problems) => Self::Route(RouteState::of(&route)),
            _ => Self::Illegible(blob),
        }
    }

    /// The route, if it is one.
    pub fn route(&self) -> Option<&RouteState> {
        match self {
            Self::Route(route) => Some(route),
            Self::Absent | Self::Illegible(_) => None,
        }
    }

    /// The state with nothing but `dimension` in it, so that changes of others don't show.
    #[must_use]
    pub fn only(self, dimension: Option<Dimension>) -> Self {
        match (self, dimension) {
            (Self::Route(route), Some(dimension)) => Self::Route(route.only(dimension)),
            (state, _) => state,
        }
    }
}

impl RouteState {
    /// What of `route` decides who is served what.
    pub fn of(route: &Route) -> Self {
        let variants = route.variants.iter().map(|variant| {
            let name = variant.name.value.as_str();
            let state = VariantState {
                share: route.share_of(name),
                shadow: route.is_shadow(name),
                pins: variant.pins.iter().map(|(dimension, pin)| (*dimension, PinState::of(pin))).collect(),
            };
            (name.to_owned(), state)
        });
        Self {
            enabled: route.is_enabled(),
            variants: variants.collect(),
            fallback: route.fallback.iter().map(PinState::of).collect(),
        }
    }

    fn only(self, dimension: Dimension) -> Self {
        let serving: BTreeSet<String> = self.serving().map(|(name, _)| name.to_owned()).collect();
        let variants = self.variants.into_iter().filter(|(name, _)| serving.contains(name)).map(|(name, variant)| {
            let about_traffic = dimension == Dimension::Traffic;
            let variant = VariantState {
                share: if about_traffic { variant.share } else { Share::NONE },
                shadow: variant.shadow,
                pins: variant.pins.into_iter().filter(|(of, _)| *of == dimension).collect(),
            };
            (name, variant)
        });
        Self { enabled: self.enabled, variants: variants.collect(), fallback: Vec::new() }
    }

    /// The variants that get traffic or a copy of it, the largest share first.
    pub fn serving(&self) -> impl Iterator<Item = (&str, &VariantState)> {
        let mut serving: Vec<(&str, &VariantState)> = self
            .variants
            .iter()
            .filter(|(_, variant)| variant.share > Share::NONE || variant.shadow)
            .map(|(name, variant)| (name.as_str(), variant))
            .collect();
        serving.sort_by_key(|(_, variant)| std::cmp::Reverse(variant.share));
        serving.into_iter()
    }

    /// What one dimension of a variant says; `None` where the variant or the release is not there.
    pub fn aspect(&self, variant: &str, dimension: Dimension) -> Option<Aspect<'_>> {
        let variant = self.variants.get(variant)?;
        if dimension == Dimension::Traffic {
            return Some(Aspect::Traffic(self.enabled, variant.share, variant.shadow));
        }
        variant.pins.get(&dimension).map(Aspect::Pin)
    }
}

/// One dimension of one variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect<'a> {
    /// Which release it is.
    Pin(&'a PinState),
    /// Whether the route is enabled, the variant's share, and whether that is a copy.
    Traffic(bool, Share, bool),
}

impl PinState {
    /// The release that `pin` names.
    pub fn of(pin: &Pin) -> Self {
        Self { release: pin.release.value.clone(), digest: pin.digest.map(|digest| digest.value) }
    }
}

/// One thing in which two states of a route differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The variant; `None` where it is the route's own.
    pub variant: Option<String>,
    /// The dimension; `None` where it is the whole variant or route.
    pub dimension: Option<Dimension>,
    /// What it was; `None`: nothing.
    pub from: Option<String>,
    /// What it is; `None`: nothing.
    pub to: Option<String>,
}

/// In what `new` differs from `old`.
pub fn differences(old: &State, new: &State) -> Vec<Difference> {
    let whole = |from: Option<&str>, to: Option<&str>| Difference {
        variant: None,
        dimension: None,
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    };
    match (old, new) {
        (State::Absent, State::Absent) => Vec::new(),
        (State::Illegible(_), State::Illegible(_)) => vec![whole(Some("illegible"), Some("illegible"))],
        (State::Route(old), State::Route(new)) => of_routes(old, new),
        (State::Absent, State::Route(new)) => {
            let nothing = RouteState { enabled: new.enabled, variants: BTreeMap::new(), fallback: Vec::new() };
            let mut found = vec![whole(None, Some("deployed"))];
            found.extend(of_routes(&nothing, new));
            found
        }
        (State::Route(_), State::Absent) => vec![whole(Some("deployed"), None)],
        (old, new) => vec![whole(word(old), word(new))],
    }
}

fn word(state: &State) -> Option<&'static str> {
    match state {
        State::Absent => None,
        State::Illegible(_) => Some("illegible"),
        State::Route(_) => Some("deployed"),
    }
}

fn of_routes(old: &RouteState, new: &RouteState) -> Vec<Difference> {
    let mut found = Vec::new();
    if old.enabled != new.enabled {
        let word = |enabled: bool| Some(if enabled { "enabled" } else { "disabled" }.to_owned());
        found.push(Difference { variant: None, dimension: None, from: word(old.enabled), to: word(new.enabled) });
    }
    let names: BTreeSet<&String> = old.variants.keys().chain(new.variants.keys()).collect();
    for name in names {
        for dimension in Dimension::ALL {
            let (from, to) = (old.aspect(name, dimension), new.aspect(name, dimension));
            let (from, to) = (from.and_then(Aspect::text), to.and_then(Aspect::text));
            if from != to {
                let variant = Some(name.clone());
                found.push(Difference { variant, dimension: Some(dimension), from, to });
            }
        }
    }
    if old.fallback != new.fallback {
        let list = |pins: &[PinState]| {
            let names: Vec<String> = pins.iter().map(|pin| pin.release.to_string()).collect();
            (!names.is_empty()).then(|| format!("fallback {}", names.join(", ")))
        };
        let (from, to) = (list(&old.fallback), list(&new.fallback));
        found.push(Difference { variant: None, dimension: None, from, to });
    }
    found
}

impl Aspect<'_> {
    /// In words; `None` for no traffic at all.
    fn text(self) -> Option<String> {
        match self {
            Self::Pin(PinState { release, .. }) => Some(release.to_string()),
            Self::Traffic(_, _, true) => Some("shadow".to_owned()),
            Self::Traffic(_, share, false) if share > Share::NONE => Some(format!("{share} %")),
            Self::Traffic(..) => None,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(variant) = &self.variant {
            write!(f, "{variant} ")?;
        }
        if let Some(dimension) = self.dimension {
            write!(f, "{dimension} ")?;
        }
        let nothing = "none";
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{from} → {}", shortened(from, to)),
            (None, Some(to)) if self.dimension.is_none() => write!(f, "{to}"),
            (Some(from), None) if self.dimension.is_none() => write!(f, "no longer {from}"),
            (from, to) => {
                let word = |side: &Option<String>| side.clone().unwrap_or_else(|| nothing.to_owned());
                write!(f, "{} → {}", word(from), word(to))
            }
        }
    }
}

/// `to` without the artifact that it shares with `from`: `prompts/a@1.0.0 → 1.1.0`.
fn shortened<'a>(from: &str, to: &'a str) -> &'a str {
    match (from.rsplit_once('@'), to.rsplit_once('@')) {
        (Some((old, _)), Some((new, version))) if old == new => version,
        _ => to,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn state(text: &str) -> State {
        let path = "environments/production/answer.yaml".parse().expect("a path");
        State::of_file(&path, CommitId::new(&[1; 20]).expect("twenty bytes"), text.as_bytes())
    }

    pub(crate) const BEFORE: &str = "\
variants:
  stable: {prompt: prompts/a@1.3.0, model: models/m@2.1.0}
traffic: {stable: 100}
";
    pub(crate) const AFTER: &str = "\
# 1.4.0 is tried
variants:
  stable: {prompt: prompts/a@1.3.0, model: models/m@2.1.0}
  canary: {prompt: prompts/a@1.4.0, model: models/m@2.1.0}
traffic: {stable: 95, canary: 5}
";

    fn told(old: &State, new: &State) -> Vec<String> {
        differences(old, new).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_comment_is_no_new_state_and_a_share_is() {
        assert_eq!(state(BEFORE), state(&format!("# why\n{BEFORE}owners: [ann]\n")));
        assert_eq!(
            told(&state(BEFORE), &state(AFTER)),
            [
                "canary prompt none → prompts/a@1.4.0",
                "canary model none → models/m@2.1.0",
                "canary traffic none → 5 %",
                "stable traffic 100 % → 95 %"
            ]
        );
        let next = state(&BEFORE.replace("a@1.3.0", "a@1.4.0"));
        assert_eq!(told(&state(BEFORE), &next), ["stable prompt prompts/a@1.3.0 → 1.4.0"]);
        assert_eq!(told(&next, &state(&format!("enabled: false\n{BEFORE}")))[0], "enabled → disabled");
        assert_eq!(told(&next, &State::Absent), ["no longer deployed"]);
    }

    #[test]
    fn one_dimension_does_not_see_the_others() {
        let only = |text: &str, dimension| state(text).only(Some(dimension));
        let promoted = BEFORE.replace("m@2.1.0", "m@2.2.0");
        assert_eq!(only(BEFORE, Dimension::Prompt), only(&promoted, Dimension::Prompt));
        assert_ne!(only(BEFORE, Dimension::Model), only(&promoted, Dimension::Model));
        assert_ne!(only(BEFORE, Dimension::Traffic), only(AFTER, Dimension::Traffic));
    }

    #[test]
    fn what_cannot_be_read_is_no_route() {
        assert!(matches!(state("variants: ["), State::Illegible(_)));
        assert!(
            state(AFTER).route().is_some_and(|route| route.serving().map(|(name, _)| name).eq(["stable", "canary"]))
        );
    }
}
