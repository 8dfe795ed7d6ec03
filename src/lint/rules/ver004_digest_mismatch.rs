//! VER004: a release's content does not have the recorded digest.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Speaker};

pub(super) struct DigestMismatch;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "VER004", name: "digest-mismatch" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A release's content does not have the digest that its tag records",
    what: "\
`promptyard verify` resolves each artifact again at the tagged commit and takes the digest of that. It must be the one \
that the tag's record has.",
    why: "\
The digest is what environments and bundles rely on. Where it differs, the tag was moved or written by hand, and what \
is served is not what was released.",
    how: "\
Compare the tag with another clone's (`--against`). If the content is the right one, release it under a new version.",
    bad: "\
# the content at the tagged commit has sha256:9d20...
Artifact: prompts/answer
Version: 1.3.0
Digest: sha256:1f0c...
",
    good: "\
# the content at the tagged commit has sha256:1f0c...
Artifact: prompts/answer
Version: 1.3.0
Digest: sha256:1f0c...
",
};

impl Rule for DigestMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Verify
    }
}
