//! RTE004: traffic is meant for a variant that the route does not have.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::suggest::nearest;
use crate::store::route::Route;

pub(super) struct UnknownVariant;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE004", name: "unknown-variant" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "Traffic is meant for a variant that the route does not have",
    what: "Looks for names under `traffic` and in `shadow` that no variant of the route has.",
    why: "Its share of the users meets nothing, or whatever the application falls back to.",
    how: "Correct the name, or add the variant.",
    bad: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stabel: 100}
",
    good: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stable: 100}
",
};

impl Rule for UnknownVariant {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, _cx: &Context<'_>, out: &Sink<'_>) {
        let named = route.traffic.iter().map(|portion| &portion.variant).chain(&route.shadow);
        for name in named.filter(|name| route.variant(&name.value).is_none()) {
            let known = route.variants.iter().map(|variant| variant.name.value.as_str());
            let mut finding = out.at(name.span, format!("the route has no variant `{}`", name.value));
            if let Some(meant) = nearest(&name.value, known) {
                finding = finding.note_at_span(format!("did you mean `{meant}`?"));
            }
            drop(finding.help("correct the name, or add the variant under `variants`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn traffic_and_shadow_name_variants() {
        let store = "//- promptyard.yaml\n//- environments/e/r.yaml\nvariants: {a: {prompt: p@1.0.0}, x: 1}\ntraffic: {a: 90, x: 5, b: 5}\nshadow: [a, c]\n";
        assert_eq!(
            found("RTE004", store),
            [
                "error environments/e/r.yaml:2 the route has no variant `b`",
                "error environments/e/r.yaml:3 the route has no variant `c`"
            ]
        );
    }
}
