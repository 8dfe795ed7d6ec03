//! Every file of a store at one moment, wherever that moment is kept.
//!
//! A snapshot lists all files at once and reads their content on demand, from every core: linting three prompts of a
//! large repository opens three files. The worktree, the index and a revision differ only in the [`ReadFile`] behind it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::name::CommitId;
use crate::path::StorePath;

/// The files of one moment: a listing, and the port that reads them. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot {
    entries: Arc<BTreeMap<StorePath, Entry>>,
    unlisted: Arc<[Unlisted]>,
    reader: Arc<dyn ReadFile>,
}

/// What the listing knows of a file without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Size in bytes, where the listing says it: git's trees do not.
    pub size: Option<u64>,
    /// What it is.
    pub kind: EntryKind,
    /// Git's name of the content, where the moment is kept by git: equal names are equal contents.
    pub blob: Option<CommitId>,
}

impl Entry {
    /// An ordinary file of `size` bytes.
    pub fn file(size: u64) -> Self {
        Self { size: Some(size), kind: EntryKind::File, blob: None }
    }
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// An ordinary file.
    File,
    /// A symbolic link to something that the store has under its own name. It is never followed.
    LinkInside,
    /// A symbolic link to anything else. It is never followed.
    LinkOutside,
}

/// What the listing could not list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlisted {
    /// A file or folder; bytes that are not UTF-8 are spelled with replacement characters.
    pub path: StorePath,
    /// Why, as a sentence without a full stop.
    pub reason: String,
}

/// The port through which a snapshot's content is read. Implemented by `repo`, and by tests in memory.
pub trait ReadFile: Send + Sync {
    /// The whole content of the file at `path`, which the listing has.
    ///
    /// # Errors
    /// What went wrong, as a sentence for a user without a full stop: `permission denied`.
    fn read(&self, path: &StorePath) -> Result<Vec<u8>, String>;

    /// The size in bytes of the file at `path`, for listings that do not say it.
    fn size(&self, path: &StorePath) -> Option<u64> {
        let _ = path;
        None
    }
}

impl Snapshot {
    /// A snapshot of `entries`, read through `reader`; `unlisted` is reported, for nothing is left out silently.
    pub fn new(entries: BTreeMap<StorePath, Entry>, unlisted: Vec<Unlisted>, reader: Box<dyn ReadFile>) -> Self {
        Self { entries: Arc::new(entries), unlisted: unlisted.into(), reader: reader.into() }
    }

    /// A snapshot that shares its listing with others, or with its reader.
    pub fn shared(
        entries: Arc<BTreeMap<StorePath, Entry>>,
        unlisted: Arc<[Unlisted]>,
        reader: Arc<dyn ReadFile>,
    ) -> Self {
        Self { entries, unlisted, reader }
    }

    /// A snapshot of texts in memory: what examples and tests are made of.
    ///
    /// # Errors
    /// When a path is none of a store.
    pub fn of_texts<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, crate::path::PathError> {
        let mut contents = BTreeMap::new();
        for (path, content) in files {
            contents.insert(path.parse::<StorePath>()?, content.to_vec());
        }
        let entries =
            contents.iter().map(|(path, content)| (path.clone(), Entry::file(content.len() as u64))).collect();
        Ok(Self::new(entries, Vec::new(), Box::new(InMemory(contents))))
    }

    /// The same moment, but for the files in `contents`: they have this content, whether they were there or not.
    #[must_use]
    pub fn with_contents(&self, contents: BTreeMap<StorePath, Vec<u8>>) -> Self {
        let mut entries = BTreeMap::clone(&self.entries);
        for (path, content) in &contents {
            entries.insert(path.clone(), Entry::file(content.len() as u64));
        }
        let reader = Overlay { above: InMemory(contents), below: Arc::clone(&self.reader) };
        Self { entries: Arc::new(entries), unlisted: Arc::clone(&self.unlisted), reader: Arc::new(reader) }
    }

    /// The same moment, with `watch` told of each file just before it is read.
    #[must_use]
    pub fn watched(&self, watch: impl Fn(&StorePath) + Send + Sync + 'static) -> Self {
        Self { reader: Arc::new(Watched { watch, below: Arc::clone(&self.reader) }), ..self.clone() }
    }

    /// All files in the order of their paths.
    pub fn entries(&self) -> impl Iterator<Item = (&StorePath, Entry)> {
        self.entries.iter().map(|(path, entry)| (path, *entry))
    }

    /// The file at `path`, if there is one.
    pub fn entry(&self, path: &StorePath) -> Option<Entry> {
        self.entries.get(path).copied()
    }

    /// What could not be listed.
    pub fn unlisted(&self) -> &[Unlisted] {
        &self.unlisted
    }

    /// The size in bytes of the file at `path`, if there is one and its size can be told.
    pub fn size(&self, path: &StorePath) -> Option<u64> {
        self.entry(path).and_then(|entry| entry.size.or_else(|| self.reader.size(path)))
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// As [`ReadFile::read`].
    pub fn read(&self, path: &StorePath) -> Result<Vec<u8>, String> {
        self.reader.read(path)
    }
}

struct InMemory(BTreeMap<StorePath, Vec<u8>>);

impl ReadFile for InMemory {
    fn read(&self, path: &StorePath) -> Result<Vec<u8>, String> {
        self.0.get(path).cloned().ok_or_else(|| "no such file".to_owned())
    }
}

struct Overlay {
    above: InMemory,
    below: Arc<dyn ReadFile>,
}

impl ReadFile for Overlay {
    fn read(&self, path: &StorePath) -> Result<Vec<u8>, String> {
        self.above.read(path).or_else(|_| self.below.read(path))
    }

    fn size(&self, path: &StorePath) -> Option<u64> {
        self.below.size(path)
    }
}

struct Watched<W> {
    watch: W,
    below: Arc<dyn ReadFile>,
}

impl<W: Fn(&StorePath) + Send + Sync> ReadFile for Watched<W> {
    fn read(&self, path: &StorePath) -> Result<Vec<u8>, String> {
        (self.watch)(path);
        self.below.read(path)
    }

    fn size(&self, path: &StorePath) -> Option<u64> {
        self.below.size(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_stand_before_what_was_there() {
        let path = |text: &str| text.parse::<StorePath>().expect("a path");
        let below = Snapshot::of_texts([("a", &b"old"[..]), ("b", b"b")]).expect("paths inside the store");
        let above = below.with_contents([(path("a"), b"newer".to_vec()), (path("c"), Vec::new())].into());
        let read = |name: &str| above.read(&path(name)).map(|content| String::from_utf8_lossy(&content).into_owned());
        assert_eq!([read("a"), read("b"), read("c")], ["newer", "b", ""].map(|text| Ok(text.to_owned())));
        assert_eq!(above.size(&path("a")), Some(5));
        assert_eq!(above.entries().count(), 3);
        assert_eq!(below.read(&path("a")), Ok(b"old".to_vec()));
    }
}
