//! `hooks`: the program as a part of git.

mod check;
mod merge;
mod receive;
mod setup;
mod textconv;

use clap::{Args, Subcommand};

use super::Global;
use super::error::{CliError, Outcome};
use super::ui::Ui;

/// Check commits and pushes, and merge and show files by their keys, as a part of git
#[derive(Debug, Args)]
#[command(
    long_about = "Check commits and pushes, and merge and show files by their keys, as a part of git.\n\nHooks that are already \
                  there are kept and run first. The drivers make `git merge` put changes of different keys together, and \
                  `git diff` compare texts by their lines.",
    after_long_help = "Examples:
  promptyard hooks install
  promptyard hooks install --pre-push --commit-msg
  promptyard hooks install --drivers
  promptyard hooks status
  promptyard hooks uninstall"
)]
pub(super) struct HooksArgs {
    #[command(subcommand)]
    command: HooksCommand,
}

#[derive(Debug, Subcommand)]
enum HooksCommand {
    Install(setup::InstallArgs),
    Uninstall(setup::UninstallArgs),
    Status(setup::StatusArgs),
    Run(RunArgs),
}

/// Do the work of a hook or a driver: git calls this
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    #[command(subcommand)]
    hook: Work,
}

#[derive(Debug, Subcommand)]
enum Work {
    PreCommit(check::CommitArgs),
    CommitMsg(check::MessageArgs),
    PrePush(check::PushArgs),
    PreReceive(receive::ReceiveArgs),
    Merge(merge::MergeArgs),
    Textconv(textconv::TextconvArgs),
}

pub(super) fn run(args: &HooksArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    match &args.command {
        HooksCommand::Install(args) => setup::install(args, global, ui),
        HooksCommand::Uninstall(args) => setup::uninstall(args, global, ui),
        HooksCommand::Status(args) => setup::status(args, global, ui),
        HooksCommand::Run(RunArgs { hook }) => match hook {
            Work::PreCommit(_) => check::commit(global, ui),
            Work::CommitMsg(args) => check::commit_message(args, ui),
            Work::PrePush(args) => check::push(args, global, ui),
            Work::PreReceive(_) => receive::run(global, ui),
            Work::Merge(args) => merge::run(args, ui),
            Work::Textconv(args) => textconv::run(args, ui),
        },
    }
}
