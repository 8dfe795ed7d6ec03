//! `metrics`: what was measured, release by release.

use clap::{Args, ValueEnum};

use super::Global;
use super::diff;
use super::error::{CliError, Outcome};
use super::ledger::Past;
use super::ui::Ui;
use crate::metrics::{Difference, Range, Series, Verdict, differences, series};
use crate::name::ArtifactId;
use crate::output;
use crate::repo::{self, Git};
use crate::revision::Revisions as _;

/// Print what was measured, release by release
#[derive(Debug, Args)]
#[command(
    long_about = "Print what was measured, release by release, from the records of the releases.\n\n\
                  Where a value is a share between 0 and 1 and the number of samples is recorded, its interval of 95 % is \
                  printed too. With --changed, say between which releases a metric moved as far as the samples allow to tell \
                  (a z-test for two shares; all differences of an artifact are judged together), and what changed there.",
    after_long_help = "Examples:
  promptyard metrics prompts/support/answer
  promptyard metrics 'prompts/support/answer@1.2.0..2.0.0' --name hallucination_rate
  promptyard metrics prompts/support/answer --format csv > metrics.csv
  promptyard metrics --changed hallucination_rate"
)]
pub(super) struct MetricsArgs {
    /// An artifact, and a range of its versions: `ID`, `ID@1.2.0..2.0.0`, `ID@^1.2`; every artifact where it is not given
    #[arg(value_name = "ID[@RANGE]")]
    what: Option<String>,
    /// Only this metric
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Say between which releases this metric moved, and what changed there
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    changed: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: MetricsFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MetricsFormat {
    /// Tables for people
    Human,
    /// One document, for programs; `promptyard schema metrics-v1` describes it
    Json,
    /// A record a measure, for spreadsheets
    Csv,
}

pub(super) fn run(args: &MetricsArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let location = repo::discover(&[], global.root.as_deref())?;
    let git = Git::open(&location)?;
    let past = Past::at(&git, git.resolve("HEAD")?)?;
    let (artifacts, range) = match args.what.as_deref() {
        None => (past.ledger.artifacts().cloned().collect(), Range::All),
        Some(what) => {
            let (id, range) = what.split_once('@').unwrap_or((what, ""));
            let range = if range.is_empty() { Range::All } else { range.parse()? };
            (vec![past.artifact(id)?], range)
        }
    };
    let name = args.changed.as_ref().or(args.name.as_ref()).map(String::as_str);
    let of_artifact = |artifact: &ArtifactId| series(&past.ledger, artifact, &range, name);
    let all: Vec<Series> = artifacts.iter().flat_map(of_artifact).collect();
    if all.is_empty() {
        ui.warning(match name {
            Some(name) => format!("no release of these records a metric called `{name}`"),
            None => "no release of these records a metric; `promptyard release --metrics report.json` does".to_owned(),
        });
    }
    match (args.format, &args.changed) {
        (MetricsFormat::Json, _) => ui.machine(|out| output::metrics_json::write(out, &all))?,
        (MetricsFormat::Csv, _) => ui.machine(|out| output::metrics_csv::write(out, &all))?,
        (MetricsFormat::Human, None) => ui.people(|out, _| output::metrics::write(out, &all))?,
        (MetricsFormat::Human, Some(name)) => tell_changes(name, &all, global, ui)?,
    }
    Ok(Outcome::Done)
}

fn tell_changes(name: &str, all: &[Series], global: &Global, ui: &Ui) -> Result<(), CliError> {
    let found: Vec<Difference<'_>> = all.iter().flat_map(differences).collect();
    if found.is_empty() {
        ui.status(format_args!("fewer than two releases of these record `{name}`: there is nothing to compare"));
        return Ok(());
    }
    ui.people(|out, _| output::metrics::write_differences(out, &found))?;
    let mut moved: Vec<(f64, &Difference<'_>)> = found
        .iter()
        .filter_map(|difference| match difference.verdict {
            Verdict::Moved(chance) => Some((chance, difference)),
            _ => None,
        })
        .collect();
    moved.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some((_, most)) = moved.first() else {
        ui.status(format_args!("The samples do not show that `{name}` moved."));
        return Ok(());
    };
    let (before, after) = (&most.before.release, &most.after.release);
    ui.people(|out, _| writeln!(out, "\n{name} moved most surely from {before} to {after}. What changed there:\n"))?;
    diff::between(before, after, global, ui)
}
