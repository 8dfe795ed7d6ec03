//! How hooks and drivers are set up: a value to print.

use std::path::PathBuf;

use super::hook::{Hook, State};
use super::manager::Manager;

/// How hooks and drivers are set up for a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Where git looks for hooks.
    pub folder: PathBuf,
    /// Who else manages them.
    pub manager: Option<Manager>,
    /// Each hook, and whether one from before is kept beside it.
    pub hooks: Vec<(Hook, State, bool)>,
    /// Whether the drivers are set up as this version does it.
    pub has_drivers: bool,
}
