//! RTE012: two variants of a route serve the same.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::route::{Route, Variant};

pub(super) struct SameVariantTwice;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE012", name: "same-variant-twice" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "Two variants of a route serve the same",
    what: "\
Looks for variants that name the same releases in every dimension, or releases whose digests are equal. That is what a \
route looks like after a canary was promoted, and sometimes it is meant: to measure the noise of an experiment.",
    why: "Whoever compares the two compares nothing, and each later promotion has two places to think of.",
    how: "Remove one of them, and give its traffic to the other.",
    bad: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
  canary:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
traffic: {canary: 0, stable: 100}
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

/// Variants beyond this number are not compared with each other: nobody has so many.
const MOST: usize = 100;

impl Rule for SameVariantTwice {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, _cx: &Context<'_>, out: &Sink<'_>) {
        let is_whole = |variant: &&Variant| {
            let name = Some(&variant.name.value);
            !variant.pins.is_empty() && route.loose.iter().all(|loose| loose.variant.as_ref() != name)
        };
        let variants: Vec<&Variant> = route.variants.iter().filter(is_whole).take(MOST).collect();
        for (at, variant) in variants.iter().enumerate() {
            let Some(first) = variants[..at].iter().find(|other| other.serves_the_same_as(variant)) else { continue };
            let (name, other) = (&variant.name, &first.name);
            out.at(name.span, format!("`{}` serves the same as `{}`", name.value, other.value))
                .label(other.span, "the same releases")
                .help("remove one of them, and give its traffic to the other");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn only_whole_variants_are_compared() {
        let store = "//- promptyard.yaml\n//- environments/e/r.yaml\nvariants:\n  a: {prompt: p@1.0.0}\n  b: {prompt: p@1.0.0, model: m@1.0.0}\n  c: {prompt: p@1.0.0, model: m}\n  d: {prompt: p@1.0.0}\n  e: {}\n  f: {}\n";
        assert_eq!(found("RTE012", store), ["info environments/e/r.yaml:5 `d` serves the same as `a`"]);
    }
}
