//! Metrics over releases, as tables for people.

use std::io::{self, Write};

use super::printable::clean;
use super::table;
use crate::changelog::day;
use crate::metrics::{Difference, Point, Series, Verdict};

/// The steps of a sparkline.
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// What stands where nothing is known.
const UNKNOWN: &str = "-";

/// Writes for each metric a line with its course, and a table of its releases.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, all: &[Series]) -> io::Result<()> {
    for (at, series) in all.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let (Some(first), Some(last)) = (series.points.first(), series.points.last()) else { continue };
        let (name, artifact) = (clean(&series.name), &series.artifact);
        let (from, to) = (&first.metric.value, &last.metric.value);
        writeln!(out, "{name} of {artifact}  {}  {from} → {to}\n", sparkline(series))?;
        let rows: Vec<[String; 6]> = series.points.iter().map(|point| row(point, series)).collect();
        table::write(out, ["RELEASE", "DATE", "VALUE", "SAMPLES", "95 % INTERVAL", "SUITE"], &rows)?;
    }
    Ok(())
}

fn row(point: &Point, series: &Series) -> [String; 6] {
    let unknown = || UNKNOWN.to_owned();
    let interval = point.share().map(|share| {
        let (low, high) = share.interval();
        format!("{low:.4} to {high:.4}")
    });
    let release = &point.release;
    [
        if release.artifact == series.artifact { release.version.to_string() } else { release.to_string() },
        point.when.map_or_else(unknown, day),
        point.metric.value.clone(),
        point.metric.n.map_or_else(unknown, |n| n.to_string()),
        interval.unwrap_or_else(unknown),
        point.metric.suite.as_deref().map_or_else(unknown, clean),
    ]
}

/// Writes what happened to a metric between each two releases that have it.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_differences(out: &mut dyn Write, differences: &[Difference<'_>]) -> io::Result<()> {
    let row = |difference: &Difference<'_>| {
        let (before, after) = (difference.before, difference.after);
        [
            before.release.artifact.to_string(),
            format!("{} → {}", before.release.version, after.release.version),
            format!("{} → {}", before.metric.value, after.metric.value),
            format!("{} → {}", samples(before), samples(after)),
            verdict(difference.verdict),
        ]
    };
    let rows: Vec<[String; 5]> = differences.iter().map(row).collect();
    table::write(out, ["ARTIFACT", "RELEASES", "VALUE", "SAMPLES", "WHAT THE SAMPLES SAY"], &rows)
}

fn samples(point: &Point) -> String {
    point.metric.n.map_or_else(|| UNKNOWN.to_owned(), |n| n.to_string())
}

fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Same => "the same".to_owned(),
        Verdict::Moved(chance) => format!("moved (p {})", probability(chance)),
        Verdict::Undecided(chance) => format!("may be chance (p {})", probability(chance)),
        Verdict::Unknown(obstacle) => format!("cannot be judged: {obstacle}"),
    }
}

/// `= 0.013`, `< 0.001`
fn probability(chance: f64) -> String {
    if chance < 0.001 { "< 0.001".to_owned() } else { format!("= {chance:.3}") }
}

/// The course of a series from its lowest to its highest value; a flat one runs in the middle.
fn sparkline(series: &Series) -> String {
    let values = || series.points.iter().map(|point| point.value);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    // Halved, so that the largest numbers have a difference.
    let range = high / 2.0 - low / 2.0;
    let step = |value: f64| {
        let place = if range > 0.0 { (value / 2.0 - low / 2.0) / range } else { 0.5 };
        STEPS[((place * 7.0).round() as usize).min(7)]
    };
    values().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::record::Metric;

    fn course(values: &[&str]) -> String {
        let points = values.iter().map(|value| Point {
            release: "a@1.0.0".parse().expect("a release"),
            when: None,
            metric: Metric::new("m", value, None, None).expect("a metric"),
            value: value.parse().expect("a number"),
        });
        let artifact = crate::name::ArtifactId::from_pattern("a");
        sparkline(&Series { artifact, name: "m".to_owned(), points: points.collect() })
    }

    #[test]
    fn a_course_goes_from_the_lowest_to_the_highest() {
        assert_eq!(course(&["0", "1", "0.5", "7", "3"]), "▁▂▂█▄");
        assert_eq!(course(&["2", "2"]), "▅▅");
        assert_eq!(course(&["-1.7e308", "1.7e308"]), "▁█");
        assert_eq!(course(&[]), "");
    }
}
