//! Releases: versions that mean something, from tags alone.
//!
//! A release is an annotated tag whose name is the release's and whose message is its [`record`]. What a run would
//! release is a [`plan`], a value; `repo` makes the tags.

pub mod history;
pub mod known;
pub mod ledger;
mod line;
pub mod plan;
pub mod record;
pub mod report;
pub(crate) mod since;
mod step;

pub use crate::contract::Bump;
