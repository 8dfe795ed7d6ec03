//! `promote`: a release comes to serve.

use clap::Args;

use super::Global;
use super::error::{CliError, Outcome};
use super::promotion::{Change, ChangeArgs, Depth, Desk, share};
use super::ui::Ui;
use crate::name::ReleaseRef;
use crate::output::promotion::Gates;
use crate::promote::{self, Promotion};
use crate::store::route::Share;
use crate::store::route::draft::Target;

/// Put a release in front of users: one dimension of one variant of a route
#[derive(Debug, Args)]
#[command(
    long_about = "Put a release in front of users: one dimension of one variant of a route, and the traffic where that is asked \
                  for. Everything else in the file stays as it is.\n\nAll gates are looked at and all are shown: the release \
                  exists and its digest is that of the tagged content, nothing holds it back, it lints clean by the policies of \
                  the branch, its metrics keep their bounds, it has been in the environment before for long enough, it is \
                  approved, no freeze is on. One that is shut refuses the promotion, and nothing is written.\n\nThese approve: \
                  --approved-by, --reviews, and whoever approved, by `Approved-by:` trailers, each commit or merge that \
                  touched the artifact since the release that the route serves. Nobody approves a change of his own.\n\nThe promotion is \
                  one commit on the current branch. Other work, staged or not, stays as it is; hooks for commits are not run, \
                  because the gates are what they would check.",
    after_long_help = "Examples:
  promptyard promote prompts/support/answer@1.4.0 --env production --route support-answer --dry-run
  promptyard promote prompts/support/answer@1.4.0 --env production --route support-answer --variant canary --traffic canary=5
  promptyard promote prompts/support/answer@1.4.0 --env production --route support-answer --branch answer-1.4.0
  promptyard promote models/support-chat@2.2.0 --env production --route support-answer --patch > change.patch

Exit codes: 0 committed, or so already; 1 a gate is shut; 2 a failure."
)]
pub(super) struct PromoteArgs {
    /// The release, such as prompts/support/answer@1.4.0
    #[arg(value_name = "RELEASE")]
    release: ReleaseRef,
    /// The variant; the only one or `stable` where none is named. A new one is made like that one
    #[arg(long, value_name = "VARIANT")]
    variant: Option<String>,
    /// Shares of the traffic in percent; the main variant makes up for the rest
    #[arg(long, value_name = "VARIANT=PERCENT", value_delimiter = ',', value_parser = share)]
    traffic: Vec<(String, Share)>,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) fn run(args: &PromoteArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let promotion =
        Promotion { release: args.release.clone(), variant: args.variant.clone(), traffic: args.traffic.clone() };
    let plan = |desk: &Desk<'_>| {
        let releases = desk.releases(&[&args.release])?;
        let release = desk.release(&args.release, Depth::Whole)?;
        let target = Target { release: args.release.clone(), digest: releases.digest(&args.release) };
        let upstream = match desk.dimension_of(&args.release) {
            Some(dimension) => desk.upstream(dimension, &target)?,
            None => promote::Stay::Unknown,
        };
        promote::promote(&desk.scene(), &promotion, &desk.facts(&releases, &release, upstream))
            .map_err(|refusal| desk.refused(refusal))
    };
    Change { verb: "promote", args: &args.change, gates: Gates::Shown, about: Some(&args.release), plan: &plan }
        .run(global, ui)
}
