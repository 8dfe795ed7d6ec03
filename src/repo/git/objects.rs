//! Objects, read from every thread.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use gix::ThreadSafeRepository;
use gix::objs::Kind;

use super::{error, object_id};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::RevisionError;
use crate::store::snapshot::{Entry, ReadFile};

/// Readers of objects, one for each thread that reads: making one costs more than an object.
pub(super) struct Objects {
    repository: ThreadSafeRepository,
    bases: Bases,
    idle: Mutex<Vec<gix::Repository>>,
    /// A snapshot's reader can only say that a file is illegible, which would pass for a finding. That a clone lacks it is
    /// kept here.
    failure: Mutex<Option<RevisionError>>,
}

impl Objects {
    pub(super) fn new(repository: ThreadSafeRepository) -> Self {
        Self { repository, bases: Bases::Forgotten, idle: Mutex::default(), failure: Mutex::default() }
    }

    /// The same for objects that are told by their differences from each other, one after the other.
    pub(super) fn of_neighbours(repository: ThreadSafeRepository) -> Self {
        Self { bases: Bases::Remembered, ..Self::new(repository) }
    }

    pub(super) fn with<T>(&self, read: impl FnOnce(&gix::Repository) -> T) -> T {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let repository = idle.unwrap_or_else(|| {
            let mut repository = self.repository.to_thread_local();
            if self.bases == Bases::Remembered {
                repository.objects.set_pack_cache(|| Box::new(DeltaBases::default()));
            }
            repository
        });
        let answer = read(&repository);
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(repository);
        }
        answer
    }

    pub(super) fn first_failure(&self) -> Option<RevisionError> {
        self.failure.lock().ok().and_then(|failure| failure.clone())
    }

    pub(super) fn blob(&self, id: CommitId) -> Result<Vec<u8>, RevisionError> {
        self.with(|repository| blob(repository, id))
    }

    fn size(&self, id: CommitId) -> Option<u64> {
        self.with(|repository| Some(repository.find_header(object_id(id)).ok()?.size()))
    }

    fn remember(&self, failed: &RevisionError) {
        if let Ok(mut failure) = self.failure.lock() {
            failure.get_or_insert_with(|| failed.clone());
        }
    }
}

/// The content of a file.
pub(super) fn blob(repository: &gix::Repository, id: CommitId) -> Result<Vec<u8>, RevisionError> {
    let object = repository.find_object(object_id(id)).map_err(|failed| error::unreadable(repository, id, &failed))?;
    if object.kind != Kind::Blob {
        return Err(RevisionError::Unreadable(format!(
            "the object {} should be a file and is none: `git fsck` says more",
            id.short()
        )));
    }
    Ok(object.detach().data)
}

/// Whether what an object's difference is told from is kept for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bases {
    Forgotten,
    Remembered,
}

/// Bytes of unpacked objects that one reader keeps at most.
const MOST_BASES: usize = 4 << 20;

/// Unpacked objects by their places in their packs. When there are too many, all are forgotten.
#[derive(Default)]
struct DeltaBases {
    known: BTreeMap<(u32, u64), (Kind, usize, Vec<u8>)>,
    bytes: usize,
}

impl gix::odb::pack::cache::DecodeEntry for DeltaBases {
    fn put(&mut self, pack: u32, offset: u64, data: &[u8], kind: Kind, packed: usize) {
        if self.bytes + data.len() > MOST_BASES {
            self.known.clear();
            self.bytes = 0;
        }
        if data.len() <= MOST_BASES && self.known.insert((pack, offset), (kind, packed, data.to_vec())).is_none() {
            self.bytes += data.len();
        }
    }

    fn get(&mut self, pack: u32, offset: u64, out: &mut Vec<u8>) -> Option<(Kind, usize)> {
        let (kind, packed, data) = self.known.get(&(pack, offset))?;
        out.clear();
        out.extend_from_slice(data);
        Some((*kind, *packed))
    }
}

/// The files of a snapshot by the names of their contents.
pub(super) struct Blobs {
    pub(super) entries: Arc<BTreeMap<StorePath, Entry>>,
    pub(super) objects: Arc<Objects>,
}

impl Blobs {
    fn blob(&self, path: &StorePath) -> Option<CommitId> {
        self.entries.get(path)?.blob
    }
}

impl ReadFile for Blobs {
    fn read(&self, path: &StorePath) -> Result<Vec<u8>, String> {
        let id = self.blob(path).ok_or_else(|| "no such file".to_owned())?;
        self.objects.blob(id).map_err(|failed| {
            self.objects.remember(&failed);
            failed.to_string()
        })
    }

    fn size(&self, path: &StorePath) -> Option<u64> {
        self.objects.size(self.blob(path)?)
    }
}
