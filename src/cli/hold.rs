//! `hold` and `unhold`: releases that may not be promoted.

use clap::Args;

use super::Global;
use super::error::{CliError, Outcome};
use super::promotion::{Change, ChangeArgs, Desk};
use super::ui::Ui;
use crate::name::ReleaseRef;
use crate::output::promotion::Gates;
use crate::promote::{self, ReleaseFacts, Stay};

/// Hold a release back in a route: it is not promoted there until somebody lifts that
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  promptyard hold prompts/support/answer@1.4.0 --env production --route support-answer --reason 'Invents opening hours'

Exit codes: 0 committed, or so already; 2 a failure.")]
pub(super) struct HoldArgs {
    /// The release, such as prompts/support/answer@1.4.0
    #[arg(value_name = "RELEASE")]
    release: ReleaseRef,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Lift the hold of a release in a route
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  promptyard unhold prompts/support/answer@1.4.0 --env production --route support-answer --reason 'The passages were wrong'

Exit codes: 0 committed; 2 a failure.")]
pub(super) struct UnholdArgs {
    /// The release, such as prompts/support/answer@1.4.0
    #[arg(value_name = "RELEASE")]
    release: ReleaseRef,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) fn run_hold(args: &HoldArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let plan = |desk: &Desk<'_>| {
        let (releases, release) = (desk.releases(&[&args.release])?, ReleaseFacts::of_none());
        let facts = desk.facts(&releases, &release, Stay::Unknown);
        promote::hold(&desk.scene(), &args.release, &facts).map_err(|refusal| desk.refused(refusal))
    };
    let about = Some(&args.release);
    Change { verb: "hold", args: &args.change, gates: Gates::Shown, about, plan: &plan }.run(global, ui)
}

pub(super) fn run_unhold(args: &UnholdArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let plan = |desk: &Desk<'_>| promote::unhold(&desk.scene(), &args.release).map_err(|refusal| desk.refused(refusal));
    Change { verb: "unhold", args: &args.change, gates: Gates::Shown, about: None, plan: &plan }.run(global, ui)
}
