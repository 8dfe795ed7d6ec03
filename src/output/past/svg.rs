//! Answers about the past as a picture for a report: a lane for each variant and dimension, a bar for each release.

use std::io::{self, Write};

use super::super::printable::clean;
use super::timeline::{Bar, Lane, lanes, reach, ticks};
use super::{Times, duration, subject, summary};
use crate::history::answer::Answer;

/// Measures in pixels.
const WIDTH: i64 = 1_000;
const LABEL: i64 = 190;
const RIGHT: i64 = 16;
const LANE: i64 = 26;
const BAR: i64 = 20;
const HEAD: i64 = 30;
const AXIS: i64 = 22;
/// The width of a letter of 12 pixels, at most.
const LETTER: i64 = 7;

/// Fills with black text on them that have a contrast of 7:1 and more, and that the colour-blind tell apart in this order
/// (after Okabe and Ito, lightened).
const FILLS: [&str; 6] = ["#a6d4f2", "#f7cf7f", "#a5dfc9", "#f2c4de", "#f5f0a0", "#d9d9d9"];

/// Writes the picture. It uses the fonts of the reader's system and nothing from elsewhere.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, answers: &[Answer], times: &Times) -> io::Result<()> {
    let pictures: Vec<(String, Vec<Lane>)> =
        answers.iter().map(|answer| (subject(&answer.subject), lanes(answer, times.now))).collect();
    let bars = || pictures.iter().filter_map(|(_, lanes)| reach(lanes));
    let start = bars().map(|(start, _)| start).min().unwrap_or(times.now - 1);
    let end = bars().map(|(_, end)| end).max().unwrap_or(times.now);
    let rows: i64 = pictures.iter().map(|(_, lanes)| HEAD + LANE * lanes.len() as i64).sum();
    let height = AXIS + rows + HEAD;
    let scale = Scale { start, length: (end - start).max(1) };
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#1a1a1a\">"
    )?;
    let names: Vec<&str> = pictures.iter().map(|(name, _)| name.as_str()).collect();
    writeln!(out, "<title>{}</title>", escaped(&format!("What was live: {}", names.join(", "))))?;
    writeln!(out, "<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>")?;
    write_axis(out, &scale, times, height)?;
    let mut y = AXIS;
    for (name, lanes) in &pictures {
        text(out, 8, y + HEAD - 9, "font-weight=\"bold\"", name)?;
        y += HEAD;
        // A release has one fill in all lanes of a route.
        let mut known: Vec<&str> = Vec::new();
        for lane in lanes {
            write_lane(out, &scale, lane, y, times, &mut known)?;
            y += LANE;
        }
    }
    let note = format!("{} · {}", summary(answers, times), times.zone_name());
    text(out, 8, height - 10, "fill=\"#555555\"", &note)?;
    writeln!(out, "</svg>")
}

/// From seconds to pixels.
struct Scale {
    start: i64,
    length: i64,
}

impl Scale {
    fn x(&self, seconds: i64) -> i64 {
        let room = i128::from(WIDTH - LABEL - RIGHT);
        let part = i128::from(seconds - self.start) * room / i128::from(self.length);
        LABEL + i64::try_from(part).unwrap_or_default().clamp(0, WIDTH - LABEL - RIGHT)
    }
}

fn write_axis(out: &mut dyn Write, scale: &Scale, times: &Times, height: i64) -> io::Result<()> {
    let mut free = 0;
    for (seconds, name) in ticks(scale.start, scale.start + scale.length, times, 10) {
        let x = scale.x(seconds);
        let bottom = height - HEAD;
        writeln!(out, "<line x1=\"{x}\" y1=\"{AXIS}\" x2=\"{x}\" y2=\"{bottom}\" stroke=\"#dddddd\"/>")?;
        let width = LETTER * name.chars().count() as i64;
        if x >= free && x + width <= WIDTH {
            text(out, x, AXIS - 7, "fill=\"#555555\"", &name)?;
            free = x + width + LETTER;
        }
    }
    Ok(())
}

fn write_lane<'a>(
    out: &mut dyn Write,
    scale: &Scale,
    lane: &'a Lane,
    y: i64,
    times: &Times,
    known: &mut Vec<&'a str>,
) -> io::Result<()> {
    text(out, 16, y + 14, "", &shortened(&lane.name, (LABEL - 24) / LETTER))?;
    for bar in &lane.bars {
        if !known.contains(&bar.whole.as_str()) {
            known.push(&bar.whole);
        }
        let index = known.iter().position(|whole| *whole == bar.whole).unwrap_or_default();
        write_bar(out, scale, bar, y, FILLS[index % FILLS.len()], times)?;
    }
    Ok(())
}

fn write_bar(out: &mut dyn Write, scale: &Scale, bar: &Bar, y: i64, fill: &str, times: &Times) -> io::Result<()> {
    let (from, to) = (scale.x(bar.start), scale.x(bar.end));
    let width = (to - from).max(2);
    let goes_on = if bar.goes_on { " and on" } else { "" };
    let title = format!(
        "{}: {} – {}{goes_on} ({})",
        bar.whole,
        times.full(bar.start),
        times.full(bar.end),
        duration(bar.end - bar.start)
    );
    writeln!(
        out,
        "<rect x=\"{from}\" y=\"{y}\" width=\"{width}\" height=\"{BAR}\" fill=\"{fill}\" stroke=\"#555555\"><title>{}</title></rect>",
        escaped(&title)
    )?;
    // The first letters of a version are another version.
    if LETTER * bar.text.chars().count() as i64 <= width - 8 {
        text(out, from + 4, y + 14, "", &bar.text)?;
    }
    Ok(())
}

fn text(out: &mut dyn Write, x: i64, y: i64, attributes: &str, content: &str) -> io::Result<()> {
    let space = if attributes.is_empty() { "" } else { " " };
    writeln!(out, "<text x=\"{x}\" y=\"{y}\"{space}{attributes}>{}</text>", escaped(content))
}

/// `name`, or its first letters with an ellipsis.
fn shortened(name: &str, letters: i64) -> String {
    let letters = usize::try_from(letters).unwrap_or_default();
    if name.chars().count() <= letters {
        return name.to_owned();
    }
    let kept: String = name.chars().take(letters.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Text that XML takes for text, whatever it has.
fn escaped(content: &str) -> String {
    let mut escaped = String::with_capacity(content.len());
    for c in clean(content).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            // XML 1.0 has no name for these, not even escaped.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if c.is_control() => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(escaped("<script>'\"&\u{0}"), "&lt;script&gt;&apos;&quot;&amp;␀");
        assert_eq!((shortened("1.10.0", 6), shortened("1.10.0", 4)), ("1.10.0".to_owned(), "1.1…".to_owned()));
    }
}
