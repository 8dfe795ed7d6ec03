//! The check as JSON, version 1. Published as `schemas/check-report-v1.schema.json`.

use std::io::{self, Write};

use super::CheckOutput;
use crate::output::diff;

/// Writes the report as one JSON document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, check: &CheckOutput<'_>) -> io::Result<()> {
    diff::json::write(out, &check.report.diff, check.ends)
}
