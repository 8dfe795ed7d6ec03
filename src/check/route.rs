//! Routes that a change touches: in what they differ, and which releases come to serve.

use crate::history::state::{Difference, PinState, RouteState, State, differences};
use crate::name::{EnvName, RouteName};
use crate::path::StorePath;
use crate::promote::Gate;
use crate::store::Store;
use crate::store::route::draft::Target;
use crate::store::route::{Dimension, Pin, Route, Share};

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
    /// The releases that come to serve, or to stand where they can.
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
    let mut found = Vec::new();
    for (environment, name) in keys {
        let is = new.route(&environment, &name);
        found.extend(change(old.route(&environment, &name), is));
        // Another file of the same name is a route of its own, which somebody may read.
        let others = new.routes().iter().filter(|route| route.environment == environment && route.name == name);
        for other in others.filter(|other| is.is_some_and(|is| is.path != other.path)) {
            found.extend(change(old.routes().iter().find(|route| route.path == other.path), Some(other)));
        }
    }
    found
}

fn change(was: Option<&Route>, is: Option<&Route>) -> Option<RouteChange> {
    let named = is.or(was)?;
    let state = |route: Option<&Route>| route.map_or(State::Absent, |route| State::Route(RouteState::of(route)));
    let found = differences(&state(was), &state(is));
    let beside: Vec<String> = digests(was, is).into_iter().chain(holds(was, is)).collect();
    (!found.is_empty() || !beside.is_empty()).then(|| RouteChange {
        environment: named.environment.clone(),
        route: named.name.clone(),
        path: named.path.clone(),
        words: words(&found, was, is).into_iter().chain(beside).collect(),
        arrivals: arrivals(was, is),
        shifts_traffic: found.iter().any(|one| one.dimension.is_none_or(|it| it == Dimension::Traffic)),
        gates: Vec::new(),
    })
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

/// One place of a route that names a release.
struct Place<'a> {
    /// The variant's name, or `fallback`.
    variant: &'a str,
    dimension: Dimension,
    pin: &'a Pin,
    /// Whether anybody is served by it.
    serves: bool,
}

fn places(route: &Route) -> Vec<Place<'_>> {
    let of_variants = route.variants.iter().flat_map(|variant| {
        let name = variant.name.value.as_str();
        let serves = route.is_enabled() && (route.is_shadow(name) || route.share_of(name) > Share::NONE);
        let place = move |(dimension, pin)| Place { variant: name, dimension, pin, serves };
        variant.pins.iter().map(|(dimension, pin)| (*dimension, pin)).map(place)
    });
    let fallback = route.fallback.iter().map(|pin| Place {
        variant: "fallback",
        dimension: Dimension::Model,
        pin,
        serves: route.is_enabled(),
    });
    of_variants.chain(fallback).collect()
}

/// The releases that are named now and were not, or serve now and did not: whatever passed its gates to stand there
/// unserved may be held back today.
fn arrivals(was: Option<&Route>, is: Option<&Route>) -> Vec<Arrival> {
    let before = was.map_or_else(Vec::new, places);
    let mut arrivals: Vec<Arrival> = Vec::new();
    for place in is.map_or_else(Vec::new, places) {
        let stood = |other: &Place<'_>| {
            other.dimension == place.dimension && is_same(other.pin, place.pin) && (other.serves || !place.serves)
        };
        let PinState { release, digest } = PinState::of(place.pin);
        let target = Target { release, digest };
        let is_told = |known: &Arrival| known.dimension == place.dimension && known.target == target;
        if !before.iter().any(stood) && !arrivals.iter().any(is_told) {
            arrivals.push(Arrival { variant: place.variant.to_owned(), dimension: place.dimension, target });
        }
    }
    arrivals
}

/// Whether both name one release, and neither says another digest of it.
fn is_same(one: &Pin, other: &Pin) -> bool {
    let [a, b] = [one, other].map(|pin| pin.digest.map(|digest| digest.value));
    one.release.value == other.release.value && (a.is_none() || b.is_none() || a == b)
}

/// Digests of releases that stay: a release has one, for ever.
fn digests(was: Option<&Route>, is: Option<&Route>) -> Vec<String> {
    let (before, after) = (was.map_or_else(Vec::new, places), is.map_or_else(Vec::new, places));
    let mut said = Vec::new();
    for place in &after {
        let same = |other: &&Place<'_>| {
            (other.variant, other.dimension) == (place.variant, place.dimension)
                && other.pin.release.value == place.pin.release.value
        };
        let Some(old) = before.iter().find(same).and_then(|old| old.pin.digest) else { continue };
        let what = match place.pin.digest {
            Some(new) if new.value == old.value => continue,
            Some(new) => format!("has the digest {}, which was {}", new.value.short(), old.value.short()),
            None => format!("has no digest any more, which was {}", old.value.short()),
        };
        let line = format!("{} {} {} {what}", place.variant, place.dimension, place.pin.release.value);
        if !said.contains(&line) {
            said.push(line);
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::example;

    /// In what two versions of one route differ: words, and arrivals as `variant release`.
    fn change(was: &str, is: &str) -> (Vec<String>, Vec<String>, bool) {
        let store = |route: &str| {
            let route = if route.is_empty() { String::new() } else { format!("//- environments/e/r.yaml\n{route}") };
            let text = format!("//- promptyard.yaml\nversion: 1\n{route}");
            Store::load(example::snapshot(&text).expect("paths inside the store"))
        };
        let Some(change) = changes(&store(was), &store(is)).pop() else { return (vec![], vec![], false) };
        let arrival = |arrival: &Arrival| format!("{} {}", arrival.variant, arrival.target.release);
        (change.words.clone(), change.arrivals.iter().map(arrival).collect(), change.shifts_traffic)
    }

    fn arrivals(was: &str, is: &str) -> Vec<String> {
        change(was, is).1
    }

    const TWO: &str = "variants: {a: {prompt: p@1.0.0}, b: {prompt: p@2.0.0, model: m@1.0.0}}\n";

    #[test]
    fn a_release_arrives_when_it_is_named_or_comes_to_serve() {
        let all_on = |name: &str| format!("{TWO}traffic: {{{name}: 100}}\n");
        let nothing: [&str; 0] = [];
        assert_eq!(arrivals("", &all_on("a")), ["a p@1.0.0", "b p@2.0.0", "b m@1.0.0"]);
        assert_eq!(arrivals(&all_on("a"), &all_on("a")), nothing);
        assert_eq!(arrivals(&all_on("a"), &all_on("b")), ["b p@2.0.0", "b m@1.0.0"]);
        assert_eq!(arrivals(&all_on("a"), &format!("{}shadow: [b]\n", all_on("a"))), ["b p@2.0.0", "b m@1.0.0"]);
        let half = format!("{TWO}traffic: {{a: 50, b: 50}}\n");
        assert_eq!(arrivals(&half, &all_on("b")), nothing);
        assert!(change(&half, &all_on("b")).2);
        let off = format!("{}enabled: false\n", all_on("a"));
        assert_eq!(
            (arrivals(&off, &all_on("a")), arrivals(&all_on("a"), &off)),
            (vec!["a p@1.0.0".to_owned()], vec![])
        );
        assert_eq!(arrivals(&all_on("a"), &format!("{}fallback: [m@1.0.0]\n", all_on("a"))), ["fallback m@1.0.0"]);
        // Another name for the same variant is no arrival.
        assert_eq!(arrivals(&all_on("a"), &all_on("a").replace("{a:", "{c:").replace("a: 100", "c: 100")), nothing);
    }

    #[test]
    fn a_digest_decides_what_a_release_is() {
        let route = |digest: &str| {
            let digest =
                if digest.is_empty() { String::new() } else { format!(", digest: 'sha256:{}'", digest.repeat(64)) };
            format!("variants: {{a: {{prompt: {{release: p@1.0.0{digest}}}}}}}\ntraffic: {{a: 100}}\n")
        };
        assert_eq!(change(&route(""), &route("a")), (vec![], vec![], false));
        let (words, arrivals, _) = change(&route("a"), &route("b"));
        assert_eq!(words, ["a prompt p@1.0.0 has the digest sha256:bbbbbbbbbbbb, which was sha256:aaaaaaaaaaaa"]);
        assert_eq!(arrivals, ["a p@1.0.0"]);
        let (words, arrivals, _) = change(&route("a"), &route(""));
        assert_eq!(words, ["a prompt p@1.0.0 has no digest any more, which was sha256:aaaaaaaaaaaa"]);
        assert_eq!(arrivals, [""; 0]);
    }

    #[test]
    fn a_second_file_of_the_name_is_a_route_of_its_own() {
        let route = "variants: {a: {prompt: p@1.0.0}}\ntraffic: {a: 100}\n";
        let store = |more: &str| {
            let text = format!("//- promptyard.yaml\nversion: 1\n//- environments/e/r.yaml\n{route}{more}");
            Store::load(example::snapshot(&text).expect("paths inside the store"))
        };
        let changes = changes(&store(""), &store("//- environments/e/r.yml\nvariants: {a: {prompt: p@2.0.0}}\n"));
        let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
        assert_eq!((paths, changes[0].arrivals.len()), (vec!["environments/e/r.yml"], 1));
    }

    #[test]
    fn a_change_is_told_in_words() {
        let route = |more: &str| format!("variants: {{stable: {{prompt: p@1.0.0}}}}\n{more}");
        let hold = "traffic: {stable: 100}\nholds: [{dimension: prompt, rejects: p@0.9.0}]\n";
        let words = |was: &str, is: &str| change(was, is).0;
        assert_eq!(words(&route(hold), &route("traffic: {stable: 100}\n")), ["the hold on prompt p@0.9.0 is lifted"]);
        assert_eq!(words(&route("traffic: {stable: 100}\n"), &route(hold)), ["prompt p@0.9.0 is held back"]);
        let canary = "variants: {stable: {prompt: p@1.0.0}, canary: {prompt: p@1.1.0, model: m@1.0.0}}\n\
                      traffic: {stable: 95, canary: 5}\n";
        assert_eq!(
            words(&route("traffic: {stable: 100}\n"), canary),
            ["canary 5 % on p@1.1.0, m@1.0.0", "stable traffic 100 % → 95 %"]
        );
        assert_eq!(
            words(canary, &route("traffic: {stable: 100}\n")),
            ["canary, which was 5 % on p@1.1.0, m@1.0.0, is removed", "stable traffic 95 % → 100 %"]
        );
        assert_eq!(words(&route("traffic: {stable: 100}\n"), ""), ["no longer deployed"]);
    }
}
