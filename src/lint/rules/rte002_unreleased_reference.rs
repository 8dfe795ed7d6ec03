//! RTE002: a route names an artifact without a release.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::name::{ArtifactId, NameError};
use crate::store::route::Route;

pub(super) struct UnreleasedReference;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE002", name: "unreleased-reference" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A route names an artifact without a release",
    what: "\
Looks for references of a route, in its variants and its fallback, that are no release: a bare name, or a version that is \
no version (`1.x`, `latest`).",
    why: "\
Only a release says what is meant once and for all. With a bare name the same commit would serve one text today and another \
tomorrow, and nobody could say later what was live.",
    how: "Write the release: `prompts/answer@1.3.0`, best with its digest.",
    bad: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: prompts/answer
traffic: {stable: 100}
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

impl Rule for UnreleasedReference {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, cx: &Context<'_>, out: &Sink<'_>) {
        for loose in &route.loose {
            let written = loose.reference.value.as_str();
            let message = match &loose.error {
                NameError::NoRelease(_) => format!("`{written}` stands here without a version"),
                error => error.to_string(),
            };
            let artifact = ArtifactId::from_pattern(written.split('@').next().unwrap_or(written));
            let newest = cx.releases.and_then(|releases| releases.newest(&artifact));
            let help = match newest {
                Some((newest, _)) => format!("name a release; the newest is `{newest}`"),
                None => "name a release, as `prompts/answer@1.3.0`".to_owned(),
            };
            drop(out.at(loose.reference.span, message).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn what_is_no_release_is_reported_wherever_it_stands() {
        let store = "//- promptyard.yaml\nversion: 1\n//- environments/e/r.yaml\nvariants:\n  a:\n    prompt: prompts/a\n    \
                     model: {release: models/m@latest}\n    policy: policies/p@1.0.0\nfallback:\n  - models/m@2\n";
        assert_eq!(
            found("RTE002", store),
            [
                "error environments/e/r.yaml:3 `prompts/a` stands here without a version",
                "error environments/e/r.yaml:4 `models/m@latest` is no release: `latest` is not a version like 1.4.0",
                "error environments/e/r.yaml:7 `models/m@2` is no release: `2` is not a version like 1.4.0",
            ]
        );
    }
}
