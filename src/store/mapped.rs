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
        assert_eq!(text.text, "Be kind to {{ x }}.\n");
        assert_eq!(text.to_source(file, Span::new(11, 18)).slice(file), "{{ x }}");
    }
}
