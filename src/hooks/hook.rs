//! The hooks themselves: small shell scripts that run what was there before, and then the program.

use std::path::{Path, PathBuf};

use super::plan::{Mode, Step};

/// A hook that runs on a person's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hook {
    /// Before a commit is made.
    PreCommit,
    /// When a commit's message is written.
    CommitMsg,
    /// Before anything is pushed.
    PrePush,
}

/// What is where a hook's script belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// The script that this version writes.
    Installed,
    /// A script of ours that this version would write otherwise, or that somebody has edited.
    Altered,
    /// Somebody else's hook.
    Foreign,
}

/// What was found for one hook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The hook's content.
    pub hook: Option<Vec<u8>>,
    /// Whether a hook from before is kept beside it.
    pub has_before: bool,
}

/// Why a hook is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is ours, and was changed.
    #[error("`{}` was written by promptyard and differs from what this version writes for this store", .0.display())]
    Altered(PathBuf),
    /// Where the hook from before would be kept, something is.
    #[error("`{}` is in the way of the hook that is there now", .0.display())]
    InTheWay(PathBuf),
}

/// What a script of ours says in its second line.
const MARK: &str = "# Written by `promptyard hooks install`.";

impl Hook {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PreCommit, Self::CommitMsg, Self::PrePush];

    /// Git's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
        }
    }

    /// Its script in the folder of hooks.
    pub fn script_in(self, folder: &Path) -> PathBuf {
        folder.join(self.as_str())
    }

    /// Where the hook is kept that was there before.
    pub fn before_in(self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.before-promptyard", self.as_str()))
    }

    /// What does the hook's work for a store in the folder `store` of its repository: empty, or with a slash at its end.
    pub fn command(self, store: &str) -> String {
        let root = match store.trim_end_matches('/') {
            "" => String::new(),
            folder => format!(" --root '{}'", folder.replace('\'', "'\\''")),
        };
        format!("promptyard hooks run {}{root}", self.as_str())
    }

    /// The script. It is POSIX shell, and refuses where the program is missing: a check that does not run is no success.
    pub fn script(self, store: &str) -> String {
        let (name, command) = (self.as_str(), self.command(store));
        let (read, give, run) = match self {
            // What git says on standard input is for both: the hook from before, and ours.
            Self::PrePush => (
                "updates=$(cat; echo .)\nupdates=${updates%.}\n",
                "printf '%s' \"$updates\" | ",
                "printf '%s' \"$updates\" | ",
            ),
            Self::PreCommit | Self::CommitMsg => ("", "", "exec "),
        };
        let (what, skip) = match self {
            Self::PrePush => ("push", "git push --no-verify"),
            Self::PreCommit | Self::CommitMsg => ("commit", "git commit --no-verify"),
        };
        // No process is started that git or the shell can do without: a commit waits for each.
        format!(
            "#!/bin/sh\n\
             {MARK} `promptyard hooks uninstall` takes it away again.\n\
             # A hook that was here before is kept as `{name}.before-promptyard`, and runs first.\n\
             {read}\
             before=$0.before-promptyard\n\
             if [ -x \"$before\" ]; then\n  \
               {give}\"$before\" \"$@\" || exit $?\n\
             fi\n\
             if ! command -v promptyard >/dev/null 2>&1; then\n  \
               echo \"promptyard is not on the PATH, so nothing was checked, and the {what} is refused.\" >&2\n  \
               echo \"Install it with 'cargo install promptyard'; '{skip}' goes without the check once.\" >&2\n  \
               exit 1\n\
             fi\n\
             {run}{command} \"$@\"\n"
        )
    }

    /// What is there, given the script that would be.
    pub fn state(self, found: &Found, store: &str) -> State {
        match found.hook.as_deref() {
            None => State::Absent,
            Some(content) if content == self.script(store).as_bytes() => State::Installed,
            Some(content) if is_ours(content) => State::Altered,
            Some(_) => State::Foreign,
        }
    }

    /// Puts the script into `folder`; a hook that is there is kept and called by ours. Nothing where ours is there.
    ///
    /// # Errors
    /// When something is there that would be lost.
    pub fn install(self, found: &Found, folder: &Path, store: &str) -> Result<Vec<Step>, Refusal> {
        let (path, before) = (self.script_in(folder), self.before_in(folder));
        let mut steps = Vec::new();
        match self.state(found, store) {
            State::Installed => return Ok(steps),
            State::Altered => return Err(Refusal::Altered(path)),
            State::Foreign if found.has_before => return Err(Refusal::InTheWay(before)),
            // A copy, so that at no moment the hook that was there is not.
            State::Foreign => steps.push(Step::Keep { from: path.clone(), to: before }),
            State::Absent => {}
        }
        steps.push(Step::Write { path, content: self.script(store), mode: Mode::Program });
        Ok(steps)
    }

    /// Takes the script away again, and puts back what was there before.
    ///
    /// # Errors
    /// When the script was edited.
    pub fn uninstall(self, found: &Found, folder: &Path, store: &str) -> Result<Vec<Step>, Refusal> {
        let (path, before) = (self.script_in(folder), self.before_in(folder));
        Ok(match self.state(found, store) {
            State::Absent | State::Foreign => Vec::new(),
            State::Altered => return Err(Refusal::Altered(path)),
            State::Installed if found.has_before => vec![Step::Restore { from: before, to: path }],
            State::Installed => vec![Step::Remove(path)],
        })
    }
}

fn is_ours(content: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content);
    text.lines().nth(1).is_some_and(|line| line.starts_with(MARK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_kept_and_comes_back() {
        let folder = Path::new("hooks");
        let path = folder.join("pre-commit");
        let before = folder.join("pre-commit.before-promptyard");
        let hook = Hook::PreCommit;
        let found = |text: &str, has_before| Found { hook: Some(text.as_bytes().to_vec()), has_before };
        let write = Step::Write { path: path.clone(), content: hook.script(""), mode: Mode::Program };
        let keep = Step::Keep { from: path.clone(), to: before.clone() };
        assert_eq!(hook.install(&Found::default(), folder, ""), Ok(vec![write.clone()]));
        assert_eq!(hook.install(&found("#!/bin/sh\n", false), folder, ""), Ok(vec![keep, write]));
        assert_eq!(hook.install(&found("x", true), folder, ""), Err(Refusal::InTheWay(before.clone())));
        let ours = found(&hook.script(""), true);
        assert_eq!(hook.install(&ours, folder, ""), Ok(vec![]));
        assert_eq!(hook.install(&ours, folder, "other/"), Err(Refusal::Altered(path.clone())));
        assert_eq!(hook.uninstall(&ours, folder, ""), Ok(vec![Step::Restore { from: before, to: path.clone() }]));
        assert_eq!(hook.uninstall(&found(&hook.script(""), false), folder, ""), Ok(vec![Step::Remove(path)]));
        assert_eq!(hook.uninstall(&found("x", true), folder, ""), Ok(vec![]));
    }

    #[test]
    fn a_script_is_plain_to_read() {
        insta::assert_snapshot!(Hook::PrePush.script("a b's/"), @r##"
        #!/bin/sh
        # Written by `promptyard hooks install`. `promptyard hooks uninstall` takes it away again.
        # A hook that was here before is kept as `pre-push.before-promptyard`, and runs first.
        updates=$(cat; echo .)
        updates=${updates%.}
        before=$0.before-promptyard
        if [ -x "$before" ]; then
          printf '%s' "$updates" | "$before" "$@" || exit $?
        fi
        if ! command -v promptyard >/dev/null 2>&1; then
          echo "promptyard is not on the PATH, so nothing was checked, and the push is refused." >&2
          echo "Install it with 'cargo install promptyard'; 'git push --no-verify' goes without the check once." >&2
          exit 1
        fi
        printf '%s' "$updates" | promptyard hooks run pre-push --root 'a b'\''s' "$@"
        "##);
    }
}
