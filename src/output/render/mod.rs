//! A rendered prompt in the shapes that people and providers read: one file a format.

pub mod anthropic;
pub mod gemini;
pub mod json;
pub mod markdown;
pub mod openai;
pub mod text;
pub mod tokens;

use std::io::{self, Write};

use serde_json::{Map, Value};

use crate::name::ArtifactId;
use crate::render::call::{Call, Parameter};
use crate::render::messages::{Message, Part};
use crate::store::prompt::Role;

/// Everything that a format says about a rendered prompt.
#[derive(Clone, Debug)]
pub struct Rendered<'a> {
    /// The prompt's id.
    pub prompt: &'a ArtifactId,
    /// The messages.
    pub messages: &'a [Message],
    /// What goes with them.
    pub call: &'a Call,
}

/// Writes one JSON document.
fn document(out: &mut dyn Write, value: &Value) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

/// Puts in `key` where there is a value.
fn put(entries: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        entries.insert(key.to_owned(), value);
    }
}

/// The parameters of a call as a provider spells them; one that `spell` has no word for keeps its own.
fn parameters<'c>(call: &'c Call, spell: fn(&Parameter) -> Option<&str>) -> impl Iterator<Item = (String, Value)> + 'c {
    call.parameters.iter().filter_map(move |(parameter, value)| {
        let value = match (parameter, value) {
            // Providers want a list where people write one text.
            (Parameter::Stop, Value::String(_)) => Value::Array(vec![value.clone()]),
            _ => value.clone(),
        };
        Some((spell(parameter)?.to_owned(), value))
    })
}

/// The messages before the conversation, which some providers take apart, and the conversation.
fn split_system(messages: &[Message]) -> (Vec<&Message>, Vec<&Message>) {
    messages.iter().partition(|message| matches!(message.role, Role::System | Role::Developer))
}

/// `data:image/png;base64,AAAA` as type and content.
fn inline(url: &str) -> Option<(&str, &str)> {
    let (kind, content) = url.strip_prefix("data:")?.split_once(',')?;
    Some((kind.strip_suffix(";base64")?, content))
}

/// The one text that a message is, if it is one.
fn single_text(message: &Message) -> Option<&str> {
    match message.content.as_slice() {
        [Part::Text(printed)] => Some(&printed.text),
        [] => Some(""),
        _ => None,
    }
}
