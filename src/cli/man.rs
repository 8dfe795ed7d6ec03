//! `man`: the manual, from the same definition as the help.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::repo;

/// Print a page of the manual, or write all of them
#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  promptyard man lint | man -l -\n  promptyard man --dir ~/.local/share/man/man1"
)]
pub(super) struct ManArgs {
    /// The command whose page is printed; without it, the program's own
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Option<String>,
    /// Write all pages into this folder instead
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs, ui: &Ui) -> Result<Outcome, CliError> {
    let mut program = super::Cli::command();
    program.build();
    let commands = || std::iter::once(&program).chain(program.get_subcommands());
    let Some(dir) = &args.dir else {
        let wanted = args.command.as_deref().unwrap_or(program.get_name());
        let command = commands().find(|command| command.get_name() == wanted);
        let command = command.ok_or_else(|| CliError::UnknownCommand(wanted.to_owned()))?;
        let page = page(command);
        ui.machine(|out| out.write_all(&page))?;
        return Ok(Outcome::Done);
    };
    for command in commands() {
        let path = dir.join(format!("{}.1", file_stem(command)));
        let written = repo::write_file(&path, &page(command));
        written.map_err(|source| CliError::OutputFile { path: path.clone(), source })?;
        ui.status(format_args!("Wrote {}", path.display()));
    }
    Ok(Outcome::Done)
}

fn page(command: &Command) -> Vec<u8> {
    let mut page = Vec::new();
    let manual = Man::new(command.clone()).title(file_stem(command)).manual("Promptyard");
    manual.render(&mut page).expect("because a Vec takes any bytes");
    page
}

/// `promptyard-lint`
fn file_stem(command: &Command) -> String {
    command.get_display_name().unwrap_or(command.get_name()).to_owned()
}
