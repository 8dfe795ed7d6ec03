//! `receipt`: what was deployed, when.

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use super::Global;
use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::history::answer::Receipt;
use crate::name::EnvName;
use crate::output::receipts;
use crate::output::summary::plural;
use crate::receipt::{self, Event, Link, REFS};
use crate::repo::{self, CommitError, CommitLock, Git, Location, Made, Signature};
use crate::revision::Revisions as _;
use crate::status;
use crate::store::Store;

/// How often a receipt is recorded anew because another one was in the meantime.
const ATTEMPTS: usize = 8;
/// Clocks of two machines differ a little.
const SLACK: i64 = 300;

/// Record what was deployed and when, so that `blame-at` can tell what was observed from what was meant
#[derive(Debug, Args)]
#[command(
    long_about = "Record what was deployed and when, so that `blame-at` can tell what was observed from what was meant.\n\nThe \
                  receipts of an environment are a chain of commits at refs/promptyard/receipts/ENVIRONMENT, one file an event, \
                  signed where git signs commits. They need no branch and touch no file of the store.",
    after_long_help = "Examples:
  promptyard receipt record --env production --commit HEAD
  promptyard receipt push origin
  promptyard receipt fetch origin
  promptyard receipt verify --env production"
)]
pub(super) struct ReceiptArgs {
    #[command(subcommand)]
    command: ReceiptCommand,
}

#[derive(Debug, Subcommand)]
enum ReceiptCommand {
    /// Record that an environment was brought to the state of a commit
    Record(RecordArgs),
    /// Fetch the receipts of a remote; those that only this clone has are put after them
    Fetch(RemoteArgs),
    /// Push the receipts of all environments to a remote
    Push(RemoteArgs),
    /// Check that the receipts are a whole chain, and list them
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
struct RecordArgs {
    /// The environment
    #[arg(long, value_name = "ENVIRONMENT")]
    env: EnvName,
    /// The commit whose state was applied
    #[arg(long, value_name = "REVISION")]
    commit: String,
    /// When: an instant such as 2026-07-20T11:02:00+02:00; now where none is given
    #[arg(long, value_name = "INSTANT")]
    applied_at: Option<Timestamp>,
}

#[derive(Debug, Args)]
struct RemoteArgs {
    /// The remote
    #[arg(value_name = "REMOTE", default_value = "origin")]
    remote: String,
}

#[derive(Debug, Args)]
struct VerifyArgs {
    /// The environment; every one that has receipts where none is named
    #[arg(long, value_name = "ENVIRONMENT")]
    env: Option<EnvName>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: VerifyFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum VerifyFormat {
    /// A table for people
    Human,
    /// One document, for programs; `promptyard schema receipts-report-v1` describes it
    Json,
}

pub(super) fn run(args: &ReceiptArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let location = repo::discover(&[], global.root.as_deref())?;
    match &args.command {
        ReceiptCommand::Record(args) => record(args, &location, ui),
        ReceiptCommand::Fetch(args) => fetch(args, &location, ui),
        ReceiptCommand::Push(args) => push(args, &location, ui),
        ReceiptCommand::Verify(args) => verify(args, &location, ui),
    }
}

fn lock(location: &Location, ui: &Ui) -> Result<CommitLock, CliError> {
    let waiting = || ui.status("Another change is under way here; waiting for it.");
    Ok(CommitLock::take(location, waiting)?)
}

fn record(args: &RecordArgs, location: &Location, ui: &Ui) -> Result<Outcome, CliError> {
    let lock = lock(location, ui)?;
    let now = Timestamp::now().as_second();
    let applied = args.applied_at.map_or(now, Timestamp::as_second);
    if applied > now + SLACK {
        return Err(CliError::NotYetApplied);
    }
    for _ in 0..ATTEMPTS {
        let git = Git::open(location)?;
        let commit = git.resolve(&args.commit)?;
        let store = Store::load_only(git.snapshot(commit)?, &std::collections::BTreeSet::new());
        let known = status::environments(&store);
        if !known.contains(&args.env) {
            let known = known.iter().map(ToString::to_string).collect();
            return Err(CliError::UnknownEnvironment { name: args.env.clone(), known });
        }
        let event = Event { applied, commit, environment: args.env.clone() };
        let told = event.message();
        let told = told.lines().next().unwrap_or_default();
        match repo::record(&lock, &git, &event)? {
            None => ui.status(format_args!("{told}: recorded already.")),
            Some(Made::Lost) => continue,
            Some(Made::Commit { id, .. }) => {
                ui.status(format_args!("{told}: recorded as {}. Push it: promptyard receipt push", id.short()));
            }
        }
        return Ok(Outcome::Done);
    }
    Err(CommitError::Contended(Event::reference(&args.env)).into())
}

fn fetch(args: &RemoteArgs, location: &Location, ui: &Ui) -> Result<Outcome, CliError> {
    let lock = lock(location, ui)?;
    let fetched = repo::fetch_receipts(&lock, &Git::open(location)?, location, &args.remote)?;
    if fetched.is_empty() {
        ui.status(format_args!("`{}` has no receipts.", args.remote));
    }
    for one in fetched {
        let own = match one.own {
            0 => String::new(),
            own => format!("; {} of this clone stand after them: promptyard receipt push", plural(own, "receipt")),
        };
        ui.status(format_args!("{}: {} new{own}", one.environment, plural(one.new, "receipt")));
    }
    Ok(Outcome::Done)
}

fn push(args: &RemoteArgs, location: &Location, ui: &Ui) -> Result<Outcome, CliError> {
    let pushed = repo::push_receipts(&Git::open(location)?, location, &args.remote);
    let pushed = pushed.map_err(|source| CliError::ReceiptsNotPushed { remote: args.remote.clone(), source })?;
    if pushed.is_empty() {
        ui.status("There are no receipts yet: `promptyard receipt record` makes one.");
        return Ok(Outcome::Done);
    }
    let names: Vec<&str> = pushed.iter().map(EnvName::as_str).collect();
    ui.status(format_args!("Pushed the receipts of {} to `{}`.", names.join(", "), args.remote));
    Ok(Outcome::Done)
}

fn verify(args: &VerifyArgs, location: &Location, ui: &Ui) -> Result<Outcome, CliError> {
    let git = Git::open(location)?;
    let mut reports = Vec::new();
    for (name, tip) in git.refs(REFS)? {
        let Ok(environment) = name[REFS.len()..].parse::<EnvName>() else { continue };
        if args.env.as_ref().is_some_and(|asked| *asked != environment) {
            continue;
        }
        let links = git.links(Some(tip))?;
        let mut problems = receipt::problems(&environment, &links);
        let mut entries = Vec::new();
        for link in links.iter().rev() {
            let signature = signature(location, link)?;
            if let Some(Signature::Bad(told)) = &signature {
                problems.push(format!("git does not trust the signature of {}: {told}", link.commit.id.short()));
            }
            if let Some(event) = link.event() {
                if git.commit(event.commit).is_err() {
                    problems.push(format!(
                        "{} is of {}, which this clone lacks",
                        link.commit.id.short(),
                        event.commit.short()
                    ));
                }
                let is_signed = signature == Some(Signature::Good);
                entries.push(receipts::Entry { event, link: link.commit.clone(), is_signed });
            }
        }
        reports.push(receipts::Report { environment, entries, problems });
    }
    if reports.is_empty() {
        ui.status("There are no receipts: `promptyard receipt fetch` brings those of a remote.");
    }
    match args.format {
        VerifyFormat::Human => ui.people(|out, _| receipts::write(out, &reports))?,
        VerifyFormat::Json => ui.machine(|out| receipts::write_json(out, &reports))?,
    }
    let is_whole = reports.iter().all(|report| report.problems.is_empty());
    Ok(if is_whole { Outcome::Done } else { Outcome::Findings })
}

/// What git says of a link's signature; `None` where it carries none.
fn signature(location: &Location, link: &Link) -> Result<Option<Signature>, CliError> {
    Ok(link.has_signature.then(|| repo::commit_signature(location, link.commit.id)).transpose()?)
}

/// The receipts of `environment` as evidence, for times before `until`.
pub(super) fn evidence(
    git: &Git,
    location: &Location,
    environment: &EnvName,
    until: i64,
) -> Result<Vec<Receipt>, CliError> {
    let mut receipts = Vec::new();
    for link in git.links(git.target(&Event::reference(environment))?)? {
        let Some(event) = link.event().filter(|event| event.environment == *environment && event.applied < until)
        else {
            continue;
        };
        let signed = signature(location, &link)? == Some(Signature::Good);
        receipts.push(Receipt { commit: event.commit, applied: event.applied, signed });
    }
    // Of two for one second the later one counts, and the chain has the newest first.
    receipts.reverse();
    Ok(receipts)
}
