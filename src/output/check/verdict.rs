//! Whether a change may be merged, in a sentence.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Report, RouteChange};
use crate::diagnostic::{Diagnostic, Severity};
use crate::diff::Finding;
use crate::output::summary::{count, plural};
use crate::promote::{Gate, Verdict};

/// Why a change may not be merged.
pub(super) enum Reason<'a> {
    /// It adds findings that refuse it.
    Findings(Vec<&'a Finding>),
    /// Gates of a route are shut.
    Gates(&'a RouteChange, Vec<&'a Gate>),
}

/// Why the change may not be merged; nothing where it may.
pub(super) fn reasons(report: &Report) -> Vec<Reason<'_>> {
    let refusing: Vec<&Finding> = report.refusing().collect();
    let findings = (!refusing.is_empty()).then_some(Reason::Findings(refusing));
    let shut = |route| {
        let gates: Vec<&Gate> = shut(route).collect();
        (!gates.is_empty()).then_some(Reason::Gates(route, gates))
    };
    findings.into_iter().chain(report.routes.iter().filter_map(shut)).collect()
}

/// The gates of `route` that are shut.
pub(super) fn shut(route: &RouteChange) -> impl Iterator<Item = &Gate> {
    route.gates.iter().filter(|gate| !gate.is_open())
}

impl Reason<'_> {
    /// The rules, or the gates, each once.
    pub(super) fn names(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = match self {
            Self::Findings(findings) => findings.iter().map(|finding| finding.diagnostic.rule.code).collect(),
            Self::Gates(_, gates) => {
                let mut names: Vec<&str> = gates.iter().map(|gate| gate.name).collect();
                // They are in the order in which they are shown.
                names.dedup();
                return names;
            }
        };
        names.into_iter().collect()
    }

    /// `2 new errors (PII001, TPL002)`, `production/support-answer: soak`
    pub(super) fn text(&self) -> String {
        let names = list(&self.names());
        match self {
            Self::Findings(findings) => format!("{} ({names})", severities(findings.iter().copied())),
            Self::Gates(route, _) => format!("{}/{}: {names}", route.environment, route.route),
        }
    }
}

/// So many names are told, and so many reasons.
const MOST: usize = 5;

fn list(names: &[&str]) -> String {
    let rest = if names.len() == MOST + 1 { 0 } else { names.len().saturating_sub(MOST) };
    let more = if rest > 0 { format!(" and {} more", count(rest)) } else { String::new() };
    format!("{}{more}", names[..names.len() - rest].join(", "))
}

/// `2 new errors, 1 new warning`
fn severities<'a>(findings: impl Iterator<Item = &'a Finding>) -> String {
    let mut by_severity: BTreeMap<Severity, usize> = BTreeMap::new();
    for Finding { diagnostic: Diagnostic { severity, .. }, .. } in findings {
        *by_severity.entry(*severity).or_default() += 1;
    }
    let said = by_severity.iter().rev().map(|(severity, found)| plural(*found, &format!("new {severity}")));
    said.collect::<Vec<_>>().join(", ")
}

/// Whether the change may be merged, without a full stop: `may not be merged: 2 new errors (PII001, TPL002)`.
pub fn sentence(report: &Report) -> String {
    format!("{}: {}", heading(report), why(report))
}

/// Whether the change may be merged.
pub(super) fn heading(report: &Report) -> &'static str {
    if report.passes() { "This change may be merged" } else { "This change may not be merged" }
}

/// Why it may, or why it may not.
pub(super) fn why(report: &Report) -> String {
    let reasons = reasons(report);
    if reasons.is_empty() {
        return passed(report);
    }
    let mut said: Vec<String> = reasons.iter().take(MOST).map(Reason::text).collect();
    if reasons.len() > MOST {
        said.push(format!("{} more routes", count(reasons.len() - MOST)));
    }
    said.join("; ")
}

/// What there is to tell of a change that may be merged.
fn passed(report: &Report) -> String {
    let added = report.added();
    let findings = match added.len() {
        0 => "no new findings".to_owned(),
        1 => format!("{}, which does not refuse it", severities(added.into_iter())),
        _ => format!("{}, none of which refuses it", severities(added.into_iter())),
    };
    let gated: Vec<&RouteChange> = report.routes.iter().filter(|route| !route.gates.is_empty()).collect();
    let gates = match gated.as_slice() {
        [] => None,
        [route] => Some(format!("every gate of {}/{} is open", route.environment, route.route)),
        routes => Some(format!("every gate of {} is open", plural(routes.len(), "route"))),
    };
    let waits = |gate: &&Gate| gate.verdict == Verdict::Later;
    let later: BTreeSet<&str> =
        gated.iter().flat_map(|route| &route.gates).filter(waits).map(|gate| gate.name).collect();
    let later: Vec<&str> = later.into_iter().collect();
    let later = (!later.is_empty()).then(|| format!("{} to be looked at later", later.join(", ")));
    [Some(findings), gates, later].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_many_are_counted() {
        assert_eq!(list(&["a", "b"]), "a, b");
        assert_eq!(list(&["a", "b", "c", "d", "e", "f"]), "a, b, c, d, e, f");
        assert_eq!(list(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
    }
}
