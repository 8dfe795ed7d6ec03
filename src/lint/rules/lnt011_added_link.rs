//! LNT011: a change adds a symbolic link.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Speaker};

pub(super) struct AddedLink;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT011", name: "added-link" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "A change adds a symbolic link",
    what: "\
`promptyard check` tells of symbolic links that were not there before, and of files that have become links. They are never \
followed: a link in the place of a prompt is no prompt, and an include does not lead through one.",
    why: "\
Who reads the store's files in another way may follow the link, to a text that nobody checked or to a file that is none of \
the store's.",
    how: "Put the file itself there, or include it.",
    bad: "\
partials/house-style.md → ../../shared/style.md
",
    good: "\
partials/house-style.md
",
};

impl Rule for AddedLink {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Check
    }
}
