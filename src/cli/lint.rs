//! `lint`: what is wrong with the files of a store.
#![expect(
    clippy::disallowed_methods,
    reason = "the run's clock, for how long it took and for waivers that end; and whether a path that was named is a file"
)]

mod args;
mod format;
mod history;
mod input;
mod known;
mod show_settings;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Instant, SystemTime};

use super::Global;
use super::error::{Absence, CliError, Outcome};
use super::progress::Progress;
use super::releases;
use super::ui::Ui;
use crate::diagnostic::{Applicability, RuleId};
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
pub(super) use args::LintArgs;
use format::LintFormat;
pub(super) use format::format_and_file;
use input::Input;
pub(super) use known::hold_back;

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
