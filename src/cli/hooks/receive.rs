//! `hooks run pre-receive`: what a server accepts.

use std::collections::BTreeSet;

use clap::Args;

use crate::cli::Global;
use crate::cli::error::{CliError, Outcome};
use crate::cli::lint::{hold_back, today};
use crate::cli::releases;
use crate::cli::ui::Ui;
use crate::hooks::push::{self, Update};
use crate::lint::ground::Ground;
use crate::lint::sensitive::Redaction;
use crate::lint::{self, Request};
use crate::name::{CommitId, ReleaseRef};
use crate::output::summary::Summary;
use crate::output::{self, LintOutput};
use crate::path::StorePath;
use crate::release::ledger::{Entry, Ledger};
use crate::repo::{self, Git, Location};
use crate::revision::{Contents as _, Revisions as _, TagName};
use crate::store::Store;
use crate::store::config::Config;
use crate::store::snapshot::Snapshot;
use crate::verify::verify;

/// Check on a server what is pushed to it, which git tells on standard input
#[derive(Debug, Args)]
#[command(
    long_about = "Check on a server what is pushed to it, which git tells on standard input: each branch by the configuration that \
                  it has there already, each tag of a release for what it says. Tags of releases neither move nor go, and the branch that a \
                  protected environment names only grows.\n\nA line \
                  `exec promptyard hooks run pre-receive` in the repository's `hooks/pre-receive` installs it.",
    after_long_help = "Exit codes: 0 the push is fine, 1 it is refused, 2 the check failed, which refuses it too."
)]
pub(super) struct ReceiveArgs {}

pub(super) fn run(global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let told = String::from_utf8_lossy(&ui.input()?).into_owned();
    let location = repo::discover(&[], global.root.as_deref())?;
    let git = Git::open(&location)?;
    let updates = push::of_receive(&told)?;
    let head = git.head()?;
    let rules = if head.is_some() { head } else { of_first_push(&git, &updates)? };
    let rules = rules.map(|commit| git.snapshot(commit)).transpose()?;
    let config = rules.as_ref().map(Store::config_of).unwrap_or_default();
    let mut moved: Vec<String> = push::moved(&updates, config.tag_prefix()).iter().map(ToString::to_string).collect();
    let has_all = |new, old| git.reached(new, &BTreeSet::from([old])).map(|reached| reached.contains(&old));
    moved.extend(push::rewritten(&updates, &config, has_all)?.iter().map(ToString::to_string));
    ui.aside(|out| moved.iter().try_for_each(|moved| writeln!(out, "{moved}")));
    let tags = tags(&git, &updates, config.tag_prefix())?;
    let server = Server { git, location, head, tags, config };
    let mut is_refused = !moved.is_empty();
    is_refused |= server.verify(&updates, ui)? == Outcome::Findings;
    for update in &updates {
        if let (Some(new), true) = (update.new, update.name.starts_with("refs/heads/")) {
            is_refused |= server.lint(new, update, ui)? == Outcome::Findings;
        }
    }
    server.git.check_reads()?;
    if is_refused {
        ui.aside(|out| writeln!(out, "The push is refused by promptyard."));
    }
    Ok(if is_refused { Outcome::Findings } else { Outcome::Done })
}

/// Where nothing was pushed yet, there are no rules but those that come: those of the branch that `HEAD` names, or else of the
/// first one.
fn of_first_push(git: &Git, updates: &[Update]) -> Result<Option<CommitId>, CliError> {
    let head = git.branch().unwrap_or_default();
    if !git.heads()?.is_empty() {
        return Err(CliError::NoAcceptedRules { head });
    }
    let branches = updates.iter().filter_map(|update| Some((update.name.strip_prefix("refs/heads/")?, update.new?)));
    Ok(branches.min_by_key(|(branch, _)| (*branch != head, *branch)).map(|(_, commit)| commit))
}

/// The tags that there are, and those that come.
fn tags(git: &Git, updates: &[Update], prefix: &str) -> Result<Vec<TagName>, CliError> {
    let mut names = git.tag_names(prefix)?;
    for update in updates {
        if let (Some(new), Some(name)) = (update.new, update.name.strip_prefix("refs/tags/")) {
            names.retain(|tag| tag.name != name);
            names.push(TagName { name: name.to_owned(), object: new, commit: git.resolve(&new.to_string()).ok() });
        }
    }
    Ok(names)
}

/// The repository that is pushed to, as it is and with what comes.
struct Server {
    git: Git,
    location: Location,
    head: Option<CommitId>,
    tags: Vec<TagName>,
    /// As it is at `head`; before the first push, as it comes.
    config: Config,
}

impl Server {
    /// Verifies the releases whose tags come.
    fn verify(&self, updates: &[Update], ui: &Ui) -> Result<Outcome, CliError> {
        let prefix = self.config.tag_prefix();
        let new: BTreeSet<ReleaseRef> = updates
            .iter()
            .filter(|update| update.old.is_none() && update.new.is_some())
            .filter_map(|update| update.name.strip_prefix("refs/tags/")?.strip_prefix(prefix)?.parse().ok())
            .collect();
        if new.is_empty() {
            return Ok(Outcome::Done);
        }
        let releases = self.tags.iter().filter(|tag| Ledger::is_release(&tag.name, prefix));
        let ledger = Ledger::new(self.git.read_tags(&releases.collect::<Vec<&TagName>>())?, prefix);
        let mut report = verify(&self.git, &ledger, &|release| new.contains(release), &|_| ());
        let tagged: BTreeSet<CommitId> = ledger
            .entries()
            .filter(|(release, _)| new.contains(release))
            .filter_map(|(_, entry)| entry.commit())
            .collect();
        let mut on_branch = BTreeSet::new();
        for branch in updates.iter().filter(|update| update.name.starts_with("refs/heads/")) {
            if let Some(tip) = branch.new {
                on_branch.extend(self.git.reached(tip, &tagged)?);
            }
        }
        // A branch that comes with its tags has them, though it is not there yet.
        report.findings.retain(|finding| {
            let commit = ledger.get(&finding.release).and_then(Entry::commit);
            finding.diagnostic.rule.code != "VER007" || !commit.is_some_and(|commit| on_branch.contains(&commit))
        });
        report.configure(&self.config.lint);
        let is_refused = report.fails(self.config.lint.fail_on) || !report.gaps.is_empty();
        if is_refused {
            ui.people(|out, screen| output::verify::write(out, &report, screen.colour))?;
        }
        Ok(if is_refused { Outcome::Findings } else { Outcome::Done })
    }

    /// Looks at what a branch brings, by the rules that it has here already.
    fn lint(&self, new: CommitId, update: &Update, ui: &Ui) -> Result<Outcome, CliError> {
        let base = update.old.or(self.head);
        let snapshot = self.git.snapshot(new)?;
        let since = base.and_then(|base| self.git.merge_base(new, base).ok());
        let changed: BTreeSet<StorePath> = self.git.changed(since, new)?.into_iter().collect();
        let accepted = base.map(|base| self.git.snapshot(base)).transpose()?;
        let Some(ground) = accepted.as_ref().and_then(Ground::of) else {
            // A store that had no rules gets those that it brings.
            let request = lint::change::request(self.request(&snapshot)?, changed);
            return self.look(&snapshot, &request, ui);
        };
        let own = ground.rules_among(&changed, &snapshot);
        let mut outcome = Outcome::Done;
        // New rules are not what counts yet, and they have to be sound all the same.
        if !own.is_empty() {
            let scope = own.iter().map(ToString::to_string).collect();
            let request = Request { scope, judge: Some(ground.judge()), ..self.request(&snapshot)? };
            outcome = self.look(&ground.beside(&snapshot), &request, ui)?;
        }
        let snapshot = ground.under(&snapshot);
        let changed = changed.difference(&own).cloned().collect();
        let request = lint::change::request(self.request(&snapshot)?, changed);
        match self.look(&snapshot, &request, ui)? {
            Outcome::Findings => Ok(Outcome::Findings),
            Outcome::Done => Ok(outcome),
        }
    }

    fn request(&self, snapshot: &Snapshot) -> Result<Request, CliError> {
        let request = Request { today: today(), ..Request::default() };
        let store = Store::load_only(snapshot.clone(), &BTreeSet::new());
        let known = releases::on_server(&self.git, &self.tags, &store, &request)?;
        Ok(Request { releases: Some(known), ..request })
    }

    fn look(&self, snapshot: &Snapshot, request: &Request, ui: &Ui) -> Result<Outcome, CliError> {
        let store = Store::load(snapshot.clone());
        let mut report = lint::run(&store, request)?;
        hold_back(&store, request, &mut report)?;
        let redaction = Redaction::new(&store, report.findings.iter().map(|finding| &finding.file));
        let findings = redaction.findings(&report.findings);
        let least = store.config().lint.fail_on;
        let shown = LintOutput {
            findings: &findings,
            text_of: &|path| redaction.text(path),
            summary: Summary::default(),
            elapsed: None,
            fails_on: Some(least),
            folder: self.location.folder_in_repository(),
        };
        ui.people(|out, screen| output::human::write(out, &shown, screen))?;
        Ok(if report.fails(least) { Outcome::Findings } else { Outcome::Done })
    }
}
