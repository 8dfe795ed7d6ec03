//! Keys that mean the same in every dialect that has metadata.

use super::fields::{Reader, present, text_of, unique_entries};
use super::{AllowEntry, Input, Prompt, ToolRef, Trust};
use crate::store::yaml::{Kind, NodeRef};
use crate::text::Spanned;

/// Reads `name`, `description`, `owners`, `tags`, `version`, `renamed_from` and `lint.allow`.
pub(super) fn read(prompt: &mut Prompt, root: NodeRef<'_>, reader: &mut Reader) {
    prompt.name = reader.text(root, "name");
    prompt.description = reader.text(root, "description");
    prompt.owners = reader.texts(root, "owners");
    prompt.tags = reader.texts(root, "tags");
    prompt.version = reader.text(root, "version");
    prompt.renamed_from = reader.texts(root, "renamed_from");
    prompt.allow = allow(root, reader);
}

fn allow(root: NodeRef<'_>, reader: &mut Reader) -> Vec<AllowEntry> {
    let Some(lint) = reader.mapping(root, "lint") else { return Vec::new() };
    let Some(list) = reader.list(lint, "allow") else { return Vec::new() };
    let mut entries = Vec::new();
    for item in list.items() {
        let rule = if item.kind() == Kind::Mapping { reader.text(item, "rule") } else { text_of(item) };
        let Some(rule) = rule else { continue };
        entries.push(AllowEntry {
            span: item.span(),
            rule,
            reason: reader.text(item, "reason"),
            until: reader.text(item, "until"),
            matches: reader.text(item, "match"),
        });
    }
    entries
}

/// Reads the entries of a mapping of model parameters into the prompt.
pub(super) fn parameters(prompt: &mut Prompt, node: NodeRef<'_>, reader: &Reader) {
    for entry in unique_entries(node) {
        let name = Spanned::new(entry.key.to_owned(), entry.key_span);
        prompt.parameters.push((name, reader.json(entry.value)));
    }
}

/// Reads what Promptyard adds to an input's schema, and its `default` and `required`, from the mapping that
/// describes it.
pub(super) fn input_additions(input: &mut Input, node: NodeRef<'_>, reader: &mut Reader) {
    input.default = node.get("default").map(|value| reader.json(value));
    input.example = node.get("example").map(|value| reader.json(value));
    input.max_tokens = present(node, "maxTokens").and_then(|value| Some(Spanned::new(value.as_u64()?, value.span())));
    if let Some(trust) = present(node, "trust") {
        input.trust = if trust.as_str() == Some("trusted") { Trust::Trusted } else { Trust::Untrusted };
        input.trust_span = Some(trust.span());
    }
    input.required = input.default.is_none();
    // In JSON Schema a `required` that lists names is about an object's properties, not about this value.
    if let Some(entry) = node.entry("required")
        && let Some(required) = entry.value.as_bool()
    {
        input.required = required;
        input.required_span = Some(entry.span());
    }
}

/// The tool that an item of a list of tools defines, by its name.
pub(super) fn inline_tool(item: NodeRef<'_>) -> Option<ToolRef> {
    let name = present(item, "name").or_else(|| present(item.get("function")?, "name"))?;
    text_of(name).map(ToolRef::Inline)
}
