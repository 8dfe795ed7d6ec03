//! What differs as JSON, version 1. Published as `schemas/diff-report-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use super::{End, Ends};
use crate::contract::Change;
use crate::diff;
use crate::diff::words::{self, TextDiff};
use crate::tokens::tokenizer;

/// The published JSON Schema of the report.
pub const SCHEMA: &str = include_str!("../../../schemas/diff-report-v1.schema.json");

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    tool: Tool,
    old: Moment<'a>,
    new: Moment<'a>,
    #[serde(flatten)]
    differences: Differences<'a>,
}

/// What differs, which a check tells too.
#[derive(Serialize)]
pub(in crate::output) struct Differences<'a> {
    /// The largest bump that an artifact demands.
    demanded: Option<&'static str>,
    artifacts: Vec<Artifact<'a>>,
    included: Vec<Included<'a>>,
    elsewhere: Findings<'a>,
}

/// Who writes the report.
#[derive(Serialize)]
pub(in crate::output) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// One of the two moments.
#[derive(Serialize)]
pub(in crate::output) struct Moment<'a> {
    name: &'a str,
    commit: Option<String>,
}

#[derive(Serialize)]
struct Sides<T> {
    old: T,
    new: T,
}

#[derive(Serialize)]
struct Artifact<'a> {
    artifact: &'a str,
    kind: &'static str,
    fate: &'static str,
    renamed_from: Option<&'a str>,
    files: Sides<Option<&'a str>>,
    digests: Sides<Option<String>>,
    demanded: Option<&'static str>,
    changes: Vec<ContractChange<'a>>,
    unresolved: Option<&'a str>,
    texts: Vec<Text<'a>>,
    rendered: Vec<Trial<'a>>,
    /// `null` where both sides take and cost the same.
    tokens: Option<Sides<Option<Measure<'a>>>>,
    findings: Findings<'a>,
}

#[derive(Serialize)]
struct ContractChange<'a> {
    bump: &'static str,
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct Place {
    kind: &'static str,
    name: String,
}

#[derive(Serialize)]
struct Text<'a> {
    title: &'a str,
    blocks: Vec<Block<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Block<'a> {
    Kept { paragraphs: usize, heading: Option<&'a str> },
    Changed { segments: Vec<Segment<'a>> },
    Added { text: &'a str },
    Removed { text: &'a str },
}

#[derive(Serialize)]
struct Segment<'a> {
    fate: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct Trial<'a> {
    values: &'a str,
    /// The version that fails to render, and why.
    fails: Option<Failure<'a>>,
    texts: Vec<Text<'a>>,
}

#[derive(Serialize)]
struct Failure<'a> {
    version: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Measure<'a> {
    text: Tokens,
    worst: Option<Tokens>,
    cost: Option<Cost<'a>>,
}

/// All three are equal where tokens were counted.
#[derive(Serialize)]
struct Tokens {
    low: u64,
    likely: u64,
    high: u64,
}

/// Of one call in the worst case.
#[derive(Serialize)]
struct Cost<'a> {
    currency: &'a str,
    per_call: f64,
    exact: bool,
}

/// Findings that came and went.
#[derive(Serialize)]
pub(in crate::output) struct Findings<'a> {
    pub(in crate::output) added: Vec<Finding<'a>>,
    pub(in crate::output) removed: Vec<Finding<'a>>,
}

/// A finding with its place.
#[derive(Serialize)]
pub(in crate::output) struct Finding<'a> {
    rule: &'static str,
    name: &'static str,
    severity: String,
    file: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
}

#[derive(Serialize)]
struct Included<'a> {
    file: &'a str,
    reaches: Vec<&'a str>,
    blocks: Vec<Block<'a>>,
}

/// Writes the report as one JSON document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, report: &diff::Report, ends: &Ends) -> io::Result<()> {
    let document = Report {
        version: 1,
        tool: Tool::OWN,
        old: moment(&ends.old),
        new: moment(&ends.new),
        differences: differences(report),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

impl Tool {
    /// This program.
    pub(in crate::output) const OWN: Self = Self { name: "promptyard", version: env!("CARGO_PKG_VERSION") };
}

/// What differs.
pub(in crate::output) fn differences(report: &diff::Report) -> Differences<'_> {
    Differences {
        demanded: report.demanded().map(crate::contract::Bump::as_str),
        artifacts: report.artifacts.iter().map(artifact).collect(),
        included: report.included.iter().map(included).collect(),
        elsewhere: findings(&report.elsewhere),
    }
}

/// One of the two moments.
pub(in crate::output) fn moment(end: &End) -> Moment<'_> {
    Moment { name: &end.name, commit: end.commit.map(|commit| commit.to_string()) }
}

fn sides<'a, T, U>(both: &'a [T; 2], of: impl Fn(&'a T) -> U) -> Sides<U> {
    Sides { old: of(&both[0]), new: of(&both[1]) }
}

fn artifact(diff: &diff::ArtifactDiff) -> Artifact<'_> {
    let (fate, renamed_from) = match &diff.fate {
        diff::Fate::Changed => ("changed", None),
        diff::Fate::Added => ("added", None),
        diff::Fate::Removed => ("removed", None),
        diff::Fate::Renamed { from } => ("renamed", Some(from.as_str())),
    };
    Artifact {
        artifact: diff.id.as_str(),
        kind: diff.kind.as_str(),
        fate,
        renamed_from,
        files: sides(&diff.paths, |path| path.as_ref().map(crate::path::StorePath::as_str)),
        digests: sides(&diff.digests, |digest| digest.map(|digest| digest.to_string())),
        demanded: diff.demanded().map(crate::contract::Bump::as_str),
        changes: diff.changes.iter().map(change).collect(),
        unresolved: diff.unresolved.as_deref(),
        texts: diff.passages.iter().map(text).collect(),
        rendered: diff.trials.iter().map(trial).collect(),
        tokens: diff.measures.as_ref().map(|both| sides(both, |measure| measure.as_ref().map(self::measure))),
        findings: findings(&diff.findings),
    }
}

fn change(change: &Change) -> ContractChange<'_> {
    let place = Place { kind: change.place.kind(), name: change.place.name() };
    ContractChange { bump: change.bump.as_str(), place, text: &change.text }
}

fn text(passage: &diff::Passage) -> Text<'_> {
    Text { title: &passage.title, blocks: blocks(&passage.diff) }
}

fn blocks(diff: &TextDiff) -> Vec<Block<'_>> {
    diff.blocks.iter().map(block).collect()
}

fn block(block: &words::Block) -> Block<'_> {
    match block {
        words::Block::Kept { paragraphs, heading } => {
            Block::Kept { paragraphs: *paragraphs, heading: heading.as_deref() }
        }
        words::Block::Changed(segments) => Block::Changed { segments: segments.iter().map(segment).collect() },
        words::Block::Added(text) => Block::Added { text },
        words::Block::Removed(text) => Block::Removed { text },
    }
}

fn segment(segment: &words::Segment) -> Segment<'_> {
    let fate = match segment.fate {
        words::Fate::Kept => "kept",
        words::Fate::Removed => "removed",
        words::Fate::Added => "added",
    };
    Segment { fate, text: &segment.text }
}

fn trial(trial: &diff::Trial) -> Trial<'_> {
    let (fails, texts) = match &trial.rendered {
        diff::Rendered::Differs(passages) => (None, passages.iter().map(text).collect()),
        diff::Rendered::Fails { version, reason } => {
            let version = if *version == diff::Version::New { "new" } else { "old" };
            (Some(Failure { version, reason }), Vec::new())
        }
    };
    Trial { values: &trial.values, fails, texts }
}

fn measure(measure: &diff::Measure) -> Measure<'_> {
    let worst = measure.worst.map(Tokens::from);
    Measure { text: measure.fixed.into(), worst, cost: measure.cost.as_ref().map(cost) }
}

fn cost(money: &diff::Money) -> Cost<'_> {
    Cost { currency: &money.currency, per_call: money.amount, exact: money.is_exact }
}

impl From<tokenizer::Tokens> for Tokens {
    fn from(tokens: tokenizer::Tokens) -> Self {
        Self { low: tokens.low, likely: tokens.likely, high: tokens.high }
    }
}

fn findings(changes: &diff::FindingChanges) -> Findings<'_> {
    Findings {
        added: changes.added.iter().map(finding).collect(),
        removed: changes.removed.iter().map(finding).collect(),
    }
}

/// A finding with its place.
pub(in crate::output) fn finding(finding: &diff::Finding) -> Finding<'_> {
    let said = &finding.diagnostic;
    Finding {
        rule: said.rule.code,
        name: said.rule.name,
        severity: said.severity.to_string(),
        file: said.file.as_str(),
        line: finding.line,
        column: finding.column,
        message: &said.message,
    }
}

fn included(included: &diff::IncludedDiff) -> Included<'_> {
    Included {
        file: included.path.as_str(),
        reaches: included.reaches.iter().map(crate::name::ArtifactId::as_str).collect(),
        blocks: blocks(&included.diff),
    }
}
