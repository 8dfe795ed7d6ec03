//! `tokens`: how many tokens prompts take, and what they cost.
#![expect(clippy::disallowed_methods, reason = "the table of traffic is a file of the user's, outside of the store")]

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::output;
use crate::repo::{self, Git};
use crate::revision::{Contents as _, Revisions as _};
use crate::store::Store;
use crate::tokens::bound::Cut;
use crate::tokens::diff::compare;
use crate::tokens::report::{self, Request, Row};
use crate::tokens::traffic::{self, Simulated};

/// Count the tokens of prompts, and say what calls cost
#[derive(Debug, Args)]
#[command(
    long_about = "Count the tokens of prompts, and say what calls cost.\n\nSTATIC is the text with its partials, the chat \
                  format and the tools. WORST adds each input's `maxTokens`, with the larger branch, and loops as often as \
                  `maxItems` says. Prices are those of the model's registry entry, for the worst case with the longest answer \
                  that the prompt allows. What has `≈` before it is an estimate.",
    after_long_help = "Examples:
  promptyard tokens
  promptyard tokens prompts/support --by input
  promptyard tokens --model models/support-chat,claude-sonnet-4-5
  promptyard tokens --traffic traffic.csv
  promptyard tokens --diff origin/main

The table of traffic is CSV with the columns `prompt` and `calls_per_day`. `output_tokens`, and columns with the names of
inputs, give usual sizes in tokens; an empty cell is the most that the prompt allows."
)]
pub(super) struct TokensArgs {
    /// Files and folders to report on; the whole store where none is given
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Count for these models instead of each prompt's own: a registry entry's id or a provider's
    #[arg(long, value_name = "MODEL", value_delimiter = ',')]
    model: Vec<String>,
    /// What each line is about
    #[arg(long, value_name = "WHAT", default_value = "prompt")]
    by: By,
    /// A CSV table of calls a day, to say what a day costs
    #[arg(long, value_name = "FILE")]
    traffic: Option<PathBuf>,
    /// Print how each prompt differs from what it was at a revision: tokens and cost before, after, and the difference
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["traffic", "by"])]
    diff: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: TokensFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// A prompt, with its price
    Prompt,
    /// A message
    Message,
    /// A section of a message, by Markdown headings
    Section,
    /// An input, beside the text and what wraps it
    Input,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TokensFormat {
    /// A table for people
    Human,
    /// One document, for programs; `promptyard schema` has `tokens-report-v1`, and `tokens-diff-v1` for --diff
    Json,
}

pub(super) fn run(args: &TokensArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let calls = args.traffic.as_ref().map(|path| {
        let text = fs::read_to_string(path).map_err(|source| CliError::Traffic { path: path.clone(), source })?;
        Ok::<_, CliError>(traffic::read(&text)?)
    });
    let calls = calls.transpose()?;
    if let Some(revision) = &args.diff {
        return diff(args, revision, global, ui);
    }
    let location = repo::discover(&args.paths, global.root.as_deref())?;
    let store = Store::load(repo::snapshot(&location)?);
    let request = args.request(location.scope);
    let rows = report::rows(&store, &request);
    let simulated = calls.map(|calls| traffic::simulate(&calls, &rows)).transpose()?;
    if rows.is_empty() {
        ui.warning("no prompts were found here; `sources` in `promptyard.yaml` says where prompts are");
    }
    write(args, &rows, simulated.as_deref(), ui)?;
    Ok(Outcome::Done)
}

impl TokensArgs {
    fn request(&self, scope: Vec<String>) -> Request {
        let cut = if self.by == By::Section { Cut::Sections } else { Cut::Messages };
        Request { scope, models: self.model.clone(), cut }
    }
}

/// Says what the change since `revision` does to the prompts.
fn diff(args: &TokensArgs, revision: &str, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    // A prompt that is gone has a path that is not there.
    let location = repo::discover_past(&args.paths, global.root.as_deref())?;
    let git = Git::open(&location)?;
    let before = Store::load(git.snapshot(git.resolve(revision)?)?);
    let after = Store::load(repo::snapshot(&location)?);
    git.check_reads()?;
    let request = args.request(location.scope);
    let (before, after) = (report::rows(&before, &request), report::rows(&after, &request));
    let deltas = compare(&before, &after);
    if args.format == TokensFormat::Json {
        ui.machine(|out| output::tokens_diff_json::write(out, &deltas, revision))?;
    } else if deltas.is_empty() {
        ui.status(format_args!("no prompt takes more or less than at `{revision}`"));
    } else {
        ui.people(|out, _| output::tokens::write_deltas(out, &deltas))?;
    }
    Ok(Outcome::Done)
}

fn write(args: &TokensArgs, rows: &[Row<'_>], traffic: Option<&[Simulated<'_>]>, ui: &Ui) -> Result<(), CliError> {
    if args.format == TokensFormat::Json {
        return ui.machine(|out| output::tokens_json::write(out, rows, traffic, crate::lint::tally::caveat));
    }
    if let Some(traffic) = traffic {
        return ui.people(|out, _| output::tokens::write_traffic(out, traffic));
    }
    ui.people(|out, _| match args.by {
        By::Prompt => output::tokens::write_prompts(out, rows),
        By::Message | By::Section => output::tokens::write_parts(out, rows),
        By::Input => output::tokens::write_inputs(out, rows),
    })?;
    if args.by == By::Input {
        say_caveats(rows, ui);
        return Ok(());
    }
    let unbounded = rows.iter().filter(|row| row.bound.worst().is_none()).count();
    if unbounded > 0 {
        ui.status(format_args!(
            "{unbounded} of {} lines have no worst case: `promptyard tokens --by input` names the inputs without `maxTokens`.",
            rows.len()
        ));
    }
    Ok(())
}

/// Says what the sums leave out or take for granted.
fn say_caveats(rows: &[Row<'_>], ui: &Ui) {
    for row in rows {
        for caveat in &row.bound.caveats {
            ui.status(format_args!("{}: {}", row.prompt.id, crate::lint::tally::caveat(caveat)));
        }
    }
}
