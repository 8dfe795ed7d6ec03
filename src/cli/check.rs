//! `check`: whether a change may be merged.

mod format;
mod gates;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::Global;
use super::error::{CliError, Outcome};
use super::lint::today;
use super::promotion::reviews;
use super::releases;
use super::ui::Ui;
use crate::check::{self, Moments, Report, Request};
use crate::name::CommitId;
use crate::output::Screen;
use crate::output::check::{CheckOutput, sentence};
use crate::output::diff::{Detail, End, Ends};
use crate::path::StorePath;
use crate::repo::{self, Git, Location};
use crate::revision::{Contents as _, Revisions as _};
use crate::store::Store;
use crate::store::route::Route;
use crate::store::snapshot::Snapshot;
use format::{CheckFormat, OutputFile};
use gates::Gatekeeper;

/// Say what a change does, and whether it may be merged, by the rules of where it is merged to
#[derive(Debug, Args)]
#[command(
    long_about = "Say what a change does, and whether it may be merged: which prompts it changes and what these reach, what each \
                  release will need, tokens and cost, new findings, routes in words with the gates of each promotion.\n\nThe \
                  change is what the head has and the commit does not that it shares with the base. Configuration, policies, \
                  owners and suppressions are those of the base: what a change brings of these is reported, and counts once it \
                  is merged.",
    after_long_help = "Examples:
  promptyard check --base origin/main
  promptyard check --base origin/main --head feature --full
  promptyard check --base origin/main --format github --output markdown=comment.md --output sarif=promptyard.sarif
  promptyard check --base origin/main --reviews reviews.json

Exit codes: 0 it may be merged, 1 it may not, 2 the check failed."
)]
pub(super) struct CheckArgs {
    /// Where the change is to be merged: a branch, a tag, a commit
    #[arg(long, value_name = "REVISION")]
    base: String,
    /// The change's last commit
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    head: String,
    /// Who approved: a list of reviews as the forge's API gives it
    #[arg(long, value_name = "FILE")]
    reviews: Option<PathBuf>,
    /// One line an artifact, without the words that changed
    #[arg(long, conflicts_with = "full", help_heading = "Output")]
    summary: bool,
    /// Everything that changed, however long it is
    #[arg(long, help_heading = "Output")]
    full: bool,
    /// How to write it to stdout
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    format: CheckFormat,
    /// Write it into a file too, in any format: markdown=comment.md. May be given several times
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Output")]
    output: Vec<OutputFile>,
    /// The instant to take for the present
    #[arg(long, value_name = "INSTANT", hide_short_help = true)]
    now: Option<Timestamp>,
}

pub(super) fn run(args: &CheckArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let (location, git) = open(args, global)?;
    let base = unambiguous(&git, &args.base)?;
    let head = git.resolve(&args.head)?;
    let fork = git.merge_base(base, head)?;
    let [accepted, old, new] = [base, fork, head].map(|commit| git.snapshot(commit));
    let (accepted, old, new) = (accepted?, old?, new?);
    let moments = Moments { accepted: &accepted, old: &old, new: &new };
    let now = args.now.unwrap_or_else(Timestamp::now);
    let releases = releases_of(&git, &accepted, &new)?;
    let folder = location.folder_in_repository();
    let request = Request {
        today: today_at(args.now),
        releases: Some(releases.clone()),
        outside: outside(&location, &folder, [fork, head])?,
        folder: folder.clone(),
    };
    let mut report = check::check(&moments, &request);
    let reviews = args.reviews.as_deref().map(reviews).transpose()?;
    // Most changes touch no route, and then nobody has to be asked.
    if !report.routes.is_empty() {
        let keeper = Gatekeeper::new(&git, &accepted, &releases, [base, fork, head], reviews, now)?;
        for route in &mut report.routes {
            route.gates = keeper.gates(route)?;
        }
    }
    git.check_reads()?;
    let shown = CheckOutput {
        report: &report,
        ends: &Ends { old: end(&args.base, fork), new: end(&args.head, head) },
        detail: args.detail(),
        folder,
    };
    args.output.iter().try_for_each(|file| file.write(&shown))?;
    if args.format == CheckFormat::Human {
        ui.people(|out, screen| args.format.write(out, &shown, screen))?;
    } else {
        ui.machine(|out| args.format.write(out, &shown, &Screen::FILE))?;
        ui.status(sentence(&report));
    }
    Ok(outcome(&report))
}

fn outcome(report: &Report) -> Outcome {
    if report.passes() { Outcome::Done } else { Outcome::Findings }
}

impl CheckArgs {
    fn detail(&self) -> Detail {
        match (self.summary, self.full) {
            (true, _) => Detail::Table,
            (_, true) => Detail::Full,
            _ => Detail::Folded,
        }
    }
}

/// The commit that `revision` names. Whoever may push tags could name one as the branch that changes are merged into, and
/// git prefers tags: what is two things is neither.
fn unambiguous(git: &Git, revision: &str) -> Result<CommitId, CliError> {
    let commit = git.resolve(revision)?;
    let places = ["refs/tags", "refs/heads", "refs/remotes"];
    let other = places.iter().map(|place| format!("{place}/{revision}")).find_map(|name| {
        let named = git.resolve(&name).ok()?;
        (named != commit).then_some(name)
    });
    match other {
        Some(other) => Err(CliError::AmbiguousBase { revision: revision.to_owned(), other }),
        None => Ok(commit),
    }
}

/// The store as the base has it: a configuration that the change adds to a folder does not make that folder the store.
fn open(args: &CheckArgs, global: &Global) -> Result<(Location, Git), CliError> {
    let mut location = repo::discover(&[], global.root.as_deref())?;
    let mut git = Git::open(&location)?;
    let base = git.resolve(&args.base)?;
    let is_configured = |git: &Git| Ok::<_, CliError>(Store::config_of(&git.snapshot(base)?).path.is_some());
    if global.root.is_some() || is_configured(&git)? {
        return Ok((location, git));
    }
    let mut outer = location.clone();
    while !outer.folder_in_repository().is_empty() {
        let Some(parent) = outer.root.parent() else { break };
        outer = repo::discover(&[], Some(parent))?;
        let opened = Git::open(&outer)?;
        if is_configured(&opened)? {
            (location, git) = (outer, opened);
            break;
        }
    }
    Ok((location, git))
}

/// The files outside of the store in which its repository differs between two commits.
fn outside(location: &Location, folder: &str, [fork, head]: [CommitId; 2]) -> Result<BTreeSet<StorePath>, CliError> {
    let Some(top) = location.root.ancestors().nth(folder.matches('/').count()).filter(|_| !folder.is_empty()) else {
        return Ok(BTreeSet::new());
    };
    let repository = Git::open(&repo::discover(&[], Some(top))?)?;
    let changed = repository.changed(Some(fork), head)?;
    Ok(changed.into_iter().filter(|path| !path.as_str().starts_with(folder)).collect())
}

/// Which releases there are, with the digests of those that routes name in one of the moments.
fn releases_of(git: &Git, accepted: &Snapshot, new: &Snapshot) -> Result<crate::release::known::Releases, CliError> {
    let stores = [accepted, new].map(|moment| Store::load_only(moment.clone(), &BTreeSet::new()));
    let pins = stores.iter().flat_map(|store| store.routes().iter().flat_map(Route::pins));
    let wanted = pins.map(|(_, pin)| &pin.release.value).collect();
    Ok(releases::digests_of(git, stores[0].config().tag_prefix(), &wanted)?)
}

fn today_at(now: Option<Timestamp>) -> String {
    now.map_or_else(today, |now| now.strftime("%Y-%m-%d").to_string())
}

fn end(name: &str, commit: CommitId) -> End {
    End { name: name.to_owned(), commit: Some(commit) }
}
