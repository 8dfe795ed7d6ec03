//! `schema`: the published JSON Schemas of the files that users write, and of what is printed for programs.

use clap::Args;

use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::lint::baseline;
use crate::output::{json, jsonl, settings, tokens_json};
use crate::store::schema;

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
const PRINTED: [(&str, &str); 5] = [
    ("lint-report-v1", json::SCHEMA),
    ("lint-record-v1", jsonl::SCHEMA),
    ("lint-settings-v1", settings::SCHEMA),
    ("baseline-v1", baseline::SCHEMA),
    ("tokens-report-v1", tokens_json::SCHEMA),
];

/// Every schema by its name: those of the files that users write, then those of what is printed.
fn published() -> impl Iterator<Item = (&'static str, &'static str)> {
    schema::all().iter().copied().chain(PRINTED)
}

/// The kind that `written` was most likely meant to be.
fn nearest(written: &str) -> Option<&'static str> {
    let written = written.to_lowercase();
    let scored = published().map(|(name, _)| (strsim::jaro_winkler(&written, name), name));
    // Below this, a suggestion is a guess.
    let near = scored.filter(|(score, _)| *score > 0.8);
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}
