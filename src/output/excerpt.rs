//! The lines of a file around a finding, with a caret under the exact characters.
//!
//! Drawn here and not by a diagnostics crate, for three reasons: what the crates draw is far from our layout, they
//! print a file's control characters to the terminal as they are, and a line of 200 kB costs them the whole line. This
//! costs the width of the screen, however long the line is.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::printable::{clean, columns};
use super::source::Source;
use super::style::{self, Colour};
use super::{Screen, summary};
use crate::text::Span;

/// A span that is underlined.
pub(super) struct Mark<'a> {
    pub(super) span: Span,
    /// What the line is drawn with.
    pub(super) underline: char,
    pub(super) style: Style,
    /// What stands after the line.
    pub(super) text: Option<&'a str>,
}

/// How wide line numbers are for these marks.
pub(super) fn gutter(source: &Source<'_>, marks: &[Mark<'_>]) -> usize {
    let last = marks.iter().map(|mark| source.line_of(source.clamp(mark.span).start as usize)).max().unwrap_or(0);
    (last + 1).to_string().len().max(2)
}

/// Draws the line of each mark with the marks under it; lines in order, a gap between lines that are not neighbours.
pub(super) fn draw(
    out: &mut dyn Write,
    source: &Source<'_>,
    marks: &[Mark<'_>],
    gutter: usize,
    screen: &Screen,
) -> io::Result<()> {
    let mut placed: Vec<Placed<'_>> = marks.iter().map(|mark| Placed::new(source, mark)).collect();
    placed.sort_by_key(|mark| mark.line);
    let mut previous: Option<usize> = None;
    for group in placed.chunk_by(|a, b| a.line == b.line) {
        let line = group[0].line;
        if previous.is_some_and(|previous| previous + 1 < line) {
            writeln!(out, "{:gutter$} {}", "", screen.colour.paint(style::FRAME, "·"))?;
        }
        previous = Some(line);
        draw_line(out, source.line_span(line).slice(source.text()), group, gutter, screen)?;
    }
    Ok(())
}

/// A mark on its first line.
struct Placed<'a> {
    mark: &'a Mark<'a>,
    /// From 0.
    line: usize,
    /// Bytes of the line's text.
    range: Range<usize>,
    /// The line, from 1, where a mark ends that goes on below.
    goes_on_to: Option<usize>,
}

impl<'a> Placed<'a> {
    fn new(source: &Source<'_>, mark: &'a Mark<'a>) -> Self {
        let span = source.clamp(mark.span);
        let line = source.line_of(span.start as usize);
        let bounds = source.line_span(line);
        let start = span.start.clamp(bounds.start, bounds.end);
        let end = span.end.clamp(start, bounds.end);
        // A span that ends with its line's newline has nothing on the next line.
        let last = source.line_of((span.end as usize).saturating_sub(1).max(span.start as usize));
        Self {
            mark,
            line,
            range: (start - bounds.start) as usize..(end - bounds.start) as usize,
            goes_on_to: (last > line).then_some(last + 1),
        }
    }

    fn text(&self) -> String {
        let mut said: Vec<String> = self.mark.text.iter().map(|text| clean(text)).collect();
        if let Some(last) = self.goes_on_to {
            said.push(format!("(to line {})", summary::count(last)));
        }
        said.join(" ")
    }
}

fn draw_line(out: &mut dyn Write, line: &str, marks: &[Placed<'_>], gutter: usize, screen: &Screen) -> io::Result<()> {
    let colour = screen.colour;
    let room = screen.width.saturating_sub(gutter + " │ ".width()).max(MIN_ROOM);
    let window = Window::around(line, marks[0].range.clone(), room);
    let shown: Vec<Option<Range<usize>>> = marks.iter().map(|mark| window.intersect(&mark.range)).collect();
    let pieces = Pieces::new(line, &window.range, shown.iter().flatten());
    let before = if window.cut_before { CUT } else { "" };
    let after = if window.cut_after { CUT } else { "" };
    let number = marks[0].line + 1;
    let text = format!("{before}{}{after}", pieces.text);
    writeln!(out, "{}{}", frame(colour, gutter, &number.to_string(), !text.is_empty()), text.trim_end())?;
    for (placed, range) in marks.iter().zip(shown) {
        let text = placed.text();
        let Some(range) = range else {
            writeln!(out, "{}{text}", frame(colour, gutter, "", true))?;
            continue;
        };
        let start = pieces.column(range.start);
        let length = pieces.column(range.end).saturating_sub(start).max(1);
        let indent = before.width() + start;
        let underline: String = std::iter::repeat_n(placed.mark.underline, length).collect();
        let gap = if text.is_empty() { "" } else { " " };
        let marked = colour.paint(placed.mark.style, format!("{underline}{gap}{text}"));
        writeln!(out, "{}{:indent$}{marked}", frame(colour, gutter, "", true), "")?;
    }
    Ok(())
}

/// The shown part of a line as it is printed, with the column of each place where a mark starts or ends. It is cleaned
/// piece by piece: an invisible character that a mark starts with is shown even where it would do its work unseen.
struct Pieces {
    text: String,
    columns: Vec<(usize, usize)>,
}

impl Pieces {
    fn new<'a>(line: &str, shown: &Range<usize>, marks: impl Iterator<Item = &'a Range<usize>>) -> Self {
        let mut cuts: Vec<usize> = marks.flat_map(|mark| [mark.start, mark.end]).chain([shown.end]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut pieces = Self { text: String::new(), columns: Vec::with_capacity(cuts.len()) };
        let mut at = shown.start;
        let mut column = 0;
        for cut in cuts {
            let piece = clean(&line[at..cut]);
            column += piece.width();
            pieces.text.push_str(&piece);
            pieces.columns.push((cut, column));
            at = cut;
        }
        pieces
    }

    /// The column of `place`, which is one of the cuts.
    fn column(&self, place: usize) -> usize {
        self.columns.iter().find(|(cut, _)| *cut == place).map_or(0, |(_, column)| *column)
    }
}

/// `14 │ `
fn frame(colour: Colour, gutter: usize, number: &str, followed: bool) -> String {
    let space = if followed { " " } else { "" };
    format!("{}{space}", colour.paint(style::FRAME, format!("{number:>gutter$} │")))
}

/// What stands for the part of a line that is not shown.
const CUT: &str = "…";

/// Columns for text however narrow the screen is said to be.
const MIN_ROOM: usize = 20;

/// The part of a line that fits on the screen.
struct Window {
    range: Range<usize>,
    cut_before: bool,
    cut_after: bool,
}

impl Window {
    /// The whole line where it fits into `room` columns, else what fits around the start of `focus`. Looks at no more of
    /// the line than can be shown.
    fn around(line: &str, focus: Range<usize>, room: usize) -> Self {
        let (whole, _) = forwards(line, 0, line.len(), room);
        if whole == line.len() {
            return Self { range: 0..whole, cut_before: false, cut_after: false };
        }
        let room = room - 2 * CUT.width();
        let (focus_end, focus_columns) = forwards(line, focus.start, focus.end, room * 2 / 3);
        let spare = room - focus_columns;
        let (mut start, left) = backwards(line, focus.start, spare / 2);
        let (end, right) = forwards(line, focus_end, line.len(), spare - left);
        if end == line.len() {
            start = backwards(line, start, spare - left - right).0;
        }
        Self { range: start..end, cut_before: start > 0, cut_after: end < line.len() }
    }

    /// The shown part of `range`; `None` where nothing of it is shown.
    fn intersect(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let start = range.start.max(self.range.start);
        let end = range.end.min(self.range.end);
        (start <= end).then_some(start..end)
    }
}

/// How far from `start` towards `limit` the text fits into `room` columns, and how many it takes.
fn forwards(line: &str, start: usize, limit: usize, room: usize) -> (usize, usize) {
    let mut used = 0;
    for (at, c) in line[start..limit].char_indices() {
        let wider = used + columns(c);
        if wider > room {
            return (start + at, used);
        }
        used = wider;
    }
    (limit, used)
}

/// How far back from `end` the text fits into `room` columns, and how many it takes.
fn backwards(line: &str, end: usize, room: usize) -> (usize, usize) {
    let mut used = 0;
    let mut start = end;
    for (at, c) in line[..end].char_indices().rev() {
        let wider = used + columns(c);
        if wider > room {
            break;
        }
        used = wider;
        start = at;
    }
    (start, used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn draw_at(text: &str, spans: &[(usize, usize, &str)], width: usize) -> String {
        let source = Source::new(text);
        let marks: Vec<_> = spans
            .iter()
            .map(|&(start, end, text)| Mark {
                span: Span::new(start, end),
                underline: '^',
                style: Style::new(),
                text: Some(text),
            })
            .collect();
        let mut out = Vec::new();
        let screen = Screen { width, colour: Colour::Plain };
        draw(&mut out, &source, &marks, gutter(&source, &marks), &screen).expect("a Vec takes any bytes");
        String::from_utf8(out).expect("excerpts are UTF-8")
    }

    #[test]
    fn carets_stand_under_wide_characters_and_tabs() {
        let text = "\t日本 {{ x }}";
        let at = text.find('x').expect("it is there");
        insta::assert_snapshot!(draw_at(text, &[(at, at + 1, "here")], 80), @r"
         1 │     日本 {{ x }}
           │             ^ here
        ");
    }

    #[test]
    fn a_joined_emoji_is_as_wide_as_one() {
        let text = "👩\u{200d}💻 x";
        let at = text.find('x').expect("it is there");
        let drawn = draw_at(text, &[(at, at + 1, "here")], 80);
        assert!(drawn.ends_with(" │    ^ here\n"), "{drawn}");
    }

    #[test]
    fn an_invisible_character_is_shown_where_the_caret_points() {
        let text = "a👩\u{200d}b";
        insta::assert_snapshot!(draw_at(text, &[(5, 8, "a joiner")], 80), @r"
         1 │ a👩<U+200D>b
           │    ^^^^^^^^ a joiner
        ");
    }

    #[test]
    fn a_span_over_lines_says_where_it_ends() {
        insta::assert_snapshot!(draw_at("a: |\n  b\n  c\nd", &[(3, 11, "this text")], 80), @r"
         1 │ a: |
           │    ^ this text (to line 3)
        ");
    }

    #[test]
    fn lines_come_in_order_with_gaps_between() {
        insta::assert_snapshot!(draw_at("a: 1\nb: 2\nc: 3\na: 4\n", &[(15, 16, "again"), (0, 1, "first")], 80), @r"
         1 │ a: 1
           │ ^ first
           ·
         4 │ a: 4
           │ ^ again
        ");
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let text = format!("{}BAD{}", "x".repeat(110_000), "y".repeat(110_000));
        insta::assert_snapshot!(draw_at(&text, &[(110_000, 110_003, "here"), (0, 1, "far away")], 40), @r"
         1 │ …xxxxxxxxxxxxxxxBADyyyyyyyyyyyyyyy…
           │                 ^^^ here
           │ far away
        ");
    }

    #[test]
    fn the_end_of_a_file_and_of_a_line_have_a_place() {
        insta::assert_snapshot!(draw_at("ab\r\n", &[(2, 2, "no more")], 80), @r"
         1 │ ab
           │   ^ no more
        ");
        insta::assert_snapshot!(draw_at("ab\n", &[(3, 3, "no more")], 80), @r"
         2 │
           │ ^ no more
        ");
    }

    proptest! {
        #[test]
        fn any_span_of_any_text_is_drawn_within_the_screen(
            text in "[a \t\n\r日👩\u{200d}\u{1b}\u{202e}é]{0,200}",
            start in 0usize..300,
            len in 0usize..300,
            width in 0usize..60,
        ) {
            let drawn = draw_at(&text, &[(start, start + len, "")], width);
            let limit = width.max(MIN_ROOM + 5);
            for line in drawn.lines().filter(|line| !line.contains("to line")) {
                let obeyed = ['\u{1b}', '\u{202e}'];
                prop_assert!(!line.contains(obeyed));
                prop_assert!(line.width() <= limit + 1, "{line:?} is wider than {limit}");
            }
        }
    }
}
