//! What a dimension was before: the part of the history that a rollback asks for.

use jiff::Timestamp;

/// A state in which a dimension was, from when to when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stood<T> {
    /// What it was.
    pub state: T,
    /// Since when.
    pub from: Timestamp,
    /// Until when; `None`: to this day.
    pub until: Option<Timestamp>,
}
