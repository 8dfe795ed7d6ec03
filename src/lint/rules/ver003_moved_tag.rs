//! VER003: a release's tag is not the one that others know.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Speaker};

pub(super) struct MovedTag;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "VER003", name: "moved-tag" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A release's tag was moved, edited or removed",
    what: "\
`promptyard verify --against` compares each release's tag with the one that a remote or an earlier record has: the tag \
objects must be the same ones. A tag that holds the record of another release is reported always.",
    why: "\
A release is a name for one content, for ever. After a tag has moved, two clones give different answers to what was \
live, and neither can tell.",
    how: "\
Find out who replaced the tag and why, restore the one that was there first, and release what was meant under a new version.",
    bad: "\
# what the remote has           what this clone has
prompts/answer@1.3.0 b4c1f0e   prompts/answer@1.3.0 77a0d92
",
    good: "\
# what the remote has           what this clone has
prompts/answer@1.3.0 b4c1f0e   prompts/answer@1.3.0 b4c1f0e
",
};

impl Rule for MovedTag {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Verify
    }
}
