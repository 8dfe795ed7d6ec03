//! VER006: an artifact says something else than its newest release.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::text::Span;

pub(super) struct UnreleasedChange;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "VER006", name: "unreleased-change" },
    severity: Severity::Info,
    default: false,
    fix: None,
    summary: "An artifact has changed since its newest release",
    what: "\
Compares the digest of each released artifact with the one that its newest release records. It has to be selected: while \
somebody works, most changes are not released yet, and that is no mistake.",
    why: "Environments serve releases: a change that is merged and not released reaches nobody.",
    how: "Run `promptyard release`, which says what it would release with `--dry-run`.",
    bad: "\
//- refs/tags
prompts/answer@1.3.0 sha256:0000000000000000000000000000000000000000000000000000000000000000
//- prompts/answer.prompt.yaml
description: Answers a customer.
messages:
  - role: user
    content: Answer.
",
    good: "\
//- refs/tags
prompts/farewell@1.3.0 sha256:0000000000000000000000000000000000000000000000000000000000000000
//- prompts/answer.prompt.yaml
description: Answers a customer.
messages:
  - role: user
    content: Answer.
",
};

impl Rule for UnreleasedChange {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(releases) = cx.releases else { return };
        for artifact in cx.store.artifacts() {
            let Some((newest, Some(released))) = releases.newest(&artifact.id) else { continue };
            // What cannot be resolved is reported by the rules about that.
            if cx.store.content(&artifact).is_ok_and(|content| content.digest() != released) {
                let message = format!("`{}` has changed since {}", artifact.id, newest.version);
                let finding = out.in_file(&artifact.path, Span::default(), message);
                drop(finding.help("`promptyard release --dry-run` says what its next version is"));
            }
        }
    }
}
