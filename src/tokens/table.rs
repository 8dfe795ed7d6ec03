//! A vocabulary as it lies in the binary: nothing is read, built or copied before the first token is looked up.
//!
//! One file per vocabulary, little-endian, four counts of 32 bits and then four arrays:
//!
//! - **states** (6 bytes each), a trie over the tokens' bytes as a double array: the child of a state under a byte is
//!   at `base ^ byte`, and exists if that state's label is the byte. Bits 0..8 label, 8..26 token or [`NONE`], 26..46
//!   base.
//! - **tokens** (8 bytes each), by rank: bits 0..8 length in bytes, 8..26 and 26..44 the two tokens whose merge makes
//!   it, 44..62 the longest token that is a proper prefix of it, or [`NONE`].
//! - **slots** (4 bytes each), a hash table from two tokens to the token that they merge to, without a second look on
//!   any key: bits 0..18 token, 18..32 a tag of the key's hash.
//! - **displacements** (2 bytes each), which make the hash free of collisions.
//!
//! A token's number is its rank: the lower is merged first. The generator, which checks what is said here, is
//! `generate.rs`.

/// No token. Larger than each token.
pub(super) const NONE: u32 = (1 << 18) - 1;

/// Tokens below are the single bytes.
pub(super) const BYTES: u32 = 256;

pub(super) const STATE: usize = 6;
pub(super) const TOKEN: usize = 8;
pub(super) const SLOT: usize = 4;
pub(super) const DISPLACEMENT: usize = 2;

/// One vocabulary's arrays.
#[derive(Clone, Copy)]
pub(super) struct Table {
    states: &'static [[u8; STATE]],
    tokens: &'static [[u8; TOKEN]],
    slots: &'static [[u8; SLOT]],
    displacements: &'static [[u8; DISPLACEMENT]],
}

/// What is known of a token.
#[derive(Clone, Copy)]
pub(super) struct Token(u64);

impl Token {
    /// Length in bytes.
    #[inline]
    pub(super) fn length(self) -> usize {
        (self.0 & 0xff) as usize
    }

    /// The left one of the two tokens whose merge makes this one; [`NONE`] for a byte.
    #[inline]
    pub(super) fn left(self) -> u32 {
        (self.0 >> 8) as u32 & NONE
    }

    /// The right one of the two tokens whose merge makes this one; [`NONE`] for a byte.
    #[inline]
    pub(super) fn right(self) -> u32 {
        (self.0 >> 26) as u32 & NONE
    }

    /// The longest token that is a proper prefix of this one, or [`NONE`].
    #[inline]
    pub(super) fn prefix(self) -> u32 {
        (self.0 >> 44) as u32 & NONE
    }

    /// Both halves at once, as they are in [`pair_key`].
    #[inline]
    fn halves(self) -> u64 {
        (self.0 >> 8) & ((1 << 36) - 1)
    }
}

impl Table {
    /// Cuts a generated file into its arrays; in a `const` the check of its length is the compiler's.
    pub(super) const fn new(file: &'static [u8]) -> Self {
        let (head, arrays) = file.split_at(16);
        let (counts, _) = head.as_chunks::<4>();
        let (states, arrays) = arrays.split_at(u32::from_le_bytes(counts[0]) as usize * STATE);
        let (tokens, arrays) = arrays.split_at(u32::from_le_bytes(counts[1]) as usize * TOKEN);
        let (slots, displacements) = arrays.split_at(u32::from_le_bytes(counts[2]) as usize * SLOT);
        assert!(displacements.len() == u32::from_le_bytes(counts[3]) as usize * DISPLACEMENT);
        Self {
            states: states.as_chunks().0,
            tokens: tokens.as_chunks().0,
            slots: slots.as_chunks().0,
            displacements: displacements.as_chunks().0,
        }
    }

    /// The longest token below `vocabulary` that `text` starts with, and its length in bytes.
    #[inline]
    pub(super) fn longest_match(&self, text: &[u8], vocabulary: u32) -> (u32, usize) {
        let mut found = (NONE, 0);
        let mut base = self.state(0) >> 26;
        for (at, &byte) in text.iter().enumerate() {
            let state = self.state(base as usize ^ usize::from(byte));
            if state as u8 != byte {
                break;
            }
            base = state >> 26;
            let token = (state >> 8) as u32 & NONE;
            if token < vocabulary {
                found = (token, at + 1);
            }
        }
        found
    }

    #[inline]
    fn state(&self, at: usize) -> u64 {
        let [a, b, c, d, e, f] = self.states[at];
        u64::from_le_bytes([a, b, c, d, e, f, 0, 0])
    }

    /// What is known of `token`.
    #[inline]
    pub(super) fn token(&self, token: u32) -> Token {
        Token(u64::from_le_bytes(self.tokens[token as usize]))
    }

    /// The token that `left` and `right` merge to, or [`NONE`].
    #[inline]
    pub(super) fn merged(&self, left: u32, right: u32) -> u32 {
        let key = pair_key(left, right);
        let hash = PairHash::new(key);
        let displacement = u16::from_le_bytes(self.displacements[hash.bucket(self.displacements.len())]);
        let slot = u32::from_le_bytes(self.slots[hash.slot(displacement, self.slots.len())]);
        let token = slot & NONE;
        if slot >> 18 == hash.tag() && self.token(token).halves() == key { token } else { NONE }
    }
}

/// Two tokens as the key of the hash table.
#[inline]
pub(super) fn pair_key(left: u32, right: u32) -> u64 {
    u64::from(left) | u64::from(right) << 18
}

/// Hash, then displace: a key's bucket says by how much the hashes of all its keys are moved, so that no two share a
/// slot.
#[derive(Clone, Copy)]
pub(super) struct PairHash(u64);

impl PairHash {
    #[inline]
    pub(super) fn new(key: u64) -> Self {
        let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self((mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// Which of `buckets`.
    #[inline]
    pub(super) fn bucket(self, buckets: usize) -> usize {
        scale((self.0 >> 32) as u32, buckets)
    }

    /// Which of `slots`, once the bucket's displacement is known.
    #[inline]
    pub(super) fn slot(self, displacement: u16, slots: usize) -> usize {
        let moved = (self.0 >> 16) as u32 ^ u32::from(displacement).wrapping_mul(0x9e37_79b1);
        scale(moved.wrapping_mul(0x85eb_ca6b), slots)
    }

    /// 14 bits that tell most other keys apart.
    #[inline]
    pub(super) fn tag(self) -> u32 {
        (self.0 >> 14) as u32 & 0x3fff
    }
}

/// Maps all of `u32` evenly to `0..count`.
#[inline]
fn scale(hash: u32, count: usize) -> usize {
    ((u64::from(hash) * count as u64) >> 32) as usize
}
