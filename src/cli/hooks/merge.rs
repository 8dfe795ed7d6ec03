//! `hooks run merge`: git's merge driver.
#![expect(clippy::disallowed_methods, reason = "git gives the driver temporary files, outside of the store")]

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::error::{CliError, Outcome};
use crate::cli::ui::Ui;
use crate::merge::{self, Conflict, Versions};
use crate::repo;

/// Merge three versions of a YAML file by their keys; what cannot be merged so, git merges by lines
#[derive(Debug, Args)]
pub(super) struct MergeArgs {
    /// The version that both sides started from (%O)
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// Our version, and the file that gets the result (%A)
    #[arg(value_name = "OURS")]
    ours: PathBuf,
    /// Their version (%B)
    #[arg(value_name = "THEIRS")]
    theirs: PathBuf,
    /// Where the file is in the repository (%P)
    #[arg(value_name = "PATH")]
    path: Option<String>,
    /// How long the marks of a conflict are (%L)
    #[arg(value_name = "SIZE", default_value_t = 7)]
    size: u8,
}

pub(super) fn run(args: &MergeArgs, ui: &Ui) -> Result<Outcome, CliError> {
    let read = |path: &Path| {
        let content = fs::read(path).map_err(|source| CliError::InputFile { path: path.to_owned(), source })?;
        Ok::<_, CliError>(String::from_utf8(content).ok())
    };
    let (base, ours, theirs) = (read(&args.base)?, read(&args.ours)?, read(&args.theirs)?);
    let merged = match (&base, &ours, &theirs) {
        (Some(base), Some(ours), Some(theirs)) => merge::merge(Versions { base, ours, theirs }),
        _ => Err(Conflict::Unsure),
    };
    let conflict = match merged {
        Ok(text) => {
            let written = fs::write(&args.ours, text);
            written.map_err(|source| CliError::OutputFile { path: args.ours.clone(), source })?;
            return Ok(Outcome::Done);
        }
        Err(conflict) => conflict,
    };
    let is_clean = repo::merge_by_lines(&args.base, &args.ours, &args.theirs, args.size).map_err(CliError::Git)?;
    let path = args.path.as_deref().unwrap_or("the file");
    if !is_clean {
        ui.status(format_args!("{path}: {conflict}, so it is left to you"));
    } else if conflict.is_decision() {
        ui.warning(format_args!(
            "{path}: {conflict}; a merge by lines took a part of each: look at it before you add it"
        ));
    } else if spoils(&[base, ours, theirs], &read(&args.ours)?) {
        ui.warning(format_args!(
            "{path}: merged by lines, and no sound YAML now, which each version was: look at it before you add it"
        ));
    } else {
        return Ok(Outcome::Done);
    }
    Ok(Outcome::Findings)
}

/// Whether merging sound versions by lines made something that is none: a key twice, for instance.
fn spoils(versions: &[Option<String>], merged: &Option<String>) -> bool {
    let is_sound = |text: &Option<String>| text.as_deref().is_some_and(merge::is_sound);
    versions.iter().all(is_sound) && !is_sound(merged)
}
