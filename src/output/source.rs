//! A file that findings point into: places as lines and columns, lines as text.

use std::cell::Cell;

use crate::text::{LineColumn, LineIndex, Span};

/// A file's text with its line index, built once however many findings it has.
pub(super) struct Source<'a> {
    text: &'a str,
    index: LineIndex,
    /// The last place that was asked for. Findings come in order, so on a long line the next one is counted from there
    /// and not from the line's start.
    last: Cell<(usize, LineColumn)>,
    /// The same for columns of UTF-16.
    last_in_utf16: Cell<(usize, LineColumn)>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let start = (0, LineColumn { line: 1, column: 1 });
        Self { text, index: LineIndex::new(text), last: Cell::new(start), last_in_utf16: Cell::new(start) }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// `span` moved to lie inside the text and to cut no character.
    pub(super) fn clamp(&self, span: Span) -> Span {
        let start = floor_boundary(self.text, span.start as usize);
        let end = floor_boundary(self.text, span.end as usize).max(start);
        Span::new(start, end)
    }

    /// Line and column of the byte at `at`.
    pub(super) fn line_column(&self, at: u32) -> LineColumn {
        self.counted(at, &self.last, |text| text.chars().count())
    }

    /// Line and column of the byte at `at`, the column in units of UTF-16.
    pub(super) fn line_column_in_utf16(&self, at: u32) -> LineColumn {
        self.counted(at, &self.last_in_utf16, |text| text.chars().map(char::len_utf16).sum())
    }

    /// Line and column of the byte at `at`, the column in bytes.
    pub(super) fn line_column_in_bytes(&self, at: u32) -> LineColumn {
        let at = floor_boundary(self.text, at as usize);
        let line = self.line_of(at);
        LineColumn { line: line + 1, column: at - self.line_start(line) + 1 }
    }

    fn counted(&self, at: u32, last: &Cell<(usize, LineColumn)>, count: impl Fn(&str) -> usize) -> LineColumn {
        let at = floor_boundary(self.text, at as usize);
        let line = self.line_of(at);
        let (last_at, place) = last.get();
        let (from, column) =
            if place.line == line + 1 && last_at <= at { (last_at, place.column) } else { (self.line_start(line), 1) };
        let place = LineColumn { line: line + 1, column: column + count(&self.text[from..at]) };
        last.set((at, place));
        place
    }

    /// The line, from 0, that holds the byte at `at`.
    pub(super) fn line_of(&self, at: usize) -> usize {
        self.index.line_of(Span::at(at).start)
    }

    /// The bytes of line `line` (from 0) without its ending.
    pub(super) fn line_span(&self, line: usize) -> Span {
        self.index.line_span(line, self.text)
    }

    fn line_start(&self, line: usize) -> usize {
        self.line_span(line).start as usize
    }
}

/// The greatest offset up to `at` that lies in `text` and between two characters.
pub(super) fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_are_counted_in_what_was_asked_for() {
        let source = Source::new("a\nñ😀x");
        let at = 2 + "ñ😀".len() as u32;
        let columns = [source.line_column(at), source.line_column_in_utf16(at), source.line_column_in_bytes(at)];
        assert_eq!(columns.map(|place| (place.line, place.column)), [(2, 3), (2, 4), (2, 7)]);
    }

    proptest! {
        #[test]
        fn counting_by_strides_changes_no_answer(
            text in "[añ日\r\n]{0,40}",
            places in proptest::collection::vec(0u32..20_000, 1..20),
        ) {
            let text = text.repeat(200);
            let (source, index) = (Source::new(&text), LineIndex::new(&text));
            for at in places {
                let exact = floor_boundary(&text, at as usize);
                prop_assert_eq!(source.line_column(at), index.line_column(Span::at(exact).start, &text));
            }
        }
    }
}
