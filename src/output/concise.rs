//! One line a finding, for editors, `grep` and log files: `path:line:column: error[TPL002] message`.

use std::io::{self, Write};

use super::LintOutput;
use super::printable::clean;
use super::source::Source;
use super::style::{self, Colour};
use crate::path::StorePath;

/// Writes one line for each finding.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>, colour: Colour) -> io::Result<()> {
    let mut current: Option<(&StorePath, Source<'_>)> = None;
    for finding in run.findings {
        let source = match current.take() {
            Some((path, source)) if path == &finding.file => source,
            _ => Source::new((run.text_of)(&finding.file).unwrap_or_default()),
        };
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
        )?;
        current = Some((&finding.file, source));
    }
    Ok(())
}
