//! A plan of releases as JSON, version 1. Published as `schemas/release-plan-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use super::release::Fate;
use crate::release::Bump;
use crate::release::plan::{Plan, Row, Where};
use crate::release::record::{Metric, Reason};

/// The published JSON Schema of the plan.
pub const SCHEMA: &str = include_str!("../../schemas/release-plan-v1.schema.json");

#[derive(Serialize)]
struct Document {
    version: u32,
    tool: Tool,
    commit: String,
    /// `planned`, `refused`, `made` or `pushed`.
    outcome: &'static str,
    remote: Option<String>,
    releases: Vec<Release>,
    current: Vec<Unchanged>,
    gone: Vec<String>,
    refused: Vec<Refused>,
    hazards: Vec<String>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Release {
    tag: String,
    artifact: String,
    kind: &'static str,
    file: String,
    /// `null` for a first release.
    from: Option<String>,
    to: String,
    /// `null` for a first release.
    bump: Option<&'static str>,
    computed: Option<&'static str>,
    declared: Option<&'static str>,
    lowered_from: Option<&'static str>,
    reasons: Vec<Why>,
    digest: String,
    commits: Option<usize>,
    skipped: Option<String>,
    metrics: Vec<Measurement>,
}

#[derive(Serialize)]
struct Why {
    bump: Option<&'static str>,
    text: String,
}

/// `value` is text, so that no reader rounds it.
#[derive(Serialize)]
struct Measurement {
    name: String,
    value: String,
    n: Option<u64>,
    suite: Option<String>,
}

#[derive(Serialize)]
struct Unchanged {
    release: String,
    tag: String,
    elsewhere: bool,
}

#[derive(Serialize)]
struct Refused {
    artifact: String,
    why: String,
    help: Option<String>,
}

/// Writes `plan` as one document.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, plan: &Plan, fate: Fate<'_>) -> io::Result<()> {
    let (outcome, remote) = match fate {
        Fate::Shown => ("planned", None),
        Fate::Refused => ("refused", None),
        Fate::Made => ("made", None),
        Fate::Pushed(remote) => ("pushed", Some(remote.to_owned())),
    };
    let document = Document {
        version: 1,
        tool: Tool { name: "promptyard", version: env!("CARGO_PKG_VERSION") },
        commit: plan.commit.to_string(),
        outcome,
        remote,
        releases: plan.rows.iter().map(release).collect(),
        current: plan
            .current
            .iter()
            .map(|current| Unchanged {
                release: current.release.to_string(),
                tag: current.tag.clone(),
                elsewhere: current.line == Where::Elsewhere,
            })
            .collect(),
        gone: plan.gone.iter().map(ToString::to_string).collect(),
        refused: plan
            .refused
            .iter()
            .map(|refusal| Refused {
                artifact: refusal.artifact.to_string(),
                why: refusal.why.clone(),
                help: refusal.help.clone(),
            })
            .collect(),
        hazards: plan.hazards.clone(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn release(row: &Row) -> Release {
    let record = &row.record;
    Release {
        tag: row.tag.clone(),
        artifact: row.artifact.id.to_string(),
        kind: row.artifact.kind.as_str(),
        file: row.artifact.path.to_string(),
        from: record.previous.as_ref().map(ToString::to_string),
        to: record.release.to_string(),
        bump: record.bump.map(Bump::as_str),
        computed: row.demanded.map(Bump::as_str),
        declared: row.declared.map(Bump::as_str),
        lowered_from: record.lowered_from.map(Bump::as_str),
        reasons: record.reasons.iter().map(why).collect(),
        digest: record.digest.to_string(),
        commits: row.commits,
        skipped: row.skipped.as_ref().map(ToString::to_string),
        metrics: record.metrics.iter().map(measurement).collect(),
    }
}

fn why(reason: &Reason) -> Why {
    Why { bump: reason.bump.map(Bump::as_str), text: reason.text.clone() }
}

fn measurement(metric: &Metric) -> Measurement {
    Measurement { name: metric.name.clone(), value: metric.value.clone(), n: metric.n, suite: metric.suite.clone() }
}
