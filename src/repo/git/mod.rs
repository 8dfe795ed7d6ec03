//! Git, read directly: revisions, the index, commits and tags. What changes a repository goes through the `git` command,
//! so that the user's hooks, signing and credentials apply.
//!
//! What a revision or the index has is the content that git stores: a worktree may have other line ends, where
//! `core.autocrlf` or `.gitattributes` ask for them. The repository is the one that git itself would take: `GIT_DIR`,
//! `GIT_WORK_TREE` and `GIT_INDEX_FILE` hold, which git sets for its hooks, and so do the variables of a push's objects.
//!
//! *Architecture invariant:* this room alone names the git library. Replacement refs and grafts are never followed: what
//! was recorded is what is read.

mod branch;
mod cache;
mod chain;
mod changes;
mod error;
mod graph;
mod history;
mod index;
mod links;
mod listing;
mod objects;
mod past;
mod quarantine;
mod route_log;
mod series;
mod tags;
mod tree;
mod worktree;
mod write;

pub use past::GitPast;
pub(in crate::repo) use write::Staged;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ThreadSafeRepository;
use gix::bstr::ByteSlice as _;

use super::{Location, RepoError};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{Change, Commit, Contents, Remote, RemoteTags, RevisionError, Revisions, Step, Tag, TagName};
use crate::store::snapshot::Snapshot;
use objects::Objects;

/// The git repository of a store.
pub struct Git {
    repository: ThreadSafeRepository,
    root: PathBuf,
    /// The store's folder in the repository: empty, or with a slash at its end.
    prefix: String,
    objects: Arc<Objects>,
    /// What objects are read through that a push brings; it goes with this.
    _quarantine: Option<tempfile::TempDir>,
}

impl Git {
    /// Opens the repository that holds the store at `location`, as git itself would find it.
    ///
    /// # Errors
    /// When there is none, or git would refuse to read it.
    pub fn open(location: &Location) -> Result<Self, RepoError> {
        let root = &location.root;
        let mut repository = error::opened(root, discover(root))?;
        let quarantine = quarantine::open(&mut repository)
            .map_err(|error| RepoError::Broken { path: root.clone(), reason: error.to_string() })?;
        let prefix = match repository.work_tree.as_deref() {
            Some(worktree) => prefix_in(root, worktree)?,
            // A bare repository is its store.
            None => String::new(),
        };
        let objects = Arc::new(Objects::new(repository.clone()));
        Ok(Self { repository, root: root.clone(), prefix, objects, _quarantine: quarantine })
    }

    /// The store's files as they are staged: what `git commit` would record.
    ///
    /// # Errors
    /// When the index can't be read, or has conflicts.
    pub fn staged(&self) -> Result<Snapshot, RevisionError> {
        index::listing(self)?.into_snapshot(&self.objects)
    }

    /// The store's files that differ between `HEAD` and the index, in order; every staged file before the first commit.
    ///
    /// # Errors
    /// When `HEAD` or the index can't be read.
    pub fn staged_changes(&self) -> Result<Vec<StorePath>, RevisionError> {
        let head = self.head()?;
        self.staged_since(head)
    }

    /// The store's files that differ between `base` and the index, in order; every staged file where it is `None`.
    ///
    /// # Errors
    /// When `base` or the index can't be read.
    pub fn staged_since(&self, base: Option<CommitId>) -> Result<Vec<StorePath>, RevisionError> {
        let base = base.map(|base| tree::listing(self, base)).transpose()?.unwrap_or_default();
        Ok(base.differing(&index::listing(self)?))
    }

    /// The store's files that differ between `base` and the worktree, whose listing is `worktree`: changed, staged, new and
    /// removed ones.
    ///
    /// # Errors
    /// When `base` or the index can't be read.
    pub fn worktree_since(&self, base: CommitId, worktree: &Snapshot) -> Result<BTreeSet<StorePath>, RevisionError> {
        worktree::changed_since(self, base, worktree)
    }

    /// The commit that is checked out; `None` before the first.
    ///
    /// # Errors
    /// When `HEAD` can't be read.
    pub fn head(&self) -> Result<Option<CommitId>, RevisionError> {
        let repository = self.local();
        let head = repository.head().map_err(|failed| error::head(&failed))?;
        if head.is_unborn() {
            return Ok(None);
        }
        self.resolve("HEAD").map(Some)
    }

    /// The commits at the tips of all branches, tags and other refs, and `HEAD`.
    ///
    /// # Errors
    /// When a ref can't be read.
    pub fn tips(&self) -> Result<Vec<CommitId>, RevisionError> {
        let mut tips = tags::tips(&self.local())?;
        tips.extend(self.head()?);
        Ok(tips.into_iter().collect())
    }

    /// The past of the tracked branch: `branch`, which may be any revision, or else the default branch of `origin`, or else
    /// the branch that is checked out. Where the branch is there and at `origin`, this repository's own is meant.
    ///
    /// # Errors
    /// When there is no such branch, or its commits can't be read.
    pub fn past(&self, branch: Option<&str>) -> Result<GitPast<'_>, RevisionError> {
        GitPast::open(self, branch)
    }

    /// The folder with the repository's own files, shared by all worktrees.
    pub fn common_dir(&self) -> &Path {
        self.repository.common_dir.as_deref().unwrap_or_else(|| self.repository.refs.git_dir())
    }

    /// The branch that is checked out; `None` where a commit is.
    pub fn branch(&self) -> Option<String> {
        let name = self.local().head_name().ok().flatten()?;
        Some(name.shorten().to_string())
    }

    fn local(&self) -> gix::Repository {
        self.repository.to_thread_local()
    }
}

fn discover(root: &Path) -> gix::Result<ThreadSafeRepository> {
    let options = || {
        gix::open::Options::default()
            .bail_if_untrusted(true)
            .config_overrides(["core.useReplaceRefs=false", "gitoxide.objects.noReplace=true"])
    };
    let trust = gix::sec::trust::Mapping { full: options(), reduced: options() };
    // Like git, which takes no notice of a ceiling that is not above the folder.
    let upwards = gix::discover::upwards::Options { match_ceiling_dir_or_error: false, ..Default::default() };
    if let Some(folder) = of_push_to_worktree() {
        return ThreadSafeRepository::discover_opts(folder, upwards, trust);
    }
    ThreadSafeRepository::discover_with_environment_overrides_opts(root, upwards, trust)
}

/// The folder `.git` that git starts the hooks of a push in, where the repository has a worktree. `GIT_DIR` is `.` then, which
/// git's library takes for a worktree.
fn of_push_to_worktree() -> Option<PathBuf> {
    if std::env::var_os("GIT_DIR")? != "." || std::env::var_os("GIT_WORK_TREE").is_some() {
        return None;
    }
    std::fs::canonicalize(".").ok().filter(|folder| folder.ends_with(".git"))
}

/// The folder `root` in the repository whose worktree is `worktree`.
fn prefix_in(root: &Path, worktree: &Path) -> Result<String, RepoError> {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let Ok(inside) = real(root).strip_prefix(real(worktree)).map(Path::to_path_buf) else {
        return Err(RepoError::OtherRepository { root: root.to_path_buf(), worktree: worktree.to_path_buf() });
    };
    let inside = inside.to_string_lossy().replace('\\', "/");
    Ok(if inside.is_empty() { inside } else { format!("{inside}/") })
}

impl Revisions for Git {
    fn resolve(&self, revision: &str) -> Result<CommitId, RevisionError> {
        let repository = self.local();
        let unknown = || RevisionError::Unknown(revision.to_owned());
        let id = match repository.rev_parse_single(revision.as_bytes().as_bstr()) {
            Ok(id) => id.detach(),
            Err(_) if revision == "HEAD" && repository.head().is_ok_and(|head| head.is_unborn()) => {
                return Err(RevisionError::Unreadable(
                    "`HEAD` has no commit yet: the first `git commit` makes one".to_owned(),
                ));
            }
            Err(failed) if revision == "HEAD" && !failed.is_not_found() => return Err(error::head(&failed)),
            Err(_) if self.is_shallow() => return Err(error::not_in_shallow(revision)),
            Err(_) => return Err(unknown()),
        };
        let failed = |failed: gix::Error| error::unreadable(&repository, commit_id(&id), &failed);
        let object = repository.find_object(id).map_err(failed)?;
        match object.peel_tags_to_end().map_err(failed)? {
            object if object.kind == gix::objs::Kind::Commit => Ok(commit_id(&object.id)),
            _ => Err(unknown()),
        }
    }

    fn snapshot(&self, commit: CommitId) -> Result<Snapshot, RevisionError> {
        tree::listing(self, commit)?.into_snapshot(&self.objects)
    }

    fn each_snapshot(&self, commits: &[CommitId], visit: &mut dyn FnMut(CommitId, Result<Step<'_>, RevisionError>)) {
        let mut series = series::Series::new(self);
        for commit in commits {
            let step = series.step_to(*commit);
            visit(*commit, step.as_ref().map(series::Stepped::step).map_err(Clone::clone));
        }
    }

    fn commit(&self, commit: CommitId) -> Result<Commit, RevisionError> {
        history::commit(&self.local(), commit)
    }

    fn tags(&self, prefix: &str) -> Result<Vec<Tag>, RevisionError> {
        tags::list(&self.local(), prefix)
    }

    fn tag_names(&self, prefix: &str) -> Result<Vec<TagName>, RevisionError> {
        tags::names(&self.local(), prefix)
    }

    fn read_tags(&self, names: &[&TagName]) -> Result<Vec<Tag>, RevisionError> {
        tags::read_all(self, names)
    }

    fn reached(&self, from: CommitId, among: &BTreeSet<CommitId>) -> Result<BTreeSet<CommitId>, RevisionError> {
        history::reached(&self.local(), from, among)
    }

    fn commits(&self, to: CommitId, since: &[CommitId]) -> Result<Vec<CommitId>, RevisionError> {
        history::commits(&self.local(), &[to], since)
    }

    fn changed(&self, from: Option<CommitId>, to: CommitId) -> Result<Vec<StorePath>, RevisionError> {
        tree::changed(self, from, to)
    }

    fn heads(&self) -> Result<Vec<CommitId>, RevisionError> {
        history::heads(&self.local())
    }

    fn merge_base(&self, one: CommitId, other: CommitId) -> Result<CommitId, RevisionError> {
        history::merge_base(&self.local(), one, other)
    }

    fn is_shallow(&self) -> bool {
        self.local().is_shallow().unwrap_or(true)
    }

    fn remotes(&self) -> Vec<Remote> {
        let repository = self.local();
        let config = repository.config_snapshot();
        let remote = |name: &gix::bstr::BStr| {
            let option = config.string(format!("remote.{name}.tagOpt").as_str());
            let left_out = option.is_some_and(|option| option.as_slice() == b"--no-tags");
            let tags = if left_out { RemoteTags::LeftOut } else { RemoteTags::Fetched };
            Remote { name: name.to_string(), tags }
        };
        repository.remote_names().iter().map(|name| remote(name.as_ref())).collect()
    }
}

impl Contents for Git {
    fn reachable(&self, tips: &[CommitId]) -> Result<Vec<CommitId>, RevisionError> {
        history::commits(&self.local(), tips, &[])
    }

    fn changes(&self, commit: CommitId) -> Result<Vec<Change>, RevisionError> {
        self.objects.with(|repository| {
            let parent = history::first_parent(repository, commit)?;
            tree::changes(self, repository, parent, commit)
        })
    }

    fn moment(&self, files: BTreeMap<StorePath, CommitId>) -> Snapshot {
        listing::moment(self, files)
    }

    fn check_reads(&self) -> Result<(), RevisionError> {
        self.objects.first_failure().map_or(Ok(()), Err)
    }
}

fn object_id(id: CommitId) -> gix::ObjectId {
    gix::ObjectId::try_from(id.as_bytes()).expect("because an id has the length of one of git's two hashes")
}

fn commit_id(id: &gix::oid) -> CommitId {
    CommitId::new(id.as_bytes()).expect("because git's two hashes have 20 and 32 bytes")
}
