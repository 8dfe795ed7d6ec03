//! The body of a request to OpenAI's chat completions, and to the many services that speak the same.
//!
//! Format: <https://platform.openai.com/docs/api-reference/chat/create>.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Rendered, document, inline, parameters, put, single_text};
use crate::render::call::{Answer, Call, Parameter};
use crate::render::messages::{Message, Part};

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
    body.insert("messages".to_owned(), rendered.messages.iter().map(message).collect());
    // OpenAI's own models want the newer name; services that speak the same language mostly know the older one.
    let own = call.provider.as_deref().is_some_and(|provider| provider == "openai" || provider.starts_with("azure"));
    body.extend(parameters(call, if own { spelt_by_openai } else { spelt_by_others }));
    if !call.tools.is_empty() {
        let tool = |tool: &crate::render::call::Tool| {
            let mut function = Map::from_iter([("name".to_owned(), Value::from(tool.name.as_str()))]);
            put(&mut function, "description", tool.description.as_deref().map(Value::from));
            put(&mut function, "parameters", tool.parameters.clone());
            json!({"type": "function", "function": function})
        };
        body.insert("tools".to_owned(), call.tools.iter().map(tool).collect());
    }
    put(&mut body, "response_format", response_format(call));
    Value::Object(body)
}

fn spelt_by_openai(parameter: &Parameter) -> Option<&str> {
    Some(match parameter {
        Parameter::MaxTokens => "max_completion_tokens",
        other => return spelt_by_others(other),
    })
}

fn spelt_by_others(parameter: &Parameter) -> Option<&str> {
    Some(match parameter {
        Parameter::MaxTokens => "max_tokens",
        Parameter::Temperature => "temperature",
        Parameter::TopP => "top_p",
        Parameter::TopK => "top_k",
        Parameter::Stop => "stop",
        Parameter::Seed => "seed",
        Parameter::FrequencyPenalty => "frequency_penalty",
        Parameter::PresencePenalty => "presence_penalty",
        Parameter::Candidates => "n",
        Parameter::ReasoningEffort => "reasoning_effort",
        Parameter::Other(name) => name,
    })
}

fn response_format(call: &Call) -> Option<Value> {
    Some(match &call.answer {
        Answer::Text => return None,
        Answer::Json => json!({"type": "json_object"}),
        Answer::Schema(schema) => {
            let word = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
            let name: String = call.name.chars().map(word).take(64).collect();
            json!({"type": "json_schema", "json_schema": {"name": name, "schema": schema}})
        }
    })
}

fn message(message: &Message) -> Value {
    let mut entries = Map::from_iter([("role".to_owned(), Value::from(message.role.as_str()))]);
    put(&mut entries, "name", message.metadata.get("name").filter(|name| name.is_string()).cloned());
    let content = match single_text(message) {
        Some(text) => Value::from(text),
        None => message.content.iter().filter_map(part).collect(),
    };
    entries.insert("content".to_owned(), content);
    Value::Object(entries)
}

fn part(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text(printed) => json!({"type": "text", "text": printed.text}),
        Part::Media { url, content_type } => {
            let format = content_type.as_deref().and_then(|kind| kind.strip_prefix("audio/"));
            match (format, inline(url)) {
                (Some(format), Some((_, data))) => {
                    json!({"type": "input_audio", "input_audio": {"data": data, "format": format}})
                }
                _ => json!({"type": "image_url", "image_url": {"url": url}}),
            }
        }
        Part::Section { .. } => return None,
    })
}
