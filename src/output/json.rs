//! The report of a run as JSON, version 1. Published as `schemas/lint-report-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.
//! Texts are as the user wrote them, not made safe for a terminal: that is for whoever prints them.

use std::io::{self, Write};

use serde::Serialize;

use super::LintOutput;
use super::source::Source;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, RuleId};
use crate::lint::fingerprint::Fingerprint;
use crate::text::Span;

/// The number in `version`.
pub const VERSION: u32 = 1;

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../schemas/lint-report-v1.schema.json");

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    findings: Vec<Finding<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// One finding of version 1, also a record of JSON lines.
#[derive(Serialize)]
pub(super) struct Finding<'a> {
    file: &'a str,
    rule: Rule,
    severity: &'static str,
    message: &'a str,
    start: Place,
    end: Place,
    note_at_span: Option<&'a str>,
    labels: Vec<LabelAt<'a>>,
    notes: &'a [String],
    help: Option<&'a str>,
    fix: Option<FixOf<'a>>,
    /// See [`crate::lint::fingerprint`].
    fingerprint: Option<String>,
}

#[derive(Serialize)]
struct Rule {
    code: &'static str,
    name: &'static str,
}

/// `line` and `column` from 1, the column in Unicode scalar values; `offset` in bytes from the file's start.
#[derive(Clone, Copy, Serialize)]
struct Place {
    line: usize,
    column: usize,
    offset: u32,
}

#[derive(Serialize)]
struct LabelAt<'a> {
    start: Place,
    end: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct FixOf<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<EditAt<'a>>,
}

#[derive(Serialize)]
struct EditAt<'a> {
    start: Place,
    end: Place,
    replacement: &'a str,
}

/// The numbers of version 1, also the last record of JSON lines.
#[derive(Serialize)]
pub(super) struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    prompts: usize,
    files: usize,
    prompts_with_findings: usize,
    other_files_with_findings: usize,
    fixable: usize,
    unsafely_fixable: usize,
    fixed: usize,
    in_baseline: usize,
    gone_from_baseline: usize,
    by_rule: Vec<RuleCount>,
}

#[derive(Serialize)]
struct RuleCount {
    #[serde(flatten)]
    rule: Rule,
    findings: usize,
}

/// Writes the report as one JSON document with a newline at its end. The same run gives the same bytes: the time that
/// it took is not in it.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    let mut findings = Vec::with_capacity(run.findings.len());
    let mut fingerprints = run.fingerprints().into_iter();
    run.each(|finding, source| {
        findings.push(self::finding(finding, fingerprints.next(), source));
        Ok(())
    })?;
    let tool = Tool { name: "promptyard", version: env!("CARGO_PKG_VERSION") };
    let report = Report { version: VERSION, tool, findings, summary: summary(&run.summary) };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

/// One finding of version 1.
pub(super) fn finding<'a>(
    finding: &'a Diagnostic,
    fingerprint: Option<Fingerprint>,
    source: &Source<'_>,
) -> Finding<'a> {
    let (start, end) = places(finding.span, source);
    Finding {
        file: finding.file.as_str(),
        rule: finding.rule.into(),
        severity: finding.severity.as_str(),
        message: &finding.message,
        start,
        end,
        note_at_span: finding.note_at_span.as_deref(),
        labels: finding.labels.iter().map(|label| self::label(label, source)).collect(),
        notes: &finding.notes,
        help: finding.help.as_deref(),
        fix: finding.fix.as_ref().map(|fix| self::fix(fix, source)),
        fingerprint: fingerprint.map(|fingerprint| fingerprint.to_string()),
    }
}

fn label<'a>(label: &'a Label, source: &Source<'_>) -> LabelAt<'a> {
    let (start, end) = places(label.span, source);
    LabelAt { start, end, text: &label.text }
}

fn fix<'a>(fix: &'a Fix, source: &Source<'_>) -> FixOf<'a> {
    let applicability = match fix.applicability {
        Applicability::Safe => "safe",
        Applicability::Unsafe => "unsafe",
    };
    let edits = fix.edits.iter().map(|edit| self::edit(edit, source)).collect();
    FixOf { title: &fix.title, applicability, edits }
}

fn edit<'a>(edit: &'a Edit, source: &Source<'_>) -> EditAt<'a> {
    let (start, end) = places(edit.span, source);
    EditAt { start, end, replacement: &edit.replacement }
}

fn places(span: Span, source: &Source<'_>) -> (Place, Place) {
    let place = |offset| {
        let at = source.line_column(offset);
        Place { line: at.line, column: at.column, offset }
    };
    (place(span.start), place(span.end))
}

/// The numbers of version 1.
pub(super) fn summary(summary: &super::summary::Summary) -> Summary {
    Summary {
        errors: summary.errors,
        warnings: summary.warnings,
        infos: summary.infos,
        prompts: summary.prompts,
        files: summary.files,
        prompts_with_findings: summary.prompts_with_findings,
        other_files_with_findings: summary.other_files_with_findings,
        fixable: summary.fixable,
        unsafely_fixable: summary.unsafely_fixable,
        fixed: summary.fixed,
        in_baseline: summary.in_baseline,
        gone_from_baseline: summary.gone_from_baseline,
        by_rule: summary.by_rule.iter().map(|(&rule, &findings)| RuleCount { rule: rule.into(), findings }).collect(),
    }
}

impl From<RuleId> for Rule {
    fn from(rule: RuleId) -> Self {
        Self { code: rule.code, name: rule.name }
    }
}
