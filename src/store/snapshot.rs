//! Every file of a store at one moment, wherever that moment is kept.
//!
//! A snapshot lists all files at once and reads their content on demand, from every core: linting three prompts of a
//! large repository opens three files. The worktree, the index and a revision differ only in the [`ReadFile`] behind it.

use std::collections::BTreeMap;

use crate::path::StorePath;

/// The files of one moment: a listing, and the port that reads them.
pub struct Snapshot {
    entries: BTreeMap<StorePath, Entry>,
    unlisted: Vec<Unlisted>,
    reader: Box<dyn ReadFile>,
}

/// What the listing knows of a file without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Size in bytes.
    pub size: u64,
    /// What it is.
    pub kind: EntryKind,
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
}

impl Snapshot {
    /// A snapshot of `entries`, read through `reader`; `unlisted` is reported, for nothing is left out silently.
    pub fn new(entries: BTreeMap<StorePath, Entry>, unlisted: Vec<Unlisted>, reader: Box<dyn ReadFile>) -> Self {
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
        let entries = contents
            .iter()
            .map(|(path, content)| (path.clone(), Entry { size: content.len() as u64, kind: EntryKind::File }))
            .collect();
        Ok(Self::new(entries, Vec::new(), Box::new(InMemory(contents))))
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
