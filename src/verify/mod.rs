//! Whether the releases are what their tags say: digests made again from the tagged commits, versions compared with what
//! changed, tags compared with what somebody else knows of them.
//!
//! Nothing is taken for verified that could not be looked at: see [`Report::gaps`].

mod content;
pub mod known;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::Request;
use crate::lint::rules;
use crate::lint::select::Selection;
use crate::name::{CommitId, ReleaseRef};
use crate::path::StorePath;
use crate::release::ledger::{Entry, Ledger};
use crate::revision::{RevisionError, Revisions};
use crate::store::config::{CONFIG_NAMES, LintConfig};
use crate::text::Span;

pub use content::Watch;

/// What was found out about releases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many releases were looked at.
    pub releases: usize,
    /// What is wrong, in the order of releases and rules.
    pub findings: Vec<Finding>,
    /// What could not be looked at, in order.
    pub gaps: Vec<Gap>,
    /// How many signatures were found good; `None` where nobody asked.
    pub signatures: Option<usize>,
}

/// Something that is wrong with a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The release.
    pub release: ReleaseRef,
    /// What is said about it. Its file is the artifact's at the tagged commit, else the configuration's.
    pub diagnostic: Diagnostic,
}

/// A release that could not be verified, or not whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The release.
    pub release: ReleaseRef,
    /// Why, with the command that helps where there is one.
    pub reason: String,
}

/// Verifies the releases of `ledger` that `is_wanted` says yes to.
pub fn verify(
    revisions: &dyn Revisions,
    ledger: &Ledger,
    is_wanted: &dyn Fn(&ReleaseRef) -> bool,
    watch: Watch<'_>,
) -> Report {
    let wanted: Vec<(&ReleaseRef, &Entry)> = ledger.entries().filter(|(release, _)| is_wanted(release)).collect();
    let mut report = Report { releases: wanted.len(), ..Report::default() };
    for (release, entry) in &wanted {
        report.findings.extend(about_tag(release, entry));
    }
    let history = history(revisions, &wanted);
    let unknown = BTreeMap::new();
    let order = history.as_ref().map_or(&unknown, |history| &history.order);
    content::verify(revisions, ledger, &wanted, order, watch, &mut report);
    match history {
        Ok(history) => report.findings.extend(off_branches(&wanted, &history)),
        Err(error) => report.gaps.extend(wanted.iter().map(|(release, _)| Gap {
            release: (*release).clone(),
            reason: format!("whether a branch has it is not known: {error}"),
        })),
    }
    report.sort();
    report
}

impl Report {
    /// Puts findings and gaps in order.
    pub fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            let key = |finding: &Finding| finding.diagnostic.rule.code;
            (&a.release, key(a)).cmp(&(&b.release, key(b)))
        });
        self.gaps.sort();
        self.gaps.dedup();
    }

    /// Whether a finding is at least as severe as `least`.
    pub fn fails(&self, least: Severity) -> bool {
        self.findings.iter().any(|finding| finding.diagnostic.severity >= least)
    }

    /// Drops what the configuration ignores, and gives the rest its severities.
    pub fn configure(&mut self, lint: &LintConfig) {
        let selection = Selection::new(lint, &Request::default())
            .expect("because only a request that names rules can name one that does not exist");
        self.findings.retain_mut(|finding| {
            let index = rules::index_of(finding.diagnostic.rule.code);
            let runs = index.is_some_and(|index| selection.runs_at(index, &finding.diagnostic.file));
            let mut one = vec![finding.diagnostic.clone()];
            selection.apply(&mut one);
            match one.pop() {
                Some(diagnostic) if runs => {
                    finding.diagnostic = diagnostic;
                    true
                }
                _ => false,
            }
        });
    }

    /// Records that the tag of `release` is not signed, or what git has `told` about its signature.
    pub fn distrust(&mut self, release: &ReleaseRef, told: Option<&str>) {
        let finding = match told {
            None => Finding::new("VER008", release, None, "the tag is not signed".to_owned())
                .help("set `tag.gpgSign` in git's configuration before the next release"),
            Some(told) => {
                Finding::new("VER008", release, None, "git does not trust the signature of the tag".to_owned())
                    .note(format!("git says: {told}"))
                    .help(
                        "add the signer to the file that `gpg.ssh.allowedSignersFile` names, if the signature is right",
                    )
            }
        };
        self.findings.push(finding);
    }

    /// How many releases have neither a finding nor a gap.
    pub fn verified(&self) -> usize {
        let found = self.findings.iter().map(|finding| &finding.release);
        let bad: BTreeSet<&ReleaseRef> = found.chain(self.gaps.iter().map(|gap| &gap.release)).collect();
        self.releases.saturating_sub(bad.len())
    }
}

impl Finding {
    /// A finding of the rule `code` about `release`, whose file is at `path`.
    fn new(code: &str, release: &ReleaseRef, path: Option<&StorePath>, message: String) -> Self {
        let rule = rules::find(code).expect("because this module names rules of the registry alone").meta();
        let config = || CONFIG_NAMES[0].parse().expect("because the configuration's name is a path");
        let diagnostic = Diagnostic {
            rule: rule.id,
            severity: rule.severity,
            file: path.cloned().unwrap_or_else(config),
            span: Span::default(),
            message,
            note_at_span: None,
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fix: None,
        };
        Self { release: release.clone(), diagnostic }
    }

    /// What is said, with the release's name before it: for formats that know files and no releases.
    pub fn named(&self) -> Diagnostic {
        let message = format!("{}: {}", self.release, self.diagnostic.message);
        Diagnostic { message, ..self.diagnostic.clone() }
    }

    fn note(mut self, note: impl Into<String>) -> Self {
        self.diagnostic.notes.push(note.into());
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic.help = Some(help.into());
        self
    }
}

/// What the tag itself gives away.
fn about_tag(release: &ReleaseRef, entry: &Entry) -> Option<Finding> {
    let again = "release it anew under the next version; a tag that is out is not replaced";
    if entry.tag.annotation.is_none() {
        let message = format!("the tag `{}` is lightweight: it says neither who made it nor a digest", entry.tag.name);
        return Some(Finding::new("VER005", release, None, message).help(again));
    }
    match &entry.record {
        Err(error) => {
            let message = format!("the tag `{}` has no record of a release: {error}", entry.tag.name);
            Some(Finding::new("VER005", release, None, message).help(again))
        }
        Ok(record) if record.release != *release => {
            let message = format!("the tag `{}` holds the record of `{}`", entry.tag.name, record.release);
            Some(Finding::new("VER003", release, None, message).help("find out who made the tag, and remove it"))
        }
        Ok(_) => None,
    }
}

/// Where commits stand in the history of the branches.
struct History {
    /// Counted from the newest; only for the order in which commits are read.
    order: BTreeMap<CommitId, usize>,
}

/// The tagged commits that the branches have.
fn history(revisions: &dyn Revisions, wanted: &[(&ReleaseRef, &Entry)]) -> Result<History, RevisionError> {
    let mut missing: BTreeSet<CommitId> = wanted.iter().filter_map(|(_, entry)| entry.commit()).collect();
    let mut order = BTreeMap::new();
    let mut walked: Vec<CommitId> = Vec::new();
    for tip in revisions.heads()? {
        if missing.is_empty() {
            break;
        }
        for commit in revisions.commits(tip, &walked)? {
            missing.remove(&commit);
            let at = order.len();
            order.entry(commit).or_insert(at);
        }
        walked.push(tip);
    }
    Ok(History { order })
}

fn off_branches(wanted: &[(&ReleaseRef, &Entry)], history: &History) -> Vec<Finding> {
    let off = wanted.iter().filter_map(|(release, entry)| {
        let commit = entry.commit().filter(|commit| !history.order.contains_key(commit))?;
        let message = format!("the tagged commit {} is in the history of no branch", commit.short());
        let help = "merge it, or fetch the branch that has it; after a squash merge, release from the merged commit";
        Some(Finding::new("VER007", release, None, message).help(help))
    });
    off.collect()
}
