//! Metrics over releases as CSV (RFC 4180), with a header: one record a measure.

use std::io::{self, Write};

use crate::changelog::day;
use crate::metrics::Series;

/// Writes `all`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, all: &[Series]) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["artifact", "version", "date", "metric", "value", "n", "low", "high", "suite"])?;
    for series in all {
        for point in &series.points {
            let (low, high) = point.share().map(super::super::metrics::statistics::Share::interval).unzip();
            let number = |number: Option<f64>| number.map(|number| format!("{number:.6}")).unwrap_or_default();
            table.write_record([
                point.release.artifact.as_str(),
                &point.release.version.to_string(),
                &point.when.map(day).unwrap_or_default(),
                &series.name,
                &point.metric.value,
                &point.metric.n.map(|n| n.to_string()).unwrap_or_default(),
                &number(low),
                &number(high),
                point.metric.suite.as_deref().unwrap_or_default(),
            ])?;
        }
    }
    table.flush()
}
