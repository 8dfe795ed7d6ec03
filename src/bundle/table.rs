//! What an environment serves: its routes as an application needs them.

use std::collections::{BTreeMap, BTreeSet};

use super::{BundleError, Entry, Source};
use crate::name::{Digest, EnvName, ReleaseRef, RouteName};
use crate::path::StorePath;
use crate::store::Store;
use crate::store::artifact::ArtifactKind;
use crate::store::route::{Pin, Route, Share};
use crate::store::snapshot::Snapshot;

/// What one route serves. Releases are named, and stand among the bundle's artifacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Which feature of the product.
    pub description: Option<String>,
    /// Whether it serves anybody.
    pub enabled: bool,
    /// The combinations of releases by name.
    pub variants: BTreeMap<String, ServedVariant>,
    /// Variants that get a copy of the traffic and answer nobody, in the route's order.
    pub shadow: Vec<String>,
    /// What keeps a user with one variant.
    pub sticky_by: Option<String>,
    /// Models to call where a variant's own fails, in order.
    pub fallback: Vec<String>,
}

/// One combination of releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedVariant {
    /// The releases by dimension.
    pub releases: BTreeMap<String, String>,
    /// How much of the traffic it gets.
    pub traffic: Share,
}

/// The routes that were asked for.
pub(super) struct Tables {
    pub(super) store: Option<String>,
    pub(super) tag_prefix: String,
    pub(super) routes: Vec<Table>,
}

/// One of them, with what its file says of each release.
pub(super) struct Table {
    pub(super) name: RouteName,
    pub(super) served: Served,
    file: StorePath,
    pins: Vec<(ArtifactKind, ReleaseRef, Option<Digest>)>,
}

/// The routes of `environment` in `snapshot`, or the one called `wanted`.
pub(super) fn read(
    snapshot: Snapshot,
    source: Source,
    environment: &EnvName,
    wanted: Option<&RouteName>,
) -> Result<Tables, BundleError> {
    // Routes are read with the configuration, whatever else is wanted.
    let store = Store::load_only(snapshot, &BTreeSet::new());
    let routes: Vec<&Route> = store.routes().iter().filter(|route| route.environment == *environment).collect();
    let named: Vec<&Route> =
        routes.iter().copied().filter(|route| wanted.is_none_or(|wanted| route.name == *wanted)).collect();
    match wanted {
        _ if routes.is_empty() => return Err(BundleError::NoEnvironment(environment.clone(), source)),
        Some(wanted) if named.is_empty() => {
            return Err(BundleError::NoRoute(environment.clone(), wanted.clone(), source));
        }
        _ => {}
    }
    let routes = named.into_iter().map(|route| table(&store, route)).collect::<Result<_, _>>()?;
    Ok(Tables {
        store: store.config().name.as_ref().map(|name| name.value.clone()),
        tag_prefix: store.config().tag_prefix().to_owned(),
        routes,
    })
}

fn table(store: &Store, route: &Route) -> Result<Table, BundleError> {
    let bad = |reason: String| Err(BundleError::BadRoute { file: route.path.clone(), reason });
    let problem = store.file(&route.path).and_then(|file| file.problems.first());
    if let Some(problem) = problem {
        return bad(format!("cannot be served as it stands: {}", problem.message));
    }
    if let Some(loose) = route.loose.first() {
        return bad(format!("has something that is no release: {}", loose.error));
    }
    let variants: BTreeMap<String, ServedVariant> = route
        .variants
        .iter()
        .map(|variant| {
            let releases = variant.pins.iter().map(|(dimension, pin)| (dimension.to_string(), name_of(pin)));
            let traffic = route.share_of(&variant.name.value);
            (variant.name.value.clone(), ServedVariant { releases: releases.collect(), traffic })
        })
        .collect();
    if variants.is_empty() {
        return bad("has no variants".to_owned());
    }
    let named = route.traffic.iter().map(|portion| &portion.variant).chain(&route.shadow);
    if let Some(unknown) = named.into_iter().find(|name| !variants.contains_key(&name.value)) {
        return bad(format!("gives traffic to `{}`, which is none of its variants", unknown.value));
    }
    let sum: Share = variants.values().map(|variant| variant.traffic).sum();
    if sum != Share::WHOLE {
        return bad(format!("gives away {sum} percent of the traffic, not 100"));
    }
    let served = Served {
        description: route.description.as_ref().map(|text| text.value.clone()),
        enabled: route.is_enabled(),
        variants,
        shadow: route.shadow.iter().map(|name| name.value.clone()).collect(),
        sticky_by: route.sticky_by.as_ref().map(|key| key.value.clone()),
        fallback: route.fallback.iter().map(name_of).collect(),
    };
    let pins = route.pins().filter_map(|(dimension, pin)| Some((dimension.kind()?, pin)));
    let pins =
        pins.map(|(kind, pin)| (kind, pin.release.value.clone(), pin.digest.as_ref().map(|digest| digest.value)));
    Ok(Table { name: route.name.clone(), served, file: route.path.clone(), pins: pins.collect() })
}

fn name_of(pin: &Pin) -> String {
    pin.release.value.to_string()
}

impl Tables {
    /// Every release that a route names, once.
    pub(super) fn releases(&self) -> Vec<ReleaseRef> {
        let all: BTreeSet<&ReleaseRef> =
            self.routes.iter().flat_map(|route| &route.pins).map(|(_, release, _)| release).collect();
        all.into_iter().cloned().collect()
    }

    /// Holds what the routes say of their releases against the releases themselves.
    pub(super) fn check(&self, artifacts: &BTreeMap<String, Entry>) -> Result<(), BundleError> {
        for route in &self.routes {
            for (wanted, release, said) in &route.pins {
                let entry = artifacts.get(&release.to_string());
                let entry = entry.expect("because every release that a route names was resolved");
                if entry.kind != *wanted {
                    return Err(BundleError::WrongKind {
                        file: route.file.clone(),
                        release: release.clone(),
                        wanted: *wanted,
                        found: entry.kind,
                    });
                }
                if let Some(said) = said.filter(|said| *said != entry.digest) {
                    return Err(BundleError::WrongDigest {
                        file: route.file.clone(),
                        release: release.clone(),
                        said,
                        found: entry.digest,
                    });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(route: &str) -> Snapshot {
        let files = [("promptyard.yaml", &b"version: 1\n"[..]), ("environments/live/a.yaml", route.as_bytes())];
        Snapshot::of_texts(files).expect("paths inside the store")
    }

    fn error(route: &str) -> String {
        let environment = "live".parse().expect("a name");
        read(snapshot(route), Source::Worktree, &environment, None)
            .map(drop)
            .expect_err("it cannot be served")
            .to_string()
    }

    #[test]
    fn a_route_that_cannot_be_served_is_refused() {
        for (route, reason) in [
            (
                "variants: {a: {prompt: prompts/a}}\ntraffic: {a: 100}",
                "has something that is no release: `prompts/a` is no",
            ),
            ("variants: {a: {prompt: a@1.0.0}}\ntraffic: {a: 99.5}", "gives away 99.5 percent of the traffic, not 100"),
            ("variants: {a: {prompt: a@1.0.0}}", "gives away 0 percent"),
            ("variants: {a: {prompt: a@1.0.0}}\ntraffic: {a: 50, b: 50}", "gives traffic to `b`, which is none of"),
            ("variants: {a: {prompt: a@1.0.0}}\ntraffic: {a: 100}\nshadow: [c]", "gives traffic to `c`"),
            ("traffic: {a: 100}", "has no variants"),
            ("variants: {a: {prompt: a@1.0.0}\ntraffic: {a: 100}", "cannot be served as it stands"),
        ] {
            let error = error(route);
            assert!(error.starts_with("`environments/live/a.yaml` ") && error.contains(reason), "{error}");
        }
    }

    #[test]
    fn every_release_is_named_once() {
        let route = "variants: {a: {prompt: p@1.0.0, model: m@1.0.0}, b: {prompt: p@1.0.0}}\ntraffic: {a: 100}\n\
                     fallback: [m@1.0.0]\n";
        let tables =
            read(snapshot(route), Source::Worktree, &"live".parse().expect("a name"), None).expect("it is whole");
        assert_eq!(tables.releases().iter().map(ToString::to_string).collect::<Vec<_>>(), ["m@1.0.0", "p@1.0.0"]);
        assert_eq!(tables.routes[0].served.variants["b"].traffic, Share::NONE);
    }
}
