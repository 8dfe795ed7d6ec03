//! A prompt's text as it was, and which release and commit brought each of its lines.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Past;
use super::content;
use super::lines::origins;
use super::made::Made;
use crate::name::{ArtifactId, CommitId, ReleaseRef};
use crate::path::StorePath;
use crate::revision::{RevisionError, Tag};
use crate::store::artifact;

/// A text as it was at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The file that it stood in.
    pub path: StorePath,
    /// The release that it is of; `None` for a store's own content.
    pub release: Option<ReleaseRef>,
    /// The file's content.
    pub content: String,
    /// Its lines.
    pub lines: Vec<TextLine>,
}

/// One line of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLine {
    /// The line without its end.
    pub text: String,
    /// The first release that had it in this place.
    pub release: Option<ReleaseRef>,
    /// Who brought it onto the branch.
    pub made: Option<Arc<Made>>,
}

/// The text of `release`, whose tag names `commit`. `tags` are those of the same artifact. `None` where the commit has no
/// such artifact.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_release(
    past: &dyn Past,
    release: &ReleaseRef,
    commit: CommitId,
    tags: &[Tag],
) -> Result<Option<Text>, RevisionError> {
    let Some((path, content)) = file_of(past, &release.artifact, commit)? else { return Ok(None) };
    let mut text = plain(path, content);
    annotate_releases(past, &mut text, release, tags)?;
    if let Some(position) = past.taken_in(commit)? {
        annotate_commits(past, &mut text, position)?;
    }
    text.release = Some(release.clone());
    Ok(Some(text))
}

/// The text of the file at `path` with the content `blob`, which was active at `position`.
///
/// # Errors
/// When a part of the history is not in this clone.
pub fn of_content(past: &dyn Past, path: &StorePath, blob: CommitId, position: usize) -> Result<Text, RevisionError> {
    let mut text = plain(path.clone(), read(past, blob)?);
    annotate_commits(past, &mut text, position)?;
    Ok(text)
}

fn plain(path: StorePath, content: String) -> Text {
    let line = |text: &str| TextLine { text: text.to_owned(), release: None, made: None };
    Text { path, release: None, lines: content.lines().map(line).collect(), content }
}

fn read(past: &dyn Past, blob: CommitId) -> Result<String, RevisionError> {
    Ok(String::from_utf8_lossy(&past.blob(blob)?).into_owned())
}

/// The file of the artifact called `id` at `commit`, and what it says.
fn file_of(past: &dyn Past, id: &ArtifactId, commit: CommitId) -> Result<Option<(StorePath, String)>, RevisionError> {
    let snapshot = past.snapshot(commit)?;
    let found = artifact::list(&snapshot).into_iter().find(|artifact| artifact.id == *id);
    let Some(artifact) = found else { return Ok(None) };
    let content = snapshot.read(&artifact.path).map_err(RevisionError::Unreadable)?;
    Ok(Some((artifact.path, String::from_utf8_lossy(&content).into_owned())))
}

/// Says of each line which of the releases up to `release` brought it.
fn annotate_releases(
    past: &dyn Past,
    text: &mut Text,
    release: &ReleaseRef,
    tags: &[Tag],
) -> Result<(), RevisionError> {
    let mut releases: BTreeMap<ReleaseRef, CommitId> = BTreeMap::new();
    for tag in tags {
        // A prefix of the tag's name is not part of the release's.
        let name = tag.name.find(release.artifact.as_str()).map_or("", |at| &tag.name[at..]);
        let Ok(other) = name.parse::<ReleaseRef>() else { continue };
        let before = other.artifact == release.artifact && other < *release && other.version.pre.is_empty();
        if let Some(commit) = tag.commit.filter(|_| before) {
            releases.insert(other, commit);
        }
    }
    let mut names = Vec::new();
    let mut texts = Vec::new();
    for (other, commit) in releases {
        if let Some((_, content)) = file_of(past, &other.artifact, commit)? {
            names.push(other);
            texts.push(content);
        }
    }
    names.push(release.clone());
    texts.push(text.content.clone());
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for (line, origin) in text.lines.iter_mut().zip(origins(&texts)) {
        line.release = names.get(origin).cloned();
    }
    Ok(())
}

/// Says of each line which commit of the chain up to `position` brought it, where the chain has the text there.
fn annotate_commits(past: &dyn Past, text: &mut Text, position: usize) -> Result<(), RevisionError> {
    let present = content::present_name(past, &text.path, position)?.unwrap_or_else(|| text.path.clone());
    let lineage = content::lineage(past, &present)?;
    let versions = lineage.versions.iter().filter(|version| version.position <= position);
    let mut positions = Vec::new();
    let mut texts = Vec::new();
    for version in versions {
        positions.push(version.position);
        texts.push(version.blob.map_or_else(|| Ok(String::new()), |blob| read(past, blob))?);
    }
    if texts.last() != Some(&text.content) {
        return Ok(());
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut known: BTreeMap<usize, Arc<Made>> = BTreeMap::new();
    for (line, origin) in text.lines.iter_mut().zip(origins(&texts)) {
        if let std::collections::btree_map::Entry::Vacant(entry) = known.entry(origin) {
            entry.insert(Arc::new(Made::at(past, positions[origin])?));
        }
        line.made = known.get(&origin).cloned();
    }
    Ok(())
}
