//! `history`: all that was live, and when it changed.

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{CliError, Outcome};
use super::past::{Opened, PastArgs, PastError};
use super::ui::Ui;
use crate::history::Question;
use crate::history::answer::{Answer, Live};
use crate::output::past::{json, markdown, story, svg, table_csv};
use crate::repo::GitPast;

/// Show all that was live, and when and by whom it was changed
#[derive(Debug, Args)]
#[command(
    long_about = "Show all that was live in a route, an environment or a prompt's routes: each state with its length, what changed \
                  at its beginning and who changed it. In a store without routes, the content of a prompt's file on the branch, \
                  followed through its renames.",
    after_long_help = "Examples:
  promptyard history support-answer --env production --from 2026-06-01 --tz Europe/Berlin
  promptyard history prompts/support/answer --dimension prompt
  promptyard history production --format svg > production.svg
  promptyard history --overlaps 2026-07-20T10:00:00Z..2026-07-20T12:00:00Z

Times are written as for `blame-at`."
)]
pub(super) struct HistoryArgs {
    /// A route, an environment or a prompt; every route where none is named
    #[arg(value_name = "ROUTE|PROMPT|ENVIRONMENT")]
    name: Option<String>,
    /// Begin there, instead of with the first commit
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// End there, at the end of a date or a month, instead of now
    #[arg(long, value_name = "WHEN")]
    to: Option<String>,
    /// Everything that was live or changed in this time, as for an incident
    #[arg(long, value_name = "FROM..TO", conflicts_with_all = ["from", "to"])]
    overlaps: Option<String>,
    #[command(flatten)]
    past: PastArgs,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: HistoryFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum HistoryFormat {
    /// A timeline and its borders, for people
    Human,
    /// One document, for programs; `promptyard schema timeline-report-v1` describes it
    Json,
    /// A line for each release in each interval, for spreadsheets
    Csv,
    /// Tables, for a report
    Markdown,
    /// A picture, for a report
    Svg,
}

pub(super) fn run(args: &HistoryArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let opened = Opened::new(&args.past, global)?;
    let past = opened.past()?;
    let (from, until) = range(args, &opened, &past)?;
    let subject = opened.subject(&past, args.name.as_deref(), from.or(until.map(|until| until - 1)))?;
    let question = Question { from, until, ..opened.question(&args.past) };
    let mut answers = subject.answers(&past, &question)?;
    if args.overlaps.is_some() {
        answers.retain(was_there);
    }
    if answers.is_empty() {
        ui.warning("nothing was live in that time");
    }
    let times = opened.times();
    match args.format {
        HistoryFormat::Human => ui.people(|out, screen| story::write(out, screen, &answers, &times))?,
        HistoryFormat::Json => {
            let asked = json::Question::new(args.overlaps.as_deref(), from, until, &times, question.dimension);
            ui.machine(|out| json::write(out, asked, &answers, None, &times))?;
        }
        HistoryFormat::Csv => ui.machine(|out| table_csv::write(out, &answers))?,
        HistoryFormat::Markdown => ui.machine(|out| markdown::write(out, &answers, &times))?,
        HistoryFormat::Svg => ui.machine(|out| svg::write(out, &answers, &times))?,
    }
    Ok(Outcome::Done)
}

/// The first second that is asked about, and the first one after it.
fn range(args: &HistoryArgs, opened: &Opened, past: &GitPast<'_>) -> Result<(Option<i64>, Option<i64>), CliError> {
    if let Some(overlaps) = &args.overlaps {
        let Some((from, to)) = overlaps.split_once("..") else {
            return Err(PastError::Combination("--overlaps takes two times with `..` between them").into());
        };
        return ordered(Some(opened.when(past, from)?.1), Some(opened.when(past, to)?.2));
    }
    let from = args.from.as_deref().map(|from| opened.when(past, from)).transpose()?.map(|(_, from, _)| from);
    let until = args.to.as_deref().map(|to| opened.when(past, to)).transpose()?.map(|(_, _, until)| until);
    ordered(from, until)
}

fn ordered(from: Option<i64>, until: Option<i64>) -> Result<(Option<i64>, Option<i64>), CliError> {
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        return Err(PastError::Combination("the time that is asked about ends before it begins").into());
    }
    Ok((from, until))
}

/// Whether anything was live or changed in the time that was asked about.
fn was_there(answer: &Answer) -> bool {
    let is_something = |live: &Live| !matches!(live, Live::NotDeployed | Live::Removed);
    answer.segments.len() > 1 || answer.segments.iter().any(|segment| is_something(&segment.live))
}
