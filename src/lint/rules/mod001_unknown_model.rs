//! MOD001: a name of the model registry that it does not have.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::suggest::nearest;
use crate::path::StorePath;
use crate::store::prompt::Prompt;
use crate::text::Spanned;

pub(super) struct UnknownModel;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "MOD001", name: "unknown-model" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A model is named that the registry does not have",
    what: "\
Looks, in a store with a `promptyard.yaml`, for names under `models/` that no file there has: in prompts, in \
`default_model`, in retrieval configurations. A name without the folder is reported where the registry has an entry \
of that name. A provider's own id is no name of the registry, and allowed.",
    why: "The prompt can't be released, bundled or priced: nobody knows which model it means.",
    how: "Correct the name, or add the entry: `promptyard new model support-chat`.",
    bad: "\
//- promptyard.yaml
version: 1
//- models/support-chat.yaml
provider: openai
model: gpt-4o-2024-11-20
//- prompts/answer.prompt.yaml
description: Greets a customer.
model: models/suport-chat
messages: [{role: user, content: Say hello.}]
",
    good: "\
//- promptyard.yaml
version: 1
//- models/support-chat.yaml
provider: openai
model: gpt-4o-2024-11-20
//- prompts/answer.prompt.yaml
description: Greets a customer.
model: models/support-chat
messages: [{role: user, content: Say hello.}]
",
};

impl Rule for UnknownModel {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        if let Some(model) = &prompt.model {
            report_unknown(model, &prompt.path, cx, out);
        }
    }

    fn store(&self, cx: &Context<'_>, out: &Sink<'_>) {
        let config = cx.store.config();
        if let (Some(path), Some(model)) = (&config.path, &config.default_model) {
            report_unknown(model, path, cx, out);
        }
        for retrieval in cx.store.retrievals() {
            if let Some(model) = retrieval.embedding.as_ref().and_then(|embedding| embedding.model.as_ref()) {
                report_unknown(model, &retrieval.path, cx, out);
            }
        }
    }
}

/// The folder of the registry: what begins so is a name of it.
const FOLDER: &str = "models/";

fn report_unknown(model: &Spanned<String>, path: &StorePath, cx: &Context<'_>, out: &Sink<'_>) {
    let name = model.value.as_str();
    if cx.store.config().path.is_none() || cx.store.model(name).is_some() {
        return;
    }
    let ids = || cx.store.models().map(|model| model.id.as_str());
    let meant = if name.starts_with(FOLDER) {
        nearest(name, ids())
    } else {
        let same = |id: &&str| id.strip_prefix(FOLDER) == Some(name);
        let Some(meant) = ids().find(same) else { return };
        Some(meant)
    };
    let mut finding = out.in_file(path, model.span, format!("the registry has no model `{name}`"));
    if let Some(meant) = meant {
        finding = finding.note_at_span(format!("did you mean `{meant}`?"));
    }
    let file = name.strip_prefix(FOLDER).unwrap_or(name);
    drop(finding.help(format!("correct the name, or add the file `{FOLDER}{file}.yaml`")));
}

#[cfg(test)]
mod tests {
    use crate::lint::fixture::found;

    #[test]
    fn only_names_of_the_registry_are_looked_up() {
        for (model, expected) in
            [("models/chat", 0), ("models/chta", 1), ("chat", 1), ("gpt-4o", 0), ("gpt-4o-2024-11-20", 0), ("older", 0)]
        {
            let store = format!(
                "//- promptyard.yaml\nversion: 1\ndefault_model: {model}\n//- models/chat.yaml\nprovider: openai\n\
                 model: gpt-4o-2024-11-20\naliases: [older]\n"
            );
            assert_eq!(found("MOD001", &store).len(), expected, "{model}");
        }
    }

    #[test]
    fn elsewhere_the_folder_is_a_providers_word() {
        assert_eq!(found("MOD001", "model: models/gemini-pro\nmessages: []\n"), Vec::<String>::new());
    }
}
