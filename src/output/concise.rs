//! One line a finding, for editors, `grep` and log files: `path:line:column: error[TPL002] message`.

use std::io::{self, Write};

use super::LintOutput;
use super::printable::clean;
use super::style::{self, Colour};

/// Writes one line for each finding.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>, colour: Colour) -> io::Result<()> {
    run.each(|finding, source| {
        let place = source.line_column(finding.span.start);
        let severity = style::of_severity(finding.severity);
        writeln!(
            out,
            "{}:{}:{}: {} {}",
            clean(finding.file.as_str()),
            place.line,
            place.column,
            colour.paint(severity, format!("{}[{}]", finding.severity, finding.rule.code)),
            clean(&finding.message),
        )
    })
}
