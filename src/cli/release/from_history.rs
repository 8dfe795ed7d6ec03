//! `release --from-history`: the releases that a repository has made without saying so.

use super::{ReleaseArgs, ReleaseFormat};
use crate::cli::error::{CliError, Outcome};
use crate::cli::ledger::Past;
use crate::cli::ui::Ui;
use crate::output;
use crate::output::release_history::Fate;
use crate::release::history::{self, Proposal};
use crate::repo::{self, Git, Location, NewTag, TagLock};
use crate::revision::Revisions as _;

pub(super) fn run(args: &ReleaseArgs, location: &Location, ui: &Ui) -> Result<Outcome, CliError> {
    let waiting = || ui.status("Another release is under way here; waiting for it.");
    let lock = (!args.dry_run).then(|| TagLock::take(location, waiting)).transpose()?;
    let git = Git::open(location)?;
    let at = git.resolve(args.rev.as_deref().unwrap_or("HEAD"))?;
    let past = Past::at(&git, at)?;
    let proposal = history::propose(&git, at, &past.ledger, past.catalogue.config().tag_prefix())?;
    proposal.hazards.iter().for_each(|hazard| ui.warning(hazard));
    let mut fate = Fate::Shown;
    if let Some(lock) = lock {
        lock.make(&tags(&proposal), &|_| {})?;
        fate = Fate::Made;
        if let Some(remote) = args.push.as_ref().filter(|_| !proposal.rows.is_empty()) {
            let names: Vec<String> = proposal.rows.iter().map(|row| row.tag.clone()).collect();
            repo::push(location, remote, &names)?;
        }
    }
    match args.format {
        ReleaseFormat::Human => ui.people(|out, _| output::release_history::write(out, &proposal, fate))?,
        ReleaseFormat::Json => ui.machine(|out| output::release_history::write_json(out, &proposal, fate))?,
    }
    Ok(Outcome::Done)
}

fn tags(proposal: &Proposal) -> Vec<NewTag> {
    let tag =
        |row: &history::Row| NewTag { name: row.tag.clone(), commit: row.commit, message: row.record.to_string() };
    proposal.rows.iter().map(tag).collect()
}
