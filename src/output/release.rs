//! A plan of releases for people: a table of the tags, and what became of them.

use std::io::{self, Write};

use super::table;
use crate::release::plan::{Current, Plan, Row, Where};
use crate::trailer::one_line;

/// How many reasons of one release are shown.
const MOST_REASONS: usize = 5;
/// How many names a sentence takes.
const MOST_NAMES: usize = 3;

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate<'a> {
    /// It was asked for alone.
    Shown,
    /// Something that was asked for by name is in the way of everything.
    Refused,
    /// The tags were made.
    Made,
    /// The tags were made and pushed to this remote.
    Pushed(&'a str),
}

/// Writes `plan`, for the branch that is checked out if one is.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, plan: &Plan, fate: Fate<'_>, branch: Option<&str>) -> io::Result<()> {
    if !plan.rows.is_empty() {
        let lines: Vec<[String; 7]> = plan.rows.iter().flat_map(lines).collect();
        table::write(out, ["ARTIFACT", "FROM", "TO", "BUMP", "COMMITS", "DIGEST", "WHY"], &lines)?;
    }
    for row in &plan.rows {
        if let Some(skipped) = &row.skipped {
            let release = &row.record.release;
            writeln!(
                out,
                "{}: {skipped} is taken on another line of history, so this is {}.",
                release.artifact, release.version
            )?;
        }
    }
    write_current(out, plan)?;
    if !plan.gone.is_empty() {
        let (verb, what) =
            if plan.gone.len() == 1 { ("is", "keeps its last release") } else { ("are", "keep their last releases") };
        let names = listed(plan.gone.iter().map(ToString::to_string));
        writeln!(out, "{} {verb} no longer in the store and {what}: {names}.", count(plan.gone.len(), "artifact"))?;
    }
    writeln!(out, "{}", closing(plan, fate, branch))
}

fn lines(row: &Row) -> Vec<[String; 7]> {
    let record = &row.record;
    let mut why: Vec<(String, String)> = Vec::new();
    match (record.bump, record.lowered_from) {
        (None, _) => why.push(("first".to_owned(), "first release".to_owned())),
        (Some(bump), Some(from)) => why.push((bump.to_string(), format!("lowered from {from} by --allow-lower"))),
        (Some(_), None) => {}
    }
    let reasons = record
        .reasons
        .iter()
        .take(MOST_REASONS)
        .map(|reason| (reason.bump.map(|bump| bump.to_string()).unwrap_or_default(), one_line(&reason.text)));
    why.extend(reasons);
    if record.reasons.len() > MOST_REASONS {
        why.push((String::new(), format!("and {} more", record.reasons.len() - MOST_REASONS)));
    }
    let from = record.previous.as_ref().map(|previous| {
        if previous.artifact == record.release.artifact { previous.version.to_string() } else { previous.to_string() }
    });
    let mut first = Some([
        row.artifact.id.to_string(),
        from.unwrap_or_else(|| "-".to_owned()),
        record.release.version.to_string(),
        row.commits.map_or_else(|| "-".to_owned(), |commits| commits.to_string()),
        record.digest.hex()[..12].to_owned(),
    ]);
    let line = |(bump, text): (String, String)| {
        let [artifact, from, to, commits, digest] = first.take().unwrap_or_default();
        [artifact, from, to, bump, commits, digest, text]
    };
    why.into_iter().map(line).collect()
}

fn write_current(out: &mut dyn Write, plan: &Plan) -> io::Result<()> {
    for Current { release, .. } in plan.current.iter().filter(|current| current.line == Where::Elsewhere) {
        writeln!(out, "{} is released as {} on another line of history.", release.artifact, release.version)?;
    }
    let here: Vec<&Current> = plan.current.iter().filter(|current| current.line == Where::Here).collect();
    match here.as_slice() {
        [] => Ok(()),
        [Current { release, .. }] => writeln!(out, "{} is already released as {}.", release.artifact, release.version),
        several => writeln!(out, "{} are already released as they are.", count(several.len(), "artifact")),
    }
}

fn closing(plan: &Plan, fate: Fate<'_>, branch: Option<&str>) -> String {
    let place = match branch {
        Some(branch) => format!("{} on {branch}", plan.commit.short()),
        None => plan.commit.short(),
    };
    if plan.rows.is_empty() {
        return match fate {
            Fate::Refused => "Nothing was written.".to_owned(),
            Fate::Pushed(remote) => format!("Nothing to release at {place}; the tags are on {remote}."),
            Fate::Shown | Fate::Made => format!("Nothing to release at {place}."),
        };
    }
    let tags = count(plan.rows.len(), "tag");
    let were = if plan.rows.len() == 1 { "was" } else { "were" };
    match fate {
        Fate::Shown | Fate::Refused => format!("{tags} would be made at {place}. Nothing was written."),
        Fate::Made => format!("{tags} {were} made at {place}, in this clone only: --push REMOTE publishes them."),
        Fate::Pushed(remote) => format!("{tags} {were} made at {place} and pushed to {remote}."),
    }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown = names.take(MOST_NAMES).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
