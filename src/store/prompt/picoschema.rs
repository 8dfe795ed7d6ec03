//! Picoschema, Dotprompt's short way to write a schema, as JSON Schema.
//!
//! `field?: type, description`, `field(array, description): type`, `field(enum): [a, b]`, `(*): type`. The notation and
//! its meaning are those of Dotprompt's own parser (<https://google.github.io/dotprompt/reference/picoschema/>).

use serde_json::{Map, Value, json};

const SCALARS: &[&str] = &["string", "boolean", "null", "number", "integer", "any"];
const WILDCARD: &str = "(*)";

/// A part of a schema that is no Picoschema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    /// The keys that lead to it.
    pub(super) path: Vec<String>,
    /// What is wrong, a sentence without a full stop.
    pub(super) message: String,
}

/// Schemas that the application registers under a name. A name that is not known stands for any value.
pub(super) type Named<'a> = &'a dyn Fn(&str) -> Option<Value>;

/// A field's key taken apart: `name?(kind, description)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field<'a> {
    /// The property's name.
    pub(super) name: &'a str,
    /// Whether it ends with `?`.
    pub(super) optional: bool,
    /// `array`, `object` or `enum`, in parentheses.
    kind: Option<&'a str>,
    description: Option<&'a str>,
}

impl<'a> Field<'a> {
    /// Takes a key apart; `None` for the wildcard.
    pub(super) fn parse(key: &'a str) -> Option<Self> {
        if key == WILDCARD {
            return None;
        }
        let (name, decoration) = match key.split_once('(') {
            Some((name, rest)) => (name, Some(rest.strip_suffix(')').unwrap_or(rest))),
            None => (key, None),
        };
        let (kind, description) = match decoration {
            Some(text) => {
                let (kind, description) = described(text);
                (Some(kind), description)
            }
            None => (None, None),
        };
        let plain = name.strip_suffix('?');
        Some(Self { name: plain.unwrap_or(name).trim(), optional: plain.is_some(), kind, description })
    }
}

/// Whether a mapping is JSON Schema already: it says `type` with one of JSON Schema's words, or has `properties`.
pub(super) fn is_json_schema(schema: &Map<String, Value>) -> bool {
    let names_type = schema
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|name| SCALARS.contains(&name) || name == "object" || name == "array");
    names_type || schema.get("properties").is_some_and(Value::is_object)
}

/// The JSON Schema of `schema`, which may be JSON Schema already.
pub(super) fn to_json_schema(schema: &Value, named: Named<'_>, misfits: &mut Vec<Misfit>) -> Value {
    match schema {
        Value::String(text) => {
            let (name, description) = described(text);
            scalar(name, description, named)
        }
        Value::Object(map) if is_json_schema(map) => {
            let mut schema = map.clone();
            if !schema.get("type").is_some_and(Value::is_string) {
                schema.insert("type".to_owned(), json!("object"));
            }
            Value::Object(schema)
        }
        other => Converter { named, misfits, path: Vec::new() }.convert(other),
    }
}

struct Converter<'a> {
    named: Named<'a>,
    misfits: &'a mut Vec<Misfit>,
    path: Vec<String>,
}

impl Converter<'_> {
    /// Recursion is as deep as the value, which the YAML parser bounds.
    fn convert(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let (name, description) = described(text);
                scalar(name, description, self.named)
            }
            Value::Object(map) => self.object(map),
            Value::Null => self.misfit("a type is missing here".to_owned()),
            _ => self.misfit("a type or a mapping of fields is expected here".to_owned()),
        }
    }

    fn misfit(&mut self, message: String) -> Value {
        self.misfits.push(Misfit { path: self.path.clone(), message });
        Value::Bool(true)
    }

    fn object(&mut self, map: &Map<String, Value>) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        let mut others = Value::Bool(false);
        for (key, value) in map {
            self.path.push(key.clone());
            match Field::parse(key) {
                None => others = self.convert(value),
                Some(field) => {
                    if !field.optional {
                        required.push(json!(field.name));
                    }
                    properties.insert(field.name.to_owned(), self.property(&field, value));
                }
            }
            self.path.pop();
        }
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), Value::Object(properties));
        if !required.is_empty() {
            schema.insert("required".to_owned(), Value::Array(required));
        }
        schema.insert("additionalProperties".to_owned(), others);
        Value::Object(schema)
    }

    fn property(&mut self, field: &Field<'_>, value: &Value) -> Value {
        let mut schema = match field.kind {
            None | Some("object") => self.convert(value),
            Some("array") => json!({"type": "array", "items": self.convert(value)}),
            Some("enum") => self.choices(value),
            Some(other) => self.misfit(format!("`{other}` is not a kind of field; `array`, `object` and `enum` are")),
        };
        if let Value::Object(schema) = &mut schema {
            if field.optional {
                allow_null(schema);
            }
            if let Some(description) = field.description {
                schema.insert("description".to_owned(), json!(description));
            }
        }
        schema
    }

    fn choices(&mut self, value: &Value) -> Value {
        match value {
            Value::Array(choices) => json!({ "enum": choices }),
            _ => self.misfit("a list of values is expected for an `enum`".to_owned()),
        }
    }
}

/// An optional field may also be null.
fn allow_null(schema: &mut Map<String, Value>) {
    if let Some(name) = schema.get("type").filter(|name| name.is_string()).cloned() {
        schema.insert("type".to_owned(), json!([name, "null"]));
    }
    if let Some(Value::Array(choices)) = schema.get_mut("enum")
        && !choices.contains(&Value::Null)
    {
        choices.push(Value::Null);
    }
}

fn scalar(name: &str, description: Option<&str>, named: Named<'_>) -> Value {
    let mut schema = if name == "any" {
        Map::new()
    } else if SCALARS.contains(&name) {
        Map::from_iter([("type".to_owned(), json!(name))])
    } else {
        match named(name) {
            Some(Value::Object(schema)) => schema,
            Some(other) => return other,
            None => Map::new(),
        }
    };
    if let Some(description) = description {
        schema.insert("description".to_owned(), json!(description));
    }
    Value::Object(schema)
}

/// `type, description`: only the first comma divides.
fn described(text: &str) -> (&str, Option<&str>) {
    match text.split_once(',') {
        Some((name, description)) => (name.trim(), Some(description.trim())),
        None => (text.trim(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(schema: &Value) -> (Value, Vec<String>) {
        let mut misfits = Vec::new();
        let named = |name: &str| (name == "Price").then(|| json!({"type": "number", "description": "in euro"}));
        let converted = to_json_schema(schema, &named, &mut misfits);
        (converted, misfits.into_iter().map(|misfit| misfit.path.join(" > ")).collect())
    }

    #[test]
    fn each_notation_becomes_json_schema() {
        for (pico, expected) in [
            (json!("string"), json!({"type": "string"})),
            (json!("integer,  how many, at most"), json!({"type": "integer", "description": "how many, at most"})),
            (json!("Price"), json!({"type": "number", "description": "in euro"})),
            (json!("Price, in yen"), json!({"type": "number", "description": "in yen"})),
            (json!("Unknown"), json!({})),
            (json!("any"), json!({})),
            (json!({"type": "string"}), json!({"type": "string"})),
            (json!({"properties": {"a": {}}}), json!({"type": "object", "properties": {"a": {}}})),
            (
                json!({"a": "string", "b?": "number, cost"}),
                json!({
                    "type": "object",
                    "properties": {"a": {"type": "string"}, "b": {"type": ["number", "null"], "description": "cost"}},
                    "required": ["a"],
                    "additionalProperties": false,
                }),
            ),
            (
                json!({"tags?(array, labels)": "string, one label"}),
                json!({
                    "type": "object",
                    "properties": {"tags": {
                        "type": ["array", "null"],
                        "description": "labels",
                        "items": {"type": "string", "description": "one label"},
                    }},
                    "additionalProperties": false,
                }),
            ),
            (
                json!({"mood?(enum)": ["good", "bad"], "(*)": "any, more"}),
                json!({
                    "type": "object",
                    "properties": {"mood": {"enum": ["good", "bad", null]}},
                    "additionalProperties": {"description": "more"},
                }),
            ),
            (
                json!({"who(object)": {"name": "string"}}),
                json!({
                    "type": "object",
                    "properties": {"who": {
                        "type": "object",
                        "properties": {"name": {"type": "string"}},
                        "required": ["name"],
                        "additionalProperties": false,
                    }},
                    "required": ["who"],
                    "additionalProperties": false,
                }),
            ),
        ] {
            let (converted, misfits) = convert(&pico);
            assert_eq!(converted, expected, "{pico}");
            assert_eq!(misfits, [""; 0], "{pico}");
        }
    }

    #[test]
    fn what_is_no_picoschema_is_named_with_its_place() {
        for (pico, places) in [
            (json!({"a": {"b": 3}}), vec!["a > b"]),
            (json!({"a(list)": "string"}), vec!["a(list)"]),
            (json!({"a(enum)": "x"}), vec!["a(enum)"]),
            (json!({"a": null, "(*)": []}), vec!["a", "(*)"]),
            (json!(["string"]), vec![""]),
        ] {
            assert_eq!(convert(&pico).1, places, "{pico}");
        }
    }

    #[test]
    fn a_key_is_taken_apart() {
        let field = Field::parse("tags?(array, a, b)").expect("a field");
        assert_eq!(
            (field.name, field.optional, field.kind, field.description),
            ("tags", true, Some("array"), Some("a, b"))
        );
        assert_eq!(Field::parse("(*)"), None);
        assert_eq!(Field::parse("x").map(|field| field.optional), Some(false));
    }
}
