//! `lint`: what is wrong with the files of a store.
#![expect(
    clippy::disallowed_methods,
    reason = "the run's clock, for how long it took and for waivers that end; and whether a path that was named is a file"
)]

mod format;
mod history;
mod input;
mod known;
mod show_settings;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use clap::{Args, ValueEnum};

use super::Global;
use super::error::{Absence, CliError, Outcome};
use super::progress::Progress;
use super::releases;
use super::ui::Ui;
use crate::diagnostic::{Applicability, RuleId, Severity};
use crate::init::NEW_PROMPTS;
use crate::lint::mend::{self, MendError, Mended, MendedFile, RefusedFix};
use crate::lint::sensitive::Redaction;
use crate::lint::{self, Report, Request, change};
use crate::output::style::Colour;
use crate::output::summary::{Summary, plural};
use crate::output::{self, LintOutput, Screen};
use crate::path::StorePath;
use crate::repo::{self, ApplyError, Location};
use crate::store::Store;
use crate::store::snapshot::Snapshot;
pub(super) use format::format_and_file;
use format::{LintFormat, OutputFile};
use input::Input;
pub(super) use known::hold_back;

/// Check prompts and everything that they depend on
#[derive(Debug, Default, Args)]
#[command(
    long_about = "Check prompts and everything that they depend on.\n\nWithout paths, the whole store is checked. With \
                  paths, only findings in those files and folders are reported, but includes and references are followed \
                  wherever they lead.",
    after_long_help = "Examples:
  promptyard lint
  promptyard lint prompts/support --select TPL,PII
  promptyard lint --fix
  promptyard lint --staged
  promptyard lint --since origin/main
  promptyard lint --rev v1.2.0
  promptyard lint --history --all
  promptyard lint --diff
  promptyard lint --write-baseline
  promptyard lint --format json | jq '.summary'
  promptyard lint --output sarif=lint.sarif --output junit=lint.xml
  promptyard lint --fix - --stdin-filename prompts/answer.prompt.yaml < answer.yaml

Exit codes: 0 nothing at or above --fail-on was found, 1 something was, 2 the run failed."
)]
pub(super) struct LintArgs {
    /// Files and folders to report on, or - for standard input; the whole store where none is given
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The file of the store that standard input stands for
    #[arg(long, value_name = "FILE", requires = "paths")]
    stdin_filename: Option<PathBuf>,
    /// Check what is staged, and report on what that changes and on all that takes a changed file in
    #[arg(long, long_help = STAGED, conflicts_with = "rev", help_heading = "Git")]
    staged: bool,
    /// Check the files of a revision instead of the worktree's: a branch, a tag, a commit
    #[arg(long, value_name = "REVISION", help_heading = "Git")]
    rev: Option<String>,
    /// Look for personal data, secrets and hidden characters in everything that the history has ever had
    #[arg(long, long_help = HISTORY, conflicts_with_all = ["staged", "since", "fix", "unsafe_fixes", "diff", "write_baseline", "no_baseline", "output", "statistics", "stdin_filename", "show_settings"], help_heading = "Git")]
    history: bool,
    /// With --history: the history of every branch and tag, and not of HEAD alone
    #[arg(long, requires = "history", conflicts_with = "rev", help_heading = "Git")]
    all: bool,
    /// Report only on what changed since the merge base with this revision, and on all that takes a changed file in
    #[arg(long, value_name = "REVISION", help_heading = "Git")]
    since: Option<String>,
    /// How to write the findings to stdout; human, where the environment asks for nothing else
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    format: Option<LintFormat>,
    /// Write the findings into a file too, in any format: sarif=lint.sarif. May be given several times
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Output")]
    output: Vec<OutputFile>,
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
    /// Print a patch of what --fix (or --unsafe-fixes) would do, and write nothing
    #[arg(long, conflicts_with_all = ["write_baseline", "output", "format", "statistics"], help_heading = "Fixes")]
    diff: bool,
    /// Hold back what is found now from later runs: write it into the baseline, and drop what no longer occurs
    #[arg(long, help_heading = "Baseline")]
    write_baseline: bool,
    /// Pass over the baseline: report also what it holds back, or write it from nothing
    #[arg(long, help_heading = "Baseline")]
    no_baseline: bool,
    /// The least severity that fails the run, instead of the configuration's
    #[arg(long, value_name = "SEVERITY", help_heading = "Exit code")]
    fail_on: Option<FailOn>,
    /// Exit with 0 whatever is found
    #[arg(long, help_heading = "Exit code")]
    exit_zero: bool,
    /// Print how often each rule found something instead of the findings
    #[arg(long, help_heading = "Output")]
    statistics: bool,
    /// Print which rules run for a file, with which severity, and where that is said; check nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "fix", "unsafe_fixes", "diff", "write_baseline", "output", "staged", "rev", "since"], help_heading = "Output")]
    show_settings: Option<PathBuf>,
}

/// What `--staged` does not do is said where people look.
const STAGED: &str = "\
Check what is staged, and report on what that changes and on all that takes a changed file in.

The files are those that `git commit` would record, whatever the worktree has. REF007 and REF008, which compare each prompt \
with every other, and STR013, which compares all owners with CODEOWNERS, are left to a check of the whole store. With --since, the change is counted from that revision on.";

/// What `--history` looks at is said where people look.
const HISTORY: &str = "\
Look for personal data, secrets and hidden characters in everything that the history has ever had.

The rules are PII, SEC, INJ004 and INJ005. Every content that HEAD can reach, or the revision of --rev, is looked at once, \
under the configuration of that moment, at every place where the store has had files: by its configuration then and now, and \
by renames that left a file as it was. Each value is reported once, with the commit that brought it in. The baseline says \
nothing about the past.";

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

/// The store as it is after fixes, and what is left to report.
struct LintOutcome {
    store: Store,
    report: Report,
    fixed: usize,
}

pub(super) fn run(args: &LintArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let started = Instant::now();
    if let Some(file) = &args.show_settings {
        return show_settings::run(file, args, global, ui);
    }
    if args.history {
        return history::run(args, global, ui);
    }
    let input = Input::new(args, global, ui)?;
    let snapshot = input.snapshot()?;
    let request = args.request(&input, &snapshot)?;
    let mended = check(&input, &snapshot, args, &request, args.least_safe_fix(), ui)?;
    input.check_reads()?;
    warn_of_refused_fixes(&mended, ui);
    if args.diff {
        return print_patch(&mended, ui);
    }
    if let Some((path, given)) = &input.given
        && args.least_safe_fix().is_some()
    {
        ui.machine(|out| out.write_all(mended.files.get(path).map_or(given, |file| file.after.as_bytes())))?;
    }
    let mut checked = settle(mended, &input, args, &request, ui)?;
    if args.write_baseline {
        known::write(&mut checked, &input.location, ui)?;
    } else {
        known::tell_gone(&checked.report, ui);
    }
    let LintOutcome { store, report, fixed } = &checked;
    let prompts: BTreeSet<&StorePath> = store.prompts().iter().map(|prompt| &prompt.path).collect();
    let redaction = Redaction::new(store, report.findings.iter().map(|finding| &finding.file));
    let findings = redaction.findings(&report.findings);
    let shown = LintOutput {
        findings: &findings,
        text_of: &|path| redaction.text(path),
        summary: Summary {
            prompts: report.prompts,
            files: report.files,
            fixed: *fixed,
            in_baseline: report.baseline.known,
            gone_from_baseline: report.baseline.gone.iter().map(|(_, count)| count).sum(),
            ..Summary::new(&report.findings, |path| prompts.contains(path))
        },
        elapsed: ui.is_watched().then(|| started.elapsed()),
        fails_on: args.fails_on(store),
        folder: input.location.folder_in_repository(),
    };
    for left_out in left_out(args, &input, store)? {
        ui.warning(left_out);
    }
    // That a change reaches nothing is no surprise.
    if request.changed.is_none() {
        warn_of_nothing(report, store, &input.location, ui);
    }
    args.output.iter().try_for_each(|file| file.write(&shown))?;
    write(args, &shown, input.given.is_some() && args.least_safe_fix().is_some(), ui)?;
    let fails = !args.exit_zero && args.fails_on(store).is_some_and(|least| report.fails(least));
    // The program ends here: to free what ten thousand prompts are made of, piece by piece, only takes time.
    std::mem::forget(checked);
    Ok(if fails { Outcome::Findings } else { Outcome::Done })
}

impl LintArgs {
    /// The check before a commit: what is staged.
    pub(super) fn of_commit() -> Self {
        Self { staged: true, ..Self::default() }
    }

    /// The check before a push: what `revision` has, where it differs from `since`.
    pub(super) fn of_push(revision: &str, since: Option<&str>) -> Self {
        Self { rev: Some(revision.to_owned()), since: since.map(str::to_owned), ..Self::default() }
    }

    /// The least safe fix that may be applied; `None` for none at all.
    fn least_safe_fix(&self) -> Option<Applicability> {
        let safe = self.fix || self.diff;
        if self.unsafe_fixes { Some(Applicability::Unsafe) } else { safe.then_some(Applicability::Safe) }
    }

    /// Whether anything is to be written beside reports.
    fn changes_the_worktree(&self) -> bool {
        self.least_safe_fix().is_some() || self.write_baseline
    }

    fn request(&self, input: &Input, snapshot: &Snapshot) -> Result<Request, CliError> {
        let changed = input.changed(self.since.as_deref(), snapshot)?;
        let request = Request { changed: None, ..self.rules_alone(&input.location) };
        Ok(match changed {
            Some(changed) if self.staged => change::request(request, changed),
            changed => Request { changed, ..request },
        })
    }

    /// What rules run, and where.
    fn rules_alone(&self, location: &Location) -> Request {
        Request {
            judge: None,
            scope: location.scope.clone(),
            changed: None,
            today: today(),
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            // Known when the store is loaded: only routes ask for them.
            releases: None,
            granted: None,
        }
    }

    /// The least severity that fails the run; `None` where nothing does.
    fn fails_on(&self, store: &Store) -> Option<Severity> {
        match self.fail_on {
            None => Some(store.config().lint.fail_on),
            Some(FailOn::Info) => Some(Severity::Info),
            Some(FailOn::Warning) => Some(Severity::Warning),
            Some(FailOn::Error) => Some(Severity::Error),
            Some(FailOn::Never) => None,
        }
    }
}

/// Looks at the store, with the fixes that may be applied; nothing is written.
fn check(
    input: &Input,
    snapshot: &Snapshot,
    args: &LintArgs,
    request: &Request,
    least_safe: Option<Applicability>,
    ui: &Ui,
) -> Result<Mended, CliError> {
    let progress = Progress::start(ui);
    let snapshot = progress.watch(snapshot);
    let releases = OnceCell::new();
    let look = |store: &Store| -> Result<Report, CliError> {
        let ask = || {
            let known = releases::for_lint(store, request, &input.location);
            releases::warn_of_gaps(known.as_ref(), store, ui);
            known
        };
        let request = Request { releases: releases.get_or_init(ask).clone(), ..request.clone() };
        let mut report = lint::run(store, &request)?;
        if !args.no_baseline {
            hold_back(store, &request, &mut report)?;
        }
        Ok(report)
    };
    if let (true, Some(changed)) = (args.staged, &request.changed) {
        let (store, report) = change::look(&snapshot, changed, look)?;
        return Ok(Mended { store, report, files: BTreeMap::new(), refused: Vec::new() });
    }
    mend::mend(&snapshot, least_safe, look).map_err(|error| match error {
        MendError::Run(error) => error,
        MendError::Endless => CliError::EndlessFixes,
    })
}

/// Writes what was mended. A file that somebody else changed meanwhile is theirs: it is left as it is, and told as it is.
fn settle(mended: Mended, input: &Input, args: &LintArgs, request: &Request, ui: &Ui) -> Result<LintOutcome, CliError> {
    let mut change = mended.change();
    let mut fixed = mended.fixed();
    let mut left = false;
    while input.given.is_none() && !change.files.is_empty() {
        let path = match repo::apply(&input.location.root, &change) {
            Ok(()) => break,
            Err(ApplyError::Changed(path) | ApplyError::Gone(path)) => path,
            Err(error) => return Err(error.into()),
        };
        ui.warning(format_args!("`{path}` was changed while it was being fixed, and is left as it is"));
        change.files.retain(|file| file.path != path);
        fixed -= mended.files.get(&path).map_or(0, |file| file.fixes.len());
        left = true;
    }
    let Mended { store, report, .. } =
        if left { check(input, &input.snapshot()?, args, request, None, ui)? } else { mended };
    Ok(LintOutcome { store, report, fixed })
}

fn warn_of_refused_fixes(mended: &Mended, ui: &Ui) {
    let redaction = Redaction::new(&mended.store, mended.refused.iter().map(|refused| &refused.file));
    for RefusedFix { file, rule, title } in &mended.refused {
        let title = redaction.said(file, title);
        let code = rule.code;
        ui.warning(format_args!("a fix of {code} was not applied, because `{file}` would not parse any more: {title}"));
    }
}

/// Prints what fixes would do.
fn print_patch(mended: &Mended, ui: &Ui) -> Result<Outcome, CliError> {
    let redaction = Redaction::new(&mended.store, mended.files.keys());
    let files = mended.files.iter().map(|(path, file)| (path.clone(), shown(path, file, &redaction))).collect();
    ui.people(|out, screen| output::patch::write(out, &files, screen.colour))?;
    if files != mended.files {
        ui.warning("the patch shows no secrets and no personal data, so it does not apply; --fix makes the change");
    }
    let (fixes, files) = (plural(mended.fixed(), "fix"), plural(mended.files.len(), "file"));
    ui.status(format_args!("{fixes} in {files}; nothing was written"));
    Ok(if mended.files.is_empty() { Outcome::Done } else { Outcome::Findings })
}

/// A mended file as it may be shown.
fn shown(path: &StorePath, file: &MendedFile, redaction: &Redaction) -> MendedFile {
    let title = |(rule, title): &(RuleId, String)| (*rule, redaction.said(path, title));
    MendedFile {
        before: redaction.version(path, &file.before).into_owned(),
        after: redaction.version(path, &file.after).into_owned(),
        fixes: file.fixes.iter().map(title).collect(),
    }
}

/// The files that were named and are not part of the store.
///
/// # Errors
/// The first of them, where nothing else was named: a check that looked at nothing is no success.
fn left_out(args: &LintArgs, input: &Input, store: &Store) -> Result<Vec<CliError>, CliError> {
    let location = &input.location;
    if !input.is_worktree() {
        return not_there(args, location, store).map_or_else(|| Ok(Vec::new()), Err);
    }
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

/// The first path that was named and that the revision, or what is staged, does not have.
fn not_there(args: &LintArgs, location: &Location, store: &Store) -> Option<CliError> {
    let path = location.scope.iter().find(|path| !store.has_under(path))?;
    let what = args.rev.as_ref().map_or_else(|| "what is staged".to_owned(), |revision| format!("`{revision}`"));
    Some(CliError::NotInMoment { path: path.clone(), what })
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

/// Writes the findings to stdout, or beside it where stdout has the fixed text.
fn write(args: &LintArgs, run: &LintOutput<'_>, stdout_is_taken: bool, ui: &Ui) -> Result<(), CliError> {
    let format = args.format.unwrap_or_else(LintFormat::of_environment);
    let sentence = run.summary.sentence(run.elapsed);
    if stdout_is_taken {
        ui.aside(|out| output::concise::write(out, run, Colour::Plain));
        ui.status(sentence);
        return Ok(());
    }
    if format.has_summary() {
        return ui.machine(|out| format.write(out, run, &Screen::FILE));
    }
    if args.statistics {
        ui.people(|out, _| output::statistics::write(out, &run.summary))?;
        ui.status(sentence);
        return Ok(());
    }
    if format == LintFormat::Human {
        return ui.people(|out, screen| {
            output::human::write(out, run, screen)?;
            if ui.is_quiet() { Ok(()) } else { output::human::write_summary(out, run, screen) }
        });
    }
    if format.is_for_people() {
        ui.people(|out, screen| format.write(out, run, screen))?;
    } else {
        ui.machine(|out| format.write(out, run, &Screen::FILE))?;
    }
    ui.status(sentence);
    Ok(())
}

/// Today in UTC, so that a waiver ends at the same moment on every machine.
pub(super) fn today() -> String {
    jiff::Timestamp::try_from(SystemTime::now())
        .map(|now| jiff::tz::TimeZone::UTC.to_datetime(now).date().to_string())
        .unwrap_or_default()
}
