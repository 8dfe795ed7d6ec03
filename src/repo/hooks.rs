//! Git's hooks and drivers: how they are set up, and the steps that change that.
#![expect(clippy::disallowed_methods, reason = "hooks lie in git's own folders, outside of the store")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::command::{GitFailure, answer, git};
use super::{Location, staged};
use crate::hooks::attributes::SETTINGS;
use crate::hooks::hook::{Found, Hook};
use crate::hooks::manager::Manager;
use crate::hooks::plan::{Drivers, Mode, Step};

/// Why hooks or drivers could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// Git gave no answer.
    #[error(transparent)]
    Git(#[from] GitFailure),
    /// The file system refused.
    #[error("`{}` could not be changed", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Where the attributes of the store at `location` are.
pub fn attributes_file(location: &Location) -> PathBuf {
    location.root.join(".gitattributes")
}

/// How the drivers of the store at `location` are set up.
///
/// # Errors
/// When git gives no answer, or the attributes can't be read.
pub fn drivers(location: &Location) -> Result<Drivers, HookError> {
    let path = attributes_file(location);
    let attributes = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(HookError::Io { path, source }),
    };
    let settings = SETTINGS.iter().map(|(key, _)| setting(&location.root, &["--local"], key));
    Ok(Drivers { attributes, settings: settings.collect::<Result<_, _>>()? })
}

/// Where git looks for the hooks of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookFolder {
    /// The folder, which need not be there.
    pub path: PathBuf,
    /// Who else manages what is in it.
    pub manager: Option<Manager>,
}

/// Where git looks for the hooks of the store at `location`: `core.hooksPath`, or the folder that all worktrees share.
///
/// # Errors
/// When git gives no answer.
pub fn hook_folder(location: &Location) -> Result<HookFolder, HookError> {
    let ask = |root: &Path, question: &[&str]| {
        let told = answer(git(root, ["rev-parse"].iter().chain(question)), b"")?;
        Ok::<_, HookError>(PathBuf::from(told.trim_end_matches(['\n', '\r'])))
    };
    // Hooks run at the top of the worktree, and a relative folder is meant from there.
    let top = ask(&location.root, &["--show-toplevel"]).or_else(|_| ask(&location.root, &["--absolute-git-dir"]))?;
    let path = top.join(ask(&top, &["--git-path", "hooks"])?);
    let scope = setting(&top, &["--show-scope"], "core.hooksPath")?;
    let is_shared = scope.is_some_and(|scope| scope.starts_with("global") || scope.starts_with("system"));
    let manager = if is_shared {
        Some(Manager::Shared(path.display().to_string()))
    } else {
        Manager::of(|name| top.join(name).exists())
    };
    Ok(HookFolder { path, manager })
}

impl HookFolder {
    /// What is there for `hook`.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn find(&self, hook: Hook) -> Result<Found, HookError> {
        let path = hook.script_in(&self.path);
        let content = match fs::read(&path) {
            Ok(content) => Some(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(&path).is_err() => None,
            Err(source) => return Err(HookError::Io { path, source }),
        };
        Ok(Found { hook: content, has_before: fs::symlink_metadata(hook.before_in(&self.path)).is_ok() })
    }
}

/// A commit's message as git will record it: without comments, and without the change that `git commit -v` shows below.
///
/// # Errors
/// When git could not be started.
pub fn without_comments(message: &[u8]) -> Result<String, GitFailure> {
    const SCISSORS: &str = "------------------------ >8 ------------------------";
    let message = String::from_utf8_lossy(message);
    let end = message.find(SCISSORS).map_or(message.len(), |at| message[..at].rfind('\n').map_or(0, |line| line + 1));
    answer(git(Path::new("."), ["stripspace", "--strip-comments"]), message[..end].as_bytes())
}

/// The value of `key` in git's configuration; `None` where it has none.
pub(super) fn setting(root: &Path, scope: &[&str], key: &str) -> Result<Option<String>, GitFailure> {
    match answer(git(root, ["config"].iter().chain(scope).chain(&["--get", key])), b"") {
        Ok(value) => Ok(Some(value.trim_end_matches('\n').to_owned())),
        Err(GitFailure::Refused { told, .. }) if told.is_empty() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Carries out `steps` in order. Each is whole or not at all, and they can be planned and carried out again after a failure.
///
/// # Errors
/// At the first step that fails; the later ones are not begun.
pub fn carry_out(location: &Location, steps: &[Step]) -> Result<(), HookError> {
    for step in steps {
        let at = |path: &Path| {
            let path = path.to_path_buf();
            move |source| HookError::Io { path, source }
        };
        match step {
            Step::Keep { from, to } => keep(from, to).map_err(at(to))?,
            Step::Write { path, content, mode } => write(path, content, *mode).map_err(at(path))?,
            Step::Restore { from, to } => fs::rename(from, to).map_err(at(to))?,
            Step::Remove(path) => fs::remove_file(path).map_err(at(path))?,
            Step::Set(key, value) => drop(answer(git(&location.root, ["config", "--local", key, value]), b"")?),
            Step::Unset(key) => drop(answer(git(&location.root, ["config", "--local", "--unset-all", key]), b"")?),
        }
    }
    Ok(())
}

fn write(path: &Path, content: &str, mode: Mode) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let permissions = match mode {
        Mode::Program => program()?,
        Mode::Text => fs::metadata(path).ok().map(|found| found.permissions()),
    };
    // A link to a text stays one; a hook that is a link is replaced, not what it leads to.
    let target = match mode {
        Mode::Text => fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()),
        Mode::Program => path.to_path_buf(),
    };
    let folder = target.parent().unwrap_or(folder);
    staged::stage(folder, content.as_bytes(), permissions)?.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere there is no such permission")]
fn program() -> io::Result<Option<fs::Permissions>> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(Some(fs::Permissions::from_mode(0o755)))
}

#[cfg(not(unix))]
fn program() -> io::Result<Option<fs::Permissions>> {
    Ok(None)
}

#[cfg(unix)]
fn keep(from: &Path, to: &Path) -> io::Result<()> {
    match fs::read_link(from) {
        Ok(target) => std::os::unix::fs::symlink(target, to),
        Err(_) => fs::copy(from, to).map(|_| ()),
    }
}

#[cfg(not(unix))]
fn keep(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to).map(|_| ())
}

/// Merges as `git merge-file` does: the file at `ours` gets the merge by lines, with marks where the sides differ.
/// Whether it is clean.
///
/// # Errors
/// When git cannot merge the files: it calls one of them binary, for instance.
pub fn merge_by_lines(base: &Path, ours: &Path, theirs: &Path, marker: u8) -> Result<bool, GitFailure> {
    let size = format!("--marker-size={marker}");
    let labels = ["-L", "ours", "-L", "base", "-L", "theirs"];
    let mut command = git(Path::new("."), ["merge-file", "--quiet", size.as_str()]);
    command.args(labels).args([ours, base, theirs]);
    match answer(command, b"") {
        Ok(_) => Ok(true),
        // It counts the conflicts in its exit code, and says something only when it fails.
        Err(GitFailure::Refused { told, .. }) if told.is_empty() => Ok(false),
        Err(error) => Err(error),
    }
}
