//! Which files are called otherwise than before: what was found in them, and allowed in them, goes along.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fate, Report};
use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::store::artifact::{Artifact, ArtifactKind};
use crate::store::snapshot::Snapshot;

/// More pairs than this are not compared by their texts: a change that renames so many files keeps their names or their
/// contents.
const MOST_PAIRS: usize = 10_000;

/// The old path and the new one of each file that is called otherwise: of artifacts by what was found out about them, by
/// their ids, or by much the same text; of other files by the same content.
pub(super) fn paths(
    (old, new): (&Snapshot, &Snapshot),
    changed: &BTreeSet<StorePath>,
    listed: &[Vec<Artifact>; 2],
    report: &Report,
) -> BTreeMap<StorePath, StorePath> {
    let gone: Vec<&StorePath> = changed.iter().filter(|path| new.entry(path).is_none()).collect();
    let come: Vec<&StorePath> = changed.iter().filter(|path| old.entry(path).is_none()).collect();
    let [was, is] = [0, 1].map(|side| {
        let by_id = listed[side].iter().map(|artifact| (&artifact.id, &artifact.path));
        by_id.collect::<BTreeMap<&ArtifactId, &StorePath>>()
    });
    let by_id = was.iter().filter(|(_, path)| new.entry(path).is_none());
    let by_id = by_id.filter_map(|(id, path)| Some(((*path).clone(), (*is.get(id)?).clone())));
    let of_artifacts = report.artifacts.iter().filter_map(|diff| diff.paths[0].clone().zip(diff.paths[1].clone()));
    let mut moved: BTreeMap<StorePath, StorePath> = by_id.chain(of_artifacts).filter(|(old, new)| old != new).collect();
    let mut taken: BTreeSet<StorePath> = moved.values().cloned().collect();
    // Git's name of a content stands for it.
    let content = |moment: &Snapshot, path: &StorePath| match moment.entry(path)?.blob {
        Some(name) => Some(name.to_string().into_bytes()),
        None => moment.read(path).ok().filter(|content| !content.is_empty()),
    };
    if !gone.is_empty() {
        let left = come.iter().filter(|path| !taken.contains(**path));
        let mut by_content: BTreeMap<Vec<u8>, &StorePath> =
            left.filter_map(|path| Some((content(new, path)?, *path))).collect();
        for path in gone.iter().filter(|path| !moved.contains_key(**path)).collect::<Vec<_>>() {
            if let Some(heir) = content(old, path).and_then(|content| by_content.remove(&content)) {
                taken.insert(heir.clone());
                moved.insert((*path).clone(), heir.clone());
            }
        }
    }
    by_text((old, new), report, &mut moved, &mut taken);
    moved
}

/// Adds artifacts that went and came with much the same text.
fn by_text(
    (old, new): (&Snapshot, &Snapshot),
    report: &Report,
    moved: &mut BTreeMap<StorePath, StorePath>,
    taken: &mut BTreeSet<StorePath>,
) {
    let side = |fate: &Fate, side: usize| -> Vec<(ArtifactKind, &StorePath)> {
        let diffs = report.artifacts.iter().filter(|diff| diff.fate == *fate);
        diffs.filter_map(|diff| Some((diff.kind, diff.paths[side].as_ref()?))).collect()
    };
    let mut gone = side(&Fate::Removed, 0);
    let mut come = side(&Fate::Added, 1);
    gone.retain(|(_, path)| !moved.contains_key(*path));
    come.retain(|(_, path)| !taken.contains(*path));
    if gone.is_empty() || come.is_empty() || gone.len() * come.len() > MOST_PAIRS {
        return;
    }
    let lines =
        |moment: &Snapshot, path: &StorePath| Some(Lines::of(&String::from_utf8(moment.read(path).ok()?).ok()?));
    let mut come: Vec<(ArtifactKind, &StorePath, Lines)> =
        come.into_iter().filter_map(|(kind, path)| Some((kind, path, lines(new, path)?))).collect();
    for (kind, path) in gone {
        let Some(before) = lines(old, path) else { continue };
        let is_heir =
            |(other, _, after): &(ArtifactKind, &StorePath, Lines)| *other == kind && before.are_much_the_same(after);
        if let Some(at) = come.iter().position(is_heir) {
            let heir = come.swap_remove(at).1.clone();
            taken.insert(heir.clone());
            moved.insert(path.clone(), heir);
        }
    }
}

/// The lines of a text that say something, in their alphabet's order.
pub struct Lines(Vec<String>);

impl Lines {
    /// Those of `text`.
    pub fn of(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        lines.sort();
        Self(lines)
    }

    /// Whether at least half of the lines of the longer text are in the other, as git asks of a rename.
    pub fn are_much_the_same(&self, other: &Self) -> bool {
        let longest = self.0.len().max(other.0.len());
        let (mut one, mut other) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = 0;
        while let (Some(a), Some(b)) = (one.peek(), other.peek()) {
            let order = a.cmp(b);
            shared += usize::from(order.is_eq());
            if order.is_le() {
                one.next();
            }
            if order.is_ge() {
                other.next();
            }
        }
        longest > 0 && shared * 2 >= longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_much_the_same(one: &str, other: &str) -> bool {
        Lines::of(one).are_much_the_same(&Lines::of(other))
    }

    #[test]
    fn half_of_the_lines_make_a_move() {
        assert!(is_much_the_same("a\nb\n\nc\n", "  a\nb\n"));
        assert!(!is_much_the_same("a\nb\nc\n", "a\nx\ny\n"));
        assert!(!is_much_the_same("", "\n"));
        assert!(!is_much_the_same("a\na\na\na\n", "a\nb\nc\n"));
    }
}
