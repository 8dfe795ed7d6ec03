//! JSON Schema: the published schemas of the files that users write, and the check of a value against a schema.
//!
//! *Architecture invariant:* this module alone names the schema validator. References to other documents are never
//! fetched: a schema that needs one does not compile.

use std::sync::OnceLock;

use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind};
use serde_json::Value;

use super::FileKind;

/// The published schemas by name, in alphabetical order: what `schemas/NAME.schema.json` holds.
pub fn all() -> &'static [(&'static str, &'static str)] {
    const ALL: &[(&str, &str)] = &[
        ("config", include_str!("../../schemas/config.schema.json")),
        ("model", include_str!("../../schemas/model.schema.json")),
        ("policy", include_str!("../../schemas/policy.schema.json")),
        ("prompt", include_str!("../../schemas/prompt.schema.json")),
        ("retrieval", include_str!("../../schemas/retrieval.schema.json")),
        ("route", include_str!("../../schemas/route.schema.json")),
        ("suite", include_str!("../../schemas/suite.schema.json")),
    ];
    ALL
}

/// The published schema of files of a kind; for [`FileKind::Prompt`] that of native prompts.
pub fn published(kind: FileKind) -> Option<&'static str> {
    index_of(kind).map(|at| all()[at].1)
}

/// The validator of files of a kind, compiled once when it is first asked for: compiling costs a millisecond.
pub fn of_kind(kind: FileKind) -> Option<&'static Validator> {
    static COMPILED: [OnceLock<Validator>; 7] = [const { OnceLock::new() }; 7];
    let at = index_of(kind)?;
    Some(COMPILED[at].get_or_init(|| {
        let schema = serde_json::from_str(all()[at].1).expect("because the published schemas are JSON, and tested");
        Validator::trusted(schema)
    }))
}

fn index_of(kind: FileKind) -> Option<usize> {
    let name = match kind {
        FileKind::Config => "config",
        FileKind::Prompt => "prompt",
        FileKind::Model => "model",
        FileKind::Retrieval => "retrieval",
        FileKind::Policy => "policy",
        FileKind::Suite => "suite",
        FileKind::Route => "route",
        FileKind::Partial | FileKind::Schema | FileKind::Tool | FileKind::Data | FileKind::CodeOwners => return None,
    };
    all().iter().position(|(known, _)| *known == name)
}

/// A compiled schema.
#[derive(Debug)]
pub struct Validator {
    schema: Value,
    compiled: jsonschema::Validator,
}

/// Why a schema is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InvalidSchema {
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// JSON pointer to the keyword in the schema.
    pub pointer: String,
}

/// One way in which a value does not match a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer to the value; for an unknown or a missing key to the object that has or lacks it.
    pub pointer: String,
    /// Which way.
    pub kind: ViolationKind,
    /// What is wrong, in plain words and without a full stop.
    pub message: String,
    /// What to do, where the schema says it.
    pub help: Option<String>,
}

/// The ways that callers tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViolationKind {
    /// The object has a key that the schema does not know.
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that the schema knows there, in its order.
        known: Vec<String>,
    },
    /// The object lacks a key that it must have.
    MissingKey {
        /// The key.
        key: String,
    },
    /// The value itself is wrong.
    Value,
}

impl Validator {
    /// Compiles a schema that a user wrote. The draft is that of its `$schema`, else 2020-12.
    ///
    /// # Errors
    /// Where it is not a schema, or refers to a document outside of itself.
    pub fn new(schema: Value) -> Result<Self, InvalidSchema> {
        let compiled = jsonschema::options().build(&schema).map_err(|error| InvalidSchema {
            message: describe(&error, &schema).message,
            pointer: error.instance_path().as_str().to_owned(),
        })?;
        Ok(Self { schema, compiled })
    }

    /// Compiles a schema of our own, which a test has checked against the meta-schema.
    fn trusted(schema: Value) -> Self {
        let compiled = jsonschema::draft202012::options()
            .build(&schema)
            .expect("because the published schemas compile, and a test says so");
        Self { schema, compiled }
    }

    /// Whether `value` matches. A fraction of the cost of [`Self::violations`].
    pub fn is_valid(&self, value: &Value) -> bool {
        self.compiled.is_valid(value)
    }

    /// All violations, in an order that depends on the schema and the value alone; nothing where `value` matches.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        if self.is_valid(value) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for error in self.compiled.iter_errors(value) {
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected }
                | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                    found.extend(unexpected.iter().map(|key| self.unknown_key(&error, key)));
                }
                _ => found.push(describe(&error, &self.schema)),
            }
        }
        found
    }

    fn unknown_key(&self, error: &ValidationError<'_>, key: &str) -> Violation {
        let keyword = error.schema_path().as_str();
        let owner = keyword.rsplit_once('/').map_or("", |(owner, _)| owner);
        let known = self.schema.pointer(owner).and_then(|schema| schema.get("properties")).and_then(Value::as_object);
        let known = known.map(|properties| properties.keys().cloned().collect()).unwrap_or_default();
        Violation {
            pointer: error.instance_path().as_str().to_owned(),
            message: format!("`{key}` is not a key that is known {}", inside(error.instance_path().as_str())),
            kind: ViolationKind::UnknownKey { key: key.to_owned(), known },
            help: None,
        }
    }
}

/// `here`, or `in `price``: where a pointer leads, for people.
fn inside(pointer: &str) -> String {
    match named(pointer) {
        Some(name) => format!("in {name}"),
        None => "here".to_owned(),
    }
}

/// The value at a pointer, as people name it: `` `temperature` ``, `` item 2 of `messages` ``; `None` for the document.
fn named(pointer: &str) -> Option<String> {
    let (parent, last) = pointer.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    match last.parse::<usize>() {
        Ok(index) => {
            let list = parent.rsplit_once('/').map(|(_, name)| name.replace("~1", "/").replace("~0", "~"));
            Some(match list {
                Some(list) => format!("item {} of `{list}`", index + 1),
                None => format!("item {}", index + 1),
            })
        }
        Err(_) => Some(format!("`{last}`")),
    }
}

fn describe(error: &ValidationError<'_>, schema: &Value) -> Violation {
    use ValidationErrorKind as Kind;

    let pointer = error.instance_path().as_str();
    let subject = named(pointer).unwrap_or_else(|| "the document".to_owned());
    let value = error.instance().as_ref();
    let mut kind = ViolationKind::Value;
    let mut help = None;
    let message = match error.kind() {
        Kind::Type { kind } => {
            let wanted: Vec<&str> = match kind {
                TypeKind::Single(one) => vec![type_word(one.as_str())],
                // Where a value may be left out, nobody needs to be told to write nothing.
                TypeKind::Multiple(set) => {
                    set.iter().map(|one| type_word(one.as_str())).filter(|word| *word != "nothing").collect()
                }
            };
            help = quoting_help(value, &wanted);
            format!("{subject} must be {}, but it is {}", join_or(&wanted), value_word(value))
        }
        Kind::Required { property } => {
            let key = property.as_str().unwrap_or_default().to_owned();
            let message = match named(pointer) {
                Some(name) => format!("{name} has no `{key}`"),
                None => format!("`{key}` is missing"),
            };
            kind = ViolationKind::MissingKey { key };
            message
        }
        Kind::Enum { options } => {
            let options: Vec<String> = options.as_array().into_iter().flatten().map(excerpt).collect();
            help = closest(value, &options);
            format!("{subject} must be {}, but it is {}", join_or(&options), excerpt(value))
        }
        Kind::Constant { expected_value } => {
            format!("{subject} must be {}, but it is {}", excerpt(expected_value), excerpt(value))
        }
        Kind::Minimum { limit } => format!("{subject} must be at least {limit}, but it is {}", excerpt(value)),
        Kind::Maximum { limit } => format!("{subject} must be at most {limit}, but it is {}", excerpt(value)),
        Kind::ExclusiveMinimum { limit } => {
            format!("{subject} must be more than {limit}, but it is {}", excerpt(value))
        }
        Kind::ExclusiveMaximum { limit } => {
            format!("{subject} must be less than {limit}, but it is {}", excerpt(value))
        }
        Kind::MultipleOf { multiple_of } => format!("{subject} must be a multiple of {multiple_of}"),
        Kind::MinLength { limit: 1 } => format!("{subject} must not be empty"),
        Kind::MinLength { limit } => format!("{subject} must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("{subject} must have at most {limit} characters"),
        Kind::MinItems { limit: 1 } | Kind::MinProperties { limit: 1 } => format!("{subject} must not be empty"),
        Kind::MinItems { limit } => format!("{subject} must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("{subject} must have at most {limit} items"),
        Kind::AdditionalItems { limit } => format!("{subject} must have at most {limit} items"),
        Kind::MinProperties { limit } => format!("{subject} must have at least {limit} keys"),
        Kind::MaxProperties { limit } => format!("{subject} must have at most {limit} keys"),
        Kind::UniqueItems => format!("{subject} has an item twice"),
        Kind::Contains => format!("{subject} has no item of the kind that it needs"),
        Kind::Pattern { pattern } => match owner_description(error, schema) {
            Some(description) => {
                help = Some(description);
                format!("{} is not a valid {subject}", excerpt(value))
            }
            None => format!("{subject} must match the pattern `{pattern}`, but it is {}", excerpt(value)),
        },
        Kind::Format { format } => format!("{subject} must be written as a `{format}`, but it is {}", excerpt(value)),
        Kind::PropertyNames { error } => format!("a key of {subject} is not allowed: {error}"),
        Kind::FalseSchema => format!("{subject} is not allowed"),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => format!("{subject} has none of the shapes that it can have"),
        Kind::OneOfMultipleValid { .. } => format!("{subject} has more than one of the shapes that exclude each other"),
        Kind::Not { .. } => format!("{subject} has a shape that it must not have"),
        Kind::Referencing(cause) => format!("a reference leads nowhere: {cause}"),
        other => format!("{subject} does not fulfil `{}`", other.keyword()),
    };
    Violation { pointer: pointer.to_owned(), kind, message, help }
}

/// What the schema says about the value that a keyword rejected.
fn owner_description(error: &ValidationError<'_>, schema: &Value) -> Option<String> {
    let (owner, _) = error.schema_path().as_str().rsplit_once('/')?;
    Some(schema.pointer(owner)?.get("description")?.as_str()?.to_owned())
}

/// A value of the right look and the wrong type: in YAML the quotes decide which it is.
fn quoting_help(value: &Value, wanted: &[&str]) -> Option<String> {
    let scalar = value.is_number() || value.is_boolean();
    let is_number = value.as_str().is_some_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite));
    if is_number && (wanted.contains(&"a number") || wanted.contains(&"a whole number")) {
        return Some("write it without quotes".to_owned());
    }
    (scalar && wanted.contains(&"text")).then(|| format!("write it in quotes: `\"{value}\"`"))
}

fn closest(value: &Value, options: &[String]) -> Option<String> {
    let written = value.as_str()?.to_lowercase();
    let scored = options.iter().map(|option| (strsim::damerau_levenshtein(&written, option.trim_matches('`')), option));
    let (distance, option) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2).then(|| format!("did you mean {option}?"))
}

fn type_word(name: &str) -> &str {
    match name {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a mapping",
        "null" => "nothing",
        other => other,
    }
}

fn value_word(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "a whole number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

/// The value as code, cut to what fits in a sentence.
fn excerpt(value: &Value) -> String {
    const MOST: usize = 40;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) | Value::Null => return value_word(value).to_owned(),
        other => other.to_string(),
    };
    let text = text.lines().next().unwrap_or_default();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

fn join_or(words: &[impl AsRef<str>]) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} or {}", most.join(", "), last.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KINDS: [FileKind; 7] = [
        FileKind::Config,
        FileKind::Prompt,
        FileKind::Model,
        FileKind::Retrieval,
        FileKind::Policy,
        FileKind::Suite,
        FileKind::Route,
    ];

    fn messages(kind: FileKind, value: &Value) -> Vec<String> {
        let violations = of_kind(kind).expect("it has a schema").violations(value);
        violations.into_iter().map(|violation| format!("{}: {}", violation.pointer, violation.message)).collect()
    }

    #[test]
    fn published_schemas_are_schemas_and_carry_their_address() {
        for (name, text) in all() {
            let schema: Value = serde_json::from_str(text).expect("JSON");
            assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name} is not a schema of draft 2020-12");
            assert_eq!(schema["$id"], format!("https://promptyard.dev/schemas/{name}.schema.json"));
        }
        for kind in KINDS {
            assert!(of_kind(kind).is_some(), "{kind:?} has no schema");
        }
    }

    #[test]
    fn every_property_of_a_published_schema_is_described() {
        fn check(name: &str, at: &str, schema: &Value) {
            for (key, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let described = property.get("description").is_some() || property.get("$ref").is_some();
                assert!(described, "{name}: {at}/{key} has no description");
                check(name, &format!("{at}/{key}"), property);
            }
            for nested in ["items", "additionalProperties"] {
                schema.get(nested).into_iter().for_each(|nested| check(name, at, nested));
            }
            for (key, definition) in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
                check(name, &format!("{at}/$defs/{key}"), definition);
            }
        }
        for (name, text) in all() {
            check(name, "", &serde_json::from_str(text).expect("JSON"));
        }
    }

    #[test]
    fn violations_read_as_plain_words() {
        let prompt = json!({
            "modelParameters": {"temperature": "warm", "topP": 2},
            "inputs": {"tone": {"trust": "untrustd", "maxTokns": 3}},
            "messages": [{"role": "user"}],
            "name": 3
        });
        assert_eq!(
            messages(FileKind::Prompt, &prompt),
            [
                "/modelParameters/temperature: `temperature` must be a number, but it is text",
                "/modelParameters/topP: `topP` must be at most 1, but it is `2`",
                "/inputs/tone/trust: `trust` must be `trusted` or `untrusted`, but it is `untrustd`",
                "/inputs/tone: `maxTokns` is not a key that is known in `tone`",
                "/messages/0: item 1 of `messages` has no `content`",
                "/name: `name` must be text, but it is a whole number",
            ]
        );
        let route = json!({"variants": {"stable": {"prompt": "my answer"}}});
        assert_eq!(messages(FileKind::Route, &route), ["/variants/stable/prompt: `my answer` is not a valid `prompt`"]);
    }

    #[test]
    fn every_dialect_and_template_language_can_be_configured() {
        use crate::store::prompt::Dialect;
        use crate::store::template::Syntax;
        use Syntax::{FString, Handlebars, Jinja, Mustache, Plain, SemanticKernel};
        let source = |key: &str, word: &str| json!({"sources": [{"files": "a", key: word}]});
        for syntax in [Jinja, Handlebars, Mustache, FString, SemanticKernel, Plain] {
            assert_eq!(messages(FileKind::Config, &source("syntax", syntax.as_str())), [""; 0]);
        }
        for dialect in [Dialect::Native, Dialect::Prompty, Dialect::Dotprompt, Dialect::Text, Dialect::SemanticKernel] {
            assert_eq!(messages(FileKind::Config, &source("dialect", dialect.as_str())), [""; 0]);
        }
    }

    #[test]
    fn a_schema_never_reaches_out() {
        let error = Validator::new(json!({"$ref": "https://example.com/other.json"})).expect_err("nothing is fetched");
        assert!(!error.message.is_empty());
        assert!(Validator::new(json!({"type": "txt"})).is_err());
    }

    #[test]
    fn the_examples_of_the_design_are_valid() {
        let model = json!({
            "provider": "openai", "model": "gpt-5.1-2026-03-11", "recorded_at": "2026-03-12", "tokenizer": "o200k_base",
            "context_window": 400_000, "max_output_tokens": 128_000,
            "price": {"currency": "USD", "input_per_million": 1.25, "output_per_million": 10.0},
            "parameters": {"temperature": 0.2}, "retires_on": "2027-03-01"
        });
        assert_eq!(messages(FileKind::Model, &model), [""; 0]);
        let pin = |release: &str| json!({"release": release, "digest": format!("sha256:{}", "0".repeat(64))});
        let route = json!({
            "enabled": true,
            "variants": {"stable": {"prompt": pin("prompts/a@1.3.0"), "model": "models/m@2.1.0"}},
            "traffic": {"stable": 100}, "shadow": [], "sticky_by": "user_id", "fallback": [pin("models/b@1.0.0")],
            "holds": [{"dimension": "prompt", "rejects": "prompts/a@1.2.0", "reason": "hallucinations", "since": "2026-07-20T10:12:00Z"}]
        });
        assert_eq!(messages(FileKind::Route, &route), [""; 0]);
    }
}
