//! Ways around the check, and changes to what surrounds it: links, prompts that are moved out of sight, tags that moved,
//! and the files that decide whether the check runs at all.

use std::collections::{BTreeMap, BTreeSet};

use super::{Moments, Notes, Request};
use crate::diff::Lines;
use crate::name::{Digest, ReleaseRef};
use crate::path::StorePath;
use crate::store::Store;
use crate::store::artifact::{self, Artifact};
use crate::store::catalogue::Catalogue;
use crate::store::config::CONFIG_NAMES;
use crate::store::route::Route;
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
    let catalogue = Catalogue::new(judged[1]);
    for path in changed {
        links(moments, path, &catalogue, notes);
        surroundings(moments, path, notes);
    }
    outside(moments, request, notes);
    unwatched(moments, judged, changed, &catalogue, notes);
    if !changed.is_empty() {
        moved_tags(moments, judged[1], request, notes);
    }
}

fn links(moments: &Moments<'_>, path: &StorePath, catalogue: &Catalogue, notes: &mut Notes<'_>) {
    let kind = |moment: &Snapshot| moment.entry(path).map(|entry| entry.kind);
    let (was, is) = (kind(moments.old), kind(moments.new));
    let where_to = match is {
        Some(EntryKind::LinkInside) => "another file of the store",
        Some(EntryKind::LinkOutside) => "a place outside of the store",
        Some(EntryKind::File) | None => return,
    };
    if is == Some(EntryKind::LinkInside)
        && let Some((here, there)) = hidden(moments.new, path, catalogue)
    {
        let message = format!("`{here}` leads to `{there}` now, and nothing looks at that");
        notes.add("LNT010", path, Span::default(), message);
        notes.help("put the file itself here: links are never followed");
    }
    let what = match was {
        Some(EntryKind::File) => "this file becomes a symbolic link",
        None => "a symbolic link is added",
        Some(_) => "a symbolic link changes",
    };
    notes.add("LNT011", path, Span::default(), format!("{what}: it leads to {where_to}, and is not followed"));
    notes.help("put the file itself there, or include it");
}

/// The first file that the link at `path` puts where the store has its own, and that is none of these: the path under
/// which the product finds it, and its own.
fn hidden(new: &Snapshot, path: &StorePath, catalogue: &Catalogue) -> Option<(StorePath, StorePath)> {
    let target = StorePath::resolve(path.folder(), text(new, path)?.trim()).ok()?;
    let is_hidden = |here: &StorePath, there: &StorePath| catalogue.has_place(here) && !catalogue.has_place(there);
    if new.entry(&target).is_some() {
        return is_hidden(path, &target).then(|| (path.clone(), target));
    }
    let files = new.entries().map(|(there, _)| there);
    let mut below = files.filter_map(|there| {
        let rest = there.as_str().strip_prefix(target.as_str())?.strip_prefix('/')?;
        Some((format!("{path}/{rest}").parse().ok()?, there.clone()))
    });
    below.find(|(here, there)| is_hidden(here, there))
}

/// What a changed file has to do with the check; nothing for most.
fn surroundings(moments: &Moments<'_>, path: &StorePath, notes: &mut Notes<'_>) {
    let is_nested = CONFIG_NAMES.contains(&path.file_name()) && !path.folder().is_empty();
    let nested = "a configuration in a subfolder has no effect on this store, and makes another one of the folder";
    let Some(told) = is_nested.then_some(nested).or_else(|| part(path)) else { return };
    let fate = match (moments.old.entry(path), moments.new.entry(path)) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    notes.add("LNT009", path, Span::default(), format!("this file is {fate}: {told}"));
}

/// The same for files of the repository that are no files of the store: told of at the configuration.
fn outside(moments: &Moments<'_>, request: &Request, notes: &mut Notes<'_>) {
    let Some(place) = Store::config_of(moments.accepted).path else { return };
    for path in &request.outside {
        let is_above = request.folder.starts_with(&format!("{}/", path.folder())) || path.folder().is_empty();
        let Some(told) = part(path).filter(|_| is_above || path.file_name() != ".gitattributes") else { continue };
        let message = format!("`{path}`, which is outside of the store, changes: {told}");
        notes.add("LNT009", &place, Span::default(), message);
    }
}

/// What the file at `path` decides of the check or of what it sees.
fn part(path: &StorePath) -> Option<&'static str> {
    Some(match path.file_name() {
        ".gitattributes" => {
            "it decides how git shows and merges files: what is checked is what git stores, whatever stands here"
        }
        ".gitignore" => "it decides which files a worktree keeps to itself: what is checked is what git stores",
        ".gitmodules" => "it puts other repositories into folders of this one, and nothing looks into those",
        "CODEOWNERS" => "it decides who is asked to review changes",
        _ if is_workflow(path) => "it decides whether and how the check runs",
        _ => return None,
    })
}

/// Whether the file at `path` is one by which forges and hooks start the check.
fn is_workflow(path: &StorePath) -> bool {
    const FILES: [&str; 11] = [
        ".gitlab-ci.yml",
        ".gitlab/promptyard.gitlab-ci.yml",
        ".pre-commit-config.yaml",
        ".pre-commit-hooks.yaml",
        "Jenkinsfile",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        "lefthook.yml",
        ".lefthook.yml",
        ".travis.yml",
        ".woodpecker.yml",
    ];
    const FOLDERS: [&str; 8] = [
        ".github/workflows/",
        ".github/actions/",
        ".forgejo/workflows/",
        ".gitea/workflows/",
        ".circleci/",
        ".buildkite/",
        ".husky/",
        ".githooks/",
    ];
    FILES.contains(&path.as_str()) || FOLDERS.iter().any(|folder| path.as_str().starts_with(folder))
}

/// Artifacts that are gone, and stand with much the same text where nothing looks.
fn unwatched(
    moments: &Moments<'_>,
    judged: [&Snapshot; 2],
    changed: &BTreeSet<StorePath>,
    catalogue: &Catalogue,
    notes: &mut Notes<'_>,
) {
    let gone: Vec<Artifact> = artifact::list(judged[0])
        .into_iter()
        .filter(|artifact| changed.contains(&artifact.path) && judged[1].entry(&artifact.path).is_none())
        .collect();
    if gone.is_empty() {
        return;
    }
    submodules(moments, &gone, notes);
    let arrived = changed.iter().filter(|path| moments.old.entry(path).is_none() && moments.new.entry(path).is_some());
    let mut unseen: Vec<&StorePath> = arrived.filter(|path| catalogue.at(path).is_none()).collect();
    if unseen.is_empty() {
        return;
    }
    let store = Store::load(judged[1].clone());
    unseen.retain(|path| store.file(path).is_none());
    let unseen: Vec<(&StorePath, Lines)> =
        unseen.into_iter().filter_map(|path| Some((path, Lines::of(&text(moments.new, path)?)))).collect();
    for artifact in gone {
        let Some(before) = text(moments.old, &artifact.path).map(|text| Lines::of(&text)) else { continue };
        let Some((path, _)) = unseen.iter().find(|(_, after)| before.are_much_the_same(after)) else { continue };
        let message = format!("`{}` is moved here from `{}`, and nothing looks at it here", artifact.id, artifact.path);
        notes.add("LNT010", path, Span::default(), message);
        notes.help("add the place to `sources` in `promptyard.yaml`, or delete the file where it is not used any more");
    }
}

/// Artifacts that are gone with their folder, in whose place another repository stands.
fn submodules(moments: &Moments<'_>, gone: &[Artifact], notes: &mut Notes<'_>) {
    let Ok(modules) = ".gitmodules".parse::<StorePath>() else { return };
    let Some(written) = text(moments.new, &modules) else { return };
    let paths = written.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('='));
    for path in paths.map(|path| path.trim().trim_matches('"').trim_end_matches('/')) {
        let is_below =
            |artifact: &&Artifact| artifact.path.as_str().strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let mut inside = gone.iter().filter(is_below);
        let Some(first) = inside.next() else { continue };
        let more = match inside.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("`{path}` is another repository now, in which nothing looks at `{}`{more}", first.id);
        notes.add("LNT010", &modules, Span::default(), message);
        notes.help("keep the files in this repository, or delete the folder where it is not used any more");
    }
}

fn text(moment: &Snapshot, path: &StorePath) -> Option<String> {
    String::from_utf8(moment.read(path).ok()?).ok()
}

/// Releases whose tags are gone, or say another digest than the routes do or did: the tag is not the one that was promoted.
fn moved_tags(moments: &Moments<'_>, new: &Snapshot, request: &Request, notes: &mut Notes<'_>) {
    let Some(releases) = &request.releases else { return };
    let routes = |moment: &Snapshot| Store::load_only(moment.clone(), &BTreeSet::new());
    let (accepted, store) = (routes(moments.accepted), routes(new));
    let mut promoted: BTreeMap<&ReleaseRef, Digest> = BTreeMap::new();
    for (_, pin) in accepted.routes().iter().flat_map(Route::pins) {
        promoted.extend(pin.digest.map(|digest| (&pin.release.value, digest.value)));
    }
    for route in store.routes() {
        for (_, pin) in route.pins() {
            let release = &pin.release.value;
            let place = pin.digest.map_or(pin.release.span, |digest| digest.span);
            let written = pin.digest.map(|digest| digest.value);
            let Some(known) = promoted.get(release).copied().or(written) else { continue };
            let message = match releases.digest(release).or(written.filter(|_| !releases.lacks(release))) {
                Some(other) if other != known => {
                    format!("`{release}` is {} now, and was promoted as {}", other.short(), known.short())
                }
                Some(recorded) if written.is_some_and(|written| written != recorded) => {
                    format!("the tag of `{release}` says {}, and this route something else", recorded.short())
                }
                None if promoted.contains_key(release) && releases.lacks(release) => {
                    format!("the tag of `{release}`, which was promoted as {}, is gone", known.short())
                }
                _ => continue,
            };
            notes.add("VER003", &route.path, place, message);
            notes.help("find out who replaced the tag, and restore the one that was there first");
        }
    }
}
