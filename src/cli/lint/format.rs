//! How findings are written: to stdout as one format, and to files as any others.

use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;

use crate::cli::error::CliError;
use crate::output::{self, LintOutput, Screen};
use crate::repo;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LintFormat {
    /// With excerpts, for people
    Human,
    /// One line a finding, for editors and grep
    Concise,
    /// One complete line a finding, for a program that edits; the default where the environment names one
    Agent,
    /// Annotations of GitHub Actions; the default there
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    /// One document, for programs; `promptyard schema lint-report-v1` describes it
    Json,
    /// One record a line; `promptyard schema lint-record-v1` describes them
    Jsonl,
    /// JUnit's XML
    Junit,
    /// A comment for a pull request
    Markdown,
    /// Reviewdog's format
    Rdjson,
    /// SARIF 2.1.0
    Sarif,
}

/// Variables that programs set which run commands for themselves.
const AGENTS: [&str; 6] = ["AI_AGENT", "CLAUDECODE", "CODEX_SANDBOX", "CURSOR_AGENT", "GEMINI_CLI", "OPENCODE"];

impl LintFormat {
    /// The format where none is asked for. A program that drives a workflow reads its output itself.
    #[expect(clippy::disallowed_methods, reason = "the command line's edge reads the environment")]
    pub(super) fn of_environment() -> Self {
        let is_set = |name: &&str| std::env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
        if AGENTS.iter().any(is_set) {
            Self::Agent
        } else if std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true") {
            Self::Github
        } else {
            Self::Human
        }
    }

    /// Whether people read it as it comes: on a terminal, in colour.
    pub(super) fn is_for_people(self) -> bool {
        matches!(self, Self::Human | Self::Concise)
    }

    /// Whether the run's numbers are in it.
    pub(super) fn has_summary(self) -> bool {
        !matches!(self, Self::Human | Self::Concise | Self::Agent | Self::Github)
    }

    /// Writes `run` in this format.
    pub(super) fn write(self, out: &mut dyn Write, run: &LintOutput<'_>, screen: &Screen) -> io::Result<()> {
        match self {
            Self::Human => output::human::write(out, run, screen),
            Self::Concise => output::concise::write(out, run, screen.colour),
            Self::Agent => output::agent::write(out, run),
            Self::Github => output::github::write(out, run),
            Self::Gitlab => output::gitlab::write(out, run),
            Self::Json => output::json::write(out, run),
            Self::Jsonl => output::jsonl::write(out, run),
            Self::Junit => output::junit::write(out, run),
            Self::Markdown => output::markdown::write(out, run),
            Self::Rdjson => output::rdjson::write(out, run),
            Self::Sarif => output::sarif::write(out, run),
        }
    }
}

/// A file that is to be written beside stdout: `sarif=lint.sarif`.
#[derive(Clone, Debug)]
pub(super) struct OutputFile {
    format: LintFormat,
    path: PathBuf,
}

impl FromStr for OutputFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = format_and_file(text)?;
        Ok(Self { format, path })
    }
}

/// The two halves of `sarif=lint.sarif`.
pub(in crate::cli) fn format_and_file<F: ValueEnum>(text: &str) -> Result<(F, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("write it as FORMAT=FILE, like sarif=lint.sarif")?;
    let known = F::from_str(format, true).map_err(|_| {
        let formats = F::value_variants().iter().filter_map(F::to_possible_value);
        let names: Vec<String> = formats.map(|format| format.get_name().to_owned()).collect();
        format!("`{format}` is not a format; they are {}", names.join(", "))
    })?;
    if path.is_empty() {
        return Err("there is no file after `=`".to_owned());
    }
    Ok((known, path.into()))
}

impl OutputFile {
    /// Writes the file, whole or not at all.
    pub(super) fn write(&self, run: &LintOutput<'_>) -> Result<(), CliError> {
        let mut content = Vec::new();
        let rendered = self.format.write(&mut content, run, &Screen::FILE).and_then(|()| {
            let is_human = self.format == LintFormat::Human;
            if is_human { output::human::write_summary(&mut content, run, &Screen::FILE) } else { Ok(()) }
        });
        let written = rendered.and_then(|()| repo::write_file(&self.path, &content));
        written.map_err(|source| CliError::OutputFile { path: self.path.clone(), source })
    }
}
