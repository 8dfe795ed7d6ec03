//! EVL002: a case is in a suite twice.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::suite::{Case, Content};
use crate::text::LineIndex;

pub(super) struct DuplicateCase;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "EVL002", name: "duplicate-case" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A suite has a case twice",
    what: "\
Compares the cases of each suite, those of its golden data included: two with the same inputs, or two with the same \
name.",
    why: "\
A case that is there twice counts twice in every rate. Of two with one name, reports can't say which failed; two with \
the same inputs and other expectations can't both pass.",
    how: "Remove one of them, or give it another name.",
    bad: "\
//- promptyard.yaml
version: 1
//- suites/support.yaml
description: Questions that must be answered well.
cases:
  - {name: parcel, inputs: {question: Where is my parcel?}}
  - {name: opening, inputs: {question: When do you open?}}
  - {name: pianos, inputs: {question: Do you sell pianos?}}
  - {name: paying, inputs: {question: Can I pay later?}}
  - {name: tracking, inputs: {question: Where is my parcel?}}
thresholds: {pass_rate: 0.95}
",
    good: "\
//- promptyard.yaml
version: 1
//- suites/support.yaml
description: Questions that must be answered well.
cases:
  - {name: parcel, inputs: {question: Where is my parcel?}}
  - {name: opening, inputs: {question: When do you open?}}
  - {name: pianos, inputs: {question: Do you sell pianos?}}
  - {name: paying, inputs: {question: Can I pay later?}}
  - {name: returning, inputs: {question: How do I return shoes?}}
thresholds: {pass_rate: 0.95}
",
};

impl Rule for DuplicateCase {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for suite in cx.store.suites() {
            let mut by_name: BTreeMap<&str, (&StorePath, &Case)> = BTreeMap::new();
            let mut by_inputs: BTreeMap<String, (&StorePath, &Case)> = BTreeMap::new();
            let mut said = 0;
            for (path, case) in cx.store.cases_of(suite) {
                let same_name = case.name.as_deref().and_then(|name| first(&mut by_name, name, (path, case)));
                let same_inputs = match &case.content {
                    Content::Inputs(inputs) => first(&mut by_inputs, key(inputs), (path, case)),
                    _ => None,
                };
                let (what, other) = match (same_inputs, same_name) {
                    (Some(other), _) => ("this case has the same inputs as the one".to_owned(), other),
                    (None, Some(other)) => {
                        let name = case.name.as_deref().unwrap_or_default();
                        (format!("this case is called `{name}`, as is the one"), other)
                    }
                    (None, None) => continue,
                };
                let message = format!("{what} {}", place(cx, path, other));
                out.in_file(path, case.head, message).help("remove one of the two, or make them differ");
                said += 1;
                if said == limit::FINDINGS {
                    break;
                }
            }
        }
    }
}

/// What is known under `key` already; else `value` is from now on.
fn first<K: Ord, V: Copy>(known: &mut BTreeMap<K, V>, key: K, value: V) -> Option<V> {
    match known.entry(key) {
        std::collections::btree_map::Entry::Occupied(entry) => Some(*entry.get()),
        std::collections::btree_map::Entry::Vacant(entry) => {
            entry.insert(value);
            None
        }
    }
}

/// The inputs as text, whatever the order in which they are written.
fn key(inputs: &Map<String, Value>) -> String {
    let sorted: BTreeMap<&String, &Value> = inputs.iter().collect();
    serde_json::to_string(&sorted).unwrap_or_default()
}

/// Where another case stands, for people.
fn place(cx: &Context<'_>, from: &StorePath, (path, case): (&StorePath, &Case)) -> String {
    let text = cx.store.file(path).map_or("", |file| file.text.as_str());
    let line = LineIndex::new(text).line_of(case.head.start) + 1;
    if path == from { format!("in line {line}") } else { format!("in {path}:{line}") }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn names_and_inputs_are_compared_across_files() {
        let store = "\
//- promptyard.yaml
version: 1
//- suites/a.yaml
cases:
  - {id: one, inputs: {a: 1, b: 2}}
  - {id: one, inputs: {a: 3}}
data: b.jsonl
//- suites/b.jsonl
{\"b\": 2, \"a\": 1}
";
        assert_eq!(
            found("EVL002", store),
            [
                "warning suites/a.yaml:3 this case is called `one`, as is the one in line 2",
                "warning suites/b.jsonl:1 this case has the same inputs as the one in suites/a.yaml:2",
            ]
        );
    }
}
