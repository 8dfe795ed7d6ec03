//! What a policy asks of promotions: bounds of metrics, approvals, time in the environment before, windows without any.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, SpanRelativeTo, Timestamp};

use super::items;
use crate::name::EnvName;
use crate::store::config::texts;
use crate::store::problem::{Problem, ProblemKind};
use crate::store::yaml::{EntryRef, Kind, NodeRef};
use crate::text::Spanned;

/// The part of a policy that is about promotions.
#[derive(Clone, Debug, Default)]
pub struct PromotionRules {
    /// `environments`: where it holds; the protected ones where it is not said.
    pub environments: Option<Vec<EnvName>>,
    /// `required_metrics`
    pub metrics: Vec<MetricBound>,
    /// `approvals`
    pub approvals: Option<Approvals>,
    /// `soak`: how long a release must have been in the environment before.
    pub soak: Option<Spanned<SignedDuration>>,
    /// `freeze`
    pub freeze: Vec<Freeze>,
}

/// A bound that a metric of the release must keep.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricBound {
    /// The metric.
    pub name: Spanned<String>,
    /// Its least value; a bare number is one.
    pub min: Option<f64>,
    /// Its greatest value.
    pub max: Option<f64>,
    /// The suite that it must be measured on, of any version where none is named.
    pub suite: Option<String>,
    /// Fewest samples.
    pub samples: Option<u64>,
}

/// How many people must agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approvals {
    /// How many.
    pub count: usize,
    /// Only these count; everybody but the author where there is none.
    pub from: Vec<String>,
}

/// A window in which nothing is promoted.
#[derive(Clone, Debug)]
pub struct Freeze {
    /// What it is called.
    pub name: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub window: Window,
    /// By which clock; the store's where it is not said.
    pub zone: Option<TimeZone>,
}

/// When a freeze holds, by the clock on the wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// Once: from a moment up to, and without, another.
    Once {
        /// Its first moment.
        from: DateTime,
        /// The first moment after it.
        until: DateTime,
    },
    /// Each week: on these days, between two times. One that ends before it starts goes on into the next day.
    Weekly {
        /// The days on which it starts.
        days: Vec<Weekday>,
        /// When it starts.
        from: Time,
        /// When it ends; `None` is the end of the day.
        until: Option<Time>,
    },
}

impl Window {
    /// Whether it holds at `moment`.
    pub fn has(&self, moment: DateTime) -> bool {
        match self {
            Self::Once { from, until } => *from <= moment && moment < *until,
            Self::Weekly { days, from, until } => {
                let (day, time) = (moment.date().weekday(), moment.time());
                let wraps = until.is_some_and(|until| until <= *from);
                let before_end = wraps || until.is_none_or(|until| time < until);
                let today = days.contains(&day) && *from <= time && before_end;
                let yesterday = wraps && days.contains(&day.previous()) && until.is_some_and(|until| time < until);
                today || yesterday
            }
        }
    }
}

impl Freeze {
    /// Whether it holds at `now`; `None` where neither it nor the store has a time zone.
    pub fn holds(&self, now: Timestamp, store_zone: Option<&TimeZone>) -> Option<bool> {
        let zone = self.zone.as_ref().or(store_zone)?;
        Some(self.window.has(zone.to_datetime(now)))
    }
}

impl PromotionRules {
    /// Reads the part of the policy at `root`. Wrong values are left out: the schema reports them, and this what is no
    /// name, no duration, no time and no zone.
    pub(super) fn read(root: NodeRef<'_>, problems: &mut Vec<Problem>) -> Self {
        let environments = root.get("environments").map(|node| {
            let names = texts(Some(node)).into_iter();
            names.filter_map(|name| parsed(&name, "no name of an environment", problems)).collect()
        });
        let metrics = root.get("required_metrics").into_iter().flat_map(NodeRef::entries);
        Self {
            environments,
            metrics: metrics.filter_map(|entry| read_metric(&entry)).collect(),
            approvals: root.get("approvals").and_then(read_approvals),
            soak: root.get("soak").and_then(|node| read_soak(node, problems)),
            freeze: items(root, "freeze").filter_map(|node| read_freeze(node, problems)).collect(),
        }
    }
}

fn parsed<T: std::str::FromStr>(text: &Spanned<String>, what: &str, problems: &mut Vec<Problem>) -> Option<T> {
    let value = text.value.trim().parse().ok();
    if value.is_none() {
        problems.push(Problem::new(ProblemKind::WrongShape, text.span, format!("`{}` is {what}", text.value)));
    }
    value
}

fn read_metric(entry: &EntryRef<'_>) -> Option<MetricBound> {
    let number = |key| entry.value.get(key).and_then(NodeRef::as_f64);
    let name = Spanned::new(entry.key.to_owned(), entry.key_span);
    if let Some(least) = entry.value.as_f64() {
        return Some(MetricBound { name, min: Some(least), max: None, suite: None, samples: None });
    }
    (entry.value.kind() == Kind::Mapping).then(|| MetricBound {
        name,
        min: number("min"),
        max: number("max"),
        suite: entry.value.get("suite").and_then(NodeRef::as_str).map(str::to_owned),
        samples: entry.value.get("samples").and_then(NodeRef::as_u64),
    })
}

fn read_approvals(node: NodeRef<'_>) -> Option<Approvals> {
    let count = node.as_u64().or_else(|| node.get("count")?.as_u64())?;
    let from = texts(node.get("from")).into_iter().map(|name| name.value).collect();
    Some(Approvals { count: usize::try_from(count).ok()?, from })
}

/// `24h`, `2 days`, `{days: 2, hours: 12}`; a day has 24 hours.
fn read_soak(node: NodeRef<'_>, problems: &mut Vec<Problem>) -> Option<Spanned<SignedDuration>> {
    let written = match node.kind() {
        Kind::Mapping => {
            let part = |entry: EntryRef<'_>| Some(format!("{} {}", entry.value.as_u64()?, entry.key));
            node.entries().filter_map(part).collect::<Vec<_>>().join(" ")
        }
        _ => node.as_str()?.to_owned(),
    };
    let span: jiff::Span = parsed(&Spanned::new(written, node.span()), "no duration like 24h or 2 days", problems)?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(Spanned::new(duration, node.span()))
}

fn read_freeze(node: NodeRef<'_>, problems: &mut Vec<Problem>) -> Option<Freeze> {
    let words = |key| node.get(key).and_then(|value| Some(Spanned::new(value.scalar()?.to_owned(), value.span())));
    let word = |key| words(key).map(|text: Spanned<String>| text.value);
    let zone = words("timezone").and_then(|name| {
        let zone = TimeZone::get(&name.value).ok();
        if zone.is_none() {
            let message = format!("`{}` is no time zone of the IANA database", name.value);
            problems.push(Problem::new(ProblemKind::WrongShape, name.span, message));
        }
        zone
    });
    let window = match node.get("days") {
        Some(days) => {
            let days = texts(Some(days));
            let days = days.iter().filter_map(|day| read_day(day, problems)).collect();
            let from = match words("from") {
                Some(from) => parsed(&from, "no time of day like 16:00", problems)?,
                None => Time::midnight(),
            };
            let until = match words("until").filter(|until| until.value != "24:00") {
                Some(until) => Some(parsed(&until, "no time of day like 16:00", problems)?),
                None => None,
            };
            Window::Weekly { days, from, until }
        }
        None => Window::Once {
            from: read_moment(&words("from")?, Edge::Start, problems)?,
            until: read_moment(&words("until")?, Edge::End, problems)?,
        },
    };
    Some(Freeze { name: word("name"), reason: word("reason"), window, zone })
}

fn read_day(day: &Spanned<String>, problems: &mut Vec<Problem>) -> Option<Weekday> {
    const DAYS: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let written = day.value.to_ascii_lowercase();
    let known = DAYS.iter().find(|(name, _)| written.len() >= 3 && name.starts_with(&written));
    if known.is_none() {
        let message = format!("`{}` is no day of the week", day.value);
        problems.push(Problem::new(ProblemKind::WrongShape, day.span, message));
    }
    known.map(|(_, day)| *day)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
}

/// A date and time; a date alone is its first moment, or, at the end of a window, the first one of the day after it.
fn read_moment(text: &Spanned<String>, edge: Edge, problems: &mut Vec<Problem>) -> Option<DateTime> {
    if let Ok(date) = text.value.parse::<Date>().map_err(drop).and_then(|date| {
        let is_date = text.value.trim().len() == "2026-07-20".len();
        if is_date { Ok(date) } else { Err(()) }
    }) {
        let date = if edge == Edge::End { date.tomorrow().ok()? } else { date };
        return Some(date.to_datetime(Time::midnight()));
    }
    parsed(text, "no date like 2026-12-20 and no moment like 2026-12-20T16:00", problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::yaml::{Limits, parse};

    fn read(source: &str) -> (PromotionRules, Vec<String>) {
        let (yaml, _) = parse(source, 0, Limits::default());
        let mut problems = Vec::new();
        let rules = PromotionRules::read(yaml.root().expect("it has a root"), &mut problems);
        (rules, problems.into_iter().map(|problem| problem.message).collect())
    }

    #[test]
    fn what_promotions_need_is_read() {
        let (rules, problems) = read(
            "environments: [production]\nrequired_metrics: {accuracy: 0.9, latency: {max: 2.5, suite: suites/a, samples: 100}}\n\
             approvals: {count: 2, from: ['@leads']}\nsoak: {days: 1, hours: 12}\n",
        );
        assert_eq!(problems, [""; 0]);
        assert_eq!(rules.environments.map(|names| names.len()), Some(1));
        assert_eq!(
            (rules.metrics[0].min, rules.metrics[1].max, rules.metrics[1].samples),
            (Some(0.9), Some(2.5), Some(100))
        );
        assert_eq!(rules.approvals, Some(Approvals { count: 2, from: vec!["@leads".to_owned()] }));
        assert_eq!(rules.soak.map(|soak| soak.value), Some(SignedDuration::from_hours(36)));
        assert_eq!(read("soak: 2 days\n").0.soak.map(|soak| soak.value), Some(SignedDuration::from_hours(48)));
    }

    #[test]
    fn what_is_none_is_a_problem() {
        let (rules, problems) = read(
            "environments: [Production]\nsoak: soon\nfreeze: [{from: 2026-02-31, until: 2026-03-01}, {days: [fri, frid, xmas], until: noon}, \
             {from: 2026-12-20, until: 2026-12-24, timezone: Mars/Base}]\n",
        );
        assert_eq!(
            problems,
            [
                "`Production` is no name of an environment",
                "`soon` is no duration like 24h or 2 days",
                "`2026-02-31` is no date like 2026-12-20 and no moment like 2026-12-20T16:00",
                "`xmas` is no day of the week",
                "`noon` is no time of day like 16:00",
                "`Mars/Base` is no time zone of the IANA database"
            ]
        );
        assert_eq!(rules.freeze.len(), 1);
    }

    #[test]
    fn a_window_holds_by_the_clock_on_the_wall() {
        let holds = |window: &str, now: &str| {
            let (rules, problems) = read(&format!("freeze: [{{{window}, timezone: Europe/Berlin}}]\n"));
            assert_eq!(problems, [""; 0]);
            rules.freeze[0].holds(now.parse().expect("a moment"), None).expect("it has a zone")
        };
        for (window, now, expected) in [
            ("from: 2026-12-20, until: 2026-12-24", "2026-12-19T22:59:59Z", false),
            ("from: 2026-12-20, until: 2026-12-24", "2026-12-19T23:00:00Z", true),
            ("from: 2026-12-20, until: 2026-12-24", "2026-12-24T22:59:59Z", true),
            ("from: 2026-12-20, until: 2026-12-24", "2026-12-24T23:00:00Z", false),
            ("from: 2026-12-20T16:00, until: 2026-12-20T18:00", "2026-12-20T15:30:00Z", true),
            ("days: [fri], from: '16:00'", "2026-11-20T14:59:00Z", false),
            ("days: [fri], from: '16:00'", "2026-11-20T15:00:00Z", true),
            ("days: [fri], from: '16:00', until: '24:00'", "2026-11-20T23:00:00Z", false),
            ("days: [fri], from: '22:00', until: '06:00'", "2026-11-21T04:59:00Z", true),
            ("days: [fri], from: '22:00', until: '06:00'", "2026-11-21T05:00:00Z", false),
            ("days: [sat, sun]", "2026-11-22T12:00:00Z", true),
            // The clocks went back on 25 October 2026: 02:30 was there twice.
            ("days: [sun], from: '02:00', until: '03:00'", "2026-10-25T00:30:00Z", true),
            ("days: [sun], from: '02:00', until: '03:00'", "2026-10-25T01:30:00Z", true),
            ("days: [sun], from: '02:00', until: '03:00'", "2026-10-25T02:00:00Z", false),
        ] {
            assert_eq!(holds(window, now), expected, "{window} at {now}");
        }
        let (rules, _) = read("freeze: [{from: 2026-12-20, until: 2026-12-24}]\n");
        let now = "2026-12-21T00:00:00Z".parse().expect("a moment");
        assert_eq!(rules.freeze[0].holds(now, None), None);
        assert_eq!(rules.freeze[0].holds(now, Some(&TimeZone::UTC)), Some(true));
    }
}
