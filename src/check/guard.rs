//! Ways around the check, and changes to what surrounds it: links, prompts that are moved out of sight, tags that moved,
//! and the files that decide whether the check runs at all.

use std::collections::BTreeSet;

use super::{Moments, Notes, Request};
use crate::path::StorePath;
use crate::store::Store;
use crate::store::artifact;
use crate::store::catalogue::Catalogue;
use crate::store::config::CONFIG_NAMES;
use crate::store::snapshot::{EntryKind, Snapshot};
use crate::text::Span;

/// Looks at the paths that changed. `judged` are both moments by the accepted rules.
pub(super) fn look(
    moments: &Moments<'_>,
    judged: [&Snapshot; 2],
    changed: &BTreeSet<StorePath>,
    request: &Request,
    notes: &mut Notes<'_>,
) {
    for path in changed {
        links(moments, path, notes);
        surroundings(moments, path, notes);
    }
    unwatched(moments, judged, changed, notes);
    moved_tags(judged[1], request, notes);
}

fn links(moments: &Moments<'_>, path: &StorePath, notes: &mut Notes<'_>) {
    let kind = |moment: &Snapshot| moment.entry(path).map(|entry| entry.kind);
    let (was, is) = (kind(moments.old), kind(moments.new));
    let where_to = match is {
        Some(EntryKind::LinkInside) => "another file of the store",
        Some(EntryKind::LinkOutside) => "a place outside of the store",
        Some(EntryKind::File) | None => return,
    };
    let what = match was {
        Some(EntryKind::File) => "this file becomes a symbolic link",
        None => "a symbolic link is added",
        Some(_) => "a symbolic link changes",
    };
    notes.add("LNT011", path, Span::default(), format!("{what}: it leads to {where_to}, and is not followed"));
    notes.help("put the file itself there, or include it");
}

/// What a changed file has to do with the check; nothing for most.
fn surroundings(moments: &Moments<'_>, path: &StorePath, notes: &mut Notes<'_>) {
    let name = path.file_name();
    let is_root = path.folder().is_empty();
    let told = if name == ".gitattributes" {
        "this decides how git shows and merges files: what is checked is what git stores, whatever stands here"
    } else if CONFIG_NAMES.contains(&name) && !is_root {
        "a configuration in a subfolder has no effect on this store, and makes another one of the folder"
    } else if name == "CODEOWNERS" {
        "this decides who is asked to review changes"
    } else if is_workflow(path) {
        "this decides whether and how the check runs"
    } else {
        return;
    };
    let fate = match (moments.old.entry(path), moments.new.entry(path)) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    notes.add("LNT009", path, Span::default(), format!("`{path}` is {fate}: {told}"));
}

/// Whether the file at `path` is one by which forges and hooks start the check.
fn is_workflow(path: &StorePath) -> bool {
    const FILES: [&str; 4] =
        [".gitlab-ci.yml", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml", ".gitlab/promptyard.gitlab-ci.yml"];
    const FOLDERS: [&str; 4] = [".github/workflows/", ".github/actions/", ".husky/", ".githooks/"];
    FILES.contains(&path.as_str()) || FOLDERS.iter().any(|folder| path.as_str().starts_with(folder))
}

/// Artifacts that are gone, and stand with much the same text where nothing looks.
fn unwatched(moments: &Moments<'_>, judged: [&Snapshot; 2], changed: &BTreeSet<StorePath>, notes: &mut Notes<'_>) {
    let gone: Vec<artifact::Artifact> = artifact::list(judged[0])
        .into_iter()
        .filter(|artifact| changed.contains(&artifact.path) && judged[1].entry(&artifact.path).is_none())
        .collect();
    if gone.is_empty() {
        return;
    }
    let catalogue = Catalogue::new(judged[1]);
    let store = Store::load(judged[1].clone());
    let is_unseen = |path: &&StorePath| {
        moments.old.entry(path).is_none()
            && moments.new.entry(path).is_some()
            && catalogue.at(path).is_none()
            && store.file(path).is_none()
    };
    let arrived: Vec<(&StorePath, String)> =
        changed.iter().filter(is_unseen).filter_map(|path| Some((path, text(moments.new, path)?))).collect();
    for artifact in gone {
        let Some(before) = text(moments.old, &artifact.path) else { continue };
        let Some((path, _)) = arrived.iter().find(|(_, after)| is_much_the_same(&before, after)) else { continue };
        let message = format!("`{}` is moved here from `{}`, and nothing looks at it here", artifact.id, artifact.path);
        notes.add("LNT010", path, Span::default(), message);
        notes.help("add the place to `sources` in `promptyard.yaml`, or delete the file where it is not used any more");
    }
}

fn text(moment: &Snapshot, path: &StorePath) -> Option<String> {
    String::from_utf8(moment.read(path).ok()?).ok()
}

/// Whether at least half of the lines of the longer text are in the other, as git asks of a rename.
fn is_much_the_same(one: &str, other: &str) -> bool {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let (one, mut other) = (lines(one), lines(other));
    let longest = one.len().max(other.len());
    let mut shared = 0;
    for line in &one {
        if let Ok(at) = other.binary_search(line) {
            other.remove(at);
            shared += 1;
        }
    }
    longest > 0 && shared * 2 >= longest
}

/// Releases whose tags say another digest than the routes: the tag is not the one that was promoted.
fn moved_tags(new: &Snapshot, request: &Request, notes: &mut Notes<'_>) {
    let Some(releases) = &request.releases else { return };
    let store = Store::load_only(new.clone(), &BTreeSet::new());
    for route in store.routes() {
        for (_, pin) in route.pins() {
            let release = &pin.release.value;
            if let (Some(written), Some(recorded)) = (pin.digest, releases.digest(release))
                && written.value != recorded
            {
                let message = format!(
                    "the tag of `{release}` says {}, and this route was promoted with {}",
                    recorded.short(),
                    written.value.short()
                );
                notes.add("VER003", &route.path, written.span, message);
                notes.help("find out who replaced the tag, and restore the one that was there first");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_lines_make_a_move() {
        assert!(is_much_the_same("a\nb\n\nc\n", "  a\nb\n"));
        assert!(!is_much_the_same("a\nb\nc\n", "a\nx\ny\n"));
        assert!(!is_much_the_same("", "\n"));
        assert!(!is_much_the_same("a\na\na\na\n", "a\nb\nc\n"));
    }
}
