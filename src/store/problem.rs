//! What a parser has to say about a user's file. Parsing never fails: it returns a value and its problems, and a lint
//! rule gives each kind of problem its code, severity and documentation.

use crate::text::Span;

/// A mistake that a parser met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which mistake.
    pub kind: ProblemKind,
    /// Where, in bytes of the file.
    pub span: Span,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do, if the parser knows.
    pub help: Option<String>,
    /// A place that belongs to it: the first of two equal keys.
    pub related: Option<(Span, String)>,
}

/// The mistakes that parsers tell apart; each belongs to exactly one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// The YAML or JSON does not parse. STR001.
    InvalidYaml,
    /// A value has not the type or shape that its key wants. STR002.
    WrongShape,
    /// A mapping has a key twice. STR003.
    DuplicateKey,
    /// The prompt has no text at all. STR005.
    EmptyPrompt,
    /// The bytes are not UTF-8. STR009.
    InvalidUtf8,
    /// The file is over the size limit and was not read. STR010.
    FileTooLarge,
    /// An older spelling of a key. STR011.
    LegacyKey,
    /// A line of golden data is not JSON. EVL001.
    InvalidCase,
    /// A limit on depth, aliases or nodes was reached, or the file could not be read: it was not analysed. LNT006.
    NotAnalysed,
}

/// Whether a file with these problems was read to its end, so that what it says is all that its author wrote.
pub fn is_legible(problems: &[Problem]) -> bool {
    !problems.iter().any(|problem| problem.kind.ends_reading())
}

impl ProblemKind {
    /// Whether what stands behind the problem is not known.
    pub fn ends_reading(self) -> bool {
        matches!(self, Self::InvalidYaml | Self::InvalidUtf8 | Self::FileTooLarge | Self::NotAnalysed)
    }
}

impl Problem {
    /// A problem with neither help nor a second place.
    pub fn new(kind: ProblemKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, span, message: message.into(), help: None, related: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place and what stands there.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related = Some((span, text.into()));
        self
    }
}
