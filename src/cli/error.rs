//! The one table of what can go wrong in a command: its message, what to do about it, and the exit code.

use std::io;
use std::process::ExitCode;

use crate::lint::select::UnknownRule;
use crate::path::StorePath;
use crate::repo::{ApplyError, RepoError};
use crate::scaffold::NameError;

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
    /// A change could not be written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Fixes kept changing the files.
    #[error("the fixes did not settle within {0} rounds")]
    EndlessFixes(usize),
    /// Stdout could not be written to.
    #[error("the output could not be written")]
    Output(#[source] io::Error),
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
            Self::EndlessFixes(_) => {
                vec!["this is a mistake in a rule: please report it with the file that shows it".to_owned()]
            }
            Self::Name(_) | Self::Repo(_) | Self::Output(_) => Vec::new(),
        }
    }

    /// Whether the reader of stdout went away, which is its right.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
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
