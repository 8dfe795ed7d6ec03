//! Prompty's properties, the way in which it describes inputs and outputs, as JSON Schema.

use serde_json::{Map, Value, json};

/// Keys that describe a property. A mapping without any of them is a plain value: an input's default.
pub(super) const KEYS: &[&str] = &[
    "kind",
    "type",
    "default",
    "example",
    "sample",
    "description",
    "required",
    "enum",
    "enumValues",
    "items",
    "properties",
    "is_chat_history",
    "is_chat_input",
    "maxTokens",
    "trust",
];

/// Kinds whose values are not text in the rendered prompt: the runtime carries them past the template.
const CARRIED: &[&str] = &["thread", "image", "audio", "file"];

/// The kind of a property: `kind`, or `type` as it was called before.
pub(super) fn kind(property: &Value) -> Option<&str> {
    property.get("kind").or_else(|| property.get("type"))?.as_str()
}

/// Whether the runtime carries values of this property past the template.
pub(super) fn is_carried(property: &Value) -> bool {
    kind(property).is_some_and(|kind| CARRIED.contains(&kind))
}

/// The JSON Schema of a property; `true` where nothing is known of its values.
pub(super) fn schema(property: &Value) -> Value {
    let mut schema = Map::new();
    if let Some(name) = kind(property).and_then(json_type) {
        schema.insert("type".to_owned(), json!(name));
    }
    for (key, name) in
        [("description", "description"), ("enumValues", "enum"), ("enum", "enum"), ("default", "default")]
    {
        if let Some(value) = property.get(key).filter(|value| !value.is_null()) {
            schema.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(items) = property.get("items").filter(|items| items.is_object()) {
        schema.insert("items".to_owned(), self::schema(items));
    }
    if let Some(properties) = property.get("properties") {
        schema.extend(members(properties));
    }
    if schema.is_empty() { Value::Bool(true) } else { Value::Object(schema) }
}

/// The JSON Schema of an object with `properties`, which are a list with names or a mapping.
pub(super) fn object_schema(properties: &Value) -> Value {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.extend(members(properties));
    Value::Object(schema)
}

fn members(properties: &Value) -> Map<String, Value> {
    let named: Vec<(&str, &Value)> = match properties {
        Value::Array(items) => items.iter().filter_map(|item| Some((item.get("name")?.as_str()?, item))).collect(),
        Value::Object(members) => members.iter().map(|(name, item)| (name.as_str(), item)).collect(),
        _ => return Map::new(),
    };
    let is_required = |item: &Value| item.get("required").and_then(Value::as_bool).unwrap_or_default();
    let required: Vec<&str> = named.iter().filter(|(_, item)| is_required(item)).map(|&(name, _)| name).collect();
    let members: Map<String, Value> = named.iter().map(|&(name, item)| (name.to_owned(), schema(item))).collect();
    let mut found = Map::new();
    found.insert("properties".to_owned(), Value::Object(members));
    if !required.is_empty() {
        found.insert("required".to_owned(), json!(required));
    }
    found
}

/// JSON Schema's word for a kind; the second words are those of the flow tools that read the same files.
fn json_type(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "string" | "str" => "string",
        "integer" | "int" => "integer",
        "float" | "number" | "double" => "number",
        "boolean" | "bool" => "boolean",
        "array" | "list" => "array",
        "object" | "dict" => "object",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_becomes_json_schema() {
        for (property, expected) in [
            (json!({"kind": "string"}), json!({"type": "string"})),
            (json!({"type": "double", "description": "d"}), json!({"type": "number", "description": "d"})),
            (json!({"kind": "string", "enumValues": ["a"]}), json!({"type": "string", "enum": ["a"]})),
            (
                json!({"kind": "array", "items": {"kind": "float"}}),
                json!({"type": "array", "items": {"type": "number"}}),
            ),
            (
                json!({"kind": "object", "properties": [{"name": "a", "kind": "integer", "required": true}]}),
                json!({"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}),
            ),
            (json!({"kind": "thread"}), json!(true)),
            (json!({"kind": "mystery"}), json!(true)),
            (json!("text"), json!(true)),
        ] {
            assert_eq!(schema(&property), expected, "{property}");
        }
    }

    #[test]
    fn outputs_are_an_object() {
        let expected = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": true}});
        assert_eq!(object_schema(&json!([{"name": "a", "kind": "string"}, {"name": "b"}, "c"])), expected);
        assert_eq!(object_schema(&json!({"a": {"type": "string"}, "b": {}})), expected);
    }
}
