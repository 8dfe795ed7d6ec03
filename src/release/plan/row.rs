//! One tag: how far its version moves, and why.

use std::collections::BTreeSet;

use semver::Version;

use super::base::{self, Base, Past};
use super::candidate::Candidate;
use super::{Lowering, Plan, PlanError, Refusal, Request, Row, Where};
use crate::contract;
use crate::name::{CommitId, Digest, ReleaseRef};
use crate::path::StorePath;
use crate::release::Bump;
use crate::release::line::Line;
use crate::release::record::{Reason, Record};
use crate::release::since::{self, Since};
use crate::release::step::{Backwards, Step};
use crate::revision::{RevisionError, Revisions};

/// The version of a first release where nobody says another one.
const FIRST: Version = Version::new(1, 0, 0);

/// Makes rows.
pub(super) struct Rows<'a> {
    past: &'a dyn Revisions,
    line: &'a Line,
    prefix: &'a str,
    request: &'a Request,
    since: Since<'a>,
}

/// How far a version moves.
struct Move {
    demanded: Option<Bump>,
    declared: Option<Bump>,
    bump: Option<Bump>,
    lowered_from: Option<Bump>,
    reasons: Vec<Reason>,
    commits: Option<usize>,
}

/// What commits ask for.
#[derive(Default)]
struct Asked {
    bump: Option<Bump>,
    by: Option<CommitId>,
    commits: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(
        past: &'a dyn Revisions,
        at: CommitId,
        line: &'a Line,
        prefix: &'a str,
        request: &'a Request,
    ) -> Self {
        Self { past, line, prefix, request, since: Since::new(past, at) }
    }

    /// Adds the row of each of `changed` to `plan`, or why there is none.
    pub(super) fn add(&mut self, plan: &mut Plan, changed: Vec<(Candidate, Option<Base>)>) -> Result<(), PlanError> {
        let bases = changed.iter().filter_map(|(_, base)| base.as_ref());
        let wanted: Vec<_> = bases.map(|base| (base.commit, base.release.artifact.clone())).collect();
        let contents = base::contents(self.past, &wanted)?;
        for (candidate, base) in changed {
            let step = match &base {
                None => Ok(Move::first()),
                Some(base) => {
                    let old = contents.get(&(base.commit, base.release.artifact.clone()));
                    let old = old.expect("because the contents of every base were asked for");
                    if let Some(found) = self.misrecorded(base, old, &mut plan.hazards)
                        && found == candidate.digest
                        && base.release.artifact == candidate.artifact.id
                    {
                        plan.current.push(base.as_current(self.prefix, Where::Here));
                        continue;
                    }
                    self.step(&candidate, base, old, &mut plan.hazards)?
                }
            };
            match step.and_then(|step| self.row(candidate, base, step)) {
                Ok(row) => plan.rows.push(row),
                Err(refusal) => plan.refused.push(refusal),
            }
        }
        Ok(())
    }

    /// The digest of what the base's commit has, where its tag says another one: a tag that was tampered with, or made when
    /// digests were taken in another way. What has not changed since is released all the same.
    fn misrecorded(&self, base: &Base, old: &Past, hazards: &mut Vec<String>) -> Option<Digest> {
        let found = old.as_ref().ok()?.0.digest();
        let recorded = base.digest.filter(|recorded| *recorded != found)?;
        hazards.push(format!(
            "`{}{}` says {}, and its commit has {}: `promptyard verify` says more",
            self.prefix,
            base.release,
            recorded.short(),
            found.short()
        ));
        Some(found)
    }

    fn step(
        &mut self,
        candidate: &Candidate,
        base: &Base,
        old: &Past,
        hazards: &mut Vec<String>,
    ) -> Result<Result<Move, Refusal>, RevisionError> {
        let id = &candidate.artifact.id;
        let mut reasons = Vec::new();
        if base.release.artifact != *id {
            let text = format!("renamed from `{}`", base.release.artifact);
            reasons.push(Reason { bump: Some(Bump::Patch), text });
        }
        let mut paths: BTreeSet<StorePath> = candidate.closure.paths().cloned().collect();
        let mut demanded = None;
        match old {
            Ok((content, closure)) => {
                paths.extend(closure.paths().cloned());
                let changes = contract::compare(content, &candidate.content);
                demanded = contract::demanded(&changes).or(Some(Bump::Patch));
                reasons.extend(changes.into_iter().map(|change| Reason { bump: Some(change.bump), text: change.text }));
            }
            Err(problem) if self.request.bump.is_some() => {
                let text = format!("`{}` cannot be compared with: {problem}", base.release);
                reasons.push(Reason { bump: None, text });
            }
            Err(problem) => {
                return Ok(Err(Refusal {
                    artifact: id.clone(),
                    why: format!("it cannot be compared with `{}`: {problem}", base.release),
                    help: Some("say how far the version moves with --bump".to_owned()),
                }));
            }
        }
        let asked = self.asked(base, &paths, hazards)?;
        Ok(self.decide(candidate, demanded, &asked, reasons))
    }

    /// What the commits since the base ask for.
    fn asked(
        &mut self,
        base: &Base,
        paths: &BTreeSet<StorePath>,
        hazards: &mut Vec<String>,
    ) -> Result<Asked, RevisionError> {
        let mut asked = Asked::default();
        for commit in self.since.touching(base.commit, paths)? {
            asked.commits += 1;
            let (bump, unknown) = since::asked_for(&commit.message);
            if bump > asked.bump {
                (asked.bump, asked.by) = (bump, Some(commit.id));
            }
            for value in unknown {
                let hazard = format!(
                    "the commit {} says `Release-Bump: {value}`, which is none of patch, minor and major",
                    commit.id.short()
                );
                if !hazards.contains(&hazard) {
                    hazards.push(hazard);
                }
            }
        }
        Ok(asked)
    }

    /// The larger of what content and commits demand; a flag raises it, and lowers it only where that is allowed.
    fn decide(
        &self,
        candidate: &Candidate,
        demanded: Option<Bump>,
        asked: &Asked,
        mut reasons: Vec<Reason>,
    ) -> Result<Move, Refusal> {
        let required = demanded.max(asked.bump);
        if asked.bump > demanded
            && let Some(by) = asked.by
        {
            reasons.push(Reason { bump: asked.bump, text: format!("declared by the commit {}", by.short()) });
        }
        let flag = self.request.bump;
        if flag > required {
            reasons.push(Reason { bump: flag, text: "declared with --bump".to_owned() });
        }
        let lowers = flag.is_some() && flag < required;
        if lowers && self.request.lowering == Lowering::Refused {
            let (flag, required) = (word(flag), word(required));
            let gravest = reasons.iter().find(|reason| reason.bump.map(Bump::as_str) == Some(required));
            let why = gravest.map(|reason| format!(": {}", reason.text)).unwrap_or_default();
            return Err(Refusal {
                artifact: candidate.artifact.id.clone(),
                why: format!("--bump {flag} is less than the {required} release that it needs{why}"),
                help: Some("leave --bump out, or add --allow-lower, which the tag will record".to_owned()),
            });
        }
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.bump));
        Ok(Move {
            demanded,
            declared: flag.max(asked.bump),
            bump: if lowers { flag } else { required.max(flag) },
            lowered_from: required.filter(|_| lowers),
            reasons,
            commits: Some(asked.commits),
        })
    }

    fn row(&self, candidate: Candidate, base: Option<Base>, step: Move) -> Result<Row, Refusal> {
        let id = candidate.artifact.id.clone();
        let taken: Vec<&Version> = self.line.versions(&id).map(|released| released.version).collect();
        let first = FIRST;
        let next = Step {
            base: base.as_ref().map(|base| &base.release.version),
            highest: self.line.newest(&id).map(|released| released.version),
            taken: &taken,
            bump: step.bump,
            initial: self.request.initial.as_ref().unwrap_or(&first),
            label: self.request.label.as_deref(),
        };
        let next = next.next().map_err(|Backwards { version, released }| Refusal {
            artifact: id.clone(),
            why: format!("{version} would come before {released}, which is released"),
            help: Some("choose a label for --pre that sorts after the one that is out".to_owned()),
        })?;
        let release = ReleaseRef { artifact: id, version: next.version };
        let record = Record {
            title: format!("{} {}", release.artifact, release.version),
            notes: self.request.note.clone(),
            digest: candidate.digest,
            previous: base.map(|base| base.release),
            bump: step.bump,
            lowered_from: step.lowered_from,
            reasons: step.reasons,
            metrics: Vec::new(),
            others: Vec::new(),
            release,
        };
        Ok(Row {
            artifact: candidate.artifact,
            tag: format!("{}{}", self.prefix, record.release),
            demanded: step.demanded,
            declared: step.declared,
            commits: step.commits,
            skipped: next.skipped,
            record,
        })
    }
}

impl Move {
    fn first() -> Self {
        Self { demanded: None, declared: None, bump: None, lowered_from: None, reasons: Vec::new(), commits: None }
    }
}

fn word(bump: Option<Bump>) -> &'static str {
    bump.map_or("", Bump::as_str)
}
