//! What was live, for people: `blame-at`.

use std::io::{self, Write};
use std::sync::Arc;

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::super::Screen;
use super::super::printable::clean;
use super::super::style::{FAINT, STRONG};
use super::{Times, by, metrics, served, subject, summary, word, write_hazards};
use crate::history::answer::{Answer, Live, Observed, Segment, Served, ServedPin};
use crate::history::made::Made;
use crate::history::state::Difference;
use crate::store::route::Dimension;
use crate::when::{Unit, When};

/// What was asked, as far as it decides how the answer looks.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The time.
    pub when: When,
    /// How instants are shown.
    pub times: Times,
}

/// Writes each answer with its time, its variants and who made them so, then what they have to be read with.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, screen: &Screen, answers: &[Answer], asked: &Asked) -> io::Result<()> {
    for answer in answers {
        let name = screen.colour.paint(STRONG, subject(&answer.subject));
        writeln!(out, "{name} {}\n", asked.title(answer))?;
        let ranges: Vec<String> =
            answer.segments.iter().map(|segment| asked.range(segment, &answer.segments)).collect();
        let indent = ranges.iter().map(|range| range.width()).max().unwrap_or_default();
        let serving = || answer.segments.iter().flat_map(served);
        let table = Table {
            screen,
            indent: if indent == 0 { 2 } else { indent + 5 },
            names: serving().map(|served| clean(&served.variant).width()).max().unwrap_or_default(),
            shares: serving().map(|served| share(served).width()).max().unwrap_or_default(),
            asked,
        };
        for (segment, range) in answer.segments.iter().zip(&ranges) {
            let lead = if indent == 0 { "  ".to_owned() } else { format!("  {range:indent$}   ") };
            table.write(out, &lead, segment)?;
        }
        if !answer.observed.is_empty() {
            writeln!(out)?;
        }
        answer.observed.iter().try_for_each(|observed| write_observed(out, screen, observed, asked))?;
        writeln!(out)?;
    }
    write_hazards(out, answers, &asked.times, screen)?;
    writeln!(out, "{}", screen.colour.paint(FAINT, summary(answers, &asked.times)))
}

/// `observed 2026-07-20 11:05 – 2026-07-21 00:00: 4c1d9ab, applied 2026-07-20 11:05: as intended`, or in what it differs.
fn write_observed(out: &mut dyn Write, screen: &Screen, observed: &Observed, asked: &Asked) -> io::Result<()> {
    let Observed { start, end, receipt, differences } = observed;
    let times = &asked.times;
    let range = match asked.when {
        When::During(_) => format!(" {} – {}", times.full(*start), times.full(*end)),
        When::At(_) | When::Revision(_) => String::new(),
    };
    let signed = if receipt.signed { ", signed" } else { "" };
    let (verdict, style) = if differences.is_empty() { ("as intended", FAINT) } else { ("not as intended", STRONG) };
    let applied = format!("{}, applied {}{signed}", receipt.commit.short(), times.full(receipt.applied));
    writeln!(out, "  {}", screen.colour.paint(style, format!("observed{range}: {applied}: {verdict}")))?;
    for Difference { variant, dimension, from, to } in differences {
        let dimension = dimension.map_or("", Dimension::as_str);
        let what = format!("{} {dimension}", variant.as_deref().unwrap_or("route"));
        let side = |side: &Option<String>| clean(side.as_deref().unwrap_or("nothing"));
        writeln!(out, "    {}: {}, and not {}", clean(what.trim()), side(to), side(from))?;
    }
    Ok(())
}

impl Asked {
    /// `on 2026-07-20 (Europe/Berlin, 24 h)`
    fn title(&self, answer: &Answer) -> String {
        let zone = self.times.zone_name();
        let show =
            |time: Timestamp, pattern: &str| time.to_zoned(self.times.zone.clone()).strftime(pattern).to_string();
        match &self.when {
            When::At(time) => format!("at {} ({zone})", show(*time, "%Y-%m-%d %H:%M:%S")),
            When::During(window) => {
                let hours = (window.end.as_second() - window.start.as_second()) / 3_600;
                match window.unit {
                    Unit::Day => format!("on {} ({zone}, {hours} h)", show(window.start, "%Y-%m-%d")),
                    Unit::Month => format!("in {} ({zone}, {} d)", show(window.start, "%B %Y"), (hours + 1) / 24),
                    Unit::Hour => {
                        format!("on {} – {} ({zone})", show(window.start, "%Y-%m-%d %H:%M"), show(window.end, "%H:%M"))
                    }
                    Unit::Minute => format!("at {} ({zone}, 60 s)", show(window.start, "%Y-%m-%d %H:%M")),
                }
            }
            When::Revision(name) => {
                let start = answer.segments.first().and_then(|segment| segment.start);
                let time = start.map_or_else(String::new, |start| format!(", {} ({zone})", self.times.full(start)));
                format!("as of {}{time}", clean(name))
            }
        }
    }

    /// `11:02 – 24:00`; empty for an instant.
    fn range(&self, segment: &Segment, all: &[Segment]) -> String {
        let When::During(window) = &self.when else { return String::new() };
        let (Some(start), Some(end)) = (segment.start, segment.end) else { return String::new() };
        let (day_start, day_end) = (window.start.as_second(), window.end.as_second());
        // Seconds where minutes would not tell two borders apart, and offsets where the clock was changed that day.
        let odd =
            |segment: &Segment| segment.start.is_some_and(|start| start.rem_euclid(60) != 0 && segment.begins_here());
        let close = |pair: &[Segment]| pair[0].start.zip(pair[1].start).is_some_and(|(a, b)| a / 60 == b / 60);
        let seconds = window.unit == Unit::Minute || (all.iter().any(odd) && all.windows(2).any(close));
        let mut pattern = if seconds { "%H:%M:%S".to_owned() } else { "%H:%M".to_owned() };
        let changes_clock = window.unit == Unit::Day && day_end - day_start != 86_400;
        if changes_clock {
            pattern.push_str(" %:z");
        }
        if window.unit == Unit::Month {
            pattern.insert_str(0, "%b %d ");
        }
        let show = |time: i64| self.times.format(time, &pattern);
        let last = if end == day_end && window.unit == Unit::Day {
            let midnight = if seconds { "24:00:00" } else { "24:00" };
            if changes_clock { format!("{midnight}{}", self.times.format(end, " %:z")) } else { midnight.to_owned() }
        } else if end == day_end && window.unit == Unit::Month {
            self.times.format(end - 1, "%b %d 24:00")
        } else if end > self.times.now && start <= self.times.now {
            "now".to_owned()
        } else {
            show(end)
        };
        format!("{} – {last}", show(start))
    }
}

/// The lines of one segment.
struct Table<'a> {
    screen: &'a Screen,
    /// Columns before a line that belongs to a segment.
    indent: usize,
    /// Columns of the variants' names in the whole answer.
    names: usize,
    /// Columns of their shares.
    shares: usize,
    asked: &'a Asked,
}

impl Table<'_> {
    fn write(&self, out: &mut dyn Write, lead: &str, segment: &Segment) -> io::Result<()> {
        let blank = " ".repeat(self.indent);
        let colour = self.screen.colour;
        match &segment.live {
            Live::Serving(serving) if !serving.is_empty() => self.write_variants(out, lead, serving)?,
            Live::Content { path, blob } => writeln!(out, "{lead}{path}   blob {}", blob.short())?,
            live => writeln!(out, "{lead}{}", colour.paint(STRONG, word(live)))?,
        }
        if let Some(made) = &segment.made {
            let mut line = by(made);
            if !segment.begins_here() || matches!(self.asked.when, When::At(_) | When::Revision(_)) {
                line.insert_str(0, &format!("since {}, ", self.asked.times.full(made.at)));
            }
            self.write_wrapped(out, &blank, &line)?;
        }
        if let (Some(until), false) = (segment.until, matches!(self.asked.when, When::During(_))) {
            writeln!(out, "{blank}{}", colour.paint(FAINT, format!("until {}", self.asked.times.full(until))))?;
        }
        let is_instant = !matches!(self.asked.when, When::During(_));
        let begins = |pin: &ServedPin| {
            let position = |made: &Option<Arc<Made>>| made.as_ref().map(|made| made.position);
            segment.begins_here() && position(&pin.since) == position(&segment.made)
        };
        for served in served(segment) {
            for pin in &served.pins {
                if is_instant {
                    self.write_pin(out, &blank, served, pin)?;
                } else if begins(pin) {
                    metrics(pin).iter().try_for_each(|line| writeln!(out, "{blank}{line}"))?;
                }
            }
        }
        Ok(())
    }

    /// `stable   95 %   prompts/support/answer@1.3.0   models/support-chat@2.1.0`, broken where the screen ends.
    fn write_variants(&self, out: &mut dyn Write, lead: &str, serving: &[Served]) -> io::Result<()> {
        let (names, shares) = (self.names, self.shares);
        let mut lead = lead.to_owned();
        for served in serving {
            let name = clean(&served.variant);
            let gap = " ".repeat(names.saturating_sub(name.width()));
            let head = format!("{lead}{}{gap}  {:>shares$}", self.screen.colour.paint(STRONG, &name), share(served));
            let start = lead.width() + names + 2 + shares;
            let mut line = head;
            let mut column = start;
            for pin in &served.pins {
                let release = pin.release.to_string();
                if column > start && column + 3 + release.width() > self.screen.width {
                    writeln!(out, "{}", line.trim_end())?;
                    line = " ".repeat(start);
                    column = start;
                }
                line.push_str(&format!("   {release}"));
                column += 3 + release.width();
            }
            writeln!(out, "{}", line.trim_end())?;
            lead = " ".repeat(lead.width());
        }
        Ok(())
    }

    /// Everything that is known of one release.
    fn write_pin(&self, out: &mut dyn Write, blank: &str, served: &Served, pin: &ServedPin) -> io::Result<()> {
        let digest = pin.digest.map_or_else(|| "no digest".to_owned(), |digest| digest.short());
        let name = format!("{} {}", clean(&served.variant), pin.dimension);
        writeln!(out, "\n{blank}{}: {}   {digest}", self.screen.colour.paint(STRONG, name), pin.release)?;
        if let Some(made) = &pin.since {
            self.write_wrapped(
                out,
                &format!("{blank}  "),
                &format!("since {}, {}", self.asked.times.full(made.at), by(made)),
            )?;
        }
        metrics(pin).iter().try_for_each(|line| writeln!(out, "{blank}  {line}"))
    }

    fn write_wrapped(&self, out: &mut dyn Write, blank: &str, text: &str) -> io::Result<()> {
        let room = self.screen.width.saturating_sub(blank.width()).max(30);
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.width() + 1 + word.width() > room {
                writeln!(out, "{blank}{}", self.screen.colour.paint(FAINT, &line))?;
                line = " ".repeat(2);
                line.push_str(word);
                continue;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        writeln!(out, "{blank}{}", self.screen.colour.paint(FAINT, &line))
    }
}

/// `95 %`, or `shadow`; nothing where the question is not about traffic.
fn share(served: &Served) -> String {
    if served.shadow { "shadow".to_owned() } else { format!("{} %", served.share) }
}

/// The dimensions that a segment's variants name, in order.
pub(super) fn dimensions(segments: &[Segment]) -> Vec<Dimension> {
    let named = |dimension: &Dimension| {
        let mut pins = segments.iter().flat_map(served).flat_map(|served| &served.pins);
        pins.any(|pin| pin.dimension == *dimension)
    };
    Dimension::PINNED.into_iter().filter(named).collect()
}
