//! A changelog in Markdown, for people: breaking changes first.
//!
//! One artifact's has a heading for each release and each sort of change. A whole store's has one for each moment at which
//! something was released; artifacts that the same commits changed share an entry, so that a commit which changed two
//! hundred prompts is told once.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::markdown::{code, quiet};
use crate::changelog::link::Forge;
use crate::changelog::message::{Breaking, Sort};
use crate::changelog::{ArtifactLog, Change, Changelog, Released, Section, Standing, day};
use crate::contract::Bump;
use crate::name::CommitId;

/// Names in a heading; more are counted, and listed below it.
const MOST_NAMES: usize = 4;

/// Writes the changelog of the one artifact in `log`.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_artifact(
    out: &mut dyn Write,
    artifact: &ArtifactLog,
    log: &Changelog,
    forge: Option<&Forge>,
) -> io::Result<()> {
    writeln!(out, "# Changelog of {}", code(artifact.artifact.as_str()))?;
    for section in &artifact.sections {
        match &section.release {
            None => writeln!(out, "\n## Unreleased")?,
            Some(release) => {
                let former = if release.name.artifact == artifact.artifact {
                    String::new()
                } else {
                    format!(", as {}", code(release.name.artifact.as_str()))
                };
                writeln!(out, "\n## {}{former} — {}", release.name.version, day(release.when))?;
                write_notes(out, &release.notes)?;
            }
        }
        write_sorted(out, section, log, forge)?;
    }
    Ok(())
}

/// Writes the changelog of a whole store.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_store(out: &mut dyn Write, log: &Changelog, forge: Option<&Forge>) -> io::Result<()> {
    writeln!(out, "# Changelog")?;
    for moment in moments(log) {
        match moment.release {
            None => writeln!(out, "\n## Unreleased")?,
            Some(release) => {
                writeln!(out, "\n## {} — commit {}", day(release.when), commit(release.commit, forge))?;
            }
        }
        for (commits, sections) in &moment.entries {
            write_entry(out, commits, sections, log, forge)?;
        }
    }
    Ok(())
}

/// What was released at one commit.
struct Moment<'a> {
    /// One of its releases; `None` for what is unreleased.
    release: Option<&'a Released>,
    /// Sections by the commits that they have; the largest first.
    entries: Vec<(&'a [CommitId], Sections<'a>)>,
}

/// Sections with the artifacts that they are of.
type Sections<'a> = Vec<(&'a ArtifactLog, &'a Section)>;

fn moments(log: &Changelog) -> Vec<Moment<'_>> {
    type Entries<'a> = BTreeMap<&'a [CommitId], Sections<'a>>;
    let mut by_commit: BTreeMap<Option<CommitId>, (Option<&Released>, Entries<'_>)> = BTreeMap::new();
    for artifact in &log.artifacts {
        for section in &artifact.sections {
            let release = section.release.as_ref();
            let key = release.map(|release| release.commit);
            let (_, entries) = by_commit.entry(key).or_insert_with(|| (release, Entries::new()));
            entries.entry(section.commits.as_slice()).or_default().push((artifact, section));
        }
    }
    let mut moments: Vec<Moment<'_>> = by_commit
        .into_values()
        .map(|(release, entries)| {
            let mut entries: Vec<_> = entries.into_iter().collect();
            entries.sort_by_key(|(commits, sections)| {
                (commits.is_empty(), sections.first().map(|(log, _)| &log.artifact))
            });
            Moment { release, entries }
        })
        .collect();
    // The newest first, what is unreleased before it.
    moments.sort_by_key(|moment| std::cmp::Reverse(moment.release.map_or(usize::MAX, |release| release.position)));
    moments
}

fn write_entry(
    out: &mut dyn Write,
    commits: &[CommitId],
    sections: &[(&ArtifactLog, &Section)],
    log: &Changelog,
    forge: Option<&Forge>,
) -> io::Result<()> {
    let names: Vec<String> = sections
        .iter()
        .map(|(artifact, section)| match &section.release {
            Some(release) => format!("{} {}", code(release.name.artifact.as_str()), release.name.version),
            None if artifact.standing == Standing::Removed => format!("{} (removed)", code(artifact.artifact.as_str())),
            None => code(artifact.artifact.as_str()),
        })
        .collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown = names.iter().take(MOST_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    match more {
        0 => writeln!(out, "\n### {shown}\n")?,
        _ => {
            writeln!(out, "\n### {shown} and {more} more\n")?;
            writeln!(out, "<details><summary>All {}</summary>\n\n{}\n\n</details>\n", names.len(), names.join(", "))?;
        }
    }
    let mut notes: Vec<&str> =
        sections.iter().filter_map(|(_, section)| Some(section.release.as_ref()?.notes.as_str())).collect();
    notes.dedup();
    for note in notes.into_iter().filter(|note| !note.is_empty()) {
        writeln!(out, "{}\n", quiet_lines(note))?;
    }
    for (_, section) in sections {
        for reason in broken_by(section) {
            let name = section
                .release
                .as_ref()
                .map(|release| format!("{}: ", code(release.name.artifact.as_str())))
                .unwrap_or_default();
            writeln!(out, "- **Breaking:** {name}{}", quiet(reason))?;
        }
    }
    let mut changes: Vec<(&CommitId, &Change)> =
        commits.iter().filter_map(|id| Some((id, log.changes.get(id)?))).collect();
    changes.sort_by_key(|(_, change)| (change.breaking == Breaking::No, change.sort));
    for (id, change) in &changes {
        let mark = if change.breaking == Breaking::No { "" } else { "**Breaking:** " };
        writeln!(out, "- {mark}{}", item(**id, change, forge))?;
    }
    if changes.is_empty() {
        writeln!(out, "Released without a change of its files.")?;
    }
    Ok(())
}

fn write_sorted(out: &mut dyn Write, section: &Section, log: &Changelog, forge: Option<&Forge>) -> io::Result<()> {
    let changes: Vec<(CommitId, &Change)> =
        section.commits.iter().filter_map(|id| Some((*id, log.changes.get(id)?))).collect();
    let reasons: Vec<&str> = broken_by(section).collect();
    if changes.is_empty() && reasons.is_empty() {
        return writeln!(out, "\nReleased without a change of its files.");
    }
    let (breaking, other): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|(_, change)| change.breaking != Breaking::No);
    if !breaking.is_empty() || !reasons.is_empty() {
        writeln!(out, "\n### Breaking changes\n")?;
        reasons.iter().try_for_each(|reason| writeln!(out, "- {}", quiet(reason)))?;
        breaking.iter().try_for_each(|(id, change)| writeln!(out, "- {}", item(*id, change, forge)))?;
    }
    for sort in Sort::ALL {
        let mut of_sort = other.iter().filter(|(_, change)| change.sort == sort).peekable();
        if of_sort.peek().is_some() {
            writeln!(out, "\n### {}\n", heading(sort))?;
            of_sort.try_for_each(|(id, change)| writeln!(out, "- {}", item(*id, change, forge)))?;
        }
    }
    Ok(())
}

fn heading(sort: Sort) -> &'static str {
    match sort {
        Sort::Added => "Added",
        Sort::Fixed => "Fixed",
        Sort::Changed => "Changed",
        Sort::Reverted => "Reverted",
        Sort::Upkeep => "Upkeep",
    }
}

/// What the record of the release says that it breaks.
fn broken_by(section: &Section) -> impl Iterator<Item = &str> {
    let reasons = section.release.iter().flat_map(|release| &release.reasons);
    reasons.filter(|reason| reason.bump == Some(Bump::Major)).map(|reason| reason.text.as_str())
}

/// `support: shorter answers ([abc1234](...)) by Ann Lee and Bob`
fn item(id: CommitId, change: &Change, forge: Option<&Forge>) -> String {
    let scope = change.scope.as_ref().map(|scope| format!("{}: ", quiet(scope))).unwrap_or_default();
    let subject = if change.subject.is_empty() { "(no subject)".to_owned() } else { quiet(&change.subject) };
    let how = match &change.breaking {
        Breaking::Described(how) => format!(" — {}", quiet(how)),
        Breaking::Yes | Breaking::No => String::new(),
    };
    format!("{scope}{subject}{how} ({}) by {}", commit(id, forge), people(&change.people))
}

fn people(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quiet(name)).collect();
    match names.split_last() {
        None => "nobody".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

fn commit(id: CommitId, forge: Option<&Forge>) -> String {
    match forge {
        Some(forge) => format!("[{}]({})", id.short(), forge.commit(id)),
        None => id.short(),
    }
}

fn write_notes(out: &mut dyn Write, notes: &str) -> io::Result<()> {
    if notes.is_empty() { Ok(()) } else { writeln!(out, "\n{}", quiet_lines(notes)) }
}

/// A text of several lines with nothing of it markup.
fn quiet_lines(text: &str) -> String {
    text.lines().map(quiet).collect::<Vec<_>>().join("\n")
}
