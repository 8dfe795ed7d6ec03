//! Digests, a line each, and as JSON version 1. Published as `schemas/digests-v1.schema.json`.
//!
//! The structs here are the format. Fields may be added to version 1; one that changes or goes makes a version 2.

use std::io::{self, Write};

use serde::Serialize;

use crate::bundle::Digested;
use crate::name::CommitId;

/// The published JSON Schema of the list.
pub const SCHEMA: &str = include_str!("../../schemas/digests-v1.schema.json");

#[derive(Serialize)]
struct Digests<'a> {
    version: u32,
    commit: Option<String>,
    artifacts: Vec<Digest<'a>>,
}

#[derive(Serialize)]
struct Digest<'a> {
    id: &'a str,
    kind: &'a str,
    file: &'a str,
    digest: Option<String>,
    error: Option<String>,
}

/// Writes a line for each artifact that has a digest, as `sha256sum` does.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, digested: &[Digested]) -> io::Result<()> {
    for (artifact, digest) in digested {
        if let Ok(digest) = digest {
            writeln!(out, "{digest}  {}", artifact.id)?;
        }
    }
    Ok(())
}

/// Writes one JSON document with a newline at its end; `commit` is `None` for the worktree.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(out: &mut dyn Write, commit: Option<CommitId>, digested: &[Digested]) -> io::Result<()> {
    let artifacts = digested.iter().map(|(artifact, digest)| Digest {
        id: artifact.id.as_str(),
        kind: artifact.kind.as_str(),
        file: artifact.path.as_str(),
        digest: digest.as_ref().ok().map(ToString::to_string),
        error: digest.as_ref().err().map(ToString::to_string),
    });
    let digests =
        Digests { version: 1, commit: commit.map(|commit| commit.to_string()), artifacts: artifacts.collect() };
    serde_json::to_writer_pretty(&mut *out, &digests)?;
    writeln!(out)
}
