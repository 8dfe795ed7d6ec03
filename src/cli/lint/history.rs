//! `lint --history`: what the past has had in it.

use super::{LintArgs, LintFormat};
use crate::cli::Global;
use crate::cli::error::{CliError, Outcome};
use crate::cli::progress::Progress;
use crate::cli::ui::Ui;
use crate::lint::history::{self, HistoryError, HistoryReport, Past};
use crate::output;
use crate::repo::{self, Git};
use crate::revision::Revisions as _;
use crate::store::Store;

/// So many contents that were not read to the end are named.
const MOST_UNREAD: usize = 5;

pub(super) fn run(args: &LintArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let format = Format::of(args.format)?;
    let location = repo::discover_past(&args.paths, global.root.as_deref())?;
    let git = Git::open(&location)?;
    let named = args.rev.as_deref().unwrap_or("HEAD");
    let now = git.resolve(named)?;
    let tips = if args.all { git.tips()? } else { vec![now] };
    let request = args.rules_alone(&location);
    let progress = Progress::start(ui);
    let watch = |contents| progress.add(contents);
    let report = history::scan(&git, &Past { tips, now }, &request, &watch).map_err(|error| match error {
        HistoryError::Rule(unknown) => CliError::from(unknown),
        HistoryError::Revision(error) => error.into(),
    })?;
    drop(progress);
    let folder = location.folder_in_repository();
    match format {
        Format::Human => ui.people(|out, screen| {
            output::history::write_human(out, &report, named, screen)?;
            if ui.is_quiet() { Ok(()) } else { output::history::write_summary(out, &report, screen.colour) }
        })?,
        Format::Concise => {
            ui.people(|out, screen| output::history::write_concise(out, &report, screen.colour))?;
            ui.status(output::history::sentence(&report));
        }
        Format::Json => ui.machine(|out| output::history::write_json(out, &report))?,
        Format::Sarif => ui.machine(|out| output::sarif::write_history(out, &report, named, &folder))?,
    }
    warn_of_unread(&report, ui);
    // The configuration of the revision says what fails a run.
    let store = Store::load_only(git.snapshot(now)?, &[].into());
    let fails = !args.exit_zero && args.fails_on(&store).is_some_and(|least| report.fails(least));
    Ok(if fails { Outcome::Findings } else { Outcome::Done })
}

/// The formats that can say which commit brought something in.
enum Format {
    Human,
    Concise,
    Json,
    Sarif,
}

impl Format {
    fn of(asked: Option<LintFormat>) -> Result<Self, CliError> {
        Ok(match asked {
            None => match LintFormat::of_environment() {
                LintFormat::Human => Self::Human,
                _ => Self::Concise,
            },
            Some(LintFormat::Human) => Self::Human,
            Some(LintFormat::Concise) => Self::Concise,
            Some(LintFormat::Json) => Self::Json,
            Some(LintFormat::Sarif) => Self::Sarif,
            Some(_) => return Err(CliError::NoHistoryFormat),
        })
    }
}

fn warn_of_unread(report: &HistoryReport, ui: &Ui) {
    for unread in report.unread.iter().take(MOST_UNREAD) {
        let (path, content) = (&unread.path, unread.content.short());
        ui.warning(format_args!("`{path}` ({content}) was not read to its end: {}", unread.reason));
    }
    let more = report.unread.len().saturating_sub(MOST_UNREAD);
    if more > 0 {
        ui.warning(format_args!("{more} more were not read to their end; --format json names them all"));
    }
}
