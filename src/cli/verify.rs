//! `verify`: whether the releases are what their tags say.
#![expect(clippy::disallowed_methods, reason = "an earlier record is a file of the user's, outside of the store")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::Global;
use super::error::{CliError, Outcome};
use super::ledger::Past;
use super::progress::Progress;
use super::ui::Ui;
use crate::diagnostic::Diagnostic;
use crate::name::{ArtifactId, ReleaseRef};
use crate::output::summary::Summary;
use crate::output::{self, LintOutput};
use crate::release::ledger::Entry;
use crate::repo::{self, Git, Location, Signature};
use crate::revision::{RemoteTags, Revisions as _};
use crate::verify::known::{self, Known, Witness};
use crate::verify::{Report, verify};

/// Check that the releases are what their tags say
#[derive(Debug, Args)]
#[command(
    long_about = "Check that the releases are what their tags say: each digest is made again from the tagged commit, each version \
                  compared with what changed since the release before it, each tagged commit looked for on the branches.\n\n\
                  With --against, tags are compared with those of a remote, which needs the network, or with an earlier record \
                  that --record wrote. What this clone lacks is an error, never 'verified'.",
    after_long_help = "Examples:
  promptyard verify
  promptyard verify prompts/support/answer models/support-chat@2.1.0
  promptyard verify --against origin --signatures
  promptyard verify --record releases.json
  promptyard verify --against releases.json --format sarif > verify.sarif"
)]
pub(super) struct VerifyArgs {
    /// Releases (`prompts/support/answer@1.4.0`) or artifacts; every release where none is given
    #[arg(value_name = "REF")]
    refs: Vec<String>,
    /// Ask git whether it trusts the signature of each tag
    #[arg(long)]
    signatures: bool,
    /// Compare the tags with those of this remote, or with the record in this file
    #[arg(long, value_name = "REMOTE|FILE")]
    against: Option<String>,
    /// Write a record of the tags to this file, for a later --against, if nothing is wrong
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: VerifyFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum VerifyFormat {
    /// Text for people
    Human,
    /// One document, for programs; `promptyard schema verify-report-v1` describes it
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

pub(super) fn run(args: &VerifyArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let location = repo::discover(&[], global.root.as_deref())?;
    let git = Git::open(&location)?;
    let past = Past::at(&git, git.resolve("HEAD")?)?;
    let wanted = Wanted::new(&args.refs, &past)?;
    if past.ledger.is_empty() && args.against.is_none() {
        return nothing(&git, ui);
    }
    let is_wanted = |release: &ReleaseRef| wanted.has(release);
    let total = past.ledger.entries().filter(|(release, _)| is_wanted(release)).count();
    let progress = Progress::telling(ui, move |done| format!("Verifying: {done} of {total} releases …"));
    let mut report = verify(&git, &past.ledger, &is_wanted, &|more| progress.add(more));
    drop(progress);
    if let Some(against) = &args.against {
        let (known, witness) = witness(against, &location)?;
        let prefix = past.catalogue.config().tag_prefix();
        let unknown = known::compare(&past.ledger, prefix, &known, &witness, &is_wanted, &mut report);
        if unknown > 0 {
            ui.status(format_args!("{} not known to `{against}`.", output::summary::plural(unknown, "release")));
        }
    }
    if args.signatures {
        check_signatures(&mut report, &past, &is_wanted, &location, ui)?;
    }
    report.configure(&past.catalogue.config().lint);
    write(args.format, &report, &location, ui)?;
    let fails = report.fails(past.catalogue.config().lint.fail_on);
    if !report.gaps.is_empty() {
        return Err(CliError::Unverified(report.releases - report.verified()));
    }
    if let Some(path) = &args.record {
        if fails {
            return Err(CliError::NotRecorded(path.clone()));
        }
        let text = known::record(&past.ledger);
        let written = repo::write_file(path, text.as_bytes());
        written.map_err(|source| CliError::OutputFile { path: path.clone(), source })?;
        ui.status(format_args!("wrote {}", path.display()));
    }
    Ok(if fails { Outcome::Findings } else { Outcome::Done })
}

/// Says that there is nothing to verify, where that is so.
fn nothing(git: &Git, ui: &Ui) -> Result<Outcome, CliError> {
    let left_out = git.remotes().into_iter().any(|remote| remote.tags == RemoteTags::LeftOut);
    if git.is_shallow() || left_out {
        return Err(CliError::NoTags);
    }
    ui.warning("there are no releases to verify; `git fetch --tags` brings those that a remote may have");
    Ok(Outcome::Done)
}

/// The releases that were asked for.
struct Wanted {
    /// Every one where both are empty.
    releases: BTreeSet<ReleaseRef>,
    artifacts: BTreeSet<ArtifactId>,
}

impl Wanted {
    fn new(refs: &[String], past: &Past) -> Result<Self, CliError> {
        let mut wanted = Self { releases: BTreeSet::new(), artifacts: BTreeSet::new() };
        for text in refs {
            if text.contains('@') {
                let release: ReleaseRef = text.parse()?;
                if past.ledger.get(&release).is_none() {
                    return Err(CliError::UnknownRelease(release));
                }
                wanted.releases.insert(release);
            } else {
                let artifact = past.artifact(text)?;
                wanted.artifacts.extend(past.ledger.ids_of(&artifact));
            }
        }
        Ok(wanted)
    }

    fn has(&self, release: &ReleaseRef) -> bool {
        (self.releases.is_empty() && self.artifacts.is_empty())
            || self.releases.contains(release)
            || self.artifacts.contains(&release.artifact)
    }
}

/// What `against` knows: a file where there is one, else a remote.
fn witness(against: &str, location: &Location) -> Result<(Known, Witness), CliError> {
    let path = Path::new(against);
    if !path.is_file() {
        let tags = repo::remote_tags(location, against)?;
        return Ok((Known { tags }, Witness::Remote(against.to_owned())));
    }
    let text = fs::read_to_string(path).map_err(|source| CliError::InputFile { path: path.to_owned(), source })?;
    let known = Known::read(&text).map_err(|source| CliError::RecordFile { path: path.to_owned(), source })?;
    Ok((known, Witness::Record(against.to_owned())))
}

fn check_signatures(
    report: &mut Report,
    past: &Past,
    is_wanted: &(dyn Fn(&ReleaseRef) -> bool + Sync),
    location: &Location,
    ui: &Ui,
) -> Result<(), CliError> {
    let entries: Vec<(&ReleaseRef, &Entry)> = past.ledger.entries().filter(|(release, _)| is_wanted(release)).collect();
    let total = entries.len();
    let progress = Progress::telling(ui, move |done| format!("Asking git about signatures: {done} of {total} …"));
    let ask = |(release, entry): &(&ReleaseRef, &Entry)| {
        let is_signed = entry.tag.annotation.as_ref().is_some_and(|annotation| annotation.signature.is_some());
        let answer = if is_signed { Some(repo::signature(location, &entry.tag.name)?) } else { None };
        progress.add(1);
        Ok(((*release).clone(), answer))
    };
    let answers: Vec<(ReleaseRef, Option<Signature>)> =
        entries.par_iter().map(ask).collect::<Result<_, repo::RepoError>>()?;
    let mut good = 0;
    for (release, answer) in answers {
        match answer {
            Some(Signature::Good) => good += 1,
            Some(Signature::Bad(told)) => report.distrust(&release, Some(&told)),
            None => report.distrust(&release, None),
        }
    }
    report.signatures = Some(good);
    report.sort();
    Ok(())
}

fn write(format: VerifyFormat, report: &Report, location: &Location, ui: &Ui) -> Result<(), CliError> {
    match format {
        VerifyFormat::Human => ui.people(|out, screen| output::verify::write(out, report, screen.colour)),
        VerifyFormat::Json => ui.machine(|out| output::verify_json::write(out, report)),
        VerifyFormat::Sarif => {
            let findings: Vec<Diagnostic> = report.findings.iter().map(crate::verify::Finding::named).collect();
            let shown = LintOutput {
                findings: &findings,
                text_of: &|_| None,
                summary: Summary::default(),
                elapsed: None,
                fails_on: None,
                folder: location.folder_in_repository(),
            };
            ui.machine(|out| output::sarif::write(out, &shown))
        }
    }
}
