//! VER007: no branch has a release's commit.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Speaker};

pub(super) struct ReleaseNotOnBranch;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "VER007", name: "release-not-on-branch" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "No branch has the commit of a release in its history",
    what: "\
`promptyard verify` looks for each tagged commit in the histories of all branches that the clone knows, those of remotes \
included.",
    why: "\
What was reviewed and merged is on a branch. A commit that only a tag holds was mostly squashed when it was merged, or \
never merged at all; the next release from the branch does not build on it.",
    how: "\
Merge the commit, or release again from the branch. Fetch the branches that this clone lacks.",
    bad: "\
o---o---o  main
 \\
  o  prompts/answer@1.3.0
",
    good: "\
o---o---o  main
        prompts/answer@1.3.0
",
};

impl Rule for ReleaseNotOnBranch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Verify
    }
}
