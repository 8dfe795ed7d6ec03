//! `init`: makes a folder a store, and tells its forge about it.

mod forge;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::change::ChangeSet;
use crate::forge::Forge;
use crate::init;
use crate::repo::{self, Location};
use crate::store::Store;
use crate::store::snapshot::Snapshot;

/// Make a folder a store, or adopt the prompts that it has
#[derive(Debug, Args)]
#[command(
    long_about = "Make a folder a store.\n\nIn a folder without prompts, a small example is written: a configuration, a \
                  prompt, a partial and a model. Where there are prompts, whatever dialect they are written in, only \
                  `promptyard.yaml` is written, and it says where they are. No file is ever moved or overwritten.\n\n\
                  With --ci and --codeowners, a folder that is a store already gets only what they are for.",
    after_long_help = "Examples:
  promptyard init --dry-run
  promptyard init services/assistant
  promptyard init --ci github --codeowners
  promptyard init --codeowners && git diff --exit-code"
)]
pub(super) struct InitArgs {
    /// The folder; the current one where it is not given
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Write the jobs that check each change, at the top of the repository; files that are there stay as they are
    #[arg(long, value_name = "FORGE", help_heading = "Forge")]
    ci: Option<Ci>,
    /// Write who has to review what into CODEOWNERS, from the store's `owners`; all lines but our own stay
    #[arg(long, help_heading = "Forge")]
    codeowners: bool,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Ci {
    /// A workflow and an action of GitHub
    Github,
    /// Jobs of GitLab
    Gitlab,
}

impl From<Ci> for Forge {
    fn from(ci: Ci) -> Self {
        match ci {
            Ci::Github => Self::GitHub,
            Ci::Gitlab => Self::GitLab,
        }
    }
}

pub(super) fn run(args: &InitArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let location = located(args, global)?;
    let snapshot = repo::snapshot(&location)?;
    let mut store = Store::load(snapshot.clone());
    let plan = match &store.config().path {
        Some(path) if !args.is_for_a_forge() => return Err(CliError::AlreadyAStore(path.clone())),
        Some(_) => None,
        None => Some(init::plan(store.prompts(), &snapshot.entries().map(|(path, _)| path.clone()).collect())),
    };
    if let (Some(plan), true) = (&plan, args.codeowners) {
        store = Store::load(with(&snapshot, &plan.change));
    }
    let forge = forge::plan(args, &store, &location)?;
    let store_change = plan.as_ref().map(|plan| plan.change.clone()).unwrap_or_default();
    let all = ChangeSet { files: [store_change.files.clone(), forge.change.files.clone()].concat() };
    if args.dry_run {
        preview(&all, ui)?;
    } else {
        if location.top() == location.root {
            repo::apply(&location.root, &all)?;
        } else {
            repo::apply(&location.root, &store_change)?;
            repo::apply(location.top(), &forge.change)?;
        }
        ui.people(|out, _| write!(out, "{all}"))?;
        plan.iter().for_each(|plan| ui.status(is_a_store_now(plan.prompts)));
    }
    forge.tell(&location, ui)?;
    Ok(Outcome::Done)
}

impl InitArgs {
    /// Whether files of a forge are wanted, which a folder can get that is a store already.
    fn is_for_a_forge(&self) -> bool {
        self.ci.is_some() || self.codeowners
    }
}

/// The folder that is to be a store. Files of a forge are for the store that the current folder is in, if it is in one.
fn located(args: &InitArgs, global: &Global) -> Result<Location, CliError> {
    if let Some(folder) = args.folder.as_deref().or(global.root.as_deref()) {
        return Ok(repo::discover(&[], Some(folder))?);
    }
    let around = repo::discover(&[], None)?;
    if args.is_for_a_forge() && Store::config_of(&repo::snapshot(&around)?).path.is_some() {
        return Ok(around);
    }
    Ok(repo::discover(&[], Some(Path::new(".")))?)
}

fn with(snapshot: &Snapshot, change: &ChangeSet) -> Snapshot {
    let contents = change.files.iter().map(|file| (file.path.clone(), file.content.clone().into_bytes()));
    snapshot.with_contents(contents.collect())
}

fn is_a_store_now(prompts: usize) -> String {
    match prompts {
        0 => "This folder is a store now. Next: `promptyard lint`, and `promptyard new prompt NAME`.".to_owned(),
        1 => "This folder is a store now, with the prompt that it has. Next: `promptyard lint`.".to_owned(),
        prompts => {
            format!("This folder is a store now, with the {prompts} prompts that it has. Next: `promptyard lint`.")
        }
    }
}

/// Prints a change set and the content of its files.
pub(super) fn preview(change: &ChangeSet, ui: &Ui) -> Result<Outcome, CliError> {
    ui.people(|out, _| {
        write!(out, "{change}")?;
        for file in &change.files {
            write!(out, "\n--- {}\n{}", file.path, file.content)?;
        }
        Ok(())
    })?;
    ui.status("Nothing was written.");
    Ok(Outcome::Done)
}
