//! `schema`: the published JSON Schemas of the files that users write, and of what is printed for programs.

use clap::Args;

use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::bundle::format as bundle;
use crate::lint::baseline;
use crate::output::{
    changelog_json, check, diff, digests, history, hooks, json, jsonl, metrics_json, past, promotion, receipts,
    release_history, release_json, render, settings, status, tokens_diff_json, tokens_json, verify_json,
};
use crate::store::schema;
use crate::verify::known;

/// Print the JSON Schema of a kind of file
#[derive(Debug, Args)]
#[command(
    long_about = "Print the JSON Schema of a kind of file, for editors and other programs. Without a kind, list the kinds.",
    after_long_help = "Examples:\n  promptyard schema\n  promptyard schema prompt > prompt.schema.json"
)]
pub(super) struct SchemaArgs {
    /// The kind of file; without it, the kinds are listed
    #[arg(value_name = "KIND")]
    kind: Option<String>,
}

pub(super) fn run(args: &SchemaArgs, ui: &Ui) -> Result<Outcome, CliError> {
    let Some(kind) = &args.kind else {
        ui.machine(|out| published().try_for_each(|(name, _)| writeln!(out, "{name}")))?;
        return Ok(Outcome::Done);
    };
    let found = published().find(|(name, _)| name == kind);
    let (_, text) = found.ok_or_else(|| CliError::UnknownSchema { name: kind.clone(), nearest: nearest(kind) })?;
    ui.machine(|out| out.write_all(text.as_bytes()))?;
    Ok(Outcome::Done)
}

/// What is printed or written for programs.
const PRINTED: &[(&str, &str)] = &[
    ("lint-report-v1", json::SCHEMA),
    ("lint-record-v1", jsonl::SCHEMA),
    ("lint-settings-v1", settings::SCHEMA),
    ("history-report-v1", history::SCHEMA),
    ("baseline-v1", baseline::SCHEMA),
    ("tokens-report-v1", tokens_json::SCHEMA),
    ("tokens-diff-v1", tokens_diff_json::SCHEMA),
    ("blame-at-report-v1", past::json::BLAME_AT_SCHEMA),
    ("timeline-report-v1", past::json::HISTORY_SCHEMA),
    ("diff-report-v1", diff::json::SCHEMA),
    ("check-report-v1", check::json::SCHEMA),
    ("digests-v1", digests::SCHEMA),
    ("bundle", bundle::SCHEMA),
    ("release-plan-v1", release_json::SCHEMA),
    ("status-report-v1", status::json::SCHEMA),
    ("promotion-report-v1", promotion::json::SCHEMA),
    ("receipts-report-v1", receipts::SCHEMA),
    ("changelog-v1", changelog_json::SCHEMA),
    ("metrics-v1", metrics_json::SCHEMA),
    ("verify-report-v1", verify_json::SCHEMA),
    ("release-record-v1", known::SCHEMA),
    ("release-history-v1", release_history::SCHEMA),
    ("render-v1", render::json::SCHEMA),
    ("hooks-status-v1", hooks::SCHEMA),
];

/// Every schema by its name: those of the files that users write, then those of what is printed.
fn published() -> impl Iterator<Item = (&'static str, &'static str)> {
    schema::all().iter().chain(PRINTED).copied()
}

/// The kind that `written` was most likely meant to be.
fn nearest(written: &str) -> Option<&'static str> {
    let written = written.to_lowercase();
    let scored = published().map(|(name, _)| (strsim::jaro_winkler(&written, name), name));
    // Below this, a suggestion is a guess.
    let near = scored.filter(|(score, _)| *score > 0.8);
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}
