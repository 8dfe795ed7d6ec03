//! `rollback`: what served well before serves again.

use clap::{ArgGroup, Args};

use super::Global;
use super::error::{CliError, Outcome};
use super::past::Opened;
use super::promotion::{Change, ChangeArgs, Depth, Desk, past_args};
use super::ui::Ui;
use crate::name::ReleaseRef;
use crate::output::promotion::Gates;
use crate::promote::{self, Plan, ReleaseFacts, Rollback, Stay, Step};
use crate::release::known::Releases;
use crate::store::route::Dimension;

/// Go back to what served well before, and hold back what did not
#[derive(Debug, Args)]
#[command(
    long_about = "Go back to what served well before, and hold back what did not: one dimension of one variant, or with --all the \
                  whole route as it was at a time.\n\nThe good state is the last one that was live here and that nothing holds \
                  back, by the history and not by version numbers. It needs no new approval, and no freeze stops it. What is \
                  rolled back is held back in this route until `promptyard unhold` lifts that.",
    after_long_help = "Examples:
  promptyard rollback --env production --route support-answer --dimension prompt
  promptyard rollback --env production --route support-answer --dimension prompt --to prompts/support/answer@1.2.0
  promptyard rollback --env production --route support-answer --dimension traffic
  promptyard rollback --env production --route support-answer --all --as-of 2026-07-20T11:00:00+02:00

Exit codes: 0 committed, or so already; 1 a gate is shut; 2 a failure.",
    group = ArgGroup::new("what").required(true).multiple(false).args(["dimension", "all"])
)]
pub(super) struct RollbackArgs {
    /// What goes back: prompt, model, retrieval, policy or traffic
    #[arg(long, value_name = "DIMENSION")]
    dimension: Option<Dimension>,
    /// The variant; the only one or `stable` where none is named
    #[arg(long, value_name = "VARIANT", conflicts_with = "all")]
    variant: Option<String>,
    /// The release to go back to, instead of the last good one
    #[arg(long, value_name = "RELEASE", conflicts_with = "all")]
    to: Option<ReleaseRef>,
    /// Everything: all variants, releases and shares
    #[arg(long, requires = "as_of")]
    all: bool,
    /// The time to go back to: an instant, a commit, or a day in which nothing changed
    #[arg(long, value_name = "WHEN", requires = "all")]
    as_of: Option<String>,
    /// The time zone of --as-of: a name like Europe/Berlin
    #[arg(long, value_name = "ZONE", requires = "all")]
    tz: Option<String>,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) fn run(args: &RollbackArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let opened = match &args.as_of {
        Some(_) => Some(Opened::new(&past_args(&args.change, args.tz.as_deref()), global)?),
        None => None,
    };
    let plan = |desk: &Desk<'_>| match (&opened, &args.as_of, args.dimension) {
        (Some(opened), Some(when), _) => whole(desk, when, opened),
        (_, _, Some(Dimension::Traffic)) => shares(desk),
        (_, _, Some(dimension)) => one(desk, args, dimension),
        _ => unreachable!("because the command line asks for a dimension or --all"),
    };
    Change { verb: "rollback", args: &args.change, gates: Gates::Hidden, about: args.to.as_ref(), plan: &plan }
        .run(global, ui)
}

fn one(desk: &Desk<'_>, args: &RollbackArgs, dimension: Dimension) -> Result<Plan, CliError> {
    let rollback = Rollback { dimension, variant: args.variant.clone(), to: args.to.clone() };
    let variant = desk.variant(args.variant.as_deref())?;
    let plan = |releases: &Releases, release: &ReleaseFacts| {
        let facts = desk.facts(releases, release, Stay::Unknown);
        let mut past = desk.past_of(variant.clone(), dimension)?;
        promote::roll_back(&desk.scene(), &rollback, &mut past, &facts).map_err(|refusal| desk.refused(refusal))
    };
    let draft = plan(&desk.releases(&args.to.iter().collect::<Vec<_>>())?, &ReleaseFacts::of_none())?;
    // Only a plan says which release it goes back to, and only then can that one be looked at.
    let Some(good) = draft.steps.first().and_then(Step::release) else { return Ok(draft) };
    plan(&desk.releases(&[&good])?, &desk.release(&good, Depth::Digest)?)
}

fn shares(desk: &Desk<'_>) -> Result<Plan, CliError> {
    let (releases, release) = (desk.releases(&[])?, ReleaseFacts::of_none());
    let facts = desk.facts(&releases, &release, Stay::Unknown);
    promote::roll_back_traffic(&desk.scene(), &mut desk.past_shares()?, &facts).map_err(|refusal| desk.refused(refusal))
}

fn whole(desk: &Desk<'_>, when: &str, opened: &Opened) -> Result<Plan, CliError> {
    let past = desk.route_at(when, opened)?;
    let named: Vec<&ReleaseRef> = past.pins().map(|(_, pin)| &pin.release.value).collect();
    let (releases, release) = (desk.releases(&named)?, ReleaseFacts::of_none());
    let facts = desk.facts(&releases, &release, Stay::Unknown);
    promote::roll_back_all(&desk.scene(), &past, &facts).map_err(|refusal| desk.refused(refusal))
}
