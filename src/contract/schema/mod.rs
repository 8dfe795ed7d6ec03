//! Whether every value of one JSON Schema is a value of another.
//!
//! The relation is sound and not complete: where it finds no gap there is none, and where it cannot tell it names the
//! keyword as one. `type` (with `nullable`), `enum`, `const`, bounds, `properties`, `required`, `additionalProperties`,
//! `items`, `prefixItems`, `allOf`, `anyOf`, `oneOf` with branches that exclude each other and local `$ref` are understood;
//! any other keyword has to be the same in both.

mod parts;
mod types;

use serde_json::{Map, Value, json};

use super::{entries, items, same};
use crate::store::schema::Validator;
use parts::{ANNOTATIONS, MAX_DEPTH, excludes_each_other, flatten, mentions, merged, reference, resolve_whole};
use types::{ARRAY, FRACTION, INTEGER, OBJECT, STRING, Side, TYPES, finite, type_names, types};

/// Values that the first schema takes and the second may not.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::contract) struct Gap {
    /// Where in the schema: `/properties/tone`.
    pub(in crate::contract) at: String,
    pub(in crate::contract) kind: GapKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::contract) enum GapKind {
    /// Types of which only the first takes values.
    Types(Vec<&'static str>),
    /// This value.
    Value(Value),
    /// Whatever the second does not list.
    Unlisted,
    /// Objects without this property, which the second requires; the first may have never heard of it.
    Optional { property: String, known: bool },
    /// Objects with this property, which the second refuses.
    Refused(String),
    /// Objects in which this property is anything: only the second says what it is.
    Undescribed(String),
    /// Objects with properties that the second does not list.
    Open,
    /// Values beyond a bound of the second.
    Bound { keyword: &'static str, first: Option<Value>, second: Value },
    /// Perhaps some, by this keyword.
    Unknown(String),
}

/// More comparisons than this are not made for one pair of schemas.
const MAX_STEPS: usize = 5_000;
/// So many gaps are enough to know.
const MAX_GAPS: usize = 6;

/// Keywords that [`Relation`] compares by their meaning.
const UNDERSTOOD: [&str; 23] = [
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "prefixItems",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "uniqueItems",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "allOf",
    "anyOf",
    "oneOf",
];

/// Keywords whose meaning depends on others beside them, which have to be the same too.
const DEPENDENT: [(&str, &[&str]); 6] = [
    ("if", &["then", "else"]),
    ("then", &["if"]),
    ("else", &["if"]),
    ("contains", &["minContains", "maxContains"]),
    ("unevaluatedProperties", &["properties", "patternProperties", "additionalProperties", "allOf", "anyOf", "oneOf"]),
    ("unevaluatedItems", &["items", "prefixItems", "allOf", "anyOf", "oneOf"]),
];

/// What `first` takes and `second` may not, in the order of the schemas; no more than a few.
pub(in crate::contract) fn gaps(first: &Value, second: &Value) -> Vec<Gap> {
    let definitions = |root: &Value| (root.get("$defs").cloned(), root.get("definitions").cloned());
    let shared_definitions = definitions(first) == definitions(second);
    let mut relation =
        Relation { first, second, shared_definitions, assumed: Vec::new(), steps: 0, depth: 0, gaps: Vec::new() };
    relation.check(first, second, "");
    relation.gaps
}

struct Relation<'a> {
    first: &'a Value,
    second: &'a Value,
    shared_definitions: bool,
    /// Pairs of references that are being compared: a recursive schema is compared once.
    assumed: Vec<(String, String)>,
    steps: usize,
    depth: usize,
    gaps: Vec<Gap>,
}

impl Relation<'_> {
    fn found(&mut self, at: &str, kind: GapKind) {
        let gap = Gap { at: at.to_owned(), kind };
        if self.gaps.len() < MAX_GAPS && !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Whether there is no gap, which is not told.
    fn holds(&mut self, first: &Value, second: &Value) -> bool {
        let kept = std::mem::take(&mut self.gaps);
        self.check(first, second, "");
        std::mem::replace(&mut self.gaps, kept).is_empty()
    }

    fn check(&mut self, first: &Value, second: &Value, at: &str) {
        self.steps += 1;
        if self.is_same(first, second) || *second == Value::Bool(true) || *first == Value::Bool(false) {
            return;
        }
        if self.steps > MAX_STEPS || self.depth > MAX_DEPTH {
            return self.found(at, GapKind::Unknown("$ref".to_owned()));
        }
        self.depth += 1;
        let pair = reference(first).zip(reference(second)).map(|(one, other)| (one.to_owned(), other.to_owned()));
        match pair {
            Some(pair) if self.assumed.contains(&pair) => {}
            Some(pair) => {
                self.assumed.push(pair);
                self.check_resolved(first, second, at);
                self.assumed.pop();
            }
            None => self.check_resolved(first, second, at),
        }
        self.depth -= 1;
    }

    fn check_resolved(&mut self, first: &Value, second: &Value, at: &str) {
        let flat = |schema: &Value, root: &Value| match schema {
            Value::Object(schema) => flatten(schema, root, 0),
            Value::Bool(false) => Some(Map::from_iter([("enum".to_owned(), json!([]))])),
            _ => Some(Map::new()),
        };
        let (Some(one), Some(other)) = (flat(first, self.first), resolve_whole(second, self.second)) else {
            return self.found(at, GapKind::Unknown("$ref".to_owned()));
        };
        self.check_maps(&one, &other, at);
    }

    fn check_maps(&mut self, first: &Map<String, Value>, second: &Map<String, Value>, at: &str) {
        if let Some(values) = finite(first) {
            return self.check_values(&values, second, at);
        }
        let split =
            ["anyOf", "oneOf"].into_iter().find(|key| first.contains_key(*key) && !self.shares(first, second, key));
        if let Some(key) = split {
            let mut base = first.clone();
            let branches = base.remove(key).unwrap_or_default();
            for branch in items(Some(&branches)) {
                let Some(branch) = resolve_whole(branch, self.first) else {
                    return self.found(at, GapKind::Unknown(key.to_owned()));
                };
                self.check(&Value::Object(merged(base.clone(), &branch)), &Value::Object(second.clone()), at);
            }
            return;
        }
        for branch in items(second.get("allOf")) {
            self.check(&Value::Object(first.clone()), branch, at);
        }
        for key in ["anyOf", "oneOf"] {
            if second.contains_key(key) && !self.shares(first, second, key) {
                self.check_choice(first, second, key, at);
            }
        }
        if second.contains_key("const") || second.contains_key("enum") {
            return self.found(at, GapKind::Unlisted);
        }
        let taken = types(first);
        let missing = taken & !types(second);
        if missing != 0 {
            self.found(at, GapKind::Types(type_names(missing)));
        }
        let both = taken & !missing;
        if both & OBJECT != 0 {
            self.check_objects(first, second, at);
        }
        if both & ARRAY != 0 {
            self.check_arrays(first, second, at);
        }
        self.check_bounds(both, first, second, at);
        self.check_others(first, second, at);
    }

    /// Values that are listed are tried one by one, by a validator that follows no reference and matches no pattern: of
    /// those that others write, either may take for ever.
    fn check_values(&mut self, values: &[Value], second: &Map<String, Value>, at: &str) {
        let mut schema = second.clone();
        ["$defs", "definitions", "$schema", "$id"].iter().for_each(|key| drop(schema.remove(*key)));
        let schema = Value::Object(schema);
        if let Some(keyword) = ["$ref", "pattern", "patternProperties"].iter().find(|key| mentions(&schema, key, 0)) {
            return self.found(at, GapKind::Unknown((*keyword).to_owned()));
        }
        let nullable = schema.get("nullable") == Some(&Value::Bool(true));
        let Ok(validator) = Validator::new(schema) else {
            return self.found(at, GapKind::Unknown("enum".to_owned()));
        };
        let is_refused = |value: &&Value| !(validator.is_valid(value) || nullable && value.is_null());
        for value in values.iter().filter(is_refused) {
            self.found(at, GapKind::Value(value.clone()));
        }
    }

    /// Whether some branch of the second takes all of the first, or all of each of its types.
    fn check_choice(&mut self, first: &Map<String, Value>, second: &Map<String, Value>, key: &str, at: &str) {
        let branches = items(second.get(key));
        if key == "oneOf" && !excludes_each_other(branches, self.second) {
            return self.found(at, GapKind::Unknown(key.to_owned()));
        }
        let whole = Value::Object(first.clone());
        if branches.iter().any(|branch| self.holds(&whole, branch)) {
            return;
        }
        let mut missing = 0;
        for bit in
            TYPES.iter().map(|(_, bits)| *bits).filter(|bits| bits.count_ones() == 1 || *bits == INTEGER | FRACTION)
        {
            if types(first) & bit != bit || (bit == INTEGER && types(first) & FRACTION != 0) {
                continue;
            }
            let mut part = first.clone();
            part.remove("nullable");
            part.insert("type".to_owned(), json!(type_names(bit)));
            let part = Value::Object(part);
            if !branches.iter().any(|branch| self.holds(&part, branch)) {
                missing |= bit;
            }
        }
        let covered = branches.iter().filter_map(|branch| resolve_whole(branch, self.second));
        let covered = covered.fold(0, |bits, branch| bits | types(&branch));
        match missing & !covered {
            _ if missing == 0 => {}
            0 => self.found(at, GapKind::Unknown(key.to_owned())),
            bits => self.found(at, GapKind::Types(type_names(bits))),
        }
    }

    fn check_objects(&mut self, first: &Map<String, Value>, second: &Map<String, Value>, at: &str) {
        let yes = Value::Bool(true);
        let (ours, theirs) = (entries(first.get("properties")), entries(second.get("properties")));
        let (our_rest, their_rest) =
            (first.get("additionalProperties").unwrap_or(&yes), second.get("additionalProperties").unwrap_or(&yes));
        let requires = |schema: &Map<String, Value>, name: &str| {
            items(schema.get("required")).iter().any(|required| required.as_str() == Some(name))
        };
        for name in items(second.get("required")).iter().filter_map(Value::as_str) {
            if !requires(first, name) {
                let known = ours.contains_key(name);
                self.found(at, GapKind::Optional { property: name.to_owned(), known });
            }
        }
        for (name, schema) in ours {
            match theirs.get(name).unwrap_or(their_rest) {
                Value::Bool(false) if *schema != Value::Bool(false) => {
                    self.found(at, GapKind::Refused(name.clone()));
                }
                other => self.check(schema, other, &below(at, "properties", name)),
            }
        }
        for (name, schema) in theirs.iter().filter(|(name, _)| !ours.contains_key(*name)) {
            let unheard_of = requires(second, name) && !requires(first, name);
            if *our_rest != Value::Bool(false) && !unheard_of && !self.holds(our_rest, schema) {
                self.found(at, GapKind::Undescribed(name.clone()));
            }
        }
        match (our_rest, their_rest) {
            (Value::Bool(false), _) => {}
            (_, Value::Bool(false)) => self.found(at, GapKind::Open),
            _ => self.check(our_rest, their_rest, &format!("{at}/additionalProperties")),
        }
    }

    fn check_arrays(&mut self, first: &Map<String, Value>, second: &Map<String, Value>, at: &str) {
        let yes = Value::Bool(true);
        // In old drafts a list of schemas stands under `items`.
        if [first, second].iter().any(|schema| schema.get("items").is_some_and(Value::is_array)) {
            if !self.shares(first, second, "items") || !self.shares(first, second, "additionalItems") {
                self.found(at, GapKind::Unknown("items".to_owned()));
            }
            return;
        }
        let (ours, theirs) = (items(first.get("prefixItems")), items(second.get("prefixItems")));
        let (our_rest, their_rest) = (first.get("items").unwrap_or(&yes), second.get("items").unwrap_or(&yes));
        for index in 0..ours.len().max(theirs.len()) {
            let (one, other) = (ours.get(index).unwrap_or(our_rest), theirs.get(index).unwrap_or(their_rest));
            self.check(one, other, &below(at, "prefixItems", &index.to_string()));
        }
        self.check(our_rest, their_rest, &format!("{at}/items"));
        let unique = |schema: &Map<String, Value>| schema.get("uniqueItems") == Some(&Value::Bool(true));
        if unique(second) && !unique(first) {
            self.found(at, GapKind::Bound { keyword: "uniqueItems", first: None, second: Value::Bool(true) });
        }
    }

    fn check_bounds(&mut self, types: u8, first: &Map<String, Value>, second: &Map<String, Value>, at: &str) {
        const BOUNDS: [(u8, &str, Side); 6] = [
            (STRING, "minLength", Side::Least),
            (STRING, "maxLength", Side::Most),
            (ARRAY, "minItems", Side::Least),
            (ARRAY, "maxItems", Side::Most),
            (OBJECT, "minProperties", Side::Least),
            (OBJECT, "maxProperties", Side::Most),
        ];
        for (kind, keyword, side) in BOUNDS {
            let Some(theirs) = second.get(keyword).filter(|_| types & kind != 0) else { continue };
            let ours = first.get(keyword).and_then(Value::as_f64);
            let ours = ours.unwrap_or(if side == Side::Least { 0.0 } else { f64::INFINITY });
            let within = theirs.as_f64().is_some_and(|theirs| side.keeps(ours, theirs));
            if !within {
                self.found(at, bound(keyword, first, theirs));
            }
        }
        if types & (INTEGER | FRACTION) == 0 {
            return;
        }
        for side in [Side::Least, Side::Most] {
            let (ours, theirs) = (side.edge(first, types), side.edge(second, types));
            if !side.keeps(ours.at, theirs.at) || (ours.at == theirs.at && theirs.excluded && !ours.excluded) {
                let [inclusive, exclusive] = side.keywords();
                let keyword = if second.contains_key(exclusive) { exclusive } else { inclusive };
                self.found(at, bound(keyword, first, second.get(keyword).unwrap_or(&Value::Null)));
            }
        }
        if let Some(theirs) = second.get("multipleOf") {
            let ours = first.get("multipleOf").and_then(Value::as_f64).or((types & FRACTION == 0).then_some(1.0));
            let divides = ours.zip(theirs.as_f64()).is_some_and(|(ours, theirs)| theirs != 0.0 && ours % theirs == 0.0);
            if !divides {
                self.found(at, bound("multipleOf", first, theirs));
            }
        }
    }

    /// Keywords that are not understood have to be the same.
    fn check_others(&mut self, first: &Map<String, Value>, second: &Map<String, Value>, at: &str) {
        for key in second.keys() {
            let known = UNDERSTOOD.contains(&key.as_str()) || ANNOTATIONS.contains(&key.as_str());
            if known || key.starts_with("x-") || key == "$ref" {
                continue;
            }
            let company =
                DEPENDENT.iter().find(|(dependent, _)| dependent == key).map_or(&[][..], |(_, others)| others);
            if !self.shares(first, second, key) || company.iter().any(|other| !self.shares(first, second, other)) {
                self.found(at, GapKind::Unknown(key.clone()));
            }
        }
        // Which properties a pattern covers decides what `additionalProperties` is about.
        let patterns = "patternProperties";
        if first.contains_key(patterns) && !second.contains_key(patterns) && second.contains_key("additionalProperties")
        {
            self.found(at, GapKind::Unknown(patterns.to_owned()));
        }
    }

    fn shares(&self, first: &Map<String, Value>, second: &Map<String, Value>, key: &str) -> bool {
        match (first.get(key), second.get(key)) {
            (Some(one), Some(other)) => self.is_same(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }

    fn is_same(&self, first: &Value, second: &Value) -> bool {
        same(first, second) && (self.shared_definitions || !mentions(first, "$ref", 0))
    }
}

fn bound(keyword: &'static str, first: &Map<String, Value>, second: &Value) -> GapKind {
    GapKind::Bound { keyword, first: first.get(keyword).cloned(), second: second.clone() }
}

fn below(at: &str, keyword: &str, name: &str) -> String {
    format!("{at}/{keyword}/{}", name.replace('~', "~0").replace('/', "~1"))
}
