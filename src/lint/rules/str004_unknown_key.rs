//! STR004: a file has a key that nothing reads.

use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::lint::published::place;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::schema::ViolationKind;
use crate::store::{FileKind, SourceFile};

pub(super) struct UnknownKey;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR004", name: "unknown-key" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Unsafe),
    summary: "A file has a key that nothing reads",
    what: "\
Looks for keys that the published schema of the file does not know. Keys that start with `x-` are yours and are left alone.",
    why: "\
A misspelt key is passed over without a word: the limit or the description that it was meant to set does not exist.",
    how: "Correct the key, or put `x-` before it where it is data of your own.",
    bad: "\
description: Greets a customer.
owner: [\"@greetings\"]
messages:
  - role: user
    content: Say hello.
",
    good: "\
description: Greets a customer.
owners: [\"@greetings\"]
x-ticket: GREET-12
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for UnknownKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(yaml) = &file.yaml else { return };
        for violation in cx.violations(file).iter() {
            let ViolationKind::UnknownKey { key, known } = &violation.kind else { continue };
            if file.kind == FileKind::Prompt && super::str011_legacy_key::newer(key).is_some_and(|key| has(known, key))
            {
                continue;
            }
            let span = place(violation, yaml);
            let finding = out.at(span, violation.message.as_str());
            let Some((distance, meant)) = closest(key, known) else {
                drop(finding.help("remove it, or put `x-` before it if it is data of your own"));
                continue;
            };
            let finding = finding.note_at_span(format!("did you mean `{meant}`?"));
            let is_free = yaml.pointer(&violation.pointer).is_some_and(|parent| parent.get(meant).is_none());
            // A key in quotes or behind an alias is renamed by hand.
            if distance <= 1 && is_free && span.slice(&file.text) == key {
                let edits = vec![Edit { span, replacement: meant.to_owned() }];
                drop(finding.fix(Applicability::Unsafe, format!("Rename the key to `{meant}`"), edits));
            }
        }
    }
}

fn has(known: &[String], key: &str) -> bool {
    known.iter().any(|known| known == key)
}

/// The known key that is most like `key`, and how far it is: 0 where only case and separators differ.
fn closest<'a>(key: &str, known: &'a [String]) -> Option<(usize, &'a str)> {
    let plain = |text: &str| -> String {
        text.chars().filter(|character| !matches!(character, '_' | '-')).flat_map(char::to_lowercase).collect()
    };
    let written = plain(key);
    // A key that is much longer than any that is known is not a misspelling of one.
    let longest = known.iter().map(String::len).max().unwrap_or_default();
    if key.len() > longest + 4 {
        return None;
    }
    let scored = known.iter().map(|known| (strsim::damerau_levenshtein(&written, &plain(known)), known.as_str()));
    scored
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, meant)| *distance <= 2 && distance * 3 <= meant.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_likely_slip_is_a_suggestion() {
        let known: Vec<String> = ["owners", "maxTokens", "name", "$schema"].map(str::to_owned).to_vec();
        assert_eq!(closest("owner", &known), Some((1, "owners")));
        assert_eq!(closest("max_tokens", &known), Some((0, "maxTokens")));
        assert_eq!(closest("game", &known), Some((1, "name")));
        assert_eq!(closest("same_thing", &known), None);
        assert_eq!(closest(&"x".repeat(100_000), &known), None);
    }
}
