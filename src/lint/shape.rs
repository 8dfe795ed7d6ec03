//! What an input's schema says about a value inside it: the part that template rules ask of a JSON Schema.
//!
//! Where a schema leaves room (`anyOf`, `$ref`, several types) the answer is 'unknown', and no rule speaks.

use serde_json::Value;

use crate::store::template::Step;

/// The type of a value, where a schema fixes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// `string`
    Text,
    /// `number` or `integer`
    Number,
    /// `boolean`
    Boolean,
    /// `array`
    List,
    /// `object`
    Object,
}

impl Type {
    /// The words for people: `text`, `a list`.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// Keywords that let a value have a shape that the plain ones do not tell.
const OPEN: [&str; 9] =
    ["$ref", "$dynamicRef", "anyOf", "oneOf", "allOf", "not", "if", "patternProperties", "dependentSchemas"];

/// The one type that `schema` allows beside `null`, if it allows but one.
pub(crate) fn type_of(schema: &Value) -> Option<Type> {
    let object = schema.as_object()?;
    if object.keys().any(|keyword| OPEN.contains(&keyword.as_str())) {
        return None;
    }
    let name = match object.get("type")? {
        Value::String(name) => name.as_str(),
        Value::Array(names) => {
            let mut names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            let first = names.next()?;
            if names.next().is_some() {
                return None;
            }
            first
        }
        _ => return None,
    };
    match name {
        "string" => Some(Type::Text),
        "number" | "integer" => Some(Type::Number),
        "boolean" => Some(Type::Boolean),
        "array" => Some(Type::List),
        "object" => Some(Type::Object),
        _ => None,
    }
}

/// The schema of what `path` leads to, if `schema` says.
pub(crate) fn schema_at<'a>(schema: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(schema, |schema, step| match (type_of(schema)?, step) {
        (Type::Object, Step::Attribute(name)) => schema.get("properties")?.get(name),
        (Type::List, Step::Item) => schema.get("items").filter(|items| items.is_object()),
        _ => None,
    })
}

/// Whether `schema` is that of an object, lists its properties, allows no others, and lacks `name`.
pub(crate) fn lacks_property(schema: &Value, name: &str) -> bool {
    let closed = matches!(schema.get("additionalProperties"), None | Some(Value::Bool(false)));
    let lacks = |properties: &serde_json::Map<String, Value>| !properties.is_empty() && !properties.contains_key(name);
    closed
        && type_of(schema) == Some(Type::Object)
        && schema.get("properties").and_then(Value::as_object).is_some_and(lacks)
}

/// The names of the properties that `schema` lists.
pub(crate) fn properties(schema: &Value) -> Vec<&str> {
    let listed = schema.get("properties").and_then(Value::as_object);
    listed.into_iter().flat_map(|properties| properties.keys().map(String::as_str)).collect()
}

/// How a path is written: `passages[].title`.
pub(crate) fn spell(root: &str, path: &[Step]) -> String {
    let mut text = root.to_owned();
    for step in path {
        match step {
            Step::Attribute(name) => {
                text.push('.');
                text.push_str(name);
            }
            Step::Item => text.push_str("[]"),
            Step::Dynamic => text.push_str("[…]"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_type_is_known_only_where_the_schema_leaves_no_choice() {
        for (schema, expected) in [
            (json!({"type": "string"}), Some(Type::Text)),
            (json!({"type": ["string", "null"]}), Some(Type::Text)),
            (json!({"type": ["string", "array"]}), None),
            (json!({"type": "string", "anyOf": []}), None),
            (json!(true), None),
            (json!({}), None),
        ] {
            assert_eq!(type_of(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn a_path_leads_through_properties_and_items() {
        let schema = json!({"type": "array", "items": {"type": "object", "properties": {"title": {"type": "string"}}}});
        let title = [Step::Item, Step::Attribute("title".to_owned())];
        assert_eq!(schema_at(&schema, &title), Some(&json!({"type": "string"})));
        assert_eq!(schema_at(&schema, &[Step::Dynamic]), None);
        assert!(lacks_property(&schema["items"], "titel") && !lacks_property(&schema["items"], "title"));
        assert!(!lacks_property(&json!({"type": "object"}), "titel"));
        assert_eq!(properties(&schema["items"]), ["title"]);
        assert_eq!(spell("passages", &title), "passages[].title");
    }
}
