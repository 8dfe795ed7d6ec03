//! Making tags: all of them or none, whatever happens on the way.
//!
//! Tag objects are written first. Nobody sees them until refs name them, so a process that is killed leaves nothing but
//! objects that git clears away. The refs then appear in one step: see [`packed`]. Runs wait for each other by a lock of
//! the operating system, which ends with the process that holds it.

mod object;
mod packed;
mod push;

pub use push::{PushError, push};

use std::fs::File;
use std::path::PathBuf;

use super::command;
use super::write_error::{WriteError, git_error};
use super::{Git, Location, RepoError, lock};
use crate::name::CommitId;

/// A tag to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTag {
    /// Its name without `refs/tags/`.
    pub name: String,
    /// What it names.
    pub commit: CommitId,
    /// What it says.
    pub message: String,
}

/// Why no tag was made.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// The repository could not be found.
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// A tag has the name already.
    #[error("the tag `{0}` is already there")]
    Exists(String),
    /// Git keeps refs as paths: a tag cannot be the folder of another one.
    #[error("the tag `{tag}` cannot be beside the tag `{other}`: for git, one name is a folder of the other")]
    InTheWay {
        /// The tag that was to be made.
        tag: String,
        /// The tag that is there.
        other: String,
    },
    /// Another tag of the same name was made at the same moment.
    #[error("the tag `{0}` was made by another program at the same moment, and hides the one of this release")]
    Raced(String),
    /// Git is writing refs, or was killed while it did.
    #[error("git is writing refs: `{}` is there", .0.display())]
    Locked(PathBuf),
    /// Git or the file system did not do its part.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Held while releases are planned and made: no other run does so in this repository or one of its worktrees meanwhile.
pub struct TagLock {
    root: PathBuf,
    common: PathBuf,
    /// The folder in the repository where a run keeps what must not outlive it.
    folder: PathBuf,
    _file: File,
}

impl TagLock {
    /// Waits until no other run makes tags, and clears away what one that was killed has left. `waiting` is called before
    /// a wait.
    ///
    /// # Errors
    /// When there is no repository, or its folder can't be written to.
    pub fn take(location: &Location, waiting: impl FnOnce()) -> Result<Self, TagError> {
        let common = Git::open(location)?.common_dir().to_path_buf();
        let folder = common.join("promptyard");
        let file = lock::take(&folder.join("release.lock"), waiting)?;
        let lock = Self { root: location.root.clone(), common, folder, _file: file };
        packed::clear(&lock)?;
        object::clear(&lock);
        Ok(lock)
    }

    /// Makes `tags`: when this returns, all of them are there, and before it none is. `made` is told how many more
    /// objects have been written.
    ///
    /// # Errors
    /// When one of the tags can't be made. None is there then.
    pub fn make(&self, tags: &[NewTag], made: &dyn Fn(usize)) -> Result<(), TagError> {
        if tags.is_empty() {
            return Ok(());
        }
        let mut refs: Vec<NewRef> = object::write(self, tags, made)?;
        refs.sort_by(|a, b| a.name.cmp(&b.name));
        match packed::add(self, &refs)? {
            packed::Added::Done => Ok(()),
            packed::Added::NotHere => self.transaction(&refs),
        }
    }

    /// One transaction of git's. It is atomic where refs are kept in tables; as files they appear one after the other.
    fn transaction(&self, refs: &[NewRef]) -> Result<(), TagError> {
        let mut input = String::from("start\n");
        input.extend(refs.iter().map(|new| format!("create {} {}\n", new.name, new.object)));
        input.push_str("prepare\ncommit\n");
        let done = command::answer(command::git(&self.root, ["update-ref", "--stdin"]), input.as_bytes());
        done.map_err(git_error("the tags could not be made"))?;
        Ok(())
    }
}

/// A ref to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NewRef {
    /// `refs/tags/prompts/a@1.0.0`
    name: String,
    /// The tag object.
    object: CommitId,
    /// What that one names.
    commit: CommitId,
}
