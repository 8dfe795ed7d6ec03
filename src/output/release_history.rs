//! Releases proposed from the history, as a table for people and as JSON version 1, published as
//! `schemas/release-history-v1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::printable::clean;
use super::summary::plural;
use super::table;
use crate::release::Bump;
use crate::release::history::{Proposal, Source};

/// The published JSON Schema of the document.
pub const SCHEMA: &str = include_str!("../../schemas/release-history-v1.schema.json");

/// What became of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was asked for alone.
    Shown,
    /// The tags were made.
    Made,
}

/// Writes a line a release, and what became of them.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, proposal: &Proposal, fate: Fate) -> io::Result<()> {
    let row = |row: &crate::release::history::Row| {
        let record = &row.record;
        let bump = record.bump.map_or("first", Bump::as_str);
        let lowered = record.lowered_from.map(|from| format!(" (content: {from})")).unwrap_or_default();
        [
            record.release.artifact.to_string(),
            record.release.version.to_string(),
            format!("{bump}{lowered}"),
            row.commit.short(),
            record.digest.short(),
            clean(&row.from.to_string()),
        ]
    };
    let rows: Vec<[String; 6]> = proposal.rows.iter().map(row).collect();
    if rows.is_empty() {
        return writeln!(out, "The history has no versions of artifacts that have no release yet.");
    }
    table::write(out, ["ARTIFACT", "VERSION", "BUMP", "COMMIT", "DIGEST", "FROM"], &rows)?;
    let releases = plural(rows.len(), "release");
    match fate {
        Fate::Shown => writeln!(out, "{releases} from the history; nothing was written."),
        Fate::Made => writeln!(out, "{releases} made from the history."),
    }
}

#[derive(Serialize)]
struct ProposalV1<'a> {
    version: u32,
    made: bool,
    releases: Vec<ReleaseV1>,
    hazards: &'a [String],
}

#[derive(Serialize)]
struct ReleaseV1 {
    tag: String,
    artifact: String,
    version: String,
    previous: Option<String>,
    bump: Option<&'static str>,
    lowered_from: Option<&'static str>,
    commit: String,
    digest: String,
    source: &'static str,
    source_tag: Option<String>,
}

/// Writes the document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(out: &mut dyn Write, proposal: &Proposal, fate: Fate) -> io::Result<()> {
    let release = |row: &crate::release::history::Row| {
        let record = &row.record;
        let (source, source_tag) = match &row.from {
            Source::OwnTag(tag) => ("own-tag", Some(tag.clone())),
            Source::Field => ("version-field", None),
            Source::StoreTag(tag) => ("store-tag", Some(tag.clone())),
        };
        ReleaseV1 {
            tag: row.tag.clone(),
            artifact: record.release.artifact.to_string(),
            version: record.release.version.to_string(),
            previous: record.previous.as_ref().map(ToString::to_string),
            bump: record.bump.map(Bump::as_str),
            lowered_from: record.lowered_from.map(Bump::as_str),
            commit: row.commit.to_string(),
            digest: record.digest.to_string(),
            source,
            source_tag,
        }
    };
    let document = ProposalV1 {
        version: 1,
        made: fate == Fate::Made,
        releases: proposal.rows.iter().map(release).collect(),
        hazards: &proposal.hazards,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
