//! SEC001: a private key stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct PrivateKey;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SEC001", name: "private-key" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A private key stands in a text",
    what: "\
Looks for private keys in PEM armour that have content.",
    why: sensitive::WHY_SECRET,
    how: sensitive::HOW_SECRET,
    bad: "\
//- deploy.prompt.md
---
description: Helps with deployments.
---
Sign with this key:

⟦a private key⟧
",
    good: "\
//- deploy.prompt.md
---
description: Helps with deployments.
---
Sign with the key of the deployment.
",
};

impl Rule for PrivateKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::PrivateKey);
    }
}
