//! Plans over drawn stores: the file before and after, the gates, and what is said.

use super::*;
use crate::lint::example;
use crate::store::route::draft::Target;

const D1: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const D2: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

const ROUTE: &str = "\
# Who is asked first: @support-ai
description: Answers in the help widget.
variants:
  stable:
    prompt:    {release: prompts/answer@1.3.0, digest: \"D1\"} # the good old one
    model:     models/chat@2.1.0
  canary:
    prompt:    {release: prompts/answer@1.3.0, digest: \"D1\"}
    model:     models/chat@2.1.0
traffic: {canary: 5, stable: 95} # since May
sticky_by: user_id
";

const POLICY: &str = "\
required_metrics: {accuracy: {min: 0.9, suite: suites/a, samples: 100}, hallucination_rate: {max: 0.03}}
approvals: 1
soak: 24h
freeze: [{name: Christmas, from: 2026-12-20, until: 2026-12-27, timezone: Europe/Berlin, reason: nobody is there}]
";

fn store(route: &str, policy: &str) -> Store {
    let route = route.replace("D1", D1).replace("D2", D2);
    let drawing = format!(
        "//- promptyard.yaml\nenvironments: {{production: {{protected: true, upstream: staging}}, staging: }}\n\
         //- policies/production.yaml\ndescription: d\n{policy}//- environments/production/help.yaml\n{route}"
    );
    Store::load(example::snapshot(&drawing).expect("paths"))
}

fn releases() -> Releases {
    let known = [("prompts/answer@1.3.0", D1), ("prompts/answer@1.4.0", D2)];
    let known = known.map(|(release, digest)| (release.parse().expect("one"), Some(digest.parse().expect("one"))));
    Releases::new(known, crate::release::known::Completeness::Whole)
}

fn release_facts(metrics: &str) -> ReleaseFacts {
    let message = format!("t\n\nArtifact: prompts/answer\nVersion: 1.4.0\nDigest: {D2}\n{metrics}");
    ReleaseFacts { record: message.parse().ok(), digest: Check::Passed, lint: Check::Passed }
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

struct Table {
    store: Store,
    releases: Releases,
    release: ReleaseFacts,
    upstream: Stay,
    approvals: Vec<Approval>,
    now: Timestamp,
}

impl Table {
    fn new(route: &str, policy: &str) -> Self {
        let approval = Approval { by: "Ray Ortiz <ray@example.com>".to_owned(), source: approval::Source::Trailer };
        Self {
            store: store(route, policy),
            releases: releases(),
            release: release_facts("Metric: accuracy=0.95 n=400 suite=suites/a@1.0.0\nMetric: hallucination_rate=0.02"),
            upstream: Stay::Since(moment("2026-11-18T10:00:00Z")),
            approvals: vec![approval],
            now: moment("2026-11-20T10:00:00Z"),
        }
    }

    fn plan(&self, make: impl FnOnce(&Scene<'_>, &Facts<'_>) -> Result<Plan, Refusal>) -> Result<Plan, Refusal> {
        let (environment, route) = ("production".parse().expect("a name"), "help".parse().expect("a name"));
        let scene = Scene {
            store: &self.store,
            environment: &environment,
            route: &route,
            now: self.now,
            reason: Some("it invents opening hours"),
            by: Some("Ann Lee <ann@example.com>"),
        };
        let facts = Facts {
            releases: &self.releases,
            release: &self.release,
            upstream: self.upstream,
            reviews: Reviews::Known(&self.approvals),
        };
        make(&scene, &facts)
    }
}

fn promotion(release: &str, variant: Option<&str>, traffic: &[(&str, &str)]) -> Promotion {
    let share = |(name, share): &(&str, &str)| ((*name).to_owned(), share.parse().expect("a share"));
    Promotion {
        release: release.parse().expect("a release"),
        variant: variant.map(str::to_owned),
        traffic: traffic.iter().map(share).collect(),
    }
}

/// The file after the plan, with digests as the drawings have them.
fn after(plan: &Plan) -> String {
    plan.change.files.first().map_or_else(String::new, |file| file.content.replace(D1, "D1").replace(D2, "D2"))
}

fn verdicts(plan: &Plan) -> Vec<(&str, Verdict)> {
    plan.gates.iter().map(|gate| (gate.name, gate.verdict)).collect()
}

fn why<'a>(plan: &'a Plan, name: &str) -> (Verdict, &'a str) {
    let gate = plan.gates.iter().find(|gate| gate.name == name).expect("the gate is there");
    (gate.verdict, gate.why.as_str())
}

#[test]
fn a_promotion_changes_one_dimension() {
    let table = Table::new(ROUTE, POLICY);
    let plan = table
        .plan(|scene, facts| promote(scene, &promotion("prompts/answer@1.4.0", Some("canary"), &[]), facts))
        .expect("there is a plan");
    let line = "  canary:\n    prompt:    {release: prompts/answer@1.3.0, digest: \"D1\"}";
    assert_eq!(after(&plan), ROUTE.replace(line, &line.replace("1.3.0", "1.4.0").replace("D1", "D2")));
    assert!(plan.is_allowed());
    assert_eq!(
        verdicts(&plan),
        ["release", "digest", "hold", "lint", "metrics", "soak", "approvals", "freeze"]
            .map(|name| (name, Verdict::Passed))
    );
    assert_eq!(why(&plan, "soak").1, "`staging` has had it for 2 d, 1 d are asked for");
    assert_eq!(plan.words, ["production/help: prompt 1.3.0 → 1.4.0 in canary", "Model and traffic stay."]);
    assert_eq!(
        plan.message().replace(D1, "D1").replace(D2, "D2"),
        "Promote prompts/answer@1.4.0 to production/help (canary)\n\nPromotion: production/help\nEnvironment: production\n\
         Route: help\nVariant: canary\nDimension: prompt\nFrom: prompts/answer@1.3.0 D1\nTo: prompts/answer@1.4.0 D2\n\
         Reason: it invents opening hours\n"
    );
    let again = Table { store: store(&after(&plan), POLICY), ..Table::new(ROUTE, POLICY) };
    let plan =
        again.plan(|scene, facts| promote(scene, &promotion("prompts/answer@1.4.0", Some("canary"), &[]), facts));
    let plan = plan.expect("there is a plan");
    assert!(plan.is_idle() && plan.words[0].ends_with("nothing is to be written"), "{:?}", plan.words);
}

#[test]
fn a_variant_that_is_not_there_is_made_from_the_main_one() {
    let route = "variants:\n  stable:\n    prompt: {release: prompts/answer@1.3.0, digest: \"D1\"}\n    model:  models/chat@2.1.0\ntraffic: {stable: 100}\n";
    let plan = Table::new(route, "").plan(|scene, facts| {
        promote(scene, &promotion("prompts/answer@1.4.0", Some("canary"), &[("canary", "2.5")]), facts)
    });
    let plan = plan.expect("there is a plan");
    assert_eq!(
        after(&plan),
        "variants:\n  stable:\n    prompt: {release: prompts/answer@1.3.0, digest: \"D1\"}\n    model:  models/chat@2.1.0\n  \
         canary:\n    prompt: {release: prompts/answer@1.4.0, digest: \"D2\"}\n    model:  models/chat@2.1.0\n\
         traffic: {canary: 2.5, stable: 97.5}\n"
    );
    assert_eq!(plan.words[1], "production/help: traffic stable=100 → canary=2.5 stable=97.5");
}

#[test]
fn every_gate_that_is_shut_is_told() {
    let route = format!("{ROUTE}holds: [{{dimension: prompt, rejects: prompts/answer@1.4.0, reason: lies}}]\n");
    let table = Table {
        release: ReleaseFacts {
            digest: Check::Failed("the tag was moved".to_owned()),
            lint: Check::Unknown("the tagged commit is not in this clone".to_owned()),
            ..release_facts("Metric: accuracy=0.85 n=400 suite=suites/a@1.0.0")
        },
        upstream: Stay::Since(moment("2026-12-23T21:30:00Z")),
        approvals: vec![Approval { by: "Ann Lee <ann@example.com>".to_owned(), source: approval::Source::Forge }],
        now: moment("2026-12-24T10:00:00Z"),
        ..Table::new(&route, POLICY)
    };
    let plan = table
        .plan(|scene, facts| promote(scene, &promotion("prompts/answer@1.4.0", None, &[]), facts))
        .expect("there is a plan");
    assert!(!plan.is_allowed());
    let told: Vec<(Verdict, &str)> = plan.gates.iter().map(|gate| (gate.verdict, gate.why.as_str())).collect();
    use Verdict::{Failed, Passed, Unknown};
    assert_eq!(
        told,
        [
            (Passed, "`prompts/answer@1.4.0` exists"),
            (Failed, "the tag was moved"),
            (Failed, "`prompts/answer@1.4.0` is held back here: lies; `promptyard unhold` lifts that"),
            (Unknown, "the tagged commit is not in this clone"),
            (Failed, "`accuracy` is 0.85, below 0.9; `hallucination_rate` was not measured"),
            (Failed, "`staging` has had it for 12 h 30 min, 1 d are asked for"),
            (Failed, "0 of 1 needed"),
            (Failed, "`Christmas` is on: nobody is there"),
        ]
    );
    let unknown = table.plan(|scene, facts| promote(scene, &promotion("prompts/answer@9.0.0", None, &[]), facts));
    assert_eq!(why(&unknown.expect("a plan"), "release").0, Failed);
    let later = table.plan(|scene, facts| {
        let facts = Facts { reviews: Reviews::Later, ..*facts };
        promote(scene, &promotion("prompts/answer@1.4.0", None, &[]), &facts)
    });
    assert_eq!(why(&later.expect("a plan"), "approvals").0, Verdict::Later);
}

#[test]
fn policies_hold_where_they_say() {
    for (policy, expected) in [
        ("environments: [staging]\napprovals: 3\n", Verdict::NotAsked),
        ("environments: [production]\napprovals: 3\n", Verdict::Failed),
        ("applies_to: 'prompts/other'\napprovals: 3\n", Verdict::NotAsked),
        ("applies_to: 'prompts/ans*'\napprovals: 3\n", Verdict::Failed),
        ("approvals: {count: 1, from: ['@leads']}\n", Verdict::Failed),
        ("approvals: {count: 1, from: [ray@example.com]}\n", Verdict::Passed),
    ] {
        let plan = Table::new(ROUTE, policy)
            .plan(|scene, facts| promote(scene, &promotion("prompts/answer@1.4.0", None, &[]), facts));
        assert_eq!(why(&plan.expect("a plan"), "approvals").0, expected, "{policy}");
    }
}

fn stood(release: &str, digest: &str, from: &str, until: Option<&str>) -> Stood<Target> {
    let state = Target { release: release.parse().expect("one"), digest: digest.parse().ok() };
    Stood { state, from: moment(from), until: until.map(moment) }
}

#[test]
fn a_rollback_goes_to_the_last_good_state_and_holds_the_bad_one() {
    let bad = ROUTE.replacen("prompts/answer@1.3.0, digest: \"D1\"", "prompts/answer@1.4.0, digest: \"D2\"", 1);
    let table = Table { approvals: Vec::new(), now: moment("2026-12-24T03:00:00Z"), ..Table::new(&bad, POLICY) };
    let past = [
        stood("prompts/answer@1.4.0", D2, "2026-12-23T22:00:00Z", None),
        stood("prompts/answer@1.3.0", D1, "2026-12-01T22:00:00Z", Some("2026-12-23T22:00:00Z")),
        stood("prompts/answer@1.2.0", "", "2026-11-01T22:00:00Z", Some("2026-12-01T22:00:00Z")),
    ];
    let rollback = Rollback { dimension: Dimension::Prompt, variant: None, to: None };
    let plan = table
        .plan(|scene, facts| roll_back(scene, &rollback, &mut past.iter().cloned().map(Ok), facts))
        .expect("there is a plan");
    assert_eq!(
        after(&plan),
        format!(
            "{ROUTE}holds:\n  - {{dimension: prompt, rejects: prompts/answer@1.4.0, digest: \"D2\", reason: \"rolled back: it \
             invents opening hours\", since: 2026-12-24T03:00:00Z, by: Ann Lee <ann@example.com>}}\n"
        )
    );
    assert!(plan.is_allowed(), "neither approvals nor Christmas stand in the way: {:?}", plan.gates);
    assert_eq!(
        plan.words,
        [
            "production/help: prompt 1.4.0 → 1.3.0 in stable",
            "Model and traffic stay.",
            "prompts/answer@1.3.0 was live here until 2026-12-23T22:00:00Z, for 22 d.",
            "prompts/answer@1.4.0 is held back here; `promptyard unhold prompts/answer@1.4.0 --env production --route help` lifts that.",
        ]
    );
    // Again, from there: 1.3.0 is no better, and 1.4.0 is held.
    let held = Table { store: store(&after(&plan), POLICY), ..table };
    let plan = held
        .plan(|scene, facts| roll_back(scene, &rollback, &mut past.iter().cloned().map(Ok), facts))
        .expect("there is a plan");
    assert_eq!(plan.steps[0].to.as_deref(), Some("prompts/answer@1.2.0"));
    let nowhere = held.plan(|scene, facts| roll_back(scene, &rollback, &mut past[..2].iter().cloned().map(Ok), facts));
    assert_eq!(nowhere, Err(Refusal::NothingBefore(Dimension::Prompt)));
}

#[test]
fn the_traffic_goes_back_to_shares_of_variants_that_are_there() {
    let table = Table { approvals: Vec::new(), now: moment("2026-12-24T03:00:00Z"), ..Table::new(ROUTE, POLICY) };
    let shares = |shares: &[(&str, &str)], from: &str| Stood {
        state: promotion("a@1.0.0", None, shares).traffic,
        from: moment(from),
        until: Some(moment("2026-12-20T00:00:00Z")),
    };
    let past = [
        shares(&[("stable", "95"), ("canary", "5")], "2026-12-19T00:00:00Z"),
        shares(&[("stable", "50"), ("gone", "50")], "2026-12-18T00:00:00Z"),
        shares(&[("stable", "100")], "2026-12-17T00:00:00Z"),
    ];
    let roll = |past: &[Stood<Vec<(String, Share)>>]| {
        table.plan(|scene, facts| roll_back_traffic(scene, &mut past.iter().cloned().map(Ok), facts))
    };
    let plan = roll(&past).expect("there is a plan");
    assert!(after(&plan).contains("traffic: {canary: 0, stable: 100} # since May\n"), "{}", after(&plan));
    assert!(plan.is_allowed(), "neither approvals nor Christmas stand in the way: {:?}", plan.gates);
    assert_eq!(
        plan.words.last().map(String::as_str),
        Some("It was shared out so until 2026-12-20T00:00:00Z, for 3 d.")
    );
    assert_eq!(roll(&past[..2]), Err(Refusal::NothingBefore(Dimension::Traffic)));
}

#[test]
fn a_rollback_to_something_new_needs_approval() {
    let table = Table { approvals: Vec::new(), ..Table::new(ROUTE, POLICY) };
    let rollback = Rollback {
        dimension: Dimension::Prompt,
        variant: Some("canary".to_owned()),
        to: Some("prompts/answer@1.4.0".parse().expect("one")),
    };
    let plan = table
        .plan(|scene, facts| roll_back(scene, &rollback, &mut std::iter::empty(), facts))
        .expect("there is a plan");
    assert_eq!((why(&plan, "approvals").0, why(&plan, "freeze").0), (Verdict::Failed, Verdict::NotAsked));
    let policy = Rollback { dimension: Dimension::Policy, ..rollback };
    let nothing = table.plan(|scene, facts| roll_back(scene, &policy, &mut std::iter::empty(), facts));
    assert_eq!(nothing, Err(Refusal::NothingThere { variant: "canary".to_owned(), dimension: Dimension::Policy }));
}

#[test]
fn the_whole_route_goes_back() {
    let now = ROUTE
        .replace("prompts/answer@1.3.0, digest: \"D1\"", "prompts/answer@1.4.0, digest: \"D2\"")
        .replace("{canary: 5, stable: 95}", "{canary: 50, stable: 50}");
    let past = store(&ROUTE.replace("  canary:", "  blue:").replace("canary: 5", "blue: 5"), "");
    let plan = Table::new(&now, "").plan(|scene, facts| roll_back_all(scene, &past.routes()[0], facts));
    let plan = plan.expect("there is a plan");
    let written = after(&plan);
    assert!(
        written
            .contains("  stable:\n    prompt:    {release: prompts/answer@1.3.0, digest: \"D1\"} # the good old one\n")
    );
    assert!(written.contains("  blue:\n    prompt:    {release: prompts/answer@1.3.0, digest: \"D1\"}\n"), "{written}");
    assert!(written.contains("traffic: {canary: 0, stable: 95, blue: 5} # since May\n"), "{written}");
    assert_eq!(written.matches("dimension: prompt, rejects: prompts/answer@1.4.0").count(), 1);
}

#[test]
fn traffic_always_adds_up() {
    let table = Table::new(ROUTE, "");
    let traffic = |asked: &[(&str, &str)]| {
        let asked = promotion("a@1.0.0", None, asked).traffic;
        let plan = table.plan(|scene, facts| share_out(scene, &asked, facts))?;
        Ok(plan.steps.first().and_then(|step| step.to.clone()))
    };
    assert_eq!(traffic(&[("canary", "20")]), Ok(Some("canary=20 stable=80".to_owned())));
    assert_eq!(traffic(&[("canary", "0")]), Ok(Some("stable=100".to_owned())));
    assert_eq!(traffic(&[("stable", "50")]), Ok(Some("canary=50 stable=50".to_owned())));
    assert_eq!(traffic(&[("canary", "5")]), Ok(None));
    assert_eq!(
        traffic(&[("canary", "60"), ("stable", "60")]),
        Err(Refusal::TrafficSum(["60", "60"].iter().map(|share| share.parse::<Share>().expect("one")).sum()))
    );
    assert!(matches!(traffic(&[("blue", "5")]), Err(Refusal::NoVariant { .. })));
}

#[test]
fn what_is_disabled_comes_back_without_its_experiments() {
    let table = Table::new(ROUTE, "");
    let off = table.plan(|scene, _| disable(scene)).expect("there is a plan");
    let without = ROUTE.replace("widget.\n", "widget.\nenabled: false\n");
    assert_eq!(after(&off), without.replace("{canary: 5, stable: 95}", "{canary: 0, stable: 0}"));
    let table = Table { store: store(&after(&off), ""), ..table };
    let on = table.plan(|scene, facts| enable(scene, &[], facts)).expect("there is a plan");
    assert_eq!(
        after(&on),
        ROUTE
            .replace("widget.\n", "widget.\nenabled: true\n")
            .replace("{canary: 5, stable: 95}", "{canary: 0, stable: 100}")
    );
}

#[test]
fn a_hold_comes_and_goes() {
    let table = Table::new(ROUTE, "");
    let release: ReleaseRef = "prompts/answer@1.3.0".parse().expect("one");
    let held = table.plan(|scene, facts| hold(scene, &release, facts)).expect("there is a plan");
    assert!(held.words.iter().any(|word| word.starts_with("It still serves here")), "{:?}", held.words);
    let table = Table { store: store(&after(&held), ""), ..table };
    let lifted = table.plan(|scene, _| unhold(scene, &release)).expect("there is a plan");
    assert_eq!(after(&lifted), ROUTE);
    let other: ReleaseRef = "prompts/answer@9.0.0".parse().expect("one");
    assert_eq!(table.plan(|scene, _| unhold(scene, &other)), Err(Refusal::NoHold(other)));
}
