//! Workflow commands of GitHub Actions: every shut gate at the route's file, and the new findings.

use std::io::{self, Write};

use super::{CheckOutput, verdict};
use crate::diagnostic::Severity;
use crate::output::github;

/// Writes one command for each shut gate and each finding.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, check: &CheckOutput<'_>) -> io::Result<()> {
    // A step shows ten errors: what few know of is first.
    for route in &check.report.routes {
        let path = format!("{}{}", check.folder, route.path);
        for gate in verdict::shut(route) {
            let title = format!("{} of {}/{}", gate.name, route.environment, route.route);
            let text = format!("{}/{}: {}: {}", route.environment, route.route, gate.name, gate.why);
            github::annotate(out, Severity::Error, &path, &title, &text)?;
        }
    }
    check.with_findings(|run| github::write(out, run))
}
