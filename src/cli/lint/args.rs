//! What `lint` is asked.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::format::{LintFormat, OutputFile};
use super::input::Input;
use super::today;
use crate::cli::error::CliError;
use crate::diagnostic::{Applicability, Severity};
use crate::lint::{Request, change};
use crate::repo::Location;
use crate::store::Store;
use crate::store::snapshot::Snapshot;

/// Check prompts and everything that they depend on
#[derive(Debug, Default, Args)]
#[command(
    long_about = "Check prompts and everything that they depend on.\n\nWithout paths, the whole store is checked. With \
                  paths, only findings in those files and folders are reported, but includes and references are followed \
                  wherever they lead.",
    after_long_help = "Examples:
  promptyard lint
  promptyard lint prompts/support --select TPL,PII
  promptyard lint --fix
  promptyard lint --staged
  promptyard lint --since origin/main
  promptyard lint --rev v1.2.0
  promptyard lint --history --all
  promptyard lint --diff
  promptyard lint --write-baseline
  promptyard lint --format json | jq '.summary'
  promptyard lint --output sarif=lint.sarif --output junit=lint.xml
  promptyard lint --fix - --stdin-filename prompts/answer.prompt.yaml < answer.yaml

Exit codes: 0 nothing at or above --fail-on was found, 1 something was, 2 the run failed."
)]
pub(in crate::cli) struct LintArgs {
    /// Files and folders to report on, or - for standard input; the whole store where none is given
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// The file of the store that standard input stands for
    #[arg(long, value_name = "FILE", requires = "paths")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// Check what is staged, and report on what that changes and on all that takes a changed file in
    #[arg(long, long_help = STAGED, conflicts_with = "rev", help_heading = "Git")]
    pub(super) staged: bool,
    /// Check the files of a revision instead of the worktree's: a branch, a tag, a commit
    #[arg(long, value_name = "REVISION", help_heading = "Git")]
    pub(super) rev: Option<String>,
    /// Look for personal data, secrets and hidden characters in everything that the history has ever had
    #[arg(long, long_help = HISTORY, conflicts_with_all = ["staged", "since", "fix", "unsafe_fixes", "diff", "write_baseline", "no_baseline", "output", "statistics", "stdin_filename", "show_settings"], help_heading = "Git")]
    pub(super) history: bool,
    /// With --history: the history of every branch and tag, and not of HEAD alone
    #[arg(long, requires = "history", conflicts_with = "rev", help_heading = "Git")]
    pub(super) all: bool,
    /// Report only on what changed since the merge base with this revision, and on all that takes a changed file in
    #[arg(long, value_name = "REVISION", help_heading = "Git")]
    pub(super) since: Option<String>,
    /// How to write the findings to stdout; human, where the environment asks for nothing else
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub(super) format: Option<LintFormat>,
    /// Write the findings into a file too, in any format: sarif=lint.sarif. May be given several times
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Output")]
    pub(super) output: Vec<OutputFile>,
    /// Rules to run instead of the configuration's: codes, names, prefixes of codes (TPL), or ALL
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) select: Vec<String>,
    /// Rules not to run, beside those that the configuration ignores
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) ignore: Vec<String>,
    /// Mend what can be mended without changing the meaning
    #[arg(long, help_heading = "Fixes")]
    pub(super) fix: bool,
    /// Mend also where that may change the meaning; implies --fix
    #[arg(long, help_heading = "Fixes")]
    pub(super) unsafe_fixes: bool,
    /// Print a patch of what --fix (or --unsafe-fixes) would do, and write nothing
    #[arg(long, conflicts_with_all = ["write_baseline", "output", "format", "statistics"], help_heading = "Fixes")]
    pub(super) diff: bool,
    /// Hold back what is found now from later runs: write it into the baseline, and drop what no longer occurs
    #[arg(long, help_heading = "Baseline")]
    pub(super) write_baseline: bool,
    /// Pass over the baseline: report also what it holds back, or write it from nothing
    #[arg(long, help_heading = "Baseline")]
    pub(super) no_baseline: bool,
    /// The least severity that fails the run, instead of the configuration's
    #[arg(long, value_name = "SEVERITY", help_heading = "Exit code")]
    fail_on: Option<FailOn>,
    /// Exit with 0 whatever is found
    #[arg(long, help_heading = "Exit code")]
    pub(super) exit_zero: bool,
    /// Print how often each rule found something instead of the findings
    #[arg(long, help_heading = "Output")]
    pub(super) statistics: bool,
    /// Print which rules run for a file, with which severity, and where that is said; check nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "fix", "unsafe_fixes", "diff", "write_baseline", "output", "staged", "rev", "since"], help_heading = "Output")]
    pub(super) show_settings: Option<PathBuf>,
}

/// What `--staged` does not do is said where people look.
const STAGED: &str = "\
Check what is staged, and report on what that changes and on all that takes a changed file in.

The files are those that `git commit` would record, whatever the worktree has. REF007 and REF008, which compare each prompt \
with every other, and STR013, which compares all owners with CODEOWNERS, are left to a check of the whole store. With --since, the change is counted from that revision on.";

/// What `--history` looks at is said where people look.
const HISTORY: &str = "\
Look for personal data, secrets and hidden characters in everything that the history has ever had.

The rules are PII, SEC, INJ004 and INJ005. Every content that HEAD can reach, or the revision of --rev, is looked at once, \
under the configuration of that moment, at every place where the store has had files: by its configuration then and now, and \
by renames that left a file as it was. Each value is reported once, with the commit that brought it in. The baseline says \
nothing about the past.";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Any finding
    Info,
    /// Warnings and errors
    Warning,
    /// Errors
    Error,
    /// Nothing
    Never,
}

impl LintArgs {
    /// The check before a commit: what is staged.
    pub(in crate::cli) fn of_commit() -> Self {
        Self { staged: true, ..Self::default() }
    }

    /// The check before a push: what `revision` has, where it differs from `since`.
    pub(in crate::cli) fn of_push(revision: &str, since: Option<&str>) -> Self {
        Self { rev: Some(revision.to_owned()), since: since.map(str::to_owned), ..Self::default() }
    }

    /// The least safe fix that may be applied; `None` for none at all.
    pub(super) fn least_safe_fix(&self) -> Option<Applicability> {
        let safe = self.fix || self.diff;
        if self.unsafe_fixes { Some(Applicability::Unsafe) } else { safe.then_some(Applicability::Safe) }
    }

    /// Whether anything is to be written beside reports.
    pub(super) fn changes_the_worktree(&self) -> bool {
        self.least_safe_fix().is_some() || self.write_baseline
    }

    pub(super) fn request(&self, input: &Input, snapshot: &Snapshot) -> Result<Request, CliError> {
        let changed = input.changed(self.since.as_deref(), snapshot)?;
        let request = Request { changed: None, ..self.rules_alone(&input.location) };
        Ok(match changed {
            Some(changed) if self.staged => change::request(request, changed),
            changed => Request { changed, ..request },
        })
    }

    /// What rules run, and where.
    pub(super) fn rules_alone(&self, location: &Location) -> Request {
        Request {
            judge: None,
            scope: location.scope.clone(),
            changed: None,
            today: today(),
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            // Known when the store is loaded: only routes ask for them.
            releases: None,
            granted: None,
        }
    }

    /// The least severity that fails the run; `None` where nothing does.
    pub(super) fn fails_on(&self, store: &Store) -> Option<Severity> {
        match self.fail_on {
            None => Some(store.config().lint.fail_on),
            Some(FailOn::Info) => Some(Severity::Info),
            Some(FailOn::Warning) => Some(Severity::Warning),
            Some(FailOn::Error) => Some(Severity::Error),
            Some(FailOn::Never) => None,
        }
    }
}
