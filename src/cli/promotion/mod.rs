//! What the commands that change a route share: their arguments, the way from a plan to a commit, and what is printed.

mod desk;
pub(super) mod facts;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::Global;
use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::name::{EnvName, ReleaseRef, RouteName};
use crate::output::promotion::{Fate, Gates, Report, human, json, patch};
use crate::path::StorePath;
use crate::promote::Plan;
use crate::promote::approval::Source;
use crate::repo::{self, CommitError, CommitLock, Git, Location, Made, NewCommit, Place};
use crate::store::route::{Route, Share};
use crate::trailer::Trailer;
pub(super) use desk::{Depth, Desk, past_args, reviews};

/// How often a plan is made anew because the branch moved while its commit was made. Runs of this program wait for each
/// other; only others move it.
const ATTEMPTS: usize = 8;

#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    /// The environment
    #[arg(long, value_name = "ENVIRONMENT")]
    pub(super) env: EnvName,
    /// The route
    #[arg(long, value_name = "ROUTE")]
    pub(super) route: RouteName,
    /// Why; the commit keeps it
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Show the plan with all gates, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Commit on a new branch of this name, for a pull request, and leave the worktree alone
    #[arg(long, value_name = "NAME", conflicts_with_all = ["patch", "dry_run"])]
    pub(super) branch: Option<String>,
    /// Print the change as a patch for `git am`, and write nothing
    #[arg(long, conflicts_with_all = ["dry_run", "format"])]
    pub(super) patch: bool,
    /// Who approved: a list of reviews as the forge's API gives it
    #[arg(long, value_name = "FILE", help_heading = "Approvals")]
    pub(super) reviews: Option<PathBuf>,
    /// Who approved, such as `R. Ortiz <ortiz@example.com>`; once for each
    #[arg(long, value_name = "PERSON", help_heading = "Approvals")]
    pub(super) approved_by: Vec<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: ChangeFormat,
    /// The instant to take for the present
    #[arg(long, value_name = "INSTANT", hide_short_help = true)]
    pub(super) now: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ChangeFormat {
    /// For people
    Human,
    /// One document, for programs; `promptyard schema promotion-report-v1` describes it
    Json,
}

impl ChangeArgs {
    fn writes(&self) -> bool {
        !self.dry_run && !self.patch
    }
}

/// One command that changes a route.
pub(super) struct Change<'a> {
    /// Its name.
    pub(super) verb: &'static str,
    pub(super) args: &'a ChangeArgs,
    /// Whether people are shown the gates although none is shut.
    pub(super) gates: Gates,
    /// The release that it is about, so that policies know what that is.
    pub(super) about: Option<&'a ReleaseRef>,
    /// Makes the plan from what is known.
    pub(super) plan: &'a dyn Fn(&Desk<'_>) -> Result<Plan, CliError>,
}

impl Change<'_> {
    /// Makes the plan, and where it may be and is to be, the commit.
    pub(super) fn run(&self, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
        let location = repo::discover(&[], global.root.as_deref())?;
        let args = self.args;
        let waiting = || ui.status("Another change is under way here; waiting for it.");
        let lock = args.writes().then(|| CommitLock::take(&location, waiting)).transpose()?;
        for _ in 0..ATTEMPTS {
            let git = Git::open(&location)?;
            if let Some(path) = lock.as_ref().map(|lock| lock.heal(&git)).transpose()?.flatten() {
                warn_of_left(&path, "an earlier run was stopped, and your copy of", ui);
            }
            let desk = Desk::open(&git, args, self.about)?;
            let mut plan = (self.plan)(&desk)?;
            if !plan.is_idle() {
                approve(&mut plan, &desk);
            }
            let lock = lock.as_ref().filter(|_| plan.is_allowed() && !plan.is_idle());
            let Some(lock) = lock else {
                let fate = match () {
                    () if plan.is_idle() => Fate::Idle,
                    () if !plan.is_allowed() => Fate::Refused,
                    () => Fate::Shown,
                };
                self.tell(&plan, &fate, &desk, &location, ui)?;
                return Ok(if fate == Fate::Refused { Outcome::Findings } else { Outcome::Done });
            };
            if let Some(fate) = self.write(lock, &plan, &desk, ui)? {
                self.tell(&plan, &fate, &desk, &location, ui)?;
                return Ok(Outcome::Done);
            }
        }
        let branch = Git::open(&location)?.branch().unwrap_or_default();
        Err(CommitError::Contended(branch).into())
    }

    /// Makes the commit; `None`: the branch moved meanwhile.
    fn write(&self, lock: &CommitLock, plan: &Plan, desk: &Desk<'_>, ui: &Ui) -> Result<Option<Fate>, CliError> {
        let branch = self.args.branch.clone().unwrap_or_else(|| desk.branch().to_owned());
        let message = plan.message();
        let new = NewCommit {
            reference: &format!("refs/heads/{branch}"),
            old: self.args.branch.is_none().then_some(desk.tip()),
            parent: Some(desk.tip()),
            change: &plan.change,
            place: Place::Store,
            message: &message,
        };
        let made = match self.args.branch {
            Some(_) => lock.commit_apart(desk.git(), &new)?,
            None => lock.commit_here(desk.git(), &new)?,
        };
        let Made::Commit { id, behind } = made else { return Ok(None) };
        if let Some(path) = behind {
            warn_of_left(&path, "the commit is made, and your copy of", ui);
        }
        if self.args.branch.is_none() {
            desk.warn_of_other_branch(ui);
        }
        Ok(Some(Fate::Committed { commit: id, remote: desk.remote(), branch }))
    }

    /// The command that takes back a promotion of what was there before; everything else is taken back by git.
    fn undo(&self, plan: &Plan) -> Option<String> {
        let step = plan.steps.first().filter(|step| self.verb == "promote" && step.from.is_some())?;
        let variant = step.variant.as_ref().map_or_else(String::new, |variant| format!(" --variant {variant}"));
        let ChangeArgs { env, route, .. } = self.args;
        Some(format!("promptyard rollback --env {env} --route {route} --dimension {}{variant}", step.dimension))
    }

    fn tell(&self, plan: &Plan, fate: &Fate, desk: &Desk<'_>, location: &Location, ui: &Ui) -> Result<(), CliError> {
        let shown = desk.shown(plan);
        let serves = serves(plan, desk);
        let undo = match fate {
            Fate::Committed { commit, .. } if self.args.branch.is_none() => {
                Some(self.undo(plan).unwrap_or_else(|| format!("git revert --no-edit {}", commit.short())))
            }
            _ => None,
        };
        let is_shut = !plan.is_allowed();
        let report = Report {
            verb: self.verb,
            environment: &self.args.env,
            route: &self.args.route,
            plan: &shown,
            fate,
            gates: if is_shut || self.args.dry_run { Gates::Shown } else { self.gates },
            serves: &serves,
            undo: undo.as_deref(),
        };
        if self.args.format == ChangeFormat::Json {
            return ui.machine(|out| json::write(out, &report));
        }
        if !self.args.patch {
            return ui.people(|out, _| human::write(out, &report));
        }
        ui.aside(|out| human::write(out, &report));
        if plan.is_idle() || is_shut {
            return Ok(());
        }
        let author = desk.author()?;
        ui.machine(|out| patch::write(out, plan, author, desk.now(), &location.folder_in_repository()))
    }
}

fn warn_of_left(path: &StorePath, what: &str, ui: &Ui) {
    ui.warning(format_args!(
        "{what} `{path}` does not have what the branch says; `git restore --staged --worktree -- {path}` takes it"
    ));
}

/// Writes into the commit who approved, so that the history tells it.
fn approve(plan: &mut Plan, desk: &Desk<'_>) {
    for approval in desk.approvals() {
        let value = match approval.source {
            Source::Trailer => approval.by.clone(),
            Source::Forge => format!("{} (review)", approval.by),
            Source::Release => format!("{} (release)", approval.by),
        };
        plan.trailers.push(Trailer::new("Approved-by", &value));
    }
}

/// What the route serves after the change: `stable 95 %: prompts/answer@1.3.0, models/chat@2.1.0`.
fn serves(plan: &Plan, desk: &Desk<'_>) -> Vec<String> {
    let changed = plan.change.files.first().and_then(|file| Route::of_text(&file.path, &file.content).0);
    let Some(route) = changed.as_ref().or_else(|| desk.route()) else { return Vec::new() };
    let mut served: Vec<(Share, String)> = Vec::new();
    for variant in route.variants.iter().filter(|_| route.is_enabled()) {
        let name = variant.name.value.as_str();
        let share = route.share_of(name);
        if share > Share::NONE {
            let releases: Vec<String> = variant.pins.values().map(|pin| pin.release.value.to_string()).collect();
            served.push((share, format!("{name} {share} %: {}", releases.join(", "))));
        }
    }
    served.sort_by_key(|(share, _)| std::cmp::Reverse(*share));
    served.into_iter().map(|(_, line)| desk.said(&line)).collect()
}

/// `canary=5`
pub(super) fn share(text: &str) -> Result<(String, Share), String> {
    let (name, share) = text.split_once('=').ok_or_else(|| "write it as `canary=5`".to_owned())?;
    let share: Share = share.trim().parse().map_err(|error: crate::store::route::ShareError| error.to_string())?;
    Ok((name.trim().to_owned(), share))
}
