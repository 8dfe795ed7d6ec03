//! Which files git has at a moment: what a tree or the index lists, as a store sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gix::bstr::{BStr, ByteSlice as _};
use gix::objs::tree::EntryKind as Mode;

use super::objects::{Blobs, Objects};
use super::{Git, commit_id, error, tree};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::repo::worktree::is_skipped_folder;
use crate::revision::RevisionError;
use crate::store::snapshot::{Entry, EntryKind, Snapshot, Unlisted};

/// What a listing of git's is made into.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) entries: BTreeMap<StorePath, Entry>,
    links: BTreeMap<StorePath, CommitId>,
    /// Where links lead, by the name of their content.
    targets: BTreeMap<CommitId, String>,
    pub(super) unlisted: Vec<Unlisted>,
}

/// A moment at which exactly `files` are there.
pub(super) fn moment(git: &Git, files: BTreeMap<StorePath, CommitId>) -> Snapshot {
    let entry = |(path, blob)| (path, Entry { size: None, kind: EntryKind::File, blob: Some(blob) });
    let listing = Listing { entries: files.into_iter().map(entry).collect(), ..Listing::default() };
    let entries = Arc::new(listing.entries);
    let reader = Blobs { entries: Arc::clone(&entries), objects: Arc::clone(&git.objects) };
    Snapshot::shared(entries, Vec::new().into(), Arc::new(reader))
}

impl Listing {
    /// Adds what git has at `path`, which is relative to the store's root. The path, where it became a file's.
    pub(super) fn add(&mut self, path: &BStr, mode: Mode, id: CommitId) -> Option<StorePath> {
        let kind = match mode {
            Mode::Blob | Mode::BlobExecutable => EntryKind::File,
            // Where it leads is known when everything is listed.
            Mode::Link => EntryKind::LinkOutside,
            // A submodule is a repository of its own.
            Mode::Tree | Mode::Commit => return None,
        };
        if is_skipped(path) {
            return None;
        }
        match path.to_str().ok().map(str::parse::<StorePath>) {
            Some(Ok(path)) => {
                if kind == EntryKind::LinkOutside {
                    self.links.insert(path.clone(), id);
                }
                self.entries.insert(path.clone(), Entry { size: None, kind, blob: Some(id) });
                Some(path)
            }
            problem => {
                let why = if problem.is_none() { "is not UTF-8" } else { "has a control character" };
                let reason = format!("the file's name {why}; rename it");
                self.unlisted.extend(shown(path).map(|path| Unlisted { path, reason }));
                None
            }
        }
    }

    /// Takes out what git had at `path`. The path, where it was a file's.
    pub(super) fn remove(&mut self, path: &BStr) -> Option<StorePath> {
        match path.to_str().ok().and_then(|path| path.parse().ok()) {
            Some(path) => {
                self.links.remove(&path);
                self.entries.remove(&path).map(|_| path)
            }
            None => {
                let gone = shown(path);
                self.unlisted.retain(|unlisted| Some(&unlisted.path) != gone.as_ref());
                None
            }
        }
    }

    /// Adds every file of the tree `id`, whose place in the store is `folder`: empty, or with a slash at its end.
    pub(super) fn add_tree(
        &mut self,
        repository: &gix::Repository,
        id: gix::ObjectId,
        folder: &str,
    ) -> Result<(), RevisionError> {
        let mut pending = vec![(folder.as_bytes().to_vec(), id)];
        while let Some((folder, id)) = pending.pop() {
            let tree = tree::find(repository, id)?;
            for entry in tree.iter() {
                let entry = entry.map_err(|failed| error::unreadable(repository, commit_id(&id), &failed))?;
                let mut path = folder.clone();
                path.extend_from_slice(entry.filename());
                if entry.mode().is_tree() {
                    path.push(b'/');
                    pending.push((path, entry.object_id()));
                } else {
                    self.add(path.as_bstr(), entry.mode().kind(), commit_id(&entry.object_id()));
                }
            }
        }
        Ok(())
    }

    /// The content of the ordinary file at `path`.
    pub(super) fn blob(&self, path: &StorePath) -> Option<CommitId> {
        self.entries.get(path).filter(|entry| entry.kind == EntryKind::File)?.blob
    }

    /// The text of the link at `path`.
    pub(super) fn link(&self, path: &StorePath) -> Option<CommitId> {
        self.links.get(path).copied()
    }

    /// The paths at which `other` has something else, in order. Asked before links are told apart.
    pub(super) fn differing(&self, other: &Self) -> Vec<StorePath> {
        let gone = self.entries.keys().filter(|path| !other.entries.contains_key(*path));
        let changed = other.entries.iter().filter(|(path, entry)| self.entries.get(*path) != Some(entry));
        let paths: BTreeSet<&StorePath> = changed.map(|(path, _)| path).chain(gone).collect();
        paths.into_iter().cloned().collect()
    }

    pub(super) fn into_snapshot(mut self, objects: &Arc<Objects>) -> Result<Snapshot, RevisionError> {
        self.tell_links_apart(objects)?;
        let entries = Arc::new(self.entries);
        let reader = Blobs { entries: Arc::clone(&entries), objects: Arc::clone(objects) };
        Ok(Snapshot::shared(entries, self.unlisted.into(), Arc::new(reader)))
    }

    /// Tells links to what the store has from all others, as in a worktree where nothing but the store is checked out.
    pub(super) fn tell_links_apart(&mut self, objects: &Objects) -> Result<(), RevisionError> {
        for id in self.links.values() {
            if !self.targets.contains_key(id) {
                self.targets.insert(*id, String::from_utf8_lossy(&objects.blob(*id)?).into_owned());
            }
        }
        let kind = |path| if self.leads_inside(path) { EntryKind::LinkInside } else { EntryKind::LinkOutside };
        let kinds: Vec<(StorePath, EntryKind)> = self.links.keys().map(|path| (path.clone(), kind(path))).collect();
        for (path, kind) in kinds {
            self.entries.entry(path).and_modify(|entry| entry.kind = kind);
        }
        Ok(())
    }

    /// Whether the link at `path` ends at a file or folder of the listing and never leaves it on the way.
    fn leads_inside(&self, path: &StorePath) -> bool {
        /// As many links as Linux follows for one path.
        const MOST_LINKS: usize = 40;
        let target = |path: &StorePath| self.targets.get(self.links.get(path)?);
        let mut here: Vec<&str> = path.folder().split('/').filter(|segment| !segment.is_empty()).collect();
        let mut ahead: Vec<&str> = Vec::new();
        let mut link = target(path);
        for _ in 0..MOST_LINKS {
            match link.take() {
                Some(text) if text.starts_with('/') || text.is_empty() => return false,
                Some(text) => ahead.extend(text.rsplit('/')),
                None => return self.has(&here.join("/")),
            }
            while let Some(segment) = ahead.pop() {
                match segment {
                    "" | "." => {}
                    ".." if here.pop().is_none() => return false,
                    ".." => {}
                    name => {
                        here.push(name);
                        link = here.join("/").parse().ok().and_then(|path: StorePath| target(&path));
                        if link.is_some() {
                            here.pop();
                            break;
                        }
                    }
                }
            }
        }
        false
    }

    /// Whether there is a file or a folder at `path`; the root is there.
    fn has(&self, path: &str) -> bool {
        let Ok(file) = path.parse::<StorePath>() else { return path.is_empty() };
        // No name begins with a lesser character than the space.
        let Ok(first) = format!("{path}/ ").parse::<StorePath>() else { return false };
        let folder = format!("{path}/");
        let below = self.entries.range(first..).next().is_some_and(|(path, _)| path.as_str().starts_with(&folder));
        below || self.entries.contains_key(&file)
    }
}

/// A path that is none of a store's, as it may be shown.
fn shown(path: &BStr) -> Option<StorePath> {
    path.to_str_lossy().replace(char::is_control, "\u{fffd}").parse().ok()
}

/// Whether a path lies in a folder that no store looks into.
pub(super) fn is_skipped(path: &BStr) -> bool {
    let mut segments = path.rsplit(|byte| *byte == b'/');
    segments.next();
    segments.any(|segment| segment.to_str().is_ok_and(is_skipped_folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_apart_by_where_they_lead() {
        let mut listing = Listing::default();
        for path in ["a.md", "b/c.md", "b/d/e.md"] {
            listing.add(path.into(), Mode::Blob, CommitId::new(&[0; 20]).expect("twenty bytes"));
        }
        let links = [
            ("b/up", "../a.md", true),
            ("folder", "b/d", true),
            ("b/through", "../folder/e.md", true),
            ("b/again", "up", true),
            ("root", ".", true),
            ("gone", "b/none.md", false),
            ("out", "../elsewhere/a.md", false),
            ("absolute", "/etc/passwd", false),
            ("circle", "circle", false),
            ("b/d/far", "../../../x", false),
            ("part", "b/d/e", false),
        ];
        for (number, (path, target, _)) in links.iter().enumerate() {
            let id = CommitId::new(&[number as u8 + 1; 20]).expect("twenty bytes");
            listing.add((*path).into(), Mode::Link, id);
            listing.targets.insert(id, (*target).to_owned());
        }
        for (path, target, inside) in links {
            assert_eq!(listing.leads_inside(&path.parse().expect("a path")), inside, "{path} -> {target}");
        }
    }

    #[test]
    fn folders_that_no_store_looks_into_are_left_out() {
        let mut listing = Listing::default();
        for path in ["node_modules/x/a.md", "a/node_modules/b.md", "node_modules", "b/.svn"] {
            listing.add(path.into(), Mode::Blob, CommitId::new(&[0; 20]).expect("twenty bytes"));
        }
        assert_eq!(listing.entries.keys().map(StorePath::as_str).collect::<Vec<_>>(), ["b/.svn", "node_modules"]);
    }
}
