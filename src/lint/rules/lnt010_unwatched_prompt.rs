//! LNT010: a change moves a prompt to where nothing looks at it.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Speaker};

pub(super) struct UnwatchedPrompt;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT010", name: "unwatched-prompt" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A change moves a prompt to where nothing looks at it",
    what: "\
`promptyard check` looks for artifacts that are gone while a file with much the same text has come at a place that is no \
part of the store: neither by the configuration before the change, nor by the one that the change brings. A symbolic link \
in the place of a prompt or partial, and a submodule in the place of their folder, are such places too.",
    why: "\
A prompt that is still read by the product, and by no rule any more, can say anything. Renaming a folder out of \
`sources` is the simplest way around every other check.",
    how: "\
Move it to a place that `sources` has, or add its place to `sources` in the same change. What is really retired is deleted, \
and still there in the history.",
    bad: "\
prompts/support/answer.prompt.yaml → archive/answer.prompt.yaml
",
    good: "\
prompts/support/answer.prompt.yaml → prompts/help/answer.prompt.yaml
",
};

impl Rule for UnwatchedPrompt {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Check
    }
}
