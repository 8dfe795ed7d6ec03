//! The user's copy of a file follows the branch: its entry in the index, and the file in the worktree.
//!
//! Before the ref moves, a note is written in the repository's own folder that says which file is to become what. It is
//! removed when that is done. A run that finds one knows that another was killed in between, and that a copy which still
//! says the old is nobody's work.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{CommitError, CommitLock};
use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::repo::apply::apply;
use crate::repo::command;
use crate::repo::git::{Git, Staged};
use crate::repo::staged::{STAGED, stage};
use crate::repo::write_error::{git_error, io_error};

/// A file that is to become something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Where, in the repository.
    pub(super) path: StorePath,
    /// What it was.
    pub(super) old: CommitId,
    /// What it becomes.
    pub(super) new: CommitId,
}

/// Whether the copy of the file at `path` is what the branch says: `old`.
///
/// # Errors
/// [`CommitError::Dirty`] where it is not.
pub(super) fn check(lock: &CommitLock, git: &Git, path: &StorePath, old: CommitId) -> Result<(), CommitError> {
    let dirty = |state| Err(CommitError::Dirty { path: path.clone(), state });
    let (blob, left_out) = match git.staged_at(path)? {
        Staged::Absent => return dirty("is removed from the index"),
        Staged::Conflict => return dirty("has a conflict that is not resolved"),
        Staged::File { blob, left_out, .. } => (blob, left_out),
    };
    if blob != old {
        return dirty("has changes that are staged and not committed");
    }
    match fs::read(lock.folder(git).join(path.as_str())) {
        Err(_) if left_out => Ok(()),
        Err(_) => dirty("is removed from the worktree"),
        Ok(content) if git.name_of(&content) == Some(old) => Ok(()),
        // Line ends and filters make a file another one than git keeps: git itself knows.
        Ok(_) if is_clean(lock, path) => Ok(()),
        Ok(_) => dirty("has changes that are not committed"),
    }
}

fn is_clean(lock: &CommitLock, path: &StorePath) -> bool {
    let mut ask = lock.git(["--no-optional-locks", "status", "--porcelain", "-z", "--no-renames", "--"]);
    ask.arg(format!(":(top,literal){path}"));
    command::answer(ask, b"").is_ok_and(|answer| answer.is_empty())
}

/// What our own lock of the index says, so that the next run knows it from git's.
const MARK: &[u8] = b"promptyard\n";

/// The index as it is to be, prepared beside the real one. Git's own lock is held on that meanwhile: a commit that somebody
/// else makes between the move of the ref and the new index would take the old content for their change.
pub(super) struct Copies<'a> {
    lock: &'a CommitLock,
    steps: &'a [Step],
    folder: PathBuf,
    index: PathBuf,
    prepared: PathBuf,
}

impl<'a> Copies<'a> {
    /// Takes the lock and prepares an index that has the new contents; `None` in a bare repository.
    ///
    /// # Errors
    /// When git keeps its lock for too long, or refuses.
    pub(super) fn prepare(lock: &'a CommitLock, git: &Git, steps: &'a [Step]) -> Result<Option<Self>, CommitError> {
        let Some(folder) = git.worktree() else { return Ok(None) };
        let index = git.index_path();
        let prepared = note_path(git).with_file_name("index.next");
        fs::create_dir_all(prepared.parent().unwrap_or(&folder)).map_err(io_error(&prepared))?;
        let mut attempts = 1..=ATTEMPTS;
        let path = lock_path(&index);
        while let Err(error) = hold(&path) {
            if error.kind() != io::ErrorKind::AlreadyExists || attempts.next().is_none() {
                return Err(io_error(&path)(error).into());
            }
            git.await_index();
        }
        let copies = Self { lock, steps, folder, index, prepared };
        fs::copy(&copies.index, &copies.prepared).map_err(io_error(&copies.prepared))?;
        for step in steps {
            let Staged::File { mode, .. } = git.staged_at(&step.path)? else { continue };
            let mut update = command::git(&copies.folder, ["update-index", "--cacheinfo"]);
            update.arg(format!("{mode},{},{}", step.new, step.path)).env("GIT_INDEX_FILE", &copies.prepared);
            command::answer(update, b"").map_err(git_error("git could not prepare the index"))?;
        }
        Ok(Some(copies))
    }

    /// Brings the worktree and the index to what the branch says now; the first file that did not get there.
    pub(super) fn finish(self, git: &Git) -> Option<StorePath> {
        let mut behind = None;
        let mut filtered = Vec::new();
        for step in self.steps {
            let now = fs::read(self.folder.join(step.path.as_str()));
            let name = now.as_ref().ok().and_then(|content| git.name_of(content));
            if name == Some(step.old) {
                behind = behind.or((!rewrite(git, &self.folder, step)).then(|| step.path.clone()));
            } else if now.is_ok() && name != Some(step.new) {
                filtered.push(step.path.clone());
            }
        }
        if fs::rename(&self.prepared, &self.index).is_err() {
            return behind.or_else(|| self.steps.first().map(|step| step.path.clone()));
        }
        let (folder, held) = (&self.folder, &self.lock.file);
        self.released();
        for path in filtered {
            let mut write = command::git(folder, ["checkout-index", "--force", "--"]);
            write.arg(path.as_str());
            if command::answer_holding(write, held).is_err() {
                behind = behind.or(Some(path));
            }
        }
        behind
    }

    /// Lets others write the index again.
    fn released(&self) {
        let _ = fs::remove_file(lock_path(&self.index));
    }
}

impl Drop for Copies<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.prepared);
        // Only our own: after `released`, another git may hold it.
        clear(&self.index);
    }
}

/// How often a lock is tried that another git takes again each time.
const ATTEMPTS: usize = 8;

fn lock_path(index: &Path) -> PathBuf {
    let mut path = index.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// Makes git's lock of the index, unless it is there.
fn hold(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    stage(folder, MARK, None)?.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// Removes a lock of the index that a run of ours holds; whoever calls this is the only run.
fn clear(index: &Path) {
    let path = lock_path(index);
    if fs::read(&path).is_ok_and(|content| content == MARK) {
        let _ = fs::remove_file(path);
    }
}

/// Brings one copy to what the branch says; whether it has got there.
fn follow(lock: &CommitLock, git: &Git, step: &Step) -> Result<bool, CommitError> {
    let steps = std::slice::from_ref(step);
    Ok(Copies::prepare(lock, git, steps)?.is_none_or(|copies| copies.finish(git).is_none()))
}

/// Writes the file as git keeps it, whole or not at all.
fn rewrite(git: &Git, folder: &Path, step: &Step) -> bool {
    let text = |blob| git.content(blob).ok().and_then(|content| String::from_utf8(content).ok());
    let (Some(from), Some(content)) = (text(step.old), text(step.new)) else { return false };
    let file = FileWrite { path: step.path.clone(), content, mode: WriteMode::Update { from } };
    apply(folder, &ChangeSet { files: vec![file] }).is_ok()
}

fn note_path(git: &Git) -> PathBuf {
    git.own_dir().join("promptyard").join("following")
}

/// Writes down what is about to happen, after what is still to be done.
pub(super) fn note(git: &Git, steps: &[Step]) -> Result<(), CommitError> {
    let mut all = pending(git);
    all.extend(steps.iter().cloned());
    Ok(write(git, &all).map_err(io_error(&note_path(git)))?)
}

/// Takes `steps` off the note. One that stays is looked at by the next run, and found to be done.
pub(super) fn forget(git: &Git, steps: &[Step]) {
    let mut left = pending(git);
    left.retain(|step| !steps.contains(step));
    let _ = write(git, &left);
}

fn pending(git: &Git) -> Vec<Step> {
    let text = fs::read_to_string(note_path(git)).unwrap_or_default();
    text.lines().filter_map(Step::read).collect()
}

fn write(git: &Git, steps: &[Step]) -> io::Result<()> {
    let path = note_path(git);
    if steps.is_empty() {
        return match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let lines: String = steps.iter().map(|Step { path, old, new }| format!("{old} {new} {path}\n")).collect();
    let folder = path.parent().expect("because the note's path was joined to a folder");
    fs::create_dir_all(folder)?;
    stage(folder, lines.as_bytes(), None)?.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Mends what the notes of killed runs tell of; a file that cannot be mended is returned.
pub(super) fn heal(lock: &CommitLock, git: &Git) -> Result<Option<StorePath>, CommitError> {
    clear(&git.index_path());
    let steps = pending(git);
    let Some(head) = git.head()?.filter(|_| !steps.is_empty()) else { return Ok(None) };
    let mut left = None;
    for step in &steps {
        sweep(git, step);
        // The ref never moved, or has moved on: then the copy is what its owner made of it.
        let is_current = git.blob_at(head, &step.path)? == Some(step.new);
        if is_current && check(lock, git, &step.path, step.new).is_err() {
            let is_mended = is_behind(lock, git, step)? && follow(lock, git, step)?;
            left = left.or((!is_mended).then(|| step.path.clone()));
        }
    }
    forget(git, &steps);
    Ok(left)
}

/// Removes the new file that a killed run had not renamed yet: it says the new content, or its beginning.
fn sweep(git: &Git, step: &Step) {
    let (Some(root), Ok(new)) = (git.worktree(), git.content(step.new)) else { return };
    let Some(folder) = root.join(step.path.as_str()).parent().map(Path::to_path_buf) else { return };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(STAGED)) {
        if fs::read(entry.path()).is_ok_and(|content| new.starts_with(&content)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether the copy says the old, or in one of its two places the new already.
fn is_behind(lock: &CommitLock, git: &Git, step: &Step) -> Result<bool, CommitError> {
    let Staged::File { blob, left_out, .. } = git.staged_at(&step.path)? else { return Ok(false) };
    let is_known = |blob: CommitId| blob == step.old || blob == step.new;
    if !is_known(blob) {
        return Ok(false);
    }
    Ok(match fs::read(lock.folder(git).join(step.path.as_str())) {
        Err(_) => left_out,
        Ok(content) => git.name_of(&content).is_some_and(is_known) || (blob == step.old && agrees(lock, &step.path)?),
    })
}

/// Whether the file says what the index has, by git's own judgement.
fn agrees(lock: &CommitLock, path: &StorePath) -> Result<bool, CommitError> {
    let mut ask = lock.git(["--no-optional-locks", "diff-files", "--name-only", "-z", "--"]);
    ask.arg(format!(":(top,literal){path}"));
    let answer = command::answer(ask, b"").map_err(git_error("git could not compare the worktree with the index"))?;
    Ok(answer.is_empty())
}

impl Step {
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.splitn(3, ' ');
        let (old, new) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { path: parts.next()?.parse().ok()?, old, new })
    }
}
