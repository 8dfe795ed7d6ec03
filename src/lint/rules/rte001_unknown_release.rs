//! RTE001: a route names a release that does not exist.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::suggest::nearest;
use crate::name::ArtifactId;
use crate::release::known::Releases;
use crate::store::Store;
use crate::store::artifact::ArtifactKind;
use crate::store::route::{Dimension, Pin, Route};

pub(super) struct UnknownRelease;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE001", name: "unknown-release" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A route names a release that does not exist",
    what: "\
Looks up each release of a route, in its variants and its fallback, among the tags of the repository: there must be one of \
that name, its digest must be the one that the route has, and it must be of the kind that stands there. Without a \
repository, or in a clone that lacks tags, only the kind is checked.",
    why: "\
The environment cannot be bundled or served: nobody knows what the name stands for. A digest that is not the release's \
says that the route was edited by hand, or that the tag was moved.",
    how: "Correct the name or the digest, or make the release first.",
    bad: "\
//- promptyard.yaml
version: 1
//- refs/tags
prompts/answer@1.3.0 sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stable: 100}
",
    good: "\
//- promptyard.yaml
version: 1
//- refs/tags
prompts/answer@1.3.0 sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {stable: 100}
",
};

impl Rule for UnknownRelease {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, cx: &Context<'_>, out: &Sink<'_>) {
        for (dimension, pin) in route.pins() {
            if !report_kind(dimension, pin, cx.store, out)
                && let Some(releases) = cx.releases
            {
                report_unknown(pin, releases, out);
            }
        }
    }
}

/// What the artifact is that the store calls so, as far as the store was loaded.
fn kind_of(id: &ArtifactId, store: &Store) -> Option<ArtifactKind> {
    if store.models().any(|model| model.id == *id) {
        return Some(ArtifactKind::Model);
    }
    if store.policies().iter().any(|policy| policy.name() == id.as_str()) {
        return Some(ArtifactKind::Policy);
    }
    if store.retrievals().iter().any(|retrieval| retrieval.id == *id) {
        return Some(ArtifactKind::Retrieval);
    }
    store.prompt_called(id.as_str()).map(|_| ArtifactKind::Prompt)
}

/// Reports a release of something that does not belong there, and says whether it did.
fn report_kind(dimension: Dimension, pin: &Pin, store: &Store, out: &Sink<'_>) -> bool {
    let artifact = &pin.release.value.artifact;
    let (Some(wanted), Some(kind)) = (dimension.kind(), kind_of(artifact, store)) else { return false };
    if wanted != kind {
        let message = format!("`{artifact}` is a {kind}, and stands where a {wanted} belongs");
        drop(out.at(pin.release.span, message).help(format!("name a release of a {wanted}")));
    }
    wanted != kind
}

fn report_unknown(pin: &Pin, releases: &Releases, out: &Sink<'_>) {
    let release = &pin.release.value;
    if releases.lacks(release) {
        let mut finding = out.at(pin.release.span, format!("there is no release `{release}`"));
        if let Some((newest, _)) = releases.newest(&release.artifact) {
            finding = finding.note_at_span(format!("the newest is `{newest}`"));
        } else if let Some(meant) = nearest(release.artifact.as_str(), releases.artifacts().map(ArtifactId::as_str)) {
            finding = finding.note_at_span(format!("did you mean `{meant}`?"));
        }
        drop(finding.help("name a release that exists, or make this one first"));
        return;
    }
    if let (Some(written), Some(recorded)) = (pin.digest, releases.digest(release))
        && written.value != recorded
    {
        out.at(written.span, format!("the release `{release}` has another digest"))
            .help(format!("write `{recorded}`, once it is clear which of both is meant"));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

    fn store(tags: &str, pin: &str) -> String {
        format!(
            "{tags}//- promptyard.yaml\nversion: 1\n//- models/chat.yaml\nprovider: openai\nmodel: gpt-4o-2024-11-20\n\
             //- environments/production/help.yaml\nvariants:\n  a:\n    prompt: {pin}\nfallback: [models/chat@1.0.0]\n"
        )
    }

    #[test]
    fn names_digests_and_kinds_are_checked() {
        let tags = format!("//- refs/tags\nprompts/answer@1.3.0 {DIGEST}\nmodels/chat@1.0.0\n");
        let other = DIGEST.replace('1', "2");
        for (pin, expected) in [
            ("prompts/answer@1.3.0", None),
            ("prompts/answer@1.4.0", Some("there is no release `prompts/answer@1.4.0`")),
            (&format!("{{release: prompts/answer@1.3.0, digest: \"{DIGEST}\"}}"), None),
            (
                &format!("{{release: prompts/answer@1.3.0, digest: \"{other}\"}}"),
                Some("the release `prompts/answer@1.3.0` has another digest"),
            ),
            ("models/chat@1.0.0", Some("`models/chat` is a model, and stands where a prompt belongs")),
        ] {
            let expected: Vec<String> =
                expected.map(|text| format!("error environments/production/help.yaml:3 {text}")).into_iter().collect();
            assert_eq!(found("RTE001", &store(&tags, pin)), expected, "{pin}");
        }
    }

    #[test]
    fn without_tags_only_the_kind_is_known() {
        assert_eq!(found("RTE001", &store("", "prompts/answer@9.9.9")).len(), 0);
        assert_eq!(found("RTE001", &store("", "models/chat@9.9.9")).len(), 1);
    }
}
