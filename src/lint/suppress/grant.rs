//! What suppressions were there before a change, and how much each covered: a change may rely on these, and on no others.

use std::collections::BTreeMap;

use super::{Form, Judged, Suppression};
use crate::lint::fingerprint::Gist;
use crate::path::StorePath;
use crate::text::Spanned;

/// The suppressions of a moment, file by file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(BTreeMap<StorePath, Vec<Grant>>);

/// One rule that a suppression names. Where a comment stands, and why it is there, makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Grant {
    form: Form,
    rule: String,
    until: Option<String>,
    matches: Option<String>,
    /// The findings that it covered.
    covered: Vec<Gist>,
}

/// What a suppression may cover for one of its rules.
pub(super) enum Room {
    /// Whatever comes.
    Everything,
    /// Each of these once.
    Only(Vec<Gist>),
}

impl Room {
    /// Whether there is room for `finding`, which takes it.
    pub(super) fn take(&mut self, finding: &Gist) -> bool {
        let Self::Only(left) = self else { return true };
        left.iter().position(|known| known == finding).map(|at| left.swap_remove(at)).is_some()
    }
}

impl Grants {
    /// Takes in what became of the suppressions in the file at `path`.
    pub(in crate::lint) fn add(&mut self, path: &StorePath, judged: &[Judged]) {
        let of_one = |one: &Judged| {
            let rules = one.suppression.directive.rules.iter().zip(&one.covered);
            rules
                .map(|(rule, covered)| Grant { covered: covered.clone(), ..Grant::new(&one.suppression, rule) })
                .collect()
        };
        let grants: Vec<Grant> = judged.iter().flat_map(|one| -> Vec<Grant> { of_one(one) }).collect();
        if !grants.is_empty() {
            self.0.insert(path.clone(), grants);
        }
    }

    /// The same where files have other names now: `moved` has the old name and the new one.
    #[must_use]
    pub fn moved<'a>(mut self, moved: impl IntoIterator<Item = (&'a StorePath, &'a StorePath)>) -> Self {
        let taken: Vec<(StorePath, Vec<Grant>)> =
            moved.into_iter().filter_map(|(old, new)| Some((new.clone(), self.0.remove(old)?))).collect();
        self.0.extend(taken);
        self
    }

    /// What the file at `path` may rely on.
    pub(super) fn of_file(&self, path: &StorePath) -> Left {
        Left(self.0.get(path).cloned().unwrap_or_default())
    }
}

/// The grants of one file that nothing has relied on yet.
pub(super) struct Left(Vec<Grant>);

impl Left {
    /// What `suppression` may cover for its rule `rule`; `None` where it is new.
    pub(super) fn take(&mut self, suppression: &Suppression, rule: &Spanned<String>) -> Option<Room> {
        let wanted = Grant::new(suppression, rule);
        let at = self.0.iter().position(|grant| grant.says_the_same_as(&wanted))?;
        let covered = self.0.remove(at).covered;
        // What holds for a whole file holds for what comes into it; a comment was written for what stood beside it.
        Some(if suppression.form == Form::Metadata { Room::Everything } else { Room::Only(covered) })
    }
}

impl Grant {
    fn new(suppression: &Suppression, rule: &Spanned<String>) -> Self {
        let text = |part: &Option<Spanned<String>>| part.as_ref().map(|part| part.value.clone());
        let directive = &suppression.directive;
        Self {
            form: suppression.form,
            rule: rule.value.clone(),
            until: text(&directive.until),
            matches: text(&directive.matches),
            covered: Vec::new(),
        }
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        let parts = |grant: &Self| (grant.form, grant.until.clone(), grant.matches.clone());
        self.rule == other.rule && parts(self) == parts(other)
    }
}
