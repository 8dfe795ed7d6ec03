//! TPL015: a block tag on a line of its own leaves an empty line in the prompt.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::prompt::Prompt;
use crate::store::template::{Syntax, Tag, TagKind, Template};
use crate::store::{FileKind, SourceFile};

pub(super) struct WhitespaceLeak;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL015", name: "whitespace-leak" },
    severity: Severity::Info,
    default: false,
    fix: None,
    summary: "A block tag on a line of its own leaves an empty line in the prompt",
    what: "\
Looks for Jinja block tags (`{% if %}`, `{% for %}`, `{% set %}`, ...) that have a line to themselves and no `-` at \
either end. The line's white space and its end stay in the text. One finding a template, at the first such tag. Off \
by default: most models don't mind.",
    why: "Empty lines cost tokens, once for each turn of a loop, and show the model structure where none is meant.",
    how: "Write `{%- if ... %}`, which takes the white space before the tag away.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: |
      {% if question %}
      Answer this: {{ question }}
      {%- endif %}
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: |
      {%- if question %}
      Answer this: {{ question }}
      {%- endif %}
",
};

impl Rule for WhitespaceLeak {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if let (FileKind::Partial, Some(template)) = (file.kind, &file.template) {
            report(&file.path, template, cx, out);
        }
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for template in &prompt.templates {
            report(&prompt.path, template, cx, out);
        }
    }
}

fn report(path: &StorePath, template: &Template, cx: &Context<'_>, out: &Sink<'_>) {
    if template.syntax != Syntax::Jinja {
        return;
    }
    let mut leaking = template.analysis.tags.iter().filter(|tag| leaks(tag, &template.text.text));
    let Some(first) = leaking.next() else { return };
    let others = leaking.count();
    let mut finding = out
        .at(cx.place(path, template, first.span), "this tag leaves an empty line in the prompt")
        .help("write `{%-` to take the white space before it away");
    if others > 0 {
        let rest = if others == 1 { "does another".to_owned() } else { format!("do {others} others") };
        finding = finding.note(format!("so {rest} in this text"));
    }
    drop(finding);
}

fn leaks(tag: &Tag, text: &str) -> bool {
    let written = tag.span.slice(text);
    let inner = written.trim_start_matches("{%").trim_end_matches("%}");
    if tag.kind != TagKind::Block || inner.starts_with('-') || inner.ends_with('-') {
        return false;
    }
    let before = &text[..tag.span.start as usize];
    let after = &text[tag.span.end as usize..];
    let line_start = before.trim_end_matches([' ', '\t']);
    let line_end = after.trim_start_matches([' ', '\t', '\r']);
    let prints = inner.trim_start_matches('+').trim_start().starts_with("include");
    !prints && (line_start.is_empty() || line_start.ends_with('\n')) && line_end.starts_with('\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::mapped::MappedText;

    #[test]
    fn only_tags_with_a_line_to_themselves_leak() {
        for (text, expected) in [
            ("a\n{% if x %}\nb\n{% endif %}\n", 2),
            ("a\n{%- if x %}\nb\n{%- endif %}\n", 0),
            ("a {% if x %}b{% endif %}\n", 0),
            ("{% include 'x' %}\n", 0),
            ("{% if x %}b{% endif %}", 0),
        ] {
            let template = Template::new(MappedText::verbatim(text, 0), Syntax::Jinja);
            let leaking = template.analysis.tags.iter().filter(|tag| leaks(tag, text)).count();
            assert_eq!(leaking, expected, "{text:?}");
        }
    }
}
