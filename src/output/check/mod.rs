//! What a change does, and whether it may be merged: for people, for programs, and as one comment of a pull request.

pub mod github;
pub mod human;
pub mod json;
pub mod markdown;
mod verdict;

use std::collections::BTreeMap;
use std::io;

use super::LintOutput;
use super::diff::{Detail, Ends};
use super::summary::{Summary, count, plural};
use crate::check::{Reach, Report, Serving};
use crate::diagnostic::{Diagnostic, Severity};
use crate::diff::Finding;
use crate::name::ArtifactId;
pub use verdict::sentence;

/// Everything that a format says about a check.
pub struct CheckOutput<'a> {
    /// What was found out.
    pub report: &'a Report,
    /// The two moments: the commit where the change starts with the name of the base, and the head.
    pub ends: &'a Ends,
    /// How much is told.
    pub detail: Detail,
    /// The store's folder in its repository; see [`LintOutput::folder`].
    pub folder: String,
}

impl CheckOutput<'_> {
    /// Shows `write` the findings that the change adds, as a run of the lint.
    ///
    /// # Errors
    /// When `write` fails.
    pub fn with_findings(&self, write: impl FnOnce(&LintOutput<'_>) -> io::Result<()>) -> io::Result<()> {
        self.with_some(&self.report.added(), write)
    }

    /// Shows `write` some of the findings, as a run of the lint.
    fn with_some(
        &self,
        findings: &[&Finding],
        write: impl FnOnce(&LintOutput<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let findings: Vec<Diagnostic> = findings.iter().map(|finding| finding.diagnostic.clone()).collect();
        write(&LintOutput {
            findings: &findings,
            text_of: &|path| self.report.text(path),
            summary: Summary::new(&findings, |path| {
                self.report.diff.artifacts.iter().any(|diff| diff.paths[1].as_ref() == Some(path))
            }),
            elapsed: None,
            fails_on: Some(self.report.fail_on),
            folder: self.folder.clone(),
        })
    }
}

/// A suppression, a change of the rules, an artifact out of sight, a link; a tag that was replaced.
const ABOUT_RULES: [&str; 5] = ["LNT008", "LNT009", "LNT010", "LNT011", "VER003"];

/// Said in place of counts.
const NO_ARTIFACT: &str = "No artifact differs";

/// The findings that a change adds, by where they are told.
struct Told<'a> {
    /// What the change does to the rules by which it is judged, to what surrounds the check, and to its history.
    rules: Vec<&'a Finding>,
    /// What matters little.
    infos: Vec<&'a Finding>,
    /// Everything else; what refuses the change is last, nearest to the verdict.
    loud: Vec<&'a Finding>,
}

impl<'a> Told<'a> {
    fn of(report: &'a Report) -> Self {
        let (rules, others): (Vec<_>, Vec<_>) =
            report.added().into_iter().partition(|finding| ABOUT_RULES.contains(&finding.diagnostic.rule.code));
        let is_quiet = |finding: &&Finding| finding.diagnostic.severity == Severity::Info && !report.refuses(finding);
        let (infos, mut loud): (Vec<_>, Vec<_>) = others.into_iter().partition(is_quiet);
        loud.sort_by_key(|finding| finding.diagnostic.severity);
        Self { rules, infos, loud }
    }
}

/// What is to be done about a finding about the rules, where that is more than to wait for the merge.
fn advice(finding: &Finding) -> Option<&str> {
    const COUNTS_LATER: [&str; 2] = ["LNT008", "LNT009"];
    let said = &finding.diagnostic;
    let code = said.rule.code;
    said.help.as_deref().filter(|_| ABOUT_RULES.contains(&code) && !COUNTS_LATER.contains(&code))
}

/// Said once for all findings about the rules.
const JUDGED: &str = "What counts for this change is what was there before it.";

/// The findings that went, in a few words: `3 findings are gone: STY003, TOK001 (2)`; `None` where none did.
fn gone(report: &Report) -> Option<String> {
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    report.removed().for_each(|finding| *by_rule.entry(finding.diagnostic.rule.code).or_default() += 1);
    let all: usize = by_rule.values().sum();
    let code = |(code, found): (&&str, &usize)| match found {
        1 => (*code).to_owned(),
        found => format!("{code} ({})", count(*found)),
    };
    let codes: Vec<String> = by_rule.iter().map(code).collect();
    let are = if all == 1 { "is" } else { "are" };
    (all > 0).then(|| format!("{} {are} gone: {}", plural(all, "finding"), codes.join(", ")))
}

/// So many names are told of a list.
const NAMES: usize = 3;

/// `a, b`, `a, b and 4 more`
fn names<'a>(all: impl ExactSizeIterator<Item = &'a str>, show: impl Fn(&str) -> String) -> String {
    let rest = all.len().saturating_sub(NAMES);
    let shown: Vec<String> = all.take(if rest == 1 { NAMES + 1 } else { NAMES }).map(show).collect();
    let more = if rest > 1 { format!(" and {} more", count(rest)) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// What a change reaches, a part of a sentence each: the prompts, then the routes with the releases that they serve.
fn reached(reach: &Reach, show: impl Fn(&str) -> String) -> Vec<String> {
    let prompts = (!reach.prompts.is_empty()).then(|| match reach.prompts.len() {
        many if many > NAMES + 1 => plural(many, "prompt"),
        _ => names(reach.prompts.iter().map(ArtifactId::as_str), &show),
    });
    let mut routes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut before: Option<&Serving> = None;
    for one in &reach.routes {
        let Serving { environment, route, release } = one;
        let is_like = |other: &Serving| {
            (&other.environment, &other.route, &other.release.artifact) == (environment, route, &release.artifact)
        };
        let said = match () {
            () if release.artifact.as_str() == reach.from => release.version.to_string(),
            () if before.is_some_and(is_like) => format!("@{}", release.version),
            () => release.to_string(),
        };
        routes.entry(format!("{environment}/{route}")).or_default().push(said);
        before = Some(one);
    }
    let route = |(route, releases): (String, Vec<String>)| {
        format!("{} (serves {})", show(&route), names(releases.iter().map(String::as_str), &show))
    };
    let all = routes.len();
    let mut said: Vec<String> = prompts.into_iter().chain(routes.into_iter().map(route).take(ROUTES)).collect();
    if all > ROUTES {
        said.push(format!("{} more routes", count(all - ROUTES)));
    }
    said
}

/// So many routes are named beside what reaches them.
const ROUTES: usize = 6;
