//! Reviewdog Diagnostic Format, one JSON document.
//! <https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>: columns count bytes of UTF-8, from 1.

use std::io::{self, Write};

use serde::Serialize;

use super::source::Source;
use super::{LintOutput, prose};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::Span;

#[derive(Serialize)]
struct DiagnosticResult<'a> {
    source: Origin,
    diagnostics: Vec<DiagnosticOf<'a>>,
}

#[derive(Serialize)]
struct Origin {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct DiagnosticOf<'a> {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

/// Writes the document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    let mut diagnostics = Vec::with_capacity(run.findings.len());
    run.each(|finding, source| {
        diagnostics.push(DiagnosticOf {
            message: prose::lines(finding).join("\n"),
            location: Location { path: run.path_in_repository(&finding.file), range: range(finding.span, source) },
            severity: match finding.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Info => "INFO",
            },
            code: Code { value: finding.rule.code, url: prose::address(finding.rule) },
            suggestions: suggestions(finding, source),
        });
        Ok(())
    })?;
    let source = Origin { name: "promptyard", url: "https://promptyard.dev" };
    serde_json::to_writer_pretty(&mut *out, &DiagnosticResult { source, diagnostics })?;
    writeln!(out)
}

/// The fix where it is one edit: a reviewer accepts suggestions one by one, and half a fix may break the file.
fn suggestions<'a>(finding: &'a Diagnostic, source: &Source<'_>) -> Vec<Suggestion<'a>> {
    match finding.fix.as_ref().map(|fix| fix.edits.as_slice()) {
        Some([edit]) => vec![Suggestion { range: range(edit.span, source), text: &edit.replacement }],
        _ => Vec::new(),
    }
}

fn range(span: Span, source: &Source<'_>) -> Range {
    let position = |at| {
        let place = source.line_column_in_bytes(at);
        Position { line: place.line, column: place.column }
    };
    Range { start: position(span.start), end: position(span.end) }
}
