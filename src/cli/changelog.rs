//! `changelog`: what changed, release by release.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{CliError, Outcome};
use super::ledger;
use super::ui::Ui;
use crate::changelog::link::Forge;
use crate::changelog::{Changelog, Request, changelog};
use crate::name::{ArtifactId, ReleaseRef};
use crate::output;
use crate::repo::{self, Git};
use crate::revision::Revisions as _;

/// Say what changed, release by release
#[derive(Debug, Args)]
#[command(
    long_about = "Say what changed, release by release: the commits that changed a file of the artifact's closure, with those \
                  who made them, breaking changes first.\n\n\
                  A commit belongs to the first release that has it in its history; what no release has yet stands on top. \
                  Subjects like `feat(support)!: ...` are understood and not demanded. With `repository_url` in \
                  `promptyard.yaml`, commits are linked. Secrets and personal data are masked.",
    after_long_help = "Examples:
  promptyard changelog
  promptyard changelog prompts/support/answer
  promptyard changelog --since prompts/support/answer@1.2.0 prompts/support/answer
  promptyard changelog --format json | jq '.commits[] | select(.breaking)'
  promptyard changelog --output CHANGELOG.md"
)]
pub(super) struct ChangelogArgs {
    /// Ids of artifacts, like `prompts/support/answer`; the whole store where none is given
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Only what came after this release, tag, branch or commit
    #[arg(long, value_name = "REF")]
    since: Option<String>,
    /// The newest commit that counts
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    rev: String,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    format: ChangelogFormat,
    /// Write it to this file instead of printing it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ChangelogFormat {
    /// A page for people
    Markdown,
    /// One document, for programs; `promptyard schema changelog-v1` describes it
    Json,
}

pub(super) fn run(args: &ChangelogArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let location = repo::discover(&[], global.root.as_deref())?;
    let git = Git::open(&location)?;
    let to = git.resolve(&args.rev)?;
    let past = ledger::Past::at(&git, to)?;
    let config = past.catalogue.config();
    let since = args.since.as_ref().map(|since| match since.parse::<ReleaseRef>() {
        Ok(release) => git.resolve(&format!("refs/tags/{}{release}", config.tag_prefix())),
        Err(_) => git.resolve(since),
    });
    let artifacts = args.ids.iter().map(|id| past.artifact(id)).collect::<Result<Vec<ArtifactId>, CliError>>()?;
    let request = Request { artifacts, to, since: since.transpose()? };
    let log = changelog(&git, &past.ledger, &request, &config.lint)?;
    let forge = config.repository_url.as_ref().and_then(|url| Forge::at(&url.value));
    let mut text = Vec::new();
    write(args.format, &mut text, &log, &request, forge.as_ref()).map_err(CliError::Output)?;
    if log.artifacts.is_empty() {
        ui.warning("no commit changed an artifact, and nothing was released");
    }
    match &args.output {
        None => ui.machine(|out| out.write_all(&text))?,
        Some(path) => {
            repo::write_file(path, &text).map_err(|source| CliError::OutputFile { path: path.clone(), source })?;
            ui.status(format_args!("wrote {}", path.display()));
        }
    }
    Ok(Outcome::Done)
}

fn write(
    format: ChangelogFormat,
    out: &mut Vec<u8>,
    log: &Changelog,
    request: &Request,
    forge: Option<&Forge>,
) -> std::io::Result<()> {
    match (format, request.artifacts.as_slice(), log.artifacts.as_slice()) {
        (ChangelogFormat::Json, _, _) => output::changelog_json::write(out, log, forge),
        (ChangelogFormat::Markdown, [_], [one]) => output::changelog::write_artifact(out, one, log, forge),
        (ChangelogFormat::Markdown, _, _) => output::changelog::write_store(out, log, forge),
    }
}
