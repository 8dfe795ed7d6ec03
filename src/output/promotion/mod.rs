//! A change of a route: what is planned, whether it may be, and what became of it.

pub mod human;
pub mod json;
pub mod patch;

use crate::name::{CommitId, EnvName, RouteName};
use crate::promote::{Plan, Verdict};

/// What there is to tell of a change.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The command: `promote`, `rollback`, ...
    pub verb: &'static str,
    /// The environment.
    pub environment: &'a EnvName,
    /// The route.
    pub route: &'a RouteName,
    /// The plan, as it may be shown: secrets and personal data are masked.
    pub plan: &'a Plan,
    /// What became of it.
    pub fate: &'a Fate,
    /// Whether the gates are shown to people.
    pub gates: Gates,
    /// What the route serves after the change, a line for each variant with traffic.
    pub serves: &'a [String],
    /// The command that takes the change back.
    pub undo: Option<&'a str>,
}

/// What became of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A gate is shut: nothing was written.
    Refused,
    /// It was only to be shown: nothing was written.
    Shown,
    /// The route is so already: nothing was to be written.
    Idle,
    /// It is committed.
    Committed {
        /// The commit.
        commit: CommitId,
        /// The branch.
        branch: String,
        /// The remote to push it to, where there is one.
        remote: Option<String>,
    },
}

/// Whether people are shown the gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gates {
    /// All of them.
    Shown,
    /// None: none is shut, and whoever asked is in a hurry.
    Hidden,
}

/// The word for a verdict.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::NotAsked => "not asked",
        Verdict::Later => "later",
        Verdict::Failed => "failed",
        Verdict::Unknown => "unknown",
    }
}
