//! VER001: a file's own version is older than its releases.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::name::version_of_people;
use crate::store::prompt::Prompt;

pub(super) struct StaleVersionField;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "VER001", name: "stale-version-field" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A file's `version` is older than its newest release",
    what: "\
Compares the `version` in a prompt's file, where it has one, with the newest release among the repository's tags. A version \
that is not out yet is not reported.",
    why: "\
Versions live in tags, which say what was released and when. A field beside them goes stale the moment that nobody thinks of \
it, and whoever reads the file believes it.",
    how: "Remove the field; where another tool needs it, write the version of the newest release.",
    bad: "\
//- refs/tags
prompts/answer@1.3.0
//- prompts/answer.prompt.yaml
description: Answers a customer.
version: 1.2.0
messages:
  - role: user
    content: Answer.
",
    good: "\
//- refs/tags
prompts/answer@1.3.0
//- prompts/answer.prompt.yaml
description: Answers a customer.
version: 1.3.0
messages:
  - role: user
    content: Answer.
",
};

impl Rule for StaleVersionField {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let (Some(written), Some(releases)) = (&prompt.version, cx.releases) else { return };
        let Some((newest, _)) = releases.newest(&prompt.id) else { return };
        if version_of_people(&written.value).is_some_and(|version| version < newest.version) {
            let message = format!("this file says version `{}`, and `{newest}` is released", written.value);
            drop(out.at(written.span, message).help("remove `version`: the tags say it"));
        }
    }
}
