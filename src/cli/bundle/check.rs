//! `bundle --inspect` and `bundle --verify`: what a file says, and whether the repository says the same.

use std::path::Path;

use super::super::error::{CliError, Outcome};
use super::super::ui::Ui;
use super::{From, make};
use crate::bundle::format::{self, ReadError};
use crate::bundle::{Bundle, Request, Source, verify};
use crate::name::ReleaseRef;
use crate::output;
use crate::repo::{self, Location};

pub(super) fn inspect(path: &Path, ui: &Ui) -> Result<Outcome, CliError> {
    let bundle = read(path)?;
    if let Some((name, _)) = bundle.artifacts.iter().find(|(_, entry)| !entry.is_sound()) {
        let reason = format!("the content of `{name}` does not have the digest that stands beside it");
        return Err(unreadable(path, ReadError::WrongShape(reason)));
    }
    ui.people(|out, _| output::bundle::write(out, &bundle))?;
    Ok(Outcome::Done)
}

pub(super) fn verify(path: &Path, location: &Location, ui: &Ui) -> Result<Outcome, CliError> {
    let bundle = read(path)?;
    let (from, revision) = match bundle.source {
        Source::Commit(commit) => (From::Commit, Some(commit.to_string())),
        Source::Releases => (From::Commit, None),
        Source::Worktree => (From::Worktree, None),
    };
    let recomputed = make(location, &request_of(&bundle), revision.as_deref(), from)?;
    let differences = verify::differences(&bundle, &recomputed);
    if differences.is_empty() {
        ui.status(format_args!(
            "The repository says the same. Artifacts: {}, routes: {}.",
            bundle.artifacts.len(),
            bundle.routes.len()
        ));
        return Ok(Outcome::Done);
    }
    ui.people(|out, _| output::bundle::write_differences(out, &differences))?;
    if differences.len() >= verify::MOST {
        ui.status(format_args!("The first {} differences are listed.", verify::MOST));
    }
    Ok(Outcome::Findings)
}

/// What the bundle was asked to hold.
fn request_of(bundle: &Bundle) -> Request {
    match (&bundle.environment, bundle.source) {
        (Some(environment), _) => {
            Request::Environment { environment: environment.clone(), route: bundle.route.clone() }
        }
        (None, Source::Worktree) => Request::Worktree,
        (None, _) => {
            let releases = bundle.artifacts.values();
            let releases =
                releases.map(|entry| ReleaseRef { artifact: entry.id.clone(), version: entry.version.clone() });
            Request::Releases(releases.collect())
        }
    }
}

fn read(path: &Path) -> Result<Bundle, CliError> {
    let bytes = repo::read_file(path, format::MOST_BYTES)
        .map_err(|source| CliError::InputFile { path: path.to_owned(), source })?;
    Bundle::read(&bytes).map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, source: ReadError) -> CliError {
    CliError::BundleFile { path: path.to_owned(), source }
}
