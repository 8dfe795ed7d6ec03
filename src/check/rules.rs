//! What a change does to the rules: the configuration key by key, policies by what they let through, the baseline.

use std::collections::BTreeSet;

use super::{Moments, Notes};
use crate::diff::{self, ArtifactDiff, Fate, Findings};
use crate::lint::baseline::{Baseline, DEFAULT_PATH};
use crate::lint::ground::Ground;
use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::store::Store;
use crate::store::artifact::{self, ArtifactKind};
use crate::store::catalogue::Catalogue;
use crate::store::policy::Policy;
use crate::store::snapshot::Snapshot;
use crate::store::yaml::{self, Kind, Limits, NodeRef, Yaml};
use crate::text::Span;

/// What is said about one file at most.
const MOST: usize = 20;

const LATER: &str = "it counts once it is merged: this change is judged by what was there before";

/// Tells of the rules among `own`, the changed files that are rules in one of the moments.
pub(super) fn look(
    moments: &Moments<'_>,
    ground: &Ground,
    own: &BTreeSet<StorePath>,
    policies: &[ArtifactDiff],
    notes: &mut Notes<'_>,
) {
    if own.iter().any(Catalogue::is_configuration) {
        configuration(moments, notes);
        let read = Catalogue::new(moments.new).config().path.clone();
        let others = own.iter().filter(|path| Catalogue::is_configuration(path) && Some(*path) != read.as_ref());
        for path in others.filter(|path| moments.new.entry(path).is_some()) {
            note(notes, path, Span::default(), "a second configuration: the other one is read".to_owned());
        }
    }
    if let Some(path) = ground.baseline().filter(|path| own.contains(*path)) {
        baseline(moments, path, notes);
    }
    policies.iter().for_each(|diff| policy(diff, notes));
}

/// Artifacts that leave a policy by their new name.
pub(super) fn left(diff: &diff::Report, ground: &Ground, [base, head]: [&Store; 2], notes: &mut Notes<'_>) {
    for artifact in &diff.artifacts {
        let (Fate::Renamed { from }, Some(path)) = (&artifact.fate, &artifact.paths[1]) else { continue };
        let has = |policy: &Policy, id: &ArtifactId, store: &Store| {
            policy.scope.has_artifact(id, store.prompt_called(id.as_str()))
        };
        let left = ground.policies().iter();
        for policy in left.filter(|policy| has(policy, from, base) && !has(policy, &artifact.id, head)) {
            let message = format!("`{}`, which was `{from}`, leaves the policy `{}`", artifact.id, policy.name());
            notes.add("LNT009", path, Span::default(), message);
        }
    }
}

/// The policies that differ: none of them does where both moments are judged by the same ones.
pub(super) fn policies(moments: &Moments<'_>, own: &BTreeSet<StorePath>) -> Vec<ArtifactDiff> {
    let listed = [moments.old, moments.new].map(Catalogue::new);
    let at = |path| listed.iter().find_map(|catalogue| catalogue.at(path));
    let found = own.iter().filter_map(at).filter(|artifact| artifact.kind == ArtifactKind::Policy);
    let artifacts: Vec<String> = found.map(|artifact| artifact.id.to_string()).collect();
    if artifacts.is_empty() {
        return Vec::new();
    }
    let request = diff::Request { artifacts, findings: Findings::LeftOut, ..diff::Request::default() };
    diff::compare(moments.old, moments.new, &request).artifacts
}

fn configuration(moments: &Moments<'_>, notes: &mut Notes<'_>) {
    let [old, new] = [moments.old, moments.new].map(|moment| Catalogue::new(moment).config().path.clone());
    match (&old, &new) {
        (Some(old), None) => {
            note(notes, old, Span::default(), "the configuration is removed".to_owned());
        }
        (None, Some(new)) => note(notes, new, Span::default(), "a configuration is added".to_owned()),
        (Some(old), Some(new)) => {
            let [before, after] = [(moments.old, old), (moments.new, new)].map(|(moment, path)| parsed(moment, path));
            let mut changes = Changes::default();
            changes.compare(before.root(), after.root(), "", Span::default());
            if old != new {
                note(notes, new, Span::default(), format!("the configuration was called `{old}`"));
            }
            for (span, message) in changes.0.into_iter().take(MOST) {
                note(notes, new, span, message);
            }
            dropped(moments, new, notes);
        }
        (None, None) => {}
    }
}

/// Artifacts that stand where they stood, and are none any more by the configuration at `path`.
fn dropped(moments: &Moments<'_>, path: &StorePath, notes: &mut Notes<'_>) {
    let stood = artifact::list(&moments.new.read_by(Store::config_of(moments.old)));
    let left: BTreeSet<StorePath> = artifact::list(moments.new).into_iter().map(|artifact| artifact.path).collect();
    let mut dropped = stood.iter().filter(|artifact| !left.contains(&artifact.path));
    let Some(first) = dropped.next() else { return };
    let more = match dropped.count() {
        0 => " is".to_owned(),
        more => format!(" and {more} more are"),
    };
    note(notes, path, Span::default(), format!("`{}`{more} no part of the store by this configuration", first.id));
}

fn parsed(moment: &Snapshot, path: &StorePath) -> Yaml {
    let content = moment.read(path).unwrap_or_default();
    yaml::parse(&String::from_utf8_lossy(&content), 0, Limits::default()).0
}

fn note(notes: &mut Notes<'_>, path: &StorePath, span: Span, message: String) {
    notes.add("LNT009", path, span, message);
    notes.help(LATER);
}

/// What differs between two trees of YAML, each with its place in the new one.
#[derive(Default)]
struct Changes(Vec<(Span, String)>);

impl Changes {
    /// `key` is where both stand, and `place` what of the new text is nearest.
    fn compare(&mut self, old: Option<NodeRef<'_>>, new: Option<NodeRef<'_>>, key: &str, place: Span) {
        let has_keys = |node: &NodeRef<'_>| node.kind() == Kind::Mapping && node.entries().next().is_some();
        if old.iter().chain(&new).all(has_keys) {
            let entries = old.into_iter().chain(new).flat_map(NodeRef::entries);
            let names: BTreeSet<&str> = entries.map(|entry| entry.key).collect();
            for name in names {
                let key = if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
                let place = new.and_then(|new| new.entry(name)).map_or(place, |entry| entry.key_span);
                let [old, new] = [old, new].map(|node| node.and_then(|node| node.get(name)));
                self.compare(old, new, &key, place);
            }
            return;
        }
        match (old, new) {
            (Some(before), Some(after)) if [before, after].iter().all(|node| node.kind() == Kind::Sequence) => {
                let said = |node: NodeRef<'_>| node.items().map(in_words).collect::<Vec<String>>();
                let (was, is) = (said(before), said(after));
                for (item, text) in after.items().zip(&is).filter(|(_, text)| !was.contains(text)) {
                    self.0.push((item.span(), format!("`{key}` has {text} now")));
                }
                for text in was.iter().filter(|text| !is.contains(text)) {
                    self.0.push((place, format!("`{key}` no longer has {text}")));
                }
            }
            (Some(before), Some(after)) if in_words(before) != in_words(after) => {
                let message = format!("`{key}` changes from {} to {}", in_words(before), in_words(after));
                self.0.push((after.span(), message));
            }
            (None, Some(after)) => self.0.push((place, format!("`{key}` is set to {}", in_words(after)))),
            (Some(before), None) => {
                self.0.push((place, format!("`{key}`, which was {}, is removed", in_words(before))));
            }
            _ => {}
        }
    }
}

/// A value on one line.
fn in_words(node: NodeRef<'_>) -> String {
    const LONGEST: usize = 80;
    const NODES: usize = 1000;
    let text = match (node.scalar(), node.to_json(NODES)) {
        (Some(text), _) => text.to_owned(),
        (None, Some(value)) => value.to_string(),
        (None, None) => "more than can be told here".to_owned(),
    };
    let text = text.replace(['\n', '`'], " ");
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("`{}…`", &text[..at]),
        None => format!("`{text}`"),
    }
}

/// The findings that `moment` says it knows of.
pub(super) fn known(moment: &Snapshot) -> Option<Baseline> {
    let config = Store::config_of(moment);
    let path = config.lint.baseline.as_ref().map_or(DEFAULT_PATH, |path| path.value.as_str()).parse().ok()?;
    Baseline::read(&String::from_utf8_lossy(&moment.read(&path).ok()?)).ok()
}

fn baseline(moments: &Moments<'_>, path: &StorePath, notes: &mut Notes<'_>) {
    let read = |moment: &Snapshot| {
        let content = moment.read(path).ok()?;
        Baseline::read(&String::from_utf8_lossy(&content)).ok()
    };
    let [old, new] = [moments.old, moments.new].map(|moment| read(moment).unwrap_or_default());
    for (rule, count) in new.added_since(&old) {
        let findings = if count == 1 { "one more finding" } else { "more findings" };
        note(notes, path, Span::default(), format!("the baseline holds back {findings} of {rule} ({count})"));
    }
}

fn policy(diff: &ArtifactDiff, notes: &mut Notes<'_>) {
    let Some(path) = diff.paths[1].as_ref().or(diff.paths[0].as_ref()) else { return };
    let id = &diff.id;
    let said = match &diff.fate {
        Fate::Removed => vec![format!("the policy `{id}` is removed")],
        Fate::Added => vec![format!("the policy `{id}` is added")],
        Fate::Renamed { from } => vec![format!("the policy `{from}` is called `{id}`")],
        Fate::Changed => Vec::new(),
    };
    let changes = diff.changes.iter().map(|change| format!("the policy `{id}` changes: {}", change.text));
    let unresolved =
        diff.unresolved.iter().map(|reason| format!("the policy `{id}` changes, and cannot be compared: {reason}"));
    for message in said.into_iter().chain(changes).chain(unresolved).take(MOST) {
        note(notes, path, Span::default(), message);
    }
}
