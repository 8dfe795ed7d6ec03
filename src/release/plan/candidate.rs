//! The artifacts that could be released, with their content.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::Refusal;
use crate::name::{ArtifactId, Digest};
use crate::store::Store;
use crate::store::artifact::Artifact;
use crate::store::catalogue::Catalogue;
use crate::store::closure::Closure;
use crate::store::content::{Content, Unresolved};
use crate::store::snapshot::Snapshot;

/// An artifact whose content is known.
pub(super) struct Candidate {
    pub(super) artifact: Artifact,
    pub(super) content: Content,
    pub(super) digest: Digest,
    pub(super) closure: Closure,
    /// The ids that it says it had before.
    pub(super) renamed_from: Vec<ArtifactId>,
}

/// Those of `asked` that can be released; why the others cannot is added to `refused`.
pub(super) fn resolve(
    catalogue: &Catalogue,
    snapshot: &Snapshot,
    asked: BTreeMap<ArtifactId, Vec<Artifact>>,
    refused: &mut Vec<Refusal>,
) -> Vec<Candidate> {
    let mut artifacts = Vec::with_capacity(asked.len());
    for (id, files) in asked {
        match name_problem(&id, &files) {
            Some(refusal) => refused.push(refusal),
            None => artifacts.extend(files),
        }
    }
    let store = catalogue.load(snapshot, &artifacts);
    let resolved: Vec<Result<Candidate, Refusal>> =
        artifacts.into_par_iter().map(|artifact| candidate(&store, artifact)).collect();
    let mut candidates = Vec::with_capacity(resolved.len());
    for resolved in resolved {
        match resolved {
            Ok(candidate) => candidates.push(candidate),
            Err(refusal) => refused.push(refusal),
        }
    }
    refused.sort_by(|a, b| a.artifact.cmp(&b.artifact));
    candidates
}

fn name_problem(id: &ArtifactId, files: &[Artifact]) -> Option<Refusal> {
    let refusal = |why: String, help: &str| Refusal { artifact: id.clone(), why, help: Some(help.to_owned()) };
    if let [first, second, ..] = files {
        let why = format!("`{}` and `{}` claim the same id", first.path, second.path);
        return Some(refusal(why, "rename one of them, or give it another `id` in `sources`"));
    }
    let problem = id.check_releasable().err()?;
    Some(refusal(problem.to_string(), "rename the file, or give it an `id` in `sources`"))
}

fn candidate(store: &Store, artifact: Artifact) -> Result<Candidate, Refusal> {
    let content = store.content(&artifact).map_err(|problem: Unresolved| Refusal {
        artifact: artifact.id.clone(),
        why: problem.to_string(),
        help: Some(format!("`promptyard lint {}` says more", artifact.path)),
    })?;
    let prompt = store.prompt_at(&artifact.path);
    let renamed_from = prompt.into_iter().flat_map(|prompt| &prompt.renamed_from);
    let renamed_from = renamed_from.map(|id| ArtifactId::from_pattern(&id.value)).collect();
    let (digest, closure) = (content.digest(), store.closure(&artifact));
    Ok(Candidate { artifact, content, digest, closure, renamed_from })
}
