//! STY005: a prompt asks for two things that exclude each other.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::{Prompt, Role};
use crate::store::template::Template;
use crate::text::{LineIndex, Span};

pub(super) struct ContradictingInstruction;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STY005", name: "contradicting-instruction" },
    severity: Severity::Info,
    default: false,
    fix: None,
    summary: "A prompt asks for two things that exclude each other",
    what: "\
Looks in system, developer and user messages for pairs from a small list: 'only JSON' and 'use Markdown', 'be concise' \
and 'in great detail', 'use emojis' and 'no emojis', 'one sentence' and 'several paragraphs'. Off by default: a prompt \
may ask for one in the summary and for the other in the body.",
    why: "The model follows one of the two, and not always the same.",
    how: "Remove one, or say when each holds.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: system
    content: Be concise. Explain each step in great detail.
  - role: user
    content: \"{{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: system
    content: Be concise. Leave out what the reader knows.
  - role: user
    content: \"{{ question }}\"
",
};

/// Phrases of one sense, by the sense. Senses stand in pairs: 0 and 1 exclude each other, 2 and 3, and so on.
const PHRASES: [(&str, u8); 37] = [
    ("be concise", 0),
    ("be brief", 0),
    ("keep it short", 0),
    ("keep your answer short", 0),
    ("answer briefly", 0),
    ("in great detail", 1),
    ("be as detailed as possible", 1),
    ("be thorough and exhaustive", 1),
    ("be verbose", 1),
    ("as long as possible", 1),
    ("only json", 2),
    ("only valid json", 2),
    ("only a json", 2),
    ("json only", 2),
    ("nothing but json", 2),
    ("use markdown", 3),
    ("in markdown", 3),
    ("output markdown", 3),
    ("no emoji", 4),
    ("do not use emoji", 4),
    ("don't use emoji", 4),
    ("avoid emoji", 4),
    ("use emojis to", 5),
    ("include emojis", 5),
    ("add emojis", 5),
    ("in one sentence only", 6),
    ("in exactly one sentence", 6),
    ("in a single sentence", 6),
    ("several paragraphs", 7),
    ("multiple paragraphs", 7),
    ("do not use bullet points", 8),
    ("don't use bullet points", 8),
    ("no bullet points", 8),
    ("use bullet points", 9),
    ("as bullet points", 9),
    ("in bullet points", 9),
    ("as a bulleted list", 9),
];

static AUTOMATON: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let phrases = PHRASES.iter().map(|(phrase, _)| phrase);
    let mut builder = AhoCorasick::builder();
    // 'do not use bullet points' is not 'use bullet points'.
    builder.ascii_case_insensitive(true).match_kind(aho_corasick::MatchKind::LeftmostLongest);
    builder.build(phrases).expect("because a handful of short patterns is within every limit")
});

impl Rule for ContradictingInstruction {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let mut first: [Option<(&Template, Span)>; 10] = [None; 10];
        for message in &prompt.messages {
            let Some(template) = prompt.templates.get(message.template) else { continue };
            if !matches!(message.role.value, Role::System | Role::Developer | Role::User) {
                continue;
            }
            let text = message.range.slice(&template.text.text);
            for found in AUTOMATON.find_iter(text) {
                let sense = usize::from(PHRASES[found.pattern().as_usize()].1);
                let span = Span::new(found.start(), found.end()).shift(message.range.range().start);
                if first[sense].is_some() || text[..found.start()].ends_with(char::is_alphanumeric) {
                    continue;
                }
                first[sense] = Some((template, span));
                if let Some((other, place)) = first[sense ^ 1] {
                    let source = cx.store.file(&prompt.path).map_or("", |file| file.text.as_str());
                    let place = cx.place(&prompt.path, other, place);
                    let line = LineIndex::new(source).line_of(place.start) + 1;
                    let message = format!(
                        "`{}` contradicts `{}` in line {line}",
                        span.slice(&template.text.text),
                        place.slice(source)
                    );
                    out.at(cx.place(&prompt.path, template, span), message)
                        .label(place, "the other one")
                        .help("remove one, or say when each holds");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::fixture::{found, prompt};

    #[test]
    fn senses_stand_in_pairs() {
        let most = PHRASES.iter().map(|(_, sense)| *sense).max();
        assert_eq!(most, Some(9));
        assert!((0..10).all(|sense| PHRASES.iter().any(|(_, known)| *known == sense)));
    }

    #[test]
    fn both_sides_have_to_be_there() {
        for (content, expected) in [
            ("Be concise. Use bullet points.", 0),
            ("Return only JSON. Use Markdown for the text.", 1),
            ("Do not use bullet points.", 0),
            ("No bullet points. Be brief. Answer in bullet points.", 1),
            ("Be brief. Be brief. Do it in great detail, in great detail.", 1),
        ] {
            assert_eq!(found("STY005", &prompt("", content)).len(), expected, "{content}");
        }
    }
}
