//! Deploy receipts as a table, and as JSON version 1. Published as `schemas/receipts-report-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use super::past::instant;
use super::printable::clean;
use super::summary::plural;
use super::table;
use crate::name::EnvName;
use crate::receipt::Event;
use crate::revision::Commit;

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../schemas/receipts-report-v1.schema.json");

/// The receipts of one environment.
pub struct Report {
    /// The environment.
    pub environment: EnvName,
    /// Its receipts in the order in which they were recorded.
    pub entries: Vec<Entry>,
    /// What is wrong with them, a sentence each.
    pub problems: Vec<String>,
}

/// One receipt.
pub struct Entry {
    /// What it says.
    pub event: Event,
    /// The commit that recorded it.
    pub link: Commit,
    /// Whether its signature was checked and is good.
    pub is_signed: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    environments: Vec<EnvironmentOut<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct EnvironmentOut<'a> {
    name: &'a str,
    receipts: Vec<ReceiptOut<'a>>,
    problems: &'a [String],
}

#[derive(Serialize)]
struct ReceiptOut<'a> {
    applied_at: String,
    commit: String,
    recorded_at: String,
    recorded_by: &'a str,
    recorded_in: String,
    signed: bool,
}

/// Writes a table of all receipts, then what is wrong.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, reports: &[Report]) -> io::Result<()> {
    let rows: Vec<[String; 5]> = reports.iter().flat_map(rows).collect();
    if !rows.is_empty() {
        table::write(out, ["ENVIRONMENT", "APPLIED", "COMMIT", "SIGNED", "RECORDED"], &rows)?;
    }
    for report in reports {
        writeln!(out)?;
        for problem in &report.problems {
            writeln!(out, "{}: {}", report.environment, clean(problem))?;
        }
        let count = plural(report.entries.len(), "receipt");
        match report.problems.len() {
            0 => writeln!(out, "{}: {count}, a whole chain", report.environment)?,
            wrong => writeln!(out, "{}: {count}, {}", report.environment, plural(wrong, "problem"))?,
        }
    }
    Ok(())
}

fn rows(report: &Report) -> Vec<[String; 5]> {
    let row = |entry: &Entry| {
        let recorded = format!("{} by {}", time(entry.link.committed.seconds), clean(&entry.link.committer.name));
        let signed = if entry.is_signed { "yes" } else { "no" };
        let Event { environment, applied, commit } = &entry.event;
        [environment.to_string(), time(*applied), commit.short(), signed.to_owned(), recorded]
    };
    report.entries.iter().map(row).collect()
}

/// Writes one document with a line break at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(out: &mut dyn Write, reports: &[Report]) -> io::Result<()> {
    let environments = reports.iter().map(|report| EnvironmentOut {
        name: report.environment.as_str(),
        receipts: report.entries.iter().map(receipt).collect(),
        problems: &report.problems,
    });
    let document = Document {
        version: 1,
        tool: Tool { name: "promptyard", version: env!("CARGO_PKG_VERSION") },
        environments: environments.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn receipt(entry: &Entry) -> ReceiptOut<'_> {
    ReceiptOut {
        applied_at: time(entry.event.applied),
        commit: entry.event.commit.to_string(),
        recorded_at: time(entry.link.committed.seconds),
        recorded_by: &entry.link.committer.name,
        recorded_in: entry.link.id.to_string(),
        signed: entry.is_signed,
    }
}

fn time(seconds: i64) -> String {
    instant(seconds).to_string()
}
