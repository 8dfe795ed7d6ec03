//! REF004: an include leads out of the store.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::prompt::Prompt;
use crate::store::template::Template;
use crate::store::usage::distinct_includes;
use crate::store::{FileKind, Resolved, SourceFile};

pub(super) struct IncludeOutsideStore;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "REF004", name: "include-outside-store" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "An include leads out of the store",
    what: "\
Looks at the names of included files: an absolute path, one that climbs above the store's root with `..`, and one \
that is a symbolic link are never followed.",
    why: "\
What stands outside is not under version control with the prompt: the same release would be another text on another \
machine, and a pull request could read any file of the machine that renders it.",
    how: "Move the text into the store and include it by its path from the store's root.",
    bad: "\
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: '{% include \"../../secrets.txt\" %} {{ question }}'
",
    good: "\
//- partials/house-style.md
Be brief.
//- prompts/example.prompt.yaml
description: Answers a question.
inputs:
  question: {type: string}
messages:
  - role: user
    content: '{% include \"partials/house-style.md\" %} {{ question }}'
",
};

impl Rule for IncludeOutsideStore {
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
    for include in distinct_includes(template).take(limit::FINDINGS) {
        if let Some(Resolved::Outside(reason)) = cx.store.resolve_include(path, template, include) {
            out.at(cx.place(path, template, include.span), "this include leads out of the store")
                .note(reason)
                .help("move the file into the store, and include it by its path from the store's root");
        }
    }
}
