//! The first-parent chain of a branch, and from when to when each of its commits was the branch's state.

use std::ops::Range;

use crate::name::CommitId;

/// A commit's place in the chain: the first commit is 0.
pub type Position = usize;

/// The first-parent chain of the tracked branch, the first commit first.
///
/// Commit *i* is active in the half-open interval [e(i), e(i+1)), where e(0) is the first commit's committer date and e(i)
/// the larger of commit i's committer date and e(i-1) + 1 s: git's 'corrected committer date'. So every commit has its
/// time, however wrong the clocks were. Author dates play no part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    starts: Vec<i64>,
    /// The names of the commits, one after the other.
    ids: Vec<u8>,
    width: usize,
}

impl Chain {
    /// The chain of these commits with their committer dates, the first commit first.
    pub fn new(commits: impl IntoIterator<Item = (CommitId, i64)>) -> Self {
        let mut chain = Self::default();
        for (commit, date) in commits {
            chain.push(commit, date);
        }
        chain
    }

    /// The chain with these starts, which rise, and the names of its commits; `None` where the two don't fit together.
    pub fn of_parts(starts: Vec<i64>, ids: Vec<u8>, width: usize) -> Option<Self> {
        let fits =
            starts.len().checked_mul(width) == Some(ids.len()) && (starts.is_empty() || matches!(width, 20 | 32));
        fits.then_some(Self { starts, ids, width })
    }

    /// Adds the commit that follows, with its committer date in seconds since 1970.
    pub fn push(&mut self, commit: CommitId, date: i64) {
        let start = self.starts.last().map_or(date, |last| date.max(last.saturating_add(1)));
        self.starts.push(start);
        self.ids.extend_from_slice(commit.as_bytes());
        self.width = commit.as_bytes().len();
    }

    /// How many commits it has.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no commit at all.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The commit at `position`.
    ///
    /// # Panics
    /// When the chain is not that long.
    pub fn commit(&self, position: Position) -> CommitId {
        let id = &self.ids[position * self.width..(position + 1) * self.width];
        CommitId::new(id).expect("because every name was a commit's")
    }

    /// The branch's newest commit.
    pub fn tip(&self) -> Option<CommitId> {
        self.len().checked_sub(1).map(|last| self.commit(last))
    }

    /// The position of `commit`, if the chain has it.
    pub fn position(&self, commit: CommitId) -> Option<Position> {
        self.ids.chunks_exact(self.width.max(1)).rposition(|id| id == commit.as_bytes())
    }

    /// When the commit at `position` became active: e(i), in seconds since 1970.
    ///
    /// # Panics
    /// When the chain is not that long.
    pub fn start(&self, position: Position) -> i64 {
        self.starts[position]
    }

    /// The starts of all commits; they rise strictly.
    pub fn starts(&self) -> &[i64] {
        &self.starts
    }

    /// The names of all commits, one after the other.
    pub fn ids(&self) -> &[u8] {
        &self.ids
    }

    /// When the commit at `position` was succeeded; `None` for the newest.
    pub fn end(&self, position: Position) -> Option<i64> {
        self.starts.get(position + 1).copied()
    }

    /// The commit that is active at `second`; `None` before the first.
    pub fn active(&self, second: i64) -> Option<Position> {
        self.starts.partition_point(|start| *start <= second).checked_sub(1)
    }

    /// The commits that are active at some time in `[from, to)`.
    pub fn during(&self, from: i64, to: i64) -> Range<Position> {
        let first = self.active(from).unwrap_or(0);
        let end = self.starts.partition_point(|start| *start < to);
        first..end.max(first)
    }

    /// The first `len` commits.
    pub fn truncate(&mut self, len: usize) {
        self.starts.truncate(len);
        self.ids.truncate(len * self.width);
    }
}

/// A run of commits in which something stayed the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch<S> {
    /// The first commit that has it so.
    pub from: Position,
    /// The first commit that has it otherwise; `None`: it is so to this day.
    pub until: Option<Position>,
    /// How it is.
    pub state: S,
}

/// The stretches that `changes` make of a chain: what something became at which commit, in order. What it was before the
/// first change is not told. Equal states that follow each other are one stretch.
pub fn stretches<S: PartialEq>(changes: impl IntoIterator<Item = (Position, S)>) -> Vec<Stretch<S>> {
    let mut found: Vec<Stretch<S>> = Vec::new();
    for (position, state) in changes {
        if let Some(last) = found.last_mut() {
            if last.state == state {
                continue;
            }
            last.until = Some(position);
        }
        found.push(Stretch { from: position, until: None, state });
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: usize) -> CommitId {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
        CommitId::new(&bytes).expect("twenty bytes")
    }

    fn chain(dates: &[i64]) -> Chain {
        Chain::new(dates.iter().enumerate().map(|(at, date)| (id(at), *date)))
    }

    #[test]
    fn every_commit_has_its_time() {
        // A clock that ran backwards, two commits in one second, and 1970.
        let chain = chain(&[100, 50, 50, 200, 200, 0, 300]);
        assert_eq!(chain.starts(), [100, 101, 102, 200, 201, 202, 300]);
        assert_eq!(
            [99, 100, 101, 150, 201, 299, 300, 9999].map(|second| chain.active(second)),
            [None, Some(0), Some(1), Some(2), Some(4), Some(5), Some(6), Some(6)]
        );
        assert_eq!((chain.end(2), chain.end(6), chain.position(id(3))), (Some(200), None, Some(3)));
        assert_eq!((chain.during(0, 100), chain.during(0, 101), chain.during(150, 201)), (0..0, 0..1, 2..4));
    }

    #[test]
    fn equal_states_are_one_stretch() {
        let found = stretches([(0, 'a'), (3, 'a'), (4, 'b'), (9, 'a')]);
        let found: Vec<_> = found.iter().map(|stretch| (stretch.from, stretch.until, stretch.state)).collect();
        assert_eq!(found, [(0, Some(4), 'a'), (4, Some(9), 'b'), (9, None, 'a')]);
    }

    proptest! {
        /// The law as it is written down, replayed commit by commit.
        #[test]
        fn the_active_commit_is_the_last_that_started(
            dates in prop::collection::vec(prop_oneof![0_i64..50, -5_i64..5, 1_000_000_i64..1_000_003], 0..60),
            second in -10_i64..1_000_100,
        ) {
            let mut expected = None;
            let mut last: Option<i64> = None;
            for (position, date) in dates.iter().enumerate() {
                let start = match last {
                    None => *date,
                    Some(before) if *date > before => *date,
                    Some(before) => before + 1,
                };
                if start <= second {
                    expected = Some(position);
                }
                last = Some(start);
            }
            prop_assert_eq!(chain(&dates).active(second), expected);
        }
    }
}
