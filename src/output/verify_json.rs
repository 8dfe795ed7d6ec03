//! What was found out about releases, as JSON, version 1. Published as `schemas/verify-report-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use crate::verify::{Finding, Report};

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../schemas/verify-report-v1.schema.json");

#[derive(Serialize)]
struct ReportV1<'a> {
    version: u32,
    releases: usize,
    verified: usize,
    signatures: Option<usize>,
    findings: Vec<FindingV1<'a>>,
    gaps: Vec<GapV1<'a>>,
}

#[derive(Serialize)]
struct FindingV1<'a> {
    release: String,
    rule: RuleV1,
    severity: &'static str,
    file: &'a str,
    message: &'a str,
    notes: &'a [String],
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct RuleV1 {
    code: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct GapV1<'a> {
    release: String,
    reason: &'a str,
}

/// Writes the document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let gaps = report.gaps.iter().map(|gap| GapV1 { release: gap.release.to_string(), reason: &gap.reason });
    let document = ReportV1 {
        version: 1,
        releases: report.releases,
        verified: report.verified(),
        signatures: report.signatures,
        findings: report.findings.iter().map(finding).collect(),
        gaps: gaps.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn finding(finding: &Finding) -> FindingV1<'_> {
    let diagnostic = &finding.diagnostic;
    FindingV1 {
        release: finding.release.to_string(),
        rule: RuleV1 { code: diagnostic.rule.code, name: diagnostic.rule.name },
        severity: diagnostic.severity.as_str(),
        file: diagnostic.file.as_str(),
        message: &diagnostic.message,
        notes: &diagnostic.notes,
        help: diagnostic.help.as_deref(),
    }
}
