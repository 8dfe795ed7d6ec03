//! What is checked: files of the worktree, or standard input in the place of one of them.

use std::collections::BTreeMap;
use std::path::Path;

use super::LintArgs;
use crate::cli::Global;
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::path::StorePath;
use crate::repo::{self, Location};
use crate::store::snapshot::Snapshot;

/// The store in question, and what stands in for one of its files.
pub(super) struct Input {
    pub(super) location: Location,
    /// What came from standard input.
    pub(super) given: Option<(StorePath, Vec<u8>)>,
}

impl Input {
    pub(super) fn new(args: &LintArgs, global: &Global, ui: &Ui) -> Result<Self, CliError> {
        let root = global.root.as_deref();
        let is_input = |path: &Path| path == Path::new("-");
        match args.paths.as_slice() {
            [path] if is_input(path) => {
                let name = args.stdin_filename.as_ref().ok_or(CliError::UnnamedInput)?;
                let (location, path) = repo::discover_new(name, root)?;
                Ok(Self { location, given: Some((path, ui.input()?)) })
            }
            paths if paths.iter().any(|path| is_input(path)) => Err(CliError::InputWithPaths),
            paths => Ok(Self { location: repo::discover(paths, root)?, given: None }),
        }
    }

    /// The files as they are now.
    pub(super) fn snapshot(&self) -> Result<Snapshot, CliError> {
        let snapshot = repo::snapshot(&self.location)?;
        Ok(match &self.given {
            Some((path, content)) => snapshot.with_contents(BTreeMap::from([(path.clone(), content.clone())])),
            None => snapshot,
        })
    }
}
