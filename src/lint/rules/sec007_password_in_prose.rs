//! SEC007: a sentence tells a password.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct PasswordInProse;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SEC007", name: "password-in-prose" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A sentence tells a password",
    what: "\
Looks for what follows 'the password is' and its kin in several languages and is neither a word nor a placeholder.",
    why: sensitive::WHY_SECRET,
    how: sensitive::HOW_SECRET,
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The admin password is ⟦a password⟧ and must not be shared.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      The admin password is in the vault and must not be shared.
",
};

impl Rule for PasswordInProse {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::PasswordInProse);
    }
}
