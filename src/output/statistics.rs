//! How often each rule found something, for people.

use std::io::{self, Write};

use super::summary::{Summary, count};
use super::table;

/// Writes one row for each rule that found something, the busiest first.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let mut rules: Vec<_> = summary.by_rule.iter().collect();
    rules.sort_by_key(|(rule, findings)| (std::cmp::Reverse(**findings), **rule));
    let rows: Vec<_> = rules
        .into_iter()
        .map(|(rule, &findings)| [format!("{:>8}", count(findings)), rule.code.to_owned(), rule.name.to_owned()])
        .collect();
    if rows.is_empty() { Ok(()) } else { table::write(out, ["FINDINGS", "CODE", "NAME"], &rows) }
}
