//! VER005: a release's tag has no record.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Speaker};

pub(super) struct LightweightTag;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "VER005", name: "lightweight-tag" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A release's tag has no record: it is lightweight, or was written by hand",
    what: "\
`promptyard verify` looks for tags with a release's name that are not annotated, or whose message lacks one of the trailers \
`Artifact:`, `Version:` and `Digest:`.",
    why: "\
Such a tag says neither what was released nor who did it: its content cannot be verified, and if it is moved nobody \
notices.",
    how: "\
Remove the tag while nobody uses it and let `promptyard release` make it, or release the next version.",
    bad: "\
git tag prompts/answer@1.3.0
",
    good: "\
promptyard release prompts/answer
",
};

impl Rule for LightweightTag {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Verify
    }
}
