//! STY004: a message gives the same instruction twice.

use std::collections::BTreeMap;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::{Message, Prompt, Role};
use crate::store::template::{TagKind, Template};
use crate::text::{LineIndex, Span};

pub(super) struct RepeatedInstruction;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STY004", name: "repeated-instruction" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "A message gives the same instruction twice",
    what: "\
Looks for lines of at least six words that stand twice in one system, developer or user message, list marks and case \
aside. Headings, tables, code, quoted text and lines with placeholders are left out, as are lines with a template's \
block between them: they may be alternatives.",
    why: "It costs tokens on every call, and sooner or later one of the two is changed and they contradict each other.",
    how: "Remove one. Where it is repeated at the end on purpose, say it in other words, so that it shows.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: system
    content: |
      Answer in at most three short sentences, please.
      Never promise a refund.
      - Answer in at most three short sentences, please.
  - role: user
    content: \"{{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: system
    content: |
      Answer in at most three short sentences, please.
      Never promise a refund.
  - role: user
    content: \"{{ question }}\"
",
};

/// Words of a line that somebody would notice.
const LEAST_WORDS: usize = 6;

impl Rule for RepeatedInstruction {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for message in &prompt.messages {
            if !matches!(message.role.value, Role::System | Role::Developer | Role::User) {
                continue;
            }
            let Some(template) = prompt.templates.get(message.template) else { continue };
            if may_repeat(message.range.slice(&template.text.text)) {
                report(prompt, message, template, cx, out);
            }
        }
    }
}

/// Whether two lines may be equal: a Bloom filter on the stack, for most messages have none.
fn may_repeat(text: &str) -> bool {
    let mut seen = [0_u64; 128];
    instructions(text).any(|(_, line)| {
        let hash = sketch(line);
        let two = [hash >> 51, (hash >> 38) & 0x1fff];
        let known = two.iter().all(|bit| seen[(bit >> 6) as usize] & (1 << (bit & 63)) != 0);
        two.iter().for_each(|bit| seen[(bit >> 6) as usize] |= 1 << (bit & 63));
        known
    })
}

/// A hash of the length and both ends: equal for lines that differ in case only, and soon computed.
fn sketch(line: &str) -> u64 {
    let word = |bytes: Option<&[u8; 8]>| bytes.map_or(0, |bytes| u64::from_le_bytes(*bytes) | 0x2020_2020_2020_2020);
    let ends = [word(line.as_bytes().first_chunk()), word(line.as_bytes().last_chunk()), line.len() as u64];
    ends.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, word| {
        (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    })
}

fn report(prompt: &Prompt, message: &Message, template: &Template, cx: &Context<'_>, out: &Sink<'_>) {
    let text = message.range.slice(&template.text.text);
    let mut seen: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    // The last repeated line and the one that it repeats, by number.
    let mut last = None;
    let mut said = 0;
    for (number, (at, line)) in instructions(text).enumerate() {
        let Some(&(first_number, first)) = seen.get(&line.to_ascii_lowercase()) else {
            seen.insert(line.to_ascii_lowercase(), (number, at));
            continue;
        };
        // A passage that is repeated is one finding, at its first line.
        let goes_on = last.replace((number + 1, first_number + 1)) == Some((number, first_number));
        if goes_on {
            continue;
        }
        let place = |at: usize| Span::new(at, at + line.len()).shift(message.range.range().start);
        let (first, second) = (place(first), place(at));
        let mut blocks = template.analysis.tags.iter().filter(|tag| tag.kind == TagKind::Block);
        if blocks.any(|tag| first.start <= tag.span.start && tag.span.start < second.end) {
            continue;
        }
        let first = cx.place(&prompt.path, template, first);
        let source = cx.store.file(&prompt.path).map_or("", |file| file.text.as_str());
        let number = LineIndex::new(source).line_of(first.start) + 1;
        out.at(cx.place(&prompt.path, template, second), format!("this instruction stands in line {number} already"))
            .help("remove one of the two");
        said += 1;
        if said == limit::FINDINGS {
            return;
        }
    }
}

/// The lines that may be instructions, without list marks, with their offsets.
fn instructions(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    let mut in_code = false;
    text.split_inclusive('\n').filter_map(move |line| {
        let at = start;
        start += line.len();
        let trimmed = line.trim();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            in_code = !in_code;
        }
        // Four spaces are Markdown's code.
        if in_code || line.starts_with("    ") || trimmed.starts_with(['#', '|', '`', '<', '>', '"', '{', '[', '/']) {
            return None;
        }
        let is_mark = |c: char| matches!(c, '-' | '*' | '+' | '•' | '.' | ')' | ' ' | '\t') || c.is_ascii_digit();
        let said = trimmed.trim_start_matches(is_mark);
        let is_instruction = said.starts_with(char::is_alphabetic)
            && memchr::memchr3(b'{', b'|', b'=', said.as_bytes()).is_none()
            && said.split_whitespace().nth(LEAST_WORDS - 1).is_some();
        let offset = at + (line.len() - line.trim_start().len()) + (trimmed.len() - said.len());
        is_instruction.then_some((offset, said))
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{found, prompt};

    #[test]
    fn only_whole_instructions_count() {
        let line = "Answer in at most three short sentences.";
        for (content, expected) in [
            (format!("{line}\n      {line}"), 1),
            (format!("{line}\n      {line} Really.\n      x\n      {line}\n      {line} Really."), 1),
            (format!("{line}\n      2. {line}"), 1),
            (format!("{line}\n      {}", line.to_uppercase()), 1),
            (format!("{line}\n      Answer in at most four short sentences."), 0),
            ("Be brief.\n      Be brief.".to_owned(), 0),
            (format!("# {line}\n      # {line}"), 0),
            (format!("```\n      {line}\n      ```\n      {line}"), 0),
            (format!("{{% if a %}}\n      {line}\n      {{% else %}}\n      {line}\n      {{% endif %}}"), 0),
        ] {
            assert_eq!(found("STY004", &prompt("a: {}", &content)).len(), expected, "{content}");
        }
    }
}
