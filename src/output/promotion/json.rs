//! A change of a route as JSON, version 1. Published as `schemas/promotion-report-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use super::{Fate, Report};
use crate::promote::{Gate, Plan, Step, Verdict};

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../../schemas/promotion-report-v1.schema.json");

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    /// The command.
    verb: &'static str,
    environment: &'a str,
    route: &'a str,
    /// Whether no gate is shut.
    allowed: bool,
    /// `committed`, `refused`, `shown` or `unchanged`.
    outcome: &'static str,
    commit: Option<String>,
    branch: Option<&'a str>,
    file: Option<&'a str>,
    steps: Vec<StepOut<'a>>,
    gates: Vec<GateOut<'a>>,
    message: Option<String>,
    /// What the route serves after the change, a line for each variant with traffic.
    serves: &'a [String],
    undo: Option<&'a str>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct StepOut<'a> {
    variant: Option<&'a str>,
    dimension: &'static str,
    from: Option<&'a str>,
    to: Option<&'a str>,
}

/// A gate, and how it is.
#[derive(Serialize)]
pub(in crate::output) struct GateOut<'a> {
    name: &'static str,
    /// `passed`, `not-asked`, `later`, `failed` or `unknown`.
    verdict: &'static str,
    open: bool,
    why: &'a str,
}

/// Writes the report as one document with a line break at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    let plan: &Plan = report.plan;
    let (outcome, commit, branch) = match report.fate {
        Fate::Refused => ("refused", None, None),
        Fate::Shown => ("shown", None, None),
        Fate::Idle => ("unchanged", None, None),
        Fate::Committed { commit, branch, .. } => ("committed", Some(commit.to_string()), Some(branch.as_str())),
    };
    let document = Document {
        version: 1,
        tool: Tool { name: "promptyard", version: env!("CARGO_PKG_VERSION") },
        verb: report.verb,
        environment: report.environment.as_str(),
        route: report.route.as_str(),
        allowed: plan.is_allowed(),
        outcome,
        commit,
        branch,
        file: plan.change.files.first().map(|file| file.path.as_str()),
        steps: plan.steps.iter().map(step).collect(),
        gates: plan.gates.iter().map(gate).collect(),
        message: (!plan.is_idle()).then(|| plan.message()),
        serves: report.serves,
        undo: report.undo,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn step(step: &Step) -> StepOut<'_> {
    StepOut {
        variant: step.variant.as_deref(),
        dimension: step.dimension.as_str(),
        from: step.from.as_deref(),
        to: step.to.as_deref(),
    }
}

/// A gate, and how it is.
pub(in crate::output) fn gate(gate: &Gate) -> GateOut<'_> {
    let verdict = match gate.verdict {
        Verdict::Passed => "passed",
        Verdict::NotAsked => "not-asked",
        Verdict::Later => "later",
        Verdict::Failed => "failed",
        Verdict::Unknown => "unknown",
    };
    GateOut { name: gate.name, verdict, open: gate.is_open(), why: &gate.why }
}
