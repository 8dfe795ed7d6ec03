//! MOD006: own weights without their digest.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};

pub(super) struct MissingChecksum;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "MOD006", name: "missing-checksum" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A registry entry of own weights has no checksum",
    what: "\
Looks at entries of the model registry that describe own weights: with `training` or `runtime`, or with a provider such \
as `self-hosted`.",
    why: "\
A name or a path says nothing about the bytes behind it. Without the digest nobody can prove which weights answered, or \
notice that they were replaced.",
    how: "Add the digest of the weights: `checksum: sha256:…`.",
    bad: "\
//- promptyard.yaml
version: 1
//- models/router.yaml
provider: self-hosted
model: router-7b-2026-03-01
training: {dataset: tickets-2026-02, commit: 4f1c2d9}
",
    good: "\
//- promptyard.yaml
version: 1
//- models/router.yaml
provider: self-hosted
model: router-7b-2026-03-01
training: {dataset: tickets-2026-02, commit: 4f1c2d9}
checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
",
};

impl Rule for MissingChecksum {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for entry in cx.store.models() {
            if let (Some(span), None) = (entry.own_weights, &entry.checksum) {
                out.in_file(&entry.path, span, "these weights are one's own, and have no checksum")
                    .help("add their digest: `checksum: sha256:…`");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn a_providers_model_needs_none() {
        for (entry, expected) in
            [("provider: openai", 0), ("provider: self-hosted", 1), ("provider: vendor\nruntime: {cuda: 12}", 1)]
        {
            let store = format!("//- promptyard.yaml\nversion: 1\n//- models/a.yaml\n{entry}\nmodel: a-1\n");
            assert_eq!(found("MOD006", &store).len(), expected, "{entry}");
        }
    }
}
