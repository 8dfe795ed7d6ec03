//! SEC002: a provider's key stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct ProviderApiKey;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SEC002", name: "provider-api-key" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A provider's key stands in a text",
    what: "\
Looks for keys and tokens of about a hundred providers by their prefix, alphabet and length, and by their checksum \
where they have one. Placeholders (`sk-...`, `<token>`, `${TOKEN}`) are none.",
    why: sensitive::WHY_SECRET,
    how: sensitive::HOW_SECRET,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Call the API with ⟦a GitHub token⟧ and answer.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Call the API with ghp_... and answer.
",
};

impl Rule for ProviderApiKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| matches!(kind, Kind::ProviderApiKey(_)));
    }
}
