//! `hooks install`, `hooks uninstall` and `hooks status`: git told of the program, and told to forget it.

use clap::{Args, ValueEnum};

use crate::cli::Global;
use crate::cli::error::{CliError, Outcome};
use crate::cli::ui::Ui;
use crate::hooks::hook::{Found, Hook, Refusal};
use crate::hooks::plan::{self, Step};
use crate::hooks::status::Status;
use crate::output;
use crate::repo::{self, Git, HookFolder, Location};
use crate::store::Store;
use crate::store::config::Config;

/// Set up hooks, and the drivers for `git merge` and `git diff`
#[derive(Debug, Args)]
#[command(
    long_about = "Set up hooks, and the drivers for `git merge` and `git diff`. Without a choice, the hook before a commit.\n\nA hook \
                  that is already there is kept and runs first. Where husky, lefthook, pre-commit or overcommit manage the \
                  hooks, nothing is written, and what to add to their files is said.",
    after_long_help = "Examples:
  promptyard hooks install
  promptyard hooks install --pre-commit --pre-push --commit-msg
  promptyard hooks install --drivers --dry-run

Exit codes: 0 it is set up, 1 it is left to another program's files, or something would be lost; 2 the run failed."
)]
pub(super) struct InstallArgs {
    #[command(flatten)]
    which: Which,
}

/// Take away what `hooks install` has set up, and put back what was there before
#[derive(Debug, Args)]
#[command(
    long_about = "Take away what `hooks install` has set up, and put back what was there before. Without a choice, every hook; \
                  the drivers, whose lines of `.gitattributes` others may share, only with --drivers.",
    after_long_help = "Examples:\n  promptyard hooks uninstall\n  promptyard hooks uninstall --drivers"
)]
pub(super) struct UninstallArgs {
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, Args)]
struct Which {
    /// Check what is staged before each commit
    #[arg(long)]
    pre_commit: bool,
    /// Check the trailers of each commit's message
    #[arg(long)]
    commit_msg: bool,
    /// Check what each push brings, and refuse to move the tags of releases
    #[arg(long)]
    pre_push: bool,
    /// Merge and show the store's YAML by its keys: lines of `.gitattributes`, and settings of this clone
    #[arg(long)]
    drivers: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Show which hooks and drivers are set up
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  promptyard hooks status\n  promptyard hooks status --format json")]
pub(super) struct StatusArgs {
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: StatusFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StatusFormat {
    /// A table for people
    Human,
    /// One document, for programs; `promptyard schema hooks-status-v1` describes it
    Json,
}

impl Which {
    /// The hooks that are chosen; `usual` where nothing at all is.
    fn hooks(&self, usual: &[Hook]) -> Vec<Hook> {
        let chosen =
            [(self.pre_commit, Hook::PreCommit), (self.commit_msg, Hook::CommitMsg), (self.pre_push, Hook::PrePush)];
        let chosen: Vec<Hook> = chosen.into_iter().filter(|(is_chosen, _)| *is_chosen).map(|(_, hook)| hook).collect();
        if chosen.is_empty() && !self.drivers { usual.to_vec() } else { chosen }
    }
}

pub(super) fn install(args: &InstallArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let (location, folder) = located(global)?;
    let hooks = args.which.hooks(&[Hook::PreCommit]);
    let mut steps = Vec::new();
    let mut outcome = Outcome::Done;
    if args.which.drivers {
        steps.extend(plan::install(&repo::drivers(&location)?, &config(&location)?, repo::attributes_file(&location)));
    }
    match &folder.manager {
        Some(manager) if !hooks.is_empty() => {
            ui.status(format_args!("The hooks of this repository are managed by {manager}."));
            let advice = manager.advice(&hooks, &location.folder_in_repository());
            ui.people(|out, _| write!(out, "{advice}"))?;
            outcome = Outcome::Findings;
        }
        _ => steps.extend(each(&hooks, &folder, &location, Hook::install)?),
    }
    carry_out(&location, &steps, args.which.dry_run, outcome, ui)
}

pub(super) fn uninstall(args: &UninstallArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let (location, folder) = located(global)?;
    let mut steps = each(&args.which.hooks(&Hook::ALL), &folder, &location, Hook::uninstall)?;
    if args.which.drivers {
        steps.extend(plan::uninstall(&repo::drivers(&location)?, repo::attributes_file(&location)));
    }
    carry_out(&location, &steps, args.which.dry_run, Outcome::Done, ui)
}

pub(super) fn status(args: &StatusArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let (location, folder) = located(global)?;
    let store = location.folder_in_repository();
    let mut hooks = Vec::new();
    for hook in Hook::ALL {
        let found = folder.find(hook)?;
        hooks.push((hook, hook.state(&found, &store), found.has_before));
    }
    let has_drivers = repo::drivers(&location)?.are_installed(&config(&location)?);
    let status = Status { folder: folder.path, manager: folder.manager, hooks, has_drivers };
    match args.format {
        StatusFormat::Human => ui.people(|out, _| output::hooks::write(out, &status))?,
        StatusFormat::Json => ui.machine(|out| output::hooks::write_json(out, &status))?,
    }
    Ok(Outcome::Done)
}

/// The store, which has to be in a repository, and where git looks for hooks there.
fn located(global: &Global) -> Result<(Location, HookFolder), CliError> {
    let location = repo::discover(&[], global.root.as_deref())?;
    Git::open(&location)?;
    let folder = repo::hook_folder(&location)?;
    Ok((location, folder))
}

fn config(location: &Location) -> Result<Config, CliError> {
    Ok(Store::config_of(&repo::snapshot(location)?))
}

/// The steps for each of `hooks`: nothing is done for any of them where one cannot be changed.
fn each(
    hooks: &[Hook],
    folder: &HookFolder,
    location: &Location,
    plan: impl Fn(Hook, &Found, &std::path::Path, &str) -> Result<Vec<Step>, Refusal>,
) -> Result<Vec<Step>, CliError> {
    let store = location.folder_in_repository();
    let mut steps = Vec::new();
    for hook in hooks {
        steps.extend(plan(*hook, &folder.find(*hook)?, &folder.path, &store)?);
    }
    Ok(steps)
}

fn carry_out(
    location: &Location,
    steps: &[Step],
    dry_run: bool,
    outcome: Outcome,
    ui: &Ui,
) -> Result<Outcome, CliError> {
    if !dry_run {
        repo::carry_out(location, steps)?;
    }
    for step in steps {
        ui.status(step);
    }
    match (steps.is_empty(), dry_run) {
        (true, _) if outcome == Outcome::Done => ui.status("Nothing to do: it is so already."),
        (false, true) => ui.status("Nothing was done."),
        _ => {}
    }
    Ok(outcome)
}
