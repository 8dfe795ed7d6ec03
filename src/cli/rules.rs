//! `rules`: the table of all rules.

use clap::{Args, ValueEnum};

use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::lint::rules::RULES;
use crate::output;

/// List the rules
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  promptyard rules\n  promptyard rules --format json | jq -r '.rules[].code'")]
pub(super) struct RulesArgs {
    /// How to write them
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: RulesFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RulesFormat {
    /// A table for people
    Human,
    /// Everything about each rule, for programs
    Json,
    /// The page of documentation
    Markdown,
}

pub(super) fn run(args: &RulesArgs, ui: &Ui) -> Result<Outcome, CliError> {
    match args.format {
        RulesFormat::Human => ui.people(|out, _| output::rules::write_table(out, RULES)),
        RulesFormat::Json => ui.machine(|out| output::rules::write_json(out, RULES)),
        RulesFormat::Markdown => ui.machine(|out| output::rules::write_markdown(out, RULES)),
    }?;
    Ok(Outcome::Done)
}
