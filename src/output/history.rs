//! What a history has had in it: for people, one line a finding, and for programs (JSON, version 1, published as
//! `schemas/history-report-v1.schema.json`).
//!
//! The structs here are the JSON format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use super::Screen;
use super::printable::clean;
use super::style::{self, Colour};
use super::summary::{count, plural};
use crate::diagnostic::Severity;
use crate::lint::history::{HistoryReport, PastFinding};
use crate::path::StorePath;
use crate::revision::Moment;

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../schemas/history-report-v1.schema.json");

/// Writes each finding for people, then what to do, and the history in one line.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_human(out: &mut dyn Write, report: &HistoryReport, now: &str, screen: &Screen) -> io::Result<()> {
    let colour = screen.colour;
    for finding in &report.findings {
        let severity = colour.paint(style::of_severity(finding.severity), head(finding));
        let message = colour.paint(style::STRONG, clean(&finding.message));
        writeln!(out, "{severity}{} {message}", colour.paint(style::STRONG, ":"))?;
        let (path, place) = (clean(finding.path.as_str()), finding.place);
        writeln!(out, "  {} {path}:{}:{}", colour.paint(style::FRAME, "┌─"), place.line, place.column)?;
        for (sign, line) in ["├─", "└─"].into_iter().zip(facts(finding, now)) {
            writeln!(out, "  {} {line}", colour.paint(style::FRAME, sign))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes the history in one line, and what to do where something was found.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_summary(out: &mut dyn Write, report: &HistoryReport, colour: Colour) -> io::Result<()> {
    writeln!(out, "{}", colour.paint(style::STRONG, sentence(report)))?;
    advice(report).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Writes one line for each finding: `commit:path:line:column: error[SEC002] message`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_concise(out: &mut dyn Write, report: &HistoryReport, colour: Colour) -> io::Result<()> {
    for finding in &report.findings {
        let severity = colour.paint(style::of_severity(finding.severity), head(finding));
        let still = if finding.still_at.is_empty() { "in the history alone" } else { "still there" };
        writeln!(
            out,
            "{}:{}:{}:{}: {severity} {} ({still})",
            finding.commit.id.short(),
            clean(finding.path.as_str()),
            finding.place.line,
            finding.place.column,
            clean(&finding.message)
        )?;
    }
    Ok(())
}

/// `12 findings, 3 of them still there · 4,018 contents of 2,310 commits`
pub fn sentence(report: &HistoryReport) -> String {
    let still = report.findings.iter().filter(|finding| !finding.still_at.is_empty()).count();
    let found = match (report.findings.len(), still) {
        (0, _) => "No findings".to_owned(),
        (found, 0) => format!("{}, none still there", plural(found, "finding")),
        (found, still) if found == still => format!("{}, still there", plural(found, "finding")),
        (found, still) => format!("{}, {} of them still there", plural(found, "finding"), count(still)),
    };
    let unread = match report.unread.len() {
        0 => String::new(),
        unread => format!(" · {} not read to the end", count(unread)),
    };
    format!("{found} · {} of {}{unread}", plural(report.contents, "content"), plural(report.commits, "commit"))
}

/// What to do about a secret that a history has.
fn advice(report: &HistoryReport) -> Vec<&'static str> {
    let has_secrets = report.findings.iter().any(|finding| finding.rule.code.starts_with("SEC"));
    let is_past = report.findings.iter().any(|finding| finding.still_at.is_empty());
    let mut advice = Vec::new();
    if has_secrets {
        advice.push("Rotate every secret first: whoever has a clone has it, and rewriting a history recalls nothing.");
    }
    if is_past {
        advice.push(
            "`git filter-repo --replace-text` takes a value out of a history; every clone has to be made anew after it.",
        );
    }
    advice
}

fn head(finding: &PastFinding) -> String {
    format!("{}[{}]", finding.severity, finding.rule.code)
}

/// Who brought a value in and when, and whether it is still there.
pub(super) fn facts(finding: &PastFinding, now: &str) -> [String; 2] {
    let commit = &finding.commit;
    let came = format!(
        "came in with {} of {} by {}: {}",
        commit.id.short(),
        day(commit.authored),
        clean(&commit.author.name),
        clean(commit.subject())
    );
    let versions = plural(finding.contents, "version");
    let now = clean(now);
    let still = match finding.still_at.as_slice() {
        [] => format!("no longer there at {now}, but in {versions} of the history"),
        [path] if *path == finding.path => format!("still there at {now}, in {versions}"),
        [path] => format!("still there at {now} in {}, in {versions}", clean(path.as_str())),
        [path, others @ ..] => {
            format!("still there at {now} in {} and {} more, in {versions}", clean(path.as_str()), count(others.len()))
        }
    };
    [came, still]
}

/// `2026-03-01`, by the clock of whoever recorded it.
fn day(moment: Moment) -> String {
    rfc_3339(moment).map_or_else(|| "an unknown day".to_owned(), |text| text.chars().take(10).collect())
}

/// `2026-03-01T12:00:00+01:00`; `None` for a moment that no calendar has.
fn rfc_3339(moment: Moment) -> Option<String> {
    let offset = jiff::tz::Offset::from_seconds(moment.offset).ok()?;
    let timestamp = jiff::Timestamp::from_second(moment.seconds).ok()?;
    Some(timestamp.display_with_offset(offset).to_string())
}

#[derive(Serialize)]
struct ReportV1<'a> {
    version: u32,
    tool: Tool,
    findings: Vec<Finding<'a>>,
    unread: Vec<UnreadV1<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: Rule,
    severity: &'static str,
    message: &'a str,
    value: &'a str,
    file: &'a str,
    start: Place,
    content: String,
    commit: CommitOf<'a>,
    contents: usize,
    files: Vec<&'a str>,
    still_in: Vec<&'a str>,
}

#[derive(Serialize)]
struct Rule {
    code: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct CommitOf<'a> {
    id: String,
    subject: &'a str,
    author: PersonOf<'a>,
    authored: Option<String>,
    committed: Option<String>,
}

#[derive(Serialize)]
struct PersonOf<'a> {
    name: &'a str,
    mail: &'a str,
}

#[derive(Serialize)]
struct UnreadV1<'a> {
    file: &'a str,
    content: String,
    reason: &'a str,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    still_there: usize,
    contents: usize,
    commits: usize,
}

/// Writes the report as one JSON document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(out: &mut dyn Write, report: &HistoryReport) -> io::Result<()> {
    let of = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let unread = report.unread.iter().map(|unread| UnreadV1 {
        file: unread.path.as_str(),
        content: unread.content.to_string(),
        reason: &unread.reason,
    });
    let document = ReportV1 {
        version: 1,
        tool: Tool { name: "promptyard", version: env!("CARGO_PKG_VERSION") },
        findings: report.findings.iter().map(finding_v1).collect(),
        unread: unread.collect(),
        summary: Summary {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            infos: of(Severity::Info),
            still_there: report.findings.iter().filter(|finding| !finding.still_at.is_empty()).count(),
            contents: report.contents,
            commits: report.commits,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn finding_v1(finding: &PastFinding) -> Finding<'_> {
    let commit = &finding.commit;
    Finding {
        rule: Rule { code: finding.rule.code, name: finding.rule.name },
        severity: finding.severity.as_str(),
        message: &finding.message,
        value: &finding.value,
        file: finding.path.as_str(),
        start: Place { line: finding.place.line, column: finding.place.column },
        content: finding.content.to_string(),
        commit: CommitOf {
            id: commit.id.to_string(),
            subject: commit.subject(),
            author: PersonOf { name: &commit.author.name, mail: &commit.author.mail },
            authored: rfc_3339(commit.authored),
            committed: rfc_3339(commit.committed),
        },
        contents: finding.contents,
        files: finding.paths.iter().map(StorePath::as_str).collect(),
        still_in: finding.still_at.iter().map(StorePath::as_str).collect(),
    }
}
