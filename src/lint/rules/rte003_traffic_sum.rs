//! RTE003: a route's traffic does not add up to 100 percent.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::route::{Route, Share};
use crate::store::yaml::{Kind, Yaml};

pub(super) struct TrafficSum;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "RTE003", name: "traffic-sum" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A route's traffic does not add up to 100 percent",
    what: "\
Adds up the shares under `traffic`, exactly, in hundredths of a percent. A route without `traffic` is reported too, and one \
that is disabled may have none.",
    why: "\
What is left over, or too much, is shared out by whatever the application happens to do: some users get no answer, or a \
variant more of them than anybody decided.",
    how: "Write shares that add up to 100. With thirds, one of them is 33.34.",
    bad: "\
//- promptyard.yaml
version: 1
//- environments/production/help.yaml
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/answer@1.3.0, digest: \"sha256:f0f5dcf46d5afce92cf5dbf452fe5e956b7a98d313815084f12793228df3efad\"}
  canary:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:8c1df2713619b11ed809a505bf219832f01e1ce5ab9d99ad7c77aa051046e872\"}
traffic: {canary: 10, stable: 95}
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
  canary:
    prompt: {release: prompts/answer@1.4.0, digest: \"sha256:8c1df2713619b11ed809a505bf219832f01e1ce5ab9d99ad7c77aa051046e872\"}
traffic: {canary: 5, stable: 95}
sticky_by: user_id
",
};

impl Rule for TrafficSum {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn route(&self, route: &Route, cx: &Context<'_>, out: &Sink<'_>) {
        let sum: Share = route.traffic.iter().map(|portion| portion.share.value).sum();
        if sum == Share::WHOLE || (sum == Share::NONE && !route.is_enabled()) || route.variants.is_empty() {
            return;
        }
        let Some(key) = route.traffic_key else {
            out.at(route.head, "the route does not say who gets its traffic")
                .help("add the percentages by variant, as `traffic: {stable: 100}`");
            return;
        };
        let written = cx.store.file(&route.path).and_then(|file| file.yaml.as_ref()).and_then(Yaml::root);
        let written = written.and_then(|root| root.get("traffic"));
        // A share that could not be read is reported as such; what it would add is not known.
        let is_read = written.is_some_and(|node| {
            matches!(node.kind(), Kind::Mapping | Kind::Null) && node.entries().count() == route.traffic.len()
        });
        if is_read {
            let message = format!("the traffic adds up to {sum} percent, not to 100");
            let help = if sum > Share::WHOLE {
                "take the surplus from one of the variants"
            } else {
                "give the rest to one of the variants"
            };
            drop(out.at(key, message).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn shares_are_added_exactly() {
        for (traffic, expected) in [
            ("traffic: {a: 33.33, b: 33.33, c: 33.34}", None),
            ("traffic: {a: 33.33, b: 33.33, c: 33.33}", Some("the traffic adds up to 99.99 percent, not to 100")),
            ("traffic: {a: 0.1, b: 0.2, c: 99.7}", None),
            ("traffic: {}", Some("the traffic adds up to 0 percent, not to 100")),
            ("traffic:", Some("the traffic adds up to 0 percent, not to 100")),
            ("traffic: {a: 100, b: 100}", Some("the traffic adds up to 200 percent, not to 100")),
            ("shadow: [a]", Some("the route does not say who gets its traffic")),
            ("traffic: {a: 33.333, b: 50}", None),
            ("traffic: all", None),
            ("{enabled: false, traffic: {a: 0}}", None),
            ("enabled: false", None),
        ] {
            let traffic = traffic.trim_start_matches('{').replace("}}", "}").replace("false, ", "false\n");
            let store = format!(
                "//- promptyard.yaml\n//- environments/e/r.yaml\nvariants: {{a: {{prompt: p@1.0.0}}}}\n{traffic}\n"
            );
            let found: Vec<String> = found("RTE003", &store);
            let found: Vec<&str> = found
                .iter()
                .filter_map(|line| line.split_once("yaml:")?.1.split_once(' '))
                .map(|(_, text)| text)
                .collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{traffic}");
        }
    }
}
