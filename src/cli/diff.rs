//! `diff`: what a change does, artifact by artifact.

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{CliError, Outcome};
use super::lint::today;
use super::ui::Ui;
use crate::bundle::UnknownArtifact;
use crate::diff::{self, Report, Request};
use crate::name::ReleaseRef;
use crate::output::diff::{Detail, End, Ends, human, json, markdown};
use crate::path::StorePath;
use crate::repo::{self, Git};
use crate::revision::{RevisionError, Revisions as _};
use crate::store::Store;
use crate::store::artifact;
use crate::store::config::CONFIG_NAMES;
use crate::store::snapshot::Snapshot;

/// Show what a change does to prompts and other artifacts
#[derive(Debug, Args)]
#[command(
    long_about = "Show what a change does to prompts and other artifacts: what breaks for those who rely on them and which \
                  bump their releases need, the words that changed, what the model would see with the examples, tokens and \
                  cost, and findings that came and went.\n\nWithout revisions, HEAD is compared with the worktree; with one, \
                  that one is. A release stands for its tag, and limits the report to its artifact.",
    after_long_help = "Examples:
  promptyard diff
  promptyard diff main
  promptyard diff v1.4 HEAD -- prompts/support
  promptyard diff prompts/support/answer@1.3.0 prompts/support/answer@1.4.0
  promptyard diff origin/main..HEAD --format markdown > comment.md

Exit codes: 0 the report was written, whatever it says; 2 a mistake in the command line, or in reading."
)]
pub(super) struct DiffArgs {
    /// A branch, tag, commit or release to compare from, and one to compare with; OLD..NEW is the same
    #[arg(value_name = "REVISION", num_args = 0..=2)]
    revisions: Vec<String>,
    /// Only these artifacts, or those in these folders
    #[arg(value_name = "ID", last = true)]
    ids: Vec<String>,
    /// Compare with what is staged instead of the worktree
    #[arg(long)]
    staged: bool,
    /// Print one line an artifact
    #[arg(long, conflicts_with = "full")]
    summary: bool,
    /// Print all words, and cut no long text
    #[arg(long)]
    full: bool,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: DiffFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// A page for people
    Human,
    /// A comment for a pull request
    Markdown,
    /// One document, for programs; `promptyard schema diff-report-v1` describes it
    Json,
}

/// Shows what changed from one release to another one.
pub(super) fn between(before: &ReleaseRef, after: &ReleaseRef, global: &Global, ui: &Ui) -> Result<(), CliError> {
    let args = DiffArgs {
        revisions: vec![before.to_string(), after.to_string()],
        ids: Vec::new(),
        staged: false,
        summary: false,
        full: false,
        format: DiffFormat::Human,
    };
    run(&args, global, ui).map(|_| ())
}

pub(super) fn run(args: &DiffArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let location = repo::discover(&[], global.root.as_deref())?;
    let worktree = repo::snapshot(&location)?;
    let git = Git::open(&location)?;
    let (mut revisions, mut artifacts) = (split(&args.revisions), args.ids.clone());
    artifacts.extend(ids_among(&mut revisions, &git, &worktree));
    let old = revisions.first().map_or("HEAD", String::as_str);
    let new = revisions.get(1).map(String::as_str);
    if artifacts.is_empty() {
        let released = |name: &str| name.parse::<ReleaseRef>().ok().map(|release| release.artifact.to_string());
        artifacts.extend(released(old).into_iter().chain(new.and_then(released)));
        artifacts.dedup();
    }
    let prefix = Store::config_of(&worktree).tag_prefix().to_owned();
    let configuration = configuration(&worktree);
    let at = |name: &str| {
        let (end, snapshot) = at(&git, &prefix, name)?;
        Ok::<_, CliError>((end, configured(snapshot, configuration.as_ref())))
    };
    let (old, before) = at(old)?;
    let (new, after) = match new {
        Some(name) => at(name)?,
        None => latest(args, &git, worktree)?,
    };
    let report = diff::compare(&before, &after, &Request { artifacts, today: today(), ..Request::default() });
    if let Some(id) = report.unknown.first() {
        return Err(UnknownArtifact { id: id.clone(), nearest: None }.into());
    }
    write(args, &report, &Ends { old, new }, ui)?;
    Ok(Outcome::Done)
}

/// What is compared with where no revision says it.
fn latest(args: &DiffArgs, git: &Git, worktree: Snapshot) -> Result<(End, Snapshot), CliError> {
    let end = |name: &str| End { name: name.to_owned(), commit: None };
    if args.staged { Ok((end("the index"), git.staged()?)) } else { Ok((end("the worktree"), worktree)) }
}

/// The moment that `name` names: a release by its tag, or any revision.
fn at(git: &Git, prefix: &str, name: &str) -> Result<(End, Snapshot), CliError> {
    let revision = match name.parse::<ReleaseRef>() {
        Ok(release) => format!("refs/tags/{prefix}{release}"),
        Err(_) => name.to_owned(),
    };
    let commit = git.resolve(&revision).map_err(|error| match error {
        RevisionError::Unknown(_) => RevisionError::Unknown(name.to_owned()),
        other => other,
    })?;
    Ok((End { name: name.to_owned(), commit: Some(commit) }, git.snapshot(commit)?))
}

/// The store's configuration now, with its file.
fn configuration(worktree: &Snapshot) -> Option<(StorePath, Vec<u8>)> {
    let paths = CONFIG_NAMES.iter().filter_map(|name| name.parse::<StorePath>().ok());
    paths
        .filter(|path| worktree.entry(path).is_some())
        .find_map(|path| Some((path.clone(), worktree.read(&path).ok()?)))
}

/// `snapshot` with the configuration of now if it is from before there was one: where prompts are was not said yet.
fn configured(snapshot: Snapshot, configuration: Option<&(StorePath, Vec<u8>)>) -> Snapshot {
    let has_one = CONFIG_NAMES.iter().filter_map(|name| name.parse().ok()).any(|path| snapshot.entry(&path).is_some());
    match configuration.filter(|_| !has_one) {
        Some((path, content)) => snapshot.with_contents([(path.clone(), content.clone())].into()),
        None => snapshot,
    }
}

/// `a..b` as the two that it is.
fn split(revisions: &[String]) -> Vec<String> {
    let [range] = revisions else { return revisions.to_vec() };
    let Some((old, new)) = range.split_once("..").filter(|(_, new)| !new.starts_with('.')) else {
        return revisions.to_vec();
    };
    [old, new].map(|end| if end.is_empty() { "HEAD" } else { end }.to_owned()).to_vec()
}

/// Takes out what is no revision and is the id of an artifact: the `--` is easily forgotten.
fn ids_among(revisions: &mut Vec<String>, git: &Git, worktree: &Snapshot) -> Vec<String> {
    if revisions.iter().all(|name| name.contains('@') || git.resolve(name).is_ok()) {
        return Vec::new();
    }
    let artifacts = artifact::list(worktree);
    let is_id = |name: &String| {
        let is_or_has =
            |id: &str| id.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        git.resolve(name).is_err() && artifacts.iter().any(|artifact| is_or_has(artifact.id.as_str()))
    };
    revisions.extract_if(.., |name| is_id(name)).collect()
}

fn write(args: &DiffArgs, report: &Report, ends: &Ends, ui: &Ui) -> Result<(), CliError> {
    let detail = match (args.summary, args.full) {
        (true, _) => Detail::Table,
        (_, true) => Detail::Full,
        _ => Detail::Folded,
    };
    match args.format {
        DiffFormat::Human => ui.people(|out, screen| human::write(out, report, ends, detail, screen)),
        DiffFormat::Markdown => ui.machine(|out| markdown::write(out, report, ends, detail)),
        DiffFormat::Json => ui.machine(|out| json::write(out, report, ends)),
    }
}
