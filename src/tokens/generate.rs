//! Writes `tables/`: the vocabularies and character classes of the reference, laid out for use in place.
//!
//! `UPDATE_TABLES=1 cargo test --release --lib tokens::generate` writes the files; without the variable the same test
//! compares. The ranks come out of `tiktoken-rs`; its files are put together again to check the published hashes.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a generator reads and writes files; its maps are looked up in, never walked"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex_syntax::hir::{Class, HirKind};
use sha2::{Digest, Sha256};
use tiktoken_rs::CoreBPE;

use super::table::{DISPLACEMENT, NONE, PairHash, SLOT, STATE, TOKEN, pair_key};
use super::unicode::{BLOCK, BLOCKS, Classes, LETTER, LOWER, MARK, NEWLINE, NUMBER, SPACE, UPPER};

/// The bytes of each token by rank. Ranks that the vocabulary skips are missing.
type Vocabulary = BTreeMap<u32, Vec<u8>>;

#[test]
fn classes_are_what_the_generator_writes() {
    compare_or_write("unicode.bin", &unicode());
}

#[test]
fn vocabularies_are_what_the_generator_writes() {
    compare_or_write("p50k.bin", &table(&vocabulary(tiktoken_rs::p50k_base_singleton(), 50_281)));
    // Half a minute without optimisation. What the tables say is checked by `oracle.rs` in every build.
    if !cfg!(debug_assertions) {
        compare_or_write("cl100k.bin", &table(&vocabulary(tiktoken_rs::cl100k_base_singleton(), 100_256)));
        compare_or_write("o200k.bin", &table(&vocabulary(tiktoken_rs::o200k_base_singleton(), 199_998)));
    }
}

#[test]
fn vocabularies_have_the_published_hashes() {
    let published = [
        (
            tiktoken_rs::o200k_base_singleton(),
            199_998,
            "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        ),
        (
            tiktoken_rs::cl100k_base_singleton(),
            100_256,
            "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        ),
        (
            tiktoken_rs::p50k_base_singleton(),
            50_281,
            "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
        ),
        (
            tiktoken_rs::r50k_base_singleton(),
            50_256,
            "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
        ),
    ];
    for (reference, end, hash) in published {
        let mut hasher = Sha256::new();
        for (rank, bytes) in vocabulary(reference, end) {
            hasher.update(format!("{} {rank}\n", STANDARD.encode(bytes)));
        }
        let made: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(made, hash);
    }
}

fn compare_or_write(name: &str, made: &[u8]) {
    let path = format!("{}/src/tokens/tables/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(path, made).expect("a table is written");
    } else {
        assert!(
            std::fs::read(path).expect("a table is read") == made,
            "{name} is not what the generator writes; run it with UPDATE_TABLES=1"
        );
    }
}

/// The tokens below `end` as the reference decodes them.
pub(super) fn vocabulary(reference: &CoreBPE, end: u32) -> Vocabulary {
    let special = "<|endoftext|>".as_bytes();
    (0..end)
        .filter_map(|rank| Some((rank, reference.decode_bytes(&[rank]).ok()?)))
        .filter(|(_, bytes)| bytes != special)
        .collect()
}

fn table(vocabulary: &Vocabulary) -> Vec<u8> {
    let ranks: HashMap<&[u8], u32> = vocabulary.iter().map(|(&rank, bytes)| (bytes.as_slice(), rank)).collect();
    let end = vocabulary.keys().last().expect("a vocabulary has tokens") + 1;
    assert!(end < NONE);

    let mut tokens = Vec::new();
    let mut pairs = Vec::new();
    for rank in 0..end {
        let Some(bytes) = vocabulary.get(&rank) else {
            tokens.extend([0; TOKEN]);
            continue;
        };
        let (left, right) = if bytes.len() == 1 { (NONE, NONE) } else { halves(bytes, rank, &ranks) };
        if bytes.len() > 1 {
            assert!(left < rank && right < rank, "a merge comes after those that make its parts");
            pairs.push((pair_key(left, right), rank));
        }
        let prefix = (1..bytes.len()).rev().find_map(|length| ranks.get(&bytes[..length])).copied().unwrap_or(NONE);
        let token = bytes.len() as u64 | pair_key(left, right) << 8 | u64::from(prefix) << 44;
        assert!(bytes.len() < 256);
        tokens.extend(token.to_le_bytes());
    }
    assert!((0..256).all(|rank| vocabulary[&rank].len() == 1), "the first tokens are the bytes");

    let states = states(vocabulary);
    let (slots, displacements) = slots(&pairs);
    let counts = [states.len() / STATE, tokens.len() / TOKEN, slots.len() / SLOT, displacements.len() / DISPLACEMENT];
    let mut file: Vec<u8> = counts.into_iter().flat_map(|count| (count as u32).to_le_bytes()).collect();
    file.extend(states.into_iter().chain(tokens).chain(slots).chain(displacements));
    file
}

/// Merges a token's bytes by the definition, and says which two parts came last.
fn halves(bytes: &[u8], rank: u32, ranks: &HashMap<&[u8], u32>) -> (u32, u32) {
    let mut ends: Vec<usize> = (0..=bytes.len()).collect();
    loop {
        let (merged, at) = (0..ends.len() - 2)
            .filter_map(|at| Some((*ranks.get(&bytes[ends[at]..ends[at + 2]])?, at)))
            .min()
            .expect("because each token is the encoding of its own bytes");
        if ends.len() == 3 {
            assert_eq!(merged, rank);
            return (ranks[&bytes[..ends[1]]], ranks[&bytes[ends[1]..]]);
        }
        ends.remove(at + 1);
    }
}

/// A node of the trie before it has a place.
struct Node {
    children: BTreeMap<u8, usize>,
    token: u32,
    /// The lowest rank of a token in this node and below: frequent tokens come first, and lie close together.
    best: u32,
}

fn states(vocabulary: &Vocabulary) -> Vec<u8> {
    let new = |best| Node { children: BTreeMap::new(), token: NONE, best };
    let mut nodes = vec![new(0)];
    for (&rank, bytes) in vocabulary {
        let mut at = 0;
        for &byte in bytes {
            let next = nodes.len();
            let child = *nodes[at].children.entry(byte).or_insert(next);
            if child == next {
                nodes.push(new(rank));
            }
            at = child;
        }
        nodes[at].token = rank;
    }

    // Base 0 is for nodes without children, so no state below 256 may pass for a child of it: not the root either,
    // whose label is therefore not 0.
    let mut places = Places { blocks: vec![Block { free: [0; 4], bases: [1, 0, 0, 0] }] };
    let mut state_of = vec![0; nodes.len()];
    let mut filled = BTreeMap::from([(0, (1, 0, 0))]);
    let mut waiting = BTreeSet::from([(0, 0)]);
    while let Some((_, node)) = waiting.pop_first() {
        let children = &nodes[node].children;
        let base = if children.is_empty() { 0 } else { places.base_for(children) };
        for (&byte, &child) in children {
            state_of[child] = base ^ usize::from(byte);
            filled.insert(state_of[child], (byte, child, 0));
            waiting.insert((nodes[child].best, child));
        }
        filled.entry(state_of[node]).and_modify(|state| state.2 = base);
    }
    (0..places.blocks.len() * 256)
        .flat_map(|state| {
            let packed = match filled.get(&state) {
                Some(&(label, node, base)) => {
                    u64::from(label) | u64::from(nodes[node].token) << 8 | (base as u64) << 26
                }
                None => u64::from(
                    (0..=255u8)
                        .find(|&label| !places.is_base(state ^ usize::from(label)))
                        .expect("fewer bases than labels"),
                ),
            };
            packed.to_le_bytes().into_iter().take(STATE)
        })
        .collect()
}

/// Which states are free, and which are bases: a base belongs to one node, so that a label is proof enough.
struct Places {
    blocks: Vec<Block>,
}

/// 256 states: all children of one node are in one.
struct Block {
    free: [u64; 4],
    bases: [u64; 4],
}

impl Places {
    /// Takes the first base in the last few blocks, or in a new one, that has room for `children`.
    fn base_for(&mut self, children: &BTreeMap<u8, usize>) -> usize {
        let oldest = self.blocks.len().saturating_sub(24);
        let found =
            (oldest..self.blocks.len()).find_map(|block| Some((block, self.blocks[block].offset_for(children)?)));
        let (block, offset) = found.unwrap_or_else(|| {
            self.blocks.push(Block { free: [u64::MAX; 4], bases: [0; 4] });
            (self.blocks.len() - 1, 0)
        });
        let Block { free, bases } = &mut self.blocks[block];
        bases[offset / 64] |= 1 << (offset % 64);
        for &byte in children.keys() {
            let state = offset ^ usize::from(byte);
            free[state / 64] &= !(1 << (state % 64));
        }
        block * 256 + offset
    }

    fn is_base(&self, state: usize) -> bool {
        self.blocks[state / 256].bases[state % 256 / 64] >> (state % 64) & 1 != 0
    }
}

impl Block {
    fn offset_for(&self, children: &BTreeMap<u8, usize>) -> Option<usize> {
        let mut fits = self.bases.map(|bases| !bases);
        for &byte in children.keys() {
            for (word, fit) in fits.iter_mut().enumerate() {
                *fit &= moved_by_xor(self.free[word ^ usize::from(byte / 64)], byte % 64);
            }
        }
        let word = fits.iter().position(|&fit| fit != 0)?;
        Some(word * 64 + fits[word].trailing_zeros() as usize)
    }
}

/// The set of `i ^ by` for all `i` in `set`.
fn moved_by_xor(mut set: u64, by: u8) -> u64 {
    const LOW_HALVES: [u64; 6] = [
        0x5555_5555_5555_5555,
        0x3333_3333_3333_3333,
        0x0f0f_0f0f_0f0f_0f0f,
        0x00ff_00ff_00ff_00ff,
        0x0000_ffff_0000_ffff,
        0x0000_0000_ffff_ffff,
    ];
    for (bit, low) in LOW_HALVES.into_iter().enumerate().filter(|(bit, _)| by >> bit & 1 != 0) {
        set = (set & low) << (1 << bit) | (set >> (1 << bit)) & low;
    }
    set
}

/// A slot without a key: it names a byte, which no two tokens merge to.
const EMPTY: u32 = 0;

fn slots(pairs: &[(u64, u32)]) -> (Vec<u8>, Vec<u8>) {
    let count = pairs.len() + pairs.len() / 32;
    let mut buckets = vec![Vec::new(); pairs.len() / 4 + 1];
    let bucket_count = buckets.len();
    for &(key, token) in pairs {
        let hash = PairHash::new(key);
        buckets[hash.bucket(bucket_count)].push((hash, token));
    }
    let mut largest_first: Vec<usize> = (0..bucket_count).collect();
    largest_first.sort_by_key(|&bucket| std::cmp::Reverse(buckets[bucket].len()));

    let mut slots = vec![EMPTY; count];
    let mut displacements = vec![0; bucket_count];
    for bucket in largest_first {
        let place = |displacement| -> Option<BTreeMap<usize, u32>> {
            let mut taken = BTreeMap::new();
            for (hash, token) in &buckets[bucket] {
                let slot = hash.slot(displacement, count);
                if slots[slot] != EMPTY || taken.insert(slot, token | hash.tag() << 18).is_some() {
                    return None;
                }
            }
            Some(taken)
        };
        let (displacement, taken) = (0..=u16::MAX)
            .find_map(|displacement| Some((displacement, place(displacement)?)))
            .expect("some displacement fits");
        displacements[bucket] = displacement;
        for (slot, packed) in taken {
            slots[slot] = packed;
        }
    }
    (
        slots.into_iter().flat_map(u32::to_le_bytes).collect(),
        displacements.into_iter().flat_map(u16::to_le_bytes).collect(),
    )
}

fn unicode() -> Vec<u8> {
    let named: [(&str, Classes); 10] = [
        (r"\p{Lu}", UPPER | LETTER),
        (r"\p{Lt}", UPPER | LETTER),
        (r"\p{Lm}", UPPER | LOWER | LETTER),
        (r"\p{Lo}", UPPER | LOWER | LETTER),
        (r"\p{Ll}", LOWER | LETTER),
        (r"\p{M}", UPPER | LOWER | MARK),
        (r"\p{N}", NUMBER),
        (r"\s", SPACE),
        (r"[\r\n]", NEWLINE),
        (r"\p{L}", LETTER),
    ];
    let mut classes = vec![0; BLOCK * BLOCKS];
    for (class, flags) in named {
        let parsed = regex_syntax::parse(class).expect("a class");
        let HirKind::Class(Class::Unicode(ranges)) = parsed.kind() else { panic!("{class} is a class of characters") };
        for range in ranges.iter() {
            for code in range.start()..=range.end() {
                classes[code as usize] |= flags;
            }
        }
    }
    let mut distinct: Vec<&[Classes]> = Vec::new();
    let mut table = Vec::new();
    for block in classes.chunks(BLOCK) {
        let at = distinct.iter().position(|&other| other == block).unwrap_or_else(|| {
            distinct.push(block);
            distinct.len() - 1
        });
        table.push(u8::try_from(at).expect("because the distinct blocks are fewer than 256"));
    }
    table.extend(distinct.into_iter().flatten());
    table
}
