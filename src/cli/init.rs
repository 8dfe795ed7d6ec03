//! `init`: makes a folder a store.

use std::path::PathBuf;

use clap::Args;

use super::Global;
use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::change::ChangeSet;
use crate::store::Store;
use crate::{init, repo};

/// Make a folder a store, or adopt the prompts that it has
#[derive(Debug, Args)]
#[command(
    long_about = "Make a folder a store.\n\nIn a folder without prompts, a small example is written: a configuration, a \
                  prompt, a partial and a model. Where there are prompts, whatever dialect they are written in, only \
                  `promptyard.yaml` is written, and it says where they are. No file is ever moved or overwritten.",
    after_long_help = "Examples:\n  promptyard init --dry-run\n  promptyard init services/assistant"
)]
pub(super) struct InitArgs {
    /// The folder; the current one where it is not given
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &InitArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let folder = args.folder.clone().or_else(|| global.root.clone()).unwrap_or_else(|| PathBuf::from("."));
    let location = repo::discover(&[], Some(&folder))?;
    let snapshot = repo::snapshot(&location)?;
    let files = snapshot.entries().map(|(path, _)| path.clone()).collect();
    let store = Store::load(snapshot);
    if let Some(path) = &store.config().path {
        return Err(CliError::AlreadyAStore(path.clone()));
    }
    let plan = init::plan(store.prompts(), &files);
    if args.dry_run {
        return preview(&plan.change, ui);
    }
    repo::apply(&location.root, &plan.change)?;
    ui.people(|out, _| write!(out, "{}", plan.change))?;
    ui.status(match plan.prompts {
        0 => "This folder is a store now. Next: `promptyard lint`, and `promptyard new prompt NAME`.".to_owned(),
        1 => "This folder is a store now, with the prompt that it has. Next: `promptyard lint`.".to_owned(),
        prompts => {
            format!("This folder is a store now, with the {prompts} prompts that it has. Next: `promptyard lint`.")
        }
    });
    Ok(Outcome::Done)
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
