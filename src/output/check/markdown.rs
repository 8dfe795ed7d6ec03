//! One comment of a pull request.

use std::io::{self, Write};

use super::CheckOutput;
use crate::output::diff;

/// Writes the comment.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, check: &CheckOutput<'_>) -> io::Result<()> {
    writeln!(out, "<!-- promptyard check -->")?;
    diff::markdown::write(out, &check.report.diff, check.ends, check.detail)
}
