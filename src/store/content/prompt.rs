//! What a prompt says, in a form that all dialects share.

use serde_json::{Map, Value, json};

use super::partials::{Partials, Renamed};
use super::{NODE_BUDGET, Unresolved, unresolved};
use crate::path::StorePath;
use crate::store::Store;
use crate::store::prompt::{
    Contract, Dialect, Input, Message, Prompt, Role, SchemaSource, ToolRef, Trust, text_in_part,
};
use crate::store::yaml::{self, Kind, Limits, NodeRef};
use crate::text::{Span, Spanned};

/// Keys of a native prompt's file that have a key of their own here, or that say nothing about the prompt: which schema
/// an editor uses, which findings are accepted, what it was called before.
const NATIVE_KEYS: [&str; 15] = [
    "$schema",
    "lint",
    "name",
    "description",
    "owners",
    "tags",
    "renamed_from",
    "model",
    "modelParameters",
    "inputs",
    "budget",
    "outputSchema",
    "jsonSchema",
    "tools",
    "messages",
];

/// The same for dialects whose keys mean something else: what they say stands in the metadata as it is.
const SHARED_KEYS: [&str; 6] = ["$schema", "lint", "name", "description", "owners", "tags"];

/// The data of `prompt`; see [`super::Content::data`].
pub(super) fn data(store: &Store, prompt: &Prompt) -> Result<Map<String, Value>, Unresolved> {
    let mut partials = Partials::new(store);
    let mut texts = Vec::with_capacity(prompt.templates.len());
    for template in &prompt.templates {
        texts.push(partials.renamed(&prompt.path, template)?);
    }
    let root = store.file(&prompt.path).and_then(|file| file.yaml.as_ref()?.root());
    let native = root.filter(|_| prompt.dialect == Dialect::Native);
    let mut data = Data(Map::new());
    data.put("dialect", prompt.dialect.as_str().into());
    describe(&mut data, store, prompt);
    data.put("output_schema", output_schema(store, prompt)?);
    data.put("tools", Value::Array(tools(store, prompt, native)?));
    data.put("template", json!(prompt.templates.first().map(|template| template.syntax.as_str())));
    let messages = match native.and_then(|root| root.get("messages")) {
        Some(list) => native_messages(&prompt.path, list, &texts)?,
        None => messages(&prompt.messages, &texts),
    };
    data.put("messages", Value::Array(messages));
    if !says_all(prompt) {
        data.put("body", texts.iter().map(|text| text.text.as_str()).collect());
    }
    data.put("partials", partials.texts.into_iter().map(|(name, text)| (name, Value::from(text))).collect());
    data.put("metadata", Value::Object(metadata(store, prompt)?));
    Ok(data.0)
}

/// Entries that say something.
struct Data(Map<String, Value>);

impl Data {
    fn put(&mut self, key: &str, value: Value) {
        let says_nothing = match &value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        };
        if !says_nothing {
            self.0.insert(key.to_owned(), value);
        }
    }
}

fn describe(data: &mut Data, store: &Store, prompt: &Prompt) {
    let text = |value: &Option<Spanned<String>>| json!(value.as_ref().map(|text| &text.value));
    let list = |values: &[Spanned<String>]| values.iter().map(|value| value.value.as_str()).collect::<Value>();
    data.put("name", text(&prompt.name));
    data.put("description", text(&prompt.description));
    data.put("owners", list(&prompt.owners));
    data.put("tags", list(&prompt.tags));
    let model = prompt.model.as_ref().or(store.config().default_model.as_ref());
    data.put("model", json!(model.map(|model| &model.value)));
    let parameters = prompt.parameters.iter().map(|(name, value)| (name.value.clone(), value.value.clone()));
    data.put("parameters", Value::Object(parameters.collect()));
    let inputs = prompt.inputs.iter().map(|input| (input.name.value.clone(), of_input(input)));
    data.put("inputs", Value::Object(inputs.collect()));
    if prompt.contract != Contract::Declared {
        data.put("open_inputs", true.into());
    }
    data.put("budget", of_budget(prompt));
}

fn output_schema(store: &Store, prompt: &Prompt) -> Result<Value, Unresolved> {
    match &prompt.output_schema {
        None => Ok(Value::Null),
        Some(SchemaSource::Inline(schema)) => Ok(schema.value.clone()),
        Some(SchemaSource::File(reference)) => store.named_json(&prompt.path, &reference.value, reference.span),
    }
}

/// The tools. A native prompt's are told from its file, in which two may have one name, or one none.
fn tools(store: &Store, prompt: &Prompt, native: Option<NodeRef<'_>>) -> Result<Vec<Value>, Unresolved> {
    let named = |reference: &str, span: Span| store.named_json(&prompt.path, reference, span);
    let Some(list) = native.and_then(|root| root.get("tools")).filter(|list| list.kind() == Kind::Sequence) else {
        let tool = |tool: &ToolRef| match tool {
            ToolRef::File(reference) => named(&reference.value, reference.span),
            ToolRef::Inline(name) => Ok(json!({"name": name.value})),
        };
        return prompt.tools.iter().map(tool).collect();
    };
    let tool = |item: NodeRef<'_>| match item.scalar().filter(|_| item.kind() != Kind::Null) {
        Some(reference) => named(reference, item.span()),
        None => json_of(&prompt.path, item),
    };
    list.items().map(tool).collect()
}

fn json_of(path: &StorePath, node: NodeRef<'_>) -> Result<Value, Unresolved> {
    node.to_json(NODE_BUDGET).ok_or_else(|| unresolved(path, "is too large to be resolved"))
}

fn messages(messages: &[Message], texts: &[Renamed]) -> Vec<Value> {
    let message = |message: &Message| {
        let text = texts.get(message.template)?;
        Some(json!({"role": message.role.value.as_str(), "content": text.part(message.range)}))
    };
    messages.iter().filter_map(message).collect()
}

/// The messages of a native prompt with all that they say: parts that are no text, and keys beside role and content.
fn native_messages(path: &StorePath, list: NodeRef<'_>, texts: &[Renamed]) -> Result<Vec<Value>, Unresolved> {
    // The parser made a template of each text, in this order.
    let mut texts = texts.iter();
    let mut found = Vec::new();
    for item in list.items() {
        let mut message = Map::new();
        for entry in item.entries().filter(|entry| entry.key != "role") {
            let value = match (entry.key, entry.value.kind()) {
                ("content", Kind::Sequence) => {
                    let parts = entry.value.items().map(|part| part_of(path, part, &mut texts));
                    Value::Array(parts.collect::<Result<_, Unresolved>>()?)
                }
                ("content", kind) if !matches!(kind, Kind::Null | Kind::Mapping) => text_of(texts.next()),
                _ => json_of(path, entry.value)?,
            };
            message.insert(entry.key.to_owned(), value);
        }
        let role = item.get("role").and_then(NodeRef::scalar).map_or(Role::User, Role::from_word);
        message.insert("role".to_owned(), role.as_str().into());
        found.push(Value::Object(message));
    }
    Ok(found)
}

fn part_of<'t>(
    path: &StorePath,
    part: NodeRef<'_>,
    texts: &mut impl Iterator<Item = &'t Renamed>,
) -> Result<Value, Unresolved> {
    let mut value = json_of(path, part)?;
    if text_in_part(part).is_some() {
        let place = if part.kind() == Kind::Mapping { &mut value["text"] } else { &mut value };
        *place = text_of(texts.next());
    }
    Ok(value)
}

fn text_of(text: Option<&Renamed>) -> Value {
    text.map_or("", |text| text.text.as_str()).into()
}

/// Whether each template is one message, but for empty lines around it: nothing else in the text decides anything.
fn says_all(prompt: &Prompt) -> bool {
    prompt.messages.len() == prompt.templates.len()
        && prompt.templates.iter().enumerate().all(|(index, template)| {
            let text = template.text.text.as_str();
            prompt.messages.iter().filter(|message| message.template == index).all(|message| {
                let range = message.range.range();
                let around = [text.get(..range.start), text.get(range.end..)];
                around.iter().flatten().all(|rest| rest.chars().all(|c| matches!(c, '\n' | '\r')))
            })
        })
}

/// What else the file says, and for Semantic Kernel the description beside it.
fn metadata(store: &Store, prompt: &Prompt) -> Result<Map<String, Value>, Unresolved> {
    if prompt.dialect == Dialect::SemanticKernel {
        return sidecar(store, &prompt.path);
    }
    let known: &[&str] = if prompt.dialect == Dialect::Native { &NATIVE_KEYS } else { &SHARED_KEYS };
    store.file_data(&prompt.path, known)
}

fn sidecar(store: &Store, prompt: &StorePath) -> Result<Map<String, Value>, Unresolved> {
    let Ok(path) = StorePath::resolve(prompt.folder(), "config.json") else { return Ok(Map::new()) };
    let Some(content) = store.read(&path) else { return Ok(Map::new()) };
    let content = content.map_err(|reason| unresolved(&path, &format!("cannot be read: {reason}")))?;
    let text = String::from_utf8(content).map_err(|_| unresolved(&path, "is not UTF-8"))?;
    let (tree, problems) = yaml::parse(text.trim_start_matches('\u{feff}'), 0, Limits::default());
    if let Some(problem) = problems.first() {
        return Err(unresolved(&path, &format!("cannot be read as it stands: {}", problem.message)));
    }
    if let Some(number) = tree.inexact_number() {
        let written = format!("`{}`", number.scalar().unwrap_or_default());
        return Err(unresolved(&path, &format!("has {}", super::too_large(&written))));
    }
    match tree.root().map(|root| json_of(&path, root)).transpose()? {
        Some(Value::Object(data)) => Ok(data),
        _ => Ok(Map::new()),
    }
}

/// An input: its JSON Schema, and what is said of it beside that.
fn of_input(input: &Input) -> Value {
    let mut entry = Map::from_iter([("required".to_owned(), input.required.into())]);
    if input.schema != Value::Bool(true) {
        entry.insert("schema".to_owned(), input.schema.clone());
    }
    if let Some(default) = &input.default {
        entry.insert("default".to_owned(), default.value.clone());
    }
    if let Some(example) = &input.example {
        entry.insert("example".to_owned(), example.value.clone());
    }
    if input.trust == Trust::Trusted {
        entry.insert("trust".to_owned(), "trusted".into());
    }
    if let Some(most) = &input.max_tokens {
        entry.insert("maxTokens".to_owned(), most.value.into());
    }
    Value::Object(entry)
}

fn of_budget(prompt: &Prompt) -> Value {
    let mut budget = Map::new();
    if let Some(most) = &prompt.budget.max_prompt_tokens {
        budget.insert("maxPromptTokens".to_owned(), most.value.into());
    }
    if let Some(most) = &prompt.budget.max_cost_usd {
        budget.insert("maxCostUsd".to_owned(), json!(most.value));
    }
    Value::Object(budget)
}
