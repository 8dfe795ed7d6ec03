//! What was found out about releases, for people.

use std::io::{self, Write};

use super::printable::clean;
use super::style::{self, Colour};
use super::summary::{count, plural};
use crate::verify::{Finding, Report};

/// Gaps of one reason that are named; more are counted.
const MOST_NAMES: usize = 3;

/// Writes each finding, what could not be verified, and the sum.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, report: &Report, colour: Colour) -> io::Result<()> {
    for finding in &report.findings {
        write_finding(out, finding, colour)?;
    }
    write_gaps(out, report)?;
    writeln!(out, "{}", sum(report))
}

fn write_finding(out: &mut dyn Write, finding: &Finding, colour: Colour) -> io::Result<()> {
    let diagnostic = &finding.diagnostic;
    let word = format!("{}[{}]", diagnostic.severity, diagnostic.rule.code);
    let word = colour.paint(style::of_severity(diagnostic.severity), word);
    writeln!(out, "{word} {}: {}", colour.paint(style::STRONG, &finding.release), clean(&diagnostic.message))?;
    let bar = colour.paint(style::FRAME, "  =").to_string();
    diagnostic.notes.iter().try_for_each(|note| writeln!(out, "{bar} note: {}", clean(note)))?;
    diagnostic.help.iter().try_for_each(|help| writeln!(out, "{bar} help: {}", clean(help)))?;
    writeln!(out)
}

/// Releases that share a reason share a line.
fn write_gaps(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut by_reason: std::collections::BTreeMap<&str, Vec<String>> = std::collections::BTreeMap::new();
    for gap in &report.gaps {
        by_reason.entry(&gap.reason).or_default().push(gap.release.to_string());
    }
    for (reason, releases) in &by_reason {
        let named = releases.iter().take(MOST_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = releases.len().saturating_sub(MOST_NAMES);
        let more = if more > 0 { format!(" and {} more", count(more)) } else { String::new() };
        writeln!(out, "not verified: {named}{more}\n  {}\n", clean(reason))?;
    }
    Ok(())
}

/// `20,000 releases verified` or what is amiss.
pub fn sum(report: &Report) -> String {
    let all = plural(report.releases, "release");
    let mut parts = vec![match report.verified() {
        verified if verified == report.releases => format!("{all} verified"),
        verified => format!("{} of {all} verified", count(verified)),
    }];
    if let Some(signatures) = report.signatures {
        parts.push(format!("{} good", plural(signatures, "signature")));
    }
    if !report.findings.is_empty() {
        parts.push(plural(report.findings.len(), "finding"));
    }
    parts.join(" · ")
}
