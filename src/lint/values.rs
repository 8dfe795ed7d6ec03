//! Checking values against the JSON Schemas that users write.

use serde_json::Value;

use crate::store::schema::{Validator, Violation};

/// Checks values against one schema, which is compiled when a value first needs it: most never do.
pub(crate) struct Checker<'a> {
    schema: &'a Value,
    /// `Some(None)` is a schema that can't be used.
    compiled: Option<Option<Validator>>,
}

/// Keywords that say nothing about validity, beside those that [`surely_valid`] knows.
const ANNOTATIONS: [&str; 6] = ["title", "description", "examples", "default", "deprecated", "$comment"];

/// A schema nested deeper than this is not compiled.
const MAX_DEPTH: usize = 32;
/// Bytes of a pattern above which it is not compiled.
const MAX_PATTERN: usize = 500;

impl<'a> Checker<'a> {
    pub(crate) fn new(schema: &'a Value) -> Self {
        Self { schema, compiled: None }
    }

    /// The first way in which `value` does not match; `None` where it does, or where the schema itself can't be used.
    pub(crate) fn violation(&mut self, value: &Value) -> Option<Violation> {
        if surely_valid(self.schema, value, MAX_DEPTH) {
            return None;
        }
        let compiled = self.compiled.get_or_insert_with(|| compile(self.schema)).as_ref()?;
        compiled.violations(value).into_iter().next()
    }
}

fn compile(schema: &Value) -> Option<Validator> {
    is_tame(schema, MAX_DEPTH).then(|| Validator::new(schema.clone()).ok()).flatten()
}

/// Whether `schema` is shallow, refers to nothing (another document, or itself in a circle), and has no pattern that is
/// matched by backtracking, which may take exponential time.
fn is_tame(schema: &Value, depth: usize) -> bool {
    match schema {
        Value::Object(entries) => {
            depth > 0
                && entries.iter().all(|(key, value)| match (key.as_str(), value) {
                    ("$ref" | "$dynamicRef" | "$recursiveRef", _) => false,
                    ("pattern", Value::String(pattern)) => is_linear(pattern),
                    ("patternProperties", Value::Object(patterns)) => {
                        patterns.keys().all(|pattern| is_linear(pattern)) && is_tame(value, depth - 1)
                    }
                    _ => is_tame(value, depth - 1),
                })
        }
        Value::Array(items) => depth > 0 && items.iter().all(|item| is_tame(item, depth - 1)),
        _ => true,
    }
}

/// No look-around, no back-references: what is left is matched by an automaton.
fn is_linear(pattern: &str) -> bool {
    let backreference = pattern
        .as_bytes()
        .windows(2)
        .any(|pair| pair[0] == b'\\' && (pair[1].is_ascii_digit() || matches!(pair[1], b'k' | b'g' | b'K' | b'G')));
    let special = pattern.match_indices("(?").any(|(at, _)| !pattern[at..].starts_with("(?:"));
    let possessive = ["++", "*+", "?+", "}+"].iter().any(|quantifier| pattern.contains(quantifier));
    !backreference && !special && !possessive && pattern.len() <= MAX_PATTERN
}

/// Whether a schema of nothing but types, values and items is plainly met. What is not plain is left to the validator,
/// whose first use costs more than linting a hundred prompts.
fn surely_valid(schema: &Value, value: &Value, depth: usize) -> bool {
    let entries = match schema {
        Value::Bool(valid) => return *valid,
        Value::Object(entries) if depth > 0 => entries,
        _ => return false,
    };
    entries.iter().all(|(keyword, wanted)| match keyword.as_str() {
        "type" => match wanted {
            Value::String(name) => has_type(value, name),
            Value::Array(names) => names.iter().filter_map(Value::as_str).any(|name| has_type(value, name)),
            _ => false,
        },
        "enum" => wanted.as_array().is_some_and(|values| values.contains(value)),
        "items" => match value {
            Value::Array(items) => items.iter().all(|item| surely_valid(wanted, item, depth - 1)),
            _ => true,
        },
        "properties" => match (wanted, value) {
            (Value::Object(properties), Value::Object(values)) => properties
                .iter()
                .all(|(name, schema)| values.get(name).is_none_or(|value| surely_valid(schema, value, depth - 1))),
            _ => wanted.is_object(),
        },
        other => ANNOTATIONS.contains(&other),
    })
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointer(schema: &Value, value: &Value) -> Option<String> {
        Checker::new(schema).violation(value).map(|violation| violation.pointer)
    }

    #[test]
    fn a_violation_has_its_place() {
        let list = json!({"type": "array", "items": {"type": "integer"}});
        for (schema, value, expected) in [
            (&json!({"type": "string"}), json!("x"), None),
            (&json!({"type": "string"}), json!(4), Some("")),
            (&json!({"type": "integer"}), json!(4.0), None),
            (&list, json!([1, 2]), None),
            (&list, json!([1, "2"]), Some("/1")),
            (&json!({"type": "string", "maxLength": 2}), json!("abc"), Some("")),
            (&json!({"enum": ["a"]}), json!("b"), Some("")),
            (&json!({"pattern": "^[a-z]+$"}), json!("B"), Some("")),
        ] {
            assert_eq!(pointer(schema, &value).as_deref(), expected, "{schema} {value}");
        }
    }

    #[test]
    fn a_schema_that_cannot_be_used_says_nothing() {
        for schema in [
            json!({"$ref": "#", "type": "integer"}),
            json!({"type": 3}),
            json!({"type": "string", "pattern": "(?=a)b"}),
            json!({"type": "string", "pattern": "(a)\\1"}),
        ] {
            assert_eq!(pointer(&schema, &json!("x")), None, "{schema}");
        }
    }
}
