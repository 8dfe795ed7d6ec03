//! A changelog as JSON, version 1. Published as `schemas/changelog-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use crate::changelog::link::Forge;
use crate::changelog::message::Breaking;
use crate::changelog::{Change, Changelog, Released, Section, Standing, day};
use crate::name::CommitId;

/// The published JSON Schema of the changelog.
pub const SCHEMA: &str = include_str!("../../schemas/changelog-v1.schema.json");

#[derive(Serialize)]
struct ChangelogV1<'a> {
    version: u32,
    artifacts: Vec<ArtifactV1<'a>>,
    commits: Vec<CommitV1<'a>>,
}

#[derive(Serialize)]
struct ArtifactV1<'a> {
    id: &'a str,
    present: bool,
    sections: Vec<SectionV1<'a>>,
}

#[derive(Serialize)]
struct SectionV1<'a> {
    release: Option<ReleaseV1<'a>>,
    commits: Vec<String>,
}

#[derive(Serialize)]
struct ReleaseV1<'a> {
    name: String,
    version: String,
    commit: String,
    date: String,
    notes: &'a str,
    reasons: Vec<ReasonV1<'a>>,
}

#[derive(Serialize)]
struct ReasonV1<'a> {
    bump: Option<&'static str>,
    text: &'a str,
}

#[derive(Serialize)]
struct CommitV1<'a> {
    id: String,
    date: String,
    sort: &'static str,
    scope: Option<&'a str>,
    subject: &'a str,
    breaking: bool,
    breaking_description: Option<&'a str>,
    people: &'a [String],
    url: Option<String>,
}

/// Writes the document with a newline at its end.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, log: &Changelog, forge: Option<&Forge>) -> io::Result<()> {
    let artifacts = log.artifacts.iter().map(|artifact| ArtifactV1 {
        id: artifact.artifact.as_str(),
        present: artifact.standing == Standing::Present,
        sections: artifact.sections.iter().map(section).collect(),
    });
    let document = ChangelogV1 {
        version: 1,
        artifacts: artifacts.collect(),
        commits: log.changes.iter().map(|(id, change)| commit(*id, change, forge)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn section(section: &Section) -> SectionV1<'_> {
    SectionV1 {
        release: section.release.as_ref().map(release),
        commits: section.commits.iter().map(ToString::to_string).collect(),
    }
}

fn release(release: &Released) -> ReleaseV1<'_> {
    let reasons = release
        .reasons
        .iter()
        .map(|reason| ReasonV1 { bump: reason.bump.map(crate::contract::Bump::as_str), text: &reason.text });
    ReleaseV1 {
        name: release.name.to_string(),
        version: release.name.version.to_string(),
        commit: release.commit.to_string(),
        date: day(release.when),
        notes: &release.notes,
        reasons: reasons.collect(),
    }
}

fn commit<'a>(id: CommitId, change: &'a Change, forge: Option<&Forge>) -> CommitV1<'a> {
    CommitV1 {
        id: id.to_string(),
        date: day(change.when),
        sort: change.sort.as_str(),
        scope: change.scope.as_deref(),
        subject: &change.subject,
        breaking: change.breaking != Breaking::No,
        breaking_description: match &change.breaking {
            Breaking::Described(how) => Some(how),
            Breaking::Yes | Breaking::No => None,
        },
        people: &change.people,
        url: forge.map(|forge| forge.commit(id)),
    }
}
