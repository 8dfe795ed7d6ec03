//! REF003: no prompt includes a partial.

use std::collections::BTreeSet;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::usage::distinct_includes;
use crate::store::{FileKind, Resolved};
use crate::text::Span;

pub(super) struct UnusedPartial;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "REF003", name: "unused-partial" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "No prompt includes a partial",
    what: "\
Looks for files in the partials folder that no prompt includes, directly or through other partials. Silent in a store \
where some include's name is computed when it is rendered, where a template does not parse, and where there are no \
prompts.",
    why: "\
Somebody edits it in the belief that prompts change. Often it is what is left of a rename: the prompts include the \
other file.",
    how: "Include it, or delete it; git keeps it.",
    bad: "\
//- promptyard.yaml
version: 1
//- partials/house-style.md
Be brief.
//- prompts/example.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: <question>{{ question | e }}</question>\"
",
    good: "\
//- promptyard.yaml
version: 1
//- partials/house-style.md
Be brief.
//- prompts/example.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: '{% include \"partials/house-style.md\" %} Answer this: <question>{{ question | e }}</question>'
",
};

impl Rule for UnusedPartial {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let store = cx.store;
        let partials = || store.files().filter(|file| file.kind == FileKind::Partial && file.problems.is_empty());
        if store.prompts().is_empty() || partials().next().is_none() {
            return;
        }
        let mut reached: BTreeSet<StorePath> = BTreeSet::new();
        let mut pending: Vec<StorePath> = store.prompts().iter().map(|prompt| prompt.path.clone()).collect();
        while let Some(path) = pending.pop() {
            for template in store.templates_of(&path) {
                if !template.analysis.errors.is_empty() {
                    return;
                }
                for include in distinct_includes(template) {
                    match store.resolve_include(&path, template, include) {
                        None => return,
                        Some(Resolved::File(target)) => {
                            if reached.insert(target.clone()) {
                                pending.push(target);
                            }
                        }
                        Some(Resolved::Missing(_) | Resolved::Outside(_)) => {}
                    }
                }
            }
        }
        for file in partials().filter(|file| !reached.contains(&file.path)) {
            let first_line = file.text.find(['\r', '\n']).unwrap_or(file.text.len());
            out.in_file(&file.path, Span::new(0, first_line), "no prompt includes this file")
                .help("include it, or delete it");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn partials_that_only_unused_partials_include_are_unused_too() {
        let store = |include: &str| {
            format!(
                "\
//- promptyard.yaml
version: 1
//- partials/a.md
{{% include 'partials/b.md' %}}
//- partials/b.md
leaf
//- prompts/example.prompt.yaml
messages: [{{role: user, content: \"{include}\"}}]
"
            )
        };
        assert_eq!(found("REF003", &store("x")).len(), 2);
        assert_eq!(found("REF003", &store("{% include 'partials/b.md' %}")).len(), 1);
        assert_eq!(found("REF003", &store("{% include 'partials/a.md' %}")), Vec::<String>::new());
        assert_eq!(found("REF003", &store("{% include name %}")), Vec::<String>::new());
    }
}
