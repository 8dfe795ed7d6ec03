//! LNT004: the configuration or a suppression names a rule that does not exist.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Finding, Rule, RuleMeta, Sink};
use crate::lint::select;
use crate::lint::suppress::{Judged, NameState};
use crate::store::SourceFile;
use crate::text::Spanned;

pub(super) struct UnknownRule;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "LNT004", name: "unknown-rule" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "The configuration or a suppression names a rule that does not exist",
    what: "\
Looks for names in `lint` of `promptyard.yaml` and in suppressions that are no rule's code or name, and for suppressions \
that cannot be understood. In the configuration the beginning of a code (`TPL`) and `ALL` are names too.",
    why: "A misspelt rule is not ignored, not selected and not suppressed, and nothing else says so.",
    how: "Correct the name; `promptyard rules` lists all of them.",
    bad: "\
//- promptyard.yaml
version: 1
lint: {ignore: [mising-description]}
//- prompts/greeting.prompt.yaml
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
    good: "\
//- promptyard.yaml
version: 1
lint: {ignore: [missing-description]}
//- prompts/greeting.prompt.yaml
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for UnknownRule {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let config = cx.store.config();
        let Some(path) = &config.path else { return };
        let lint = &config.lint;
        let severities = lint.severity.iter().chain(lint.per_path.iter().flat_map(|entry| &entry.severity));
        let names = lint.select.iter().flatten().chain(&lint.ignore);
        let names = names.chain(lint.per_path.iter().flat_map(|entry| &entry.ignore));
        for name in names.chain(severities.map(|(name, _)| name)) {
            if !select::is_known(&name.value) {
                suggest(out.in_file(path, name.span, message(name)), name);
            }
        }
    }

    fn suppression(&self, judged: &Judged, _file: &SourceFile, out: &Sink<'_>) {
        let directive = &judged.suppression.directive;
        for mistake in &directive.mistakes {
            drop(out.at(mistake.span, mistake.value.as_str()));
        }
        for (name, state) in directive.rules.iter().zip(&judged.names) {
            match state {
                NameState::Unknown => suggest(out.at(name.span, message(name)), name),
                NameState::NotAllowed => {
                    let message =
                        format!("`{}` is about the lint itself and cannot be suppressed in a file", name.value);
                    drop(out.at(name.span, message).help("put it in `lint.ignore` of promptyard.yaml"));
                }
                NameState::Used | NameState::Unused | NameState::NotRun | NameState::Locked | NameState::New => {}
            }
        }
    }
}

fn message(name: &Spanned<String>) -> String {
    format!("`{}` is not a rule", name.value)
}

fn suggest(finding: Finding<'_>, name: &Spanned<String>) {
    let finding = finding.help("`promptyard rules` lists all rules");
    if let Some(meant) = select::suggest(&name.value) {
        drop(finding.note_at_span(format!("did you mean `{meant}`?")));
    }
}
