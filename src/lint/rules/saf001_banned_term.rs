//! SAF001: a prompt contains a term that a policy bans.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::terms::Folded;
use crate::store::policy::{BannedTerm, Policy};
use crate::store::prompt::Prompt;
use crate::store::usage::Usage;

pub(super) struct BannedTermUsed;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SAF001", name: "banned-term" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt contains a term that a policy bans",
    what: "\
Looks for the `banned_terms` of the policies that apply to a prompt, in its text and in the partials that it includes. \
Case, accents and letters that look the same make no difference; a term is found as whole words, in scripts that have \
spaces between them.",
    why: "The people who answer for the product have said that this is not to be told to a model, or by one.",
    how: "Write what the policy gives instead, or ask its owners.",
    bad: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
banned_terms:
  - {term: risk-free, instead: low-risk, reason: the regulator forbids it}
//- prompts/advice.prompt.yaml
description: Explains funds.
messages:
  - role: system
    content: |
      Our funds are Risk-Free.
",
    good: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
banned_terms:
  - {term: risk-free, instead: low-risk, reason: the regulator forbids it}
//- prompts/advice.prompt.yaml
description: Explains funds.
messages:
  - role: system
    content: |
      Our funds are low-risk.
",
};

impl Rule for BannedTermUsed {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let policies = cx.store.policies().iter().filter(|policy| policy.scope.has(&prompt.path, Some(prompt)));
        let terms: Vec<(&Policy, &BannedTerm, Folded)> = policies
            .flat_map(|policy| {
                policy.banned_terms.iter().map(move |term| (policy, term, Folded::new(&term.term.value)))
            })
            .collect();
        if terms.is_empty() {
            return;
        }
        let mut room = limit::FINDINGS;
        for site in Usage::of(prompt, cx.store).sites {
            let text = site.template.text.text.as_str();
            for literal in site.template.analysis.literals(text.len()) {
                let folded = Folded::new(literal.slice(text));
                for (policy, banned, term) in &terms {
                    for span in folded.find(term) {
                        if room == 0 {
                            return;
                        }
                        room -= 1;
                        let span = cx.place(site.path, site.template, span.shift(literal.range().start));
                        let message = format!("`{}` bans `{}`", policy.name(), banned.term.value);
                        let mut finding = out.in_file(site.path, span, message);
                        if let Some(reason) = &banned.reason {
                            finding = finding.note(reason.as_str());
                        }
                        let instead = banned.instead.as_ref().map(|instead| format!("write `{instead}`"));
                        drop(finding.help(instead.unwrap_or_else(|| "say it in other words".to_owned())));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn terms_are_found_in_partials_and_by_tag() {
        let store = |tags: &str| {
            format!(
                "//- promptyard.yaml\nversion: 1\n//- policies/p.yaml\napplies_to: {{tags: [customers]}}\nbanned_terms: [保証, Café]\n\
             //- partials/house.md\n必ず保証します。\n//- prompts/a.prompt.yaml\ntags: [{tags}]\nmessages:\n  - role: user\n    content: |\n      {{% include \"partials/house.md\" %}} {{{{ cafe }}}}\n      CAFE\n"
            )
        };
        assert_eq!(
            found("SAF001", &store("customers")),
            [
                "error partials/house.md:1 `policies/p` bans `保証`",
                "error prompts/a.prompt.yaml:6 `policies/p` bans `Café`"
            ]
        );
        assert_eq!(found("SAF001", &store("")), [""; 0]);
    }
}
