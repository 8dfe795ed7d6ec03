//! The status as JSON, version 1. Published as `schemas/status-report-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use crate::name::EnvName;
use crate::output::past::instant;
use crate::status::{self, EnvironmentStatus, HoldStatus, Knowledge, RouteStatus, Standing, Status, VariantStatus};

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../../schemas/status-report-v1.schema.json");

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    /// `complete`, `partial` or `unknown`.
    releases: &'static str,
    environments: Vec<Environment<'a>>,
    unreleased: Vec<Unreleased<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Environment<'a> {
    name: &'a str,
    branch: Option<&'a str>,
    protected: bool,
    upstream: Option<&'a str>,
    routes: Vec<Route<'a>>,
}

#[derive(Serialize)]
struct Route<'a> {
    name: &'a str,
    file: &'a str,
    description: Option<&'a str>,
    enabled: bool,
    sticky_by: Option<&'a str>,
    /// Whether the environment before has routes, and none of this name.
    missing_upstream: bool,
    variants: Vec<Variant<'a>>,
    fallback: Vec<Served<'a>>,
    holds: Vec<Hold<'a>>,
}

#[derive(Serialize)]
struct Variant<'a> {
    name: &'a str,
    /// In percent.
    traffic: f64,
    shadow: bool,
    serves: Vec<Served<'a>>,
}

#[derive(Serialize)]
struct Served<'a> {
    dimension: &'static str,
    reference: &'a str,
    artifact: Option<&'a str>,
    version: Option<String>,
    digest: Option<String>,
    /// `newest`, `behind`, `altered`, `missing`, `no-release` or `unknown`.
    standing: &'static str,
    newest: Option<String>,
    recorded_digest: Option<String>,
    /// Since when it has been there without a break.
    since: Option<String>,
    /// Whether the environment before has neither it nor a newer release.
    drift: bool,
    held: bool,
}

#[derive(Serialize)]
struct Hold<'a> {
    dimension: &'static str,
    rejects: String,
    digest: Option<String>,
    reason: Option<&'a str>,
    since: Option<&'a str>,
    by: Option<&'a str>,
}

#[derive(Serialize)]
struct Unreleased<'a> {
    artifact: &'a str,
    kind: &'static str,
    file: &'a str,
    /// `null` where it was never released.
    newest: Option<String>,
}

/// Writes the status as one document with a line break at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, status: &Status) -> io::Result<()> {
    let report = Report {
        version: 1,
        tool: Tool { name: "promptyard", version: env!("CARGO_PKG_VERSION") },
        releases: match status.knowledge {
            Knowledge::Complete => "complete",
            Knowledge::Partial => "partial",
            Knowledge::Nothing => "unknown",
        },
        environments: status.environments.iter().map(environment).collect(),
        unreleased: status.unreleased.iter().map(unreleased).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn environment(environment: &EnvironmentStatus) -> Environment<'_> {
    Environment {
        name: environment.name.as_str(),
        branch: environment.branch.as_deref(),
        protected: environment.protected,
        upstream: environment.upstream.as_ref().map(EnvName::as_str),
        routes: environment.routes.iter().map(route).collect(),
    }
}

fn route(route: &RouteStatus) -> Route<'_> {
    Route {
        name: route.name.as_str(),
        file: route.path.as_str(),
        description: route.description.as_deref(),
        enabled: route.enabled,
        sticky_by: route.sticky_by.as_deref(),
        missing_upstream: route.lacks_upstream,
        variants: route.variants.iter().map(variant).collect(),
        fallback: route.fallback.iter().map(served).collect(),
        holds: route.holds.iter().map(hold).collect(),
    }
}

fn variant(variant: &VariantStatus) -> Variant<'_> {
    Variant {
        name: &variant.name,
        traffic: f64::from(variant.share.hundredths()) / 100.0,
        shadow: variant.is_shadow,
        serves: variant.serves.iter().map(served).collect(),
    }
}

fn served(served: &status::Served) -> Served<'_> {
    let (standing, newest, recorded) = match &served.standing {
        Standing::Newest => ("newest", served.release.as_ref(), None),
        Standing::Behind { newest } => ("behind", Some(newest), None),
        Standing::Altered { recorded } => ("altered", None, Some(recorded)),
        Standing::Missing => ("missing", None, None),
        Standing::NoRelease => ("no-release", None, None),
        Standing::Unknown => ("unknown", None, None),
    };
    Served {
        dimension: served.dimension.as_str(),
        reference: &served.reference,
        artifact: served.release.as_ref().map(|release| release.artifact.as_str()),
        version: served.release.as_ref().map(|release| release.version.to_string()),
        digest: served.digest.map(|digest| digest.to_string()),
        standing,
        newest: newest.map(ToString::to_string),
        recorded_digest: recorded.map(ToString::to_string),
        since: served.since.map(|since| instant(since).to_string()),
        drift: served.has_drifted,
        held: served.is_held,
    }
}

fn hold(hold: &HoldStatus) -> Hold<'_> {
    Hold {
        dimension: hold.dimension.as_str(),
        rejects: hold.rejects.to_string(),
        digest: hold.digest.map(|digest| digest.to_string()),
        reason: hold.reason.as_deref(),
        since: hold.since.as_deref(),
        by: hold.by.as_deref(),
    }
}

fn unreleased(one: &status::Unreleased) -> Unreleased<'_> {
    Unreleased {
        artifact: one.artifact.as_str(),
        kind: one.kind.as_str(),
        file: one.path.as_str(),
        newest: one.newest.as_ref().map(ToString::to_string),
    }
}
