//! Many refs in one step: git keeps refs that seldom change in one file, `packed-refs`, and replaces it by one rename.
//!
//! Git's own transactions write refs that are new as one file each, and a process that is killed halfway leaves some of
//! them. So the tags are added to `packed-refs` here, by git's protocol: `packed-refs.lock` is taken, the whole file is
//! written to it, flushed to the disk, and renamed. That lock is made as a second name of a file of our own: where it is
//! still there after a kill, it is known as ours, and removed.
//!
//! The format is that of `git pack-refs`, see `refs/packed-backend.c`: a header that names what holds of the file, then a
//! line for each ref in the order of the names' bytes, and after an annotated tag a line with what it names in the end.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::{NewRef, TagError, TagLock};
use crate::repo::command;
use crate::repo::write_error::{git_error, io_error};

/// The header of a file that is in order and says of every ref what it names in the end.
const HEADER: &[u8] = b"# pack-refs with: peeled fully-peeled sorted ";
/// How often a lock of git's is tried again, and how long each wait is: together two seconds.
const ATTEMPTS: usize = 100;
const PAUSE: Duration = Duration::from_millis(20);

/// What became of refs that were to be added.
pub(super) enum Added {
    /// They are there.
    Done,
    /// This repository keeps its refs in another way.
    NotHere,
}

struct Paths {
    packed: PathBuf,
    lock: PathBuf,
    /// The first name of our lock.
    own: PathBuf,
}

impl Paths {
    fn new(lock: &TagLock) -> Self {
        Self {
            packed: lock.common.join("packed-refs"),
            lock: lock.common.join("packed-refs.lock"),
            own: lock.folder.join("packed-refs.next"),
        }
    }
}

/// Removes the lock that a killed run has left. Nobody else's is touched.
pub(super) fn clear(lock: &TagLock) -> Result<(), TagError> {
    let paths = Paths::new(lock);
    if is_same_file(&paths.own, &paths.lock) {
        fs::remove_file(&paths.lock).map_err(io_error(&paths.lock))?;
    }
    remove(&paths.own)
}

/// Adds `refs`, which are in the order of their names, in one step.
pub(super) fn add(lock: &TagLock, refs: &[NewRef]) -> Result<Added, TagError> {
    let paths = Paths::new(lock);
    let is_link = fs::symlink_metadata(&paths.packed).is_ok_and(|found| found.is_symlink());
    if lock.common.join("reftable").is_dir() || is_link {
        return Ok(Added::NotHere);
    }
    if !is_in_order(&paths.packed) {
        let pack = command::git(&lock.root, ["pack-refs"]);
        command::answer(pack, b"").map_err(git_error("git could not put its refs in order"))?;
    }
    let own = File::options().write(true).create_new(true).open(&paths.own).map_err(io_error(&paths.own))?;
    if !take(&paths)? {
        remove(&paths.own)?;
        return Ok(Added::NotHere);
    }
    let done = replace(lock, &paths, own, refs);
    if done.is_err() {
        // The lock is ours, and holds up git until it goes.
        let _ = fs::remove_file(&paths.lock);
    }
    remove(&paths.own)?;
    done?;
    match refs.iter().find(|new| lock.common.join(&new.name).is_file()) {
        Some(hidden) => Err(TagError::Raced(short(&hidden.name).to_owned())),
        None => Ok(Added::Done),
    }
}

/// Gives our file the name of git's lock; `false` where files cannot have two names.
fn take(paths: &Paths) -> Result<bool, TagError> {
    for _ in 0..ATTEMPTS {
        match fs::hard_link(&paths.own, &paths.lock) {
            Ok(()) => return Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => thread::sleep(PAUSE),
            Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) => {
                return Ok(false);
            }
            Err(error) => return Err(io_error(&paths.lock)(error).into()),
        }
    }
    remove(&paths.own)?;
    Err(TagError::Locked(paths.lock.clone()))
}

fn replace(lock: &TagLock, paths: &Paths, mut own: File, refs: &[NewRef]) -> Result<(), TagError> {
    let old = read(&paths.packed)?;
    if let Some(taken) = refs.iter().find_map(|new| loose_conflict(&lock.common, &new.name)) {
        return Err(taken);
    }
    let new = merged(&old, refs)?;
    if let Ok(replaced) = fs::metadata(&paths.packed) {
        own.set_permissions(replaced.permissions()).map_err(io_error(&paths.own))?;
    }
    own.write_all(&new).and_then(|()| own.sync_all()).map_err(io_error(&paths.own))?;
    fs::rename(&paths.lock, &paths.packed).map_err(io_error(&paths.packed))?;
    if cfg!(unix)
        && let Ok(folder) = File::open(&lock.common)
    {
        // The rename has happened by now, so a failure here is none.
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Whether a file of its own has the name, or is a folder on its way.
fn loose_conflict(common: &Path, name: &str) -> Option<TagError> {
    if common.join(name).is_file() {
        return Some(TagError::Exists(short(name).to_owned()));
    }
    let other = folders(name).find(|folder| common.join(folder).is_file())?;
    Some(in_the_way(name, other))
}

/// The names that are folders of a ref: of `refs/tags/a/b/c`, `refs/tags/a` and `refs/tags/a/b`.
fn folders(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.match_indices('/').map(|(at, _)| at).filter(|at| *at > "refs/tags".len());
    ends.map(|end| &name[..end])
}

fn in_the_way(tag: &str, other: &str) -> TagError {
    TagError::InTheWay { tag: short(tag).to_owned(), other: short(other).to_owned() }
}

fn short(name: &str) -> &str {
    name.strip_prefix("refs/tags/").unwrap_or(name)
}

/// The content of `packed-refs` with `refs` in their places.
fn merged(old: &[u8], refs: &[NewRef]) -> Result<Vec<u8>, TagError> {
    let known: BTreeMap<&[u8], &[u8]> = Entries(old).map(|entry| (name_of(entry), entry)).collect();
    for NewRef { name, .. } in refs {
        if known.contains_key(name.as_bytes()) {
            return Err(TagError::Exists(short(name).to_owned()));
        }
        let folder = format!("{name}/");
        let below = known.range(folder.as_bytes()..).next().map(|(found, _)| *found);
        if let Some(below) = below.filter(|below| below.starts_with(folder.as_bytes())) {
            return Err(in_the_way(name, &String::from_utf8_lossy(below)));
        }
        if let Some(above) = folders(name).find(|folder| known.contains_key(folder.as_bytes())) {
            return Err(in_the_way(name, above));
        }
    }
    let mut out = Vec::with_capacity(old.len() + refs.len() * 160);
    out.extend_from_slice(HEADER);
    out.push(b'\n');
    let mut new = refs.iter().peekable();
    let add = |out: &mut Vec<u8>, new: &NewRef| {
        out.extend_from_slice(format!("{} {}\n^{}\n", new.object, new.name, new.commit).as_bytes());
    };
    for (name, entry) in known {
        while let Some(new) = new.next_if(|new| new.name.as_bytes() < name) {
            add(&mut out, new);
        }
        out.extend_from_slice(entry);
    }
    new.for_each(|new| add(&mut out, new));
    Ok(out)
}

/// The entries of `packed-refs`: a ref's line and what follows about it.
struct Entries<'a>(&'a [u8]);

impl<'a> Iterator for Entries<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let line_end = |text: &[u8]| text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| at + 1);
        while self.0.starts_with(b"#") {
            self.0 = &self.0[line_end(self.0)..];
        }
        if self.0.is_empty() {
            return None;
        }
        let mut end = line_end(self.0);
        while self.0[end..].starts_with(b"^") {
            end += line_end(&self.0[end..]);
        }
        let (entry, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(entry)
    }
}

fn name_of(entry: &[u8]) -> &[u8] {
    let line = entry.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.splitn(2, |byte| *byte == b' ').nth(1).unwrap_or_default()
}

/// Whether the file is there with the header that [`merged`] writes, or not there.
fn is_in_order(path: &Path) -> bool {
    let header = File::open(path).and_then(|file| {
        let mut start = vec![0; HEADER.len()];
        io::Read::read_exact(&mut &file, &mut start).map(|()| start)
    });
    match header {
        Ok(start) => start == HEADER,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TagError> {
    match fs::read(path) {
        Ok(content) => Ok(content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(io_error(path)(error).into()),
    }
}

fn remove(path: &Path) -> Result<(), TagError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(path)(error).into()),
        _ => Ok(()),
    }
}

/// Whether two names are of one file.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let identity = |path: &Path| fs::symlink_metadata(path).ok().map(|found| (found.dev(), found.ino()));
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

/// Elsewhere it cannot be told, and a lock that a kill has left is reported as git reports its own.
#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::CommitId;

    fn new(name: &str) -> NewRef {
        let id = |byte| CommitId::new(&[byte; 20]).expect("twenty bytes");
        NewRef { name: format!("refs/tags/{name}"), object: id(0xab), commit: id(0xcd) }
    }

    fn after(old: &str, names: &[&str]) -> Result<Vec<String>, String> {
        let refs: Vec<NewRef> = names.iter().map(|name| new(name)).collect();
        let merged = merged(old.as_bytes(), &refs).map_err(|error| error.to_string())?;
        let text = String::from_utf8(merged).expect("it was text before");
        Ok(text.lines().skip(1).map(|line| line.split(' ').next_back().unwrap_or_default().to_owned()).collect())
    }

    const OLD: &str = "\
# pack-refs with: peeled fully-peeled sorted 
1111111111111111111111111111111111111111 refs/heads/main
2222222222222222222222222222222222222222 refs/tags/b/c@1.0.0
^3333333333333333333333333333333333333333
4444444444444444444444444444444444444444 refs/tags/v1
";

    #[test]
    fn new_refs_take_their_places() {
        let peeled = format!("^{}", "cd".repeat(20));
        let wanted = [
            "refs/heads/main",
            "refs/tags/a@1.0.0",
            &peeled,
            "refs/tags/b/c@1.0.0",
            "^3333333333333333333333333333333333333333",
            "refs/tags/b/c@1.1.0",
            &peeled,
            "refs/tags/v1",
            "refs/tags/x",
            &peeled,
        ];
        assert_eq!(after(OLD, &["a@1.0.0", "b/c@1.1.0", "x"]).expect("nothing is in the way"), wanted);
        assert_eq!(after("", &["x"]).expect("nothing is there"), ["refs/tags/x", &peeled]);
    }

    #[test]
    fn what_is_there_stays_alone() {
        let why = |names: &[&str]| after(OLD, names).expect_err("it is in the way");
        assert_eq!(why(&["b/c@1.0.0"]), "the tag `b/c@1.0.0` is already there");
        assert!(why(&["b"]).starts_with("the tag `b` cannot be beside the tag `b/c@1.0.0`"));
        assert!(why(&["v1/x@1.0.0"]).starts_with("the tag `v1/x@1.0.0` cannot be beside the tag `v1`"));
    }
}
