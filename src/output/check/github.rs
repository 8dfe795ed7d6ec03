//! Workflow commands of GitHub Actions: the new findings, and every shut gate at the route's file.

use std::io::{self, Write};

use super::{CheckOutput, verdict};
use crate::diagnostic::Severity;
use crate::output::github;

/// Writes one command for each finding and each shut gate.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, check: &CheckOutput<'_>) -> io::Result<()> {
    check.with_findings(|run| github::write(out, run))?;
    for route in &check.report.routes {
        let path = format!("{}{}", check.folder, route.path);
        for gate in verdict::shut(route) {
            let title = format!("{} of {}/{}", gate.name, route.environment, route.route);
            let text = format!("{}/{}: {}: {}", route.environment, route.route, gate.name, gate.why);
            github::annotate(out, Severity::Error, &path, &title, &text)?;
        }
    }
    Ok(())
}
