//! MOD002: an id that the provider points at another model from time to time.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::families::{Moving, moving};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::path::StorePath;
use crate::store::prompt::{Dialect, Prompt};
use crate::text::Spanned;

pub(super) struct MovingAlias;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "MOD002", name: "moving-alias" },
    severity: Severity::Warning,
    default: true,
    fix: None,
    summary: "A model's id is an alias that the provider moves",
    what: "\
Looks, in a store with a `promptyard.yaml`, at entries of the model registry and at native prompts that name a \
provider's id: for `latest`, and for the undated ids that their provider documents as aliases (`gpt-4o`, \
`claude-sonnet-4-5`, `gemini-2.0-flash`). Ids that are documented as stable are none.",
    why: "\
The day on which the provider moves the alias, users get other answers: without a commit, without a release, and \
without anything to roll back to.",
    how: "Name the snapshot, `gpt-4o-2024-11-20`, and move on by a release that was measured.",
    bad: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-4o
",
    good: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-4o-2024-11-20
",
};

impl Rule for MovingAlias {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        let is_ours = prompt.dialect == Dialect::Native && cx.store.config().path.is_some();
        if let Some(model) = prompt.model.as_ref().filter(|_| is_ours)
            && cx.store.model(&model.value).is_none()
        {
            report(model, &prompt.path, out);
        }
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        for entry in cx.store.models() {
            if let Some(model) = &entry.model {
                report(model, &entry.path, out);
            }
        }
    }
}

fn report(model: &Spanned<String>, path: &StorePath, out: &Sink<'_>) {
    let id = model.value.as_str();
    let (message, help) = match moving(id) {
        None => return,
        Some(Moving::Latest) => {
            (format!("`{id}` is whatever is latest at the time of the call"), "name a snapshot".to_owned())
        }
        Some(Moving::Alias(snapshot)) => (
            format!("`{id}` is an alias, which its provider moves to newer snapshots"),
            format!("name a snapshot, such as `{snapshot}`"),
        ),
    };
    out.in_file(path, model.span, message).help(help);
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn prompts_of_other_stores_and_names_of_the_registry_are_left_alone() {
        let prompt = "model: gpt-4o\nmessages: [{role: user, content: Hi}]\n";
        assert_eq!(found("MOD002", prompt), Vec::<String>::new());
        let ours = format!("//- promptyard.yaml\nversion: 1\n//- prompts/a.prompt.yaml\n{prompt}");
        assert_eq!(found("MOD002", &ours).len(), 1);
        let registered = format!("{ours}//- models/chat.yaml\nprovider: openai\nmodel: a-1\naliases: [gpt-4o]\n");
        assert_eq!(found("MOD002", &registered), Vec::<String>::new());
    }
}
