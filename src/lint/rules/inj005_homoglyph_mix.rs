//! INJ005: a word has letters of another script that look like Latin ones.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::SourceFile;

pub(super) struct HomoglyphMix;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "INJ005", name: "homoglyph-mix" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A word mixes letters of scripts that look the same",
    what: "\
Looks for words with letters of Cyrillic, Greek, Armenian or Cherokee among Latin ones, or the reverse, where each of them \
looks like a letter of the other script. Units, formulas and words with an ending in another script are left alone.",
    why: "\
Such a word passes a reviewer and a filter as what it looks like, and is another one to a model: a name that is not the \
name, a delimiter that does not close.",
    how: "Type the word again in one script.",
    bad: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Never ask for a p\u{0430}ssword.
",
    good: "\
description: Answers customers.
messages:
  - role: system
    content: |
      Never ask for a password.
",
};

impl Rule for HomoglyphMix {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        for disguised in cx.sensitive(file).look_alikes.iter().take(limit::FINDINGS) {
            let (found, like) = (disguised.at.found, disguised.at.looks_like);
            let message = format!("`{}` mixes scripts: one of its letters only looks like `{like}`", disguised.word);
            let finding = out.at(disguised.span, message);
            let finding =
                finding.note(format!("it is `{found}`, U+{:04X}, and not U+{:04X}", u32::from(found), u32::from(like)));
            drop(finding.help("type the word again in one script"));
        }
    }
}
