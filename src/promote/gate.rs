//! What has to be so before a release may serve.

use jiff::{SignedDuration, Timestamp};

use super::approval;
use super::{Check, Facts, Reviews, Scene, Stay};
use crate::name::EnvName;
use crate::release::record::Record;
use crate::store::policy::{MetricBound, Policy};
use crate::store::route::draft::Target;
use crate::store::route::{Dimension, Route};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Its name: `release`, `digest`, `lint`, `metrics`, `soak`, `approvals`, `freeze`, `hold`.
    pub name: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// Why, as the rest of a sentence that starts with the name.
    pub why: String,
}

/// How a gate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Open: it was looked at, and is as it should be.
    Passed,
    /// Open: nothing is asked.
    NotAsked,
    /// Open here: a later check decides.
    Later,
    /// Shut: it is not as it should be.
    Failed,
    /// Shut: nobody could look.
    Unknown,
}

impl Gate {
    fn new(name: &'static str, verdict: Verdict, why: impl Into<String>) -> Self {
        Self { name, verdict, why: why.into() }
    }

    /// Whether it lets the change pass.
    pub fn is_open(&self) -> bool {
        matches!(self.verdict, Verdict::Passed | Verdict::NotAsked | Verdict::Later)
    }
}

/// What is to happen, as far as the gates are concerned.
#[derive(Clone, Copy, Debug)]
pub enum Move<'a> {
    /// A release that is to serve.
    Forward(Dimension, &'a Target),
    /// A release that served here before, and was let in then.
    Back(Dimension, &'a Target),
    /// A release that did not serve here before, in place of one that is rolled back.
    Aside(Dimension, &'a Target),
    /// Other shares of the traffic.
    Traffic,
    /// Shares of the traffic that it had here before.
    Shares,
}

impl<'a> Move<'a> {
    fn target(self) -> Option<(Dimension, &'a Target)> {
        match self {
            Self::Forward(dimension, target) | Self::Back(dimension, target) | Self::Aside(dimension, target) => {
                Some((dimension, target))
            }
            Self::Traffic | Self::Shares => None,
        }
    }

    fn is_rollback(self) -> bool {
        matches!(self, Self::Back(..) | Self::Aside(..) | Self::Shares)
    }
}

/// Every gate, in the order in which they are shown.
pub(super) fn all(scene: &Scene<'_>, route: &Route, what: Move<'_>, facts: &Facts<'_>) -> Vec<Gate> {
    gates(scene, Some(route), what, facts)
}

/// Every gate of what is to happen to `route`, which need not be there yet, in the order in which they are shown.
pub fn gates(scene: &Scene<'_>, route: Option<&Route>, what: Move<'_>, facts: &Facts<'_>) -> Vec<Gate> {
    let policies = governing(scene, what);
    let mut gates = Vec::new();
    if let Some((dimension, target)) = what.target() {
        gates.push(release(target, facts));
        gates.push(digest(target, facts));
        gates.push(hold(route, dimension, target));
        if what.is_rollback() {
            let waived = |name| Gate::new(name, Verdict::NotAsked, "a rollback does not wait for it");
            gates.extend(["lint", "metrics", "soak"].map(waived));
        } else {
            gates.push(lint(facts));
            gates.push(metrics(&policies, dimension, facts.release.record.as_ref()));
            gates.push(soak(scene, &policies, facts.upstream));
        }
    }
    gates.push(match what {
        Move::Back(..) | Move::Shares => Gate::new("approvals", Verdict::NotAsked, "it was let in here before"),
        _ => approvals(&policies, facts.reviews, scene.by),
    });
    gates.push(match what.is_rollback() {
        true => Gate::new("freeze", Verdict::NotAsked, "rolling back is never frozen"),
        false => freeze(scene, &policies),
    });
    gates
}

/// The policies that govern a promotion in the scene's environment.
fn governing<'a>(scene: &Scene<'a>, what: Move<'_>) -> Vec<&'a Policy> {
    let store = scene.store;
    let concerns = |policy: &&Policy| match what.target() {
        Some((_, target)) => {
            let id = &target.release.artifact;
            policy.scope.has_artifact(id, store.prompt_called(id.as_str()))
        }
        None => policy.scope.is_open(),
    };
    store.policies().iter().filter(|policy| holds_in(policy, scene.environment, scene)).filter(concerns).collect()
}

fn holds_in(policy: &Policy, environment: &EnvName, scene: &Scene<'_>) -> bool {
    if let Some(named) = &policy.promotion.environments {
        return named.contains(environment);
    }
    let config = scene.store.config();
    let is_protected = config.environment(environment).is_some_and(|known| known.protected);
    // Where nothing is protected, nothing says that a policy means only some.
    is_protected || !config.environments.iter().any(|known| known.protected)
}

fn release(target: &Target, facts: &Facts<'_>) -> Gate {
    let name = &target.release;
    let (verdict, why) = match () {
        () if facts.releases.has(name) => (Verdict::Passed, format!("`{name}` exists")),
        () if facts.releases.are_complete() => (Verdict::Failed, format!("there is no release `{name}`")),
        () => (Verdict::Unknown, format!("this clone lacks tags, and does not know `{name}`: `git fetch --tags`")),
    };
    Gate::new("release", verdict, why)
}

fn digest(target: &Target, facts: &Facts<'_>) -> Gate {
    let recorded = facts.releases.digest(&target.release);
    if let (Some(wanted), Some(recorded)) = (target.digest, recorded)
        && wanted != recorded
    {
        return Gate::new("digest", Verdict::Failed, format!("the release has {recorded}, and not {wanted}"));
    }
    checked("digest", &facts.release.digest, "the tagged content is what the release says")
}

fn lint(facts: &Facts<'_>) -> Gate {
    checked("lint", &facts.release.lint, "nothing was found at the tag")
}

fn checked(name: &'static str, check: &Check, passed: &str) -> Gate {
    match check {
        Check::Passed => Gate::new(name, Verdict::Passed, passed),
        Check::Failed(why) => Gate::new(name, Verdict::Failed, why.as_str()),
        Check::Unknown(why) => Gate::new(name, Verdict::Unknown, why.as_str()),
    }
}

fn hold(route: Option<&Route>, dimension: Dimension, target: &Target) -> Gate {
    match route
        .into_iter()
        .flat_map(|route| &route.holds)
        .find(|hold| hold.rejects(dimension, &target.release, target.digest))
    {
        None => Gate::new("hold", Verdict::Passed, "nothing holds it back"),
        Some(hold) => {
            let reason = hold.reason.as_ref().map_or_else(String::new, |reason| format!(": {}", reason.value));
            let why = format!("`{}` is held back here{reason}; `promptyard unhold` lifts that", hold.rejects.value);
            Gate::new("hold", Verdict::Failed, why)
        }
    }
}

fn metrics(policies: &[&Policy], dimension: Dimension, record: Option<&Record>) -> Gate {
    // A policy for everything asks for metrics of prompts: those of what it names are its own business.
    let asking = policies.iter().filter(|policy| dimension == Dimension::Prompt || !policy.scope.is_open());
    let bounds: Vec<&MetricBound> = asking.flat_map(|policy| &policy.promotion.metrics).collect();
    if bounds.is_empty() {
        return Gate::new("metrics", Verdict::NotAsked, "no policy asks for any");
    }
    let Some(record) = record else {
        return Gate::new("metrics", Verdict::Unknown, "the release's record could not be read");
    };
    let missed: Vec<String> = bounds.iter().filter_map(|bound| missed(bound, record)).collect();
    if missed.is_empty() {
        let kept: Vec<String> = bounds.iter().map(|bound| format!("`{}`", bound.name.value)).collect();
        return Gate::new("metrics", Verdict::Passed, format!("{} keep their bounds", kept.join(", ")));
    }
    Gate::new("metrics", Verdict::Failed, missed.join("; "))
}

/// In what the record does not keep `bound`; `None` where it does.
fn missed(bound: &MetricBound, record: &Record) -> Option<String> {
    let name = &bound.name.value;
    let on_suite = |suite: Option<&String>| match &bound.suite {
        None => true,
        Some(wanted) => suite.is_some_and(|suite| suite == wanted || suite.split('@').next() == Some(wanted)),
    };
    let measured = record.metrics.iter().filter(|metric| metric.name == *name);
    let mut measured = measured.filter(|metric| on_suite(metric.suite.as_ref()));
    let Some(metric) = measured.next_back() else {
        let suite = bound.suite.as_ref().map_or_else(String::new, |suite| format!(" on `{suite}`"));
        return Some(format!("`{name}` was not measured{suite}"));
    };
    let value: f64 = metric.value.parse().ok().filter(|value: &f64| value.is_finite())?;
    if let Some(min) = bound.min.filter(|min| value < *min) {
        return Some(format!("`{name}` is {}, below {min}", metric.value));
    }
    if let Some(max) = bound.max.filter(|max| value > *max) {
        return Some(format!("`{name}` is {}, above {max}", metric.value));
    }
    let samples = bound.samples.filter(|samples| metric.n.is_none_or(|n| n < *samples))?;
    let had = metric.n.map_or_else(|| "an unknown number of".to_owned(), |n| n.to_string());
    Some(format!("`{name}` has {had} samples, and needs {samples}"))
}

fn soak(scene: &Scene<'_>, policies: &[&Policy], stay: Stay) -> Gate {
    let gate = |verdict, why: String| Gate::new("soak", verdict, why);
    let Some(needed) = policies.iter().filter_map(|policy| policy.promotion.soak).map(|soak| soak.value).max() else {
        return gate(Verdict::NotAsked, "no policy asks for it".to_owned());
    };
    let Some(upstream) = scene.store.upstream_of(scene.environment) else {
        return gate(Verdict::NotAsked, format!("no environment comes before `{}`", scene.environment));
    };
    let wanted = long(needed);
    match stay {
        Stay::Absent => gate(Verdict::Failed, format!("`{upstream}` does not have it, and must for {wanted}")),
        Stay::Unknown => gate(Verdict::Unknown, format!("it is not known how long `{upstream}` has had it")),
        Stay::Since(since) => {
            let had = scene.now.duration_since(since);
            let verdict = if had >= needed { Verdict::Passed } else { Verdict::Failed };
            gate(verdict, format!("`{upstream}` has had it for {}, {wanted} are asked for", long(had)))
        }
    }
}

/// `3 d 4 h`, `12 min`: a duration in its two largest units.
pub(super) fn long(duration: SignedDuration) -> String {
    let minutes = duration.as_mins().max(0);
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, hours) if minutes == 0 => format!("{hours} h"),
        (0, hours) => format!("{hours} h {minutes} min"),
        (days, 0) => format!("{days} d"),
        (days, hours) => format!("{days} d {hours} h"),
    }
}

fn approvals(policies: &[&Policy], reviews: Reviews<'_>, author: Option<&str>) -> Gate {
    let asked: Vec<_> = policies.iter().filter_map(|policy| policy.promotion.approvals.as_ref()).collect();
    let Some(most) = asked.iter().map(|approvals| approvals.count).max().filter(|count| *count > 0) else {
        return Gate::new("approvals", Verdict::NotAsked, "no policy asks for any");
    };
    let given = match reviews {
        Reviews::Known(given) => given,
        Reviews::Later => {
            let why = format!("{most} needed; the pull request's check counts them");
            return Gate::new("approvals", Verdict::Later, why);
        }
        Reviews::Untold => {
            let why = format!("{most} needed; `--reviews FILE` says who approved");
            return Gate::new("approvals", Verdict::Unknown, why);
        }
    };
    let missing = asked.iter().find_map(|asked| {
        let counted = approval::counted(given, asked, author);
        (counted.len() < asked.count).then(|| {
            let from = if asked.from.is_empty() { String::new() } else { format!(" from {}", asked.from.join(", ")) };
            format!("{} of {} needed{from}", counted.len(), asked.count)
        })
    });
    match missing {
        Some(why) => Gate::new("approvals", Verdict::Failed, why),
        None => {
            let names: Vec<&str> = given.iter().map(|approval| approval.by.as_str()).collect();
            Gate::new("approvals", Verdict::Passed, format!("by {}", names.join(", ")))
        }
    }
}

fn freeze(scene: &Scene<'_>, policies: &[&Policy]) -> Gate {
    let zone = scene.store.config().timezone.as_ref().map(|zone| &zone.value);
    let windows: Vec<_> = policies.iter().flat_map(|policy| &policy.promotion.freeze).collect();
    let holds = |now: Timestamp| windows.iter().find(|freeze| freeze.holds(now, zone) == Some(true));
    if windows.is_empty() {
        return Gate::new("freeze", Verdict::NotAsked, "no policy has a window");
    }
    if let Some(freeze) = holds(scene.now) {
        let name = freeze.name.as_ref().map_or_else(|| "a window".to_owned(), |name| format!("`{name}`"));
        let reason = freeze.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        return Gate::new("freeze", Verdict::Failed, format!("{name} is on{reason}"));
    }
    if windows.iter().any(|freeze| freeze.holds(scene.now, zone).is_none()) {
        let why = "a window has no time zone: add `timezone` to it, or to `promptyard.yaml`";
        return Gate::new("freeze", Verdict::Unknown, why);
    }
    Gate::new("freeze", Verdict::Passed, "no window is on")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_two_units() {
        for (minutes, expected) in [
            (0, "0 min"),
            (59, "59 min"),
            (60, "1 h"),
            (61, "1 h 1 min"),
            (1440, "1 d"),
            (1500, "1 d 1 h"),
            (-5, "0 min"),
        ] {
            assert_eq!(long(SignedDuration::from_mins(minutes)), expected);
        }
    }
}
