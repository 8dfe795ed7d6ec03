//! The body of a request to Anthropic's messages.
//!
//! Format: <https://docs.anthropic.com/en/api/messages>. System messages stand apart, wherever they are in the prompt, and
//! a limit on the answer is required: where neither prompt nor registry has one, the model's own is taken.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Rendered, document, inline, parameters, put, single_text, split_system};
use crate::render::call::{Answer, Parameter};
use crate::render::messages::{Message, Part};
use crate::store::prompt::Role;

/// The limit where nothing says one: every model of the provider can answer as much.
const DEFAULT_MAX_TOKENS: u64 = 4096;

/// Writes the request.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, rendered: &Rendered<'_>) -> io::Result<()> {
    document(out, &request(rendered))
}

fn request(rendered: &Rendered<'_>) -> Value {
    let call = rendered.call;
    let mut body = Map::new();
    put(&mut body, "model", call.model.as_deref().map(Value::from));
    if call.parameter(&Parameter::MaxTokens).is_none() {
        body.insert("max_tokens".to_owned(), call.max_output_tokens.unwrap_or(DEFAULT_MAX_TOKENS).into());
    }
    body.extend(parameters(call, spelt));
    let (system, conversation) = split_system(rendered.messages);
    let blocks: Vec<Value> = system.iter().flat_map(|message| &message.content).filter_map(block).collect();
    put(
        &mut body,
        "system",
        match (system.as_slice(), blocks.is_empty()) {
            (_, true) => None,
            ([one], _) if single_text(one).is_some() => single_text(one).map(Value::from),
            _ => Some(Value::Array(blocks)),
        },
    );
    body.insert("messages".to_owned(), conversation.into_iter().map(message).collect());
    if !call.tools.is_empty() {
        let tool = |tool: &crate::render::call::Tool| {
            let mut entries = Map::from_iter([("name".to_owned(), Value::from(tool.name.as_str()))]);
            put(&mut entries, "description", tool.description.as_deref().map(Value::from));
            let schema = tool.parameters.clone().unwrap_or_else(|| json!({"type": "object", "properties": {}}));
            entries.insert("input_schema".to_owned(), schema);
            Value::Object(entries)
        };
        body.insert("tools".to_owned(), call.tools.iter().map(tool).collect());
    }
    if let Answer::Schema(schema) = &call.answer {
        let format = json!({"format": {"type": "json_schema", "schema": schema}});
        body.insert("output_config".to_owned(), format);
    }
    Value::Object(body)
}

fn spelt(parameter: &Parameter) -> Option<&str> {
    Some(match parameter {
        Parameter::MaxTokens => "max_tokens",
        Parameter::Temperature => "temperature",
        Parameter::TopP => "top_p",
        Parameter::TopK => "top_k",
        Parameter::Stop => "stop_sequences",
        // The API refuses what it does not know.
        Parameter::Seed
        | Parameter::FrequencyPenalty
        | Parameter::PresencePenalty
        | Parameter::Candidates
        | Parameter::ReasoningEffort => return None,
        Parameter::Other(name) => name,
    })
}

fn message(message: &Message) -> Value {
    let role = if message.role == Role::Assistant { "assistant" } else { "user" };
    let content = match single_text(message) {
        Some(text) => Value::from(text),
        None => message.content.iter().filter_map(block).collect(),
    };
    json!({"role": role, "content": content})
}

fn block(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text(printed) => json!({"type": "text", "text": printed.text}),
        Part::Media { url, content_type } => {
            let kind = if content_type.as_deref() == Some("application/pdf") { "document" } else { "image" };
            let source = match inline(url) {
                Some((media_type, data)) => json!({"type": "base64", "media_type": media_type, "data": data}),
                None => json!({"type": "url", "url": url}),
            };
            json!({"type": kind, "source": source})
        }
        Part::Section { .. } => return None,
    })
}
