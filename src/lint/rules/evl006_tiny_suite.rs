//! EVL006: a suite with a handful of cases.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};

pub(super) struct TinySuite;

/// Cases below which one answer more or less moves the rate by more than a quarter.
const LEAST: usize = 5;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "EVL006", name: "tiny-suite" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "A suite has fewer than five cases",
    what: "Counts the cases of each suite, those of its golden data included.",
    why: "\
One answer that differs by chance moves the rate by a quarter or more: such a suite neither shows that a prompt is good \
nor that a change has made it worse.",
    how: "Add cases, best from real questions: the usual one, the one without an answer, the attack, the long one.",
    bad: "\
//- promptyard.yaml
version: 1
//- suites/support.yaml
description: Questions that must be answered well.
cases:
  - {name: parcel, inputs: {question: Where is my parcel?}}
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

impl Rule for TinySuite {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for suite in cx.store.suites() {
            // Data that could not be read has its own finding, and nobody knows how much it is.
            if cx.store.data_of(suite).count() < suite.data.len() {
                continue;
            }
            let message = match cx.store.cases_of(suite).take(LEAST).count() {
                LEAST => continue,
                0 => "the suite has no cases".to_owned(),
                1 => "the suite has only one case".to_owned(),
                count => format!("the suite has only {count} cases"),
            };
            out.in_file(&suite.path, suite.head, message).help("add cases, best from real questions");
        }
    }
}
