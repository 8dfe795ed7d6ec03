//! Values become bytes: one file per format. Nothing here knows where the bytes go.
//!
//! *Architecture invariant:* output is a function of its arguments. The width, the colours and the time that a run took
//! are arguments; there is no clock, no environment and no terminal here.

pub mod agent;
pub mod bundle;
pub mod changelog;
pub mod changelog_json;
pub mod check;
pub mod concise;
pub mod diff;
pub mod digests;
mod excerpt;
pub mod github;
pub mod gitlab;
pub mod history;
pub mod hooks;
pub mod human;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod metrics;
pub mod metrics_csv;
pub mod metrics_json;
pub mod past;
pub mod patch;
mod printable;
pub mod promotion;
mod prose;
pub mod rdjson;
pub mod receipts;
pub mod release;
pub mod release_history;
pub mod release_json;
pub mod render;
pub mod resolved;
pub mod rules;
pub mod sarif;
pub mod settings;
mod source;
pub mod statistics;
pub mod status;
pub mod style;
pub mod summary;
pub mod table;
pub mod tokens;
pub mod tokens_diff_json;
pub mod tokens_json;
pub mod verify;
pub mod verify_json;

use std::io;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::fingerprint::{self, Fingerprint};
use crate::path::StorePath;
use source::Source;
use style::Colour;
use summary::Summary;

/// What the reader's screen can show.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// Whether colours are shown.
    pub colour: Colour,
}

impl Screen {
    /// Where nobody's screen is known: a file, another program.
    pub const FILE: Self = Self { width: 100, colour: Colour::Plain };
}

/// Everything that a format says about a run of the lint.
pub struct LintOutput<'a> {
    /// The findings in the order of file, place and rule.
    pub findings: &'a [Diagnostic],
    /// The text of a file that has a finding; `None` where it could not be read.
    pub text_of: &'a dyn Fn(&StorePath) -> Option<&'a str>,
    /// The run in numbers.
    pub summary: Summary,
    /// How long it took, where that may be shown: output that is compared must not depend on it.
    pub elapsed: Option<Duration>,
    /// The least severity that fails the run; `None` where nothing does.
    pub fails_on: Option<Severity>,
    /// The store's folder in its repository, with a `/` at its end, or empty: who shows findings beside a change wants
    /// paths from the repository's root.
    pub folder: String,
}

impl<'a> LintOutput<'a> {
    /// Shows each finding with its file.
    fn each(&self, mut show: impl FnMut(&'a Diagnostic, &Source<'a>) -> io::Result<()>) -> io::Result<()> {
        for of_file in self.findings.chunk_by(|a, b| a.file == b.file) {
            let Some(first) = of_file.first() else { continue };
            let source = Source::new((self.text_of)(&first.file).unwrap_or_default());
            of_file.iter().try_for_each(|finding| show(finding, &source))?;
        }
        Ok(())
    }

    /// What makes each finding the same finding in another run.
    fn fingerprints(&self) -> Vec<Fingerprint> {
        fingerprint::of_findings(self.findings, self.text_of)
    }

    /// The path of `file` from the repository's root.
    fn path_in_repository(&self, file: &StorePath) -> String {
        format!("{}{file}", self.folder)
    }

    /// Whether `finding` fails the run.
    fn fails(&self, finding: &Diagnostic) -> bool {
        self.fails_on.is_some_and(|least| finding.severity >= least)
    }
}
