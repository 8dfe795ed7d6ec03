//! What a forge is told about a store: who reviews what, and the jobs that check each change.

pub mod ci;
pub mod code_owners;
mod pattern;

use crate::path::StorePath;

/// Where a repository is hosted, and changes are reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forge {
    /// GitHub, in the cloud or one's own.
    GitHub,
    /// GitLab, in the cloud or one's own.
    GitLab,
}

impl Forge {
    /// Both.
    pub const ALL: [Self; 2] = [Self::GitHub, Self::GitLab];

    /// The forge whose own folder the file at `path` is in; `None` for a file that several read.
    pub fn of(path: &StorePath) -> Option<Self> {
        Self::ALL.into_iter().find(|forge| path.folder() == forge.folder())
    }

    /// The folder of its own files at the top of a repository.
    pub fn folder(self) -> &'static str {
        match self {
            Self::GitHub => ".github",
            Self::GitLab => ".gitlab",
        }
    }

    /// What decides which checks a change must pass: whoever can change that can pass anything.
    fn guarded(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &[".github/"],
            Self::GitLab => &[".gitlab/", ".gitlab-ci.yml"],
        }
    }
}
