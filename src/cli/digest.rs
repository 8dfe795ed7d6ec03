//! `digest`: what artifacts say, as fingerprints.

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::bundle;
use crate::output;
use crate::repo::{self, Git};
use crate::revision::Revisions as _;

/// Print the digests of artifacts
#[derive(Debug, Args)]
#[command(
    long_about = "Print the digests of artifacts: SHA-256 of what each one says with its partials, schemas and tools taken in.\n\n\
                  Comments, the order of keys, quotes and the names of partials make no difference; every byte of a prompt's \
                  text does. A release's tag and the routes carry this digest.",
    after_long_help = "Examples:
  promptyard digest
  promptyard digest prompts/support/answer models/support-chat
  promptyard digest --rev v1.4 --format json"
)]
pub(super) struct DigestArgs {
    /// Ids of artifacts, like `prompts/support/answer`; every artifact where none is given
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Look at this commit, branch or tag instead of the worktree
    #[arg(long, value_name = "REVISION")]
    rev: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: DigestFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DigestFormat {
    /// A line an artifact: the digest, two spaces, the id
    Text,
    /// One document, for programs; `promptyard schema digests-v1` describes it
    Json,
}

pub(super) fn run(args: &DigestArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let location = repo::discover(&[], global.root.as_deref())?;
    let (commit, snapshot) = match &args.rev {
        None => (None, repo::snapshot(&location)?),
        Some(revision) => {
            let git = Git::open(&location)?;
            let commit = git.resolve(revision)?;
            (Some(commit), git.snapshot(commit)?)
        }
    };
    let digested = bundle::digests(snapshot, &args.ids)?;
    match args.format {
        DigestFormat::Text => ui.machine(|out| output::digests::write(out, &digested))?,
        DigestFormat::Json => ui.machine(|out| output::digests::write_json(out, commit, &digested))?,
    }
    let mut outcome = Outcome::Done;
    for (artifact, error) in digested.iter().filter_map(|(artifact, digest)| Some((artifact, digest.as_ref().err()?))) {
        ui.warning(format_args!("`{}` has no digest: {error}", artifact.id));
        outcome = Outcome::Findings;
    }
    Ok(outcome)
}
