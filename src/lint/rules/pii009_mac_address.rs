//! PII009: a hardware address stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct MacAddress;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII009", name: "mac-address" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "A hardware address stands in a text",
    what: "\
Looks for MAC addresses of devices. Not found are those of documentation, multicast and broadcast.",
    why: sensitive::WHY_PERSONAL,
    how: "\
Write an address of the range for documentation, 00:00:5E:00:53:00 and after.",
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The printer has 3c:22:fb:91:0a:7e.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The printer has 00:00:5e:00:53:01.
",
};

impl Rule for MacAddress {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::MacAddress);
    }
}
