//! Answers about the past: for people, as a timeline, and for programs. What several of these say is said here.

pub mod answer;
pub mod json;
pub mod lines;
pub mod markdown;
pub mod story;
pub mod svg;
pub mod table_csv;
pub mod timeline;

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Screen;
use super::printable::clean;
use super::style;
use crate::diagnostic::Severity;
use crate::history::answer::{Answer, Evidence, Live, Segment, ServedPin, Subject};
use crate::history::hazard::Hazard;
use crate::history::made::Made;
use crate::history::state::Difference;
use crate::release::record::Metric;

/// How instants are shown.
#[derive(Clone, Debug)]
pub struct Times {
    /// In which zone.
    pub zone: TimeZone,
    /// The present, in seconds since 1970.
    pub now: i64,
}

impl Times {
    fn format(&self, seconds: i64, pattern: &str) -> String {
        instant(seconds).to_zoned(self.zone.clone()).strftime(pattern).to_string()
    }

    /// `2026-07-20 11:02`, with seconds where there are some.
    pub fn full(&self, seconds: i64) -> String {
        let pattern = if seconds.rem_euclid(60) == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
        self.format(seconds, pattern)
    }

    /// `2026-07-20`
    pub fn date(&self, seconds: i64) -> String {
        self.format(seconds, "%Y-%m-%d")
    }

    /// The name of the zone.
    pub fn zone_name(&self) -> String {
        crate::when::zone_name(&self.zone)
    }
}

/// The instant; the calendar's first or last where it has none so far away.
pub(in crate::output) fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// A length of time in its two largest units: `7 d 5 h`.
pub(in crate::output) fn duration(seconds: i64) -> String {
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];
    let mut rest = seconds.max(0);
    let mut parts: Vec<String> = Vec::new();
    for (name, length) in units {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count} {name}"));
        } else if !parts.is_empty() {
            break;
        }
        // A year's hours, and an hour's seconds, say nothing.
        if parts.len() == 2 || (name == "d" && count >= 60) {
            break;
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

/// `support-answer in production`, or the file.
pub(super) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Route { environment, route } => format!("{route} in {environment}"),
        Subject::File(path) => path.to_string(),
    }
}

/// `by Ann Lee in 4c1d9ab 'Start 1.4.0 at 5 %' (#412), approved by R. Ortiz`
pub(super) fn by(made: &Made) -> String {
    let mut text = format!("by {} in {}", clean(&made.commit.author.name), made.commit.id.short());
    let title = clean(made.title());
    if !title.is_empty() {
        text.push_str(&format!(" '{title}'"));
    }
    if let Some(number) = made.pull_request {
        text.push_str(&format!(" (#{number})"));
    }
    let (author, committer) = (&made.commit.author, &made.commit.committer);
    // The forge's own account commits every merge that is made there.
    if author.name != committer.name && committer.name != "GitHub" {
        text.push_str(&format!(", committed by {}", clean(&committer.name)));
    }
    if !made.approvers.is_empty() {
        let approvers: Vec<String> = made.approvers.iter().map(|approver| clean(nameless(approver))).collect();
        text.push_str(&format!(", approved by {}", approvers.join(", ")));
    }
    text
}

/// `R. Ortiz` of `R. Ortiz <ortiz@example.com>`; the address where that is all.
fn nameless(approver: &str) -> &str {
    let name = approver.split('<').next().unwrap_or_default().trim();
    if name.is_empty() { approver } else { name }
}

/// `hallucination_rate 0.021 (n=400, suites/support@1.1.0), was 0.034`
pub(super) fn metric(metric: &Metric, was: Option<&str>) -> String {
    let mut text = format!("{} {}", clean(&metric.name), metric.value);
    let details: Vec<String> =
        metric.n.map(|n| format!("n={n}")).into_iter().chain(metric.suite.as_deref().map(clean)).collect();
    if !details.is_empty() {
        text.push_str(&format!(" ({})", details.join(", ")));
    }
    if let Some(was) = was {
        text.push_str(&format!(", was {was}"));
    }
    text
}

/// The metrics that `pin`'s tag records, each with what it was for the release before.
pub(super) fn metrics(pin: &ServedPin) -> Vec<String> {
    let recorded = pin.record.iter().flat_map(|record| &record.metrics);
    recorded.map(|it| metric(it, pin.before.as_ref().and_then(|before| before.value_of(it)))).collect()
}

/// What a segment without variants says.
pub(super) fn word(live: &Live) -> &'static str {
    match live {
        Live::Unknown => "not known: this clone lacks that part of the history",
        Live::NotDeployed => "not deployed",
        Live::Removed => "removed",
        Live::Illegible => "a file that cannot be read",
        Live::Disabled => "disabled",
        Live::Serving(_) => "no variant has traffic",
        Live::Content { .. } => "content",
    }
}

/// In what a segment differs from the one before it, a line each: a variant that comes or goes is one.
pub(super) fn changes(segment: &Segment) -> Vec<String> {
    let mut lines = Vec::new();
    for of_variant in segment.changes.chunk_by(|one, other| one.variant == other.variant) {
        let variant = of_variant.first().and_then(|change| change.variant.as_deref());
        let sides = |side: fn(&Difference) -> Option<&str>| of_variant.iter().map(side).collect::<Option<Vec<&str>>>();
        let (from, to) = (sides(|change| change.from.as_deref()), sides(|change| change.to.as_deref()));
        let absent = |side: fn(&Difference) -> bool| of_variant.len() > 1 && of_variant.iter().all(side);
        match (variant, from, to) {
            (Some(variant), None, Some(to)) if absent(|change| change.from.is_none()) => {
                lines.push(format!("{variant} begins: {}", to.join(", ")));
            }
            (Some(variant), Some(from), None) if absent(|change| change.to.is_none()) => {
                lines.push(format!("{variant} ends: {}", from.join(", ")));
            }
            _ => lines.extend(of_variant.iter().map(ToString::to_string)),
        }
    }
    lines.iter().map(|line| clean(line)).collect()
}

/// The word for a segment's state in machine formats.
pub(super) fn code(live: &Live) -> &'static str {
    match live {
        Live::Unknown => "unknown",
        Live::NotDeployed => "not-deployed",
        Live::Removed => "removed",
        Live::Illegible => "illegible",
        Live::Disabled => "disabled",
        Live::Serving(_) => "serving",
        Live::Content { .. } => "content",
    }
}

/// `intended state (no deploy receipts for production) · 2 intervals · history complete to 2024-02-11`
pub(super) fn summary(answers: &[Answer], times: &Times) -> String {
    let Some(first) = answers.first() else { return String::new() };
    let mut parts = vec![match (&first.evidence, &first.subject) {
        (Evidence::Observed(receipt), _) if receipt.signed => "observed and signed".to_owned(),
        (Evidence::Observed(_), _) => "observed".to_owned(),
        (Evidence::Intended, Subject::Route { .. }) if answers.iter().any(|answer| !answer.observed.is_empty()) => {
            "intended state, observed only in part".to_owned()
        }
        (Evidence::Intended, Subject::Route { .. }) => {
            let mut names: Vec<&str> = answers.iter().filter_map(environment).collect();
            names.dedup();
            format!("intended state (no deploy receipts for {})", names.join(", "))
        }
        (Evidence::Intended, Subject::File(_)) => format!("content on {}", clean(&first.source.branch)),
    }];
    if answers.len() > 1 {
        parts.push(format!("{} routes", answers.len()));
    }
    let count: usize = answers.iter().map(|answer| answer.segments.len()).sum();
    parts.push(if count == 1 { "1 interval".to_owned() } else { format!("{count} intervals") });
    if let Some(since) = first.source.since {
        let known = if first.source.complete { "history complete to" } else { "history known from" };
        parts.push(format!("{known} {}", times.date(since)));
    }
    parts.join(" · ")
}

fn environment(answer: &Answer) -> Option<&str> {
    match &answer.subject {
        Subject::Route { environment, .. } => Some(environment.as_str()),
        Subject::File(_) => None,
    }
}

/// Writes what the answers have to be read with, each once.
pub(super) fn write_hazards(out: &mut dyn Write, answers: &[Answer], times: &Times, screen: &Screen) -> io::Result<()> {
    let mut hazards: Vec<&Hazard> = answers.iter().flat_map(|answer| &answer.hazards).collect();
    hazards.sort();
    hazards.dedup();
    for hazard in &hazards {
        let word = screen.colour.paint(style::of_severity(Severity::Warning), "hazard");
        let help = hazard.help().map_or_else(String::new, |help| format!("; {help}"));
        writeln!(out, "{word}: {}{help}", clean(&hazard.message(|seconds| times.full(seconds))))?;
    }
    if hazards.is_empty() { Ok(()) } else { writeln!(out) }
}

/// The releases of a segment's variants, for formats that have a line for each.
pub(super) fn served(segment: &Segment) -> &[crate::history::answer::Served] {
    match &segment.live {
        Live::Serving(served) => served,
        _ => &[],
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_two_units() {
        for (seconds, text) in
            [(0, "0 s"), (59, "59 s"), (3_600, "1 h"), (90_061, "1 d 1 h"), (86_460, "1 d"), (5_400_000, "62 d")]
        {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn approvers_are_named() {
        assert_eq!(
            ["R. Ortiz <r@example.com>", "R. Ortiz", "<r@example.com>"].map(nameless),
            ["R. Ortiz", "R. Ortiz", "<r@example.com>"]
        );
    }
}
