//! Every file of a store at one moment, wherever that moment is kept.
//!
//! A snapshot lists all files at once and reads their content on demand, from every core: linting three prompts of a
//! large repository opens three files. The worktree, the index and a revision differ only in the [`ReadFile`] behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::config::Config;
use crate::name::CommitId;
use crate::path::StorePath;

/// The files of one moment: a listing, and the port that reads them. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot {
    entries: Arc<BTreeMap<StorePath, Entry>>,
    unlisted: Arc<[Unlisted]>,
    reader: Arc<dyn ReadFile>,
    /// Stands before what the moment's own file says.
    config: Option<Arc<Config>>,
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
        Self { entries: Arc::new(entries), unlisted: unlisted.into(), reader: reader.into(), config: None }
    }

    /// A snapshot that shares its listing with others, or with its reader.
    pub fn shared(
        entries: Arc<BTreeMap<StorePath, Entry>>,
        unlisted: Arc<[Unlisted]>,
        reader: Arc<dyn ReadFile>,
    ) -> Self {
        Self { entries, unlisted, reader, config: None }
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
        Self { entries: Arc::new(entries), reader: Arc::new(reader), ..self.clone() }
    }

    /// The same moment, but for the files that `is_theirs` chooses: of those it has what `other` has, and no more.
    #[must_use]
    pub fn with_files_of(&self, other: &Self, is_theirs: impl Fn(&StorePath) -> bool) -> Self {
        let theirs: Vec<(&StorePath, Entry)> = other.entries().filter(|(path, _)| is_theirs(path)).collect();
        let chosen = theirs.iter().map(|(path, _)| (*path).clone()).collect();
        let own = self.entries().filter(|(path, _)| !is_theirs(path));
        let entries = own.chain(theirs).map(|(path, entry)| (path.clone(), entry)).collect();
        let reader = Joined { chosen, theirs: Arc::clone(&other.reader), own: Arc::clone(&self.reader) };
        Self { entries: Arc::new(entries), reader: Arc::new(reader), ..self.clone() }
    }

    /// The same moment, read by `config` whatever its own file says.
    #[must_use]
    pub fn read_by(&self, config: Config) -> Self {
        Self { config: Some(Arc::new(config)), ..self.clone() }
    }

    /// What the moment is read by, where that is not its own file; see [`Self::read_by`].
    pub(super) fn config(&self) -> Option<&Config> {
        self.config.as_deref()
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

struct Joined {
    chosen: BTreeSet<StorePath>,
    theirs: Arc<dyn ReadFile>,
    own: Arc<dyn ReadFile>,
}

impl Joined {
    fn of(&self, path: &StorePath) -> &dyn ReadFile {
        if self.chosen.contains(path) { &*self.theirs } else { &*self.own }
    }
}

impl ReadFile for Joined {
    fn read(&self, path: &StorePath) -> Result<Vec<u8>, String> {
        self.of(path).read(path)
    }

    fn size(&self, path: &StorePath) -> Option<u64> {
        self.of(path).size(path)
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
    fn files_of_another_moment_take_the_place_of_ones_own() {
        let of = |files: &[(&str, &str)]| {
            Snapshot::of_texts(files.iter().map(|(path, text)| (*path, text.as_bytes())))
                .expect("paths inside the store")
        };
        let own = of(&[("a", "own"), ("p/x", "own"), ("p/y", "own")]);
        let other = of(&[("a", "other"), ("p/y", "other"), ("p/z", "other")]);
        let joined = own.with_files_of(&other, |path| path.as_str().starts_with("p/"));
        let shown =
            |path: &StorePath| format!("{path} {}", String::from_utf8_lossy(&joined.read(path).expect("listed")));
        assert_eq!(
            joined.entries().map(|(path, _)| shown(path)).collect::<Vec<_>>(),
            ["a own", "p/y other", "p/z other"]
        );
    }

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
