//! A route's past as a picture of one line for each variant.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::super::Screen;
use super::super::printable::clean;
use super::super::style::{FAINT, STRONG};
use super::answer::dimensions;
use super::{Times, served};
use crate::history::answer::{Answer, Live, Segment};
use crate::store::route::Dimension;

/// One line of the picture: what it is of, and what stood there from when to when.
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) bars: Vec<Bar>,
}

/// What stood in a lane from `start` to `end`, in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) start: i64,
    pub(super) end: i64,
    /// What is written on it: a version.
    pub(super) text: String,
    /// All of it.
    pub(super) whole: String,
    /// Whether it goes on after what is shown.
    pub(super) goes_on: bool,
}

/// The lanes of an answer: one for each variant's prompt, and one for each other dimension that changed or is all that
/// there is. `now` ends what has no end.
pub(super) fn lanes(answer: &Answer, now: i64) -> Vec<Lane> {
    let segments = &answer.segments;
    let mut names: Vec<&str> = Vec::new();
    for served in segments.iter().flat_map(served) {
        if !names.contains(&served.variant.as_str()) {
            names.push(&served.variant);
        }
    }
    let all = dimensions(segments);
    let mut lanes: Vec<Lane> = Vec::new();
    for name in names {
        let mut own: Vec<(Dimension, Vec<Bar>)> = all
            .iter()
            .map(|dimension| (*dimension, bars(segments, now, |segment| pin(segment, name, *dimension))))
            .filter(|(_, bars)| !bars.is_empty())
            .collect();
        let changes = |bars: &[Bar]| bars.windows(2).any(|pair| pair[0].whole != pair[1].whole);
        let main = own.iter().position(|(dimension, _)| *dimension == Dimension::Prompt).unwrap_or(0);
        let mut index = 0;
        own.retain(|(_, bars)| {
            index += 1;
            index - 1 == main || changes(bars)
        });
        let is_alone = own.len() == 1;
        for (dimension, bars) in own {
            let name = clean(name);
            lanes.push(Lane { name: if is_alone { name } else { format!("{name} {dimension}") }, bars });
        }
        if all.is_empty() {
            let bars = bars(segments, now, |segment| share(segment, name));
            lanes.push(Lane { name: clean(name), bars });
        }
    }
    let others = bars(segments, now, |segment| match &segment.live {
        Live::Content { path, blob } => Some((blob.short(), format!("{path} {}", blob.short()))),
        Live::Disabled | Live::Illegible | Live::Unknown => {
            let code = super::code(&segment.live).to_owned();
            Some((code.clone(), code))
        }
        _ => None,
    });
    if !others.is_empty() {
        let is_content = segments.iter().any(|segment| matches!(segment.live, Live::Content { .. }));
        lanes.push(Lane { name: if is_content { "content" } else { "route" }.to_owned(), bars: others });
    }
    lanes
}

fn pin(segment: &Segment, variant: &str, dimension: Dimension) -> Option<(String, String)> {
    let served = served(segment).iter().find(|served| served.variant == variant)?;
    let pin = served.pins.iter().find(|pin| pin.dimension == dimension)?;
    Some((pin.release.version.to_string(), pin.release.to_string()))
}

fn share(segment: &Segment, variant: &str) -> Option<(String, String)> {
    let served = served(segment).iter().find(|served| served.variant == variant)?;
    let text = format!("{} %", served.share);
    Some((text.clone(), text))
}

fn bars(segments: &[Segment], now: i64, told: impl Fn(&Segment) -> Option<(String, String)>) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    for segment in segments {
        let Some((text, whole)) = told(segment) else { continue };
        let Some(start) = segment.start.or_else(|| segment.end.map(|end| end - 1)) else { continue };
        let end = segment.end.unwrap_or(now).max(start + 1);
        let goes_on = segment.end.is_none() || segment.end != segment.until;
        match bars.last_mut() {
            Some(last) if last.end == start && last.whole == whole => (last.end, last.goes_on) = (end, goes_on),
            _ => bars.push(Bar { start, end, text, whole, goes_on }),
        }
    }
    bars
}

/// From when to when all bars of `lanes` reach.
pub(super) fn reach(lanes: &[Lane]) -> Option<(i64, i64)> {
    let bars = || lanes.iter().flat_map(|lane| &lane.bars);
    Some((bars().map(|bar| bar.start).min()?, bars().map(|bar| bar.end).max()?))
}

/// Columns that a picture needs to say anything.
const LEAST: usize = 24;

/// Draws the picture; nothing where there is no room or nothing to draw.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, screen: &Screen, answer: &Answer, times: &Times) -> io::Result<()> {
    let lanes = lanes(answer, times.now);
    let Some((start, end)) = reach(&lanes) else { return Ok(()) };
    let indent = lanes.iter().map(|lane| lane.name.width()).max().unwrap_or_default() + 2;
    let room = screen.width.saturating_sub(indent);
    if room < LEAST || end - start < 2 {
        return Ok(());
    }
    let scale = Scale { start, length: end - start, room };
    let blank = " ".repeat(indent);
    writeln!(out, "{blank}{}", screen.colour.paint(FAINT, scale.axis(times).trim_end()))?;
    for lane in &lanes {
        let gap = " ".repeat(indent - lane.name.width());
        writeln!(out, "{}{gap}{}", screen.colour.paint(STRONG, &lane.name), scale.draw(lane).trim_end())?;
    }
    writeln!(out)
}

/// From seconds to columns.
struct Scale {
    start: i64,
    length: i64,
    room: usize,
}

impl Scale {
    fn column(&self, seconds: i64) -> usize {
        let part = i128::from(seconds - self.start) * (self.room as i128 - 1) / i128::from(self.length.max(1));
        usize::try_from(part).unwrap_or_default().min(self.room - 1)
    }

    /// The names of months, days or hours where they begin, whichever fit.
    fn axis(&self, times: &Times) -> String {
        let mut line = vec![' '; self.room];
        let mut free = 0;
        for (seconds, name) in ticks(self.start, self.start + self.length, times, self.room / 8) {
            let column = self.column(seconds);
            let len = name.chars().count();
            if column >= free && column + len <= self.room {
                line.splice(column..column + len, name.chars());
                free = column + len + 1;
            }
        }
        line.into_iter().collect()
    }

    fn draw(&self, lane: &Lane) -> String {
        let mut line = vec![' '; self.room];
        for (index, bar) in lane.bars.iter().enumerate() {
            let (from, to) = (self.column(bar.start), self.column(bar.end));
            for cell in &mut line[from..=to] {
                *cell = '━';
            }
            if bar.start > self.start {
                line[from] = '┿';
            }
            let next = lane.bars.get(index + 1);
            if bar.goes_on && next.is_none() {
                line[to] = '▶';
            } else if next.is_none_or(|next| next.start > bar.end) {
                line[to] = '┥';
            }
            let text: Vec<char> = clean(&bar.text).chars().collect();
            let inside = (to - from).saturating_sub(1);
            if text.len() + 2 <= inside {
                let at = from + 1 + (inside - text.len()) / 2;
                line.splice(at..at + text.len(), text);
            }
        }
        line.into_iter().collect()
    }
}

/// Where the calendar's units begin between two instants, with their names: the smallest units of which at most `most` fit.
pub(super) fn ticks(start: i64, end: i64, times: &Times, most: usize) -> Vec<(i64, String)> {
    use jiff::ToSpan as _;
    let zoned = |seconds: i64| super::instant(seconds).to_zoned(times.zone.clone());
    let units: [(jiff::Unit, jiff::Span, i64, &str); 8] = [
        (jiff::Unit::Minute, 10.minutes(), 600, "%H:%M"),
        (jiff::Unit::Hour, 1.hour(), 3_600, "%H:%M"),
        (jiff::Unit::Hour, 6.hours(), 21_600, "%H:%M"),
        (jiff::Unit::Day, 1.day(), 86_400, "%b %-d"),
        (jiff::Unit::Day, 7.days(), 604_800, "%b %-d"),
        (jiff::Unit::Month, 1.month(), 2_600_000, "%B"),
        (jiff::Unit::Month, 3.months(), 7_800_000, "%b %Y"),
        (jiff::Unit::Year, 1.year(), 31_500_000, "%Y"),
    ];
    let fits = |(_, _, length, _): &&(jiff::Unit, jiff::Span, i64, &str)| (end - start) / length <= most.max(1) as i64;
    let Some((unit, step, _, pattern)) = units.iter().find(fits).or(units.last()) else { return Vec::new() };
    let first = zoned(start);
    let floor = match unit {
        jiff::Unit::Minute | jiff::Unit::Hour => {
            first.round(jiff::ZonedRound::new().smallest(*unit).mode(jiff::RoundMode::Floor))
        }
        jiff::Unit::Day => first.start_of_day(),
        jiff::Unit::Month => first.first_of_month().and_then(|month| month.start_of_day()),
        _ => first.first_of_year().and_then(|year| year.start_of_day()),
    };
    let mut ticks = Vec::new();
    let Ok(mut at) = floor else { return ticks };
    // A tick's name stands for what follows it: the first, cut off, unit has one too.
    while at.timestamp().as_second() < end && ticks.len() <= 4 * most.max(1) {
        let seconds = at.timestamp().as_second().max(start);
        ticks.push((seconds, at.strftime(pattern).to_string()));
        let Ok(next) = at.checked_add(*step) else { break };
        at = next;
    }
    ticks
}
