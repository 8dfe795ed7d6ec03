//! What a store versions: prompts, models, retrieval configurations, policies and suites, each by its id.

use std::fmt;

use super::catalogue;
use super::snapshot::Snapshot;
use super::{FileKind, Store};
use crate::name::ArtifactId;
use crate::path::StorePath;

/// What kind of thing an artifact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArtifactKind {
    /// A prompt of any dialect.
    Prompt,
    /// An entry of the model registry.
    Model,
    /// A retrieval configuration.
    Retrieval,
    /// A policy.
    Policy,
    /// An evaluation suite.
    Suite,
}

impl ArtifactKind {
    /// The word in files and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Model => "model",
            Self::Retrieval => "retrieval",
            Self::Policy => "policy",
            Self::Suite => "suite",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Prompt, Self::Model, Self::Retrieval, Self::Policy, Self::Suite]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }

    /// The kind of artifact that a file of `kind` holds.
    pub fn of_file(kind: FileKind) -> Option<Self> {
        Some(match kind {
            FileKind::Prompt => Self::Prompt,
            FileKind::Model => Self::Model,
            FileKind::Retrieval => Self::Retrieval,
            FileKind::Policy => Self::Policy,
            FileKind::Suite => Self::Suite,
            FileKind::Config
            | FileKind::Partial
            | FileKind::Route
            | FileKind::Schema
            | FileKind::Tool
            | FileKind::Data
            | FileKind::CodeOwners => return None,
        })
    }
}

impl fmt::Display for ArtifactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A named thing that is versioned, by its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Artifact {
    /// Its id.
    pub id: ArtifactId,
    /// What it is.
    pub kind: ArtifactKind,
    /// Its file.
    pub path: StorePath,
}

/// Every artifact of `snapshot` in the order of their ids. Reads nothing but the configuration, and in a folder
/// without one the YAML files that may be prompts.
pub fn list(snapshot: &Snapshot) -> Vec<Artifact> {
    catalogue::list(snapshot)
}

impl Store {
    /// Every artifact of the store's moment, as [`list`] tells them: also those that hold nothing readable, and those
    /// that were not loaded.
    pub fn listed_artifacts(&self) -> Vec<Artifact> {
        list(&self.snapshot)
    }

    /// Every artifact that was loaded, in the order of their ids. A file that holds nothing readable is none.
    pub fn artifacts(&self) -> Vec<Artifact> {
        let prompts = self.prompts().iter().map(|prompt| Artifact {
            id: prompt.id.clone(),
            kind: ArtifactKind::Prompt,
            path: prompt.path.clone(),
        });
        let others = self.files().filter(|file| file.kind != FileKind::Prompt).filter_map(|file| {
            Some(Artifact {
                id: ArtifactId::of_yaml(&file.path),
                kind: ArtifactKind::of_file(file.kind)?,
                path: file.path.clone(),
            })
        });
        let mut found: Vec<Artifact> = prompts.chain(others).collect();
        found.sort();
        found
    }

    /// The artifact called `id`.
    pub fn artifact(&self, id: &str) -> Option<Artifact> {
        self.artifacts().into_iter().find(|artifact| artifact.id.as_str() == id)
    }
}
