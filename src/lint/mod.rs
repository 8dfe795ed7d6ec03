//! The lint: one walk over a store, every rule looking as it passes.
//!
//! The walk runs on every core and its result depends on the store and the request alone: findings are sorted, and
//! equal ones, which several prompts make about one partial, are one.

pub mod baseline;
mod calls;
pub mod change;
mod entries;
pub mod example;
mod families;
pub mod fingerprint;
pub mod fix;
#[cfg(test)]
mod fixture;
pub mod ground;
pub mod history;
mod limit;
pub mod mend;
mod published;
mod references;
pub mod rule;
pub mod rules;
pub mod select;
pub mod sensitive;
mod shape;
pub(crate) mod suggest;
pub mod suppress;
pub(crate) mod tally;
mod terms;
mod trust;
mod undeclared;
mod values;
mod waive;

use std::cell::RefCell;
use std::collections::BTreeSet;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Severity};
use crate::path::StorePath;
use crate::release::known::Releases;
use crate::store::prompt::Prompt;
use crate::store::route::Route;
use crate::store::{SourceFile, Store};
use ground::Judge;
use rule::{Context, Facts, Rule, Sink};
use select::{Selection, UnknownRule};
use suppress::Grants;

/// What to lint and how, beside the store's own configuration.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Report only findings in files under these folders or at these paths; everything where empty. The rules still see the whole store.
    pub scope: Vec<String>,
    /// Report only findings in files that a change of these reaches, see [`Store::reached_by`]; everything where `None`.
    pub changed: Option<BTreeSet<StorePath>>,
    /// Today's date as `YYYY-MM-DD`, for waivers that end and models that retire.
    pub today: String,
    /// Rules to run instead of the configuration's (`--select`).
    pub select: Vec<String>,
    /// Rules not to run, beside the configuration's (`--ignore`).
    pub ignore: Vec<String>,
    /// Which releases exist; `None` where nobody can say. Rules about routes then say only what the files tell.
    pub releases: Option<Releases>,
    /// The suppressions that count, where a change is judged that may not bring its own; all of them where `None`.
    pub granted: Option<Grants>,
    /// Who decides which rules run, how much their findings matter and what is waived; the store itself where `None`.
    pub judge: Option<Judge>,
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings in the order of file, place and rule.
    pub findings: Vec<Diagnostic>,
    /// How many findings are not shown because their file allows them, or a policy waives them.
    pub suppressed: usize,
    /// The suppressions that there are in the files that were looked at.
    pub grants: Grants,
    /// What the baseline made of the run; see [`baseline::Baseline::hold_back`].
    pub baseline: baseline::Outcome,
    /// How many files were looked at.
    pub files: usize,
    /// How many prompts were looked at.
    pub prompts: usize,
}

impl Report {
    /// Whether a finding is at least as severe as `least`.
    pub fn fails(&self, least: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= least)
    }
}

/// Runs the rules over `store`.
///
/// # Errors
/// When the request names a rule that does not exist. Names in the configuration are findings.
pub fn run(store: &Store, request: &Request) -> Result<Report, UnknownRule> {
    run_since(None, store, request)
}

/// Runs the rules over `store`, which was `before` before a change: those that judge changes speak too.
///
/// # Errors
/// As [`run`].
pub fn run_since(before: Option<&Store>, store: &Store, request: &Request) -> Result<Report, UnknownRule> {
    let judge = request.judge.as_ref();
    let config = judge.map_or(&store.config().lint, |judge| &judge.config);
    let policies = judge.map_or(store.policies(), |judge| &judge.policies);
    let selection = Selection::new(config, request)?.with(policies, store, request);
    let scope = Scope::of(store, request);
    let today = request.today.parse::<Date>().ok();
    let facts = Facts { store, before, today, releases: request.releases.as_ref() };
    let mut findings = look(facts, &selection, &scope);
    findings.retain(|finding| scope.has(&finding.file));
    selection.apply(&mut findings);
    let waived = waive::apply(policies, store, today, &mut findings);
    in_order(&mut findings);

    let files: Vec<&SourceFile> = store.files().filter(|file| scope.has(&file.path)).collect();
    let (mut findings, grants, suppressed) = suppress_in(facts, &files, findings, request.granted.as_ref(), &selection);
    in_order(&mut findings);
    let prompts = store.prompts().iter().filter(|prompt| scope.has(&prompt.path)).count();
    let suppressed = suppressed + waived;
    Ok(Report { findings, suppressed, grants, baseline: baseline::Outcome::default(), files: files.len(), prompts })
}

/// The rules that run, in the order of the registry.
fn selected(selection: &Selection) -> impl Iterator<Item = &'static dyn Rule> {
    rules::RULES.iter().enumerate().filter(|(index, _)| selection.runs(*index)).map(|(_, rule)| *rule)
}

/// The walk: every selected rule looks at every file, every prompt, every route and the store.
fn look(facts: Facts<'_>, selection: &Selection, scope: &Scope<'_>) -> Vec<Diagnostic> {
    let store = facts.store;
    let rules: Vec<&'static dyn Rule> = selected(selection).collect();
    // Whoever takes a reached file in is reached too, so no other file's finding would stand in a reached one.
    let files: Vec<&SourceFile> = store.files().filter(|file| scope.reaches(&file.path)).collect();
    let at_file = |file: &&SourceFile| {
        collect(facts, |cx, found| {
            rules.iter().for_each(|rule| rule.file(file, cx, &Sink::new(rule.meta(), Some(&file.path), found)));
        })
    };
    let prompts: Vec<&Prompt> = store.legible_prompts().filter(|prompt| scope.reaches(&prompt.path)).collect();
    let at_prompt = |prompt: &&Prompt| {
        collect(facts, |cx, found| {
            rules.iter().for_each(|rule| rule.prompt(prompt, cx, &Sink::new(rule.meta(), Some(&prompt.path), found)));
        })
    };
    let at_store =
        |rule: &&'static dyn Rule| collect(facts, |cx, found| rule.store(cx, &Sink::new(rule.meta(), None, found)));
    let routes: Vec<&Route> = store.legible_routes().filter(|route| scope.reaches(&route.path)).collect();
    let at_route = |route: &&Route| {
        collect(facts, |cx, found| {
            rules.iter().for_each(|rule| rule.route(route, cx, &Sink::new(rule.meta(), Some(&route.path), found)));
        })
    };
    let mut found: Vec<Diagnostic> = files.par_iter().flat_map_iter(at_file).collect();
    found.par_extend(prompts.par_iter().flat_map_iter(at_prompt));
    found.par_extend(routes.par_iter().flat_map_iter(at_route));
    found.par_extend(rules.par_iter().flat_map_iter(at_store));
    found
}

fn collect(facts: Facts<'_>, look: impl FnOnce(&Context<'_>, &RefCell<Vec<Diagnostic>>)) -> Vec<Diagnostic> {
    let found = RefCell::new(Vec::new());
    look(&Context::new(facts), &found);
    found.into_inner()
}

/// Takes out what files allow, and lets the rules about suppressions speak. `findings` are in order.
fn suppress_in(
    facts: Facts<'_>,
    files: &[&SourceFile],
    findings: Vec<Diagnostic>,
    granted: Option<&Grants>,
    selection: &Selection,
) -> (Vec<Diagnostic>, Grants, usize) {
    let about_suppressions: Vec<&dyn Rule> =
        selected(selection).filter(|rule| rule.meta().id.code.starts_with("LNT")).collect();
    let mut rest = findings.into_iter().peekable();
    let mut kept = Vec::new();
    let mut grants = Grants::default();
    let mut suppressed = 0;
    for file in files {
        // Findings about files that the store does not have stay as they are.
        kept.extend(std::iter::from_fn(|| rest.next_if(|finding| finding.file < file.path)));
        let mut here: Vec<Diagnostic> =
            std::iter::from_fn(|| rest.next_if(|finding| finding.file == file.path)).collect();
        let (judged, count) = suppress::judge(facts.store, file, facts.today, selection, granted, &mut here);
        suppressed += count;
        grants.add(&file.path, &judged);
        kept.append(&mut here);
        let found = RefCell::new(Vec::new());
        for one in &judged {
            for rule in &about_suppressions {
                rule.suppression(one, file, &Sink::new(rule.meta(), Some(&file.path), &found));
            }
        }
        let mut found = found.into_inner();
        selection.apply(&mut found);
        kept.append(&mut found);
    }
    kept.extend(rest);
    (kept, grants, suppressed)
}

fn in_order(findings: &mut Vec<Diagnostic>) {
    findings.sort_by(|a, b| {
        let key = |finding: &Diagnostic| (finding.span.start, finding.rule.code);
        a.file.cmp(&b.file).then_with(|| key(a).cmp(&key(b))).then_with(|| a.message.cmp(&b.message))
    });
    findings.dedup();
}

/// The files that findings are shown of.
struct Scope<'a> {
    /// Folders and files; everything where empty.
    paths: Vec<&'a str>,
    /// The files that a change reaches; everything where `None`.
    reached: Option<BTreeSet<&'a StorePath>>,
}

impl<'a> Scope<'a> {
    fn of(store: &'a Store, request: &'a Request) -> Self {
        let reached = request.changed.as_ref().map(|changed| store.reached_by(changed));
        Self { reached, ..Self::new(&request.scope) }
    }

    fn new(paths: &'a [String]) -> Self {
        let trimmed = paths.iter().map(|path| path.strip_prefix("./").unwrap_or(path).trim_end_matches('/'));
        let paths: Vec<&str> = trimmed.collect();
        // The root is everything.
        let is_everything = paths.iter().any(|path| path.is_empty() || *path == ".");
        Self { paths: if is_everything { Vec::new() } else { paths }, reached: None }
    }

    /// Whether the change reaches `path`; it reaches everything where there is none.
    fn reaches(&self, path: &StorePath) -> bool {
        self.reached.as_ref().is_none_or(|reached| reached.contains(path))
    }

    fn is_everything(&self) -> bool {
        self.paths.is_empty() && self.reached.is_none()
    }

    fn has(&self, path: &StorePath) -> bool {
        let is_under = |folder: &&str| {
            path.as_str().strip_prefix(*folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.reaches(path) && (self.paths.is_empty() || self.paths.iter().any(is_under))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_folders_and_files_never_parts_of_names() {
        let has = |scope: &[&str], path: &str| {
            let scope: Vec<String> = scope.iter().map(|path| (*path).to_owned()).collect();
            Scope::new(&scope).has(&path.parse().expect("a path"))
        };
        assert!(has(&[], "a/b.md") && has(&["."], "a/b.md") && has(&["./a/"], "a/b.md") && has(&["a/b.md"], "a/b.md"));
        assert!(!has(&["a/b"], "a/b.md") && !has(&["c"], "a/b.md"));
    }

    const TWO_PROMPTS: &str = "\
//- promptyard.yaml
version: 1
lint:
  severity: {STR: info, STR002: warning}
  per_path: [{files: 'prompts/old/**', severity: {schema-violation: error}, ignore: [STR004]}]
//- prompts/new.prompt.yaml
description: d
modelParameters: {temperature: warm}
owner: me
messages: [{role: user, content: Hi}]
//- prompts/old/a.prompt.yaml
description: d
modelParameters: {temperature: warm}
owner: me
messages: [{role: user, content: Hi there}]
";

    fn lint(request: &Request) -> Vec<String> {
        let store = Store::load(example::snapshot(TWO_PROMPTS).expect("paths inside the store"));
        let report = run(&store, request).expect("known rules");
        let line = |finding: &Diagnostic| format!("{} {} {}", finding.severity, finding.rule.code, finding.file);
        report.findings.iter().map(line).collect()
    }

    #[test]
    fn configuration_decides_what_is_said_and_how_loud() {
        let everywhere = [
            "warning STR002 prompts/new.prompt.yaml",
            "info STR004 prompts/new.prompt.yaml",
            "error STR002 prompts/old/a.prompt.yaml",
        ];
        assert_eq!(lint(&Request::default()), everywhere);
        let scope = vec!["prompts/old".to_owned()];
        assert_eq!(lint(&Request { scope, ..Request::default() }), everywhere[2..]);
        let select = vec!["unknown-key".to_owned()];
        assert_eq!(lint(&Request { select, ..Request::default() }), everywhere[1..2]);
    }
}
