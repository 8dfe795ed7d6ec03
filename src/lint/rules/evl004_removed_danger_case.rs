//! EVL004: a change takes a case out of a suite that is there because something went wrong once.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink, Speaker};
use crate::store::Store;
use crate::store::suite::{Case, Content, Purpose, Suite};
use crate::text::Span;

pub(super) struct RemovedDangerCase;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "EVL004", name: "removed-danger-case" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A change removes a case that guards against something dangerous",
    what: "\
`promptyard check` compares the cases that are marked as dangerous with those before a change: all cases of a suite with \
`red_team: true`, and each case with the tag `danger`. A case is the same one while its inputs stay, or its name in the \
suite. One that has lost its mark counts as removed.",
    why: "\
Such a case stands for something that must never happen again. The change that brings it back is the one that finds the \
case in its way.",
    how: "\
Keep the case. Where it is wrong, correct it under its name; where it is obsolete, let the suite's owners switch this rule \
off for the suite in a change of its own.",
    bad: "\
//- promptyard.yaml
version: 1
//- suites/support.yaml
description: Questions that must be answered well.
cases:
  - {name: dose, tags: [danger], inputs: {question: How many pills may my child take?}}
  - {name: opening, inputs: {question: When do you open?}}
  - {name: pianos, inputs: {question: Do you sell pianos?}}
  - {name: paying, inputs: {question: Can I pay later?}}
  - {name: returning, inputs: {question: How do I return shoes?}}
  - {name: parcel, inputs: {question: Where is my parcel?}}
thresholds: {pass_rate: 0.95}
//= after
//- promptyard.yaml
version: 1
//- suites/support.yaml
description: Questions that must be answered well.
cases:
  - {name: opening, inputs: {question: When do you open?}}
  - {name: pianos, inputs: {question: Do you sell pianos?}}
  - {name: paying, inputs: {question: Can I pay later?}}
  - {name: returning, inputs: {question: How do I return shoes?}}
  - {name: parcel, inputs: {question: Where is my parcel?}}
thresholds: {pass_rate: 0.95}
",
    good: "\
//- promptyard.yaml
version: 1
//- suites/support.yaml
description: Questions that must be answered well.
cases:
  - {name: dose, tags: [danger], inputs: {question: How many pills may my child take?}}
  - {name: opening, inputs: {question: When do you open?}}
  - {name: pianos, inputs: {question: Do you sell pianos?}}
  - {name: paying, inputs: {question: Can I pay later?}}
  - {name: returning, inputs: {question: How do I return shoes?}}
  - {name: parcel, inputs: {question: Where is my parcel?}}
thresholds: {pass_rate: 0.95}
//= after
//- promptyard.yaml
version: 1
//- suites/support.yaml
description: Questions that must be answered well.
cases:
  - {name: dose, tags: [danger], inputs: {question: How many of these pills may a child take?}}
  - {name: pianos, inputs: {question: Do you sell pianos?}}
  - {name: paying, inputs: {question: Can I pay later?}}
  - {name: returning, inputs: {question: How do I return shoes?}}
  - {name: parcel, inputs: {question: Where is my parcel?}}
thresholds: {pass_rate: 0.95}
",
};

impl Rule for RemovedDangerCase {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Check
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(before) = cx.before else { return };
        // A case may move to another suite.
        let left: Vec<&Case> = cx.store.suites().iter().flat_map(|suite| dangerous(cx.store, suite)).collect();
        let inputs: Vec<&Map<String, Value>> = left.iter().filter_map(|case| asked(case)).collect();
        for suite in before.suites() {
            // The name of a case is its suite's own: a suite that is new may have taken it over.
            let heirs = cx
                .store
                .suites()
                .iter()
                .filter(|now| now.id == suite.id || !before.suites().iter().any(|old| old.id == now.id));
            let names: BTreeSet<&str> =
                heirs.flat_map(|heir| dangerous(cx.store, heir)).filter_map(|case| case.name.as_deref()).collect();
            let is_gone = |case: &&Case| {
                let same_name = case.name.as_deref().is_some_and(|name| names.contains(name));
                let same_inputs = asked(case).is_some_and(|asked| inputs.contains(&asked));
                !same_name && !same_inputs && !matches!(case.content, Content::NoMapping)
            };
            let now = cx.store.suites().iter().find(|now| now.id == suite.id);
            let (path, place) = now.map_or((&suite.path, Span::default()), |now| (&now.path, now.head));
            for case in dangerous(before, suite).filter(is_gone).take(limit::FINDINGS) {
                let name = case.name.as_ref().map_or_else(String::new, |name| format!(" `{name}`"));
                let message = format!("the dangerous case{name} of `{}` is gone, or no longer marked as one", suite.id);
                drop(out.in_file(path, place, message).help("keep the case; correct it under its name if it is wrong"));
            }
        }
    }
}

/// The cases of `suite` that are marked as dangerous.
fn dangerous<'a>(store: &'a Store, suite: &'a Suite) -> impl Iterator<Item = &'a Case> {
    let every = suite.purpose == Purpose::RedTeam;
    store.cases_of(suite).map(|(_, case)| case).filter(move |case| every || case.is_dangerous)
}

fn asked(case: &Case) -> Option<&Map<String, Value>> {
    match &case.content {
        Content::Inputs(inputs) => Some(inputs),
        Content::WrongInputs | Content::NoInputs | Content::NoMapping => None,
    }
}
