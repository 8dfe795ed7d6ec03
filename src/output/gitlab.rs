//! GitLab's Code Quality report: a JSON array of the fields of Code Climate's format that GitLab reads.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io::{self, Write};

use serde::Serialize;

use super::{LintOutput, prose};
use crate::diagnostic::Severity;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    /// The same in two reports for the same finding, and different for any two findings of one report.
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Writes the report with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    let mut issues = Vec::with_capacity(run.findings.len());
    let mut fingerprints = run.fingerprints().into_iter();
    run.each(|finding, source| {
        issues.push(Issue {
            description: prose::lines(finding).join("\n"),
            check_name: finding.rule.code,
            fingerprint: fingerprints.next().map(|fingerprint| fingerprint.to_string()).unwrap_or_default(),
            severity: match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Info => "info",
            },
            location: Location {
                path: run.path_in_repository(&finding.file),
                lines: Lines {
                    begin: source.line_column(finding.span.start).line,
                    end: source.line_column(finding.span.end).line,
                },
            },
        });
        Ok(())
    })?;
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}
