//! JSON lines, version 1: one record a finding, then one that ends the run with its numbers. A reader that has not seen
//! the last one has not seen everything. Published as `schemas/lint-record-v1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::{LintOutput, json};

/// The published JSON Schema of one record.
pub const SCHEMA: &str = include_str!("../../schemas/lint-record-v1.schema.json");

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Record<'a> {
    Finding {
        version: u32,
        #[serde(flatten)]
        finding: json::Finding<'a>,
    },
    Summary {
        version: u32,
        #[serde(flatten)]
        summary: json::Summary,
    },
}

/// Writes one record a line.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    let mut fingerprints = run.fingerprints().into_iter();
    run.each(|finding, source| {
        let finding = json::finding(finding, fingerprints.next(), source);
        write_record(out, &Record::Finding { version: json::VERSION, finding })
    })?;
    write_record(out, &Record::Summary { version: json::VERSION, summary: json::summary(&run.summary) })
}

fn write_record(out: &mut dyn Write, record: &Record<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    writeln!(out)
}
