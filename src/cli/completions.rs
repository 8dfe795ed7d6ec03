//! `completions`: what a shell needs to complete commands and flags.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::error::{CliError, Outcome};
use super::ui::Ui;

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  promptyard completions bash > ~/.local/share/bash-completion/completions/promptyard\n  \
                       promptyard completions fish > ~/.config/fish/completions/promptyard.fish"
)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, ui: &Ui) -> Result<Outcome, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "promptyard", &mut script);
    ui.machine(|out| out.write_all(&script))?;
    Ok(Outcome::Done)
}
