//! Which artifacts differ between two moments: each with what it was, also where it was called otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::{ArtifactDiff, Fate, FindingChanges, Request, Side, is_config, measure, rendered, texts};
use crate::contract;
use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::store::Store;
use crate::store::artifact::Artifact;
use crate::store::content::Content;

/// An artifact in two moments, at least one of which has it.
pub(super) struct Pair {
    old: Option<(Artifact, Result<Content, String>)>,
    new: Option<(Artifact, Result<Content, String>)>,
}

/// The artifacts that differ by their content, or of which that cannot be told, in the order of their ids.
pub(super) fn differing(before: &Store, after: &Store, changed: &BTreeSet<StorePath>, request: &Request) -> Vec<Pair> {
    let everything = changed.iter().any(is_config);
    let all = |store: &Store| -> BTreeMap<ArtifactId, Artifact> {
        let artifacts = store.artifacts().into_iter().filter(|artifact| request.wants(&artifact.id));
        artifacts.map(|artifact| (artifact.id.clone(), artifact)).collect()
    };
    let may_differ = |store: &Store, artifact: &Artifact| {
        let touched = || store.closure(artifact).paths().any(|path| changed.contains(path));
        everything || changed.contains(&artifact.path) || touched()
    };
    let (old, new) = (all(before), all(after));
    let content = |store: &Store, artifact: Artifact| {
        let content = store.content(&artifact).map_err(|unresolved| unresolved.to_string());
        (artifact, content)
    };
    let ids: BTreeSet<&ArtifactId> = old.keys().chain(new.keys()).collect();
    let mut pairs: Vec<Pair> = Vec::new();
    for id in ids {
        let (was, is) = (old.get(id), new.get(id));
        let differs = |artifact: Option<&Artifact>, store| artifact.is_some_and(|artifact| may_differ(store, artifact));
        if differs(was, before) || differs(is, after) {
            let side = |artifact: Option<&Artifact>, store| artifact.map(|artifact| content(store, artifact.clone()));
            pairs.push(Pair { old: side(was, before), new: side(is, after) });
        }
    }
    join_renamed(&mut pairs, after);
    pairs.retain(Pair::differs);
    pairs
}

/// Joins what went and what came where the new one says that it was called so, or both say the same.
fn join_renamed(pairs: &mut Vec<Pair>, after: &Store) {
    let former = |artifact: &Artifact| -> Vec<String> {
        let prompt = after.prompt_at(&artifact.path);
        prompt.map_or_else(Vec::new, |prompt| prompt.renamed_from.iter().map(|id| id.value.clone()).collect())
    };
    let digest = |side: &Option<(Artifact, Result<Content, String>)>| {
        side.as_ref().and_then(|(_, content)| content.as_ref().ok()).map(Content::digest)
    };
    let mut gone: Vec<usize> = (0..pairs.len()).filter(|at| pairs[*at].new.is_none()).collect();
    let mut joined = BTreeSet::new();
    for at in 0..pairs.len() {
        let Some((artifact, _)) = pairs[at].new.as_ref().filter(|_| pairs[at].old.is_none()) else { continue };
        let (names, own) = (former(artifact), digest(&pairs[at].new));
        let was = |other: &usize| {
            let Some((old, _)) = &pairs[*other].old else { return false };
            old.kind == artifact.kind
                && (names.iter().any(|name| name == old.id.as_str())
                    || own.is_some() && own == digest(&pairs[*other].old))
        };
        if let Some(found) = gone.iter().position(was) {
            let other = gone.remove(found);
            pairs[at].old = pairs[other].old.take();
            joined.insert(other);
        }
    }
    let mut at = 0;
    pairs.retain(|_| {
        at += 1;
        !joined.contains(&(at - 1))
    });
}

impl Pair {
    pub(super) fn sides(&self) -> [Option<&Artifact>; 2] {
        [self.old.as_ref().map(|(artifact, _)| artifact), self.new.as_ref().map(|(artifact, _)| artifact)]
    }

    fn differs(&self) -> bool {
        match (&self.old, &self.new) {
            (Some((old, Ok(before))), Some((new, Ok(after)))) => old.id != new.id || before.digest() != after.digest(),
            _ => true,
        }
    }

    pub(super) fn diff(self, sides: &[Side<'_>; 2]) -> ArtifactDiff {
        let [old, new] = self.sides();
        let artifact = new.or(old).expect("because a pair has a side");
        let fate = match (old, new) {
            (None, _) => Fate::Added,
            (_, None) => Fate::Removed,
            (Some(old), Some(new)) if old.id != new.id => Fate::Renamed { from: old.id.clone() },
            _ => Fate::Changed,
        };
        let contents = [&self.old, &self.new].map(|side| side.as_ref().map(|(_, content)| content.as_ref()));
        let digests = contents.map(|content| content.and_then(Result::ok).map(Content::digest));
        let (changes, unresolved) = match contents {
            [Some(Ok(before)), Some(Ok(after))] => (contract::compare(before, after), None),
            [old, new] => {
                let reason = new
                    .and_then(Result::err)
                    .map(|reason| (reason, 1))
                    .or(old.and_then(Result::err).map(|reason| (reason, 0)));
                (Vec::new(), reason.map(|(reason, side)| sides[side].mask.said(&artifact.path, reason)))
            }
        };
        let prompts = [0, 1].map(|side| {
            let artifact = [old, new][side]?;
            sides[side].store.prompt_at(&artifact.path)
        });
        let passages = texts::passages(sides, prompts);
        let trials = rendered::trials(sides, prompts, &passages);
        ArtifactDiff {
            id: artifact.id.clone(),
            kind: artifact.kind,
            fate,
            paths: [old, new].map(|artifact| artifact.map(|artifact| artifact.path.clone())),
            digests,
            changes,
            unresolved,
            trials,
            passages,
            measures: measure::of(sides, prompts),
            findings: FindingChanges::default(),
        }
    }
}
