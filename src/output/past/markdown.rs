//! Answers about the past as Markdown, for a report or a pull request: a table for each route.

use std::io::{self, Write};

use super::super::printable::clean;
use super::{Times, by, changes, duration, served, subject, summary, word};
use crate::history::answer::{Answer, Live, Segment};
use crate::history::hazard::Hazard;

/// Writes a heading and a table for each answer, then what they have to be read with.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, answers: &[Answer], times: &Times) -> io::Result<()> {
    for answer in answers {
        writeln!(out, "### {}\n", cell(&subject(&answer.subject)))?;
        writeln!(out, "| from ({}) | for | live | changed | by |\n|---|---|---|---|---|", cell(&times.zone_name()))?;
        for segment in &answer.segments {
            writeln!(out, "{}", row(segment, times))?;
        }
        writeln!(out)?;
    }
    let mut hazards: Vec<&Hazard> = answers.iter().flat_map(|answer| &answer.hazards).collect();
    hazards.sort();
    hazards.dedup();
    for hazard in hazards {
        writeln!(out, "- ⚠ {}", cell(&hazard.message(|seconds| times.full(seconds))))?;
    }
    writeln!(out, "\n{}", cell(&summary(answers, times)))
}

fn row(segment: &Segment, times: &Times) -> String {
    let from = segment.since.or(segment.start).map_or_else(|| "before".to_owned(), |since| times.full(since));
    let length = match (segment.since, segment.until) {
        (Some(since), Some(until)) => duration(until - since),
        (Some(since), None) => format!("{}, to this day", duration(times.now - since)),
        _ => String::new(),
    };
    let mut live: Vec<String> = served(segment)
        .iter()
        .map(|served| {
            let pins: Vec<String> = served.pins.iter().map(|pin| format!("`{}`", pin.release)).collect();
            format!("{} {} %: {}", cell(&served.variant), served.share, pins.join(", "))
        })
        .collect();
    if live.is_empty() {
        live.push(match &segment.live {
            Live::Content { path, blob } => format!("`{}` {}", cell(path.as_str()), blob.short()),
            live => word(live).to_owned(),
        });
    }
    let changes: Vec<String> = changes(segment).iter().map(|change| cell(change)).collect();
    let made = segment.made.as_ref().map_or_else(String::new, |made| cell(&by(made)));
    format!("| {from} | {length} | {} | {} | {made} |", live.join("<br>"), changes.join("<br>"))
}

/// Text that stays in its cell and is nothing but text.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '|' | '*' | '_' | '[' | ']' | '`' | '\\' | '#' | '~' => cell.extend(['\\', c]),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '&' => cell.push_str("&amp;"),
            // Nobody is to be told of a report that names them.
            '@' => cell.push_str("@\u{200b}"),
            c => cell.push(c),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(cell("a|b <img> `c`"), "a\\|b &lt;img&gt; \\`c\\`");
    }
}
