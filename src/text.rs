//! Places in text: byte spans, values with their span, and the line index that turns an offset into what people read.

use std::ops::Range;

/// A half-open range of bytes in one file or one template.
///
/// Offsets are `u32`: a file above the size limit is never read, and the limit is below 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `start..end`, in bytes.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span does not end before it starts");
        Self { start: offset(start), end: offset(end) }
    }

    /// The empty span at `at`.
    pub fn at(at: usize) -> Self {
        Self::new(at, at)
    }

    /// The same span as a range for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether nothing is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The text under the span; empty where the span is outside `text` or cuts a character.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }

    /// The span moved towards the end by `by` bytes.
    #[must_use]
    pub fn shift(self, by: usize) -> Self {
        Self { start: self.start + offset(by), end: self.end + offset(by) }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("because files above the size limit, which is below 4 GiB, are not read")
}

/// A value and where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands in its file.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Changes the value and keeps the place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

/// A place as people name it: line and column, both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1.
    pub column: usize,
}

/// Where the lines of a text start; built once per file that has a finding.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the line starts of `text`. A line ends with `\n`; the `\r` before it belongs to the line.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| offset(at + 1)));
        Self { starts }
    }

    /// Number of lines; a text that ends with a newline has an empty last line.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never: the empty text has one line.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The line, from 0, that holds the byte at `at`.
    pub fn line_of(&self, at: u32) -> usize {
        self.starts.partition_point(|&start| start <= at) - 1
    }

    /// The bytes of line `line` (from 0) without its line ending.
    pub fn line_span(&self, line: usize, text: &str) -> Span {
        let start = self.starts.get(line).map_or(text.len(), |&at| at as usize);
        let end = self.starts.get(line + 1).map_or(text.len(), |&at| at as usize);
        let trimmed = text[start..end].trim_end_matches(['\n', '\r']).len();
        Span::new(start, start + trimmed)
    }

    /// Line and column of the byte at `at` in `text`, the text that this index was built from.
    pub fn line_column(&self, at: u32, text: &str) -> LineColumn {
        let line = self.line_of(at);
        let start = self.starts[line] as usize;
        let before = text.get(start..at as usize).unwrap_or_default();
        LineColumn { line: line + 1, column: before.chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_keep_no_ending() {
        let text = "añb\r\nc\n";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(3, text), LineColumn { line: 1, column: 3 });
        assert_eq!(index.line_column(6, text), LineColumn { line: 2, column: 1 });
        assert_eq!(index.line_span(0, text).slice(text), "añb");
        assert_eq!(index.len(), 3);
    }
}
