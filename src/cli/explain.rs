//! `explain`: everything that is known about one rule.

use clap::Args;

use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::lint::rule::RuleMeta;
use crate::lint::rules::RULES;
use crate::lint::select::{self, UnknownRule};
use crate::output;

/// Say what a rule finds, why that is bad, and how to mend it
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  promptyard explain TPL002\n  promptyard explain undeclared-variable")]
pub(super) struct ExplainArgs {
    /// The rule's code or name
    #[arg(value_name = "RULE")]
    rule: String,
}

pub(super) fn run(args: &ExplainArgs, ui: &Ui) -> Result<Outcome, CliError> {
    let meta = find(&args.rule)?;
    ui.people(|out, screen| output::rules::write_explanation(out, meta, screen))?;
    Ok(Outcome::Done)
}

fn find(name: &str) -> Result<&'static RuleMeta, CliError> {
    let mut metas = RULES.iter().map(|rule| rule.meta());
    let same = |meta: &&RuleMeta| meta.id.code.eq_ignore_ascii_case(name) || meta.id.name.eq_ignore_ascii_case(name);
    metas.find(same).ok_or_else(|| UnknownRule { name: name.to_owned(), suggestion: select::suggest(name) }.into())
}
