//! RTE008: traffic is shared out, and nothing keeps a user with one variant.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::route::{Route, Share};

pub(super) struct StickyKeyMissing;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE008", name: "sticky-key-missing" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "Traffic is shared out, and nothing keeps a user with one variant",
    what: "Looks for routes in which several variants have a share of the traffic, and that have no `sticky_by`.",
    why: "\
The same user gets one answer and then another, in the middle of a conversation. What is measured about the variants is then \
about a mixture of them.",
    how: "Name what stays the same for a user: `sticky_by: user_id`.",
    bad: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
  canary:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:8c1df2713619b11ed809a505bf219832f01e1ce5ab9d99ad7c77aa051046e872\"}
traffic: {canary: 5, stable: 95}
",
    good: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
  canary:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:8c1df2713619b11ed809a505bf219832f01e1ce5ab9d99ad7c77aa051046e872\"}
traffic: {canary: 5, stable: 95}
sticky_by: user_id
",
};

impl Rule for StickyKeyMissing {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, _cx: &Context<'_>, out: &Sink<'_>) {
        let served = route.traffic.iter().filter(|portion| portion.share.value > Share::NONE).count();
        if let Some(key) = route.traffic_key.filter(|_| served > 1 && route.sticky_by.is_none() && route.is_enabled()) {
            out.at(key, format!("{served} variants share the traffic, and nothing keeps a user with one of them"))
                .help("add what stays the same for a user, as `sticky_by: user_id`");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn one_variant_needs_no_key() {
        for (rest, expected) in [
            ("traffic: {a: 50, b: 50}", 1),
            ("traffic: {a: 100, b: 0}", 0),
            ("traffic: {a: 50, b: 50}\nsticky_by: user_id", 0),
            ("traffic: {a: 50, b: 50}\nenabled: false", 0),
        ] {
            let store = format!(
                "//- promptyard.yaml\n//- environments/e/r.yaml\nvariants: {{a: {{prompt: p@1.0.0}}}}\n{rest}\n"
            );
            assert_eq!(found("RTE008", &store).len(), expected, "{rest}");
        }
    }
}
