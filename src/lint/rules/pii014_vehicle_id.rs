//! PII014: the identification number of a vehicle stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct VehicleId;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII014", name: "vehicle-id" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "The identification number of a vehicle stands in a text",
    what: "\
Looks for vehicle identification numbers with a right check digit (ISO 3779).",
    why: sensitive::WHY_PERSONAL,
    how: sensitive::HOW_PERSONAL,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The car has VIN 1HGCM82633A004352.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The car has a VIN.
",
};

impl Rule for VehicleId {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::VehicleId);
    }
}
