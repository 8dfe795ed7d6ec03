//! `hooks run textconv`: what `git diff` compares.
#![expect(clippy::disallowed_methods, reason = "git gives the driver a temporary file, outside of the store")]

use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::cli::error::{CliError, Outcome};
use crate::cli::ui::Ui;
use crate::output::resolved;

/// Print a YAML file as `git diff` is to compare it: every text by its lines, without quotes and brackets
#[derive(Debug, Args)]
pub(super) struct TextconvArgs {
    /// The file
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: &TextconvArgs, ui: &Ui) -> Result<Outcome, CliError> {
    let content = fs::read(&args.file).map_err(|source| CliError::InputFile { path: args.file.clone(), source })?;
    match std::str::from_utf8(&content) {
        Ok(text) => ui.machine(|out| resolved::write(out, text))?,
        Err(_) => ui.machine(|out| out.write_all(&content))?,
    }
    Ok(Outcome::Done)
}
