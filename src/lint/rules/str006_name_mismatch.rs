//! STR006: a prompt's `name` contradicts its path.

use crate::diagnostic::{Applicability, Edit, RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::prompt::{Dialect, Prompt};

pub(super) struct NameMismatch;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR006", name: "name-mismatch" },
    severity: Severity::Warning,
    default: true,
    fix: Some(Applicability::Safe),
    summary: "A prompt's `name` is the id of another file",
    what: "\
Looks for names that are written like an id (`answer`, `support/answer`) and are neither the file's name, nor its folder's, \
nor the end of its id. Titles, which have spaces or capital letters, are left alone. In other dialects the name is often another \
tool's own, so that it is a note there, only in a store with a `promptyard.yaml`, and the fix is unsafe.",
    why: "\
A prompt is identified by its path: releases and routes name it so. A name that looks like another path, mostly left over \
from a copied file, leads everybody who searches for it to the wrong prompt.",
    how: "Remove `name`, make it a title, or give it the file's name.",
    bad: "\
//- prompts/farewell.prompt.yaml
name: greeting
description: Says goodbye to a customer.
messages:
  - role: user
    content: Say goodbye.
",
    good: "\
//- prompts/farewell.prompt.yaml
name: farewell
description: Says goodbye to a customer.
messages:
  - role: user
    content: Say goodbye.
",
};

impl Rule for NameMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(name) = &prompt.name else { return };
        let is_native = prompt.dialect == Dialect::Native;
        let is_judged = is_native || cx.store.config().path.is_some();
        if !is_judged || !looks_like_id(&name.value) || names_it(&name.value, prompt) {
            return;
        }
        let own = prompt.id.last_segment();
        let (severity, applicability) = match is_native {
            true => (Severity::Warning, Applicability::Safe),
            false => (Severity::Info, Applicability::Unsafe),
        };
        let finding = out
            .at(name.span, format!("the name `{}` is not that of this file", name.value))
            .severity(severity)
            .note_at_span(format!("the file's id ends in `{own}`"))
            .help("remove `name`, make it a title, or give it the file's name");
        // Quotes and block scalars are mended by hand.
        let text = cx.store.file(&prompt.path).map_or("", |file| file.text.as_str());
        if name.span.slice(text) == name.value && looks_like_id(own) {
            let edits = vec![Edit { span: name.span, replacement: own.to_owned() }];
            drop(finding.fix(applicability, format!("Change the name to `{own}`"), edits));
        }
    }
}

/// Whether a name was written to be an id: one alone is any word in small letters.
fn looks_like_id(name: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/_.-".contains(&byte);
    !name.is_empty() && name.bytes().all(belongs) && name.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn names_it(name: &str, prompt: &Prompt) -> bool {
    let slug = |text: &str| text.replace(['_', '.'], "-").to_ascii_lowercase();
    let name = slug(name);
    let is_end_of =
        |path: &str| path.strip_suffix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    let file_name = prompt.path.file_name();
    let stem = file_name.split('.').next().unwrap_or(file_name);
    [slug(prompt.id.as_str()), slug(prompt.path.folder()), slug(stem)].iter().any(|path| is_end_of(path))
}
