//! Byte-pair merging of one piece, in time linear in its length whatever it holds.
//!
//! Merging by rank, as it is defined, looks for the best pair again and again. This is the same result by another way,
//! published with GitHub's `bpe` crate: an encoding of a text is right exactly if each two neighbours in it are an
//! encoding of their own two tokens, and each prefix of the text has one encoding. So the tokens are found from the
//! left, longest first. A candidate that cannot stand after the token before it gives way to the next shorter one;
//! where none is left the token before is taken back and its end is never tried again.
//!
//! In which order candidates are tried changes the time and not the result. In a long run of dashes longest first is
//! wrong at each token, and far: so what proved right after a token, once longest first did not, is tried first there.

use super::table::{BYTES, NONE, Table, pair_key};

/// Merges pieces of one vocabulary, and keeps its memory between them.
pub(super) struct Merger {
    table: &'static Table,
    vocabulary: u32,
    tokens: Vec<u32>,
    dead_ends: Positions,
    /// Where the candidate is a guess, so that the longest one has not been tried yet.
    guesses: Positions,
    lessons: Lessons,
}

impl Merger {
    /// For the tokens of `table` below `vocabulary`.
    pub(super) fn new(table: &'static Table, vocabulary: u32) -> Self {
        Self {
            table,
            vocabulary,
            tokens: Vec::new(),
            dead_ends: Positions::default(),
            guesses: Positions::default(),
            lessons: Lessons::default(),
        }
    }

    /// The same with the tokens below `vocabulary` alone.
    #[cfg(test)]
    pub(super) fn below(self, vocabulary: u32) -> Self {
        Self { vocabulary, ..self }
    }

    /// The bytes of `token`.
    #[cfg(test)]
    pub(super) fn bytes_of(&self, token: u32) -> Vec<u8> {
        if token < BYTES {
            let is_it = |byte: &u8| self.table.longest_match(&[*byte], BYTES).0 == token;
            return (0..=u8::MAX).filter(is_it).collect();
        }
        let known = self.table.token(token);
        [self.bytes_of(known.left()), self.bytes_of(known.right())].concat()
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
        self.dead_ends.clear(piece.len());
        self.guesses.clear(piece.len());
        let mut start = 0;
        let mut candidate = first;
        let mut came_back = false;
        while start < piece.len() {
            let token = self.table.token(candidate);
            let end = start + token.length();
            if !self.dead_ends.has(end) && self.may_follow(candidate) {
                if came_back {
                    self.lessons.learn(self.tokens.last().copied(), candidate);
                    came_back = false;
                }
                self.tokens.push(candidate);
                start = end;
                candidate = self.first_candidate(piece, start);
                continue;
            }
            candidate = if self.guesses.remove(start) {
                self.table.longest_match(&piece[start..], self.vocabulary).0
            } else {
                self.shorter(token.prefix())
            };
            if candidate == NONE {
                self.dead_ends.insert(start);
                candidate = self.tokens.pop().expect("because every byte is a token, so some encoding exists");
                start -= self.table.token(candidate).length();
                came_back = true;
            }
        }
    }

    /// The longest token at `start`, or the one that a lesson says.
    #[inline]
    fn first_candidate(&mut self, piece: &[u8], start: usize) -> u32 {
        let longest = self.table.longest_match(&piece[start..], self.vocabulary).0;
        let guess = self.lessons.after(self.tokens.last().copied());
        if guess == NONE || longest == guess || longest == NONE {
            return longest;
        }
        let mut prefix = longest;
        while prefix != NONE && prefix != guess {
            prefix = self.table.token(prefix).prefix();
        }
        if prefix == NONE {
            return longest;
        }
        self.guesses.insert(start);
        guess
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
    fn may_follow(&mut self, candidate: u32) -> bool {
        let Some(&before) = self.tokens.last() else { return true };
        match self.lessons.recall(before, candidate) {
            Some(answer) => answer,
            None => {
                let answer = self.stay_apart(before, candidate);
                self.lessons.note(before, candidate, answer);
                answer
            }
        }
    }

    /// Whether merging the bytes of both tokens together gives these two tokens again.
    ///
    /// Walks back through the merges at their common edge, the latest first: at each moment the two parts that touch
    /// there must not have a merge that comes before the next one of their own. Of two merges of one rank the left one
    /// comes first.
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

/// A set of places in a piece.
#[derive(Default)]
struct Positions(Vec<u64>);

impl Positions {
    /// Empties it, and makes room for `0..=length`.
    #[inline]
    fn clear(&mut self, length: usize) {
        self.0.clear();
        self.0.resize(length / 64 + 1, 0);
    }

    #[inline]
    fn has(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 != 0
    }

    fn insert(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    /// Whether it was there.
    #[inline]
    fn remove(&mut self, at: usize) -> bool {
        let had = self.has(at);
        self.0[at / 64] &= !(1 << (at % 64));
        had
    }
}

/// What dead ends taught. Empty until the first one, because most texts have none; then two small tables in which a new
/// entry takes the place of an old one.
#[derive(Default)]
struct Lessons {
    /// A token, and which one proved right after it.
    followers: Vec<(u32, u32)>,
    /// Two tokens, and in the lowest bit whether they stay apart.
    answers: Vec<u64>,
}

impl Lessons {
    const FOLLOWERS: usize = 1 << 7;
    const ANSWERS: usize = 1 << 12;

    fn learn(&mut self, before: Option<u32>, follower: u32) {
        let Some(before) = before else { return };
        self.followers.resize(Self::FOLLOWERS, (NONE, NONE));
        self.answers.resize(Self::ANSWERS, u64::MAX);
        self.followers[before as usize % Self::FOLLOWERS] = (before, follower);
    }

    /// What proved right after `before`, or [`NONE`].
    #[inline]
    fn after(&self, before: Option<u32>) -> u32 {
        let Some(before) = before else { return NONE };
        match self.followers.get(before as usize % Self::FOLLOWERS) {
            Some(&(token, follower)) if token == before => follower,
            _ => NONE,
        }
    }

    #[inline]
    fn recall(&self, left: u32, right: u32) -> Option<bool> {
        let key = pair_key(left, right) << 1;
        let answer = *self.answers.get(Self::place(key))?;
        (answer | 1 == key | 1).then_some(answer & 1 != 0)
    }

    #[inline]
    fn note(&mut self, left: u32, right: u32, answer: bool) {
        let key = pair_key(left, right) << 1;
        if let Some(place) = self.answers.get_mut(Self::place(key)) {
            *place = key | u64::from(answer);
        }
    }

    #[inline]
    fn place(key: u64) -> usize {
        (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize
    }
}
