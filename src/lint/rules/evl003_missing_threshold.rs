//! EVL003: a suite does not say when it is passed.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::suite::Bounds;

pub(super) struct MissingThreshold;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "EVL003", name: "missing-threshold" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A suite does not say when it is passed",
    what: "\
Looks for suites with cases and without a bound: neither `thresholds` nor a `min`, `max` or `threshold` beside a metric \
or an evaluator.",
    why: "A suite without a bound measures and never stops anything: each release passes it.",
    how: "Add the bound that the last good release meets: `thresholds: {pass_rate: 0.95}`.",
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
  - {name: returning, inputs: {question: How do I return shoes?}}
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

impl Rule for MissingThreshold {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for suite in cx.store.suites() {
            if suite.bounds == Bounds::Missing && !(suite.cases.is_empty() && suite.data.is_empty()) {
                out.in_file(&suite.path, suite.head, "the suite does not say when it is passed")
                    .help("add a bound: `thresholds: {pass_rate: 0.95}`");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn a_bound_may_stand_beside_its_metric() {
        for (bound, expected) in [
            ("thresholds: {pass_rate: 1}", 0),
            ("thresholds: {}", 1),
            ("metrics: {pass_rate: {min: 0.9}}", 0),
            ("metrics: {pass_rate: 0.9}", 0),
            ("evaluators: [{name: a, threshold: 3}]", 0),
            ("evaluators: [{name: a}]", 1),
            ("cases: []", 0),
        ] {
            let cases = if bound.starts_with("cases") { "" } else { "cases: [{q: 1}]\n" };
            let store = format!("//- promptyard.yaml\nversion: 1\n//- suites/a.yaml\n{cases}{bound}\n");
            assert_eq!(found("EVL003", &store).len(), expected, "{bound}");
        }
    }
}
