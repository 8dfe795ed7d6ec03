//! `release`: give artifacts versions, as tags.
#![expect(clippy::disallowed_methods, reason = "the report of metrics is a file of the user's, outside of the store")]

mod from_history;

use std::fs;
use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};
use semver::{Prerelease, Version};

use super::Global;
use super::error::{CliError, Outcome};
use super::progress::Progress;
use super::ui::Ui;
use crate::name::ArtifactId;
use crate::output;
use crate::output::release::Fate;
use crate::release::Bump;
use crate::release::plan::{self, Lowering, Plan, Request, Selection};
use crate::release::report;
use crate::repo::{self, Git, Location, NewTag, TagLock, Uncommitted};
use crate::revision::Revisions as _;
use crate::trailer::one_line;

/// Release artifacts: compute their versions and tag them
#[derive(Debug, Args)]
#[command(
    long_about = "Release artifacts: compute their versions and tag them.\n\nA release is an annotated tag with the \
                  artifact's name and version, such as `prompts/support/answer@1.4.0`. Its version follows from what \
                  changed since the last release: a broken contract is major, another behaviour is minor, anything else is \
                  a patch. `--bump`, and `Release-Bump: major` in a commit's message, raise that. What is released is what \
                  is committed, and nothing but tags is written: all of them or none.",
    after_long_help = "Examples:
  promptyard release --all-changed --dry-run
  promptyard release prompts/support/answer --note 'Shorter answers' --push origin
  promptyard release prompts/support/answer --pre rc
  promptyard release prompts/support/answer --metrics report.json
  promptyard release --all-changed --initial 0.1.0
  promptyard release --from-history --dry-run

The report of metrics is JSON: [{\"name\": \"hallucination_rate\", \"value\": 0.021, \"n\": 400,
\"suite\": \"suites/support@1.1.0\", \"artifact\": \"prompts/support/answer\"}]. Without `artifact` it is about the one
artifact that is released.

Exit codes: 0 released, or released already; 1 something cannot be released as it is; 2 a failure.",
    group = ArgGroup::new("selection").required(true).multiple(false).args(["ids", "all_changed", "from_history"])
)]
pub(super) struct ReleaseArgs {
    /// The artifacts, such as prompts/support/answer
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Release every artifact that differs from its last release
    #[arg(long)]
    all_changed: bool,
    /// Make the releases that the history tells of: from tags like `v1.2.3` and `answer-v1.2.3`, and from versions in files
    #[arg(long, conflicts_with_all = ["bump", "initial", "pre", "note", "metrics"])]
    from_history: bool,
    /// Show what would be released, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Raise the version by at least this much
    #[arg(long, value_name = "STEP")]
    bump: Option<BumpStep>,
    /// Let --bump be less than what the content demands; the tag records it
    #[arg(long, requires = "bump")]
    allow_lower: bool,
    /// The version of first releases, instead of 1.0.0; it also says that there are none yet
    #[arg(long, value_name = "VERSION", value_parser = initial)]
    initial: Option<Version>,
    /// Make a pre-release with this label: `rc` for 1.4.0-rc.1
    #[arg(long, value_name = "LABEL", value_parser = label)]
    pre: Option<String>,
    /// What to write about the releases, for their tags and the changelog
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    note: String,
    /// A JSON report of what was measured, to keep with the releases
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Push the tags, all of them or none
    #[arg(long, value_name = "REMOTE")]
    push: Option<String>,
    /// The commit to release, instead of HEAD
    #[arg(long, value_name = "REVISION")]
    rev: Option<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: ReleaseFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum BumpStep {
    /// What is sent to the model is the same
    Patch,
    /// Behaviour changes
    Minor,
    /// The contract breaks
    Major,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReleaseFormat {
    /// A table for people
    Human,
    /// One document, for programs; `promptyard schema release-plan-v1` describes it
    Json,
}

pub(super) fn run(args: &ReleaseArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let request = request(args)?;
    let location = repo::discover(&[], global.root.as_deref())?;
    if args.from_history {
        return from_history::run(args, &location, ui);
    }
    let uncommitted = (args.rev.is_none() && !ui.is_quiet()).then(|| Uncommitted::ask(&location));
    // Planned under the lock: what another run releases meanwhile is part of the plan.
    let waiting = || ui.status("Another release is under way here; waiting for it.");
    let lock = (!args.dry_run).then(|| TagLock::take(&location, waiting)).transpose()?;
    let git = Git::open(&location)?;
    let at = git.resolve(args.rev.as_deref().unwrap_or("HEAD"))?;
    let progress = Progress::start(ui);
    let plan = plan::plan(&git, at, &progress.watch(&git.snapshot(at)?), &request)?;
    drop(progress);
    warn(&plan, uncommitted, ui);
    let refused = !plan.refused.is_empty() && request.selection != Selection::AllChanged;
    let mut fate = if refused { Fate::Refused } else { Fate::Shown };
    let mut pushed = Ok(());
    if let Some(lock) = lock.filter(|_| !refused) {
        let all = plan.rows.len();
        let progress = Progress::telling(ui, move |made| format!("Writing: {made} of {all} tags …"));
        lock.make(&tags(&plan), &|more| progress.add(more))?;
        drop((progress, lock));
        fate = Fate::Made;
        if let Some(remote) = &args.push {
            pushed = push(&location, remote, &plan);
            if pushed.is_ok() {
                fate = Fate::Pushed(remote);
            }
        }
    }
    match args.format {
        ReleaseFormat::Human => {
            let branch = git.branch().filter(|_| args.rev.is_none());
            ui.people(|out, _| output::release::write(out, &plan, fate, branch.as_deref()))?;
        }
        ReleaseFormat::Json => ui.machine(|out| output::release_json::write(out, &plan, fate))?,
    }
    pushed?;
    Ok(if plan.refused.is_empty() { Outcome::Done } else { Outcome::Findings })
}

fn request(args: &ReleaseArgs) -> Result<Request, CliError> {
    let measured = match &args.metrics {
        None => Vec::new(),
        Some(path) => {
            let file = |source| CliError::MetricsFile { path: path.clone(), source };
            let text = fs::read_to_string(path).map_err(file)?;
            report::read(&text).map_err(|source| CliError::Metrics { path: path.clone(), source })?
        }
    };
    Ok(Request {
        selection: if args.all_changed {
            Selection::AllChanged
        } else {
            Selection::Named(args.ids.iter().map(|id| ArtifactId::from_pattern(id)).collect())
        },
        bump: args.bump.map(Bump::from),
        lowering: if args.allow_lower { Lowering::Allowed } else { Lowering::Refused },
        initial: args.initial.clone(),
        label: args.pre.clone(),
        note: args.note.clone(),
        measured,
    })
}

fn tags(plan: &Plan) -> Vec<NewTag> {
    let tag = |row: &plan::Row| NewTag { name: row.tag.clone(), commit: plan.commit, message: row.record.to_string() };
    plan.rows.iter().map(tag).collect()
}

/// Pushes the new tags, and those that stand for what needs no release: an earlier push may have failed.
fn push(location: &Location, remote: &str, plan: &Plan) -> Result<(), CliError> {
    let new = plan.rows.iter().map(|row| row.tag.clone());
    let names: Vec<String> = new.chain(plan.current.iter().map(|current| current.tag.clone())).collect();
    if names.is_empty() {
        return Ok(());
    }
    Ok(repo::push(location, remote, &names)?)
}

/// Says what may surprise, and what is not released.
fn warn(plan: &Plan, uncommitted: Option<Uncommitted>, ui: &Ui) {
    let files = uncommitted.map(Uncommitted::answer).unwrap_or_default();
    if let Some(first) = files.first() {
        let more = if files.len() > 1 { format!(" and {} more", files.len() - 1) } else { String::new() };
        let first = one_line(first);
        ui.warning(format_args!("`{first}`{more}: changes that are not committed are not released"));
    }
    plan.hazards.iter().for_each(|hazard| ui.warning(one_line(hazard)));
    for refusal in &plan.refused {
        let why = one_line(&refusal.why);
        ui.warning(format_args!("`{}` cannot be released: {why}", refusal.artifact));
        if let Some(help) = &refusal.help {
            ui.status(format_args!("  help: {help}"));
        }
    }
}

fn initial(text: &str) -> Result<Version, String> {
    let version = Version::parse(text).map_err(|_| format!("`{text}` is not a version like 0.1.0"))?;
    if version.pre.is_empty() && version.build.is_empty() {
        return Ok(version);
    }
    Err("a first release has neither a label nor build metadata; --pre makes a pre-release".to_owned())
}

fn label(text: &str) -> Result<String, String> {
    let sound = Prerelease::new(&format!("{text}.1")).is_ok() && !text.contains('.') && !text.starts_with('-');
    if sound { Ok(text.to_owned()) } else { Err("a label is made of letters, digits and `-`, such as rc".to_owned()) }
}

impl From<BumpStep> for Bump {
    fn from(step: BumpStep) -> Self {
        match step {
            BumpStep::Patch => Self::Patch,
            BumpStep::Minor => Self::Minor,
            BumpStep::Major => Self::Major,
        }
    }
}
