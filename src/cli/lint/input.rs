//! What is checked: files of the worktree, standard input in the place of one of them, what is staged, or a revision.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::LintArgs;
use crate::cli::Global;
use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::name::CommitId;
use crate::path::StorePath;
use crate::repo::{self, Git, Location};
use crate::revision::{Contents as _, Revisions as _};
use crate::store::snapshot::Snapshot;

/// The store in question, at the moment in question.
pub(super) struct Input {
    pub(super) location: Location,
    /// What came from standard input.
    pub(super) given: Option<(StorePath, Vec<u8>)>,
    at: Moment,
    /// The repository, where the arguments ask for anything of it.
    git: Option<Git>,
}

/// Which files are checked.
enum Moment {
    Worktree,
    Staged,
    Revision(CommitId),
}

impl Input {
    pub(super) fn new(args: &LintArgs, global: &Global, ui: &Ui) -> Result<Self, CliError> {
        let root = global.root.as_deref();
        let is_past = args.staged || args.rev.is_some();
        if is_past && args.changes_the_worktree() {
            return Err(CliError::FixesElsewhere);
        }
        let is_input = |path: &Path| path == Path::new("-");
        let (location, given) = match args.paths.as_slice() {
            [path] if is_input(path) && !is_past => {
                let name = args.stdin_filename.as_ref().ok_or(CliError::UnnamedInput)?;
                let (location, path) = repo::discover_new(name, root)?;
                (location, Some((path, ui.input()?)))
            }
            paths if paths.iter().any(|path| is_input(path)) => return Err(CliError::InputWithPaths),
            // A file that was staged or committed need not be there any more.
            paths if is_past => (repo::discover_past(paths, root)?, None),
            paths => (repo::discover(paths, root)?, None),
        };
        let git = (is_past || args.since.is_some()).then(|| Git::open(&location)).transpose()?;
        let at = match (&git, &args.rev) {
            (Some(git), Some(revision)) => Moment::Revision(git.resolve(revision)?),
            _ if args.staged => Moment::Staged,
            _ => Moment::Worktree,
        };
        Ok(Self { location, given, at, git })
    }

    /// Whether the files are those of the worktree.
    pub(super) fn is_worktree(&self) -> bool {
        matches!(self.at, Moment::Worktree)
    }

    /// The files in question.
    pub(super) fn snapshot(&self) -> Result<Snapshot, CliError> {
        let snapshot = match (&self.at, &self.git) {
            (Moment::Revision(commit), Some(git)) => git.snapshot(*commit)?,
            (Moment::Staged, Some(git)) => git.staged()?,
            _ => repo::snapshot(&self.location)?,
        };
        Ok(match &self.given {
            Some((path, content)) => snapshot.with_contents(BTreeMap::from([(path.clone(), content.clone())])),
            None => snapshot,
        })
    }

    /// The files that changed: what is staged, or what came since the merge base with `since`. `None` where the check is
    /// not about a change.
    pub(super) fn changed(
        &self,
        since: Option<&str>,
        snapshot: &Snapshot,
    ) -> Result<Option<BTreeSet<StorePath>>, CliError> {
        let Some(git) = &self.git else { return Ok(None) };
        let base = |head: CommitId| -> Result<Option<CommitId>, CliError> {
            let since = since.map(|revision| git.resolve(revision)).transpose()?;
            Ok(since.map(|since| git.merge_base(head, since)).transpose()?)
        };
        Ok(match (&self.at, since) {
            (Moment::Staged, None) => Some(git.staged_changes()?.into_iter().collect()),
            (Moment::Staged, Some(_)) => {
                let base = base(git.resolve("HEAD")?)?;
                Some(git.staged_since(base)?.into_iter().collect())
            }
            (Moment::Worktree, Some(_)) => match base(git.resolve("HEAD")?)? {
                Some(base) => Some(git.worktree_since(base, snapshot)?),
                None => None,
            },
            (Moment::Revision(commit), Some(_)) => Some(git.changed(base(*commit)?, *commit)?.into_iter().collect()),
            (Moment::Worktree | Moment::Revision(_), None) => None,
        })
    }

    /// Whether everything that was asked of the repository was there.
    pub(super) fn check_reads(&self) -> Result<(), CliError> {
        Ok(self.git.as_ref().map_or(Ok(()), Git::check_reads)?)
    }
}
