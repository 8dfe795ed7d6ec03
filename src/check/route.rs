//! Routes that a change touches: in what they differ, and which releases come to serve.

use crate::history::state::{Difference, PinState, RouteState, State, differences};
use crate::name::{EnvName, RouteName};
use crate::path::StorePath;
use crate::promote::Gate;
use crate::store::Store;
use crate::store::route::draft::Target;
use crate::store::route::{Dimension, Route, Share};

/// A route that a change touches.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteChange {
    /// The environment.
    pub environment: EnvName,
    /// Its name.
    pub route: RouteName,
    /// Its file.
    pub path: StorePath,
    /// In what it differs, in words: `canary 5 % on prompts/support/answer@1.4.0`.
    pub words: Vec<String>,
    /// The releases that come to serve.
    pub arrivals: Vec<Arrival>,
    /// Whether traffic is shared out otherwise, or the route is switched on or off.
    pub shifts_traffic: bool,
    /// What has to be so before it may be merged, where somebody has looked.
    pub gates: Vec<Gate>,
}

/// A release that comes to serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// In which variant.
    pub variant: String,
    /// As what.
    pub dimension: Dimension,
    /// The release.
    pub target: Target,
}

/// The routes in which `old` and `new` differ, in the order of environments and names.
pub(super) fn changes(old: &Store, new: &Store) -> Vec<RouteChange> {
    let key = |route: &Route| (route.environment.clone(), route.name.clone());
    let mut keys: Vec<_> = old.routes().iter().chain(new.routes()).map(key).collect();
    keys.sort();
    keys.dedup();
    let change = |(environment, name): (EnvName, RouteName)| {
        let (was, is) = (old.route(&environment, &name), new.route(&environment, &name));
        let state = |route: Option<&Route>| route.map_or(State::Absent, |route| State::Route(RouteState::of(route)));
        let found = differences(&state(was), &state(is));
        let holds = holds(was, is);
        (!found.is_empty() || !holds.is_empty()).then(|| RouteChange {
            path: is.or(was).expect("because one of both has a route of this name").path.clone(),
            words: words(&found, was, is).into_iter().chain(holds).collect(),
            arrivals: arrivals(was, is),
            shifts_traffic: found.iter().any(|one| one.dimension.is_none_or(|it| it == Dimension::Traffic)),
            gates: Vec::new(),
            environment,
            route: name,
        })
    };
    keys.into_iter().filter_map(change).collect()
}

/// What differs, a line each; a variant that is new or goes has one for all of its dimensions.
fn words(found: &[Difference], was: Option<&Route>, is: Option<&Route>) -> Vec<String> {
    let has = |route: Option<&Route>, name: &str| route.is_some_and(|route| route.variant(name).is_some());
    let mut words: Vec<String> = Vec::new();
    for difference in found {
        let Some(name) = &difference.variant else {
            words.push(difference.to_string());
            continue;
        };
        let line = match (has(was, name), has(is, name)) {
            (false, true) => is.map(|route| format!("{name} {}", whole(route, name))),
            (true, false) => was.map(|route| format!("{name}, which was {}, is removed", whole(route, name))),
            _ => Some(difference.to_string()),
        };
        words.extend(line.filter(|line| !words.contains(line)));
    }
    words
}

/// `5 % on prompts/support/answer@1.4.0, models/support-chat@2.1.0`
fn whole(route: &Route, name: &str) -> String {
    let share = route.share_of(name);
    let traffic = match share {
        _ if route.is_shadow(name) => "shadow".to_owned(),
        share if share > Share::NONE => format!("{share} %"),
        _ => "no traffic".to_owned(),
    };
    let pins = route.variant(name).into_iter().flat_map(|variant| variant.pins.values());
    let pins: Vec<String> = pins.map(|pin| pin.release.value.to_string()).collect();
    format!("{traffic} on {}", pins.join(", "))
}

/// Holds that come and go.
fn holds(was: Option<&Route>, is: Option<&Route>) -> Vec<String> {
    let held = |route: Option<&Route>| -> Vec<String> {
        let holds = route.into_iter().flat_map(|route| &route.holds);
        holds.map(|hold| format!("{} {}", hold.dimension.value, hold.rejects.value)).collect()
    };
    let (before, after) = (held(was), held(is));
    let lifted = before.iter().filter(|hold| !after.contains(hold)).map(|hold| format!("the hold on {hold} is lifted"));
    let added = after.iter().filter(|hold| !before.contains(hold)).map(|hold| format!("{hold} is held back"));
    lifted.chain(added).collect()
}

fn arrivals(was: Option<&Route>, is: Option<&Route>) -> Vec<Arrival> {
    let Some(is) = is else { return Vec::new() };
    let target = |pin: PinState| Target { release: pin.release, digest: pin.digest };
    let mut arrivals = Vec::new();
    for variant in &is.variants {
        let name = variant.name.value.as_str();
        let before = was.and_then(|route| route.variant(name));
        for (dimension, pin) in &variant.pins {
            if before.and_then(|variant| variant.pin(*dimension)).is_some_and(|before| before.is_same_as(pin)) {
                continue;
            }
            let target = target(PinState::of(pin));
            let is_known = |known: &Arrival| known.dimension == *dimension && known.target == target;
            if !arrivals.iter().any(is_known) {
                arrivals.push(Arrival { variant: name.to_owned(), dimension: *dimension, target });
            }
        }
    }
    // A new variant is mostly like another one in all but one dimension.
    let stood = |arrival: &Arrival| {
        let pins = was.into_iter().flat_map(Route::pins);
        pins.filter(|(dimension, _)| *dimension == arrival.dimension)
            .any(|(_, pin)| PinState::of(pin).release == arrival.target.release)
    };
    arrivals.retain(|arrival| !stood(arrival));
    arrivals
}
