//! STY003: a line that no screen shows.

use memchr::memchr_iter;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::{FileKind, SourceFile};
use crate::text::Span;

pub(super) struct OverlongLine;

/// Characters of the longest line that is no finding: a paragraph of four sentences.
const LONGEST: usize = 400;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STY003", name: "overlong-line" },
    severity: Severity::Info,
    default: false,
    fix: None,
    summary: "A line has more than 400 characters",
    what: "\
Looks for lines of more than 400 characters in prompts and partials. Off by default: many people write a paragraph a \
line.",
    why: "A change of one word shows as a change of the whole line, so that reviews miss it and merges conflict.",
    how: "Break the line: after a sentence in Markdown, or with YAML's `>-`, which joins lines by a space.",
    bad: "\
description: Greets a customer.
messages:
  - role: user
    content: \"Greet the customer by name and thank them for the order. Say in one sentence what happens next and when \
the parcel leaves the warehouse. If something in the order is delayed, say which part it is and for how long it is \
delayed. Never promise a refund, never promise a delivery date that is not in the order, and never mention other \
customers. End with an offer to help, and with the name of the shop. Use plain words and short sentences.\"
",
    good: "\
description: Greets a customer.
messages:
  - role: user
    content: Greet the customer by name and thank them for the order.
",
};

impl Rule for OverlongLine {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, _cx: &Context<'_>, out: &Sink<'_>) {
        if !matches!(file.kind, FileKind::Prompt | FileKind::Partial) {
            return;
        }
        let text = file.text.as_str();
        let ends = memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
        let mut start = 0;
        let mut said = 0;
        for end in ends {
            let line = &text[start.min(end)..end];
            // Characters are never more than bytes.
            let length = if line.len() > LONGEST { line.trim_end().chars().count() } else { 0 };
            if length > LONGEST {
                // The caret shows where it goes on after the limit.
                let at = line.char_indices().nth(LONGEST).map_or(start, |(at, _)| start + at);
                let message = format!("this line has {length} characters, more than {LONGEST}");
                out.at(Span::at(at), message).help("break it where a sentence ends");
                said += 1;
                if said == limit::FINDINGS {
                    return;
                }
            }
            start = end + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn characters_count_and_not_bytes() {
        for (line, expected) in
            [("é".repeat(400), 0), ("é".repeat(401), 1), ("a".repeat(400) + "    ", 0), (String::new(), 0)]
        {
            assert_eq!(found("STY003", &format!("//- AGENTS.md\nx\n{line}\n{line}")).len(), 2 * expected, "{line}");
        }
    }
}
