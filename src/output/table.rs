//! Aligned columns for people.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

/// Writes `rows` under `header` with two spaces between columns. A row has as many cells as the header; the last column
/// is not padded.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write<const N: usize>(out: &mut dyn Write, header: [&str; N], rows: &[[String; N]]) -> io::Result<()> {
    let mut widths = header.map(UnicodeWidthStr::width);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    write_row(out, &widths, header.iter().copied())?;
    for row in rows {
        write_row(out, &widths, row.iter().map(String::as_str))?;
    }
    Ok(())
}

fn write_row<'a>(out: &mut dyn Write, widths: &[usize], cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    let mut line = String::new();
    for (width, cell) in widths.iter().zip(cells) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
    }
    writeln!(out, "{}", line.trim_end())
}
