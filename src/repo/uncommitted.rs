//! What of the worktree a release would not have.

use std::process::{Child, Stdio};

use super::{Location, command};

/// A question to git that is answered while other work goes on.
pub struct Uncommitted(Option<Child>);

impl Uncommitted {
    /// Asks which files under the store's root are not committed as they are.
    pub fn ask(location: &Location) -> Self {
        let mut status = command::git(
            &location.root,
            ["--no-optional-locks", "status", "--porcelain", "-z", "--no-renames", "--", "."],
        );
        status.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        Self(status.spawn().ok())
    }

    /// The files, in git's order. None where git has no answer: nothing depends on it.
    pub fn answer(self) -> Vec<String> {
        let output = self.0.and_then(|child| child.wait_with_output().ok());
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        text.split('\0').filter_map(|line| line.get(3..)).map(str::to_owned).collect()
    }
}
