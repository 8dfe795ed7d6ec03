//! Which commits changed which artifacts: one walk through the history with every closure kept up to date.

use std::collections::{BTreeMap, BTreeSet};

use super::History;
use crate::name::{ArtifactId, CommitId};
use crate::path::StorePath;
use crate::revision::{RevisionError, Revisions, Step};
use crate::store::artifact::Artifact;
use crate::store::catalogue::Catalogue;
use crate::store::closure::Closure;

/// For each artifact the commits that changed it.
#[derive(Debug, Default)]
pub(super) struct Touched {
    commits: BTreeMap<ArtifactId, Vec<usize>>,
    /// The id that an artifact had before, and the commit that renamed it.
    former: BTreeMap<ArtifactId, (ArtifactId, usize)>,
}

impl Touched {
    /// The positions of the commits that changed a file of the closure of `id`. What the artifact was called before a
    /// commit moved its file as it was counts too.
    pub(super) fn of(&self, id: &ArtifactId) -> Vec<usize> {
        let mut found = self.commits.get(id).cloned().unwrap_or_default();
        let mut seen = BTreeSet::from([id]);
        let mut at = id;
        while let Some((former, until)) = self.former.get(at) {
            if !seen.insert(former) {
                break;
            }
            found.extend(self.commits.get(former).into_iter().flatten().filter(|position| *position <= until));
            at = former;
        }
        found
    }
}

/// Goes through `history`, the oldest commit first.
pub(super) fn touched(revisions: &dyn Revisions, history: &History) -> Result<Touched, RevisionError> {
    let mut walk = Walk::default();
    // A merge that says nothing of its own, and a commit outside of the store, need not be looked at.
    let at: Vec<usize> = (0..history.commits.len()).filter(|at| !history.changed[*at].is_empty()).collect();
    let ids: Vec<CommitId> = at.iter().map(|at| history.commits[*at].id).collect();
    let mut failed = None;
    let mut positions = at.into_iter();
    revisions.each_snapshot(&ids, &mut |_, step| {
        let Some(at) = positions.next() else { return };
        match step {
            Ok(step) => walk.step(step, &history.changed[at], at),
            Err(error) => failed = failed.take().or(Some(error)),
        }
    });
    failed.map_or(Ok(walk.touched), Err)
}

#[derive(Default)]
struct Walk {
    catalogue: Option<Catalogue>,
    closures: BTreeMap<ArtifactId, Closure>,
    /// The artifacts whose closure has a path.
    decides: BTreeMap<StorePath, BTreeSet<ArtifactId>>,
    /// Where each artifact's file is, and what git calls its content.
    files: BTreeMap<ArtifactId, (StorePath, Option<CommitId>)>,
    touched: Touched,
}

impl Walk {
    /// Goes on to `step`, the commit at the position `at`, which changed the files at `changed`.
    fn step(&mut self, step: Step<'_>, changed: &[StorePath], at: usize) {
        // What is gone now was part of a closure until now.
        let mut touched = self.decided_by(changed);
        let mut stale = self.decided_by(step.changed);
        let catalogue = match self.catalogue.take() {
            Some(mut catalogue) => {
                catalogue.follow(step.snapshot, step.changed);
                catalogue
            }
            None => Catalogue::new(step.snapshot),
        };
        stale.extend(step.changed.iter().filter_map(|path| catalogue.at(path)).map(|artifact| artifact.id));
        if step.changed.iter().any(Catalogue::is_configuration) {
            stale.extend(catalogue.artifacts().map(|artifact| artifact.id));
            stale.extend(self.closures.keys().cloned());
        }
        self.renew(step, &catalogue, &stale, at);
        self.catalogue = Some(catalogue);
        touched.extend(self.decided_by(changed));
        for id in touched {
            self.touched.commits.entry(id).or_default().push(at);
        }
    }

    fn decided_by(&self, paths: &[StorePath]) -> BTreeSet<ArtifactId> {
        paths.iter().filter_map(|path| self.decides.get(path)).flatten().cloned().collect()
    }

    fn renew(&mut self, step: Step<'_>, catalogue: &Catalogue, stale: &BTreeSet<ArtifactId>, at: usize) {
        let artifacts: Vec<Artifact> = stale.iter().filter_map(|id| catalogue.artifact(id)).collect();
        let store = catalogue.load(step.snapshot, &artifacts);
        let mut gone: BTreeMap<ArtifactId, (StorePath, Option<CommitId>)> = BTreeMap::new();
        for id in stale {
            for path in self.closures.remove(id).iter().flat_map(Closure::paths) {
                if let Some(ids) = self.decides.get_mut(path) {
                    ids.remove(id);
                }
            }
            if catalogue.artifact(id).is_none()
                && let Some(file) = self.files.remove(id)
            {
                gone.insert(id.clone(), file);
            }
        }
        for artifact in artifacts {
            let closure = store.closure(&artifact);
            for path in closure.paths() {
                self.decides.entry(path.clone()).or_default().insert(artifact.id.clone());
            }
            self.closures.insert(artifact.id.clone(), closure);
            let blob = step.snapshot.entry(&artifact.path).and_then(|entry| entry.blob);
            let is_new = !self.files.contains_key(&artifact.id);
            if is_new && let Some(former) = former(&artifact, blob, &gone) {
                gone.remove(&former);
                self.touched.former.insert(artifact.id.clone(), (former, at));
            }
            self.files.insert(artifact.id, (artifact.path, blob));
        }
    }
}

/// Which of the artifacts that are `gone` the new one was: the one whose file it has, else one whose file had the same
/// bytes, and of several the one whose id ends most like its own.
fn former(
    artifact: &Artifact,
    blob: Option<CommitId>,
    gone: &BTreeMap<ArtifactId, (StorePath, Option<CommitId>)>,
) -> Option<ArtifactId> {
    if let Some((id, _)) = gone.iter().find(|(_, (path, _))| *path == artifact.path) {
        return Some(id.clone());
    }
    let same = gone.iter().filter(|(_, (_, old))| blob.is_some() && *old == blob);
    let common = |id: &ArtifactId| {
        let pairs = id.as_str().bytes().rev().zip(artifact.id.as_str().bytes().rev());
        pairs.take_while(|(one, other)| one == other).count()
    };
    same.max_by_key(|(id, _)| common(id)).map(|(id, _)| id.clone())
}
