//! For people: the verdict, then what changed.

use std::io::{self, Write};

use super::{CheckOutput, reasons};
use crate::output::{Screen, diff, human};

/// Writes the page.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, check: &CheckOutput<'_>, screen: &Screen) -> io::Result<()> {
    diff::human::write(out, &check.report.diff, check.ends, check.detail, screen)?;
    check.with_findings(|run| human::write(out, run, screen))?;
    for route in &check.report.routes {
        for words in &route.words {
            writeln!(out, "{}/{}: {words}", route.environment, route.route)?;
        }
    }
    match reasons(check.report).as_slice() {
        [] => writeln!(out, "This may be merged."),
        reasons => writeln!(out, "This may not be merged: {}", reasons.join("; ")),
    }
}
