//! RTE009: a route serves what the environment before never had.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::name::EnvName;
use crate::store::route::{Dimension, Pin, Route};

pub(super) struct StagingDrift;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE009", name: "staging-drift" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A route serves what the environment before it does not know",
    what: "\
Compares each release of a route with the route of the same name in the environment before: its `upstream` in \
`promptyard.yaml`, or `staging` for `production`. That must have the same release or content, or a newer release of the same \
artifact. An environment before that has no routes at all is passed over.",
    why: "\
What nobody has tried in the environment before, in this combination, is tried by users. Most often somebody promoted \
directly, in a hurry, and the two environments now differ in more than anybody knows.",
    how: "Promote the release in the environment before too, or say why it differs with `lint.allow`.",
    bad: "\
//- promptyard.yaml
version: 1
environments: {production: {upstream: staging}, staging: {}}
//- environments/staging/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stable: 100}
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:8c1df2713619b11ed809a505bf219832f01e1ce5ab9d99ad7c77aa051046e872\"}
traffic: {stable: 100}
",
    good: "\
//- promptyard.yaml
version: 1
environments: {production: {upstream: staging}, staging: {}}
//- environments/staging/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:8c1df2713619b11ed809a505bf219832f01e1ce5ab9d99ad7c77aa051046e872\"}
traffic: {stable: 100}
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stable: 100}
",
};

impl Rule for StagingDrift {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(upstream) = cx.store.upstream_of(&route.environment) else { return };
        if !cx.store.routes().iter().any(|other| other.environment == upstream) {
            return;
        }
        let Some(before) = cx.store.route(&upstream, &route.name) else {
            out.at(route.head, format!("`{upstream}` has no route `{}`", route.name))
                .help(format!("add `{}` to `{upstream}` and promote there first", route.name));
            return;
        };
        for (dimension, pin) in route.pins().filter(|(dimension, pin)| !before.has_passed(*dimension, pin)) {
            report(dimension, pin, before, &upstream, out);
        }
    }
}

fn report(dimension: Dimension, pin: &Pin, before: &Route, upstream: &EnvName, out: &Sink<'_>) {
    let release = &pin.release.value;
    let finding = out
        .at(pin.release.span, format!("`{upstream}` does not have the release `{release}`"))
        .help(format!("promote it in `{upstream}` first"));
    let there = before.pins().filter(|(other, _)| *other == dimension).map(|(_, pin)| &pin.release.value);
    let mut there: Vec<String> = there.map(|release| format!("`{release}`")).collect();
    there.dedup();
    if !there.is_empty() {
        drop(finding.note(format!("as {dimension}, `{upstream}` has {}", there.join(" and "))));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    fn drift(config: &str, staging: &str, production: &str) -> usize {
        let route = |pins: &str| format!("variants: {{a: {{prompt: p@1.0.0}}, b: {{{pins}}}}}\n");
        let store = format!(
            "//- promptyard.yaml\n{config}\n//- environments/staging/r.yaml\n{}//- environments/production/r.yaml\n{}",
            route(staging),
            route(production)
        );
        found("RTE009", &store).len()
    }

    #[test]
    fn what_is_behind_is_no_drift() {
        for (staging, production, expected) in [
            ("prompt: p@1.1.0", "prompt: p@1.1.0", 0),
            ("prompt: p@1.2.0", "prompt: p@1.1.0", 0),
            ("prompt: p@1.1.0", "prompt: p@1.2.0", 1),
            ("prompt: p@1.1.0", "prompt: q@1.0.0", 1),
            ("prompt: p@1.1.0", "prompt: p@1.1.0, model: m@1.0.0", 1),
            ("model: p@9.0.0", "prompt: p@1.1.0", 1),
        ] {
            assert_eq!(drift("environments: {staging: }", staging, production), expected, "{staging} | {production}");
        }
        assert_eq!(drift("environments: {production: {upstream: canary}}", "prompt: p@1.1.0", "prompt: p@1.2.0"), 0);
    }

    #[test]
    fn a_route_of_one_environment_alone_is_told_once() {
        let store = "//- promptyard.yaml\n//- environments/staging/other.yaml\nvariants: {a: {prompt: p@1.0.0}}\n\
                     //- environments/production/r.yaml\nvariants: {a: {prompt: p@1.0.0, model: m@1.0.0}}\n";
        assert_eq!(found("RTE009", store), ["warning environments/production/r.yaml:1 `staging` has no route `r`"]);
    }
}
