//! Where a store has had its files: what a scan of its history looks at.

use std::collections::BTreeSet;

use super::classify::{Classified, Classifier};
use super::config::CONFIG_NAMES;
use super::load::load_config;
use super::snapshot::Snapshot;
use super::{FileKind, Store};
use crate::name::CommitId;
use crate::path::StorePath;

/// Golden data lies beside the suites that name it.
const DATA_FOLDER: &str = "suites/";

/// More renamed folders than this tell nothing about a store.
const MOST_MOVES: usize = 32;

/// The places where files of a store are, or have been.
pub struct Places {
    /// By every configuration that the store has had, newest first.
    classifiers: Vec<Classifier>,
    /// The configurations that were taken in.
    known: BTreeSet<CommitId>,
    /// Files that no place tells: what others name, and what was renamed.
    files: BTreeSet<StorePath>,
    /// Folders that were renamed: what they were called, and what they were called then. With a slash at their end.
    moves: BTreeSet<(String, String)>,
}

impl Places {
    /// The places of `store`, and of the files that it has by name.
    pub fn of(store: &Store) -> Self {
        let classifiers = vec![Classifier::new(store.config())];
        Self {
            classifiers,
            known: BTreeSet::new(),
            files: store.files().map(|file| file.path.clone()).collect(),
            moves: BTreeSet::new(),
        }
    }

    /// Takes in the places that another configuration names: the one that `snapshot` has, whose content git calls `blob`.
    /// Whether it was not known yet.
    pub fn extend_by_configuration(&mut self, blob: CommitId, snapshot: &Snapshot) -> bool {
        let is_new = self.known.insert(blob);
        if is_new {
            self.classifiers.push(Classifier::new(&load_config(snapshot).0));
        }
        is_new
    }

    /// Takes in that a file at a place of the store had been at `from` before, and with it the folder that was renamed.
    /// Whether that is new.
    pub fn extend_by_rename(&mut self, from: &StorePath, to: &StorePath) -> bool {
        if self.has(from) {
            return false;
        }
        let segments = |path: &StorePath| path.as_str().split('/').map(str::to_owned).collect::<Vec<_>>();
        let (old, new) = (segments(from), segments(to));
        let shared = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
        let folder = |path: &[String]| path[..path.len() - shared].iter().map(|name| format!("{name}/")).collect();
        if shared > 0 && self.moves.len() < MOST_MOVES {
            self.moves.insert((folder(&old), folder(&new)));
        }
        self.files.insert(from.clone())
    }

    /// Whether a file at `path` is, or was, part of the store by its place.
    pub fn has(&self, path: &StorePath) -> bool {
        CONFIG_NAMES.contains(&path.as_str())
            || path.as_str().starts_with(DATA_FOLDER)
            || self.files.contains(path)
            || self.is_told(path)
            || self.moves.iter().any(|(from, to)| {
                let rest = path.as_str().strip_prefix(from.as_str());
                rest.and_then(|rest| format!("{to}{rest}").parse().ok()).is_some_and(|path| self.is_told(&path))
            })
    }

    /// Whether a configuration tells what the file at `path` is.
    fn is_told(&self, path: &StorePath) -> bool {
        self.classifiers.iter().any(|classifier| classifier.classify(path).is_some())
    }
}

impl Store {
    /// The files of `snapshot`, whatever they are, under the configuration and the policies of this store. What the
    /// configuration does not know is read as text. A policy or a configuration in `snapshot` is a file and decides nothing.
    #[must_use]
    pub fn with_files(&self, snapshot: Snapshot) -> Self {
        let classifier = Classifier::new(self.config());
        let classify = |path: &StorePath| classifier.classify(path).unwrap_or(Classified::Other(FileKind::Data));
        let classified = snapshot.entries().map(|(path, _)| (path.clone(), classify(path))).collect();
        let mut store = Self::load_classified(snapshot, self.config.clone(), classified);
        store.policies.clone_from(&self.policies);
        store
    }
}
