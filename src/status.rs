//! What is meant to be live: environments by routes, what differs between them, and what no release has yet.

use rayon::prelude::*;

use crate::lint::sensitive::Redaction;
use crate::name::{ArtifactId, Digest, EnvName, ReleaseRef, RouteName};
use crate::path::StorePath;
use crate::release::known::Releases;
use crate::store::Store;
use crate::store::artifact::{Artifact, ArtifactKind};
use crate::store::route::{Dimension, Hold, Loose, Pin, Route, Share};

/// What is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// Only this environment.
    pub environment: Option<&'a EnvName>,
    /// Only routes of this name.
    pub route: Option<&'a RouteName>,
    /// Which releases exist; `None` where nobody can say.
    pub releases: Option<&'a Releases>,
    /// Since when releases serve, by the history.
    pub ages: &'a [Age],
}

/// Since when a release serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Age {
    /// In which environment.
    pub environment: EnvName,
    /// In which route.
    pub route: RouteName,
    /// In which variant.
    pub variant: String,
    /// As what.
    pub dimension: Dimension,
    /// The release.
    pub release: ReleaseRef,
    /// Since when without a break, in seconds since 1970.
    pub since: i64,
}

/// The answer. What people wrote in their own words is in it as it may be shown: secrets and personal data are masked.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// How much of the releases is known.
    pub knowledge: Knowledge,
    /// The environments: those of the configuration in its order, then the others by name.
    pub environments: Vec<EnvironmentStatus>,
    /// Artifacts that say something else than their newest release, by id. Empty where the releases are not known.
    pub unreleased: Vec<Unreleased>,
}

/// How much of the releases is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge {
    /// All of them.
    Complete,
    /// Those of a clone that lacks tags.
    Partial,
    /// Nothing: there is no repository.
    Nothing,
}

/// One environment.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvironmentStatus {
    /// Its name.
    pub name: EnvName,
    /// The branch that says what is meant to be live, where the configuration names one.
    pub branch: Option<String>,
    /// Whether changes need approval.
    pub protected: bool,
    /// The environment that a release passes before this one.
    pub upstream: Option<EnvName>,
    /// Its routes by name.
    pub routes: Vec<RouteStatus>,
}

/// One route.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteStatus {
    /// Its name.
    pub name: RouteName,
    /// Its file.
    pub path: StorePath,
    /// Which feature of the product it serves.
    pub description: Option<String>,
    /// Whether it serves anybody.
    pub enabled: bool,
    /// What keeps a user with one variant.
    pub sticky_by: Option<String>,
    /// Its variants in file order.
    pub variants: Vec<VariantStatus>,
    /// Models to call where a variant's own fails.
    pub fallback: Vec<Served>,
    /// Releases that may not be promoted here.
    pub holds: Vec<HoldStatus>,
    /// Whether the environment before has routes, and none of this name.
    pub lacks_upstream: bool,
}

/// One variant of a route.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantStatus {
    /// Its name.
    pub name: String,
    /// How much of the traffic it gets.
    pub share: Share,
    /// Whether it gets a copy of the traffic.
    pub is_shadow: bool,
    /// What it serves, by dimension.
    pub serves: Vec<Served>,
}

/// What serves in one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// The dimension.
    pub dimension: Dimension,
    /// As it is written.
    pub reference: String,
    /// The release; `None` where what is written names none.
    pub release: Option<ReleaseRef>,
    /// The digest that the route has.
    pub digest: Option<Digest>,
    /// What is known of the release.
    pub standing: Standing,
    /// Since when it has been there without a break, in seconds since 1970; `None` where the history does not say, or the
    /// route's file is not what is committed.
    pub since: Option<i64>,
    /// Whether the environment before has neither it nor a newer release of the same artifact.
    pub has_drifted: bool,
    /// Whether the route itself holds it back.
    pub is_held: bool,
}

/// What is known of a release that a route names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the newest of its artifact.
    Newest,
    /// A newer one is out.
    Behind {
        /// The newest.
        newest: ReleaseRef,
    },
    /// It exists, and its digest is not the one that the route has.
    Altered {
        /// The release's own digest.
        recorded: Digest,
    },
    /// There is no such release.
    Missing,
    /// What is written is no release.
    NoRelease,
    /// Nobody can say.
    Unknown,
}

/// A release that may not be promoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldStatus {
    /// What was rolled back.
    pub dimension: Dimension,
    /// The release.
    pub rejects: ReleaseRef,
    /// Its digest.
    pub digest: Option<Digest>,
    /// Why.
    pub reason: Option<String>,
    /// Since when, as written.
    pub since: Option<String>,
    /// Who rejected it.
    pub by: Option<String>,
}

/// An artifact that says something else than its newest release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreleased {
    /// The artifact.
    pub artifact: ArtifactId,
    /// What it is.
    pub kind: ArtifactKind,
    /// Its file.
    pub path: StorePath,
    /// The newest release; `None` where there is none.
    pub newest: Option<ReleaseRef>,
}

/// What is meant to be live in `store`.
pub fn of(store: &Store, request: &Request<'_>) -> Status {
    let redaction = Redaction::new(store, store.routes().iter().map(|route| &route.path));
    let wanted = |name: &EnvName| request.environment.is_none_or(|only| only == name);
    let environments = environments(store).into_iter().filter(wanted);
    Status {
        knowledge: match request.releases {
            Some(releases) if releases.are_complete() => Knowledge::Complete,
            Some(_) => Knowledge::Partial,
            None => Knowledge::Nothing,
        },
        environments: environments.map(|name| environment(name, store, request, &redaction)).collect(),
        unreleased: request.releases.map(|releases| unreleased(store, releases)).unwrap_or_default(),
    }
}

/// The environments of `store`: those that the configuration describes in its order, then those that only have routes.
pub fn environments(store: &Store) -> Vec<EnvName> {
    let mut names: Vec<EnvName> =
        store.config().environments.iter().map(|environment| environment.name.clone()).collect();
    for route in store.routes() {
        if !names.contains(&route.environment) {
            names.push(route.environment.clone());
        }
    }
    names
}

fn environment(name: EnvName, store: &Store, request: &Request<'_>, redaction: &Redaction) -> EnvironmentStatus {
    let configured = store.config().environment(&name);
    let upstream = store.upstream_of(&name);
    let wanted = |route: &&Route| route.environment == name && request.route.is_none_or(|only| *only == route.name);
    let routes = store.routes().iter().filter(wanted).map(|route| {
        let upstream = Upstream::of(store, route);
        let reader = Reader { route, upstream, releases: request.releases, ages: request.ages, redaction };
        reader.read()
    });
    EnvironmentStatus {
        branch: configured.and_then(|known| known.branch.as_ref()).map(|branch| branch.value.clone()),
        protected: configured.is_some_and(|known| known.protected),
        routes: routes.collect(),
        upstream,
        name,
    }
}

/// What the environment before has of a route.
#[derive(Clone, Copy)]
enum Upstream<'a> {
    /// There is no such environment, or it has no routes at all.
    None,
    /// It has other routes.
    Lacks,
    /// It has the route.
    Has(&'a Route),
}

impl<'a> Upstream<'a> {
    fn of(store: &'a Store, route: &Route) -> Self {
        let Some(upstream) = store.upstream_of(&route.environment) else { return Self::None };
        match store.route(&upstream, &route.name) {
            Some(route) => Self::Has(route),
            None if store.routes().iter().any(|other| other.environment == upstream) => Self::Lacks,
            None => Self::None,
        }
    }
}

/// Reads one route.
struct Reader<'a> {
    route: &'a Route,
    upstream: Upstream<'a>,
    releases: Option<&'a Releases>,
    ages: &'a [Age],
    redaction: &'a Redaction,
}

impl Reader<'_> {
    fn read(&self) -> RouteStatus {
        let route = self.route;
        RouteStatus {
            name: route.name.clone(),
            path: route.path.clone(),
            description: route.description.as_ref().map(|text| self.said(&text.value)),
            enabled: route.is_enabled(),
            sticky_by: route.sticky_by.as_ref().map(|key| self.said(&key.value)),
            variants: route.variants.iter().map(|variant| self.variant(&variant.name.value)).collect(),
            fallback: self.fallback(),
            holds: route.holds.iter().map(|hold| self.hold(hold)).collect(),
            lacks_upstream: matches!(self.upstream, Upstream::Lacks),
        }
    }

    /// What somebody wrote, as it may be shown.
    fn said(&self, text: &str) -> String {
        self.redaction.said(&self.route.path, text)
    }

    fn variant(&self, name: &str) -> VariantStatus {
        let route = self.route;
        let pins = route.variant(name).into_iter().flat_map(|variant| &variant.pins);
        let mut serves: Vec<Served> = pins.map(|(dimension, pin)| self.served(Some(name), *dimension, pin)).collect();
        let loose = route.loose.iter().filter(|loose| loose.variant.as_deref() == Some(name));
        serves.extend(loose.map(|loose| self.loose(loose)));
        serves.sort_by_key(|served| served.dimension);
        VariantStatus { name: self.said(name), share: route.share_of(name), is_shadow: route.is_shadow(name), serves }
    }

    fn fallback(&self) -> Vec<Served> {
        let pins = self.route.fallback.iter().map(|pin| self.served(None, Dimension::Model, pin));
        let loose = self.route.loose.iter().filter(|loose| loose.variant.is_none());
        pins.chain(loose.map(|loose| self.loose(loose))).collect()
    }

    fn served(&self, variant: Option<&str>, dimension: Dimension, pin: &Pin) -> Served {
        let release = &pin.release.value;
        let recorded = self.releases.and_then(|releases| releases.digest(release));
        let digest = pin.digest.map(|digest| digest.value);
        let mut holds = self.route.holds.iter();
        Served {
            dimension,
            reference: release.to_string(),
            release: Some(release.clone()),
            digest,
            standing: self.standing(release, digest),
            since: variant.and_then(|variant| self.since(variant, dimension, release)),
            has_drifted: matches!(self.upstream, Upstream::Has(before) if !before.has_passed(dimension, pin)),
            is_held: holds.any(|hold| hold.rejects(dimension, release, digest.or(recorded))),
        }
    }

    fn loose(&self, loose: &Loose) -> Served {
        Served {
            dimension: loose.dimension,
            reference: self.said(&loose.reference.value),
            release: None,
            digest: None,
            standing: Standing::NoRelease,
            since: None,
            has_drifted: false,
            is_held: false,
        }
    }

    fn since(&self, variant: &str, dimension: Dimension, release: &ReleaseRef) -> Option<i64> {
        let is_it = |age: &&Age| {
            (&age.environment, &age.route) == (&self.route.environment, &self.route.name)
                && age.variant == variant
                && (age.dimension, &age.release) == (dimension, release)
        };
        self.ages.iter().find(is_it).map(|age| age.since)
    }

    fn standing(&self, release: &ReleaseRef, digest: Option<Digest>) -> Standing {
        let Some(releases) = self.releases else { return Standing::Unknown };
        if !releases.has(release) {
            return if releases.are_complete() { Standing::Missing } else { Standing::Unknown };
        }
        if let (Some(written), Some(recorded)) = (digest, releases.digest(release))
            && written != recorded
        {
            return Standing::Altered { recorded };
        }
        match releases.newest(&release.artifact) {
            Some((newest, _)) if newest.version > release.version => Standing::Behind { newest: newest.clone() },
            _ => Standing::Newest,
        }
    }

    fn hold(&self, hold: &Hold) -> HoldStatus {
        HoldStatus {
            dimension: hold.dimension.value,
            rejects: hold.rejects.value.clone(),
            digest: hold.digest.map(|digest| digest.value),
            reason: hold.reason.as_ref().map(|reason| self.said(&reason.value)),
            since: hold.since.as_ref().map(|since| self.said(&since.value)),
            by: hold.by.as_ref().map(|by| self.said(&by.value)),
        }
    }
}

/// The artifacts whose content is not that of their newest release. One whose content cannot be told is none, and so is
/// one whose release records no digest; in a clone that lacks tags, so is one without any release.
fn unreleased(store: &Store, releases: &Releases) -> Vec<Unreleased> {
    let artifacts = store.artifacts();
    let differs = |artifact: Artifact| {
        let newest = releases.newest(&artifact.id);
        let is_new = match newest {
            Some((_, recorded)) => store.content(&artifact).ok()?.digest() != recorded?,
            None => releases.are_complete(),
        };
        let newest = newest.map(|(release, _)| release.clone());
        is_new.then(|| Unreleased { artifact: artifact.id, kind: artifact.kind, path: artifact.path, newest })
    };
    artifacts.into_par_iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::example;

    const STORE: &str = "\
//- promptyard.yaml
environments: {production: {branch: main, protected: true, upstream: staging}, staging: }
//- refs/tags
prompts/answer@1.3.0 sha256:1111111111111111111111111111111111111111111111111111111111111111
prompts/answer@1.4.0 sha256:2222222222222222222222222222222222222222222222222222222222222222
//- prompts/answer.prompt.yaml
messages: [{role: user, content: Hello}]
//- prompts/new.prompt.yaml
messages: [{role: user, content: Good day}]
//- environments/staging/help.yaml
variants: {stable: {prompt: prompts/answer@1.3.0, model: models/m}}
traffic: {stable: 100}
//- environments/dev/other.yaml
enabled: false
variants: {stable: {prompt: prompts/answer@2.0.0}}
//- environments/production/help.yaml
variants:
  stable: {prompt: prompts/answer@1.3.0}
  canary:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:1111111111111111111111111111111111111111111111111111111111111111\"}
traffic: {stable: 95, canary: 5}
shadow: [canary]
fallback: [models/backup@1.0.0]
holds: [{dimension: prompt, rejects: prompts/answer@1.4.0, reason: ask jane.roe@kontor-nord.de}]
";

    fn status(request: &Request<'_>) -> Status {
        of(&Store::load(example::snapshot(STORE).expect("paths")), request)
    }

    fn told(status: &Status) -> Vec<String> {
        let mut told = Vec::new();
        for environment in &status.environments {
            for route in &environment.routes {
                let variants = route
                    .variants
                    .iter()
                    .flat_map(|variant| variant.serves.iter().map(move |served| (variant, served)));
                for (variant, served) in variants {
                    let standing = format!("{:?}", served.standing);
                    let standing = standing.split([' ', '(']).next().unwrap_or_default();
                    let flags = [(served.has_drifted, " drifted"), (served.is_held, " held")];
                    let flags: String = flags.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
                    told.push(format!(
                        "{}/{} {} {} {} {standing}{flags}",
                        environment.name, route.name, variant.name, variant.share, served.reference
                    ));
                }
            }
        }
        told
    }

    #[test]
    fn environments_are_told_by_routes_and_variants() {
        let releases = example::releases(STORE).expect("the example has releases");
        let whole = status(&Request { releases: Some(&releases), ..Request::default() });
        assert_eq!(
            told(&whole),
            [
                "production/help stable 95 prompts/answer@1.3.0 Behind",
                "production/help canary 5 prompts/answer@1.4.0 Altered drifted held",
                "staging/help stable 100 prompts/answer@1.3.0 Behind",
                "staging/help stable 100 models/m NoRelease",
                "dev/other stable 0 prompts/answer@2.0.0 Missing",
            ]
        );
        let production = &whole.environments[0];
        assert!(production.protected && production.routes[0].fallback[0].has_drifted);
        let reason = production.routes[0].holds[0].reason.as_deref().expect("a reason");
        assert!(reason.starts_with("ask ") && !reason.contains("jane"), "{reason}");
        let unreleased: Vec<(&str, bool)> =
            whole.unreleased.iter().map(|one| (one.artifact.as_str(), one.newest.is_some())).collect();
        assert_eq!(unreleased, [("prompts/answer", true), ("prompts/new", false)]);
    }

    #[test]
    fn without_a_repository_nothing_is_said_of_releases() {
        let staging: EnvName = "staging".parse().expect("a name");
        let status = status(&Request { environment: Some(&staging), ..Request::default() });
        assert_eq!(status.knowledge, Knowledge::Nothing);
        assert_eq!(told(&status)[0], "staging/help stable 100 prompts/answer@1.3.0 Unknown");
        assert_eq!((status.environments.len(), status.unreleased.len()), (1, 0));
    }
}
