//! LNT007: a rule is switched off that a policy locks.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::rules::RULES;
use crate::lint::select;
use crate::lint::suppress::{Judged, NameState};
use crate::store::policy::Policy;
use crate::store::{SourceFile, Store};

pub(super) struct IgnoredLockedRule;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT007", name: "ignored-locked-rule" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A rule is switched off that a policy locks",
    what: "\
Looks for entries of `lint.ignore` and for suppressions that name a rule which a policy locks (`locked: [PII]`, or \
`locked: true` for the rules of the policy itself). They do not hold: the rule runs, and its findings are reported.",
    why: "\
Who reads the entry believes that the rule is off. Who wrote the policy wants to know that somebody tried.",
    how: "\
Remove the entry. Where an exception is right, the owners of the policy grant it under `waivers`, with a reason and a date.",
    bad: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
locked: [missing-description]
waivers:
  - {rule: missing-description, reason: its author is away, until: 2027-01-31}
//- prompts/greeting.prompt.yaml
# promptyard: allow missing-description reason=\"named well enough\"
name: Greeting
messages:
  - role: user
    content: Say hello.
",
    good: "\
//- promptyard.yaml
version: 1
//- policies/safety.yaml
description: What every prompt must keep.
locked: [missing-description]
waivers:
  - {rule: missing-description, reason: its author is away, until: 2027-01-31}
//- prompts/greeting.prompt.yaml
name: Greeting
messages:
  - role: user
    content: Say hello.
",
};

const HELP: &str = "remove it; the policy's owners can grant an exception under `waivers`";

impl Rule for IgnoredLockedRule {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let config = cx.store.config();
        let Some(path) = &config.path else { return };
        let ignored = config.lint.ignore.iter().chain(config.lint.per_path.iter().flat_map(|entry| &entry.ignore));
        for entry in ignored {
            let locked = RULES.iter().map(|rule| rule.meta().id).filter(|id| select::names(&entry.value, *id));
            let locked = locked.filter_map(|id| Some((id, locked_by(cx.store, id)?)));
            if let Some((id, policy)) = locked.into_iter().next() {
                let message =
                    format!("`{policy}` locks {}, so this does not switch it off where that applies", id.code);
                drop(out.in_file(path, entry.span, message).help(HELP));
            }
        }
    }

    fn suppression(&self, judged: &Judged, _file: &SourceFile, out: &Sink<'_>) {
        for (name, state) in judged.suppression.directive.rules.iter().zip(&judged.names) {
            if *state == NameState::Locked {
                let message = format!("a policy locks `{}` here, so this does not suppress it", name.value);
                drop(out.at(name.span, message).help(HELP));
            }
        }
    }
}

/// The name of a policy that locks the rule.
fn locked_by(store: &Store, id: RuleId) -> Option<&str> {
    store.policies().iter().find(|policy| select::is_locked_by(policy, id)).map(Policy::name)
}

#[cfg(test)]
mod tests {
    use crate::lint::{self, Request, example};
    use crate::store::Store;

    #[test]
    fn a_locked_rule_runs_whatever_the_configuration_says() {
        let lint = |policy: &str, config: &str| {
            let text = format!(
                "//- promptyard.yaml\nversion: 1\nlint: {config}\n//- policies/p.yaml\ndescription: d\n{policy}\n\
                 //- prompts/a.prompt.yaml\ndescription: d\nmessages:\n  - {{role: user, content: ask anna.berg@web.de}}\n"
            );
            let store = Store::load(example::snapshot(&text).expect("paths inside the store"));
            let report = lint::run(&store, &Request::default()).expect("known rules");
            let line = |finding: &crate::diagnostic::Diagnostic| format!("{} {}", finding.severity, finding.rule.code);
            report.findings.iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(lint("tags: []", "{ignore: [PII]}"), [""; 0]);
        assert_eq!(lint("locked: [PII001]", "{ignore: [PII]}"), ["error PII001", "error LNT007"]);
        assert_eq!(lint("locked: [PII001]", "{select: [STR001]}"), ["error PII001"]);
        assert_eq!(lint("locked: [PII]", "{severity: {PII: info}}"), ["error PII001"]);
        let per_path = "{per_path: [{files: '**', ignore: [PII001]}]}";
        assert_eq!(lint("locked: [PII]\napplies_to: 'prompts/b/**'", per_path), ["error LNT007"]);
        let severity = "lint: {severity: {PII: warning}}\nlocked: true";
        assert_eq!(lint(severity, "{ignore: [PII]}"), ["warning PII001", "error LNT007"]);
    }
}
