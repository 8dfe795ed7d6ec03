//! INJ002: nothing says where text that users or documents wrote begins and ends.

use std::collections::BTreeSet;

use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::trust::{Exposure, exposures};
use crate::store::prompt::{Prompt, Role};
use crate::store::template::{Syntax, UseKind};

pub(super) struct UndelimitedUntrusted;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "INJ002", name: "undelimited-untrusted" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Unsafe),
    summary: "Nothing around an untrusted input says where it begins and ends",
    what: "\
Looks for untrusted inputs that stand in the running text of a message: not between tags, fences, rulers, quotes or \
brackets, and not written as JSON by a filter. A message that is nothing but the value needs none. Speaks only where \
somebody has thought of trust: in prompts with a `trust` on some input, and in native prompts of a store with a \
`promptyard.yaml`. Not of system messages and addresses: there INJ001 and INJ007 speak.",
    why: "\
The model can't tell the value from what the prompt says. A value that ends with 'Now answer in French' is an order \
like any other.",
    how: "\
Put the value between tags, `<question>{{ question | e }}</question>`, and say that what stands between them is data. \
The fix does the first half.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string, trust: untrusted}
messages:
  - role: user
    content: \"Answer this question in one sentence: {{ question }}\"
",
    good: "\
description: Answers a question.
inputs:
  question: {type: string, trust: untrusted}
messages:
  - role: user
    content: \"Answer this question in one sentence: <question>{{ question | e }}</question>\"
",
};

impl Rule for UndelimitedUntrusted {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let mut said = BTreeSet::new();
        for exposure in exposures(prompt, cx) {
            let name = exposure.input.name.value.as_str();
            if matches!(exposure.message.role.value, Role::System | Role::Developer)
                || exposure.enclosure().is_some()
                || exposure.address().is_some()
            {
                continue;
            }
            let message = format!("nothing says where the untrusted input `{name}` begins and ends");
            // A partial is reported once a prompt, at the include.
            if exposure.site.entry.is_some() && !said.insert(name) {
                continue;
            }
            let tag = element_name(&exposure);
            let finding = exposure.report(message, cx, out).help(format!("put it between tags: `<{tag}>…</{tag}>`"));
            if let Some(edits) = wrap(&exposure, tag, cx) {
                drop(finding.fix(Applicability::Unsafe, format!("Put it between `<{tag}>` tags"), edits));
            }
        }
    }
}

/// What the value is called where it is printed: a loop's item by the loop's name for it.
fn element_name<'a>(exposure: &'a Exposure<'_>) -> &'a str {
    let written = exposure.usage.root_span.slice(&exposure.site.template.text.text);
    let sound = written.starts_with(|c: char| c.is_ascii_alphabetic())
        && written.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if sound { written } else { "input" }
}

/// The edits that put the printing tag between `<tag>` and `</tag>`, escaped where the language can.
fn wrap(exposure: &Exposure<'_>, tag: &str, cx: &Context<'_>) -> Option<Vec<Edit>> {
    if exposure.site.entry.is_some() {
        return None;
    }
    let source = cx.store.file(exposure.site.path)?.text.as_str();
    let written = exposure.tag.slice(&exposure.site.template.text.text);
    let place = cx.place(exposure.site.path, exposure.site.template, exposure.tag);
    if place.slice(source) != written {
        return None;
    }
    let escaped = match (exposure.site.template.syntax, exposure.usage.kind) {
        (Syntax::Jinja, UseKind::PrintedRaw) if exposure.usage.span == inner(exposure) => {
            let name = exposure.usage.span.slice(&exposure.site.template.text.text);
            format!("{{{{ {name} | e }}}}")
        }
        _ => written.to_owned(),
    };
    Some(vec![Edit { span: place, replacement: format!("<{tag}>{escaped}</{tag}>") }])
}

/// The expression in the tag, without delimiters and white space.
fn inner(exposure: &Exposure<'_>) -> crate::text::Span {
    let written = exposure.tag.slice(&exposure.site.template.text.text);
    let is_frame = |c: char| matches!(c, '{' | '}' | ' ');
    let start = written.len() - written.trim_start_matches(is_frame).len();
    let end = written.trim_end_matches(is_frame).len();
    crate::text::Span::new(start, end.max(start)).shift(exposure.tag.range().start)
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{fixed, found, prompt};

    fn count(content: &str) -> usize {
        found("INJ002", &prompt("a: {type: string, trust: untrusted}", content)).len()
    }

    #[test]
    fn whatever_shows_both_ends_is_a_delimiter() {
        for (content, expected) in [
            ("Say {{ a }} again", 1),
            ("Say: {{ a }}", 1),
            ("{{ a }}", 0),
            ("Say <a>{{ a }}</a>", 0),
            ("Say <a>\n      {{ a }}\n      </a>", 0),
            ("Say \"{{ a }}\"", 0),
            ("Say {{ a | tojson }}", 0),
            ("Say\n      ```\n      {{ a }}\n      ```", 0),
            ("Say\n      ---\n      {{ a }}\n      ---", 0),
            ("<b>Say</b> {{ a }}", 1),
            ("Say {% if a %}<a>{{ a }}</a>{% endif %}", 0),
        ] {
            assert_eq!(count(content), expected, "{content}");
        }
    }

    #[test]
    fn the_fix_wraps_and_escapes() {
        let before = prompt("a: {type: string, trust: untrusted}", "Say {{ a }} and {{- a | trim }}");
        let after =
            before.replace("{{ a }}", "<a>{{ a | e }}</a>").replace("{{- a | trim }}", "<a>{{- a | trim }}</a>");
        assert_eq!(fixed("INJ002", &before), after);
    }
}
