//! What a change does to the size and the price of prompts as JSON, version 1. Published as
//! `schemas/tokens-diff-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use super::tokens_json::Tokens;
use crate::tokens::diff::Delta;
use crate::tokens::report::Row;

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../schemas/tokens-diff-v1.schema.json");

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    base: &'a str,
    prompts: Vec<Prompt<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Prompt<'a> {
    prompt: &'a str,
    file: &'a str,
    before: Option<Side<'a>>,
    after: Option<Side<'a>>,
    delta: Difference<'a>,
}

#[derive(Serialize)]
struct Side<'a> {
    model: Option<&'a str>,
    exact: bool,
    r#static: Tokens,
    worst: Option<Tokens>,
    cost: Option<Cost<'a>>,
}

#[derive(Serialize)]
struct Cost<'a> {
    currency: &'a str,
    per_call: f64,
}

#[derive(Serialize)]
struct Difference<'a> {
    r#static: i64,
    worst: Option<i64>,
    cost: Option<Cost<'a>>,
}

/// Writes the deltas against `base` as one JSON document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, deltas: &[Delta<'_, '_>], base: &str) -> io::Result<()> {
    let tool = Tool { name: "promptyard", version: env!("CARGO_PKG_VERSION") };
    let report = Report { version: 1, tool, base, prompts: deltas.iter().map(prompt).collect() };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn prompt<'a>(delta: &Delta<'a, 'a>) -> Prompt<'a> {
    let row = delta.row();
    Prompt {
        prompt: row.prompt.id.as_str(),
        file: row.prompt.path.as_str(),
        before: delta.before.map(side),
        after: delta.after.map(side),
        delta: Difference {
            r#static: saturated(delta.fixed()),
            worst: delta.worst().map(saturated),
            cost: delta.cost().map(|(currency, per_call)| Cost { currency, per_call }),
        },
    }
}

fn side<'a>(row: &'a Row<'a>) -> Side<'a> {
    Side {
        model: row.bound.target.name,
        exact: row.bound.known().is_exact(),
        r#static: row.bound.fixed().into(),
        worst: row.bound.worst().map(Tokens::from),
        cost: row.worst_cost().map(|cost| Cost { currency: cost.currency, per_call: cost.per_call() }),
    }
}

/// Programs read 64 bits.
fn saturated(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}
