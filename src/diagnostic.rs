//! A finding: what is wrong, exactly where, how bad, and how to mend it.

use std::fmt;

use crate::path::StorePath;
use crate::text::Span;

/// How much a finding matters. Orders from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never fails a run by default.
    Info,
    /// Most likely a mistake.
    Warning,
    /// A mistake.
    Error,
}

impl Severity {
    /// The word in configuration and output: `info`, `warning`, `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Error].into_iter().find(|severity| severity.as_str() == word)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The two names of a rule: the code that never changes its meaning, and the name that reads after 'allow'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// `TPL002`
    pub code: &'static str,
    /// `undeclared-variable`
    pub name: &'static str,
}

/// A second place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where, in the finding's file.
    pub span: Span,
    /// What stands there.
    pub text: String,
}

/// Whether a fix may be applied without being read first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// Keeps the meaning: applied by `--fix`.
    Safe,
    /// May change the meaning: applied by `--fix --unsafe-fixes`.
    Unsafe,
}

/// A replacement of bytes in the finding's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

/// How to mend a finding by editing its file. Edits are in order and do not overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: 'Rename the key to `maxTokens`'.
    pub title: String,
    /// The edits, applied together or not at all.
    pub edits: Vec<Edit>,
    /// Whether it may be applied unread.
    pub applicability: Applicability,
}

/// One finding of the lint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that speaks.
    pub rule: RuleId,
    /// How much it matters, after configuration.
    pub severity: Severity,
    /// The file that it is about.
    pub file: StorePath,
    /// The exact characters, in bytes of the file.
    pub span: Span,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What stands under the caret, if more can be said.
    pub note_at_span: Option<String>,
    /// Other places in the same file.
    pub labels: Vec<Label>,
    /// Facts behind it, one line each.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// How to do it by machine.
    pub fix: Option<Fix>,
}
