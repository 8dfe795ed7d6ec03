//! When a question is about: what people write for an instant, a day or a month, and the seconds that it means.
//!
//! Everything is read with the IANA zone database, never by git: git takes a date for that day at the present time of day,
//! reads 31 February as 3 March, and finds a date in `v1`.
//!
//! *Architecture invariant:* there is no clock here. What `now` is, and which zones there are, comes in as a [`Clock`].

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Span, Timestamp, ToSpan as _};

/// What words like `yesterday` and a date without a zone are measured by.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The present moment.
    pub now: Timestamp,
    /// The zone that was asked for, or that the store says. `None`: a date has no meaning.
    pub zone: Option<TimeZone>,
    /// The machine's own zone, which is offered and never taken; to look it up takes longer than many a question.
    pub machine: fn() -> TimeZone,
}

/// What a text about time means.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// An instant.
    At(Timestamp),
    /// Everything from one instant up to, and without, another.
    During(Window),
    /// No time: the name of a commit or a tag, perhaps.
    Revision(String),
}

/// A stretch of a calendar in a zone: `[start, end)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Its length in the calendar.
    pub unit: Unit,
    /// The zone that decided both.
    pub zone: TimeZone,
}

/// Lengths of windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `2026-07-20T11:02`
    Minute,
    /// `2026-07-20T11`
    Hour,
    /// `2026-07-20`
    Day,
    /// `2026-07`
    Month,
}

/// Why a text that is about time means none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum WhenError {
    /// There is no such month, day or time of day.
    #[error("`{text}` is no date: {reason}")]
    NoDate {
        /// As it was written.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It depends on a zone, and nothing names one.
    #[error("`{text}` means another time in each time zone, and none is named")]
    NoZone {
        /// As it was written.
        text: String,
        /// What it means in UTC and in the machine's zone.
        readings: Vec<Reading>,
    },
    /// The clock was put back: the time came twice.
    #[error("{local} came twice in {zone}, at {first} and at {second}: the clock was put back")]
    Twice {
        /// The time of day with its date.
        local: String,
        /// The zone's name.
        zone: String,
        /// The first, with its offset.
        first: String,
        /// The second, with its offset.
        second: String,
    },
    /// The clock was put forward: the time never came.
    #[error("{local} never came in {zone}: the clock was put forward from {from} to {to}")]
    Never {
        /// The time of day with its date.
        local: String,
        /// The zone's name.
        zone: String,
        /// The time of day at which it was put forward.
        from: String,
        /// What it showed then.
        to: String,
    },
    /// It is too far away.
    #[error("`{0}` is further away than a calendar goes")]
    TooFar(String),
    /// No zone has this name.
    #[error("`{0}` is no time zone of the IANA database")]
    UnknownZone(String),
}

/// What a text means in one zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The zone's name, as `--tz` takes it.
    pub zone: String,
    /// Where it comes from.
    pub source: ZoneSource,
    /// From when to when, in UTC; one instant where both are equal.
    pub range: (Timestamp, Timestamp),
}

/// Where an offered zone comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneSource {
    /// Universal time.
    Universal,
    /// The machine's own zone.
    Machine,
}

/// The zone called `name` in the IANA database.
///
/// # Errors
/// [`WhenError::UnknownZone`]
pub fn zone(name: &str) -> Result<TimeZone, WhenError> {
    TimeZone::get(name).map_err(|_| WhenError::UnknownZone(name.to_owned()))
}

/// The name of `zone`, as the IANA database has it; an offset where it has none.
pub fn zone_name(zone: &TimeZone) -> String {
    if let Some(name) = zone.iana_name() {
        return name.to_owned();
    }
    zone.to_fixed_offset().map_or_else(|_| "UTC".to_owned(), |offset| offset.to_string())
}

/// Reads `text`: RFC 3339 with an offset, a date, a month, a date with an hour or a minute, `now`, `today`, `yesterday`,
/// `3 hours ago`, `2 days ago`. Days and longer are whole days of the calendar; hours and shorter are an instant. Anything
/// else is [`When::Revision`].
///
/// # Errors
/// When it is about time and means none, or needs a zone that `clock` does not have.
pub fn parse(text: &str, clock: &Clock) -> Result<When, WhenError> {
    let text = text.trim();
    match Written::read(text)? {
        Written::Instant(instant) => Ok(When::At(instant)),
        Written::Before(length) => {
            clock.now.checked_sub(length).map(When::At).map_err(|_| WhenError::TooFar(text.to_owned()))
        }
        Written::Local(local) => local.in_clock(text, clock),
        Written::Word => Ok(When::Revision(text.to_owned())),
    }
}

/// A text taken apart, before any zone is known.
enum Written {
    Instant(Timestamp),
    Before(Span),
    Local(Local),
    Word,
}

/// A time of the calendar that only a zone turns into instants.
#[derive(Clone, Copy)]
enum Local {
    DaysAgo(Span),
    Month(Date),
    Day(Date),
    Hour(DateTime),
    Minute(DateTime),
    Second(DateTime),
}

impl Written {
    fn read(text: &str) -> Result<Self, WhenError> {
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "now" => return Ok(Self::Before(Span::new())),
            "today" => return Ok(Self::Local(Local::DaysAgo(Span::new()))),
            "yesterday" => return Ok(Self::Local(Local::DaysAgo(1.day()))),
            _ => {}
        }
        if let Some(length) = lower.strip_suffix("ago") {
            return Self::ago(text, length);
        }
        let bytes = text.as_bytes();
        let year = bytes.len() > 5 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-';
        if year && bytes[5].is_ascii_digit() { Self::dated(text) } else { Ok(Self::Word) }
    }

    /// `length` of `text` is `2 days ` or `an hour `.
    fn ago(text: &str, length: &str) -> Result<Self, WhenError> {
        let mut words = length.split_whitespace();
        let (Some(count), Some(unit), None) = (words.next(), words.next(), words.next()) else { return Ok(Self::Word) };
        let count: i64 = match count {
            "a" | "an" | "one" => 1,
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| WhenError::TooFar(text.to_owned()))?
            }
            _ => return Ok(Self::Word),
        };
        let span = Span::new();
        let span = match unit.strip_suffix('s').unwrap_or(unit) {
            "second" => span.try_seconds(count).map(Self::Before),
            "minute" => span.try_minutes(count).map(Self::Before),
            "hour" => span.try_hours(count).map(Self::Before),
            "day" => span.try_days(count).map(Self::days_ago),
            "week" => span.try_weeks(count).map(Self::days_ago),
            "month" => span.try_months(count).map(Self::days_ago),
            "year" => span.try_years(count).map(Self::days_ago),
            _ => return Ok(Self::Word),
        };
        span.map_err(|_| WhenError::TooFar(text.to_owned()))
    }

    fn days_ago(span: Span) -> Self {
        Self::Local(Local::DaysAgo(span))
    }

    /// `text` starts with a year, a hyphen and a digit: it is a date or a mistake.
    fn dated(text: &str) -> Result<Self, WhenError> {
        let (date, time) = match text.find(['T', 't', ' ']) {
            Some(at) => (&text[..at], Some(text[at + 1..].trim_start())),
            None => (text, None),
        };
        let wrong = |reason: String| WhenError::NoDate { text: text.to_owned(), reason };
        let shape = || wrong("write it as 2026-07-20, 2026-07, or 2026-07-20T11:02".to_owned());
        let mut numbers = date.split('-').map(|part| two_or_four(part).ok_or_else(shape));
        let (Some(year), Some(month)) = (numbers.next().transpose()?, numbers.next().transpose()?) else {
            return Err(shape());
        };
        let day = numbers.next().transpose()?;
        if numbers.next().is_some() {
            return Err(shape());
        }
        let first = month_of(year, month).ok_or_else(|| wrong(format!("there is no month {month}")))?;
        let Some(day) = day else {
            return if time.is_none() { Ok(Self::Local(Local::Month(first))) } else { Err(shape()) };
        };
        let days = first.days_in_month();
        let date = i8::try_from(day).ok().and_then(|day| Date::new(first.year(), first.month(), day).ok());
        let date = date.ok_or_else(|| wrong(format!("{} has {days} days", first.strftime("%B %Y"))))?;
        let Some(time) = time else { return Ok(Self::Local(Local::Day(date))) };
        if time.contains(['Z', 'z', '+', '-', '[']) {
            return instant(text, time).map(Self::Instant).map_err(wrong);
        }
        of_day(date, time).map(Self::Local).ok_or_else(|| wrong(format!("`{time}` is no time of day like 11:02")))
    }
}

/// The number that two or four digits spell.
fn two_or_four(digits: &str) -> Option<i16> {
    let plain = matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

fn month_of(year: i16, month: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, 1).ok()
}

/// The instant that a whole text with an offset names.
fn instant(text: &str, time: &str) -> Result<Timestamp, String> {
    let read = if time.contains('[') {
        text.parse::<jiff::Zoned>().map(|zoned| zoned.timestamp())
    } else {
        text.parse::<Timestamp>()
    };
    read.map_err(|_| "write an instant as 2026-07-20T11:02:00+02:00".to_owned())
}

/// `11`, `11:02` or `11:02:30` on `date`.
fn of_day(date: Date, time: &str) -> Option<Local> {
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let parts: Vec<&str> = clock.split(':').collect();
    let digits = |text: &&str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let odd_fraction = fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(digits) || odd_fraction || (clock != time && parts.len() != 3) {
        return None;
    }
    let part = |index: usize| parts.get(index).map_or(Some(0), |text| text.parse::<i8>().ok());
    // A leap second is the last second of its minute: no zone database has more.
    let second = if part(2)? == 60 { 59 } else { part(2)? };
    let at = date.to_datetime(Time::new(part(0)?, part(1)?, second, 0).ok()?);
    match parts.len() {
        1 => Some(Local::Hour(at)),
        2 => Some(Local::Minute(at)),
        3 => Some(Local::Second(at)),
        _ => None,
    }
}

impl Local {
    fn in_clock(self, text: &str, clock: &Clock) -> Result<When, WhenError> {
        if let Some(zone) = &clock.zone {
            return self.in_zone(text, clock.now, zone);
        }
        let mut readings = Vec::new();
        for (zone, source) in [(&TimeZone::UTC, ZoneSource::Universal), (&(clock.machine)(), ZoneSource::Machine)] {
            let range = match self.in_zone(text, clock.now, zone) {
                Ok(When::At(instant)) => (instant, instant),
                Ok(When::During(window)) => (window.start, window.end),
                // What the zone's clocks never showed, or showed twice, is no reading to offer.
                _ => continue,
            };
            let zone = zone_name(zone);
            // A machine that is set to universal time has no other reading to offer.
            let is_universal = source == ZoneSource::Machine && (zone == "UTC" || zone.starts_with("Etc/U"));
            if !is_universal {
                readings.push(Reading { zone, source, range });
            }
        }
        Err(WhenError::NoZone { text: text.to_owned(), readings })
    }

    fn in_zone(self, text: &str, now: Timestamp, zone: &TimeZone) -> Result<When, WhenError> {
        let too_far = || WhenError::TooFar(text.to_owned());
        let midnight = |date: Date| zone.to_zoned(date.at(0, 0, 0, 0)).map(|zoned| zoned.timestamp());
        let window = |start, end, unit| When::During(Window { start, end, unit, zone: zone.clone() });
        match self {
            Self::DaysAgo(span) => {
                let today = now.to_zoned(zone.clone()).date();
                let day = today.checked_sub(span).map_err(|_| too_far())?;
                Self::Day(day).in_zone(text, now, zone)
            }
            Self::Month(first) => {
                let next = first.checked_add(1.month()).map_err(|_| too_far())?;
                let (start, end) = (midnight(first).map_err(|_| too_far())?, midnight(next).map_err(|_| too_far())?);
                Ok(window(start, end, Unit::Month))
            }
            Self::Day(day) => {
                let next = day.tomorrow().map_err(|_| too_far())?;
                let (start, end) = (midnight(day).map_err(|_| too_far())?, midnight(next).map_err(|_| too_far())?);
                Ok(window(start, end, Unit::Day))
            }
            Self::Hour(at) => {
                let start = exact(at, zone, text)?;
                Ok(window(start, start.checked_add(1.hour()).map_err(|_| too_far())?, Unit::Hour))
            }
            Self::Minute(at) => {
                let start = exact(at, zone, text)?;
                Ok(window(start, start.checked_add(1.minute()).map_err(|_| too_far())?, Unit::Minute))
            }
            Self::Second(at) => exact(at, zone, text).map(When::At),
        }
    }
}

/// The one instant at which the clocks of `zone` showed `at`.
fn exact(at: DateTime, zone: &TimeZone, text: &str) -> Result<Timestamp, WhenError> {
    let ambiguous = zone.to_ambiguous_timestamp(at);
    let local = || at.strftime("%Y-%m-%d %H:%M").to_string();
    let shown = |offset: Offset| format!("{}{offset}", at.strftime("%Y-%m-%dT%H:%M"));
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => {
            offset.to_timestamp(at).map_err(|_| WhenError::TooFar(text.to_owned()))
        }
        AmbiguousOffset::Fold { before, after } => {
            Err(WhenError::Twice { local: local(), zone: zone_name(zone), first: shown(before), second: shown(after) })
        }
        AmbiguousOffset::Gap { before, after } => {
            // The new offset read an hour early gives an instant just before the change.
            let early = after.to_timestamp(at).map_err(|_| WhenError::TooFar(text.to_owned()))?;
            let change = zone.following(early).next().map(|transition| transition.timestamp());
            let clock = |offset: Offset| {
                change.map_or_else(String::new, |change| offset.to_datetime(change).strftime("%H:%M").to_string())
            };
            Err(WhenError::Never { local: local(), zone: zone_name(zone), from: clock(before), to: clock(after) })
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (start, end) = self.range;
        write!(f, "{start}")?;
        if start == end { Ok(()) } else { write!(f, " to {end}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: Option<&str>) -> Clock {
        Clock {
            now: "2026-07-22T08:30:00Z".parse().expect("an instant"),
            zone: zone.map(|name| super::zone(name).expect("a zone")),
            machine: || super::zone("America/New_York").expect("a zone"),
        }
    }

    /// What `text` means in Berlin, as instants in UTC.
    fn berlin(text: &str) -> String {
        match parse(text, &clock(Some("Europe/Berlin"))) {
            Ok(When::At(instant)) => instant.to_string(),
            Ok(When::During(window)) => {
                let hours = (window.end.as_second() - window.start.as_second()) / 3600;
                format!("{} {} {hours} h", window.start, window.end)
            }
            Ok(When::Revision(name)) => format!("revision {name}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn times_are_read() {
        for (text, meaning) in [
            ("2026-07-20T11:02:00Z", "2026-07-20T11:02:00Z"),
            ("2026-07-20T11:02:00+02:00", "2026-07-20T09:02:00Z"),
            ("2026-07-20 11:02:00.5+02:00", "2026-07-20T09:02:00.5Z"),
            ("2026-10-25T02:30+02:00", "2026-10-25T00:30:00Z"),
            ("2026-07-20T11:02:00+02:00[Europe/Berlin]", "2026-07-20T09:02:00Z"),
            ("2026-07-20T11:02:30", "2026-07-20T09:02:30Z"),
            ("2026-07-20T11:02", "2026-07-20T09:02:00Z 2026-07-20T09:03:00Z 0 h"),
            ("2026-07-20 11", "2026-07-20T09:00:00Z 2026-07-20T10:00:00Z 1 h"),
            ("2026-07-20", "2026-07-19T22:00:00Z 2026-07-20T22:00:00Z 24 h"),
            ("2026-03-29", "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z 23 h"),
            ("2026-10-25", "2026-10-24T22:00:00Z 2026-10-25T23:00:00Z 25 h"),
            ("2028-02-29", "2028-02-28T23:00:00Z 2028-02-29T23:00:00Z 24 h"),
            ("2026-02", "2026-01-31T23:00:00Z 2026-02-28T23:00:00Z 672 h"),
            ("now", "2026-07-22T08:30:00Z"),
            ("3 hours ago", "2026-07-22T05:30:00Z"),
            ("today", "2026-07-21T22:00:00Z 2026-07-22T22:00:00Z 24 h"),
            ("Yesterday", "2026-07-20T22:00:00Z 2026-07-21T22:00:00Z 24 h"),
            ("2 days ago", "2026-07-19T22:00:00Z 2026-07-20T22:00:00Z 24 h"),
            ("a month ago", "2026-06-21T22:00:00Z 2026-06-22T22:00:00Z 24 h"),
        ] {
            assert_eq!(berlin(text), meaning, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_a_revision_or_a_mistake() {
        for (text, meaning) in [
            ("v1", "revision v1"),
            ("HEAD~2", "revision HEAD~2"),
            ("prompts/a@1.0.0", "revision prompts/a@1.0.0"),
            ("2026-release", "revision 2026-release"),
            ("long ago", "revision long ago"),
            ("2026-02-31", "`2026-02-31` is no date: February 2026 has 28 days"),
            ("2026-02-29", "`2026-02-29` is no date: February 2026 has 28 days"),
            ("2026-13", "`2026-13` is no date: there is no month 13"),
            ("2026-7-1", "`2026-7-1` is no date: write it as 2026-07-20, 2026-07, or 2026-07-20T11:02"),
            ("2026-07-20T25:00", "`2026-07-20T25:00` is no date: `25:00` is no time of day like 11:02"),
            ("2026-07-20T11:2", "`2026-07-20T11:2` is no date: `11:2` is no time of day like 11:02"),
            ("2026-07-20T25:00Z", "`2026-07-20T25:00Z` is no date: write an instant as 2026-07-20T11:02:00+02:00"),
            (
                "2026-10-25T02:30",
                "2026-10-25 02:30 came twice in Europe/Berlin, at 2026-10-25T02:30+02 and at 2026-10-25T02:30+01: the clock was put back",
            ),
            (
                "2026-03-29T02:30",
                "2026-03-29 02:30 never came in Europe/Berlin: the clock was put forward from 02:00 to 03:00",
            ),
            ("99999999999999999999 days ago", "`99999999999999999999 days ago` is further away than a calendar goes"),
        ] {
            assert_eq!(berlin(text), meaning, "{text}");
        }
    }

    #[test]
    fn a_date_without_a_zone_is_offered_in_both() {
        let Err(WhenError::NoZone { readings, .. }) = parse("2026-07-20", &clock(None)) else {
            panic!("it has no meaning")
        };
        let readings: Vec<String> = readings.iter().map(|reading| format!("{}: {reading}", reading.zone)).collect();
        assert_eq!(
            readings,
            [
                "UTC: 2026-07-20T00:00:00Z to 2026-07-21T00:00:00Z",
                "America/New_York: 2026-07-20T04:00:00Z to 2026-07-21T04:00:00Z"
            ]
        );
        assert!(matches!(parse("2026-07-20T11:02:00Z", &clock(None)), Ok(When::At(_))));
        assert!(matches!(parse("2 hours ago", &clock(None)), Ok(When::At(_))));
        assert!(matches!(parse("yesterday", &clock(None)), Err(WhenError::NoZone { .. })));
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_much(text in proptest::prelude::any::<String>(), date in "[0-9]{4}-[0-9TZ:+ \\[\\]-]{0,24}") {
            let _ = parse(&text, &clock(Some("Europe/Berlin")));
            let _ = parse(&date, &clock(Some("Europe/Berlin")));
        }
    }
}
