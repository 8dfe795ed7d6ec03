//! `enable` and `disable`: whether a route serves anybody.

use clap::Args;

use super::Global;
use super::error::{CliError, Outcome};
use super::promotion::{Change, ChangeArgs, Desk, share};
use super::ui::Ui;
use crate::output::promotion::Gates;
use crate::promote::{self, ReleaseFacts, Stay};
use crate::store::route::Share;

/// Have a route serve again
#[derive(Debug, Args)]
#[command(
    long_about = "Have a route serve again: with the shares that are given, else with all of the traffic for `stable` or the only \
                  variant. An experiment does not come back by itself.",
    after_long_help = "Examples:
  promptyard enable --env production --route support-answer
  promptyard enable --env production --route support-answer --traffic canary=5,stable=95

Exit codes: 0 committed, or so already; 1 a gate is shut; 2 a failure."
)]
pub(super) struct EnableArgs {
    /// Shares of the traffic in percent
    #[arg(long, value_name = "VARIANT=PERCENT", value_delimiter = ',', value_parser = share)]
    traffic: Vec<(String, Share)>,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Have a route serve nobody
#[derive(Debug, Args)]
#[command(
    long_about = "Have a route serve nobody. No gate stands in the way of that.",
    after_long_help = "Examples:
  promptyard disable --env production --route support-answer --reason 'The provider is down'

Exit codes: 0 committed, or so already; 2 a failure."
)]
pub(super) struct DisableArgs {
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) fn run_enable(args: &EnableArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let plan = |desk: &Desk<'_>| {
        let (releases, release) = (desk.releases(&[])?, ReleaseFacts::of_none());
        let facts = desk.facts(&releases, &release, Stay::Unknown);
        promote::enable(&desk.scene(), &args.traffic, &facts).map_err(|refusal| desk.refused(refusal))
    };
    Change { verb: "enable", args: &args.change, gates: Gates::Shown, about: None, plan: &plan }.run(global, ui)
}

pub(super) fn run_disable(args: &DisableArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let plan = |desk: &Desk<'_>| promote::disable(&desk.scene()).map_err(|refusal| desk.refused(refusal));
    Change { verb: "disable", args: &args.change, gates: Gates::Shown, about: None, plan: &plan }.run(global, ui)
}
