//! `blame-at`: which version was live at a time, and who let it in.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{CliError, Outcome};
use super::past::{Opened, PastArgs, PastError, Subject};
use super::receipt;
use super::ui::Ui;
use crate::history::answer::{Answer, Live, ServedPin};
use crate::history::text::{self, Text};
use crate::history::{Past as _, Question, observed};
use crate::output::past::answer::{self, Asked};
use crate::output::past::{json, lines};
use crate::repo::GitPast;
use crate::revision::Revisions as _;
use crate::store::route::Dimension;

/// Say which version was live at a time, and who let it in
#[derive(Debug, Args)]
#[command(
    long_about = "Say which version was live at a time, and who let it in.\n\nThe state at an instant is what the route files \
                  say in the commit that was the tracked branch's state then: the last on its first-parent chain whose \
                  committer date, corrected where a clock ran backwards, is not later. An instant has one answer; a day, a month, \
                  an hour or a minute has one for each state in it. A prompt is answered for by every route that serves it. In a \
                  store without routes, the answer is the file's content on the branch, whatever it was called then.",
    after_long_help = "Examples:
  promptyard blame-at support-answer --env production --at 2026-07-20 --tz Europe/Berlin
  promptyard blame-at support-answer --env production --at '2 days ago' --dimension prompt
  promptyard blame-at prompts/support/answer --at 2026-07-20T11:02:00+02:00 --text
  promptyard blame-at --env production --at v2.1 --format json

Times: 2026-07-20T11:02:00+02:00, 2026-07-20, 2026-07, 2026-07-20T11:02, now, today, yesterday, '3 hours ago', '2 days ago' (that
day), or a commit or a tag: the moment at which the branch took it in. A date needs a time zone: --tz, or `timezone` in
`promptyard.yaml`."
)]
pub(super) struct BlameAtArgs {
    /// A route or a prompt; every route where none is named
    #[arg(value_name = "ROUTE|PROMPT")]
    name: Option<String>,
    /// The time: an instant, a date, a month, `yesterday`, a commit, a tag
    #[arg(long, value_name = "WHEN", default_value = "now")]
    at: String,
    #[command(flatten)]
    past: PastArgs,
    /// Print the prompt as it was then
    #[arg(long, conflicts_with = "lines")]
    text: bool,
    /// Print the prompt as it was then, each line with the release and the commit that brought it
    #[arg(long)]
    lines: bool,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: BlameAtFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum BlameAtFormat {
    /// For people
    Human,
    /// One document, for programs; `promptyard schema blame-at-report-v1` describes it
    Json,
}

pub(super) fn run(args: &BlameAtArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let opened = Opened::new(&args.past, global)?;
    let past = opened.past()?;
    let (when, from, until) = opened.when(&past, &args.at)?;
    let subject = opened.subject(&past, args.name.as_deref(), Some(from))?;
    let question = Question { from: Some(from), until: Some(until), ..opened.question(&args.past) };
    let mut answers = subject.answers(&past, &question)?;
    observe(&opened, &past, &mut answers, &question)?;
    let wants_text = args.text || args.lines;
    let texts = if wants_text { Some(texts(&opened, &past, &subject, &answers)?) } else { None };
    let times = opened.times();
    if args.format == BlameAtFormat::Json {
        let asked = json::Question::new(Some(&args.at), Some(from), Some(until), &times, question.dimension);
        let texts = texts.map(|texts| texts.into_iter().map(|(_, text)| text).collect::<Vec<_>>());
        ui.machine(|out| json::write(out, asked, &answers, texts.as_deref(), &times))?;
        return Ok(Outcome::Done);
    }
    if let Some(texts) = texts {
        if texts.is_empty() {
            ui.warning("no prompt was live at that time");
        }
        let is_alone = texts.len() == 1;
        return ui
            .people(|out, screen| {
                for (name, text) in &texts {
                    if !is_alone {
                        writeln!(out, "==> {name} <==")?;
                    }
                    if args.lines {
                        lines::write(out, screen, text, &times)?;
                    } else {
                        out.write_all(text.content.as_bytes())?;
                    }
                }
                Ok(())
            })
            .map(|()| Outcome::Done);
    }
    if answers.is_empty() {
        let name = args.name.as_deref().unwrap_or_default();
        ui.warning(format_args!("`{name}` was live in no route at that time"));
    }
    let asked = Asked { when, times };
    ui.people(|out, screen| answer::write(out, screen, &answers, &asked))?;
    Ok(Outcome::Done)
}

/// Puts beside each answer what the receipts of its environment say.
fn observe(opened: &Opened, past: &GitPast<'_>, answers: &mut [Answer], question: &Question) -> Result<(), CliError> {
    let until = question.until.unwrap_or(question.now).min(question.now.saturating_add(1));
    let mut known = BTreeMap::new();
    for answer in answers {
        let crate::history::answer::Subject::Route { environment, .. } = &answer.subject else { continue };
        let receipts = match known.entry(environment.clone()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                entry.insert(receipt::evidence(opened.git(), opened.location(), environment, until)?)
            }
        };
        observed::observe(past, answer, receipts, until, question.dimension)?;
    }
    Ok(())
}

/// The texts of the prompts in `answers`, each once, with a name for it.
fn texts(
    opened: &Opened,
    past: &GitPast<'_>,
    subject: &Subject,
    answers: &[Answer],
) -> Result<Vec<(String, Text)>, CliError> {
    let mut texts: Vec<(String, Text)> = Vec::new();
    for segment in answers.iter().flat_map(|answer| &answer.segments) {
        match &segment.live {
            Live::Serving(serving) => {
                for pin in serving.iter().flat_map(|served| &served.pins) {
                    let name = pin.release.to_string();
                    let asked = match subject {
                        Subject::Artifact(_, id) => pin.release.artifact.as_str() == id,
                        _ => pin.dimension == Dimension::Prompt,
                    };
                    if asked && texts.iter().all(|(known, _)| *known != name) {
                        texts.push((name, of_pin(opened, past, pin)?));
                    }
                }
            }
            Live::Content { path, blob } => {
                let position = segment.start.and_then(|start| past.chain().active(start)).unwrap_or_default();
                texts.push((format!("{path} {}", blob.short()), text::of_content(past, path, *blob, position)?));
            }
            _ => {}
        }
    }
    Ok(texts)
}

fn of_pin(opened: &Opened, past: &GitPast<'_>, pin: &ServedPin) -> Result<Text, CliError> {
    let no_text = || PastError::NoText(pin.release.to_string());
    let commit = pin.tagged.ok_or_else(no_text)?;
    let tags = opened.git().tags(&format!("{}{}@", opened.tag_prefix(), pin.release.artifact))?;
    text::of_release(past, &pin.release, commit, &tags)?.ok_or_else(|| no_text().into())
}
