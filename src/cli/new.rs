//! `new`: starts an artifact from a documented template.

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{CliError, Outcome};
use super::init::preview;
use super::ui::Ui;
use crate::repo;
use crate::scaffold::{self, Artifact};
use crate::store::Store;

/// Start a new artifact from a documented template
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  promptyard new prompt support/answer\n  promptyard new model support-chat\n  \
                       promptyard new route production/help-widget"
)]
pub(super) struct NewArgs {
    /// What to make
    #[arg(value_name = "KIND")]
    kind: Kind,
    /// Its name below the folder of its kind, `support/answer`; a route's starts with its environment
    #[arg(value_name = "NAME")]
    name: String,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A prompt, in prompts/
    Prompt,
    /// A text that prompts include, in partials/
    Partial,
    /// An entry of the model registry, in models/
    Model,
    /// A retrieval configuration, in retrieval/
    Retrieval,
    /// A policy, in policies/
    Policy,
    /// An evaluation suite, in suites/
    Suite,
    /// A route, in environments/
    Route,
}

impl From<Kind> for Artifact {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Prompt => Self::Prompt,
            Kind::Partial => Self::Partial,
            Kind::Model => Self::Model,
            Kind::Retrieval => Self::Retrieval,
            Kind::Policy => Self::Policy,
            Kind::Suite => Self::Suite,
            Kind::Route => Self::Route,
        }
    }
}

pub(super) fn run(args: &NewArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let change = scaffold::plan(args.kind.into(), &args.name)?;
    let location = repo::discover(&[], global.root.as_deref())?;
    if args.dry_run {
        return preview(&change, ui);
    }
    repo::apply(&location.root, &change)?;
    ui.people(|out, _| write!(out, "{change}"))?;
    let store = Store::load(repo::snapshot(&location)?);
    for file in &change.files {
        if store.file(&file.path).is_none() {
            let path = &file.path;
            ui.warning(format_args!(
                "`{path}` is not part of this store; `sources` in `promptyard.yaml` has no entry for it"
            ));
        }
    }
    Ok(Outcome::Done)
}
