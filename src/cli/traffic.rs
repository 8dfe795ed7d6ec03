//! `traffic`: how the traffic of a route is shared out.

use clap::Args;

use super::Global;
use super::error::{CliError, Outcome};
use super::promotion::{Change, ChangeArgs, Desk, share};
use super::ui::Ui;
use crate::output::promotion::Gates;
use crate::promote::{self, ReleaseFacts, Stay};
use crate::store::route::Share;

/// Share out the traffic of a route among its variants
#[derive(Debug, Args)]
#[command(
    long_about = "Share out the traffic of a route among its variants, in percent with two decimals at most. The main variant, \
                  `stable` or the one with the greatest share, makes up for what is not said.",
    after_long_help = "Examples:
  promptyard traffic --env production --route support-answer canary=10
  promptyard traffic --env production --route support-answer canary=50,stable=50 --reason 'Second week'

Exit codes: 0 committed, or so already; 1 a gate is shut; 2 a failure."
)]
pub(super) struct TrafficArgs {
    /// Shares in percent
    #[arg(value_name = "VARIANT=PERCENT", required = true, value_delimiter = ',', value_parser = share)]
    shares: Vec<(String, Share)>,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) fn run(args: &TrafficArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let plan = |desk: &Desk<'_>| {
        let (releases, release) = (desk.releases(&[])?, ReleaseFacts::of_none());
        let facts = desk.facts(&releases, &release, Stay::Unknown);
        promote::share_out(&desk.scene(), &args.shares, &facts).map_err(|refusal| desk.refused(refusal))
    };
    Change { verb: "traffic", args: &args.change, gates: Gates::Shown, about: None, plan: &plan }.run(global, ui)
}
