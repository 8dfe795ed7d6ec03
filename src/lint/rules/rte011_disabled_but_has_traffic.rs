//! RTE011: a route that is disabled still shares out traffic.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::route::{Route, Share};

pub(super) struct DisabledButHasTraffic;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE011", name: "disabled-but-has-traffic" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A route that is disabled still shares out traffic",
    what: "Looks for routes with `enabled: false` whose variants have a share of the traffic.",
    why: "\
The file reads as if somebody were served. Who enables the route later gets the shares of that day back at once, an \
experiment that nobody watches any more included.",
    how: "Set the shares to 0. Whoever enables the route says who is to be served.",
    bad: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
enabled: false
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stable: 100}
",
    good: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
enabled: false
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stable: 0}
",
};

impl Rule for DisabledButHasTraffic {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, _cx: &Context<'_>, out: &Sink<'_>) {
        let has_traffic = route.traffic.iter().any(|portion| portion.share.value > Share::NONE);
        if let (Some(enabled), Some(traffic)) = (route.enabled, route.traffic_key.filter(|_| has_traffic))
            && !enabled.value
        {
            out.at(enabled.span, "the route is disabled, and its variants have traffic")
                .label(traffic, "the shares")
                .help("set the shares to 0, or enable the route");
        }
    }
}
