//! Promote and roll back: each verb is a plan, a value, over one route file. Nothing is decided in secret: all gates are
//! evaluated and all are in the plan.
//!
//! *Architecture invariant:* no git and no clock here. What is known of releases, of the past and of approvals comes in
//! as values, for which [`look`] asks the ports of [`crate::revision`]; the plan says what to write, with which message, and
//! whether it may be written.

pub mod approval;
pub mod approved;
mod gate;
pub mod look;
mod past;
mod promotion;
mod rollback;
mod shares;
mod switch;
mod work;

use jiff::Timestamp;

use crate::change::ChangeSet;
use crate::name::{ArtifactId, EnvName, ReleaseRef, RouteName};
use crate::release::known::Releases;
use crate::release::record::Record;
use crate::revision::RevisionError;
use crate::store::Store;
use crate::store::route::draft::DraftError;
use crate::store::route::{Dimension, Share};
use crate::trailer::Trailer;
use approval::Approval;
pub use gate::{Gate, Move, Verdict, gates};
pub use past::Stood;
pub use promotion::{Promotion, dimension_of, promote};
pub use rollback::{Rollback, roll_back, roll_back_all, roll_back_traffic};
pub use switch::{disable, enable, hold, share_out, unhold};
pub use work::variant_of;

/// Which route is changed, in which store, and what is said about it.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The store as it is on the branch that is changed: its policies count.
    pub store: &'a Store,
    /// The environment.
    pub environment: &'a EnvName,
    /// The route.
    pub route: &'a RouteName,
    /// The present.
    pub now: Timestamp,
    /// Why, in the words of who asks.
    pub reason: Option<&'a str>,
    /// Who asks.
    pub by: Option<&'a str>,
}

/// A moment as it is written: RFC 3339, in UTC, to the second.
fn stamp(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What is known beside the store.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Which releases exist.
    pub releases: &'a Releases,
    /// What is known of the release that is to serve.
    pub release: &'a ReleaseFacts,
    /// How long the environment before has had it.
    pub upstream: Stay,
    /// Who approved.
    pub reviews: Reviews<'a>,
}

/// What is known of one release.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseFacts {
    /// What its tag says.
    pub record: Option<Record>,
    /// Whether the tagged commit has the content that the record's digest says.
    pub digest: Check,
    /// Whether the tagged commit lints clean for the policies of the branch that is changed.
    pub lint: Check,
}

impl ReleaseFacts {
    /// What is known where no release is to serve.
    pub fn of_none() -> Self {
        let unknown = || Check::Unknown("no release is named".to_owned());
        Self { record: None, digest: unknown(), lint: unknown() }
    }
}

/// What a look at something gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is as it should be.
    Passed,
    /// It is not, because of this.
    Failed(String),
    /// Nobody could look, because of this.
    Unknown(String),
}

/// How long an environment has had a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// Without a break since then.
    Since(Timestamp),
    /// It does not have it.
    Absent,
    /// The history does not say.
    Unknown,
}

/// Who approved a change.
#[derive(Clone, Copy, Debug)]
pub enum Reviews<'a> {
    /// Nobody can have yet: the change becomes a pull request, whose check counts them.
    Later,
    /// Somebody may have, and nobody said who.
    Untold,
    /// These, except for the author.
    Known(&'a [Approval]),
}

/// What is to be written, and whether it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The route's file; nothing where the route already is as it should be.
    pub change: ChangeSet,
    /// The first line of the commit's message.
    pub title: String,
    /// The trailers of the commit's message.
    pub trailers: Vec<Trailer>,
    /// What changes, dimension by dimension.
    pub steps: Vec<Step>,
    /// Everything that had to be looked at.
    pub gates: Vec<Gate>,
    /// What to tell whoever asked, a line each.
    pub words: Vec<String>,
}

/// One dimension that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// In which variant; `None` for what is the route's own.
    pub variant: Option<String>,
    /// Which.
    pub dimension: Dimension,
    /// What was there; `None`: nothing.
    pub from: Option<String>,
    /// What is there now; `None`: nothing.
    pub to: Option<String>,
}

impl Step {
    /// The release that is there now, where it is one.
    pub fn release(&self) -> Option<ReleaseRef> {
        self.to.as_ref()?.split(' ').next()?.parse().ok()
    }
}

impl Plan {
    /// Whether no gate is shut. What is left to a later check does not shut one.
    pub fn is_allowed(&self) -> bool {
        self.gates.iter().all(Gate::is_open)
    }

    /// Whether there is nothing to write.
    pub fn is_idle(&self) -> bool {
        self.change.files.is_empty()
    }

    /// The commit's message.
    pub fn message(&self) -> String {
        let trailers: Vec<String> = self.trailers.iter().map(ToString::to_string).collect();
        format!("{}\n\n{}\n", self.title, trailers.join("\n"))
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such route.
    #[error("there is no route `{route}` in `{environment}`")]
    NoRoute {
        /// Where it was looked for.
        environment: EnvName,
        /// Its name.
        route: RouteName,
    },
    /// Nothing says which variant is meant.
    #[error("the route has the variants {}, and none of them is `stable`", names(.0))]
    WhichVariant(Vec<String>),
    /// No such variant.
    #[error("the route has no variant `{name}`")]
    NoVariant {
        /// As it was asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// What is to be promoted is of no kind that a route serves.
    #[error("`{0}` is nothing that a route serves: it is no prompt, model, retrieval configuration or policy")]
    NoDimension(ArtifactId),
    /// The shares do not add up.
    #[error("the traffic would add up to {0} percent, not to 100")]
    TrafficSum(Share),
    /// Nothing says who is to be served.
    #[error("nothing says which variant gets the traffic")]
    WhoServes,
    /// The variant has nothing in the dimension that is to be rolled back.
    #[error("`{variant}` has no {dimension}")]
    NothingThere {
        /// The variant.
        variant: String,
        /// The dimension.
        dimension: Dimension,
    },
    /// The past has nothing to go back to.
    #[error("there is no earlier {0} to go back to that is not held back")]
    NothingBefore(Dimension),
    /// No hold rejects it.
    #[error("no hold rejects `{0}` here")]
    NoHold(ReleaseRef),
    /// The file cannot be changed.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The past cannot be read.
    #[error(transparent)]
    Past(#[from] RevisionError),
}

fn names(known: &[String]) -> String {
    let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests;
