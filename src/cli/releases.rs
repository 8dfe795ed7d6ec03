//! Which releases the repository of a store has, for the commands that ask.

use std::collections::{BTreeMap, BTreeSet};

use super::ui::Ui;
use crate::lint::{Request, rules, select};
use crate::name::{Digest, ReleaseRef};
use crate::release::known::{Completeness, Releases};
use crate::release::record::Record;
use crate::repo::{Git, Location};
use crate::revision::{RevisionError, Revisions, Tag, TagName};
use crate::store::Store;
use crate::store::route::Route;

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
    let question = if asks_for_changes(store, request) || !store.routes().is_empty() {
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
    let known = with_digests(revisions, &revisions.tag_names(prefix)?, prefix, |release| wanted.contains(release))?;
    let is_whole = !known.is_empty() && !revisions.is_shallow();
    let completeness = if is_whole { Completeness::Whole } else { Completeness::Partial };
    Ok(Releases::new(known, completeness))
}

/// The releases among `names`, which are all that there are, for a run over `store` on a server.
pub(super) fn on_server(
    revisions: &dyn Revisions,
    names: &[TagName],
    store: &Store,
    request: &Request,
) -> Result<Releases, RevisionError> {
    let pinned: BTreeSet<&ReleaseRef> =
        store.routes().iter().flat_map(Route::pins).map(|(_, pin)| &pin.release.value).collect();
    let all = asks_for_changes(store, request);
    let prefix = store.config().tag_prefix();
    let known = with_digests(revisions, names, prefix, |release| all || pinned.contains(release))?;
    Ok(Releases::new(known, Completeness::Whole))
}

fn with_digests(
    revisions: &dyn Revisions,
    names: &[TagName],
    prefix: &str,
    is_wanted: impl Fn(&ReleaseRef) -> bool,
) -> Result<Vec<(ReleaseRef, Option<Digest>)>, RevisionError> {
    let release = |name: &str| name.strip_prefix(prefix)?.parse::<ReleaseRef>().ok();
    let named: Vec<(ReleaseRef, &TagName)> = names.iter().filter_map(|tag| Some((release(&tag.name)?, tag))).collect();
    let opened: Vec<&TagName> = named.iter().filter(|(release, _)| is_wanted(release)).map(|(_, tag)| *tag).collect();
    let tags = revisions.read_tags(&opened)?;
    let digest = |tag: &Tag| Record::digest_in(&tag.annotation.as_ref()?.message);
    let digests: BTreeMap<&str, Digest> =
        tags.iter().filter_map(|tag| Some((tag.name.as_str(), digest(tag)?))).collect();
    Ok(named.into_iter().map(|(release, tag)| (release, digests.get(tag.name.as_str()).copied())).collect())
}

/// Whether a rule of the run compares prompts with their last release.
fn asks_for_changes(store: &Store, request: &Request) -> bool {
    let selection = select::Selection::new(&store.config().lint, request);
    selection.is_ok_and(|selection| rules::index_of("VER006").is_some_and(|index| selection.runs(index)))
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
