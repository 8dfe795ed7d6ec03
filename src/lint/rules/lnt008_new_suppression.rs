//! LNT008: a change brings a suppression of its own.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Rule, RuleMeta, Sink, Speaker};
use crate::lint::suppress::{Judged, NameState};
use crate::store::SourceFile;

pub(super) struct NewSuppression;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT008", name: "new-suppression" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "A change brings a suppression of its own",
    what: "\
`promptyard check` looks for suppressions that were not there before the change: in the metadata, or in comments. They do \
not count yet, so what they would cover is reported; and a comment that was there covers what it covered, and nothing else \
that comes to stand beside it. A policy with `new_suppressions: accepted` lets them count at once.",
    why: "\
What a change brings must not decide what is held against it. A reviewer should see each exception, and somebody other \
than its author let it in.",
    how: "\
Mend what is found. Where it is right as it is, have the suppression merged over the check's refusal by somebody who may, \
or let a policy's `waivers` say it, in a change of its own.",
    bad: "\
//- prompts/example.prompt.yaml
description: Greets a customer.
inputs: {}
messages:
  - {role: user, content: Greet the customer.}
//= after
//- prompts/example.prompt.yaml
description: Greets a customer.
lint: {allow: [{rule: STR007, reason: It is described well enough.}]}
inputs: {}
messages:
  - {role: user, content: Greet the customer.}
",
    good: "\
//- prompts/example.prompt.yaml
name: Greeting
lint: {allow: [{rule: STR007, reason: It is named well enough.}]}
inputs: {}
messages:
  - {role: user, content: Greet the customer.}
//= after
//- prompts/example.prompt.yaml
name: Greeting
lint: {allow: [{rule: STR007, reason: It is named well enough for everybody.}]}
inputs: {}
messages:
  - {role: user, content: Greet the customer warmly.}
",
};

impl Rule for NewSuppression {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn speaker(&self) -> Speaker {
        Speaker::Check
    }

    fn suppression(&self, judged: &Judged, _file: &SourceFile, out: &Sink<'_>) {
        if !judged.is_new {
            return;
        }
        let rules = &judged.suppression.directive.rules;
        let names: Vec<String> = rules.iter().map(|rule| format!("`{}`", rule.value)).collect();
        let waits = judged.names.contains(&NameState::New);
        let what = if waits { "it counts once it is merged" } else { "a policy accepts it" };
        let finding = out.at(judged.suppression.span, format!("this change allows {}: {what}", names.join(" and ")));
        let Some(reason) = &judged.suppression.directive.reason else { return };
        drop(finding.note(format!("the reason that it gives: {}", reason.value)));
    }
}
