//! STR012: two names in the store differ only in case.

use std::cmp::Ordering;

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::text::Span;

pub(super) struct CaseCollision;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "STR012", name: "case-collision" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "Two files or ids differ only in case",
    what: "Looks for two files whose paths, or two prompts whose ids, are the same but for capital and small letters.",
    why: "\
On Windows and macOS the two are one file: a clone has only one of them, and release tags of both overwrite each other.",
    how: "Rename one of the two.",
    bad: "\
//- prompts/Greeting.prompt.yaml
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
//- prompts/greeting.prompt.yaml
description: Greets a customer warmly.
messages:
  - role: user
    content: Say hello, warmly.
",
    good: "\
//- prompts/greeting-warm.prompt.yaml
description: Greets a customer warmly.
messages:
  - role: user
    content: Say hello, warmly.
//- prompts/greeting.prompt.yaml
description: Greets a customer.
messages:
  - role: user
    content: Say hello.
",
};

impl Rule for CaseCollision {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let paths =
            cx.store.files().map(|file| Named { name: file.path.as_str(), path: &file.path, place: Span::default() });
        for (one, other) in collisions(paths.collect()) {
            let message = format!("this file's path and `{}` differ only in case", one.name);
            drop(out.in_file(other.path, other.place, message).help("rename one of the two"));
        }
        let ids = cx.store.prompts().iter();
        let ids = ids.map(|prompt| Named { name: prompt.id.as_str(), path: &prompt.path, place: prompt.head });
        for (one, other) in collisions(ids.collect()) {
            // Where the paths collide too, that has been said.
            if !one.path.as_str().to_lowercase().eq(&other.path.as_str().to_lowercase()) {
                let message = format!("the ids `{}` and `{}` differ only in case", other.name, one.name);
                let finding =
                    out.in_file(other.path, other.place, message).note(format!("the other is in {}", one.path));
                drop(finding.help("rename one of the two files"));
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Named<'a> {
    name: &'a str,
    path: &'a StorePath,
    place: Span,
}

/// Pairs of neighbours that differ, but only in case.
fn collisions(mut all: Vec<Named<'_>>) -> Vec<(Named<'_>, Named<'_>)> {
    all.sort_by(|a, b| ignoring_case(a.name, b.name).then_with(|| a.name.cmp(b.name)).then_with(|| a.path.cmp(b.path)));
    let pairs = all.windows(2).filter(|pair| pair[0].name != pair[1].name);
    pairs.filter(|pair| ignoring_case(pair[0].name, pair[1].name).is_eq()).map(|pair| (pair[0], pair[1])).collect()
}

fn ignoring_case(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    a.chars().flat_map(char::to_lowercase).cmp(b.chars().flat_map(char::to_lowercase))
}
