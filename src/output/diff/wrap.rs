//! Words in styles, filled into lines of a screen.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr as _;

use crate::output::Screen;
use crate::output::printable::{clean, columns};

/// Lines are not made narrower than this, however deep they are indented.
const NARROWEST: usize = 24;

/// Writes `parts` as one paragraph: `lead` before its first line, as many spaces before the others. White space in a part
/// is where a line may break, a line break of the text no more than that.
pub(super) fn write(out: &mut dyn Write, lead: &str, parts: &[(Style, String)], screen: &Screen) -> io::Result<()> {
    let indent = lead.width();
    let room = screen.width.saturating_sub(indent).max(NARROWEST);
    let mut line: Vec<(Style, String)> = Vec::new();
    let mut used = 0;
    let mut is_first = true;
    let mut space = false;
    let mut flush = |line: &mut Vec<(Style, String)>| -> io::Result<()> {
        if is_first {
            write!(out, "{lead}")?;
        } else {
            write!(out, "{:indent$}", "")?;
        }
        is_first = false;
        for (style, text) in line.drain(..) {
            write!(out, "{}", screen.colour.paint(style, text))?;
        }
        writeln!(out)
    };
    for (style, text) in parts {
        for (at, word) in text.split(char::is_whitespace).enumerate() {
            space |= at > 0;
            for piece in pieces(word, room) {
                let width = piece.width();
                let gap = usize::from(space && used > 0);
                if used > 0 && used + gap + width > room {
                    flush(&mut line)?;
                    used = 0;
                } else if gap > 0 {
                    push(&mut line, *style, " ");
                    used += 1;
                }
                space = false;
                push(&mut line, *style, &piece);
                used += width;
            }
        }
    }
    if used > 0 { flush(&mut line) } else { Ok(()) }
}

fn push(line: &mut Vec<(Style, String)>, style: Style, text: &str) {
    match line.last_mut() {
        Some((last, said)) if *last == style => said.push_str(text),
        _ => line.push((style, text.to_owned())),
    }
}

/// A word as it may be printed, in pieces that fit on a line.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut used = 0;
    for (at, c) in word.char_indices() {
        let width = columns(c);
        if used > 0 && used + width > room {
            found.push(clean(&word[start..at]));
            (start, used) = (at, 0);
        }
        used += width;
    }
    if start < word.len() {
        found.push(clean(&word[start..]));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fill_lines_and_long_ones_are_cut() {
        let screen = Screen { width: 30, ..Screen::FILE };
        let mut out = Vec::new();
        let plain = Style::new();
        let parts = [(plain, "one two\nthree four ".to_owned()), (plain, "x".repeat(60)), (plain, " five".to_owned())];
        write(&mut out, "  + ", &parts, &screen).expect("a Vec takes any bytes");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, format!("  + one two three four\n    {0}\n    {0}\n    xxxxxxxx five\n", "x".repeat(26)));
    }
}
