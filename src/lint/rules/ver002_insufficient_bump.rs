//! VER002: a release's version says less than its content.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Speaker};

pub(super) struct InsufficientBump;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "VER002", name: "insufficient-bump" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A release's version promises less change than its content has",
    what: "\
`promptyard verify` compares the content of each release with that of the release before it, which the record names, and \
computes the least version that the difference demands. Versions below it are reported, unless the record says that somebody \
lowered the bump knowingly (`Bump-Lowered-From:`).",
    why: "\
Who takes every minor version trusts that nothing breaks. A breaking change under a small number reaches users whom \
nobody asked.",
    how: "\
Release the same content again under the version that it demands; the old tag stays, for tags never move.",
    bad: "\
# prompts/answer@1.3.1, whose input `tone` is required and was not in 1.3.0
Version: 1.3.1
Previous: prompts/answer@1.3.0
Bump: patch
",
    good: "\
# prompts/answer@2.0.0
Version: 2.0.0
Previous: prompts/answer@1.3.0
Bump: major
",
};

impl Rule for InsufficientBump {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Verify
    }
}
