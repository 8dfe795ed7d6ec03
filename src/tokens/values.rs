//! The most tokens that a value of an input may take, as far as its declaration says.

use serde_json::Value;

use super::tokenizer::{Tokenizer, Tokens};
use crate::store::prompt::Input;
use crate::store::template::Step;

/// A 64-bit integer has at most 20 characters, and no character of it is more than a token.
pub(super) const INTEGER: u64 = 20;
/// A double has at most 24 characters.
const NUMBER: u64 = 24;
/// `false`, however it is cut.
const BOOLEAN: u64 = 5;
/// Schemas that nest deeper say nothing.
const MAX_DEPTH: usize = 32;

/// The most that one print of the part of `input` at `path` takes: what the part's own schema says, or `maxTokens` of
/// the whole, whichever is less. `None` where nothing is said.
pub(super) fn most(input: &Input, path: &[Step], tokenizer: Tokenizer<'_>) -> Option<Tokens> {
    let whole = of_whole(input);
    let part = at(&input.schema, path).and_then(|schema| of_schema(schema, tokenizer, MAX_DEPTH));
    match (whole, part) {
        (Some(whole), Some(part)) if part.high < whole => Some(part),
        (Some(whole), _) => Some(Tokens::exactly(whole)),
        (None, part) => part,
    }
}

/// What the input itself allows for the whole of its value.
pub(super) fn of_whole(input: &Input) -> Option<u64> {
    input.max_tokens.as_ref().map(|most| most.value)
}

/// The most items of the list or mapping at `path`.
pub(super) fn most_items(input: &Input, path: &[Step]) -> Option<u64> {
    let schema = at(&input.schema, path)?;
    let declared = ["maxItems", "maxProperties"].iter().find_map(|keyword| schema.get(keyword)?.as_u64());
    declared.or_else(|| schema.get("const").or_else(|| schema.get("enum")).and_then(longest_list))
}

fn longest_list(value: &Value) -> Option<u64> {
    let items = value.as_array()?;
    let nested = items.iter().filter_map(Value::as_array).map(Vec::len).max();
    nested.map(|length| length as u64)
}

fn at<'a>(schema: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(schema, |schema, step| match step {
        Step::Attribute(name) => schema.get("properties")?.get(name),
        // A section of a logic-less template enters a list or an object.
        Step::Item | Step::Dynamic => {
            schema.get("items").or(Some(schema).filter(|schema| schema.get("properties").is_some()))
        }
    })
}

fn of_schema(schema: &Value, tokenizer: Tokenizer<'_>, depth: usize) -> Option<Tokens> {
    let depth = depth.checked_sub(1)?;
    if let Some(most) = schema.get("maxTokens").and_then(Value::as_u64) {
        return Some(Tokens::exactly(most));
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(|value| of_value(value, tokenizer)).max_by_key(|tokens| tokens.high);
    }
    if let Some(value) = schema.get("const") {
        return Some(of_value(value, tokenizer));
    }
    match schema.get("type")?.as_str()? {
        "boolean" | "null" => Some(Tokens::exactly(BOOLEAN)),
        "integer" => Some(Tokens::exactly(INTEGER)),
        "number" => Some(Tokens::exactly(NUMBER)),
        "array" => {
            let items = schema.get("maxItems")?.as_u64()?;
            // A quote, a comma and a space around each, and the brackets.
            let each = of_schema(schema.get("items")?, tokenizer, depth)? + Tokens::exactly(2);
            Some(each.times(items) + Tokens::exactly(2))
        }
        "object" if schema.get("additionalProperties").and_then(Value::as_bool) == Some(false) => {
            let properties = schema.get("properties")?.as_object()?;
            let of_entry = |(name, schema): (&String, &Value)| {
                Some(tokenizer.count(name) + of_schema(schema, tokenizer, depth)? + Tokens::exactly(4))
            };
            properties.iter().map(of_entry).sum::<Option<Tokens>>().map(|sum| sum + Tokens::exactly(2))
        }
        _ => None,
    }
}

/// A value as it is printed.
fn of_value(value: &Value, tokenizer: Tokenizer<'_>) -> Tokens {
    match value.as_str() {
        Some(text) => tokenizer.count(text),
        None => tokenizer.count(&value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tokens::Encoding;

    #[test]
    fn a_schema_bounds_some_values() {
        let exact = Tokenizer::Exact(Encoding::O200kBase);
        let most = |schema: Value| of_schema(&schema, exact, MAX_DEPTH).map(|tokens| tokens.high);
        let long = Encoding::O200kBase.count("unbelievably formal") as u64;
        for (schema, expected) in [
            (json!({"type": "string"}), None),
            (json!(true), None),
            (json!({"type": "string", "maxTokens": 7}), Some(7)),
            (json!({"enum": ["warm", "unbelievably formal"]}), Some(long)),
            (json!({"type": "integer"}), Some(20)),
            (json!({"type": "array", "items": {"type": "string", "maxTokens": 10}, "maxItems": 3}), Some(38)),
            (json!({"type": "array", "items": {"type": "string"}, "maxItems": 3}), None),
            (
                json!({"type": "object", "properties": {"a": {"type": "boolean"}}, "additionalProperties": false}),
                Some(12),
            ),
            (json!({"type": "object", "properties": {"a": {"type": "boolean"}}}), None),
        ] {
            assert_eq!(most(schema.clone()), expected, "{schema}");
        }
    }
}
