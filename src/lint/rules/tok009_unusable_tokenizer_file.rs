//! TOK009: a registry entry names a tokenizer file by which nothing can be counted.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::references;
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::store::model::Model;
use crate::store::vocabulary::VocabularyError;
use crate::store::{SourceFile, Store};
use crate::tokens::tokenizer::{LocalError, local};

pub(super) struct UnusableTokenizerFile;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "TOK009", name: "unusable-tokenizer-file" },
    severity: Severity::Error,
    default: true,
    fix: None,
    summary: "A registry entry names a tokenizer file by which nothing can be counted",
    what: "\
Resolves the file of `tokenizer: {file: ...}`: from the store's root, then from the entry's folder. It must be there, have \
at most 32 MiB, and a `.tiktoken` file needs a `pattern` beside it. The file is read, and its format checked, only where a \
prompt of that model has a budget.",
    why: "\
Tokens are then estimated, though somebody took care that they can be counted: budgets are checked against a guess.",
    how: "\
Correct the path or add the file. A `.tiktoken` file has one token a line, its bytes in base64, a space and its rank, and \
has each single byte as a token; say with `pattern` how text is cut before: `pattern: cl100k_base`.",
    bad: "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: self-hosted
model: support-chat-2026-03
recorded_at: 2026-03-12
checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
tokenizer: {file: tokenizers/chat.tiktoken, pattern: cl100k_base}
context_window: 8000
max_output_tokens: 4000
",
    good: "\
//- promptyard.yaml
version: 1
//- tokenizers/chat.tiktoken
IQ== 0
Ig== 1
//- models/chat.yaml
provider: self-hosted
model: support-chat-2026-03
recorded_at: 2026-03-12
checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
tokenizer: {file: tokenizers/chat.tiktoken, pattern: cl100k_base}
context_window: 8000
max_output_tokens: 4000
",
};

impl Rule for UnusableTokenizerFile {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn file(&self, file: &SourceFile, cx: &Context<'_>, out: &Sink<'_>) {
        let Some(model) = cx.store.models().find(|model| model.path == file.path) else { return };
        let Some(named) = &model.tokenizer_file else { return };
        let error = match local(model, cx.store) {
            Some(Ok((file, _))) if counts_against_budget(model, cx.store) => cx.store.vocabulary(file).err().cloned(),
            Some(Ok(_)) | None => None,
            Some(Err(LocalError::File(error))) => Some(error),
            Some(Err(error @ LocalError::NoPattern(_))) => {
                out.at(named.file.span, error.to_string())
                    .help("name the encoding that cuts text in the same way: `pattern: cl100k_base`");
                return;
            }
        };
        match error {
            // Another build of this program counts by it: TOK006 says so where a budget depends on it.
            None | Some(VocabularyError::NeedsFeature(_)) => {}
            Some(VocabularyError::NotInStore(_)) => {
                references::report_missing(&named.file, "tokenizer file", &model.path, cx, out);
            }
            Some(error @ VocabularyError::TooLarge { .. }) => {
                out.at(named.file.span, error.to_string()).help("name the vocabulary alone, without weights");
            }
            Some(error @ VocabularyError::Unusable { .. }) => {
                out.at(named.file.span, error.to_string())
                    .help("a `.tiktoken` file has one token a line: its bytes in base64, a space, its rank");
            }
        }
    }
}

fn counts_against_budget(model: &Model, store: &Store) -> bool {
    store.prompts().iter().any(|prompt| {
        let budget = &prompt.budget;
        let has_one = budget.max_prompt_tokens.is_some() || budget.max_cost_usd.is_some();
        has_one && store.model_of(prompt).is_some_and(|of_prompt| of_prompt.id == model.id)
    })
}
