//! How far a change reaches: from changed files to prompts, and from prompts to the routes that serve them.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{self, ArtifactDiff};
use crate::name::{ArtifactId, EnvName, ReleaseRef, RouteName};
use crate::store::Store;
use crate::store::artifact::{self, ArtifactKind};
use crate::store::prompt::Prompt;
use crate::store::route::Route;
use crate::store::snapshot::Snapshot;

/// What one changed artifact, or one file that others include, reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The artifact's id, or the file's path.
    pub from: String,
    /// The prompts that it changes: by an include, as their model, or because a policy is for them.
    pub prompts: Vec<ArtifactId>,
    /// The routes that serve a release of it, or of one of these prompts, in the order of environments and names.
    pub routes: Vec<Serving>,
}

/// A route that serves a release of something that changes. It goes on to serve that release until somebody promotes the
/// next one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Serving {
    /// The environment.
    pub environment: EnvName,
    /// The route.
    pub route: RouteName,
    /// The release that it serves.
    pub release: ReleaseRef,
}

/// As much of `moment` as the questions about the reach of `diff` ask for: who uses a model or a policy is known when all
/// prompts are.
pub(super) fn load(moment: &Snapshot, diff: &diff::Report) -> Store {
    let is_used = |artifact: &ArtifactDiff| matches!(artifact.kind, ArtifactKind::Model | ArtifactKind::Policy);
    if diff.artifacts.iter().any(is_used) {
        return Store::load(moment.clone());
    }
    let of_included = diff.included.iter().flat_map(|included| &included.reaches);
    let including: BTreeSet<&ArtifactId> = of_included.collect();
    let listed = artifact::list(moment).into_iter().filter(|artifact| including.contains(&artifact.id));
    let own = diff.artifacts.iter().flat_map(|artifact| artifact.paths.iter().flatten().cloned());
    Store::load_only(moment.clone(), &own.chain(listed.map(|artifact| artifact.path)).collect())
}

/// What the artifacts and included files of `diff` reach in `stores`, the old one first.
pub(super) fn of(diff: &diff::Report, stores: [&Store; 2]) -> Vec<Reach> {
    let head = stores[1];
    let of_artifact = |artifact: &ArtifactDiff| {
        let prompts = users(artifact, stores);
        reach(artifact.id.to_string(), &[old_id(artifact), &artifact.id], prompts, head)
    };
    let of_file = |included: &diff::IncludedDiff| reach(included.path.to_string(), &[], included.reaches.clone(), head);
    let found = diff.artifacts.iter().map(of_artifact).chain(diff.included.iter().map(of_file));
    found.filter(|reach| !reach.prompts.is_empty() || !reach.routes.is_empty()).collect()
}

fn old_id(artifact: &ArtifactDiff) -> &ArtifactId {
    match &artifact.fate {
        diff::Fate::Renamed { from } => from,
        _ => &artifact.id,
    }
}

/// The prompts that use `artifact` in one of the moments; none for a prompt.
fn users(artifact: &ArtifactDiff, stores: [&Store; 2]) -> Vec<ArtifactId> {
    let uses = |store: &Store, prompt: &Prompt| match artifact.kind {
        ArtifactKind::Model => store.model_of(prompt).is_some_and(|model| model.id == artifact.id),
        ArtifactKind::Policy => {
            let policy = store.policies().iter().find(|policy| policy.name() == artifact.id.as_str());
            policy.is_some_and(|policy| policy.scope.has(&prompt.path, Some(prompt)))
        }
        ArtifactKind::Prompt | ArtifactKind::Retrieval | ArtifactKind::Suite => false,
    };
    let found: BTreeSet<ArtifactId> = stores
        .into_iter()
        .flat_map(|store| store.prompts().iter().filter(move |prompt| uses(store, prompt)))
        .map(|prompt| prompt.id.clone())
        .collect();
    found.into_iter().collect()
}

fn reach(from: String, own: &[&ArtifactId], prompts: Vec<ArtifactId>, head: &Store) -> Reach {
    let concerns = |release: &ReleaseRef| own.contains(&&release.artifact) || prompts.contains(&release.artifact);
    let serving = |route: &Route| {
        let pins = route.pins().map(|(_, pin)| pin.release.value.clone()).filter(|release| concerns(release));
        let one = |release| Serving { environment: route.environment.clone(), route: route.name.clone(), release };
        pins.map(one).collect::<BTreeSet<Serving>>()
    };
    let routes: BTreeSet<Serving> = head.routes().iter().flat_map(serving).collect();
    Reach { from, prompts, routes: routes.into_iter().collect() }
}

/// Who answers for what `diff` changes, by the accepted moment: each owner with the artifacts.
pub(super) fn owners(diff: &diff::Report, base: &Store) -> BTreeMap<String, BTreeSet<String>> {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let ids = diff.artifacts.iter().map(old_id).chain(diff.included.iter().flat_map(|included| &included.reaches));
    for id in ids {
        for owner in base.prompt_called(id.as_str()).into_iter().flat_map(|prompt| &prompt.owners) {
            owners.entry(owner.value.clone()).or_default().insert(id.to_string());
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::example;

    const STORE: &str = "\
//- promptyard.yaml
version: 1
default_model: models/m
//- models/m.yaml
provider: openai
model: gpt-4o
//- policies/p.yaml
description: d
applies_to: prompts/b*
//- partials/style.md
Be kind.
//- prompts/a.prompt.yaml
description: d
owners: ['@ann', '@bob']
messages: [{role: user, content: \"{% include 'partials/style.md' %}\"}]
//- prompts/b.prompt.yaml
description: d
owners: ['@bob']
messages: [{role: user, content: Hi.}]
//- environments/production/help.yaml
variants: {stable: {prompt: prompts/a@1.0.0, model: models/m@2.0.0}}
traffic: {stable: 100}
//- environments/staging/help.yaml
variants: {stable: {prompt: prompts/b@1.0.0}}
traffic: {stable: 100}
";

    /// What the change of `old` to `new` reaches, as `from: prompts; routes`, and who answers for it.
    fn reached(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
        let after = STORE.replace(old, new);
        assert_ne!(after, STORE);
        let [before, after] = [STORE, &after].map(|text| example::snapshot(text).expect("paths inside the store"));
        let diff = diff::compare(&before, &after, &diff::Request::default());
        let stores = [&before, &after].map(|moment| load(moment, &diff));
        let list = |names: Vec<String>| names.join(" ");
        let shown = |reach: &Reach| {
            let routes = reach.routes.iter();
            let routes = routes.map(|on| format!("{}/{}:{}", on.environment, on.route, on.release)).collect();
            let prompts = reach.prompts.iter().map(ToString::to_string).collect();
            format!("{}: {}; {}", reach.from, list(prompts), list(routes))
        };
        let owners = owners(&diff, &stores[0]).into_iter();
        let owners = owners.map(|(owner, of)| format!("{owner} {}", list(of.into_iter().collect()))).collect();
        (of(&diff, [&stores[0], &stores[1]]).iter().map(shown).collect(), owners)
    }

    #[test]
    fn a_prompt_reaches_the_routes_that_serve_it() {
        let (reach, owners) = reached("Hi.", "Hello.");
        assert_eq!(reach, ["prompts/b: ; staging/help:prompts/b@1.0.0"]);
        assert_eq!(owners, ["@bob prompts/b"]);
    }

    #[test]
    fn a_partial_reaches_who_includes_it() {
        let (reach, owners) = reached("Be kind.", "Be short.");
        let route = "production/help:prompts/a@1.0.0";
        assert_eq!(reach, [format!("prompts/a: ; {route}"), format!("partials/style.md: prompts/a; {route}")]);
        assert_eq!(owners, ["@ann prompts/a", "@bob prompts/a"]);
    }

    #[test]
    fn a_model_reaches_who_uses_it_and_a_policy_whom_it_is_for() {
        let routes = "production/help:models/m@2.0.0 production/help:prompts/a@1.0.0 staging/help:prompts/b@1.0.0";
        let (reach, _) = reached("gpt-4o", "gpt-4o-mini");
        assert!(reach.contains(&format!("models/m: prompts/a prompts/b; {routes}")), "{reach:?}");
        let (reach, _) = reached("applies_to", "banned_terms: [{term: x}]\napplies_to");
        assert_eq!(reach, ["policies/p: prompts/b; staging/help:prompts/b@1.0.0"]);
    }

    #[test]
    fn what_took_no_part_answers_for_nothing() {
        // Who owns a prompt is said by what was there before.
        let (_, owners) = reached(
            "owners: ['@bob']\nmessages: [{role: user, content: Hi.",
            "owners: ['@eve']\nmessages: [{role: user, content: Ho.",
        );
        assert_eq!(owners, ["@bob prompts/b"]);
        assert_eq!(reached("'@ann', ", "").1, ["@ann prompts/a", "@bob prompts/a"]);
    }
}
