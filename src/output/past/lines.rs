//! Each line of a prompt with the release and the commit that brought it.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::super::Screen;
use super::super::printable::clean;
use super::super::style::FAINT;
use super::Times;
use crate::history::text::{Text, TextLine};

/// Writes the text's lines, each after its release, its commit, that one's day and its author.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, screen: &Screen, text: &Text, times: &Times) -> io::Result<()> {
    let rows: Vec<[String; 4]> = text.lines.iter().map(|line| row(line, times)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or_default();
    let widths: [usize; 4] = std::array::from_fn(width);
    for (line, row) in text.lines.iter().zip(&rows) {
        let mut head = String::new();
        for (cell, width) in row.iter().zip(widths).filter(|(_, width)| *width > 0) {
            head.push_str(cell);
            head.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
        }
        writeln!(out, "{}", format!("{}│ {}", screen.colour.paint(FAINT, head), clean(&line.text)).trim_end())?;
    }
    Ok(())
}

fn row(line: &TextLine, times: &Times) -> [String; 4] {
    let release = line.release.as_ref().map_or_else(String::new, |release| release.version.to_string());
    match &line.made {
        Some(made) => [release, made.commit.id.short(), times.date(made.at), clean(&made.commit.author.name)],
        None => [release, String::new(), String::new(), String::new()],
    }
}
