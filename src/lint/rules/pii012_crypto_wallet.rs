//! PII012: the address of a crypto-currency wallet stands in a text.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::sensitive;
use crate::sensitive::Kind;
use crate::store::SourceFile;

pub(super) struct CryptoWallet;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "PII012", name: "crypto-wallet" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "The address of a crypto-currency wallet stands in a text",
    what: "\
Looks for wallet addresses with a right checksum. Not found are addresses that everybody knows, such as that of the \
first block.",
    why: "\
Each payment to and from a wallet is public: its address names a person for good. One that a model repeats wrongly, or \
that somebody swaps, sends money elsewhere.",
    how: "\
Pass the address in as an input.",
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Send tips to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT.
",
    good: "\
description: Answers customers.
inputs:
  wallet: {type: string, trust: trusted}
messages:
  - role: system
    content: |
      Send tips to {{ wallet }}.
",
};

impl Rule for CryptoWallet {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        sensitive::report(file, cx, out, |kind| kind == Kind::CryptoWallet);
    }
}
