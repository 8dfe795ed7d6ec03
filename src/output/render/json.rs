//! One document for programs, without any provider's words: `promptyard schema render-v1` describes it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::Rendered;
use crate::render::call::{Answer, Parameter};
use crate::render::messages::{Message, Part};

/// The published schema.
pub const SCHEMA: &str = include_str!("../../../schemas/render-v1.schema.json");

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    prompt: &'a str,
    model: ModelV1<'a>,
    parameters: Map<String, Value>,
    messages: Vec<MessageV1<'a>>,
    tools: Vec<ToolV1<'a>>,
    answer: AnswerV1<'a>,
}

#[derive(Serialize)]
struct ModelV1<'a> {
    entry: Option<&'a str>,
    provider: Option<&'a str>,
    id: Option<&'a str>,
}

#[derive(Serialize)]
struct MessageV1<'a> {
    role: &'a str,
    content: Vec<PartV1<'a>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    metadata: &'a Map<String, Value>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum PartV1<'a> {
    Text {
        text: &'a str,
    },
    Media {
        url: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        content_type: Option<&'a str>,
    },
    Section {
        name: &'a str,
    },
}

#[derive(Serialize)]
struct ToolV1<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<&'a Value>,
}

#[derive(Serialize)]
struct AnswerV1<'a> {
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'a Value>,
}

/// Writes the document.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, rendered: &Rendered<'_>) -> io::Result<()> {
    let call = rendered.call;
    let document = Document {
        version: 1,
        prompt: rendered.prompt.as_str(),
        model: ModelV1 { entry: call.entry.as_deref(), provider: call.provider.as_deref(), id: call.model.as_deref() },
        parameters: call.parameters.iter().map(|(name, value)| (spelt(name).to_owned(), value.clone())).collect(),
        messages: rendered.messages.iter().map(message).collect(),
        tools: call
            .tools
            .iter()
            .map(|tool| ToolV1 {
                name: &tool.name,
                description: tool.description.as_deref(),
                parameters: tool.parameters.as_ref(),
            })
            .collect(),
        answer: match &call.answer {
            Answer::Text => AnswerV1 { format: "text", schema: None },
            Answer::Json => AnswerV1 { format: "json", schema: None },
            Answer::Schema(schema) => AnswerV1 { format: "json", schema: Some(schema) },
        },
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn message(message: &Message) -> MessageV1<'_> {
    let content = message.content.iter().map(part).collect();
    MessageV1 { role: message.role.as_str(), content, metadata: &message.metadata }
}

fn part(part: &Part) -> PartV1<'_> {
    match part {
        Part::Text(printed) => PartV1::Text { text: &printed.text },
        Part::Media { url, content_type } => PartV1::Media { url, content_type: content_type.as_deref() },
        Part::Section { name } => PartV1::Section { name },
    }
}

/// The names of native prompts.
fn spelt(parameter: &Parameter) -> &str {
    match parameter {
        Parameter::MaxTokens => "maxTokens",
        Parameter::Temperature => "temperature",
        Parameter::TopP => "topP",
        Parameter::TopK => "topK",
        Parameter::Stop => "stop",
        Parameter::Seed => "seed",
        Parameter::FrequencyPenalty => "frequencyPenalty",
        Parameter::PresencePenalty => "presencePenalty",
        Parameter::Candidates => "candidates",
        Parameter::ReasoningEffort => "reasoningEffort",
        Parameter::Other(name) => name,
    }
}
