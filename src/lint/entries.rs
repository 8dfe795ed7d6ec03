//! Edits of a prompt's declared inputs: one more, one less, and not a byte of the rest changed.

use crate::diagnostic::Edit;
use crate::lint::rule::Context;
use crate::store::prompt::{Dialect, Input, Prompt};
use crate::store::yaml::{NodeRef, edit};

/// The edit that declares the input `name`, as text, after the last one.
pub(crate) fn add_input(prompt: &Prompt, cx: &Context<'_>, name: &str) -> Option<Edit> {
    let (text, inputs) = inputs_of(prompt, cx)?;
    edit::append_entry(text, inputs, name, "{type: string}")
}

/// The edit that removes `input`. `None` in dialects where an input is more than one entry.
pub(crate) fn remove_input(prompt: &Prompt, cx: &Context<'_>, input: &Input) -> Option<Edit> {
    let (text, inputs) = inputs_of(prompt, cx)?;
    let entry = inputs.entries().find(|entry| entry.key_span == input.name.span)?;
    edit::remove_entry(text, inputs, &entry)
}

/// The file's text and its mapping of inputs.
fn inputs_of<'a>(prompt: &Prompt, cx: &'a Context<'_>) -> Option<(&'a str, NodeRef<'a>)> {
    if !matches!(prompt.dialect, Dialect::Native | Dialect::Prompty) {
        return None;
    }
    let file = cx.store.file(&prompt.path)?;
    Some((&file.text, file.yaml.as_ref()?.root()?.get("inputs")?))
}
