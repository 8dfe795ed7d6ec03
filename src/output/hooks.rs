//! The status of hooks, for people and as JSON, version 1. Published as `schemas/hooks-status-v1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::table;
use crate::hooks::hook::State;
use crate::hooks::status::Status;

/// The published JSON Schema of the status.
pub const SCHEMA: &str = include_str!("../../schemas/hooks-status-v1.schema.json");

/// Writes the table for people.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, status: &Status) -> io::Result<()> {
    let mut rows: Vec<[String; 3]> = Vec::new();
    for (hook, state, has_before) in &status.hooks {
        let before =
            if *has_before && *state == State::Installed { "after the hook that was there before" } else { "" };
        rows.push([hook.as_str().to_owned(), word(*state).to_owned(), before.to_owned()]);
    }
    let drivers = if status.has_drivers { "installed" } else { "not complete" };
    rows.push(["drivers".to_owned(), drivers.to_owned(), String::new()]);
    table::write(out, ["HOOK", "STATE", ""], &rows)?;
    writeln!(out, "\nHooks are in {}", status.folder.display())?;
    if let Some(manager) = &status.manager {
        writeln!(out, "They are managed by {manager}; `promptyard hooks install` says what to add there.")?;
    }
    Ok(())
}

fn word(state: State) -> &'static str {
    match state {
        State::Absent => "none",
        State::Installed => "installed",
        State::Altered => "changed",
        State::Foreign => "another's",
    }
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    folder: String,
    manager: Option<String>,
    hooks: Vec<HookStatus<'a>>,
    drivers: bool,
}

#[derive(Serialize)]
struct HookStatus<'a> {
    hook: &'a str,
    /// `absent`, `installed`, `altered` or `foreign`.
    state: &'a str,
    before: bool,
}

/// Writes the status as one JSON document.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_json(out: &mut dyn Write, status: &Status) -> io::Result<()> {
    let hooks = status.hooks.iter().map(|(hook, state, before)| HookStatus {
        hook: hook.as_str(),
        state: match state {
            State::Absent => "absent",
            State::Installed => "installed",
            State::Altered => "altered",
            State::Foreign => "foreign",
        },
        before: *before,
    });
    let report = Report {
        version: 1,
        folder: status.folder.display().to_string(),
        manager: status.manager.as_ref().map(ToString::to_string),
        hooks: hooks.collect(),
        drivers: status.has_drivers,
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}
