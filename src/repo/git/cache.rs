//! What was read of a branch's past, kept for the next question in the repository's own folder.
//!
//! Deleting it changes nothing but time. A file has a checksum and names the commit that it goes up to; what does not fit
//! is read anew. Files are replaced by a rename, so that two processes at once do no harm.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::chain::Walked;
use crate::history::chain::Chain;
use crate::history::{Change, Swapped};
use crate::name::CommitId;
use crate::path::StorePath;

/// The names of the formats, at the files' beginnings.
const CHAIN: &[u8; 8] = b"pychain1";
const ROOTS: &[u8; 8] = b"pyroots1";
const CHANGES: &[u8; 8] = b"pychngs1";

/// The cache of one branch. Without a folder nothing is kept.
pub(super) struct Cache {
    folder: Option<PathBuf>,
    branch: String,
}

/// Changes that were read, and how much of the chain they cover.
pub(super) struct KnownChanges {
    /// The first so many commits.
    pub(super) len: usize,
    pub(super) changes: Vec<Change>,
}

impl Cache {
    /// The cache for `branch` in the repository with the folder `common_dir`.
    pub(super) fn new(common_dir: &Path, branch: &str) -> Self {
        Self { folder: Some(common_dir.join("promptyard").join("chain-v1")), branch: file_name(branch) }
    }

    /// A cache that keeps nothing.
    pub(super) fn none() -> Self {
        Self { folder: None, branch: String::new() }
    }

    /// The chain and the swapped merges; the roots are left out.
    pub(super) fn chain(&self) -> Option<Walked> {
        let content = self.read("chain", CHAIN)?;
        let mut rest = Bytes(&content);
        let (width, len, swaps) = (rest.size()?, rest.size()?, rest.size()?);
        let numbers = |bytes: &[u8]| {
            let (numbers, _) = bytes.as_chunks::<8>();
            numbers.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect::<Vec<i64>>()
        };
        let starts = numbers(rest.take(len.checked_mul(8)?)?);
        let swapped = numbers(rest.take(swaps.checked_mul(16)?)?);
        let ids = rest.take(len.checked_mul(width)?)?.to_vec();
        let pair = |pair: &[i64]| {
            let (fork, merge) = (usize::try_from(*pair.first()?).ok()?, usize::try_from(*pair.get(1)?).ok()?);
            (merge < len).then_some(Swapped { fork, merge })
        };
        let swapped = swapped.chunks(2).map(pair).collect::<Option<Vec<Swapped>>>()?;
        Some(Walked { chain: Chain::of_parts(starts, ids, width)?, roots: Vec::new(), swapped })
    }

    /// The root trees of the first commits of `chain`, as far as they are known.
    pub(super) fn roots(&self, chain: &Chain) -> Option<Vec<u8>> {
        let content = self.read("roots", ROOTS)?;
        let mut rest = Bytes(&content);
        let (len, tip) = (rest.size()?, rest.id()?);
        let fits = len <= chain.len() && len.checked_sub(1).map(|last| chain.commit(last)) == tip;
        let width = tip?.as_bytes().len();
        (fits && rest.0.len() == len.checked_mul(width)?).then(|| rest.0.to_vec())
    }

    pub(super) fn keep(&self, walked: &Walked) {
        let Some(tip) = walked.chain.tip() else { return };
        let chain = &walked.chain;
        let mut content = Vec::with_capacity(chain.len() * 40);
        put(&mut content, tip.as_bytes().len());
        put(&mut content, chain.len());
        put(&mut content, walked.swapped.len());
        content.extend(chain.starts().iter().flat_map(|start| start.to_le_bytes()));
        for swapped in &walked.swapped {
            put(&mut content, swapped.fork);
            put(&mut content, swapped.merge);
        }
        content.extend_from_slice(chain.ids());
        self.write("chain", CHAIN, &content);
        let mut content = Vec::with_capacity(walked.roots.len() + 64);
        put(&mut content, chain.len());
        put_id(&mut content, Some(tip));
        content.extend_from_slice(&walked.roots);
        self.write("roots", ROOTS, &content);
    }

    /// The changes under `scope`, as far as they are known.
    pub(super) fn changes(&self, scope: &str, chain: &Chain) -> Option<KnownChanges> {
        let content = self.read(&changes_name(scope), CHANGES)?;
        let mut rest = Bytes(&content);
        if rest.text()? != scope {
            return None;
        }
        let (len, tip) = (rest.size()?, rest.id()?);
        if len > chain.len() || len.checked_sub(1).map(|last| chain.commit(last)) != tip {
            return None;
        }
        let paths = (0..rest.size()?).map(|_| rest.text()?.parse().ok()).collect::<Option<Vec<StorePath>>>()?;
        let count = rest.size()?;
        let mut changes = Vec::with_capacity(count.min(rest.0.len()));
        for _ in 0..count {
            let (position, path) = (rest.size()?, paths.get(rest.size()?)?.clone());
            let (was, blob) = (rest.id()?, rest.id()?);
            changes.push(Change { position, path, was, blob });
        }
        Some(KnownChanges { len, changes })
    }

    pub(super) fn keep_changes(&self, scope: &str, chain: &Chain, changes: &[Change]) {
        let mut paths: Vec<&StorePath> = changes.iter().map(|change| &change.path).collect();
        paths.sort();
        paths.dedup();
        let mut content = Vec::new();
        put_text(&mut content, scope);
        put(&mut content, chain.len());
        put_id(&mut content, chain.tip());
        put(&mut content, paths.len());
        paths.iter().for_each(|path| put_text(&mut content, path.as_str()));
        put(&mut content, changes.len());
        for change in changes {
            put(&mut content, change.position);
            put(&mut content, paths.binary_search(&&change.path).expect("because every path is listed"));
            put_id(&mut content, change.was);
            put_id(&mut content, change.blob);
        }
        self.write(&changes_name(scope), CHANGES, &content);
    }

    fn path(&self, kind: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{}.{kind}", self.branch)))
    }

    fn read(&self, kind: &str, magic: &[u8; 8]) -> Option<Vec<u8>> {
        let mut content = fs::read(self.path(kind)?).ok()?;
        let head = content.get(..16)?;
        let sum = u64::from_le_bytes(head[8..].try_into().ok()?);
        if head[..8] != *magic || sum != checksum(&content[16..]) {
            return None;
        }
        content.drain(..16);
        Some(content)
    }

    fn write(&self, kind: &str, magic: &[u8; 8], content: &[u8]) {
        let Some(path) = self.path(kind) else { return };
        let whole = [&magic[..], &checksum(content).to_le_bytes(), content].concat();
        // Whoever can't write here pays with time, and with nothing else.
        let _ = replace(&path, &whole);
    }
}

/// Replaces a file at once. It need not be on the disk when this returns: the checksum finds what was torn.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A file that is read from its beginning. Lengths that lie end it, they never ask for memory.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(self.take(8)?.try_into().ok()?)).ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let len = self.size()?;
        std::str::from_utf8(self.take(len)?).ok()
    }

    /// A name with its length before it; length 0 for none. The outer `None` is the file's end.
    #[expect(clippy::option_option, reason = "an absent name and the end of the file are two things")]
    fn id(&mut self) -> Option<Option<CommitId>> {
        let len = usize::from(*self.take(1)?.first()?);
        let bytes = self.take(len)?;
        if len == 0 { Some(None) } else { CommitId::new(bytes).map(Some) }
    }
}

fn put(content: &mut Vec<u8>, number: usize) {
    content.extend_from_slice(&(number as u64).to_le_bytes());
}

fn put_text(content: &mut Vec<u8>, text: &str) {
    put(content, text.len());
    content.extend_from_slice(text.as_bytes());
}

fn put_id(content: &mut Vec<u8>, id: Option<CommitId>) {
    let bytes = id.as_ref().map_or(&[][..], CommitId::as_bytes);
    content.push(bytes.len() as u8);
    content.extend_from_slice(bytes);
}

/// FNV-1a over words of eight bytes: it finds a torn or a flipped file, and megabytes cost less than a millisecond.
fn checksum(content: &[u8]) -> u64 {
    let (words, rest) = content.as_chunks::<8>();
    let step = |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
    let sum = words
        .iter()
        .fold(0xcbf2_9ce4_8422_2325 ^ content.len() as u64, |sum, word| step(sum, u64::from_le_bytes(*word)));
    rest.iter().fold(sum, |sum, byte| step(sum, u64::from(*byte)))
}

/// `main` for `main`, and a name without a slash for any other branch.
fn file_name(branch: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    branch.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02x}") }).collect()
}

fn changes_name(scope: &str) -> String {
    format!("{:016x}.changes", checksum(scope.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> CommitId {
        CommitId::new(&[byte; 20]).expect("twenty bytes")
    }

    fn walked() -> Walked {
        let chain = Chain::new([(id(1), 100), (id(2), 50), (id(3), 200)]);
        Walked { chain, roots: [[7; 20], [8; 20], [9; 20]].concat(), swapped: vec![Swapped { fork: 0, merge: 2 }] }
    }

    #[test]
    fn what_is_kept_is_read_again_and_what_is_broken_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = Cache::new(folder.path(), "feature/a b");
        assert!(cache.chain().is_none());
        let walked = walked();
        cache.keep(&walked);
        let again = cache.chain().expect("it was kept");
        assert_eq!((&again.chain, &again.swapped), (&walked.chain, &walked.swapped));
        assert_eq!(cache.roots(&walked.chain), Some(walked.roots.clone()));
        let path: StorePath = "environments/production/a.yaml".parse().expect("a path");
        let changes = vec![
            Change { position: 0, path: path.clone(), was: None, blob: Some(id(5)) },
            Change { position: 2, path, was: Some(id(5)), blob: None },
        ];
        cache.keep_changes("environments", &walked.chain, &changes);
        let known = cache.changes("environments", &walked.chain).expect("it was kept");
        assert_eq!((known.len, known.changes), (3, changes));
        assert!(cache.changes("prompts", &walked.chain).is_none());
        let other = Chain::new([(id(1), 100), (id(2), 50), (id(4), 200)]);
        assert!(cache.changes("environments", &other).is_none() && cache.roots(&other).is_none());
        let files: Vec<PathBuf> = fs::read_dir(folder.path().join("promptyard/chain-v1"))
            .expect("it was made")
            .map(|entry| entry.expect("it can be listed").path())
            .collect();
        assert_eq!(files.len(), 3);
        for file in files {
            let whole = fs::read(&file).expect("it is there");
            for at in 0..whole.len() {
                let mut broken = whole.clone();
                broken[at] ^= 0x10;
                fs::write(&file, &broken).expect("the folder is ours");
                let read = (cache.chain(), cache.roots(&walked.chain), cache.changes("environments", &walked.chain));
                assert!(read.0.is_none() || read.1.is_none() || read.2.is_none(), "{at}");
                fs::write(&file, &whole[..at]).expect("the folder is ours");
                let read = (cache.chain(), cache.roots(&walked.chain), cache.changes("environments", &walked.chain));
                assert!(read.0.is_none() || read.1.is_none() || read.2.is_none(), "{at}");
            }
            fs::write(&file, &whole).expect("the folder is ours");
        }
    }
}
