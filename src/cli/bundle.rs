//! `bundle`: everything that an application needs, in one file.

mod check;

use std::path::{Path, PathBuf};

use clap::Args;

use super::Global;
use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::bundle::{self, Bundle, Request, Source, folder, statement};
use crate::name::{EnvName, ReleaseRef, RouteName};
use crate::repo::{self, Git, Location};
use crate::revision::Revisions as _;
use crate::store::Store;

/// What a bundle is called where it is written to stdout.
const UNNAMED: &str = "bundle.json";

/// Write everything that an application needs to serve an environment into one file
#[derive(Debug, Args)]
#[command(
    long_about = "Write everything that an application needs to serve an environment into one file: its routes with their \
                  traffic, and every release that they name with its content.\n\n\
                  The same commit gives the same bytes on any machine. Each release is read from the commit of its tag, and \
                  a route whose digest is not that of the release is an error. docs/bundle.md describes the format.",
    after_long_help = "Examples:
  promptyard bundle --env production -o production.bundle.json --statement production.intoto.json
  promptyard bundle --route production/support-answer --rev v1.4
  promptyard bundle --release prompts/support/answer@1.4.0 --release models/support-chat@2.1.0
  promptyard bundle --worktree --dir out
  promptyard bundle --inspect production.bundle.json
  promptyard bundle --verify production.bundle.json",
    group = clap::ArgGroup::new("what").required(true).multiple(true)
        .args(["env", "route", "release", "worktree", "verify", "inspect"])
)]
pub(super) struct BundleArgs {
    /// Every route of this environment, and the releases that they name
    #[arg(long, value_name = "ENVIRONMENT", conflicts_with_all = ["route", "release"])]
    env: Option<EnvName>,
    /// One route of an environment, and the releases that it names
    #[arg(long, value_name = "ENVIRONMENT/ROUTE", value_parser = route_name, conflicts_with = "release")]
    route: Option<(EnvName, RouteName)>,
    /// These releases
    #[arg(long, value_name = "RELEASE", value_delimiter = ',', conflicts_with_all = ["worktree", "rev"])]
    release: Vec<ReleaseRef>,
    /// Every artifact as it is on the disk, with made-up versions; with --env or --route, the routes as they are on the disk
    #[arg(long, conflicts_with = "rev")]
    worktree: bool,
    /// Read the routes from this commit, branch or tag instead of HEAD
    #[arg(long, value_name = "REVISION")]
    rev: Option<String>,
    /// Write to this file instead of stdout
    #[arg(long, short, value_name = "FILE", conflicts_with = "dir")]
    output: Option<PathBuf>,
    /// Write a page for each artifact and a manifest into this folder, for people
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Also write an in-toto statement of how the bundle was made
    #[arg(long, value_name = "FILE")]
    statement: Option<PathBuf>,
    /// Make the bundle in this file again, and say what differs
    #[arg(long, value_name = "FILE", conflicts_with_all = OTHERS, conflicts_with = "inspect")]
    verify: Option<PathBuf>,
    /// Say what is in the bundle in this file
    #[arg(long, value_name = "FILE", conflicts_with_all = OTHERS)]
    inspect: Option<PathBuf>,
}

const OTHERS: [&str; 8] = ["env", "route", "release", "worktree", "rev", "output", "dir", "statement"];

fn route_name(text: &str) -> Result<(EnvName, RouteName), String> {
    let (environment, route) = text.split_once('/').ok_or("write it as production/support-answer")?;
    let wrong = |error: crate::name::NameError| error.to_string();
    Ok((environment.parse().map_err(wrong)?, route.parse().map_err(wrong)?))
}

pub(super) fn run(args: &BundleArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    if let Some(path) = &args.inspect {
        return check::inspect(path, ui);
    }
    let location = repo::discover(&[], global.root.as_deref())?;
    if let Some(path) = &args.verify {
        return check::verify(path, &location, ui);
    }
    let bundle = make(&location, &request(args), args.rev.as_deref(), from(args))?;
    write(args, &bundle, ui)?;
    Ok(Outcome::Done)
}

fn request(args: &BundleArgs) -> Request {
    match (&args.env, &args.route) {
        (Some(environment), _) => Request::Environment { environment: environment.clone(), route: None },
        (None, Some((environment, route))) => {
            Request::Environment { environment: environment.clone(), route: Some(route.clone()) }
        }
        (None, None) if args.worktree => Request::Worktree,
        (None, None) => Request::Releases(args.release.clone()),
    }
}

/// Where routes are read from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Commit,
    Worktree,
}

fn from(args: &BundleArgs) -> From {
    if args.worktree { From::Worktree } else { From::Commit }
}

/// The bundle that `request` asks for in the store at `location`.
fn make(location: &Location, request: &Request, revision: Option<&str>, from: From) -> Result<Bundle, CliError> {
    Ok(match request {
        Request::Worktree => {
            let store = Store::load(repo::snapshot(location)?);
            let bundle = bundle::of_worktree(&store);
            // The program ends soon: to free what ten thousand prompts are made of, piece by piece, only takes time.
            std::mem::forget(store);
            bundle?
        }
        Request::Releases(releases) => {
            // What stands before the names of tags is what the store says now: tags are looked for now.
            let prefix = Store::config_of(&repo::snapshot(location)?).tag_prefix().to_owned();
            bundle::of_releases(&Git::open(location)?, &prefix, releases)?
        }
        Request::Environment { environment, route } => {
            let git = Git::open(location)?;
            let moment = match from {
                From::Worktree => (Source::Worktree, repo::snapshot(location)?),
                From::Commit => {
                    let commit = git.resolve(revision.unwrap_or("HEAD"))?;
                    (Source::Commit(commit), git.snapshot(commit)?)
                }
            };
            bundle::of_environment(&git, moment, environment, route.as_ref())?
        }
    })
}

fn write(args: &BundleArgs, bundle: &Bundle, ui: &Ui) -> Result<(), CliError> {
    let (name, bytes) = match &args.dir {
        Some(folder) => {
            let files = folder::files(bundle);
            repo::apply_in(folder, &files)?;
            ui.status(format_args!("{} files in {}", files.files.len(), folder.display()));
            let manifest = files.files.into_iter().find(|file| file.path.as_str() == folder::MANIFEST);
            let manifest = manifest.expect("because a folder of a bundle has a manifest");
            (folder::MANIFEST.to_owned(), manifest.content.into_bytes())
        }
        None => {
            let bytes = bundle.to_bytes();
            match &args.output {
                Some(path) => write_file(path, &bytes)?,
                None => ui.machine(|out| out.write_all(&bytes))?,
            }
            let name = args.output.as_ref().and_then(|path| path.file_name());
            (name.map_or_else(|| UNNAMED.to_owned(), |name| name.to_string_lossy().into_owned()), bytes)
        }
    };
    if let Some(path) = &args.statement {
        write_file(path, &statement::statement(bundle, &name, &bytes))?;
    }
    Ok(())
}

fn write_file(path: &Path, content: &[u8]) -> Result<(), CliError> {
    repo::write_file(path, content).map_err(|source| CliError::OutputFile { path: path.to_owned(), source })
}
