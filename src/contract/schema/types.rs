//! The types and numbers of values that a schema takes.

use serde_json::{Map, Value, json};

use crate::contract::items;

pub(super) const NULL: u8 = 1;
pub(super) const BOOLEAN: u8 = 2;
pub(super) const INTEGER: u8 = 4;
pub(super) const FRACTION: u8 = 8;
pub(super) const STRING: u8 = 16;
pub(super) const ARRAY: u8 = 32;
pub(super) const OBJECT: u8 = 64;
const ANY: u8 = 127;

/// The types by name, `number` before the integers that it has.
pub(super) const TYPES: [(&str, u8); 7] = [
    ("null", NULL),
    ("boolean", BOOLEAN),
    ("number", INTEGER | FRACTION),
    ("integer", INTEGER),
    ("string", STRING),
    ("array", ARRAY),
    ("object", OBJECT),
];

/// The types of values that a schema takes.
pub(super) fn types(schema: &Map<String, Value>) -> u8 {
    let Some(named) = schema.get("type") else { return ANY };
    let bits =
        |name: &Value| TYPES.iter().find(|(known, _)| name.as_str() == Some(known)).map_or(ANY, |(_, bits)| *bits);
    let null = if schema.get("nullable") == Some(&Value::Bool(true)) { NULL } else { 0 };
    items(Some(named)).iter().map(bits).fold(null, |all, bits| all | bits)
}

pub(super) fn type_names(bits: u8) -> Vec<&'static str> {
    if bits == ANY {
        return vec!["anything"];
    }
    let mut left = bits;
    let mut names = Vec::new();
    for (name, bits) in TYPES {
        // A fraction alone is what a number has that an integer has not.
        if left & bits == bits || (name == "number" && left & FRACTION != 0) {
            names.push(name);
            left &= !bits;
        }
    }
    names
}

/// The values, where a schema lists them or its types have few.
pub(super) fn finite(schema: &Map<String, Value>) -> Option<Vec<Value>> {
    if let Some(only) = schema.get("const") {
        return Some(vec![only.clone()]);
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        return Some(values.clone());
    }
    if schema.contains_key("type") && types(schema) & !(NULL | BOOLEAN) == 0 && !schema.contains_key("anyOf") {
        let null = (types(schema) & NULL != 0).then_some(Value::Null);
        let booleans = (types(schema) & BOOLEAN != 0).then_some([json!(true), json!(false)]);
        return Some(null.into_iter().chain(booleans.into_iter().flatten()).collect());
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Nothing below it is taken.
    Least,
    /// Nothing above it is taken.
    Most,
}

impl Side {
    /// Whether what keeps the bound `ours` keeps the bound `theirs`.
    pub(super) fn keeps(self, ours: f64, theirs: f64) -> bool {
        if self == Self::Least { ours >= theirs } else { ours <= theirs }
    }

    pub(super) fn keywords(self) -> [&'static str; 2] {
        if self == Self::Least { ["minimum", "exclusiveMinimum"] } else { ["maximum", "exclusiveMaximum"] }
    }

    /// The edge of the numbers of `types` that a schema takes; of whole numbers the last one that it takes.
    pub(super) fn edge(self, schema: &Map<String, Value>, types: u8) -> Edge {
        let [inclusive, exclusive] = self.keywords();
        let number = |keyword| schema.get(keyword).and_then(Value::as_f64);
        let endless = if self == Self::Least { f64::NEG_INFINITY } else { f64::INFINITY };
        // In draft 4 the exclusive keyword is a flag of the other one.
        let flagged = schema.get(exclusive) == Some(&Value::Bool(true));
        let mut edge = Edge { at: number(inclusive).unwrap_or(endless), excluded: flagged };
        if let Some(other) = number(exclusive).filter(|other| self.keeps(*other, edge.at)) {
            edge = Edge { at: other, excluded: true };
        }
        if types & FRACTION == 0 && edge.excluded && edge.at.is_finite() {
            let next = if self == Self::Least { edge.at.floor() + 1.0 } else { edge.at.ceil() - 1.0 };
            edge = Edge { at: next, excluded: false };
        }
        edge
    }
}

#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) at: f64,
    pub(super) excluded: bool,
}
