//! All that was live, for people: `history`. A picture, then every border with what changed and who changed it.

use std::io::{self, Write};

use super::super::Screen;
use super::super::style::{FAINT, STRONG};
use super::{Times, by, changes, duration, subject, summary, timeline, word, write_hazards};
use crate::history::answer::{Answer, Live, Segment};

/// Writes each answer's picture and its borders, then what they have to be read with.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, screen: &Screen, answers: &[Answer], times: &Times) -> io::Result<()> {
    for answer in answers {
        let zone = times.zone_name();
        writeln!(out, "{} ({zone})\n", screen.colour.paint(STRONG, subject(&answer.subject)))?;
        timeline::write(out, screen, answer, times)?;
        for segment in &answer.segments {
            write_border(out, screen, segment, times)?;
        }
        writeln!(out)?;
    }
    write_hazards(out, answers, times, screen)?;
    writeln!(out, "{}", screen.colour.paint(FAINT, summary(answers, times)))
}

fn write_border(out: &mut dyn Write, screen: &Screen, segment: &Segment, times: &Times) -> io::Result<()> {
    let start = match (segment.since, segment.start) {
        (Some(since), _) if segment.begins_here() => times.full(since),
        (Some(since), _) => format!("since {}", times.full(since)),
        (None, Some(start)) => times.full(start),
        (None, None) => "before".to_owned(),
    };
    let length = match (segment.since, segment.until) {
        (Some(since), Some(until)) => format!("   for {}", duration(until - since)),
        (Some(since), None) if since <= times.now => format!("   for {}, to this day", duration(times.now - since)),
        _ => String::new(),
    };
    let state = match &segment.live {
        Live::Serving(serving) if !serving.is_empty() => String::new(),
        Live::Content { path, blob } => format!("   {path} blob {}", blob.short()),
        live => format!("   {}", word(live)),
    };
    writeln!(out, "{}{state}{}", screen.colour.paint(STRONG, start), screen.colour.paint(FAINT, length))?;
    changes(segment).iter().try_for_each(|change| writeln!(out, "  {change}"))?;
    match &segment.made {
        Some(made) => writeln!(out, "  {}", screen.colour.paint(FAINT, by(made))),
        None => Ok(()),
    }
}
