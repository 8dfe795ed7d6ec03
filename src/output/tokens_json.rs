//! What prompts take and cost as JSON, version 1. Published as `schemas/tokens-report-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use super::tokens::sums;
use crate::tokens::bound::{InputBound, PartBound};
use crate::tokens::report::{self, Row};
use crate::tokens::tokenizer::{self, Tokenizer};
use crate::tokens::traffic::Simulated;

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../schemas/tokens-report-v1.schema.json");

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    prompts: Vec<Prompt<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traffic: Option<Traffic<'a>>,
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
    model: Option<&'a str>,
    /// `null` where tokens are estimated.
    tokenizer: Option<&'a str>,
    exact: bool,
    tokens: Totals,
    inputs: Vec<Input<'a>>,
    parts: Vec<Part<'a>>,
    unbounded: Vec<&'a str>,
    notes: Vec<String>,
    context_window: Option<u64>,
    share_of_window: Option<f64>,
    cost: Option<Cost<'a>>,
}

/// All three are equal where tokens were counted.
#[derive(Serialize)]
pub(super) struct Tokens {
    low: u64,
    likely: u64,
    high: u64,
}

#[derive(Serialize)]
struct Totals {
    text: Tokens,
    repeated: Tokens,
    tools: Tokens,
    format: Tokens,
    r#static: Tokens,
    worst: Option<Tokens>,
}

#[derive(Serialize)]
struct Input<'a> {
    name: &'a str,
    declared: bool,
    prints: u64,
    worst: Option<Tokens>,
}

/// `message` counts from 0.
#[derive(Serialize)]
struct Part<'a> {
    message: usize,
    role: &'a str,
    heading: Option<&'a str>,
    text: Tokens,
    worst: Option<Tokens>,
}

/// Of the worst case, with the longest answer that the prompt allows.
#[derive(Serialize)]
struct Cost<'a> {
    currency: &'a str,
    prompt: f64,
    answer: f64,
    per_call: f64,
    per_1000_calls: f64,
}

#[derive(Serialize)]
struct Traffic<'a> {
    calls: Vec<Calls<'a>>,
    sums: Vec<Sum<'a>>,
}

#[derive(Serialize)]
struct Calls<'a> {
    prompt: &'a str,
    model: Option<&'a str>,
    calls_per_day: f64,
    prompt_tokens: Tokens,
    output_tokens: u64,
    currency: Option<&'a str>,
    per_day: Option<f64>,
}

#[derive(Serialize)]
struct Sum<'a> {
    currency: &'a str,
    exact: bool,
    per_day: f64,
}

/// Writes the report as one JSON document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    out: &mut dyn Write,
    rows: &[Row<'_>],
    traffic: Option<&[Simulated<'_>]>,
    note: impl Fn(&crate::tokens::bound::Caveat) -> String,
) -> io::Result<()> {
    let report = Report {
        version: 1,
        tool: Tool { name: "promptyard", version: env!("CARGO_PKG_VERSION") },
        prompts: rows.iter().map(|row| prompt(row, &note)).collect(),
        traffic: traffic.map(self::traffic),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

fn prompt<'a>(row: &'a Row<'_>, note: impl Fn(&crate::tokens::bound::Caveat) -> String) -> Prompt<'a> {
    let bound = &row.bound;
    Prompt {
        prompt: row.prompt.id.as_str(),
        file: row.prompt.path.as_str(),
        model: bound.target.name,
        tokenizer: match bound.target.tokenizer {
            Tokenizer::Exact(encoding) => Some(encoding.as_str()),
            Tokenizer::Local(local) => local.check().is_ok().then(|| local.path()),
            Tokenizer::Estimated(_) => None,
        },
        exact: bound.known().is_exact(),
        tokens: Totals {
            text: bound.text.into(),
            repeated: bound.repeated.into(),
            tools: bound.tools.into(),
            format: bound.format.into(),
            r#static: bound.fixed().into(),
            worst: bound.worst().map(Tokens::from),
        },
        inputs: bound.inputs.iter().map(input).collect(),
        parts: bound.parts.iter().map(part).collect(),
        unbounded: bound.unbounded().map(|input| input.name).collect(),
        notes: bound.caveats.iter().map(note).collect(),
        context_window: bound.target.model.and_then(|model| model.context_window.as_ref()).map(|window| window.value),
        share_of_window: row.share_of_window(),
        cost: row.worst_cost().map(cost),
    }
}

fn input<'a>(input: &InputBound<'a>) -> Input<'a> {
    Input { name: input.name, declared: input.declared, prints: input.times, worst: input.most.map(Tokens::from) }
}

fn part<'a>(part: &PartBound<'a>) -> Part<'a> {
    Part {
        message: part.message,
        role: part.role.as_str(),
        heading: part.heading,
        text: part.text.into(),
        worst: part.worst.map(Tokens::from),
    }
}

fn cost(cost: report::Cost<'_>) -> Cost<'_> {
    Cost {
        currency: cost.currency,
        prompt: cost.prompt,
        answer: cost.answer,
        per_call: cost.per_call(),
        per_1000_calls: cost.per_call() * 1000.0,
    }
}

fn traffic<'a>(calls: &'a [Simulated<'_>]) -> Traffic<'a> {
    let one = |call: &'a Simulated<'_>| Calls {
        prompt: call.row.prompt.id.as_str(),
        model: call.row.bound.target.name,
        calls_per_day: call.calls_per_day,
        prompt_tokens: call.prompt_tokens.into(),
        output_tokens: call.output_tokens,
        currency: call.cost.as_ref().map(|cost| cost.currency),
        per_day: call.cost.as_ref().map(|cost| cost.per_call() * call.calls_per_day),
    };
    let sums = sums(calls).into_iter().map(|(currency, per_day, exact)| Sum { currency, exact, per_day }).collect();
    Traffic { calls: calls.iter().map(one).collect(), sums }
}

impl From<tokenizer::Tokens> for Tokens {
    fn from(tokens: tokenizer::Tokens) -> Self {
        Self { low: tokens.low, likely: tokens.likely, high: tokens.high }
    }
}
