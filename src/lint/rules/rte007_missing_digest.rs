//! RTE007: a route names a release without its digest.

use crate::diagnostic::{Applicability, RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::route::{Pin, Route, edit};
use crate::store::yaml::{NodeRef, Yaml};

pub(super) struct MissingDigest;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE007", name: "missing-digest" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Safe),
    summary: "A route names a release without its digest",
    what: "\
Looks for releases of a route, in its variants and its fallback, without `digest`. The fix writes the one that the release's \
tag records, where the tag is in this clone.",
    why: "\
A tag can be moved, by mistake or on purpose. The digest says what the route means whatever becomes of the tag, and makes a \
release that was tampered with show.",
    how: "Write `{release: ..., digest: \"sha256:...\"}`, or let `--fix` do it.",
    bad: "\
//- promptyard.yaml
version: 1
//- refs/tags
prompts/answer@1.3.0 sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: prompts/answer@1.3.0
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

impl Rule for MissingDigest {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(file) = cx.store.file(&route.path) else { return };
        let Some(root) = file.yaml.as_ref().and_then(Yaml::root) else { return };
        for variant in &route.variants {
            let written = root.get("variants").and_then(|variants| variants.get(&variant.name.value));
            for (dimension, pin) in &variant.pins {
                if let Some(node) = written.and_then(|variant| variant.get(dimension.as_str())) {
                    report(pin, node, &file.text, cx, out);
                }
            }
        }
        for pin in &route.fallback {
            let mut written = root.get("fallback").into_iter().flat_map(NodeRef::items);
            if let Some(node) = written.find(|node| node.span() == pin.span) {
                report(pin, node, &file.text, cx, out);
            }
        }
    }
}

fn report(pin: &Pin, node: NodeRef<'_>, text: &str, cx: &Context<'_>, out: &Sink<'_>) {
    // What stands there and is no digest is the schema's to report.
    if pin.digest.is_some() || node.get("digest").is_some() {
        return;
    }
    let release = &pin.release.value;
    // RTE001 says of a release that does not exist that it doesn't; it has no digest to miss.
    if cx.releases.is_some_and(|releases| releases.lacks(release)) {
        return;
    }
    let finding = out
        .at(pin.release.span, format!("the release `{release}` stands here without its digest"))
        .help("write it as `{release: ..., digest: \"sha256:...\"}`");
    let digest = cx.releases.and_then(|releases| releases.digest(release));
    if let Some(edit) = digest.and_then(|digest| edit::complete(text, node, pin, digest)) {
        drop(finding.fix(Applicability::Safe, format!("Write the digest of `{release}`"), vec![edit]));
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{fixed, found};

    const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

    #[test]
    fn the_fix_completes_every_form() {
        let route = "variants:
  a:
    prompt:    p@1.0.0 # the text
    model:     {release: m@1.0.0}
    policy:
      release: s@1.0.0
    retrieval: {release: r@1.0.0, digest: oops}
fallback: [m@1.0.0, x@1.0.0]
";
        let store = format!(
            "//- promptyard.yaml\n//- refs/tags\np@1.0.0 {DIGEST}\nm@1.0.0 {DIGEST}\ns@1.0.0 {DIGEST}\n//- environments/e/r.yaml\n{route}"
        );
        assert_eq!(found("RTE007", &store).len(), 4);
        let after = format!(
            "variants:
  a:
    prompt:    {{release: p@1.0.0, digest: \"{DIGEST}\"}} # the text
    model:     {{release: m@1.0.0, digest: \"{DIGEST}\"}}
    policy:
      release: s@1.0.0
      digest: \"{DIGEST}\"
    retrieval: {{release: r@1.0.0, digest: oops}}
fallback: [{{release: m@1.0.0, digest: \"{DIGEST}\"}}, x@1.0.0]
"
        );
        assert_eq!(fixed("RTE007", &store), after);
    }
}
