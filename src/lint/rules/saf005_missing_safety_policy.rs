//! SAF005: a route serves a prompt without a policy.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::yaml::{NodeRef, Yaml};
use crate::store::{FileKind, SourceFile};

pub(super) struct MissingSafetyPolicy;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SAF005", name: "missing-safety-policy" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A route serves a prompt without a policy",
    what: "\
Looks for variants of routes that have a `prompt` and no `policy`. Silent in a store that has no policies.",
    why: "\
What users meet is then held to no policy at run time, and no promotion or rollback of one reaches it.",
    how: "Add `policy` with the release of one that the variant is to keep.",
    bad: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stable: 100}
",
    good: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
    policy: {release: policies/safety@1.0.0, digest: \"sha256:fc0124b63dffdca328e0d4b6a230436826f1b088860f8925097f8540b0e67556\"}
traffic: {stable: 100}
",
};

impl Rule for MissingSafetyPolicy {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if file.kind != FileKind::Route || cx.store.policies().is_empty() {
            return;
        }
        let variants = file.yaml.as_ref().and_then(Yaml::root).and_then(|root| root.get("variants"));
        for variant in variants.into_iter().flat_map(NodeRef::entries) {
            if variant.value.get("prompt").is_some() && variant.value.get("policy").is_none() {
                let message = format!("the variant `{}` serves a prompt without a policy", variant.key);
                drop(out.at(variant.key_span, message).help("add `policy` with the release of one"));
            }
        }
    }
}
