//! Which releases the repository of a store has, for the commands that ask.

use std::collections::BTreeSet;

use super::ui::Ui;
use crate::lint::{Request, rules, select};
use crate::name::ReleaseRef;
use crate::release::known::{Completeness, Releases};
use crate::release::record::Record;
use crate::repo::{Git, Location};
use crate::revision::{RevisionError, Revisions, TagName};
use crate::store::Store;

/// What a run asks about releases.
enum Question {
    /// Only which ones there are, which one file of git's answers.
    Names,
    /// Their digests too.
    Digests,
}

/// The releases that the rules of a run over `store` ask for; `None` where there is no repository to ask, or nothing to
/// ask for.
pub(super) fn for_lint(store: &Store, request: &Request, location: &Location) -> Option<Releases> {
    let selection = select::Selection::new(&store.config().lint, request).ok()?;
    let asks_for_changes = rules::index_of("VER006").is_some_and(|index| selection.runs(index));
    let question = if asks_for_changes || !store.routes().is_empty() {
        Question::Digests
    } else if store.prompts().iter().any(|prompt| prompt.version.is_some()) {
        Question::Names
    } else {
        return None;
    };
    answer(&Git::open(location).ok()?, store.config().tag_prefix(), &question).ok()
}

/// The releases that `revisions` has with their digests; `None` where its tags cannot be read.
pub(super) fn known(revisions: &dyn Revisions, store: &Store) -> Option<Releases> {
    answer(revisions, store.config().tag_prefix(), &Question::Digests).ok()
}

fn answer(revisions: &dyn Revisions, prefix: &str, question: &Question) -> Result<Releases, RevisionError> {
    let history = if revisions.is_shallow() { Completeness::Partial } else { Completeness::Whole };
    let names = revisions.tag_names(prefix)?;
    match question {
        Question::Digests => {
            let tags = revisions.read_tags(&names.iter().collect::<Vec<&TagName>>())?;
            Ok(Releases::of_tags(&tags, prefix, history))
        }
        Question::Names => {
            let known = names.iter().filter_map(|tag| Some((tag.name.strip_prefix(prefix)?.parse().ok()?, None)));
            Ok(Releases::new(known, history))
        }
    }
}

/// Every release that there is, with the digests of those in `wanted` alone: tags are opened for these.
pub(super) fn digests_of(
    revisions: &dyn Revisions,
    prefix: &str,
    wanted: &BTreeSet<&ReleaseRef>,
) -> Result<Releases, RevisionError> {
    let release = |tag: &TagName| tag.name.strip_prefix(prefix)?.parse::<ReleaseRef>().ok();
    let names = revisions.tag_names(prefix)?;
    let named: Vec<(ReleaseRef, &TagName)> = names.iter().filter_map(|tag| Some((release(tag)?, tag))).collect();
    let opened: Vec<&TagName> =
        named.iter().filter(|(release, _)| wanted.contains(release)).map(|(_, tag)| *tag).collect();
    let tags = revisions.read_tags(&opened)?;
    let digest = |release: &ReleaseRef| {
        let tag = tags
            .iter()
            .find(|tag| tag.name.strip_prefix(prefix).and_then(|name| name.parse().ok()).as_ref() == Some(release));
        tag?.annotation.as_ref().and_then(|annotation| Record::digest_in(&annotation.message))
    };
    let is_whole = !named.is_empty() && !revisions.is_shallow();
    let completeness = if is_whole { Completeness::Whole } else { Completeness::Partial };
    let known = named.into_iter().map(|(release, _)| {
        let digest = wanted.contains(&release).then(|| digest(&release)).flatten();
        (release, digest)
    });
    Ok(Releases::new(known, completeness))
}

/// Says on stderr that `releases` are not all that there are.
pub(super) fn warn_of_gaps(releases: Option<&Releases>, store: &Store, ui: &Ui) {
    let asks = store.routes().iter().any(|route| route.pins().next().is_some());
    if asks && let Some(releases) = releases.filter(|releases| !releases.are_complete()) {
        let what = if releases.is_empty() { "this clone has no tags of releases" } else { "this clone is shallow" };
        let fetch = if releases.is_empty() { "git fetch --tags" } else { "git fetch --tags --unshallow" };
        ui.warning(format_args!(
            "{what}, so it is not known whether the releases that routes name exist; `{fetch}` brings them"
        ));
    }
}
