//! The command line: parse arguments, call a verb, print, exit. One file a command.
//!
//! Nothing happens before the arguments are parsed: `--version` costs what starting a process costs.

mod blame_at;
mod bundle;
mod changelog;
mod check;
mod completions;
mod diff;
mod digest;
mod enable;
mod error;
mod explain;
mod history;
mod hold;
mod hooks;
mod init;
mod ledger;
mod lint;
mod man;
mod metrics;
mod new;
mod past;
mod progress;
mod promote;
mod promotion;
mod receipt;
mod release;
mod releases;
mod render;
mod rollback;
mod rules;
mod schema;
mod status;
mod tokens;
mod traffic;
mod ui;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use error::{CliError, Outcome};
use ui::{Ui, Verbosity};

/// Git as the system of record for prompts, models, retrieval settings, policies and routing.
#[derive(Debug, Parser)]
#[command(
    name = "promptyard",
    version,
    long_about = "Git as the system of record for prompts, models, retrieval settings, policies and routing.\n\n\
                  Promptyard reads the files of a repository as they are and says what is wrong with them, where, and \
                  what to do. A store is a repository, or a folder in one, with `promptyard.yaml` at its root; without \
                  that file, prompts are found by their names.",
    after_long_help = "\
Examples:
  promptyard init              Make this folder a store, or adopt the prompts that it has
  promptyard lint              Check every prompt of the store
  promptyard lint --fix a.md   Check one file and mend what can be mended safely
  promptyard tokens            Count the tokens of every prompt, and say what calls cost
  promptyard release --all-changed --dry-run
                               Say what would be released, and why
  promptyard diff main         Show what a change does, and which releases it needs
  promptyard render ID         Render a prompt: what the model gets
  promptyard explain TPL002    Say what a rule finds, why, and how to mend it

Exit codes: 0 clean or done, 1 findings, 2 a mistake in the command line, the configuration, or reading and writing.",
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 100,
    infer_subcommands = false,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// The store's root, instead of the nearest folder with `promptyard.yaml`
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Everywhere")]
    root: Option<PathBuf>,
    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Everywhere")]
    color: ColorWhen,
    /// Print findings and data only: no summary, no remarks
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    New(new::NewArgs),
    Lint(lint::LintArgs),
    Tokens(tokens::TokensArgs),
    Render(render::RenderArgs),
    Diff(diff::DiffArgs),
    Check(check::CheckArgs),
    Release(release::ReleaseArgs),
    Changelog(changelog::ChangelogArgs),
    Verify(verify::VerifyArgs),
    Metrics(metrics::MetricsArgs),
    Digest(digest::DigestArgs),
    Bundle(bundle::BundleArgs),
    Status(status::StatusArgs),
    Promote(promote::PromoteArgs),
    Rollback(rollback::RollbackArgs),
    Traffic(traffic::TrafficArgs),
    Hold(hold::HoldArgs),
    Unhold(hold::UnholdArgs),
    Enable(enable::EnableArgs),
    Disable(enable::DisableArgs),
    BlameAt(blame_at::BlameAtArgs),
    History(history::HistoryArgs),
    Receipt(receipt::ReceiptArgs),
    Hooks(hooks::HooksArgs),
    Explain(explain::ExplainArgs),
    Rules(rules::RulesArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Runs the program with `arguments`, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(message) => return error::exit_after_clap(&message),
    };
    let verbosity = if cli.global.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let ui = Ui::new(cli.global.color.into(), verbosity);
    let result = dispatch(cli.command, &cli.global, &ui);
    if let Err(error) = &result {
        ui.error(error);
    }
    error::exit_code(&result)
}

fn dispatch(command: Command, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    match command {
        Command::Lint(args) => lint::run(&args, global, ui),
        Command::Tokens(args) => tokens::run(&args, global, ui),
        Command::BlameAt(args) => blame_at::run(&args, global, ui),
        Command::History(args) => history::run(&args, global, ui),
        Command::Diff(args) => diff::run(&args, global, ui),
        Command::Check(args) => check::run(&args, global, ui),
        Command::Digest(args) => digest::run(&args, global, ui),
        Command::Bundle(args) => bundle::run(&args, global, ui),
        Command::Release(args) => release::run(&args, global, ui),
        Command::Changelog(args) => changelog::run(&args, global, ui),
        Command::Promote(args) => promote::run(&args, global, ui),
        Command::Rollback(args) => rollback::run(&args, global, ui),
        Command::Traffic(args) => traffic::run(&args, global, ui),
        Command::Hold(args) => hold::run_hold(&args, global, ui),
        Command::Unhold(args) => hold::run_unhold(&args, global, ui),
        Command::Enable(args) => enable::run_enable(&args, global, ui),
        Command::Disable(args) => enable::run_disable(&args, global, ui),
        Command::Receipt(args) => receipt::run(&args, global, ui),
        Command::Verify(args) => verify::run(&args, global, ui),
        Command::Metrics(args) => metrics::run(&args, global, ui),
        Command::Render(args) => render::run(&args, global, ui),
        Command::Explain(args) => explain::run(&args, ui),
        Command::Rules(args) => rules::run(&args, ui),
        Command::Status(args) => status::run(&args, global, ui),
        Command::Schema(args) => schema::run(&args, ui),
        Command::Hooks(args) => hooks::run(&args, global, ui),
        Command::Init(args) => init::run(&args, global, ui),
        Command::New(args) => new::run(&args, global, ui),
        Command::Completions(args) => completions::run(&args, ui),
        Command::Man(args) => man::run(&args, ui),
    }
}

impl From<ColorWhen> for anstream::ColorChoice {
    fn from(when: ColorWhen) -> Self {
        match when {
            ColorWhen::Auto => Self::Auto,
            ColorWhen::Always => Self::Always,
            ColorWhen::Never => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_argument_says_what_it_is() {
        let mut commands = vec![Cli::command()];
        while let Some(command) = commands.pop() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
            commands.extend(command.get_subcommands().cloned());
        }
    }
}
