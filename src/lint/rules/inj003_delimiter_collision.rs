//! INJ003: the delimiter around a value can stand in the value.

use std::collections::BTreeSet;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::trust::{Enclosure, exposures};
use crate::store::prompt::Prompt;
use crate::store::template::Syntax;

pub(super) struct DelimiterCollision;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "INJ003", name: "delimiter-collision" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "An untrusted input can close the delimiter that is around it",
    what: "\
Looks for untrusted inputs that are printed as they are between tags (`<text>…</text>`) or fences (three backticks, \
three quotes) and that nothing escapes. Speaks only where somebody has thought of trust: in prompts with a `trust` on \
some input, and in native prompts of a store with a `promptyard.yaml`.",
    why: "\
A value that contains `</text>` ends the part that the prompt calls data. What follows stands where instructions stand.",
    how: "\
Between tags, escape the value: `{{ text | e }}` writes `<` as `&lt;`. Or write it as JSON, `{{ text | tojson }}`, which \
needs no other delimiter. A fence can't be escaped: use tags.",
    bad: "\
description: Sums up a text.
inputs:
  text: {type: string, trust: untrusted}
messages:
  - role: user
    content: \"Sum up: <text>{{ text }}</text>\"
",
    good: "\
description: Sums up a text.
inputs:
  text: {type: string, trust: untrusted}
messages:
  - role: user
    content: \"Sum up: <text>{{ text | e }}</text>\"
",
};

impl Rule for DelimiterCollision {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let mut said = BTreeSet::new();
        for exposure in exposures(prompt, cx) {
            if !exposure.is_unescaped() {
                continue;
            }
            let (closing, is_element) = match exposure.enclosure() {
                Some(Enclosure::Element(name)) => (format!("</{name}>"), true),
                Some(Enclosure::Fence(fence)) => (fence.to_owned(), false),
                _ => continue,
            };
            let name = exposure.input.name.value.as_str();
            if !said.insert((name, closing.clone())) {
                continue;
            }
            let message = format!("the untrusted input `{name}` can contain `{closing}`, which ends what is around it");
            let written = exposure.usage.span.slice(&exposure.site.template.text.text);
            let help = match (exposure.site.template.syntax, is_element) {
                (Syntax::Jinja, true) => format!("escape it: `{{{{ {written} | e }}}}`"),
                (Syntax::Jinja, false) => format!("put it between tags and escape it: `{{{{ {written} | e }}}}`"),
                (Syntax::Handlebars, _) => format!("write it as JSON: `{{{{json {written}}}}}`"),
                _ => "escape it before it is passed".to_owned(),
            };
            drop(exposure.report(message, cx, out).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{found, prompt};

    #[test]
    fn escaping_prevents_it() {
        for (content, expected) in [
            ("Say <a>{{ a }}</a>", 1),
            ("Say <a>{{ a | trim }}</a>", 1),
            ("Say <a>{{ a | e }}</a>", 0),
            ("Say <a>{{ a | trim | escape }}</a>", 0),
            ("Say <a>{{ a | tojson }}</a>", 0),
            ("Say <a>{{ a | of_ours }}</a>", 0),
            ("Say \"\"\"{{ a }}\"\"\"", 1),
            ("Say {{ a }}", 0),
            ("Say <a>{{ a }}</a> <a>{{ a }}</a>", 1),
        ] {
            let store = prompt("a: {type: string, trust: untrusted}", content);
            assert_eq!(found("INJ003", &store).len(), expected, "{content}");
        }
    }
}
