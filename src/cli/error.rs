//! The one table of what can go wrong in a command: its message, what to do about it, and the exit code.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::lint::baseline::BaselineError;
use crate::lint::select::UnknownRule;
use crate::path::{PathError, StorePath};
use crate::repo::{ApplyError, RepoError};
use crate::scaffold::NameError;
use crate::tokens::traffic::TrafficError;

/// How a command ended that could do what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is done, or nothing was found.
    Done,
    /// Something was found that fails the run.
    Findings,
}

/// Why a command could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// No rule has this code or name.
    #[error("`{}` is not a rule", .0.name)]
    UnknownRule(UnknownRule),
    /// No schema has this name.
    #[error("`{name}` is not a kind of file with a schema")]
    UnknownSchema {
        /// As it was written.
        name: String,
        /// The kind that comes nearest.
        nearest: Option<&'static str>,
    },
    /// The folder is a store already.
    #[error("this folder is a store already: it has `{0}`")]
    AlreadyAStore(StorePath),
    /// The name of a new artifact is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The store could not be found or listed.
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// Files that were named are none of the store's; the first of them.
    #[error("`{path}` {absence}")]
    NotInStore {
        /// As the store names it.
        path: String,
        /// Why it is none.
        absence: Absence,
    },
    /// A change could not be written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Fixes kept changing the files.
    #[error("the fixes keep changing each other's work")]
    EndlessFixes,
    /// The baseline could not be read.
    #[error("the baseline `{path}` cannot be read")]
    Baseline {
        /// The file.
        path: String,
        /// Why.
        source: BaselineProblem,
    },
    /// A file of output could not be written.
    #[error("cannot write `{}`", path.display())]
    OutputFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Standard input is to be checked, and nothing says as which file.
    #[error("standard input has no name")]
    UnnamedInput,
    /// Standard input and files are to be checked at once.
    #[error("standard input is checked alone, without other paths")]
    InputWithPaths,
    /// Standard input could not be read.
    #[error("standard input could not be read")]
    Input(#[source] io::Error),
    /// No command has this name.
    #[error("`{0}` is not a command")]
    UnknownCommand(String),
    /// The table of traffic could not be read.
    #[error("{} could not be read", path.display())]
    Traffic {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The table of traffic can't be used.
    #[error(transparent)]
    TrafficTable(#[from] TrafficError),
    /// Stdout could not be written to.
    #[error("the output could not be written")]
    Output(#[source] io::Error),
}

/// Why a file on the disk is no file of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Absence {
    /// The listing leaves it out.
    #[error("is left out: git ignores it, or it lies in a folder that no store looks into, like `node_modules`")]
    Ignored,
    /// `sources` does not match it.
    #[error("is not part of the store: no entry of `sources` matches it")]
    NoSource,
    /// A configured store without `sources`: neither its name nor its folder says what it is.
    #[error("is not part of the store by its name and folder, and there are no `sources` that name it")]
    NoKind,
    /// A folder without configuration.
    #[error("is not a prompt by its name")]
    NoName,
}

impl CliError {
    /// What to do, one sentence each.
    pub(super) fn hints(&self) -> Vec<String> {
        match self {
            Self::UnknownRule(UnknownRule { suggestion: Some(name), .. })
            | Self::UnknownSchema { nearest: Some(name), .. } => vec![format!("did you mean `{name}`?")],
            Self::UnknownRule(_) => vec!["`promptyard rules` lists them".to_owned()],
            Self::UnknownSchema { .. } => vec!["`promptyard schema` lists them".to_owned()],
            Self::AlreadyAStore(path) => vec![format!("edit `{path}`, or remove it to start again")],
            Self::Apply(ApplyError::Exists(_)) => vec!["nothing was written; choose another name".to_owned()],
            Self::Apply(_) => vec!["nothing was written".to_owned()],
            Self::Repo(RepoError::OutsideStore { .. }) => {
                vec!["name the paths of one store at a time, or give its root with --root".to_owned()]
            }
            Self::Repo(RepoError::NoGit(_)) => vec!["install git, or leave --since out".to_owned()],
            Self::Repo(RepoError::NoRepository(_)) => {
                vec!["`git status` in that folder says more; without a repository, leave --since out".to_owned()]
            }
            Self::Repo(RepoError::NoRevision(_)) => {
                vec!["fetch it with `git fetch`, or name a branch, a tag or a commit that is here".to_owned()]
            }
            Self::Repo(RepoError::NoMergeBase(_)) => {
                vec!["a shallow clone is completed by `git fetch --unshallow`".to_owned()]
            }
            Self::EndlessFixes => {
                vec!["this is a mistake in a rule: please report it with the file that shows it".to_owned()]
            }
            Self::NotInStore { absence, .. } => vec![
                match absence {
                    Absence::Ignored => "take it out of `.gitignore` to have it checked",
                    Absence::NoSource => "add an entry for it to `sources` in `promptyard.yaml`",
                    Absence::NoKind => "name it in `sources` in `promptyard.yaml`",
                    Absence::NoName => {
                        "`promptyard init` writes a `promptyard.yaml`, whose `sources` say which files are prompts"
                    }
                }
                .to_owned(),
            ],
            Self::Baseline { .. } => {
                vec![
                    "mend it, write it anew with --write-baseline --no-baseline, or ignore it with --no-baseline"
                        .to_owned(),
                ]
            }
            Self::UnnamedInput => vec!["say which file of the store it stands for: --stdin-filename FILE".to_owned()],
            Self::InputWithPaths => vec!["leave out `-`, or the paths".to_owned()],
            Self::UnknownCommand(_) => vec!["`promptyard --help` lists them".to_owned()],
            Self::Name(_)
            | Self::Repo(_)
            | Self::Output(_)
            | Self::OutputFile { .. }
            | Self::Input(_)
            | Self::Traffic { .. }
            | Self::TrafficTable(_) => Vec::new(),
        }
    }

    /// Whether the reader of stdout went away, which is its right.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Why a baseline could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum BaselineProblem {
    /// Its path is none of the store.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The file could not be read.
    #[error("{0}")]
    Unreadable(String),
    /// It says something else.
    #[error(transparent)]
    Content(#[from] BaselineError),
}

/// The exit code of a command: 0 clean or done, 1 findings, 2 a mistake in usage or configuration, or a failure to read or write.
pub(super) fn exit_code(result: &Result<Outcome, CliError>) -> ExitCode {
    ExitCode::from(match result {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Findings) => 1,
        Err(error) if error.is_closed_pipe() => 0,
        Err(_) => 2,
    })
}

/// Prints what the argument parser has to say: help and version, or a mistake in the command line.
pub(super) fn exit_after_clap(message: &clap::Error) -> ExitCode {
    // A closed pipe is the reader's right here too.
    let _ = message.print();
    ExitCode::from(if message.use_stderr() { 2 } else { 0 })
}

impl From<UnknownRule> for CliError {
    fn from(unknown: UnknownRule) -> Self {
        Self::UnknownRule(unknown)
    }
}
