//! Text that was decoded from a file, and the way back: an offset in the text to the bytes in the file.

use crate::text::Span;

/// A text with its origin. A template inside YAML is analysed as its decoded text; its findings stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedText {
    /// The decoded text.
    pub text: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// How decoded offsets relate to the file's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The text stands in the file as it is, from this offset on.
    Verbatim {
        /// Offset of the text's first byte in the file.
        offset: u32,
    },
    /// The text is decoded from the YAML scalar with this span (quotes and block header included) and style.
    /// The map is computed from the file's text when a place is asked for: most texts never have a finding.
    Scalar {
        /// The scalar's bytes in the file.
        span: Span,
        /// How it is written.
        style: super::yaml::ScalarStyle,
    },
}

impl MappedText {
    /// Text that stands in its file as it is.
    pub fn verbatim(text: impl Into<String>, offset: usize) -> Self {
        let start = Span::at(offset).start;
        Self { text: text.into(), origin: Origin::Verbatim { offset: start } }
    }

    /// The file's bytes under `span` of the decoded text. `file_text` is the whole file that this was decoded from.
    pub fn to_source(&self, file_text: &str, span: Span) -> Span {
        match &self.origin {
            Origin::Verbatim { offset } => span.shift(*offset as usize),
            Origin::Scalar { span: scalar, style } => {
                super::yaml::scalar_to_source(file_text, *scalar, *style, &self.text, span)
            }
        }
    }
}
