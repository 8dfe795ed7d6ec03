//! `hooks run pre-commit`, `commit-msg` and `pre-push`: what git's hooks check.
#![expect(clippy::disallowed_methods, reason = "git names a file with the message; a framework names what is pushed")]

use std::collections::BTreeSet;
use std::env;
use std::path::PathBuf;

use clap::Args;

use crate::cli::Global;
use crate::cli::error::{CliError, Outcome};
use crate::cli::lint::{self, LintArgs};
use crate::cli::ui::{Ui, Verbosity};
use crate::hooks::message;
use crate::hooks::push::{self, Update};
use crate::name::CommitId;
use crate::repo::{self, Git};
use crate::revision::Revisions as _;
use crate::store::Store;

/// Check what is staged
#[derive(Debug, Args)]
pub(super) struct CommitArgs {
    /// What a framework adds; what is staged is checked whatever it names
    #[arg(value_name = "FILE", trailing_var_arg = true)]
    _files: Vec<String>,
}

/// Check the trailers of a commit's message
#[derive(Debug, Args)]
pub(super) struct MessageArgs {
    /// The file with the message
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Check what a push brings, which git tells on standard input
#[derive(Debug, Args)]
pub(super) struct PushArgs {
    /// The remote's name
    #[arg(value_name = "REMOTE")]
    remote: Option<String>,
    /// Where it is
    #[arg(value_name = "URL")]
    _url: Option<String>,
}

pub(super) fn commit(global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let outcome = quietly(&LintArgs::of_commit(), global)?;
    if outcome == Outcome::Findings {
        ui.status("The commit is refused. Mend what is staged and `git add` it, or commit with --no-verify.");
    }
    Ok(outcome)
}

pub(super) fn commit_message(args: &MessageArgs, ui: &Ui) -> Result<Outcome, CliError> {
    let content = std::fs::read(&args.file);
    let content = content.map_err(|source| CliError::InputFile { path: args.file.clone(), source })?;
    let message = repo::without_comments(&content).map_err(CliError::Git)?;
    let problems = message::problems(&message);
    if problems.is_empty() {
        return Ok(Outcome::Done);
    }
    refuse(&problems, ui);
    ui.status("The commit is refused. Mend its message, or commit with --no-verify.");
    Ok(Outcome::Findings)
}

pub(super) fn push(args: &PushArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let told = String::from_utf8_lossy(&ui.input()?).into_owned();
    let location = repo::discover(&[], global.root.as_deref())?;
    let git = Git::open(&location)?;
    let mut updates = push::of_push(&told)?;
    if updates.is_empty() {
        updates.extend(of_framework());
    }
    let now = match git.head()? {
        Some(head) => git.snapshot(head)?,
        None => repo::snapshot(&location)?,
    };
    let moved: Vec<String> =
        push::moved(&updates, Store::config_of(&now).tag_prefix()).iter().map(ToString::to_string).collect();
    if !moved.is_empty() {
        refuse(&moved, ui);
        ui.status("The push is refused: a release is made anew under the next version, and its tag stays.");
        return Ok(Outcome::Findings);
    }
    let mut outcome = Outcome::Done;
    for (commit, since) in brought(&updates, args.remote.as_deref(), &git) {
        let since = since.map(|since| since.to_string());
        if quietly(&LintArgs::of_push(&commit.to_string(), since.as_deref()), global)? == Outcome::Findings {
            outcome = Outcome::Findings;
        }
    }
    if outcome == Outcome::Findings {
        ui.status("The push is refused. Mend what it brings in another commit, or push with --no-verify.");
    }
    Ok(outcome)
}

/// Checks, and prints findings alone: who commits all day does not read how quick it was.
fn quietly(args: &LintArgs, global: &Global) -> Result<Outcome, CliError> {
    lint::run(args, global, &Ui::new(global.color.into(), Verbosity::Quiet))
}

fn refuse(problems: &[String], ui: &Ui) {
    ui.aside(|out| problems.iter().try_for_each(|problem| writeln!(out, "{problem}")));
}

/// What the pre-commit framework says is pushed: it gives its hooks no standard input.
fn of_framework() -> Option<Update> {
    let commit = |name: &str| env::var(name).ok()?.parse::<CommitId>().ok();
    let new = commit("PRE_COMMIT_TO_REF")?;
    Some(Update {
        new: Some(new),
        name: env::var("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_default(),
        old: commit("PRE_COMMIT_FROM_REF"),
    })
}

/// The commits that a push brings, each with the one since which it is looked at: what the remote had, or its own branch.
/// Without either, everything is looked at.
fn brought(updates: &[Update], remote: Option<&str>, git: &Git) -> BTreeSet<(CommitId, Option<CommitId>)> {
    let known = |commit: CommitId| git.resolve(&commit.to_string()).ok();
    let branch = remote.and_then(|remote| {
        let names = ["HEAD", "main", "master"].map(|branch| format!("refs/remotes/{remote}/{branch}"));
        names.iter().find_map(|name| git.resolve(name).ok())
    });
    let mut brought = BTreeSet::new();
    for update in updates {
        // A tag may name a file, which nobody has to check.
        let Some(commit) = update.new.and_then(known) else { continue };
        let since = update.old.and_then(known).or(branch);
        if since != Some(commit) {
            brought.insert((commit, since.filter(|since| git.merge_base(commit, *since).is_ok())));
        }
    }
    brought
}
