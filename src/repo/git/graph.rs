//! The commit-graph: parents, dates and root trees without the commits, and filters that say what a commit did not change.
//!
//! The filters are git's changed-path Bloom filters (gitformat-commit-graph, chunks BIDX and BDAT), which gitoxide does not
//! read. They are of the same file as the graph: its checksum says so. A filter is about the first parent, as the chain is.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::OnceLock;

use gix::commitgraph::{self, Graph};
use gix::{ObjectId, Repository};

/// The seeds of the two hashes that all others are made of.
const SEEDS: [u32; 2] = [0x293a_e76f, 0x7e64_6e2c];
/// More chunks than this has no graph.
const MOST_CHUNKS: usize = 64;
/// More hashes than this for one path has no filter.
const MOST_HASHES: u32 = 64;

/// Where a commit is in the commit-graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(commitgraph::Position);

impl Place {
    pub(super) fn index(self) -> usize {
        self.0.0 as usize
    }
}

/// What the graph says of a commit.
pub(super) struct Placed {
    /// The committer date's low bits.
    pub(super) date: i64,
    pub(super) first: Option<Place>,
    pub(super) second: Option<Place>,
}

/// The commit-graph of a repository, if git may use it.
pub(super) struct CommitGraph {
    graph: Graph,
    layers: Vec<Layer>,
    filters: OnceLock<Vec<Option<Filters>>>,
}

/// One file of the graph.
struct Layer {
    path: PathBuf,
    /// The place of its first commit.
    first: usize,
    len: usize,
    checksum: ObjectId,
}

impl CommitGraph {
    /// The graph; `None` where there is none, or it can't be read, which costs time and nothing else.
    pub(super) fn open(repository: &Repository) -> Option<Self> {
        let graph = repository.commit_graph_if_enabled().ok().flatten()?;
        let layered = layers(repository).unwrap_or_default();
        let (graph, layers) = match layered.is_empty() {
            true => (graph, Vec::new()),
            false => {
                let mut layers = Vec::new();
                let mut first = 0;
                for (path, file) in &layered {
                    let len = file.num_commits() as usize;
                    layers.push(Layer { path: path.clone(), first, len, checksum: file.checksum().to_owned() });
                    first += len;
                }
                (Graph::new(layered.into_iter().map(|(_, file)| file).collect()).ok()?, layers)
            }
        };
        Some(Self { graph, layers, filters: OnceLock::new() })
    }

    /// How many commits it has.
    pub(super) fn len(&self) -> usize {
        self.graph.num_commits() as usize
    }

    pub(super) fn place(&self, id: &gix::oid) -> Option<Place> {
        self.graph.lookup(id).map(Place)
    }

    pub(super) fn id(&self, place: Place) -> ObjectId {
        self.graph.id_at(place.0).to_owned()
    }

    pub(super) fn root(&self, place: Place) -> ObjectId {
        self.graph.commit_at(place.0).root_tree_id().to_owned()
    }

    /// The commit there; `None` where its parents are broken.
    pub(super) fn commit(&self, place: Place) -> Option<Placed> {
        let commit = self.graph.commit_at(place.0);
        let mut parents = commit.iter_parents();
        let (first, second) = (parents.next().transpose().ok()?, parents.next().transpose().ok()?);
        let date = i64::try_from(commit.committer_timestamp()).unwrap_or(i64::MAX);
        Some(Placed { date, first: first.map(Place), second: second.map(Place) })
    }

    /// Whether the commit there has left everything at the paths of `keys` as its first parent had it. `None`: it has no
    /// filter that says so or otherwise.
    pub(super) fn leaves(&self, place: Place, keys: &[PathKey]) -> Option<bool> {
        let filters = self.filters.get_or_init(|| self.layers.iter().map(Filters::read).collect());
        let at = self.layers.partition_point(|layer| layer.first <= place.index()).checked_sub(1)?;
        let filter = filters.get(at)?.as_ref()?.of(place.index() - self.layers[at].first)?;
        Some(keys.iter().all(|key| filter.lacks(key)))
    }
}

/// The files of the graph, the oldest first: one, or a chain of them.
fn layers(repository: &Repository) -> Option<Vec<(PathBuf, commitgraph::File)>> {
    let info = repository.objects.store_ref().path().join("info");
    let single = info.join("commit-graph");
    let open = |path: PathBuf| Some((path.clone(), commitgraph::File::at(path).ok()?));
    if let Some(file) = open(single) {
        return Some(vec![file]);
    }
    let folder = info.join("commit-graphs");
    let list = fs::read_to_string(folder.join("commit-graph-chain")).ok()?;
    list.lines().map(|name| open(folder.join(format!("graph-{name}.graph")))).collect()
}

/// A path as filters know it.
pub(super) struct PathKey([u32; 2]);

impl PathKey {
    /// The key of the repository's path `path`; `None` where the two versions of the filters differ about it.
    pub(super) fn new(path: &str) -> Option<Self> {
        path.is_ascii().then(|| Self(SEEDS.map(|seed| murmur3(seed, path.as_bytes()))))
    }
}

/// The filters of one file of the graph.
struct Filters {
    hashes: u32,
    /// Where each commit's filter ends.
    ends: Vec<u8>,
    bits: Vec<u8>,
}

/// The filter of one commit.
struct Filter<'a> {
    hashes: u32,
    bits: &'a [u8],
}

impl Filters {
    fn read(layer: &Layer) -> Option<Self> {
        let mut file = File::open(&layer.path).ok()?;
        let size = file.metadata().ok()?.len();
        let mut read = |from: u64, len: u64| {
            // A length that lies must not ask for memory.
            let mut bytes = vec![0; usize::try_from(len.min(size)).ok()?];
            file.seek(SeekFrom::Start(from)).ok()?;
            file.read_exact(&mut bytes).ok()?;
            Some(bytes)
        };
        let width = layer.checksum.as_bytes().len() as u64;
        if read(size.checked_sub(width)?, width)? != layer.checksum.as_bytes() {
            return None;
        }
        let chunks = usize::from(*read(6, 1)?.first()?);
        let table = read(8, ((chunks.min(MOST_CHUNKS) + 1) * 12) as u64)?;
        let chunk = |name: &[u8; 4]| {
            let at = table.chunks_exact(12).position(|entry| entry.starts_with(name))?;
            let offset = |at: usize| Some(u64::from_be_bytes(table.get(at * 12 + 4..at * 12 + 12)?.try_into().ok()?));
            let (from, until) = (offset(at)?, offset(at + 1)?);
            Some((from, until.checked_sub(from)?))
        };
        let ((index, index_len), (data, data_len)) = (chunk(b"BIDX")?, chunk(b"BDAT")?);
        let head = read(data, 12)?;
        let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
        let (version, hashes) = (number(0)?, number(4)?);
        if !matches!(version, 1 | 2) || !(1..=MOST_HASHES).contains(&hashes) || index_len != layer.len as u64 * 4 {
            return None;
        }
        Some(Self { hashes, ends: read(index, index_len)?, bits: read(data + 12, data_len.checked_sub(12)?)? })
    }

    /// The filter of the commit at `at`; `None` where none was made.
    fn of(&self, at: usize) -> Option<Filter<'_>> {
        let ends = self.ends.as_chunks::<4>().0;
        let end = |at: usize| Some(u32::from_be_bytes(*ends.get(at)?) as usize);
        let from = at.checked_sub(1).map_or(Some(0), end)?;
        let bits = self.bits.get(from..end(at)?).filter(|bits| !bits.is_empty())?;
        Some(Filter { hashes: self.hashes, bits })
    }
}

impl Filter<'_> {
    /// Whether what it is about surely did not change the path.
    fn lacks(&self, PathKey([first, second]): &PathKey) -> bool {
        let bits = self.bits.len() as u64 * 8;
        (0..self.hashes).any(|at| {
            let bit = u64::from(first.wrapping_add(at.wrapping_mul(*second))) % bits;
            self.bits[(bit / 8) as usize] & (1 << (bit % 8)) == 0
        })
    }
}

/// MurmurHash3, x86, 32 bits (Austin Appleby, public domain), as git's `bloom.c` has it.
fn murmur3(seed: u32, text: &[u8]) -> u32 {
    let scrambled = |word: u32| word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let (words, rest) = text.as_chunks::<4>();
    let mut hash = words.iter().fold(seed, |hash, word| {
        (hash ^ scrambled(u32::from_le_bytes(*word))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    if !rest.is_empty() {
        let word = rest.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        hash ^= scrambled(word);
    }
    hash ^= text.len() as u32;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_git() {
        // From git's own t0095-bloom.sh.
        assert_eq!(murmur3(0, b""), 0);
        assert_eq!(murmur3(0, b"Hello world!"), 0x627b_0c2c);
        assert_eq!(murmur3(0, b"The quick brown fox jumps over the lazy dog"), 0x2e4f_f723);
    }
}
