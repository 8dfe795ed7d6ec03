//! VER008: a release's signature is missing or not trusted.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Speaker};

pub(super) struct UntrustedSignature;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "VER008", name: "untrusted-signature" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A release's tag is not signed by somebody who may",
    what: "\
`promptyard verify --signatures` asks git about the signature of each release's tag: for ssh by `gpg.ssh.allowedSignersFile`, \
for gpg by the keys that the user trusts.",
    why: "\
A signature says who released. Without a good one, anybody who may push tags can have written the record.",
    how: "\
Add the signer to the file of allowed signers if the signature is right; else release again with `tag.gpgSign` set.",
    bad: "\
git -c tag.gpgSign=false tag --annotate prompts/answer@1.3.0
",
    good: "\
git config tag.gpgSign true && promptyard release prompts/answer
",
};

impl Rule for UntrustedSignature {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Verify
    }
}
