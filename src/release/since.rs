//! Which commits changed an artifact since a release.

use std::collections::{BTreeMap, BTreeSet};

use super::Bump;
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::{Commit, RevisionError, Revisions};

/// The commits since releases, each looked at once however many artifacts ask.
pub(super) struct Since<'a> {
    past: &'a dyn Revisions,
    at: CommitId,
    walks: BTreeMap<CommitId, Vec<CommitId>>,
    looked_at: BTreeMap<CommitId, Changed>,
}

struct Changed {
    commit: Commit,
    /// The files that differ from each parent; of a commit without parents, all of its files.
    from_parents: Vec<BTreeSet<StorePath>>,
}

impl<'a> Since<'a> {
    /// The commits up to `at`.
    pub(super) fn new(past: &'a dyn Revisions, at: CommitId) -> Self {
        Self { past, at, walks: BTreeMap::new(), looked_at: BTreeMap::new() }
    }

    /// The commits after `base` that changed a file at one of `paths`, newest first. As `git log` has it, a merge is one of
    /// them only where it differs from each of its parents.
    pub(super) fn touching(
        &mut self,
        base: CommitId,
        paths: &BTreeSet<StorePath>,
    ) -> Result<Vec<&Commit>, RevisionError> {
        if !self.walks.contains_key(&base) {
            let walk = self.past.commits(self.at, &[base])?;
            for id in &walk {
                self.look_at(*id)?;
            }
            self.walks.insert(base, walk);
        }
        let touches =
            |changed: &&Changed| changed.from_parents.iter().all(|files| paths.iter().any(|path| files.contains(path)));
        let walk = self.walks.get(&base).into_iter().flatten();
        let found = walk.filter_map(|id| self.looked_at.get(id)).filter(touches);
        Ok(found.map(|changed| &changed.commit).collect())
    }

    fn look_at(&mut self, id: CommitId) -> Result<(), RevisionError> {
        if self.looked_at.contains_key(&id) {
            return Ok(());
        }
        let commit = self.past.commit(id)?;
        let mut from_parents = Vec::new();
        for parent in &commit.parents {
            from_parents.push(self.past.changed(Some(*parent), id)?.into_iter().collect());
        }
        if commit.parents.is_empty() {
            from_parents.push(self.past.changed(None, id)?.into_iter().collect());
        }
        self.looked_at.insert(id, Changed { commit, from_parents });
        Ok(())
    }
}

/// What the `Release-Bump:` lines of a commit's message ask for: the largest, and the values that are no bump.
///
/// A line counts wherever it stands, not only in the last paragraph: a squash merge carries the messages of its commits one
/// after the other.
pub(crate) fn asked_for(message: &str) -> (Option<Bump>, Vec<&str>) {
    const KEY: &str = "release-bump:";
    let value = |line: &'_ str| {
        let key = line.get(..KEY.len())?;
        key.eq_ignore_ascii_case(KEY).then_some(())
    };
    let values = message.lines().filter(|line| value(line).is_some()).map(|line| line[KEY.len()..].trim());
    let (mut largest, mut unknown) = (None, Vec::new());
    for value in values {
        match Bump::from_word(value) {
            Some(bump) => largest = largest.max(Some(bump)),
            None => unknown.push(value),
        }
    }
    (largest, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bump_is_asked_for_on_a_line_of_its_own() {
        let squashed =
            "Merge it all (#12)\n\n* One\n\nRelease-Bump: minor\n\n* Two\n\nrelease-bump: MAJOR\n\nReviewed-by: Ann\n";
        assert_eq!(asked_for(squashed), (Some(Bump::Major), Vec::new()));
        assert_eq!(asked_for("T\n\nRelease-Bump: huge\n"), (None, vec!["huge"]));
        assert_eq!(asked_for("T\n\nWe write Release-Bump: major for that.\näöü"), (None, Vec::new()));
    }
}
