//! What the routes of a change need to pass: the gates of a promotion, for each release that comes to serve.

use std::cell::OnceCell;

use jiff::Timestamp;

use crate::check::{Arrival, RouteChange};
use crate::cli::error::CliError;
use crate::cli::promotion::facts;
use crate::history::standing::standings;
use crate::history::state::{PinState, RouteState};
use crate::lint::sensitive::Redaction;
use crate::name::{CommitId, EnvName};
use crate::promote::approval::{self, Approval};
use crate::promote::{self, Facts, Gate, Move, ReleaseFacts, Reviews, Scene, Stay};
use crate::release::known::Releases;
use crate::repo::{Git, GitPast};
use crate::revision::Revisions as _;
use crate::store::Store;
use crate::store::route::Route;
use crate::store::route::draft::Target;
use crate::store::snapshot::Snapshot;

/// Everything that the gates are judged by.
pub(super) struct Gatekeeper<'a> {
    git: &'a Git,
    accepted: &'a Snapshot,
    store: Store,
    releases: &'a Releases,
    base: CommitId,
    past: OnceCell<GitPast<'a>>,
    approvals: Option<Vec<Approval>>,
    now: Timestamp,
}

impl<'a> Gatekeeper<'a> {
    /// `base` is where the change is to be merged: what was live is read from there, and from no branch of the name that
    /// the configuration says, which in a clone of a pull request can be anybody's. `fork` and `head` are where the change
    /// starts and where it ends: nobody who wrote a part of it approves it.
    pub(super) fn new(
        git: &'a Git,
        accepted: &'a Snapshot,
        releases: &'a Releases,
        [base, fork, head]: [CommitId; 3],
        reviews: Option<Vec<Approval>>,
        now: Timestamp,
    ) -> Result<Self, CliError> {
        let approvals = match reviews {
            None => None,
            Some(given) => {
                let commits = git.commits(head, &[fork])?;
                let authors = commits.iter().map(|commit| Ok(git.commit(*commit)?.author));
                let authors = authors.collect::<Result<Vec<_>, CliError>>()?;
                let names: Vec<String> =
                    authors.iter().map(|author| format!("{} <{}>", author.name, author.mail)).collect();
                Some(approval::by_others(given, &names))
            }
        };
        let store = Store::load(accepted.clone());
        Ok(Self { git, accepted, store, releases, base, past: OnceCell::new(), approvals, now })
    }

    /// The gates of `change` as they may be shown, each once; those of one release are named after it where several come to serve.
    pub(super) fn gates(&self, change: &RouteChange) -> Result<Vec<Gate>, CliError> {
        let scene = Scene {
            store: &self.store,
            environment: &change.environment,
            route: &change.route,
            now: self.now,
            reason: None,
            by: None,
        };
        // Holds are those of the base: a change does not lift what stands in its way.
        let route = self.store.route(&change.environment, &change.route);
        let mut gates = self.all(change, &scene, route)?;
        let redaction = Redaction::new(&self.store, route.map(|route| &route.path));
        gates.iter_mut().for_each(|gate| gate.why = redaction.said(&change.path, &gate.why));
        Ok(gates)
    }

    fn all(&self, change: &RouteChange, scene: &Scene<'_>, route: Option<&Route>) -> Result<Vec<Gate>, CliError> {
        let mut gates: Vec<Gate> = Vec::new();
        for arrival in &change.arrivals {
            let release = &arrival.target.release;
            let past = self.past()?;
            let facts = facts::release(self.git, past, &self.store, self.accepted, release, self.now)?;
            let upstream = self.stay(scene, arrival)?;
            let stood = self.stood(change, arrival)?;
            let what = match stood {
                true => Move::Back(arrival.dimension, &arrival.target),
                false => Move::Forward(arrival.dimension, &arrival.target),
            };
            let found = promote::gates(scene, route, what, &self.facts(&facts, upstream));
            for gate in found {
                let why = format!("{release}: {}", gate.why);
                let gate = if change.arrivals.len() > 1 { Gate { why, ..gate } } else { gate };
                if !gates.contains(&gate) {
                    gates.push(gate);
                }
            }
        }
        if change.arrivals.is_empty() && change.shifts_traffic {
            let facts = ReleaseFacts::of_none();
            gates = promote::gates(scene, route, Move::Traffic, &self.facts(&facts, Stay::Unknown));
        }
        Ok(gates)
    }

    /// The past up to the base.
    fn past(&self) -> Result<&GitPast<'a>, CliError> {
        if let Some(past) = self.past.get() {
            return Ok(past);
        }
        let past = self.git.past(Some(&self.base.to_string()))?;
        Ok(self.past.get_or_init(|| past))
    }

    /// How long the environment before that of `scene` has served the release.
    fn stay(&self, scene: &Scene<'_>, arrival: &Arrival) -> Result<Stay, CliError> {
        let stay = |past: &GitPast<'_>| facts::stay(past, &self.store, scene, arrival.dimension, &arrival.target);
        let branch = |environment: &EnvName| {
            let known = self.store.config().environment(environment)?;
            known.branch.as_ref().map(|branch| branch.value.clone())
        };
        let upstream = self.store.upstream_of(scene.environment).and_then(|upstream| branch(&upstream));
        let Some(other) = upstream.filter(|upstream| Some(upstream) != branch(scene.environment).as_ref()) else {
            return stay(self.past()?);
        };
        // A branch of this clone can be the one that is to be merged: what the remote has goes first.
        let known = [format!("refs/remotes/origin/{other}"), other];
        known.iter().find_map(|name| self.git.past(Some(name)).ok()).map_or(Ok(Stay::Unknown), |past| stay(&past))
    }

    fn facts<'f>(&'f self, release: &'f ReleaseFacts, upstream: Stay) -> Facts<'f> {
        let reviews = self.approvals.as_deref().map_or(Reviews::Untold, Reviews::Known);
        Facts { releases: self.releases, release, upstream, reviews }
    }

    /// Whether the release served here before.
    fn stood(&self, change: &RouteChange, arrival: &Arrival) -> Result<bool, CliError> {
        let read = |route: &RouteState| {
            let mut serving = route.serving().filter_map(|(_, variant)| variant.pins.get(&arrival.dimension));
            (route.enabled && serving.any(|pin| is_certainly(pin, &arrival.target))).then_some(())
        };
        Ok(standings(self.past()?, &change.environment, &change.route, read)?.next().transpose()?.is_some())
    }
}

/// Whether `pin` is what `target` is, and was when it was written: a name alone may mean something else today.
fn is_certainly(pin: &PinState, target: &Target) -> bool {
    pin.digest.is_some() == target.digest.is_some() && facts::is_same(pin, target)
}
