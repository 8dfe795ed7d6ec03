//! A bundle as tables for people, and what differs in one.

use std::io::{self, Write};

use super::printable::clean;
use super::table;
use crate::bundle::verify::Difference;
use crate::bundle::{Bundle, Source};

/// Writes what `bundle` is of, its artifacts with version, digest and size in bytes, and its routes with their traffic.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, bundle: &Bundle) -> io::Result<()> {
    writeln!(out, "{}\n", heading(bundle))?;
    let rows: Vec<[String; 5]> = bundle
        .artifacts
        .values()
        .map(|entry| {
            [
                clean(entry.id.as_str()),
                entry.version.to_string(),
                entry.kind.to_string(),
                entry.digest.short(),
                entry.data.len().to_string(),
            ]
        })
        .collect();
    table::write(out, ["ARTIFACT", "VERSION", "KIND", "DIGEST", "BYTES"], &rows)?;
    if bundle.routes.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut rows: Vec<[String; 4]> = Vec::new();
    for (name, served) in &bundle.routes {
        for (variant, said) in &served.variants {
            let share = match () {
                () if !served.enabled => "off".to_owned(),
                () if served.shadow.contains(variant) => format!("{} %, shadow", said.traffic),
                () => format!("{} %", said.traffic),
            };
            let releases = said.releases.values().map(|release| clean(release));
            let releases = releases.collect::<Vec<_>>().join(", ");
            rows.push([name.to_string(), clean(variant), share, releases]);
        }
        if !served.fallback.is_empty() {
            let releases = clean(&served.fallback.join(", "));
            rows.push([name.to_string(), "(fallback)".to_owned(), String::new(), releases]);
        }
    }
    table::write(out, ["ROUTE", "VARIANT", "TRAFFIC", "RELEASES"], &rows)
}

fn heading(bundle: &Bundle) -> String {
    let what = match (&bundle.environment, &bundle.route) {
        (Some(environment), Some(route)) => format!("The route {route} of {environment}"),
        (Some(environment), None) => format!("The environment {environment}"),
        (None, _) if bundle.source == Source::Worktree => "Every artifact".to_owned(),
        (None, _) => "Releases".to_owned(),
    };
    let store = bundle.store.as_ref().map(|name| format!(" of {}", clean(name))).unwrap_or_default();
    match bundle.source {
        Source::Commit(commit) => format!("{what}{store} at the commit {commit}"),
        Source::Releases => format!("{what}{store}"),
        Source::Worktree => format!("{what}{store} in a worktree, not released"),
    }
}

/// Writes a line for each difference.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_differences(out: &mut dyn Write, differences: &[Difference]) -> io::Result<()> {
    for Difference { place, reason } in differences {
        writeln!(out, "{} {reason}", clean(place))?;
    }
    Ok(())
}
