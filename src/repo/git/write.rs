//! New objects: files and the trees that hold them. Nobody sees them until a ref names them, so a process that is killed
//! leaves nothing but objects that git clears away.

use std::fs::File;
use std::time::Duration;

use gix::ObjectId;
use gix::bstr::{BStr, ByteSlice as _};
use gix::index::entry::{Flags, Mode, Stage};
use gix::objs::tree::{Entry, EntryKind};

use super::{Git, commit_id, error, history, object_id, tree};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{Person, RevisionError};

/// A tree that was written.
pub(in crate::repo) struct Tree {
    /// Its name.
    pub(in crate::repo) id: CommitId,
    /// The names of the files' contents, in the order in which the files were given.
    pub(in crate::repo) blobs: Vec<CommitId>,
}

/// What the index has at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::repo) enum Staged {
    /// Nothing.
    Absent,
    /// More than one version, of a merge that is not resolved.
    Conflict,
    /// This content.
    File {
        /// Its name.
        blob: CommitId,
        /// Its mode as `git update-index` takes it.
        mode: &'static str,
        /// Whether the worktree is meant to lack it: a sparse checkout.
        left_out: bool,
    },
}

impl Git {
    /// Writes the tree of `base` with `files` in it, by their paths in the repository; a tree of these files alone where
    /// there is no base. It is on the disk when this returns.
    pub(in crate::repo) fn write_tree(
        &self,
        base: Option<CommitId>,
        files: &[(StorePath, &[u8])],
    ) -> Result<Tree, RevisionError> {
        let repository = self.local();
        let mut root = match base {
            Some(base) => Some(root_of(&repository, base)?),
            None => None,
        };
        let mut writer = Writer { repository: &repository, written: Vec::new() };
        let mut blobs = Vec::with_capacity(files.len());
        for (path, content) in files {
            let blob = writer.blob(content)?;
            let segments: Vec<&str> = path.as_str().split('/').collect();
            root = Some(writer.put(root, &segments, blob)?);
            blobs.push(commit_id(&blob));
        }
        writer.sync(self);
        let id = root.unwrap_or_else(|| ObjectId::empty_tree(repository.object_hash()));
        Ok(Tree { id: commit_id(&id), blobs })
    }

    /// The path of a file of the store in the repository.
    pub(in crate::repo) fn path_in_repository(&self, path: &StorePath) -> StorePath {
        let whole = format!("{}{path}", self.prefix);
        whole.parse().expect("because a store's folder and a path in it make a path")
    }

    /// The name of the content at `path` in the repository at `commit`.
    pub(in crate::repo) fn blob_at(
        &self,
        commit: CommitId,
        path: &StorePath,
    ) -> Result<Option<CommitId>, RevisionError> {
        let repository = self.local();
        let (folder, name) = match path.as_str().rsplit_once('/') {
            Some((folder, name)) => (format!("{folder}/"), name),
            None => (String::new(), path.as_str()),
        };
        let Some(folder) = tree::at(&repository, root_of(&repository, commit)?, &folder)? else { return Ok(None) };
        Ok(folder.find_entry(name).filter(|entry| entry.mode().is_blob()).map(|entry| commit_id(entry.oid())))
    }

    /// What the index has at `path` in the repository.
    pub(in crate::repo) fn staged_at(&self, path: &StorePath) -> Result<Staged, RevisionError> {
        let repository = self.local();
        let index = repository.index_or_empty().map_err(|failed| error::other("the index", &failed))?;
        let path: &BStr = path.as_str().as_bytes().as_bstr();
        let Some(entry) = index.entry_by_path(path) else { return Ok(Staged::Absent) };
        if entry.stage() != Stage::Unconflicted {
            return Ok(Staged::Conflict);
        }
        let mode = if entry.mode == Mode::FILE_EXECUTABLE { "100755" } else { "100644" };
        let left_out = entry.flags.contains(Flags::SKIP_WORKTREE);
        Ok(Staged::File { blob: commit_id(&entry.id), mode, left_out })
    }

    /// The file of the index.
    pub(in crate::repo) fn index_path(&self) -> std::path::PathBuf {
        self.local().index_path()
    }

    /// Waits until no other git writes the index, or one has done so for seconds.
    pub(in crate::repo) fn await_index(&self) {
        let path = self.index_path();
        let patience = gix::lock::acquire::Fail::AfterDurationWithBackoff(Duration::from_secs(1));
        // Whatever is the matter with the index, git says it.
        drop(gix::lock::Marker::acquire_to_hold_resource(path, patience, None, 0));
    }

    /// Git's name of a file that says `content`.
    pub(in crate::repo) fn name_of(&self, content: &[u8]) -> Option<CommitId> {
        let kind = self.local().object_hash();
        gix::objs::compute_hash(kind, gix::objs::Kind::Blob, content).ok().map(|id| commit_id(&id))
    }

    /// A file's content.
    pub(in crate::repo) fn content(&self, blob: CommitId) -> Result<Vec<u8>, RevisionError> {
        self.objects.blob(blob)
    }

    /// The commit that the ref with this full name is at; `None` where there is none.
    ///
    /// # Errors
    /// When refs can't be read.
    pub fn target(&self, reference: &str) -> Result<Option<CommitId>, RevisionError> {
        super::branch::commit_at(&self.local(), reference)
    }

    /// Whether git is configured to sign commits.
    pub(in crate::repo) fn signs_commits(&self) -> bool {
        self.local().config_snapshot().boolean("commit.gpgSign").unwrap_or(false)
    }

    /// Who the author of a commit would be; `None` where git does not know.
    pub fn author(&self) -> Option<Person> {
        let repository = self.local();
        let author = repository.author()?.ok()?;
        Some(history::person(author))
    }

    /// The worktree's own part of the repository.
    pub(in crate::repo) fn own_dir(&self) -> std::path::PathBuf {
        self.local().git_dir().to_path_buf()
    }

    /// The folder with the repository's files; `None` where it is bare.
    pub(in crate::repo) fn worktree(&self) -> Option<std::path::PathBuf> {
        self.local().workdir().map(std::path::Path::to_path_buf)
    }
}

fn root_of(repository: &gix::Repository, commit: CommitId) -> Result<ObjectId, RevisionError> {
    let found = repository.find_commit(object_id(commit)).and_then(|commit| commit.tree_id().map(gix::Id::detach));
    found.map_err(|failed: gix::Error| error::unreadable(repository, commit, &failed))
}

struct Writer<'r> {
    repository: &'r gix::Repository,
    written: Vec<ObjectId>,
}

impl Writer<'_> {
    fn blob(&mut self, content: &[u8]) -> Result<ObjectId, RevisionError> {
        let id = self.repository.write_blob(content).map_err(|failed| error::other("a new file", &failed))?.detach();
        self.written.push(id);
        Ok(id)
    }

    /// The tree `base` with `blob` at the path that `segments` make.
    fn put(&mut self, base: Option<ObjectId>, segments: &[&str], blob: ObjectId) -> Result<ObjectId, RevisionError> {
        let mut whole = match base {
            Some(base) => self.read(base)?,
            None => gix::objs::Tree::empty(),
        };
        let Some((name, rest)) = segments.split_first() else { return Ok(blob) };
        let name: &BStr = name.as_bytes().as_bstr();
        let known = whole.entries.iter().position(|entry| entry.filename == name);
        let folder = known.map(|at| &whole.entries[at]).filter(|entry| entry.mode.is_tree()).map(|entry| entry.oid);
        let (kind, oid) = match rest {
            [] => (EntryKind::Blob, blob),
            rest => (EntryKind::Tree, self.put(folder, rest, blob)?),
        };
        match known.map(|at| &mut whole.entries[at]) {
            // An executable file stays one.
            Some(entry) if rest.is_empty() && entry.mode.is_blob() => entry.oid = oid,
            Some(entry) => (entry.mode, entry.oid) = (kind.into(), oid),
            None => whole.entries.push(Entry { mode: kind.into(), filename: name.to_owned(), oid }),
        }
        whole.entries.sort();
        let id = self.repository.write_object(&whole).map_err(|failed| error::other("a new folder", &failed))?.detach();
        self.written.push(id);
        Ok(id)
    }

    fn read(&self, id: ObjectId) -> Result<gix::objs::Tree, RevisionError> {
        let found = tree::find(self.repository, id)?;
        let odd = |_| RevisionError::Unreadable(format!("the folder {id} is not written as git writes them"));
        let mut whole = gix::objs::Tree::empty();
        for entry in found.iter() {
            let entry = entry.map_err(odd)?;
            whole.entries.push(Entry {
                mode: entry.mode(),
                filename: entry.filename().to_owned(),
                oid: entry.object_id(),
            });
        }
        Ok(whole)
    }

    /// A power cut must not leave a ref without its objects.
    fn sync(&self, git: &Git) {
        let folder = git.common_dir().join("objects");
        for id in &self.written {
            let name = id.to_string();
            // One that was there before is where git has put it.
            if let Ok(file) = File::open(folder.join(&name[..2]).join(&name[2..])) {
                let _ = file.sync_all();
            }
        }
    }
}
