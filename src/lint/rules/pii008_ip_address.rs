//! PII008: a public network address stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct IpAddress;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII008", name: "ip-address" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A public network address stands in a text",
    what: "\
Looks for IPv4 and IPv6 addresses that are given out to somebody. Not found are private, local and documentation \
ranges (RFC 1918, RFC 5737, RFC 3849), well-known resolvers, masks and version numbers.",
    why: sensitive::WHY_PERSONAL,
    how: "\
Write an address of a documentation range, such as 192.0.2.1 or 2001:db8::1.",
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The request came from 48.90.248.226.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The request came from 192.0.2.226.
",
};

impl Rule for IpAddress {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::IpAddress);
    }
}
