//! The texts of prompts and of what they include, by word.

use std::collections::BTreeSet;

use super::words::TextDiff;
use super::{Closures, IncludedDiff, Passage, Side};
use crate::contract::messages::{self, Message};
use crate::path::StorePath;
use crate::store::prompt::Prompt;

/// The messages of a prompt that differ. Without one of the sides there is nothing to compare.
pub(super) fn passages(sides: &[Side<'_>; 2], prompts: [Option<&Prompt>; 2]) -> Vec<Passage> {
    let [Some(old), Some(new)] = prompts else { return Vec::new() };
    let (before, after) = (messages_of(&sides[0], old), messages_of(&sides[1], new));
    let mut passages = Vec::new();
    for (old, new) in messages::pairs(&before, &after) {
        let text = |messages: &[Message], at: Option<usize>| {
            at.and_then(|at| messages.get(at)).map_or_else(String::new, |message| message.content.clone())
        };
        let diff = TextDiff::of(&text(&before, old), &text(&after, new));
        if !diff.is_empty() {
            let title = match (old, new) {
                (_, Some(new)) => messages::label(&after, new + 1),
                (old, None) => messages::label(&before, old.unwrap_or_default() + 1),
            };
            passages.push(Passage { title, diff });
        }
    }
    passages
}

/// The messages of a prompt as they may be shown.
pub(super) fn messages_of(side: &Side<'_>, prompt: &Prompt) -> Vec<Message> {
    let masked: Vec<String> =
        prompt.templates.iter().map(|template| side.masked(&prompt.path, template.text.text.as_str())).collect();
    let message = |message: &crate::store::prompt::Message| Message {
        role: message.role.value.as_str().to_owned(),
        // A mask has as many bytes as what it hides.
        content: masked
            .get(message.template)
            .and_then(|text| text.get(message.range.range()))
            .unwrap_or_default()
            .to_owned(),
        rest: String::new(),
    };
    prompt.messages.iter().map(message).collect()
}

/// The changed files that are included and are no artifacts themselves.
pub(super) fn included(sides: &[Side<'_>; 2], changed: &BTreeSet<StorePath>, closures: &Closures) -> Vec<IncludedDiff> {
    let mut found = Vec::new();
    for path in changed {
        let text = |side: &Side<'_>| {
            let template = side.store.file(path)?.template.as_deref()?;
            Some(side.masked(path, template.text.text.as_str()))
        };
        let (before, after) = (text(&sides[0]), text(&sides[1]));
        if before.is_none() && after.is_none() {
            continue;
        }
        let diff = TextDiff::of(&before.unwrap_or_default(), &after.unwrap_or_default());
        let reaches = closures.0.get(path).cloned().unwrap_or_default();
        if !diff.is_empty() {
            found.push(IncludedDiff { path: path.clone(), diff, reaches });
        }
    }
    found
}
