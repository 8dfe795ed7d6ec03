//! One file's content along the chain, followed through its renames by what it says.

use super::chain::Position;
use super::lines::likeness;
use super::{Change, Past};
use crate::name::CommitId;
use crate::path::StorePath;
use crate::revision::RevisionError;

/// A text that is less alike than this is another text.
const LEAST_LIKENESS: f32 = 0.6;
/// More renames than this in one file's life are a mistake of ours.
const MOST_RENAMES: usize = 100;
/// Texts over this many bytes are followed where they are equal only.
const MOST_BYTES: usize = 1 << 20;

/// The versions of one file, the first one first, under whatever names it had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    /// The versions.
    pub versions: Vec<Version>,
}

/// What a file became at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The commit.
    pub position: Position,
    /// Where the file was then.
    pub path: StorePath,
    /// Git's name of its content; `None`: it was gone.
    pub blob: Option<CommitId>,
}

impl Lineage {
    /// The version that was active at `position`, if the file was there.
    pub fn at(&self, position: Position) -> Option<&Version> {
        let index = self.versions.partition_point(|version| version.position <= position).checked_sub(1)?;
        self.versions.get(index).filter(|version| version.blob.is_some())
    }

    /// The last content that the file had.
    pub fn last_blob(&self) -> Option<CommitId> {
        self.versions.iter().rev().find_map(|version| version.blob)
    }
}

/// The versions of the file that is, or at last was, at `path`. Where it appeared in a commit that took away a file of the
/// same content, or else one that is alike in most lines, it is taken to be that file under another name.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn lineage(past: &dyn Past, path: &StorePath) -> Result<Lineage, RevisionError> {
    let mut newest_first: Vec<Version> = Vec::new();
    let mut name = path.clone();
    let mut before = Position::MAX;
    for _ in 0..MOST_RENAMES {
        let changes = past.changes(&name)?;
        let mut source = None;
        for change in changes.iter().rev().filter(|change| change.path == name && change.position < before) {
            newest_first.push(Version { position: change.position, path: name.clone(), blob: change.blob });
            if let (None, Some(blob)) = (change.was, change.blob) {
                source = renamed_from(past, change.position, &name, blob)?.map(|source| (source, change.position));
                if source.is_some() {
                    break;
                }
            }
        }
        let Some((older_name, position)) = source else { break };
        (name, before) = (older_name, position);
    }
    newest_first.reverse();
    Ok(Lineage { versions: newest_first })
}

/// The path to which the file at `path`, last with the content `blob`, went in the commit at `position`, if it went
/// anywhere.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn renamed_to(
    past: &dyn Past,
    position: Position,
    path: &StorePath,
    blob: Option<CommitId>,
) -> Result<Option<StorePath>, RevisionError> {
    let Some(blob) = blob else { return Ok(None) };
    let step = past.step(position)?;
    let added = step.iter().filter(|change| change.was.is_none());
    let added = added.filter_map(|change| Some((&change.path, change.blob?))).collect();
    nearest(past, path, blob, added)
}

/// The path that `path` is called now, by the renames after the commit at `position`; itself where it is still there.
/// `None`: it was removed.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn present_name(past: &dyn Past, path: &StorePath, position: Position) -> Result<Option<StorePath>, RevisionError> {
    let (mut name, mut after) = (path.clone(), position);
    for _ in 0..MOST_RENAMES {
        let changes = past.changes(&name)?;
        let later = changes.iter().filter(|change| change.path == name && change.position > after);
        let Some(end) = later.into_iter().find(|change| change.blob.is_none()) else { return Ok(Some(name)) };
        let Some(next) = renamed_to(past, end.position, &name, end.was)? else { return Ok(None) };
        (name, after) = (next, end.position);
    }
    Ok(None)
}

fn renamed_from(
    past: &dyn Past,
    position: Position,
    path: &StorePath,
    blob: CommitId,
) -> Result<Option<StorePath>, RevisionError> {
    if position == 0 {
        return Ok(None);
    }
    let step = past.step(position)?;
    let removed: Vec<&Change> = step.iter().filter(|change| change.blob.is_none()).collect();
    nearest(past, path, blob, removed.iter().filter_map(|change| Some((&change.path, change.was?))).collect())
}

/// Of `files`, the one that says what `blob` says, or most of it. Of several the one whose path ends most like `path`.
fn nearest(
    past: &dyn Past,
    path: &StorePath,
    blob: CommitId,
    files: Vec<(&StorePath, CommitId)>,
) -> Result<Option<StorePath>, RevisionError> {
    let closeness = |other: &StorePath| common_end(path.as_str(), other.as_str());
    let equal = files.iter().filter(|(_, other)| *other == blob).max_by_key(|(other, _)| closeness(other));
    if let Some((other, _)) = equal {
        return Ok(Some((*other).clone()));
    }
    if files.is_empty() {
        return Ok(None);
    }
    let Some(text) = text(past, blob)? else { return Ok(None) };
    let mut best: Option<(f32, usize, &StorePath)> = None;
    for (other, id) in files.into_iter().filter(|(other, _)| other.extension() == path.extension()) {
        let Some(old) = self::text(past, id)? else { continue };
        // Of two texts of which one is twice as long, at most two thirds can be alike.
        if old.len() > 3 * text.len() || text.len() > 3 * old.len() {
            continue;
        }
        let (alike, close) = (likeness(&old, &text), closeness(other));
        if alike >= LEAST_LIKENESS && best.is_none_or(|(most, closest, _)| (alike, close) > (most, closest)) {
            best = Some((alike, close, other));
        }
    }
    Ok(best.map(|(_, _, path)| path.clone()))
}

fn text(past: &dyn Past, blob: CommitId) -> Result<Option<String>, RevisionError> {
    let content = past.blob(blob)?;
    Ok((content.len() <= MOST_BYTES).then(|| String::from_utf8(content).ok()).flatten())
}

/// How many segments at the ends of two paths are equal.
fn common_end(one: &str, other: &str) -> usize {
    one.rsplit('/').zip(other.rsplit('/')).take_while(|(one, other)| one == other).count()
}
