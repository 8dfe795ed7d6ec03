//! RTE006: a route of a protected environment has no fallback.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::route::{Dimension, Route};

pub(super) struct MissingFallback;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE006", name: "missing-fallback" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A route of a protected environment has no fallback",
    what: "\
Looks for routes without `fallback` in environments that `promptyard.yaml` calls `protected`. Routes that are disabled need \
none.",
    why: "When the model's provider fails, the feature fails with it, for everybody and until somebody is awake.",
    how: "Name a release of a model, best of another provider, under `fallback`.",
    bad: "\
//- promptyard.yaml
version: 1
environments: {production: {protected: true}}
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
environments: {production: {protected: true}}
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stable: 100}
fallback:
  - {release: models/backup-chat@1.0.0, digest: \"sha256:29030236a7ee02a16221c6c819d57fdf3c668547d84bd860948728279eb57054\"}
",
};

impl Rule for MissingFallback {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, cx: &Context<'_>, out: &Sink<'_>) {
        let environment = cx.store.config().environment(&route.environment);
        let is_protected = environment.is_some_and(|environment| environment.protected);
        let is_loose = route.loose.iter().any(|loose| loose.variant.is_none() && loose.dimension == Dimension::Model);
        if is_protected && route.is_enabled() && route.fallback.is_empty() && !is_loose {
            let message = format!("`{}` is protected, and this route has no `fallback`", route.environment);
            out.at(route.head, message)
                .help("add `fallback` with the release of a model to call when the first one fails");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn only_what_serves_protected_users_needs_a_fallback() {
        for (environment, route, expected) in [
            ("{protected: true}", "", 1),
            ("{protected: true}", "fallback: []\n", 1),
            ("{protected: true}", "fallback: [models/m]\n", 0),
            ("{protected: true}", "enabled: false\n", 0),
            ("{protected: false}", "", 0),
            ("", "", 0),
        ] {
            let store = format!(
                "//- promptyard.yaml\nenvironments:\n  e: {environment}\n//- environments/e/r.yaml\nvariants: {{a: {{prompt: p@1.0.0}}}}\n{route}"
            );
            assert_eq!(found("RTE006", &store).len(), expected, "{environment} {route}");
        }
    }
}
