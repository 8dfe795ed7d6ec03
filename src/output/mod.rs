//! Values become bytes: one file per format. Nothing here knows where the bytes go.
//!
//! *Architecture invariant:* output is a function of its arguments. The width, the colours and the time that a run took
//! are arguments; there is no clock, no environment and no terminal here.

pub mod concise;
mod excerpt;
pub mod human;
pub mod json;
mod printable;
pub mod rules;
mod source;
pub mod statistics;
pub mod style;
pub mod summary;
pub mod table;
pub mod tokens;
pub mod tokens_json;

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::path::StorePath;
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
}
