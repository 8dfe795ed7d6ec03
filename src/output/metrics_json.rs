//! Metrics over releases as JSON, version 1. Published as `schemas/metrics-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use crate::changelog::day;
use crate::metrics::{Point, Series, Verdict, differences};

/// The published JSON Schema of the document.
pub const SCHEMA: &str = include_str!("../../schemas/metrics-v1.schema.json");

#[derive(Serialize)]
struct Metrics<'a> {
    version: u32,
    series: Vec<SeriesV1<'a>>,
}

#[derive(Serialize)]
struct SeriesV1<'a> {
    artifact: &'a str,
    metric: &'a str,
    points: Vec<PointV1<'a>>,
    differences: Vec<DifferenceV1>,
}

#[derive(Serialize)]
struct PointV1<'a> {
    release: String,
    version: String,
    date: Option<String>,
    value: f64,
    n: Option<u64>,
    suite: Option<&'a str>,
    /// Of 95 %, where the value is a share and the number of samples is known.
    interval: Option<(f64, f64)>,
}

#[derive(Serialize)]
struct DifferenceV1 {
    from: String,
    to: String,
    verdict: &'static str,
    p: Option<f64>,
    why: Option<String>,
}

/// Writes the document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, all: &[Series]) -> io::Result<()> {
    let series = all.iter().map(|series| SeriesV1 {
        artifact: series.artifact.as_str(),
        metric: &series.name,
        points: series.points.iter().map(point).collect(),
        differences: differences(series).iter().map(difference).collect(),
    });
    serde_json::to_writer_pretty(&mut *out, &Metrics { version: 1, series: series.collect() })?;
    writeln!(out)
}

fn point(point: &Point) -> PointV1<'_> {
    PointV1 {
        release: point.release.to_string(),
        version: point.release.version.to_string(),
        date: point.when.map(day),
        value: point.value,
        n: point.metric.n,
        suite: point.metric.suite.as_deref(),
        interval: point.share().map(super::super::metrics::statistics::Share::interval),
    }
}

fn difference(difference: &crate::metrics::Difference<'_>) -> DifferenceV1 {
    let (verdict, p, why) = match difference.verdict {
        Verdict::Same => ("same", None, None),
        Verdict::Moved(chance) => ("moved", Some(chance), None),
        Verdict::Undecided(chance) => ("undecided", Some(chance), None),
        Verdict::Unknown(obstacle) => ("unknown", None, Some(obstacle.to_string())),
    };
    let (from, to) = (difference.before.release.to_string(), difference.after.release.to_string());
    DifferenceV1 { from, to, verdict, p, why }
}
