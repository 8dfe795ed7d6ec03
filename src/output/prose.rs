//! What a finding says beside its message, in words that several formats share.

use crate::diagnostic::{Applicability, Diagnostic, RuleId};

/// The page of all rules; a rule's code is its anchor.
const RULES_PAGE: &str = "https://promptyard.dev/rules";

/// What to do: the rule's advice, else the fix's title, and how to have it done.
pub(super) fn help(finding: &Diagnostic) -> Option<String> {
    let Some(fix) = &finding.fix else {
        return finding.help.clone();
    };
    let advice = finding.help.as_ref().unwrap_or(&fix.title);
    Some(format!("{advice} (fixable with {})", flag(fix.applicability)))
}

/// The flag that applies a fix.
pub(super) fn flag(applicability: Applicability) -> &'static str {
    match applicability {
        Applicability::Safe => "--fix",
        Applicability::Unsafe => "--unsafe-fixes",
    }
}

/// Everything that is known beside the place, one thing a line: the message, facts, what to do.
pub(super) fn lines(finding: &Diagnostic) -> Vec<String> {
    let mut lines = vec![match &finding.note_at_span {
        Some(note) => format!("{}: {note}", finding.message),
        None => finding.message.clone(),
    }];
    lines.extend(finding.notes.iter().map(|note| format!("Note: {note}")));
    lines.extend(help(finding).map(|help| format!("Help: {help}")));
    lines
}

/// Where the rule is explained.
pub(super) fn address(rule: RuleId) -> String {
    format!("{RULES_PAGE}#{}", rule.code)
}
