//! TPL017: a template leaves the subset that every engine renders alike.

use std::collections::BTreeMap;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::prompt::{Input, Prompt};
use crate::store::template::jinja::portable;
use crate::store::template::{Syntax, Template, UseKind};
use crate::store::usage::inputs_by_name;
use crate::store::{FileKind, SourceFile};
use crate::text::Span;

pub(super) struct UnportableTemplate;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TPL017", name: "unportable-template" },
    severity: Severity::Info,
    default: false,
    fix: None,
    summary: "A template uses what Jinja's engines do not share",
    what: "\
Looks for constructs that Python's Jinja2, nunjucks and this program's engine do not all have or do not all treat alike: \
most methods and many filters, `namespace`, `set` in a loop, `{% with %}`, slices, division; and for truth values, lists \
and mappings that are printed as they are, or a list that is tested for having items. For those who render a bundle with \
an engine of their own, so select it where that matters.",
    why: "The prompt that was reviewed here is then another one there, or fails to render.",
    how: "Use what the engines share, or work the value out in the application and pass it as an input.",
    bad: "\
description: Greets a customer.
inputs:
  name: {type: string}
messages:
  - role: user
    content: \"Dear {{ name.upper() }}\"
",
    good: "\
description: Greets a customer.
inputs:
  name: {type: string}
messages:
  - role: user
    content: \"Dear {{ name | upper }}\"
",
};

impl Rule for UnportableTemplate {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        if let (FileKind::Partial, Some(template)) = (file.kind, &file.template) {
            report(&file.path, template, cx, out);
        }
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let inputs = inputs_by_name(prompt);
        for template in prompt.templates.iter().filter(|template| template.syntax == Syntax::Jinja) {
            report(&prompt.path, template, cx, out);
            report_by_type(prompt, template, &inputs, cx, out);
        }
    }
}

fn report(path: &StorePath, template: &Template, cx: &Context<'_>, out: &Sink<'_>) {
    if template.syntax != Syntax::Jinja {
        return;
    }
    for departure in portable::departures(&template.text.text).into_iter().take(limit::FINDINGS) {
        out.at(cx.place(path, template, departure.span), format!("{} is not portable", departure.construct))
            .note(departure.reason)
            .help("use what the engines share, or pass the value as an input");
    }
}

/// Reports what only the declared type of an input shows.
fn report_by_type(
    prompt: &Prompt,
    template: &Template,
    inputs: &BTreeMap<&str, &Input>,
    cx: &Context<'_>,
    out: &Sink<'_>,
) {
    let whole = template.analysis.uses.iter().filter(|usage| usage.path.is_empty() && !usage.through_binding);
    // What goes through a filter is another value.
    let text: &str = &template.text.text;
    let filtered = |span: Span| text.get(span.range().end..).is_some_and(|rest| rest.trim_start().starts_with('|'));
    for usage in whole.filter(|usage| !filtered(usage.span)).take(limit::FINDINGS) {
        let kind = inputs.get(usage.root.as_str()).and_then(|input| input.schema.get("type")?.as_str());
        let (what, reason, help) = match (usage.kind, kind) {
            (UseKind::PrintedRaw, Some("boolean")) => {
                ("a printed truth value", "it reads `True` or `true`", "write `{{ 'yes' if x else 'no' }}`")
            }
            (UseKind::PrintedRaw, Some("number")) => {
                ("a printed number", "a whole one reads `2.0` or `2`", "pass it as a text, or as an integer")
            }
            (UseKind::PrintedRaw, Some("array" | "object")) => {
                ("a printed list or mapping", "each engine prints it in its host language's way", "loop over it")
            }
            (UseKind::Tested, Some("array" | "object")) => (
                "a list or mapping as a condition",
                "an empty one is false in Python and true in JavaScript",
                "test its length: `{% if x | length %}`",
            ),
            _ => continue,
        };
        let place = cx.place(&prompt.path, template, usage.span);
        out.at(place, format!("{what} is not portable")).note(reason).help(help);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::{found, prompt};

    #[test]
    fn types_show_what_the_template_alone_does_not() {
        let inputs =
            "flag: {type: boolean}, tags: {type: array}, n: {type: integer}, x: {type: number}, s: {type: string}";
        for (content, expected) in [
            ("{{ flag }}", 1),
            ("{{ tags }}", 1),
            ("{% if tags %}a{% endif %}", 1),
            ("{{ x }}", 1),
            ("{{ n }}{{ s }}{% if flag %}a{% endif %}{% if tags | length %}b{% endif %}{{ tags | join(', ') }}", 0),
            ("{% for tag in tags %}{{ tag }}{% endfor %}", 0),
        ] {
            assert_eq!(found("TPL017", &prompt(inputs, content)).len(), expected, "{content}");
        }
    }
}
