//! The first-parent chain of a branch, and from when to when each of its commits was the branch's state.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

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
    starts: Starts,
    ids: Ids,
}

/// When the commits of a chain became active, as seconds since the first one did: four bytes each, or eight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    first: i64,
    wide: bool,
    /// Little-endian.
    bytes: Vec<u8>,
}

impl Starts {
    /// Bytes of this many numbers of so many bytes each, the first of which is 0; they rise. `None` for any other width.
    pub fn of_bytes(first: i64, width: usize, bytes: Vec<u8>) -> Option<Self> {
        (matches!(width, 4 | 8) && bytes.len().is_multiple_of(width)).then_some(Self { first, wide: width == 8, bytes })
    }

    /// The first start, which the bytes count from.
    pub fn first(&self) -> i64 {
        self.first
    }

    /// How many bytes each start has.
    pub fn width(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    /// What stands for them in memory and in files.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn len(&self) -> usize {
        self.bytes.len() / self.width()
    }

    fn get(&self, position: Position) -> Option<i64> {
        let since = match self.wide {
            true => u64::from_le_bytes(*self.bytes.as_chunks().0.get(position)?),
            false => u64::from(u32::from_le_bytes(*self.bytes.as_chunks().0.get(position)?)),
        };
        Some(self.first.wrapping_add_unsigned(since))
    }

    fn push(&mut self, start: i64) {
        if self.bytes.is_empty() {
            self.first = start;
        }
        let since = start.wrapping_sub(self.first) as u64;
        if !self.wide && u32::try_from(since).is_err() {
            let wider = self.bytes.as_chunks::<4>().0.iter().flat_map(|since| [*since, [0; 4]].concat()).collect();
            (self.wide, self.bytes) = (true, wider);
        }
        let width = self.width();
        self.bytes.extend_from_slice(&since.to_le_bytes()[..width]);
    }

    /// How many of them are `early`, which the first ones are.
    fn partition_point(&self, early: impl Fn(i64) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.get(middle) {
                Some(start) if early(start) => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }
}

/// The names of a chain's commits, kept elsewhere: most questions need a few of very many.
pub trait Names: Send + Sync {
    /// The name of the commit at `position`, which the chain has.
    fn name(&self, position: Position) -> CommitId;

    /// All names, one after the other.
    fn all(&self) -> &[u8];
}

/// Where the names of the commits are.
#[derive(Clone)]
enum Ids {
    /// Here, one after the other, each so many bytes long.
    Here(Vec<u8>, usize),
    /// Elsewhere.
    Kept(Arc<dyn Names>),
}

impl Default for Ids {
    fn default() -> Self {
        Self::Here(Vec::new(), 0)
    }
}

impl Ids {
    fn all(&self) -> &[u8] {
        match self {
            Self::Here(ids, _) => ids,
            Self::Kept(names) => names.all(),
        }
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ids").field(&self.all().len()).finish()
    }
}

impl PartialEq for Ids {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

impl Eq for Ids {}

impl Chain {
    /// The chain of these commits with their committer dates, the first commit first.
    pub fn new(commits: impl IntoIterator<Item = (CommitId, i64)>) -> Self {
        let mut chain = Self::default();
        for (commit, date) in commits {
            chain.push(commit, date);
        }
        chain
    }

    /// The chain with these starts, which rise, and as many names of commits.
    pub fn kept(starts: Starts, names: Arc<dyn Names>) -> Self {
        Self { starts, ids: Ids::Kept(names) }
    }

    /// Adds the commit that follows, with its committer date in seconds since 1970.
    pub fn push(&mut self, commit: CommitId, date: i64) {
        let last = self.len().checked_sub(1).map(|last| self.start(last));
        let start = last.map_or(date, |last| date.max(last.saturating_add(1)));
        let name = commit.as_bytes();
        if let Ids::Kept(names) = &self.ids {
            self.ids = Ids::Here(names.all().to_vec(), name.len());
        }
        if let Ids::Here(ids, width) = &mut self.ids {
            ids.extend_from_slice(name);
            *width = name.len();
        }
        self.starts.push(start);
    }

    /// How many commits it has.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no commit at all.
    pub fn is_empty(&self) -> bool {
        self.starts.len() == 0
    }

    /// The commit at `position`.
    ///
    /// # Panics
    /// When the chain is not that long.
    pub fn commit(&self, position: Position) -> CommitId {
        match &self.ids {
            Ids::Here(ids, width) => {
                let id = &ids[position * width..(position + 1) * width];
                CommitId::new(id).expect("because every name was a commit's")
            }
            Ids::Kept(names) => names.name(position),
        }
    }

    /// The branch's newest commit.
    pub fn tip(&self) -> Option<CommitId> {
        self.len().checked_sub(1).map(|last| self.commit(last))
    }

    /// The position of `commit`, if the chain has it.
    pub fn position(&self, commit: CommitId) -> Option<Position> {
        self.ids().chunks_exact(commit.as_bytes().len()).rposition(|id| id == commit.as_bytes())
    }

    /// When the commit at `position` became active: e(i), in seconds since 1970.
    ///
    /// # Panics
    /// When the chain is not that long.
    pub fn start(&self, position: Position) -> i64 {
        self.starts.get(position).expect("because the chain is that long")
    }

    /// When the chain began to be.
    pub fn first_start(&self) -> Option<i64> {
        self.starts.get(0)
    }

    /// The starts of all commits; they rise strictly.
    pub fn starts(&self) -> &Starts {
        &self.starts
    }

    /// How many commits started before `second` or in it.
    pub fn begun(&self, second: i64) -> usize {
        self.starts.partition_point(|start| start <= second)
    }

    /// The names of all commits, one after the other.
    pub fn ids(&self) -> &[u8] {
        self.ids.all()
    }

    /// When the commit at `position` was succeeded; `None` for the newest.
    pub fn end(&self, position: Position) -> Option<i64> {
        self.starts.get(position + 1)
    }

    /// The commit that is active at `second`; `None` before the first.
    pub fn active(&self, second: i64) -> Option<Position> {
        self.begun(second).checked_sub(1)
    }

    /// The commits that are active at some time in `[from, to)`.
    pub fn during(&self, from: i64, to: i64) -> Range<Position> {
        let first = self.active(from).unwrap_or(0);
        let end = self.starts.partition_point(|start| start < to);
        first..end.max(first)
    }
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

    fn starts(chain: &Chain) -> Vec<i64> {
        (0..chain.len()).map(|position| chain.start(position)).collect()
    }

    #[test]
    fn dates_may_be_ages_apart() {
        let dates = [i64::MIN, -5, 0, 1 << 33, (1 << 33) + 1, i64::MAX - 1];
        assert_eq!(starts(&chain(&dates)), dates);
        assert_eq!((starts(&chain(&dates[2..4])), chain(&dates).active(7)), (vec![0, 1 << 33], Some(2)));
    }

    #[test]
    fn every_commit_has_its_time() {
        // A clock that ran backwards, two commits in one second, and 1970.
        let chain = chain(&[100, 50, 50, 200, 200, 0, 300]);
        assert_eq!(starts(&chain), [100, 101, 102, 200, 201, 202, 300]);
        assert_eq!(
            [99, 100, 101, 150, 201, 299, 300, 9999].map(|second| chain.active(second)),
            [None, Some(0), Some(1), Some(2), Some(4), Some(5), Some(6), Some(6)]
        );
        assert_eq!((chain.end(2), chain.end(6), chain.position(id(3))), (Some(200), None, Some(3)));
        assert_eq!((chain.during(0, 100), chain.during(0, 101), chain.during(150, 201)), (0..0, 0..1, 2..4));
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
