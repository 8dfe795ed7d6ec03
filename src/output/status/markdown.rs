//! The status as Markdown, for a page or a comment.

use std::io::{self, Write};

use super::{notes, traffic};
use crate::name::EnvName;
use crate::output::printable::clean;
use crate::status::{EnvironmentStatus, RouteStatus, Served, Status};

/// Writes the status: a table for each environment, then what is held back and what is not released.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, status: &Status) -> io::Result<()> {
    for (at, environment) in status.environments.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        write_environment(out, environment)?;
    }
    if !status.unreleased.is_empty() {
        writeln!(out, "\n### Unreleased\n")?;
        for one in &status.unreleased {
            let newest = one.newest.as_ref();
            let newest =
                newest.map_or_else(|| "never released".to_owned(), |newest| format!("newest is {}", newest.version));
            writeln!(out, "- {} ({newest})", code(one.artifact.as_str()))?;
        }
    }
    Ok(())
}

fn write_environment(out: &mut dyn Write, environment: &EnvironmentStatus) -> io::Result<()> {
    let protected = if environment.protected { " (protected)" } else { "" };
    writeln!(out, "### {}{protected}\n", environment.name)?;
    if environment.routes.is_empty() {
        return writeln!(out, "No routes.");
    }
    writeln!(out, "| route | variant | traffic | releases | notes |\n|---|---|---:|---|---|")?;
    let upstream = environment.upstream.as_ref().map(EnvName::as_str);
    for route in &environment.routes {
        write_route(out, route, upstream)?;
    }
    let holds = environment.routes.iter().flat_map(|route| route.holds.iter().map(move |hold| (route, hold)));
    for (at, (route, hold)) in holds.enumerate() {
        if at == 0 {
            writeln!(out)?;
        }
        let why = hold.reason.as_ref().map_or_else(String::new, |reason| format!(": {}", cell(reason)));
        writeln!(out, "- {} is held back in {}{why}", code(&hold.rejects.to_string()), route.name)?;
    }
    Ok(())
}

fn write_route(out: &mut dyn Write, route: &RouteStatus, upstream: Option<&str>) -> io::Result<()> {
    let mut name = route.name.to_string();
    let mut lacks = upstream.filter(|_| route.lacks_upstream).map(|upstream| format!("{upstream} has no such route"));
    let mut row = |variant: &str, traffic: &str, serves: &[Served]| {
        let releases: Vec<String> = serves.iter().map(|served| code(&served.reference)).collect();
        let said = serves.iter().flat_map(|served| notes(served, upstream).into_iter().map(move |note| (served, note)));
        let said = said.map(|(served, note)| format!("{}: {note}", served.dimension));
        let said: Vec<String> = lacks.take().into_iter().chain(said).collect();
        let route = std::mem::take(&mut name);
        let (releases, said) = (releases.join("<br>"), cell(&said.join("; ")));
        writeln!(out, "| {route} | {} | {traffic} | {releases} | {said} |", cell(variant))
    };
    for variant in &route.variants {
        row(&variant.name, &traffic(variant, route.enabled), &variant.serves)?;
    }
    if !route.fallback.is_empty() {
        row("fallback", "", &route.fallback)?;
    }
    Ok(())
}

/// Text in which no character means anything to Markdown or to a table.
fn cell(text: &str) -> String {
    let mut quiet = String::with_capacity(text.len());
    for character in clean(text).chars() {
        match character {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '@' | '#' => {
                quiet.push('\\');
                quiet.push(character);
            }
            '\n' | '\r' => quiet.push(' '),
            other => quiet.push(other),
        }
    }
    quiet
}

/// A name as code.
fn code(name: &str) -> String {
    format!("`{}`", clean(name).replace('`', "'").replace('|', "\\|"))
}
