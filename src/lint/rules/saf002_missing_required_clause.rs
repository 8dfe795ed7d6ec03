//! SAF002: a prompt lacks a clause that a policy requires.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::terms::Folded;
use crate::store::policy::ClauseContent;
use crate::store::prompt::Prompt;
use crate::store::usage::Usage;

pub(super) struct MissingRequiredClause;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "SAF002", name: "missing-required-clause" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A prompt lacks a clause that a policy requires",
    what: "\
Looks for the `required_clauses` of the policies that apply to a prompt: a partial that it must include, by itself or \
through another, or a text that must stand in it. Silent where what a prompt includes is only known when it is rendered.",
    why: "The clause is what the product promises its users; a prompt without it breaks the promise unseen.",
    how: "Include the partial, or write the text.",
    bad: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
required_clauses:
  - {tag: customers, text: You are a machine and say so when asked.}
//- prompts/answer.prompt.yaml
description: Answers customers.
tags: [customers]
messages:
  - role: system
    content: |
      Answer briefly.
",
    good: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
required_clauses:
  - {tag: customers, text: You are a machine and say so when asked.}
//- prompts/answer.prompt.yaml
description: Answers customers.
tags: [customers]
messages:
  - role: system
    content: |
      You are a machine
      and say so when asked. Answer briefly.
",
};

impl Rule for MissingRequiredClause {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let policies = cx.store.policies().iter().filter(|policy| policy.scope.has(&prompt.path, Some(prompt)));
        let mut clauses = policies
            .flat_map(|policy| policy.required_clauses.iter().map(move |clause| (policy, clause)))
            .filter(|(_, clause)| clause.is_for(prompt))
            .peekable();
        if clauses.peek().is_none() {
            return;
        }
        let usage = Usage::of(prompt, cx.store);
        for (policy, clause) in clauses {
            let (has, message, help) = match &clause.content {
                ClauseContent::Partial(path) => (
                    usage.sites.iter().any(|site| site.path.as_str() == path),
                    format!("`{}` requires that this prompt includes `{path}`", policy.name()),
                    "include it".to_owned(),
                ),
                ClauseContent::Text(text) => {
                    let wanted = Folded::new(text);
                    let says = usage.sites.iter().any(|site| Folded::new(&site.template.text.text).contains(&wanted));
                    let message = format!("`{}` requires a clause that this prompt does not have", policy.name());
                    (says, message, format!("write `{}`", text.trim()))
                }
            };
            if !has && usage.complete {
                drop(out.at(prompt.head, message).help(help));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn a_partial_counts_however_it_is_reached() {
        let store = |include: &str| {
            format!(
                "//- promptyard.yaml\nversion: 1\n//- policies/p.yaml\nrequired_clauses: [partials/safe.md]\n//- partials/safe.md\nBe safe.\n\
             //- partials/house.md\n{{% include \"partials/safe.md\" %}}\n//- prompts/a.prompt.yaml\nmessages:\n  - role: user\n    content: |\n      {include}\n"
            )
        };
        assert_eq!(found("SAF002", &store("{% include \"partials/house.md\" %}")), [""; 0]);
        assert_eq!(found("SAF002", &store("{% include which %}")), [""; 0]);
        assert_eq!(
            found("SAF002", &store("Hello")),
            ["error prompts/a.prompt.yaml:1 `policies/p` requires that this prompt includes `partials/safe.md`"]
        );
    }
}
