//! What was read of a branch's past, kept for the next question in the repository's own folder.
//!
//! Deleting it changes nothing but time. A file has checksums and names the commit that it goes up to; what does not fit
//! is read anew. Files are replaced by a rename, so that two processes at once do no harm.

mod chain;
mod changes;
mod route;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::name::CommitId;

/// The cache of one branch. Without a folder nothing is kept.
pub(super) struct Cache {
    folder: Option<PathBuf>,
    branch: String,
}

impl Cache {
    /// The cache for `branch` in the repository with the folder `common_dir`.
    pub(super) fn new(common_dir: &Path, branch: &str) -> Self {
        Self { folder: Some(common_dir.join("promptyard").join("chain-v2")), branch: file_name(branch) }
    }

    /// A cache that keeps nothing.
    pub(super) fn none() -> Self {
        Self { folder: None, branch: String::new() }
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

    /// Writes a file. The checksum at its beginning is that of `content`; what follows has its own.
    fn write(&self, kind: &str, magic: &[u8; 8], content: &[u8], rest: &[&[u8]]) {
        let Some(path) = self.path(kind) else { return };
        let sum = checksum(content).to_le_bytes();
        let parts: Vec<&[u8]> = [&magic[..], &sum, content].into_iter().chain(rest.iter().copied()).collect();
        // Whoever can't write here pays with time, and with nothing else.
        let _ = replace(&path, &parts);
    }
}

/// The kind of the file about `scope`.
fn named(scope: &str, kind: &str) -> String {
    format!("{:016x}.{kind}", checksum(scope.as_bytes()))
}

/// Replaces a file at once. It need not be on the disk when this returns: the checksum finds what was torn.
fn replace(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    for part in parts {
        file.write_all(part)?;
    }
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

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    /// A name with its length before it; length 0 for none. The outer `None` is the file's end.
    #[expect(clippy::option_option, reason = "an absent name and the end of the file are two things")]
    fn id(&mut self) -> Option<Option<CommitId>> {
        let len = usize::from(self.byte()?);
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::chain::Merges;
    use super::super::route_log::RouteLog;
    use super::*;
    use crate::history::chain::Chain;
    use crate::history::state::State;
    use crate::history::versions::{Extension, RouteFile, RouteVersion};
    use crate::history::{Change, Swapped};
    use crate::path::StorePath;

    const ROUTE: &str = "\
variants:
  stable: {prompt: prompts/a@1.3.0, model: {release: models/m@2.1.0-rc.1+5, digest: \"sha256:0101010101010101010101010101010101010101010101010101010101010101\"}}
  canary: {prompt: prompts/a@1.3.0}
  shadow: {policy: policies/p@1.0.0}
traffic: {stable: 94.75, canary: 5.25}
shadow: [shadow]
fallback: [models/backup@1.0.0]
";

    fn id(number: usize) -> CommitId {
        let mut bytes = [7; 20];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        CommitId::new(&bytes).expect("twenty bytes")
    }

    /// More commits than one block of names has, and a date that four bytes have no room for.
    fn chain() -> Chain {
        Chain::new((0..300).map(|at| (id(at), if at == 200 { 1 << 40 } else { at as i64 * 100 })))
    }

    fn route() -> (RouteFile, RouteLog) {
        let file = RouteFile::new(&"production".parse().expect("a name"), &"answer".parse().expect("a name"));
        let path = file.path(Extension::Yaml);
        let state = |at: usize, text: &str| (id(at), Arc::new(State::of_file(&path, id(at), text.as_bytes())));
        let states = [state(5, ROUTE), state(6, "variants: ["), state(7, &format!("enabled: false\n{ROUTE}"))];
        assert!(states[0].1.route().is_some_and(|route| route.fallback.len() == 1));
        let version = |position, file| RouteVersion { position, file };
        let versions =
            [version(3, Some((Extension::Yml, id(5)))), version(4, None), version(90, Some((Extension::Yaml, id(7))))];
        let seen = Some((id(299), Some((Extension::Yml, id(8)))));
        (file, RouteLog::known(2..210, versions.into(), states.into(), seen))
    }

    fn changes() -> Vec<Change> {
        let path: StorePath = "environments/production/a.yaml".parse().expect("a path");
        vec![
            Change { position: 0, path: path.clone(), was: None, blob: Some(id(5)) },
            Change { position: 2, path, was: Some(id(5)), blob: None },
        ]
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = Cache::new(folder.path(), "feature/a b");
        assert!(cache.chain(|_| None).is_none());
        let chain = chain();
        let swap = |fork, merge| vec![Swapped { fork, merge }];
        let merges = Merges { swapped: swap(0, 2), doubtful: swap(70_000, 80_000) };
        cache.keep(&chain, &merges);
        let (again, tip) = cache.chain(|_| None).expect("it was kept");
        assert_eq!((again.chain.commit(299), again.chain.commit(127)), (id(299), id(127)));
        assert_eq!((&again.chain, again.merges, tip), (&chain, merges, id(299)));
        let roots = vec![8; 300 * 20];
        cache.keep_roots(&chain, &roots);
        assert_eq!(cache.roots(&chain), Some(roots));
        cache.keep_changes("environments", &chain, &changes());
        let known = cache.changes("environments", &chain).expect("it was kept");
        assert_eq!((known.len, known.changes), (300, changes()));
        assert!(cache.changes("prompts", &chain).is_none());
        let (file, log) = route();
        cache.keep_route(&file, &chain, &log);
        let known = cache.route(&file, &chain).expect("it was kept");
        assert_eq!((known.range(), known.versions(), known.states()), (2..210, log.versions(), log.states()));
        assert_eq!(known.last_seen(), log.last_seen());
        let other = Chain::new((0..300).map(|at| (id(at + 1), 0)));
        assert!(cache.changes("environments", &other).is_none() && cache.roots(&other).is_none());
        assert!(cache.route(&file, &other).is_none());
    }

    #[test]
    fn what_is_broken_is_not_believed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cache = Cache::new(folder.path(), "main");
        let chain = chain();
        let names = chain.ids().to_vec();
        let (file, log) = route();
        cache.keep(&chain, &Merges::default());
        cache.keep_roots(&chain, &vec![8; 300 * 20]);
        cache.keep_changes("environments", &chain, &changes());
        cache.keep_route(&file, &chain, &log);
        let files: Vec<PathBuf> = fs::read_dir(folder.path().join("promptyard/chain-v2"))
            .expect("it was made")
            .map(|entry| entry.expect("it can be listed").path())
            .collect();
        assert_eq!(files.len(), 4);
        // Either a file says that it is broken, or a commit's name is found by walking.
        let is_found_out = || {
            let names = names.clone();
            let known = cache.chain(move |_| Some(names.clone()));
            known.is_none_or(|(known, _)| known.chain == chain && known.chain.commit(150) == id(150))
                && (cache.roots(&chain).is_none()
                    || cache.changes("environments", &chain).is_none()
                    || cache.route(&file, &chain).is_none()
                    || cache.chain(|_| None).is_none_or(|(known, _)| known.chain != chain))
        };
        for path in files {
            let whole = fs::read(&path).expect("it is there");
            for at in (0..whole.len()).filter(|at| *at < 512 || at % 97 == 0) {
                let mut broken = whole.clone();
                broken[at] ^= 0x10;
                fs::write(&path, &broken).expect("the folder is ours");
                assert!(is_found_out(), "{} {at}", path.display());
                fs::write(&path, &whole[..at]).expect("the folder is ours");
                assert!(is_found_out(), "{} {at}", path.display());
            }
            fs::write(&path, &whole).expect("the folder is ours");
        }
    }
}
