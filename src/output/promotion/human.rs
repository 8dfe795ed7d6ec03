//! A change of a route for people: what changes, the gates, what is so now, and what to do next.

use std::io::{self, Write};

use super::{Fate, Gates, Report, word};
use crate::output::printable::clean;
use crate::output::table;
use crate::promote::Gate;

/// Writes the report.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    for line in &report.plan.words {
        writeln!(out, "{}", clean(line))?;
    }
    if report.gates == Gates::Shown && !report.plan.gates.is_empty() {
        writeln!(out)?;
        write_gates(out, report)?;
        writeln!(out)?;
    }
    match report.fate {
        Fate::Idle => Ok(()),
        Fate::Shown => writeln!(out, "Nothing was written."),
        Fate::Refused => {
            let shut: Vec<&str> =
                report.plan.gates.iter().filter(|gate| !gate.is_open()).map(|gate| gate.name).collect();
            writeln!(out, "Refused by {}. Nothing was written.", shut.join(", "))
        }
        Fate::Committed { commit, branch, remote } => {
            write_serves(out, report, &format!("As of {} on {}", commit.short(), clean(branch)))?;
            let push = match remote {
                Some(remote) => format!(" Push it: git push {} {}", clean(remote), clean(branch)),
                None => String::new(),
            };
            writeln!(out, "Committed {} on {}.{push}", commit.short(), clean(branch))?;
            report.undo.map_or(Ok(()), |undo| writeln!(out, "Undo it: {}", clean(undo)))
        }
    }
}

/// Writes the table of all gates.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_gates(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    write_table(out, &report.plan.gates)
}

/// Writes a table of `gates`.
pub(in crate::output) fn write_table<'a>(
    out: &mut dyn Write,
    gates: impl IntoIterator<Item = &'a Gate>,
) -> io::Result<()> {
    let row = |gate: &Gate| [gate.name.to_owned(), word(gate.verdict).to_owned(), clean(&gate.why)];
    let rows: Vec<[String; 3]> = gates.into_iter().map(row).collect();
    table::write(out, ["GATE", "VERDICT", "WHY"], &rows)
}

fn write_serves(out: &mut dyn Write, report: &Report<'_>, moment: &str) -> io::Result<()> {
    let place = format!("{moment}, {}/{}", report.environment, report.route);
    match report.serves {
        [] => writeln!(out, "{place} serves nobody."),
        [only] => writeln!(out, "{place} serves {}", clean(only)),
        lines => {
            writeln!(out, "{place} serves:")?;
            lines.iter().try_for_each(|line| writeln!(out, "  {}", clean(line)))
        }
    }
}
