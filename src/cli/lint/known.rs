//! The baseline's file: where it is, reading it, writing it.

use super::LintOutcome;
use crate::change::{ChangeSet, FileWrite, WriteMode};
use crate::cli::error::{BaselineProblem, CliError};
use crate::cli::ui::Ui;
use crate::lint::baseline::{Baseline, DEFAULT_PATH};
use crate::lint::{Report, Request};
use crate::output::summary::plural;
use crate::path::{PathError, StorePath};
use crate::repo::{self, Location};
use crate::store::Store;

/// Takes what the store's baseline knows out of `report`.
pub(in crate::cli) fn hold_back(store: &Store, request: &Request, report: &mut Report) -> Result<(), CliError> {
    let path = path(store)?;
    let unreadable = |source| CliError::Baseline { path: path.to_string(), source };
    let Some(content) = store.read(&path) else { return Ok(()) };
    let content = content.map_err(|reason| unreadable(BaselineProblem::Unreadable(reason)))?;
    // What is not UTF-8 is not JSON either; the reader says so.
    let baseline = Baseline::read(&String::from_utf8_lossy(&content)).map_err(|error| unreadable(error.into()))?;
    baseline.hold_back(report, store, request);
    Ok(())
}

/// Writes what `checked` still reports into the baseline, and drops what no longer occurs.
pub(super) fn write(checked: &mut LintOutcome, location: &Location, ui: &Ui) -> Result<(), CliError> {
    let path = path(&checked.store)?;
    let report = &mut checked.report;
    let (kept, gone) = (report.baseline.known, std::mem::take(&mut report.baseline.gone));
    let mut baseline = std::mem::take(&mut report.baseline.renewed);
    let before = report.findings.len();
    baseline.take_in(report, &checked.store);
    let new = before - report.findings.len();
    report.baseline.known = kept + new;
    let content = baseline.write();
    let there = checked.store.read(&path);
    let mode = if there.is_some() { WriteMode::Replace } else { WriteMode::Create };
    if there != Some(Ok(content.clone().into_bytes())) {
        let file = FileWrite { path: path.clone(), content, mode };
        repo::apply(&location.root, &ChangeSet { files: vec![file] })?;
    }
    let gone: usize = gone.iter().map(|(_, count)| count).sum();
    ui.status(format_args!("`{path}` holds {}: {new} new, {gone} dropped", plural(baseline.len(), "finding")));
    Ok(())
}

/// Says that entries of the baseline no longer occur.
pub(super) fn tell_gone(report: &Report, ui: &Ui) {
    let gone: usize = report.baseline.gone.iter().map(|(_, count)| count).sum();
    if gone > 0 {
        let what = if gone == 1 {
            "finding of the baseline no longer occurs"
        } else {
            "findings of the baseline no longer occur"
        };
        ui.warning(format_args!("{gone} {what}; `promptyard lint --write-baseline` drops what is gone"));
    }
}

fn path(store: &Store) -> Result<StorePath, CliError> {
    let named = store.config().lint.baseline.as_ref().map_or(DEFAULT_PATH, |path| path.value.as_str());
    named.parse().map_err(|error: PathError| CliError::Baseline { path: named.to_owned(), source: error.into() })
}
