//! `lint`: what is wrong with the files of a store.
#![expect(
    clippy::disallowed_methods,
    reason = "the run's clock, for how long it took and for waivers that end; and whether a path that was named is a file"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{Absence, CliError, Outcome};
use super::ui::Ui;
use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use crate::init::NEW_PROMPTS;
use crate::lint::{self, Report, Request};
use crate::output::summary::Summary;
use crate::output::{self, LintOutput};
use crate::path::StorePath;
use crate::repo::{self, Location};
use crate::store::Store;

/// Check prompts and everything that they depend on
#[derive(Debug, Args)]
#[command(
    long_about = "Check prompts and everything that they depend on.\n\nWithout paths, the whole store is checked. With \
                  paths, only findings in those files and folders are reported, but includes and references are followed \
                  wherever they lead.",
    after_long_help = "Examples:
  promptyard lint
  promptyard lint prompts/support --select TPL,PII
  promptyard lint --fix
  promptyard lint --format json | jq '.summary'

Exit codes: 0 nothing at or above --fail-on was found, 1 something was, 2 the run failed."
)]
pub(super) struct LintArgs {
    /// Files and folders to report on; the whole store where none is given
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to write the findings
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: LintFormat,
    /// Rules to run instead of the configuration's: codes, names, prefixes of codes (TPL), or ALL
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    select: Vec<String>,
    /// Rules not to run, beside those that the configuration ignores
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    ignore: Vec<String>,
    /// Mend what can be mended without changing the meaning
    #[arg(long, help_heading = "Fixes")]
    fix: bool,
    /// Mend also where that may change the meaning; implies --fix
    #[arg(long, help_heading = "Fixes")]
    unsafe_fixes: bool,
    /// The least severity that fails the run, instead of the configuration's
    #[arg(long, value_name = "SEVERITY", help_heading = "Exit code")]
    fail_on: Option<FailOn>,
    /// Exit with 0 whatever is found
    #[arg(long, help_heading = "Exit code")]
    exit_zero: bool,
    /// Print how often each rule found something instead of the findings
    #[arg(long)]
    statistics: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LintFormat {
    /// With excerpts, for people
    Human,
    /// One line a finding, for editors and grep
    Concise,
    /// One document, for programs; `promptyard schema lint-report-v1` describes it
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Any finding
    Info,
    /// Warnings and errors
    Warning,
    /// Errors
    Error,
    /// Nothing
    Never,
}

/// How many times files are read again after fixes: one fix can make room for another.
const FIX_ROUNDS: usize = 10;

pub(super) fn run(args: &LintArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let started = Instant::now();
    let location = repo::discover(&args.paths, global.root.as_deref())?;
    let request = Request {
        scope: location.scope.clone(),
        today: today(),
        select: args.select.clone(),
        ignore: args.ignore.clone(),
    };
    let checked = check_and_fix(&location, &request, args.least_safe_fix())?;
    let Checked { store, report, fixed } = &checked;
    let prompts: BTreeSet<&StorePath> = store.prompts().iter().map(|prompt| &prompt.path).collect();
    let run = LintOutput {
        findings: &report.findings,
        text_of: &|path| store.file(path).map(|file| file.text.as_str()),
        summary: Summary {
            prompts: report.prompts,
            files: report.files,
            fixed: *fixed,
            ..Summary::new(&report.findings, |path| prompts.contains(path))
        },
        elapsed: ui.is_watched().then(|| started.elapsed()),
    };
    for left_out in left_out(args, &location, store)? {
        ui.warning(left_out);
    }
    warn_of_nothing(report, store, &location, ui);
    write(args, &run, ui)?;
    Ok(if args.fails(store, report) { Outcome::Findings } else { Outcome::Done })
}

impl LintArgs {
    /// The least safe fix that may be applied; `None` for none at all.
    fn least_safe_fix(&self) -> Option<Applicability> {
        if self.unsafe_fixes { Some(Applicability::Unsafe) } else { self.fix.then_some(Applicability::Safe) }
    }

    fn fails(&self, store: &Store, report: &Report) -> bool {
        let least = match self.fail_on {
            None => Some(store.config().lint.fail_on),
            Some(FailOn::Info) => Some(Severity::Info),
            Some(FailOn::Warning) => Some(Severity::Warning),
            Some(FailOn::Error) => Some(Severity::Error),
            Some(FailOn::Never) => None,
        };
        !self.exit_zero && least.is_some_and(|least| report.fails(least))
    }
}

/// The store as it is after fixes, and what is left to report.
struct Checked {
    store: Store,
    report: Report,
    fixed: usize,
}

fn check_and_fix(
    location: &Location,
    request: &Request,
    least_safe: Option<Applicability>,
) -> Result<Checked, CliError> {
    let mut fixed = 0;
    for _ in 0..FIX_ROUNDS {
        let store = Store::load(repo::snapshot(location)?);
        let report = lint::run(&store, request)?;
        let (change, applied) = match least_safe {
            Some(least_safe) => fixes(&store, &report.findings, least_safe),
            None => (ChangeSet::default(), 0),
        };
        if applied == 0 {
            return Ok(Checked { store, report, fixed });
        }
        repo::apply(&location.root, &change)?;
        fixed += applied;
    }
    Err(CliError::EndlessFixes(FIX_ROUNDS))
}

/// The files as they are once their fixes are applied, and how many fixes that were.
fn fixes(store: &Store, findings: &[Diagnostic], least_safe: Applicability) -> (ChangeSet, usize) {
    let mut by_file: BTreeMap<&StorePath, Vec<&Fix>> = BTreeMap::new();
    for finding in findings {
        if let Some(fix) = finding.fix.as_ref().filter(|fix| fix.applicability <= least_safe) {
            by_file.entry(&finding.file).or_default().push(fix);
        }
    }
    let mut change = ChangeSet::default();
    let mut applied = 0;
    for (path, fixes) in by_file {
        let Some(file) = store.file(path) else { continue };
        let (content, taken) = lint::fix::apply(&file.text, fixes);
        if content != file.text {
            applied += taken;
            change.files.push(FileWrite { path: path.clone(), content, mode: WriteMode::Replace });
        }
    }
    (change, applied)
}

/// The files that were named and are not part of the store.
///
/// # Errors
/// The first of them, where nothing else was named: a check that looked at nothing is no success.
fn left_out(args: &LintArgs, location: &Location, store: &Store) -> Result<Vec<CliError>, CliError> {
    let mut found = Vec::new();
    // The scope is empty where the whole store was named.
    for (named, path) in args.paths.iter().zip(&location.scope) {
        let inside: Option<StorePath> = path.parse().ok();
        if named.is_file() && inside.as_ref().is_none_or(|path| store.file(path).is_none()) {
            let config = store.config();
            let absence = match (&config.path, &config.sources) {
                _ if !inside.is_some_and(|path| store.lists(&path)) => Absence::Ignored,
                (None, _) => Absence::NoName,
                (Some(_), None) => Absence::NoKind,
                (Some(_), Some(_)) => Absence::NoSource,
            };
            found.push(CliError::NotInStore { path: path.clone(), absence });
        }
    }
    if found.len() < args.paths.len() {
        Ok(found)
    } else {
        found.into_iter().next().map_or_else(|| Ok(Vec::new()), Err)
    }
}

fn warn_of_nothing(report: &Report, store: &Store, location: &Location, ui: &Ui) {
    if location.scope.is_empty() {
        // What `init` writes for prompts that are yet to come is no mistake.
        for source in store.idle_sources().filter(|source| source.files != NEW_PROMPTS) {
            ui.warning(format_args!("the entry `{}` of `sources` matches no file", source.files));
        }
    }
    if report.files == 0 && !location.scope.is_empty() {
        ui.warning("nothing under these paths is part of the store; `promptyard.yaml` says where prompts are");
    } else if report.prompts == 0 && location.scope.is_empty() {
        ui.warning("no prompts were found here; `promptyard init` starts a store, and `sources` in `promptyard.yaml` says where prompts are");
    }
}

fn write(args: &LintArgs, run: &LintOutput<'_>, ui: &Ui) -> Result<(), CliError> {
    if args.format == LintFormat::Json {
        return ui.machine(|out| output::json::write(out, run));
    }
    let sentence = run.summary.sentence(run.elapsed);
    if args.statistics {
        ui.people(|out, _| output::statistics::write(out, &run.summary))?;
        ui.status(sentence);
        return Ok(());
    }
    if args.format == LintFormat::Concise {
        ui.people(|out, screen| output::concise::write(out, run, screen.colour))?;
        ui.status(sentence);
        return Ok(());
    }
    ui.people(|out, screen| {
        output::human::write(out, run, screen)?;
        if ui.is_quiet() { Ok(()) } else { output::human::write_summary(out, run, screen) }
    })
}

/// Today in UTC, so that a waiver ends at the same moment on every machine.
fn today() -> String {
    jiff::Timestamp::try_from(SystemTime::now())
        .map(|now| jiff::tz::TimeZone::UTC.to_datetime(now).date().to_string())
        .unwrap_or_default()
}
