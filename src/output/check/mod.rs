//! What a change does, and whether it may be merged: for people, for programs, and as one comment of a pull request.

pub mod human;
pub mod json;
pub mod markdown;

use std::io;

use super::LintOutput;
use super::diff::{Detail, Ends};
use super::summary::{Summary, plural};
use crate::check::Report;
use crate::diagnostic::Diagnostic;
use crate::diff::Finding;

/// Everything that a format says about a check.
pub struct CheckOutput<'a> {
    /// What was found out.
    pub report: &'a Report,
    /// The two moments: the commit where the change starts with the name of the base, and the head.
    pub ends: &'a Ends,
    /// How much is told.
    pub detail: Detail,
    /// The store's folder in its repository; see [`LintOutput::folder`].
    pub folder: String,
}

impl CheckOutput<'_> {
    /// Shows `write` the findings that the change adds, as a run of the lint.
    ///
    /// # Errors
    /// When `write` fails.
    pub fn with_findings(&self, write: impl FnOnce(&LintOutput<'_>) -> io::Result<()>) -> io::Result<()> {
        let findings: Vec<Diagnostic> =
            self.report.added().into_iter().map(|finding| finding.diagnostic.clone()).collect();
        write(&LintOutput {
            findings: &findings,
            text_of: &|path| self.report.text(path),
            summary: Summary::new(&findings, |path| {
                self.report.diff.artifacts.iter().any(|diff| diff.paths[1].as_ref() == Some(path))
            }),
            elapsed: None,
            fails_on: Some(self.report.fail_on),
            folder: self.folder.clone(),
        })
    }
}

/// Why the change may not be merged, a reason each; none where it may.
fn reasons(report: &Report) -> Vec<String> {
    let refusing: Vec<&Finding> = report.refusing().collect();
    let mut reasons = Vec::new();
    if !refusing.is_empty() {
        let mut codes: Vec<&str> = refusing.iter().map(|finding| finding.diagnostic.rule.code).collect();
        codes.sort_unstable();
        codes.dedup();
        reasons.push(format!("{} ({})", plural(refusing.len(), "new finding"), codes.join(", ")));
    }
    for (route, gate) in report.shut() {
        reasons.push(format!("{}/{}: {}: {}", route.environment, route.route, gate.name, gate.why));
    }
    reasons
}
