//! The body of a request to Gemini's `generateContent`; the model is part of its address.
//!
//! Format: <https://ai.google.dev/api/generate-content>.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Rendered, document, inline, parameters, put, split_system};
use crate::render::call::{Answer, Parameter};
use crate::render::messages::{Message, Part};
use crate::store::prompt::Role;

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
    // Not a part of the body by the documentation, but accepted there, and without it the request is for no model.
    put(
        &mut body,
        "model",
        call.model
            .as_deref()
            .map(|model| Value::from(if model.contains('/') { model.to_owned() } else { format!("models/{model}") })),
    );
    let (system, conversation) = split_system(rendered.messages);
    let instructions: Vec<Value> = system.iter().flat_map(|message| &message.content).filter_map(part).collect();
    put(&mut body, "systemInstruction", (!instructions.is_empty()).then(|| json!({"parts": instructions})));
    body.insert("contents".to_owned(), conversation.into_iter().map(content).collect());
    if !call.tools.is_empty() {
        let declaration = |tool: &crate::render::call::Tool| {
            let mut entries = Map::from_iter([("name".to_owned(), Value::from(tool.name.as_str()))]);
            put(&mut entries, "description", tool.description.as_deref().map(Value::from));
            put(&mut entries, "parametersJsonSchema", tool.parameters.clone());
            Value::Object(entries)
        };
        let declarations: Vec<Value> = call.tools.iter().map(declaration).collect();
        body.insert("tools".to_owned(), json!([{"functionDeclarations": declarations}]));
    }
    let mut config: Map<String, Value> = parameters(call, spelt).collect();
    match &call.answer {
        Answer::Text => {}
        Answer::Json => put(&mut config, "responseMimeType", Some("application/json".into())),
        Answer::Schema(schema) => {
            put(&mut config, "responseMimeType", Some("application/json".into()));
            put(&mut config, "responseJsonSchema", Some(schema.clone()));
        }
    }
    put(&mut body, "generationConfig", (!config.is_empty()).then_some(Value::Object(config)));
    Value::Object(body)
}

fn spelt(parameter: &Parameter) -> Option<&str> {
    Some(match parameter {
        Parameter::MaxTokens => "maxOutputTokens",
        Parameter::Temperature => "temperature",
        Parameter::TopP => "topP",
        Parameter::TopK => "topK",
        Parameter::Stop => "stopSequences",
        Parameter::Seed => "seed",
        Parameter::FrequencyPenalty => "frequencyPenalty",
        Parameter::PresencePenalty => "presencePenalty",
        Parameter::Candidates => "candidateCount",
        Parameter::ReasoningEffort => return None,
        Parameter::Other(name) => name,
    })
}

fn content(message: &Message) -> Value {
    let role = if message.role == Role::Assistant { "model" } else { "user" };
    let parts: Vec<Value> = message.content.iter().filter_map(part).collect();
    json!({"role": role, "parts": parts})
}

fn part(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Text(printed) => json!({"text": printed.text}),
        Part::Media { url, content_type } => match inline(url) {
            Some((kind, data)) => json!({"inlineData": {"mimeType": kind, "data": data}}),
            None => {
                let mut file = Map::new();
                put(&mut file, "mimeType", content_type.as_deref().map(Value::from));
                put(&mut file, "fileUri", Some(url.as_str().into()));
                json!({"fileData": file})
            }
        },
        Part::Section { .. } => return None,
    })
}
