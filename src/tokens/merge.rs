//! Byte-pair merging of one piece, in time linear in its length whatever it holds.
//!
//! Merging by rank, as it is defined, looks for the best pair again and again. This is the same result by another way,
//! published with GitHub's `bpe` crate: an encoding of a text is right exactly if each two neighbours in it are an
//! encoding of their own two tokens, and each prefix of the text has one encoding. So the tokens are found from the left,
//! longest first. A candidate that cannot stand after the token before it gives way to the next shorter one; where none
//! is left the token before is taken back and its end is never tried again.

use super::table::{BYTES, NONE, Table};

/// Merges pieces of one vocabulary, and keeps its memory between them.
pub(super) struct Merger {
    table: &'static Table,
    vocabulary: u32,
    tokens: Vec<u32>,
    dead_ends: Vec<u64>,
}

impl Merger {
    /// For the tokens of `table` below `vocabulary`.
    pub(super) fn new(table: &'static Table, vocabulary: u32) -> Self {
        Self { table, vocabulary, tokens: Vec::new(), dead_ends: Vec::new() }
    }

    /// The tokens of `piece`, which is not empty.
    #[inline]
    pub(super) fn merge(&mut self, piece: &[u8]) -> &[u32] {
        let (token, length) = self.table.longest_match(piece, self.vocabulary);
        self.tokens.clear();
        if length == piece.len() {
            self.tokens.push(token);
        } else {
            self.merge_from(piece, token);
        }
        &self.tokens
    }

    fn merge_from(&mut self, piece: &[u8], first: u32) {
        self.dead_ends.clear();
        self.dead_ends.resize(piece.len() / 64 + 1, 0);
        let mut start = 0;
        let mut candidate = first;
        while start < piece.len() {
            let token = self.table.token(candidate);
            let end = start + token.length();
            if !self.is_dead_end(end) && self.may_follow(candidate) {
                self.tokens.push(candidate);
                start = end;
                candidate = self.table.longest_match(&piece[end..], self.vocabulary).0;
                continue;
            }
            candidate = self.shorter(token.prefix());
            if candidate == NONE {
                self.dead_ends[start / 64] |= 1 << (start % 64);
                candidate = self.tokens.pop().expect("because every byte is a token, so some encoding exists");
                start -= self.table.token(candidate).length();
            }
        }
    }

    #[inline]
    fn is_dead_end(&self, at: usize) -> bool {
        self.dead_ends[at / 64] >> (at % 64) & 1 != 0
    }

    /// The first of `token` and its prefixes that is in the vocabulary, or [`NONE`].
    #[inline]
    fn shorter(&self, mut token: u32) -> u32 {
        while token >= self.vocabulary && token != NONE {
            token = self.table.token(token).prefix();
        }
        token
    }

    #[inline]
    fn may_follow(&self, candidate: u32) -> bool {
        self.tokens.last().is_none_or(|&before| self.stay_apart(before, candidate))
    }

    /// Whether merging the bytes of both tokens together gives these two tokens again.
    ///
    /// Walks back through the merges at their common edge, the latest first: at each moment the two parts that touch there must
    /// not have a merge that comes before the next one of their own. Of two merges of one rank the left one comes first.
    fn stay_apart(&self, mut left: u32, mut right: u32) -> bool {
        let mut next = self.vocabulary;
        loop {
            if self.table.merged(left, right) < next {
                return false;
            }
            let later = left.max(right);
            if later < BYTES {
                return true;
            }
            // Which side is random: written so that it is computed and not guessed.
            let undo_left = left > right;
            let token = self.table.token(later);
            let half = if undo_left { token.right() } else { token.left() };
            next = if undo_left { later } else { later + 1 };
            left = if undo_left { half } else { left };
            right = if undo_left { right } else { half };
        }
    }
}
