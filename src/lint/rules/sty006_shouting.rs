//! STY006: instructions in capital letters.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::Prompt;
use crate::text::Span;

pub(super) struct Shouting;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STY006", name: "shouting" },
    severity: Severity::Info,
    default: false,
    fix: None,
    summary: "An instruction is written in capital letters",
    what: "\
Looks for four or more words in a row in capital letters, of which at least two have four letters, outside of headings \
and code. Off by default: single words in capitals are a habit that works.",
    why: "\
Emphasis works by contrast. Where whole sentences shout, the model has no way to tell what matters, and newer models \
over-obey what is shouted.",
    how: "Write the sentence plainly, and say why it matters.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: system
    content: NEVER EVER MENTION OTHER CUSTOMERS in an answer.
  - role: user
    content: \"{{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: system
    content: Never mention other customers in an answer.
  - role: user
    content: \"{{ question }}\"
",
};

/// Words in a row that are a sentence and no name.
const LEAST: usize = 4;

impl Rule for Shouting {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for message in &prompt.messages {
            let Some(template) = prompt.templates.get(message.template) else { continue };
            let text = message.range.slice(&template.text.text);
            for span in shouts(text).take(limit::FINDINGS) {
                let place = cx.place(&prompt.path, template, span.shift(message.range.range().start));
                out.at(place, "this is written in capital letters").help("write it plainly, and say why it matters");
            }
        }
    }
}

/// The runs of words in capital letters, at most one a line.
fn shouts(text: &str) -> impl Iterator<Item = Span> {
    let mut start = 0;
    let mut in_code = false;
    text.split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        let trimmed = line.trim();
        in_code ^= trimmed.starts_with("```");
        if in_code || trimmed.starts_with(['#', '|']) {
            return None;
        }
        let run = run(line)?;
        // A line that is nothing else is a heading of somebody who knows no Markdown.
        let is_heading = run.len() >= trimmed.trim_end_matches(':').len() && !trimmed.ends_with(['.', '!']);
        (!is_heading).then(|| run.shift(at))
    })
}

fn run(line: &str) -> Option<Span> {
    let mut found: Option<Span> = None;
    let (mut words, mut long) = (0, 0);
    let mut after = 0;
    for word in line.split_inclusive(char::is_whitespace) {
        let at = after;
        after += word.len();
        let word = word.trim_end();
        if word.is_empty() {
            continue;
        }
        let letters = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_loud = letters.chars().any(char::is_uppercase)
            && !letters.chars().any(char::is_lowercase)
            && !letters.contains(['_', '{', '}', '<', '>', '/'])
            && !letters.contains(|c: char| c.is_ascii_digit());
        if is_loud {
            let span = Span::new(at, at + word.trim_end_matches(|c: char| !c.is_alphanumeric()).len());
            found = Some(found.map_or(span, |known| known.cover(span)));
            words += 1;
            long += usize::from(letters.chars().count() >= 4);
        }
        if !is_loud || word.ends_with(['.', '!', ';']) {
            if words >= LEAST && long >= 2 {
                return found;
            }
            (found, words, long) = (None, 0, 0);
        }
    }
    found.filter(|_| words >= LEAST && long >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_shout_and_words_do_not() {
        let found = |text: &str| shouts(text).map(|span| span.slice(text).to_owned()).collect::<Vec<_>>();
        for (text, expected) in [
            ("You must NEVER DO THAT AGAIN, ok", &["NEVER DO THAT AGAIN"][..]),
            ("NEVER do THAT", &[]),
            ("USA UK EU UN", &[]),
            ("# NEVER DO THAT AGAIN", &[]),
            ("OUTPUT INSTRUCTIONS AND MORE INSTRUCTIONS:\n", &[]),
            ("NEVER DO THAT AGAIN!", &["NEVER DO THAT AGAIN"]),
            ("```\nSELECT THIS FROM THAT x\n```", &[]),
            ("use MAX_TOKENS AND THAT_ONE AND THIS", &[]),
            ("ÜBER ALLES GEHT MUSIK nie", &["ÜBER ALLES GEHT MUSIK"]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
