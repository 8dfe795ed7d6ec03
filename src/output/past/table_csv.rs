//! Answers about the past as a table for spreadsheets: a line for each release of each variant in each stretch of time.

use std::io::{self, Write};

use super::{code, instant, served};
use crate::history::answer::{Answer, Live, Segment, Subject};

const HEADER: [&str; 16] = [
    "environment",
    "route",
    "file",
    "start",
    "end",
    "since",
    "until",
    "state",
    "variant",
    "traffic_percent",
    "dimension",
    "release",
    "digest",
    "commit",
    "author",
    "pull_request",
];

/// Writes the table with its header. Times are RFC 3339 in UTC.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, answers: &[Answer]) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(HEADER)?;
    for answer in answers {
        for segment in &answer.segments {
            for row in rows(answer, segment) {
                table.write_record(row.map(|cell| quoted(&cell)))?;
            }
        }
    }
    table.flush()
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

fn rows(answer: &Answer, segment: &Segment) -> Vec<[String; 16]> {
    let (environment, route, file) = match (&answer.subject, &segment.live) {
        (Subject::Route { environment, route }, _) => (environment.to_string(), route.to_string(), String::new()),
        (Subject::File(_), Live::Content { path, .. }) | (Subject::File(path), _) => {
            (String::new(), String::new(), path.to_string())
        }
    };
    let time = |seconds: Option<i64>| seconds.map_or_else(String::new, |seconds| instant(seconds).to_string());
    let made = segment.made.as_ref();
    let row = |variant: &str, traffic: String, dimension: &str, release: String, digest: String| {
        [
            environment.clone(),
            route.clone(),
            file.clone(),
            time(segment.start),
            time(segment.end),
            time(segment.since),
            time(segment.until),
            code(&segment.live).to_owned(),
            variant.to_owned(),
            traffic,
            dimension.to_owned(),
            release,
            digest,
            made.map_or_else(String::new, |made| made.commit.id.to_string()),
            made.map_or_else(String::new, |made| made.commit.author.name.clone()),
            made.and_then(|made| made.pull_request).map_or_else(String::new, |number| number.to_string()),
        ]
    };
    if let Live::Content { blob, .. } = &segment.live {
        return vec![row("", String::new(), "", String::new(), blob.to_string())];
    }
    let mut rows = Vec::new();
    for served in served(segment) {
        let traffic = || served.share.to_string();
        for pin in &served.pins {
            let digest = pin.digest.map_or_else(String::new, |digest| digest.to_string());
            rows.push(row(&served.variant, traffic(), pin.dimension.as_str(), pin.release.to_string(), digest));
        }
        if served.pins.is_empty() {
            rows.push(row(&served.variant, traffic(), "", String::new(), String::new()));
        }
    }
    if rows.is_empty() {
        rows.push(row("", String::new(), "", String::new(), String::new()));
    }
    rows
}
