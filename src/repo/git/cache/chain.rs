//! The chain, kept: all starts, which a question searches, and the commits' names in blocks, of which it needs a few.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, OnceLock};

use super::super::chain::{Merges, Walked};
use super::{Bytes, Cache, checksum, put, put_id};
use crate::history::Swapped;
use crate::history::chain::{Chain, Names, Position, Starts};
use crate::name::CommitId;

const MAGIC: &[u8; 8] = b"pychain2";
const ROOTS: &[u8; 8] = b"pyroots1";

/// So many names have a checksum together.
const BLOCK: usize = 128;
/// Bytes at the file's beginning that say how long its parts are.
const HEAD: usize = 16 + 5 * 8;

impl Cache {
    /// The chain, if it goes up to some commit, with that commit. Should a name turn out to be broken, `again` walks for
    /// all names.
    pub(in super::super) fn chain(
        &self,
        again: impl Fn(CommitId) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Option<(Walked, CommitId)> {
        let mut file = File::open(self.path("chain")?).ok()?;
        let mut content = vec![0; HEAD];
        file.read_exact(&mut content).ok()?;
        let mut sizes = Bytes(&content[16..]);
        let (len, width, step) = (sizes.size()?, sizes.size()?, sizes.size()?);
        let (swapped, doubtful) = (sizes.size()?, sizes.size()?);
        if !matches!(width, 20 | 32) {
            return None;
        }
        let parts = [len.div_ceil(BLOCK).checked_mul(8)?, swapped.checked_mul(8)?, doubtful.checked_mul(8)?];
        let front = parts.into_iter().try_fold(HEAD + 1 + width + 8 + 8, usize::checked_add)?;
        let (starts_len, names_len) = (len.checked_mul(step)?, len.checked_mul(width)?);
        let offset = front.checked_add(starts_len)?;
        // A length that lies must not ask for memory.
        if file.metadata().ok()?.len() != offset.checked_add(names_len)? as u64 {
            return None;
        }
        append(&mut file, front - HEAD, &mut content)?;
        let sum = u64::from_le_bytes(content[8..16].try_into().ok()?);
        if content[..8] != *MAGIC || sum != checksum(&content[16..]) {
            return None;
        }
        let mut rest = Bytes(&content[HEAD..]);
        let (tip, first, starts_sum) = (rest.id()??, rest.number()?, rest.number()? as u64);
        let sums = rest.take(parts[0])?.to_vec();
        let merges = Merges { swapped: pairs(rest.take(parts[1])?), doubtful: pairs(rest.take(parts[2])?) };
        let mut starts = Vec::new();
        append(&mut file, starts_len, &mut starts)?;
        let starts = Some(starts).filter(|starts| checksum(starts) == starts_sum)?;
        let starts = Starts::of_bytes(first, step, starts)?;
        let again = Box::new(move || again(tip).filter(|names| names.len() == len * width));
        let names = KeptNames { file: Mutex::new(file), offset, len, width, sums, again, whole: OnceLock::new() };
        let chain = Chain::kept(starts, Arc::new(names));
        Some((Walked { chain, roots: Vec::new(), merges, places: Vec::new() }, tip))
    }

    /// The root trees of the first commits of `chain`, as far as they are known.
    pub(in super::super) fn roots(&self, chain: &Chain) -> Option<Vec<u8>> {
        let content = self.read("roots", ROOTS)?;
        let mut rest = Bytes(&content);
        let (len, tip) = (rest.size()?, rest.id()?);
        let fits = len <= chain.len() && len.checked_sub(1).map(|last| chain.commit(last)) == tip;
        let width = tip?.as_bytes().len();
        (fits && rest.0.len() == len.checked_mul(width)?).then(|| rest.0.to_vec())
    }

    pub(in super::super) fn keep(&self, chain: &Chain, merges: &Merges) {
        let Some(tip) = chain.tip() else { return };
        let (starts, width) = (chain.starts(), tip.as_bytes().len());
        let mut content = Vec::with_capacity(chain.len() / BLOCK * 8 + 256);
        for size in [chain.len(), width, starts.width(), merges.swapped.len(), merges.doubtful.len()] {
            put(&mut content, size);
        }
        put_id(&mut content, Some(tip));
        content.extend_from_slice(&starts.first().to_le_bytes());
        content.extend_from_slice(&checksum(starts.as_bytes()).to_le_bytes());
        let blocks = chain.ids().chunks(BLOCK * width);
        content.extend(blocks.flat_map(|block| checksum(block).to_le_bytes()));
        for Swapped { fork, merge } in merges.swapped.iter().chain(&merges.doubtful) {
            content.extend_from_slice(&(*fork as u32).to_le_bytes());
            content.extend_from_slice(&(*merge as u32).to_le_bytes());
        }
        self.write("chain", MAGIC, &content, &[starts.as_bytes(), chain.ids()]);
    }

    pub(in super::super) fn keep_roots(&self, chain: &Chain, roots: &[u8]) {
        let mut content = Vec::with_capacity(roots.len() + 64);
        put(&mut content, chain.len());
        put_id(&mut content, chain.tip());
        content.extend_from_slice(roots);
        self.write("roots", ROOTS, &content, &[]);
    }
}

/// Reads so many bytes to the end of `content`.
fn append(file: &mut File, len: usize, content: &mut Vec<u8>) -> Option<()> {
    content.reserve_exact(len);
    let read = file.take(len as u64).read_to_end(content).ok()?;
    (read == len).then_some(())
}

fn pairs(bytes: &[u8]) -> Vec<Swapped> {
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte));
    bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|pair| Swapped { fork: number(&pair[..4]), merge: number(&pair[4..]) })
        .collect()
}

/// Names of commits that are read from the file when they are asked for.
struct KeptNames {
    file: Mutex<File>,
    /// Where they begin.
    offset: usize,
    len: usize,
    width: usize,
    /// The blocks' checksums.
    sums: Vec<u8>,
    again: Box<dyn Fn() -> Option<Vec<u8>> + Send + Sync>,
    whole: OnceLock<Vec<u8>>,
}

impl KeptNames {
    fn read(&self, from: Position, count: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count * self.width];
        let mut file = self.file.lock().ok()?;
        file.seek(SeekFrom::Start((self.offset + from * self.width) as u64)).ok()?;
        file.read_exact(&mut bytes).ok()?;
        let sums = self.sums.as_chunks::<8>().0.get(from / BLOCK..)?;
        let mut blocks = bytes.chunks(BLOCK * self.width).zip(sums);
        blocks.all(|(block, sum)| checksum(block) == u64::from_le_bytes(*sum)).then_some(bytes)
    }
}

impl Names for KeptNames {
    fn name(&self, position: Position) -> CommitId {
        let first = position - position % BLOCK;
        let block = match self.whole.get() {
            Some(_) => None,
            None => self.read(first, BLOCK.min(self.len - first)),
        };
        let (names, at) = match &block {
            Some(block) => (&block[..], position - first),
            None => (self.all(), position),
        };
        CommitId::new(&names[at * self.width..(at + 1) * self.width]).expect("because the width is that of a name")
    }

    fn all(&self) -> &[u8] {
        self.whole.get_or_init(|| {
            let names = self.read(0, self.len).or_else(|| (self.again)());
            // A commit that can't be told is none: reading it says so.
            names.unwrap_or_else(|| vec![0; self.len * self.width])
        })
    }
}
