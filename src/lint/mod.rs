//! The lint: one walk over a store, every rule looking as it passes.

pub mod rule;
pub mod rules;

use crate::diagnostic::{Diagnostic, Severity};
use crate::store::Store;

/// What to lint and how, beside the store's own configuration.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Report only findings in files under these folders or at these paths; everything where empty. The rules still see the whole store.
    pub scope: Vec<String>,
    /// Today's date as `YYYY-MM-DD`, for waivers that end.
    pub today: String,
    /// Rules to run instead of the configuration's (`--select`).
    pub select: Vec<String>,
    /// Rules not to run, beside the configuration's (`--ignore`).
    pub ignore: Vec<String>,
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings in the order of file, place and rule.
    pub findings: Vec<Diagnostic>,
    /// How many files were looked at.
    pub files: usize,
    /// How many prompts were looked at.
    pub prompts: usize,
}

impl Report {
    /// Whether a finding is at least as severe as `least`.
    pub fn fails(&self, least: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= least)
    }
}

/// Runs the rules over `store`.
pub fn run(store: &Store, request: &Request) -> Report {
    let _ = (store, request);
    unimplemented!()
}
