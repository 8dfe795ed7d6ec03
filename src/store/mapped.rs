//! Text that was decoded from a file, and the way back: an offset in the text to the bytes in the file.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::yaml::{ScalarMap, ScalarStyle};
use crate::text::Span;

/// A part of a text that several keep. Cloning it copies no text.
#[derive(Clone)]
pub struct SharedText {
    whole: Arc<str>,
    part: Span,
}

impl SharedText {
    /// The part of `whole` under `part`.
    pub(crate) fn new(whole: &Arc<str>, part: Span) -> Self {
        Self { whole: Arc::clone(whole), part }
    }

    /// The part that starts at `start` and is `expected`, if it is.
    fn part_at(&self, start: usize, expected: &str) -> Option<Self> {
        let is_there = self.get(start..)?.starts_with(expected);
        is_there.then(|| Self {
            whole: Arc::clone(&self.whole),
            part: Span::new(start, start + expected.len()).shift(self.part.start as usize),
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.part.slice(&self.whole)
    }
}

impl Deref for SharedText {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<&str> for SharedText {
    fn from(text: &str) -> Self {
        Self { whole: text.into(), part: Span::new(0, text.len()) }
    }
}

impl From<String> for SharedText {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Debug for SharedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// A text with its origin. A template inside YAML is analysed as its decoded text; its findings stand in the file.
#[derive(Clone, Debug)]
pub struct MappedText {
    /// The decoded text.
    pub text: SharedText,
    /// Where it comes from.
    pub origin: Origin,
}

/// How decoded offsets relate to the file's.
#[derive(Clone, Debug)]
pub enum Origin {
    /// The text stands in the file as it is, from this offset on.
    Verbatim {
        /// Offset of the text's first byte in the file.
        offset: u32,
    },
    /// The text is decoded from the YAML scalar with this span (quotes and block header included) and style.
    Scalar {
        /// The scalar's bytes in the file.
        span: Span,
        /// How it is written.
        style: ScalarStyle,
        /// The way back, found when a place is first asked for. Boxed: most texts never have a finding.
        map: OnceLock<Box<ScalarMap>>,
    },
}

impl MappedText {
    /// Text that stands in its file as it is.
    pub fn verbatim(text: impl Into<SharedText>, offset: usize) -> Self {
        let start = Span::at(offset).start;
        Self { text: text.into(), origin: Origin::Verbatim { offset: start } }
    }

    /// Keeps the part of `file`, the whole file's text, instead of a copy of it, where the text stands there as it is.
    pub(super) fn share(&mut self, file: &SharedText) {
        if let Origin::Verbatim { offset } = self.origin
            && let Some(part) = file.part_at(offset as usize, &self.text)
        {
            self.text = part;
        }
    }

    /// The file's bytes under `span` of the decoded text. `file_text` is the whole file that this was decoded from, always the same one.
    pub fn to_source(&self, file_text: &str, span: Span) -> Span {
        self.origin.to_source(&self.text, file_text, span)
    }
}

impl Origin {
    /// A text that is decoded from the scalar at `span`.
    pub(crate) fn scalar(span: Span, style: ScalarStyle) -> Self {
        Self::Scalar { span, style, map: OnceLock::new() }
    }

    /// The scalar, where the text is decoded from one.
    pub(crate) fn scalar_span(&self) -> Option<Span> {
        match self {
            Self::Verbatim { .. } => None,
            Self::Scalar { span, .. } => Some(*span),
        }
    }

    /// The file's bytes under `span` of `decoded`, the text of this origin in `file_text`.
    pub(crate) fn to_source(&self, decoded: &str, file_text: &str, span: Span) -> Span {
        match self {
            Self::Verbatim { offset } => span.shift(*offset as usize),
            Self::Scalar { span: scalar, style, map } => map
                .get_or_init(|| Box::new(ScalarMap::new(file_text, *scalar, *style, decoded)))
                .to_source(decoded, span),
        }
    }

    /// Whether both are the same place of one file.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Verbatim { offset }, Self::Verbatim { offset: other }) => offset == other,
            _ => self.scalar_span().is_some() && self.scalar_span() == other.scalar_span(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::yaml::{Limits, parse};

    #[test]
    fn a_verbatim_text_is_shifted_by_its_offset() {
        let file = "---\na: 1\n---\nHello {{ x }}";
        let text = MappedText::verbatim("Hello {{ x }}", 13);
        assert_eq!(text.to_source(file, Span::new(9, 10)).slice(file), "x");
    }

    #[test]
    fn a_place_in_front_matter_is_a_place_in_the_file() {
        let file = "---\nsystem: >\n  Be kind\n  to {{ x }}.\n---\nbody\n";
        let (yaml, problems) = parse(&file[4..38], 4, Limits::default());
        assert_eq!(problems, []);
        let text = yaml.pointer("/system").and_then(crate::store::yaml::NodeRef::text).expect("because it is a scalar");
        assert_eq!(text.text.as_str(), "Be kind to {{ x }}.\n");
        assert_eq!(text.to_source(file, Span::new(11, 18)).slice(file), "{{ x }}");
    }
}
