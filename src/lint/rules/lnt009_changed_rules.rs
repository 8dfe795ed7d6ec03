//! LNT009: a change touches what decides how changes are judged.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Speaker};

pub(super) struct ChangedRules;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT009", name: "changed-rules" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "A change touches what decides how changes are judged",
    what: "\
`promptyard check` tells of changes to the configuration, key by key, to policies, and to the baseline of known findings; \
to `.gitattributes`, `.gitignore` and `.gitmodules`, to the workflows and hooks that run the check, and to CODEOWNERS, \
also where these are outside of the store's folder; of artifacts that are none any more by a new configuration; and of \
configurations in subfolders. The change itself is judged by what was there before.",
    why: "\
A looser rule is seen by nobody later: the check that would have spoken is silent. It should be seen once, when it comes.",
    how: "\
Nothing, where it is meant. A policy or the configuration can make this rule a warning or an error, so that such changes \
need somebody who may merge over a refused check.",
    bad: "\
# promptyard.yaml before                # after
version: 1                              version: 1
lint: {severity: {TPL002: error}}       lint: {severity: {TPL002: info}}
",
    good: "\
# promptyard.yaml before                # after
version: 1                              version: 1
lint: {severity: {TPL002: error}}       lint: {severity: {TPL002: error}}
",
};

impl Rule for ChangedRules {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Check
    }
}
