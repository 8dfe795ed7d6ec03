//! What is answered: for each stretch of the time that was asked about, what was live and who made it so.

use std::sync::Arc;

use super::hazard::Hazard;
use super::made::Made;
use super::state::Difference;
use crate::name::{CommitId, Digest, EnvName, ReleaseRef, RouteName};
use crate::path::StorePath;
use crate::release::record::{Metric, Record};
use crate::store::route::{Dimension, Share};

/// What was live in the time that was asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What the answer is about.
    pub subject: Subject,
    /// The stretches of that time, in order and without gaps.
    pub segments: Vec<Segment>,
    /// What the answer has to be read with.
    pub hazards: Vec<Hazard>,
    /// What deploy receipts say of that time, in order; nothing where there are none.
    pub observed: Vec<Observed>,
    /// How well it is founded.
    pub evidence: Evidence,
    /// The history that it was read from.
    pub source: Source,
}

/// What an answer is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A route in an environment.
    Route {
        /// The environment.
        environment: EnvName,
        /// The route.
        route: RouteName,
    },
    /// The content of a file on the branch.
    File(StorePath),
}

/// How well an answer is founded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// What the branch says that is meant to be live. No deploy receipt says that it was.
    Intended,
    /// A deploy receipt says what was applied.
    Observed(Receipt),
}

/// What a deploy receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The commit whose state was applied.
    pub commit: CommitId,
    /// When, in seconds since 1970.
    pub applied: i64,
    /// Whether its signature was checked and is good.
    pub signed: bool,
}

/// A part of the time that was asked about in which one receipt says what was applied: `[start, end)` in seconds since
/// 1970.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Where it begins.
    pub start: i64,
    /// Where it ends.
    pub end: i64,
    /// The receipt.
    pub receipt: Receipt,
    /// In what the applied state differs from what was meant to be live; nothing where it is the same.
    pub differences: Vec<Difference>,
}

/// The history that an answer was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The branch.
    pub branch: String,
    /// Its newest commit.
    pub tip: Option<CommitId>,
    /// When its first known commit became active, in seconds since 1970.
    pub since: Option<i64>,
    /// Whether nothing was before that.
    pub complete: bool,
}

/// A stretch of the time that was asked about in which nothing changed: `[start, end)` in seconds since 1970.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Where it begins in the time that was asked about; `None`: before all history.
    pub start: Option<i64>,
    /// Where it ends in that time; `None`: never.
    pub end: Option<i64>,
    /// When the state began, be it before the time that was asked about; `None`: before all history.
    pub since: Option<i64>,
    /// When the state ended; `None`: it is so to this day.
    pub until: Option<i64>,
    /// What was live.
    pub live: Live,
    /// Who made it so; `None` before all history.
    pub made: Option<Arc<Made>>,
    /// In what it differs from the state before it.
    pub changes: Vec<Difference>,
}

/// What was live.
#[derive(Clone, Debug, PartialEq)]
pub enum Live {
    /// Nobody can tell: this clone lacks that part of the history.
    Unknown,
    /// Nothing yet.
    NotDeployed,
    /// Nothing any more.
    Removed,
    /// A file that cannot be read to its end.
    Illegible,
    /// A route that is switched off.
    Disabled,
    /// These variants, the largest share first; none where no variant gets traffic.
    Serving(Vec<Served>),
    /// A file's content on the branch.
    Content {
        /// Where the file was.
        path: StorePath,
        /// Git's name of the content.
        blob: CommitId,
    },
}

/// A variant that was live.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// Its name.
    pub variant: String,
    /// Its share of the traffic.
    pub share: Share,
    /// Whether it only got a copy of the traffic.
    pub shadow: bool,
    /// Who gave it that share.
    pub shared: Option<Arc<Made>>,
    /// Its releases, in the order of the dimensions.
    pub pins: Vec<ServedPin>,
}

/// A release that was live.
#[derive(Clone, Debug, PartialEq)]
pub struct ServedPin {
    /// As what.
    pub dimension: Dimension,
    /// The release.
    pub release: ReleaseRef,
    /// Its digest: the route's, else the tag's.
    pub digest: Option<Digest>,
    /// The commit that its tag names.
    pub tagged: Option<CommitId>,
    /// Who put it there.
    pub since: Option<Arc<Made>>,
    /// What its tag records.
    pub record: Option<Record>,
    /// What took its place: the release before it in this variant, else that of the largest variant then.
    pub before: Option<Before>,
}

/// The release that another one took the place of.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    /// The release.
    pub release: ReleaseRef,
    /// What its tag records of measurements.
    pub metrics: Vec<Metric>,
}

impl Segment {
    /// How long it is in seconds, where it has an end.
    pub fn seconds(&self) -> Option<i64> {
        Some(self.end? - self.start?)
    }

    /// Whether it began in the time that was asked about, and not before.
    pub fn begins_here(&self) -> bool {
        self.start == self.since
    }

    /// Whether the artifact called `id` was live in it.
    pub fn serves(&self, id: &str) -> bool {
        let Live::Serving(served) = &self.live else { return false };
        served.iter().flat_map(|served| &served.pins).any(|pin| pin.release.artifact.as_str() == id)
    }
}

impl Before {
    /// What was measured as `metric` was, by the same suite.
    pub fn value_of(&self, metric: &Metric) -> Option<&str> {
        let artifact = |suite: &Option<String>| suite.as_ref().map(|suite| suite.split('@').next().map(str::to_owned));
        let same = |old: &&Metric| old.name == metric.name && artifact(&old.suite) == artifact(&metric.suite);
        self.metrics.iter().find(same).map(|old| old.value.as_str())
    }
}

impl Source {
    pub(super) fn of(past: &dyn super::Past) -> Self {
        let chain = past.chain();
        Self {
            branch: past.branch().to_owned(),
            tip: chain.tip(),
            since: chain.first_start(),
            complete: !past.is_shallow(),
        }
    }
}
