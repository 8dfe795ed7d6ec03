//! RTE005: a route serves a release that it holds back itself.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::route::Route;

pub(super) struct HeldRelease;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE005", name: "held-release" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A route serves a release that it holds back",
    what: "\
Looks for releases, in the variants and the fallback, that an entry of `holds` rejects in their dimension: by name, or by \
the digest, so that the same content under another version is found too.",
    why: "\
A hold is there because the release was rolled back. It came back by a merge or by hand, and users meet again what somebody \
took away from them.",
    how: "Name another release, or take the hold out of `holds` if its reason is gone.",
    bad: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:8c1df2713619b11ed809a505bf219832f01e1ce5ab9d99ad7c77aa051046e872\"}
traffic: {stable: 100}
holds:
  - {dimension: prompt, rejects: prompts/answer@1.4.0, reason: it invents opening hours, since: 2026-07-20T10:12:00Z}
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
holds:
  - {dimension: prompt, rejects: prompts/answer@1.4.0, reason: it invents opening hours, since: 2026-07-20T10:12:00Z}
",
};

impl Rule for HeldRelease {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, cx: &Context<'_>, out: &Sink<'_>) {
        for (dimension, pin) in route.pins() {
            let release = &pin.release.value;
            let recorded = || cx.releases.and_then(|releases| releases.digest(release));
            let digest = pin.digest.map(|digest| digest.value).or_else(recorded);
            let Some(hold) = route.holds.iter().find(|hold| hold.rejects(dimension, release, digest)) else { continue };
            let rejected = &hold.rejects.value;
            let message = match rejected == release {
                true => format!("the release `{release}` is held back in this route"),
                false => {
                    format!("the release `{release}` has the content of `{rejected}`, which is held back in this route")
                }
            };
            let mut finding = out.at(pin.release.span, message).label(hold.rejects.span, "held back here");
            if let Some(reason) = &hold.reason {
                finding = finding.note(format!("held because: {}", reason.value));
            }
            drop(finding.help("name another release, or take the hold out of `holds`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn a_hold_rejects_a_name_and_a_content_in_its_dimension() {
        let digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
        let store = format!(
            "//- promptyard.yaml\n//- refs/tags\np@1.1.0 {digest}\n//- environments/e/r.yaml\nvariants:\n  a: {{prompt: p@1.0.0}}\n  \
             b: {{prompt: p@1.1.0, model: p@1.0.0}}\nholds: [{{dimension: prompt, rejects: p@1.0.0, digest: \"{digest}\"}}]\n"
        );
        assert_eq!(
            found("RTE005", &store),
            [
                "error environments/e/r.yaml:2 the release `p@1.0.0` is held back in this route",
                "error environments/e/r.yaml:3 the release `p@1.1.0` has the content of `p@1.0.0`, which is held back in this route"
            ]
        );
    }
}
