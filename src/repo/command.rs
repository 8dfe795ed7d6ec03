//! Running the user's own git, so that hooks, signing and credentials apply.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Why git did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum GitFailure {
    /// It could not be started.
    #[error("git could not be started")]
    NotStarted(#[source] io::Error),
    /// It ran and said no; what it printed on stdout and stderr.
    #[error("git says: {}", gist(.told))]
    Refused {
        /// Stdout.
        answer: String,
        /// Stderr.
        told: String,
    },
}

/// The line of git's words that says what is wrong.
fn gist(told: &str) -> &str {
    let line = told.lines().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
    line.or(told.lines().next()).unwrap_or("nothing").trim()
}

/// Git in the folder `root`.
pub(super) fn git(root: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(arguments);
    command
}

/// Runs `command` with `input` on its stdin. What it prints on stdout.
pub(super) fn answer(mut command: Command, input: &[u8]) -> Result<String, GitFailure> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(GitFailure::NotStarted)?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // Written beside reading: a full pipe on one side must not stop the other.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    });
    told(&output.map_err(GitFailure::NotStarted)?)
}

/// Runs `command`, which reads nothing, with `held` open: a lock on it lasts until git has ended, even where this program is
/// killed before.
pub(super) fn answer_holding(mut command: Command, held: &File) -> Result<String, GitFailure> {
    let held = held.try_clone().map_err(GitFailure::NotStarted)?;
    let output = command.stdin(held).stdout(Stdio::piped()).stderr(Stdio::piped()).output();
    told(&output.map_err(GitFailure::NotStarted)?)
}

fn told(output: &Output) -> Result<String, GitFailure> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(GitFailure::Refused { answer: text(&output.stdout), told: text(&output.stderr) })
}
