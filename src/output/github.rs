//! Workflow commands of GitHub Actions, which become annotations beside the changed lines.
//!
//! The escapes are those of the runner's own toolkit (`packages/core/src/command.ts` of actions/toolkit).

use std::io::{self, Write};

use super::LintOutput;
use super::printable::clean;
use super::prose;
use crate::diagnostic::Severity;

/// Writes one command for each finding. The message starts with the place: the log shows nothing else of it.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    run.each(|finding, source| {
        let command = command(finding.severity);
        let path = run.path_in_repository(&finding.file);
        let start = source.line_column_in_utf16(finding.span.start);
        let end = source.line_column_in_utf16(finding.span.end);
        write!(out, "::{command} file={},line={},endLine={}", property(&path), start.line, end.line)?;
        // Columns of an annotation over several lines are refused.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        let title = format!("{} {}", finding.rule.code, finding.rule.name);
        let lines: Vec<String> = prose::lines(finding).iter().map(|line| clean(line)).collect();
        let text = format!("{}:{}:{}: {}", clean(&path), start.line, start.column, lines.join("\n"));
        writeln!(out, ",title={}::{}", property(&title), data(&text))
    })
}

/// Writes one command at the first line of the file at `path`, from the repository's root.
///
/// # Errors
/// When `out` cannot be written to.
pub(super) fn annotate(out: &mut dyn Write, severity: Severity, path: &str, title: &str, text: &str) -> io::Result<()> {
    let (command, path, title) = (command(severity), property(path), property(&clean(title)));
    writeln!(out, "::{command} file={path},line=1,title={title}::{}", data(&clean(text)))
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_start_a_command_of_its_own() {
        assert_eq!(data("50 %\r\n::set-env name=a::b"), "50 %25%0D%0A::set-env name=a::b");
        assert_eq!(property("a,line=1::x"), "a%2Cline=1%3A%3Ax");
    }
}
