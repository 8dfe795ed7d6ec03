//! One complete line a finding, for a program that reads, decides and edits: where from and to, what is wrong, what to
//! do, and whether the tool can do it. Nothing is drawn and nothing is left for a second call.

use std::io::{self, Write};

use super::LintOutput;
use super::printable::clean;
use super::prose::flag;

/// Writes one line for each finding:
/// `path:7:15-7:27: error[TPL002 undeclared-variable] message | note: ... | help: ... | fix: promptyard lint --fix path`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    run.each(|finding, source| {
        let (start, end) = (source.line_column(finding.span.start), source.line_column(finding.span.end));
        let path = clean(finding.file.as_str());
        write!(
            out,
            "{path}:{}:{}-{}:{}: {}[{} {}] {}",
            start.line,
            start.column,
            end.line,
            end.column,
            finding.severity,
            finding.rule.code,
            finding.rule.name,
            clean(&finding.message),
        )?;
        for note in finding.note_at_span.iter().chain(&finding.notes) {
            write!(out, " | note: {}", clean(note))?;
        }
        for label in &finding.labels {
            let at = source.line_column(label.span.start);
            write!(out, " | see {path}:{}:{}: {}", at.line, at.column, clean(&label.text))?;
        }
        if let Some(help) = &finding.help {
            write!(out, " | help: {}", clean(help))?;
        }
        if let Some(fix) = &finding.fix {
            write!(out, " | fix: {} ({})", clean(&fix.title), flag(fix.applicability))?;
        }
        writeln!(out)
    })
}
