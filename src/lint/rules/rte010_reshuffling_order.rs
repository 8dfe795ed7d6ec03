//! RTE010: the order of the traffic moves users between variants when a share changes.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::route::{Portion, Route, Share};

pub(super) struct ReshufflingOrder;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE010", name: "reshuffling-order" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "The order of the traffic moves users between variants when a share changes",
    what: "\
Looks at routes with `sticky_by` in which more than two variants have traffic: the one that most users have (`stable`, or \
the one with the greatest share) must stand between the others.",
    why: "\
Users are laid out along the shares in their order. When a share grows, all shares between it and the next border move: \
with `stable` in the middle it gives up users on both sides, and everybody else stays. At an end, a change of one \
experiment moves users of the other, who are then in no group that means anything.",
    how: "Write the big variant between the experimental ones: `traffic: {blue: 5, stable: 90, green: 5}`.",
    bad: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
  blue:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:8c1df2713619b11ed809a505bf219832f01e1ce5ab9d99ad7c77aa051046e872\"}
  green:
    prompt: {release: prompts/answer@1.5.0, digest: \"sha256:29030236a7ee02a16221c6c819d57fdf3c668547d84bd860948728279eb57054\"}
traffic: {stable: 90, blue: 5, green: 5}
sticky_by: user_id
",
    good: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
  blue:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:8c1df2713619b11ed809a505bf219832f01e1ce5ab9d99ad7c77aa051046e872\"}
  green:
    prompt: {release: prompts/answer@1.5.0, digest: \"sha256:29030236a7ee02a16221c6c819d57fdf3c668547d84bd860948728279eb57054\"}
traffic: {blue: 5, stable: 90, green: 5}
sticky_by: user_id
",
};

impl Rule for ReshufflingOrder {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, _cx: &Context<'_>, out: &Sink<'_>) {
        let served: Vec<&Portion> = route.traffic.iter().filter(|portion| portion.share.value > Share::NONE).collect();
        if served.len() < 3 || route.sticky_by.is_none() || !route.is_enabled() {
            return;
        }
        let named = served.iter().position(|portion| portion.variant.value == "stable");
        let Some(at) = named.or_else(|| greatest(&served)) else { return };
        if at == 0 || at + 1 == served.len() {
            let (stable, place) = (&served[at].variant, if at == 0 { "first" } else { "last" });
            out.at(stable.span, format!("`{}` stands {place}, so that other variants share a border", stable.value))
                .help(format!("write `{}` between the other variants", stable.value));
        }
    }
}

/// The place of the one share that is greater than every other.
fn greatest(served: &[&Portion]) -> Option<usize> {
    let most = served.iter().map(|portion| portion.share.value).max()?;
    let mut great = served.iter().enumerate().filter(|(_, portion)| portion.share.value == most);
    let (at, _) = great.next()?;
    great.next().is_none().then_some(at)
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn the_big_variant_stands_in_the_middle() {
        for (traffic, expected) in [
            ("{stable: 90, a: 5, b: 5}", 1),
            ("{a: 5, b: 5, stable: 90}", 1),
            ("{a: 5, stable: 90, b: 5}", 0),
            ("{main: 90, a: 5, b: 5}", 1),
            ("{a: 40, b: 40, c: 20}", 0),
            ("{a: 5, stable: 95, b: 0}", 0),
            ("{stable: 95, a: 5}", 0),
        ] {
            let store = format!(
                "//- promptyard.yaml\n//- environments/e/r.yaml\nvariants: {{a: {{prompt: p@1.0.0}}}}\nsticky_by: u\ntraffic: {traffic}\n"
            );
            assert_eq!(found("RTE010", &store).len(), expected, "{traffic}");
        }
    }
}
