//! The status as a table for people.

use std::io::{self, Write};

use super::{notes, traffic};
use crate::name::EnvName;
use crate::output::past::duration;
use crate::output::printable::clean;
use crate::output::summary::count;
use crate::output::table;
use crate::status::{EnvironmentStatus, HoldStatus, RouteStatus, Served, Status, Unreleased};

/// Artifacts without a release that are listed; the rest is counted.
const ROWS: usize = 20;

/// A line: environment, route, variant, traffic, release, since when, notes. What is the same as above is left out.
type Line = [String; 7];

/// Writes the status. `now` is the present, in seconds since 1970.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, status: &Status, now: i64) -> io::Result<()> {
    let of_environment = |environment| of_environment(environment, now);
    let lines: Vec<Line> = status.environments.iter().flat_map(of_environment).collect();
    if !lines.is_empty() {
        table::write(out, ["ENVIRONMENT", "ROUTE", "VARIANT", "TRAFFIC", "RELEASE", "FOR", "NOTES"], &lines)?;
    }
    let mut is_first = lines.is_empty();
    let mut gap = |out: &mut dyn Write| if std::mem::take(&mut is_first) { Ok(()) } else { writeln!(out) };
    let holds: Vec<[String; 3]> = status.environments.iter().flat_map(holds_of).collect();
    if !holds.is_empty() {
        gap(out)?;
        table::write(out, ["HELD BACK", "IN", "WHY"], &holds)?;
    }
    if !status.unreleased.is_empty() {
        gap(out)?;
        let rows: Vec<[String; 2]> = status.unreleased.iter().take(ROWS).map(unreleased).collect();
        table::write(out, ["UNRELEASED", "NEWEST RELEASE"], &rows)?;
        let more = status.unreleased.len().saturating_sub(ROWS);
        if more > 0 {
            writeln!(out, "… and {} more; --format json lists them", count(more))?;
        }
    }
    Ok(())
}

fn of_environment(environment: &EnvironmentStatus, now: i64) -> Vec<Line> {
    let upstream = environment.upstream.as_ref().map(EnvName::as_str);
    let mut lines: Vec<Line> = environment.routes.iter().flat_map(|route| of_route(route, upstream, now)).collect();
    if lines.is_empty() {
        let mut line = Line::default();
        line[1] = "no routes".to_owned();
        lines.push(line);
    }
    lines[0][0] = environment.name.to_string();
    lines
}

fn of_route(route: &RouteStatus, upstream: Option<&str>, now: i64) -> Vec<Line> {
    let width = route.variants.iter().map(|variant| traffic(variant, route.enabled).len()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for variant in &route.variants {
        let share = format!("{:>width$}", traffic(variant, route.enabled));
        lines.extend(of_variant(&clean(&variant.name), share, &variant.serves, upstream, now));
    }
    if !route.fallback.is_empty() {
        lines.extend(of_variant("fallback", String::new(), &route.fallback, upstream, now));
    }
    let Some(first) = lines.first_mut() else {
        let mut line = Line::default();
        (line[1], line[2]) = (route.name.to_string(), "no variants".to_owned());
        return vec![line];
    };
    first[1] = route.name.to_string();
    if let Some(upstream) = upstream.filter(|_| route.lacks_upstream) {
        first[6] = [format!("{upstream} has no such route"), std::mem::take(&mut first[6])].join("; ");
        first[6].truncate(first[6].trim_end_matches("; ").len());
    }
    lines
}

fn of_variant(name: &str, share: String, serves: &[Served], upstream: Option<&str>, now: i64) -> Vec<Line> {
    let (mut name, mut share) = (name.to_owned(), share);
    let mut lines = Vec::new();
    for served in serves {
        let notes = notes(served, upstream).join("; ");
        let since = served.since.map_or_else(String::new, |since| duration(now - since));
        let (name, share) = (std::mem::take(&mut name), std::mem::take(&mut share));
        lines.push([String::new(), String::new(), name, share, clean(&served.reference), since, notes]);
    }
    if serves.is_empty() {
        let (mut line, nothing) = (Line::default(), "nothing".to_owned());
        (line[2], line[3], line[4]) = (name, share, nothing);
        lines.push(line);
    }
    lines
}

fn holds_of(environment: &EnvironmentStatus) -> Vec<[String; 3]> {
    let holds = environment.routes.iter().flat_map(|route| route.holds.iter().map(move |hold| (route, hold)));
    let place = |route: &RouteStatus| format!("{}/{}", environment.name, route.name);
    holds.map(|(route, hold)| [hold.rejects.to_string(), place(route), why(hold)]).collect()
}

/// `rolled back: hallucinations, since 2026-07-20T10:12:00Z, by Ann Lee`
fn why(hold: &HoldStatus) -> String {
    let since = hold.since.as_ref().map(|since| format!("since {since}"));
    let by = hold.by.as_ref().map(|by| format!("by {by}"));
    let parts: Vec<String> = hold.reason.iter().cloned().chain(since).chain(by).collect();
    clean(&parts.join(", "))
}

fn unreleased(one: &Unreleased) -> [String; 2] {
    let newest = one.newest.as_ref().map_or_else(|| "none".to_owned(), |newest| newest.version.to_string());
    [clean(one.artifact.as_str()), newest]
}
