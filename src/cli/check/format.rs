//! How the result of a check is written: to stdout as one format, and to files as any others.

use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;

use crate::cli::error::CliError;
use crate::output::check::{CheckOutput, github, human, json, markdown};
use crate::output::{self, Screen};
use crate::repo;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// A page for people
    Human,
    /// A comment for a pull request, which fits a screen and folds the rest
    Markdown,
    /// One document, for programs; `promptyard schema check-report-v1` describes it
    Json,
    /// The new findings as annotations of GitHub Actions
    Github,
    /// The new findings as a Code Quality report of GitLab
    Gitlab,
    /// The new findings as SARIF 2.1.0
    Sarif,
}

impl CheckFormat {
    /// Writes the result in this format.
    pub(super) fn write(self, out: &mut dyn Write, check: &CheckOutput<'_>, screen: &Screen) -> io::Result<()> {
        match self {
            Self::Human => human::write(out, check, screen),
            Self::Markdown => markdown::write(out, check),
            Self::Json => json::write(out, check),
            Self::Github => github::write(out, check),
            Self::Gitlab => check.with_findings(|run| output::gitlab::write(out, run)),
            Self::Sarif => check.with_findings(|run| output::sarif::write(out, run)),
        }
    }
}

/// A file that is to be written beside stdout: `markdown=comment.md`.
#[derive(Clone, Debug)]
pub(super) struct OutputFile {
    format: CheckFormat,
    path: PathBuf,
}

impl FromStr for OutputFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = crate::cli::lint::format_and_file::<CheckFormat>(text)?;
        Ok(Self { format, path })
    }
}

impl OutputFile {
    /// Writes the file, whole or not at all.
    pub(super) fn write(&self, check: &CheckOutput<'_>) -> Result<(), CliError> {
        let mut content = Vec::new();
        let rendered = self.format.write(&mut content, check, &Screen::FILE);
        let written = rendered.and_then(|()| repo::write_file(&self.path, &content));
        written.map_err(|source| CliError::OutputFile { path: self.path.clone(), source })
    }
}
