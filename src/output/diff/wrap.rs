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
    fill(lead, parts, screen.width, |start, line| {
        write!(out, "{start}")?;
        line.iter().try_for_each(|(style, text)| write!(out, "{}", screen.colour.paint(*style, text)))?;
        writeln!(out)
    })
}

/// Shows `line` each line of a paragraph of [`write`]: what it starts with, then its parts as they may be printed.
pub(super) fn fill<K: Copy + PartialEq>(
    lead: &str,
    parts: &[(K, String)],
    width: usize,
    mut line: impl FnMut(&str, &[(K, String)]) -> io::Result<()>,
) -> io::Result<()> {
    let indent = " ".repeat(lead.width());
    let room = width.saturating_sub(indent.len()).max(NARROWEST);
    let mut words: Vec<(K, String)> = Vec::new();
    let mut used = 0;
    let mut start = lead;
    let mut space = false;
    for (kind, text) in parts {
        for (at, word) in text.split(char::is_whitespace).enumerate() {
            space |= at > 0;
            for piece in pieces(word, room) {
                let width = piece.width();
                let gap = usize::from(space && used > 0);
                if used > 0 && used + gap + width > room {
                    line(start, &std::mem::take(&mut words))?;
                    (start, used) = (&indent, 0);
                } else if gap > 0 {
                    push(&mut words, *kind, " ");
                    used += 1;
                }
                space = false;
                push(&mut words, *kind, &piece);
                used += width;
            }
        }
    }
    if used > 0 { line(start, &words) } else { Ok(()) }
}

fn push<K: Copy + PartialEq>(line: &mut Vec<(K, String)>, kind: K, text: &str) {
    match line.last_mut() {
        Some((last, said)) if *last == kind => said.push_str(text),
        _ => line.push((kind, text.to_owned())),
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
