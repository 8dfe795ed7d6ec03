//! REF001: a template includes a file that the store does not have.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::limit;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::suggest::nearest;
use crate::path::StorePath;
use crate::store::prompt::Prompt;
use crate::store::template::{Include, Syntax, Template};
use crate::store::usage::distinct_includes;
use crate::store::{FileKind, Resolved, SourceFile, Store};

pub(super) struct MissingPartial;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "REF001", name: "missing-partial" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A template includes a file that the store does not have",
    what: "\
Resolves every `include`, `import` and `extends` of Jinja and every partial of Handlebars and Mustache whose name is \
written out. Includes that provide for absence (`ignore missing`) are none. In a store without configuration it is a \
warning, and for Handlebars partials, which applications may register by code, a note as long as the store has no \
partial of its own.",
    why: "\
The prompt can't be rendered, or is rendered without the text, and with it without the rules that stood there.",
    how: "\
Correct the name, or add the file. A name is looked for from the store's root, then from the including file's folder.",
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
  - role: system
    content: '{% include \"partials/house-style.md\" %} {% include \"partials/house-stile.md\" %}'
  - role: user
    content: \"{{ question }}\"
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
  - role: system
    content: '{% include \"partials/house-style.md\" %}'
  - role: user
    content: \"{{ question }}\"
",
};

impl Rule for MissingPartial {
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
    let includes = distinct_includes(template).filter(|include| !include.optional);
    for include in includes.take(limit::FINDINGS) {
        let Some(Resolved::Missing(tried)) = cx.store.resolve_include(path, template, include) else { continue };
        let name = include.target.as_deref().unwrap_or_default();
        let mut finding = out
            .at(cx.place(path, template, include.span), format!("the store has no `{name}` to include"))
            .severity(severity(template.syntax, cx.store));
        if let [first, others @ ..] = tried.as_slice() {
            let others = match others {
                [] => String::new(),
                [other] => format!(" and `{other}`"),
                others => format!(" and in {} more places", others.len()),
            };
            finding = finding.note(format!("looked at `{first}`{others}"));
        }
        if let Some(meant) = nearest_target(include, template.syntax, path, cx.store) {
            finding = finding.note_at_span(format!("did you mean `{meant}`?"));
        }
        finding.help("correct the name, or add the file");
    }
}

fn severity(syntax: Syntax, store: &Store) -> Severity {
    let configured = store.config().path.is_some();
    match syntax {
        Syntax::Handlebars | Syntax::Mustache if configured => Severity::Error,
        Syntax::Handlebars | Syntax::Mustache => {
            // A store that keeps partials as files most likely registers none by code.
            let has_partials = store.files().any(|file| file.kind == FileKind::Partial);
            if has_partials { Severity::Warning } else { Severity::Info }
        }
        _ if configured => Severity::Error,
        _ => Severity::Warning,
    }
}

/// The name, as an include writes it, of the partial whose name is closest.
fn nearest_target<'s>(include: &Include, syntax: Syntax, from: &StorePath, store: &'s Store) -> Option<&'s str> {
    let name = include.target.as_deref()?;
    let partials = store.files().filter(|file| file.kind == FileKind::Partial);
    let written = |file: &'s SourceFile| {
        let path = file.path.as_str();
        match syntax {
            Syntax::Handlebars | Syntax::Mustache => {
                let stem = file.path.file_name().split('.').next().unwrap_or_default();
                stem.strip_prefix('_').unwrap_or(stem)
            }
            // Relative to the including file where the name is written so.
            _ if name.contains('/') || from.folder().is_empty() => path,
            _ => path.strip_prefix(from.folder()).map_or(path, |rest| rest.trim_start_matches('/')),
        }
    };
    nearest(name, partials.map(written))
}
