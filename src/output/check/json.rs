//! The check as JSON, version 1. Published as `schemas/check-report-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use super::verdict::{self, Reason};
use super::{CheckOutput, sentence};
use crate::check::{self, Arrival, RouteChange};
use crate::output::diff::json::{Differences, Finding, Findings, Moment, Tool, differences, finding, moment};
use crate::output::promotion::json::{GateOut, gate};

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../../schemas/check-report-v1.schema.json");

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    base: Moment<'a>,
    head: Moment<'a>,
    verdict: VerdictOut<'a>,
    /// The least severity of a new finding that refuses the change.
    fail_on: &'static str,
    #[serde(flatten)]
    differences: Differences<'a>,
    reach: Vec<ReachOut<'a>>,
    routes: Vec<RouteOut<'a>>,
    /// All of them, those of `artifacts`, `elsewhere` and `about_rules` too.
    findings: Findings<'a>,
    about_rules: Vec<Finding<'a>>,
    owners: Vec<OwnerOut<'a>>,
}

#[derive(Serialize)]
struct VerdictOut<'a> {
    passes: bool,
    text: String,
    reasons: Vec<ReasonOut<'a>>,
}

#[derive(Serialize)]
struct ReasonOut<'a> {
    /// `findings` or `gates`.
    kind: &'static str,
    text: String,
    rules: Vec<&'a str>,
    environment: Option<&'a str>,
    route: Option<&'a str>,
    gates: Vec<&'a str>,
}

#[derive(Serialize)]
struct ReachOut<'a> {
    from: &'a str,
    prompts: Vec<&'a str>,
    routes: Vec<ServingOut<'a>>,
}

#[derive(Serialize)]
struct ServingOut<'a> {
    environment: &'a str,
    route: &'a str,
    release: String,
}

#[derive(Serialize)]
struct RouteOut<'a> {
    environment: &'a str,
    route: &'a str,
    file: &'a str,
    words: &'a [String],
    arrivals: Vec<ArrivalOut<'a>>,
    shifts_traffic: bool,
    gates: Vec<GateOut<'a>>,
}

#[derive(Serialize)]
struct ArrivalOut<'a> {
    variant: &'a str,
    dimension: &'static str,
    release: String,
    digest: Option<String>,
}

#[derive(Serialize)]
struct OwnerOut<'a> {
    owner: &'a str,
    artifacts: Vec<&'a str>,
}

/// Writes the report as one JSON document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, check: &CheckOutput<'_>) -> io::Result<()> {
    let report = check.report;
    let reasons = verdict::reasons(report);
    let owners = report.owners.iter();
    let document = Document {
        version: 1,
        tool: Tool::OWN,
        base: moment(&check.ends.old),
        head: moment(&check.ends.new),
        verdict: VerdictOut {
            passes: report.passes(),
            text: sentence(report),
            reasons: reasons.iter().map(reason).collect(),
        },
        fail_on: report.fail_on.as_str(),
        differences: differences(&report.diff),
        reach: report.reach.iter().map(reach).collect(),
        routes: report.routes.iter().map(route).collect(),
        findings: Findings {
            added: report.added().into_iter().map(finding).collect(),
            removed: report.removed().map(finding).collect(),
        },
        about_rules: report.about_rules.iter().map(finding).collect(),
        owners: owners
            .map(|(owner, ids)| OwnerOut { owner, artifacts: ids.iter().map(String::as_str).collect() })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn reason<'a>(reason: &'a Reason<'_>) -> ReasonOut<'a> {
    let (kind, rules, gates) = match reason {
        Reason::Findings(_) => ("findings", reason.names(), Vec::new()),
        Reason::Gates(..) => ("gates", Vec::new(), reason.names()),
    };
    let place = match reason {
        Reason::Findings(_) => None,
        Reason::Gates(route, _) => Some((route.environment.as_str(), route.route.as_str())),
    };
    let (environment, route) = place.unzip();
    ReasonOut { kind, text: reason.text(), rules, environment, route, gates }
}

fn reach(reach: &check::Reach) -> ReachOut<'_> {
    ReachOut {
        from: &reach.from,
        prompts: reach.prompts.iter().map(crate::name::ArtifactId::as_str).collect(),
        routes: reach.routes.iter().map(serving).collect(),
    }
}

fn serving(serving: &check::Serving) -> ServingOut<'_> {
    ServingOut {
        environment: serving.environment.as_str(),
        route: serving.route.as_str(),
        release: serving.release.to_string(),
    }
}

fn route(route: &RouteChange) -> RouteOut<'_> {
    RouteOut {
        environment: route.environment.as_str(),
        route: route.route.as_str(),
        file: route.path.as_str(),
        words: &route.words,
        arrivals: route.arrivals.iter().map(arrival).collect(),
        shifts_traffic: route.shifts_traffic,
        gates: route.gates.iter().map(gate).collect(),
    }
}

fn arrival(arrival: &Arrival) -> ArrivalOut<'_> {
    ArrivalOut {
        variant: &arrival.variant,
        dimension: arrival.dimension.as_str(),
        release: arrival.target.release.to_string(),
        digest: arrival.target.digest.map(|digest| digest.to_string()),
    }
}
