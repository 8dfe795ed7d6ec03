//! The values that a prompt is rendered with: what the caller gives, the examples that it asks for, and the defaults;
//! checked against the inputs' schemas before anything runs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::store::Store;
use crate::store::prompt::{Contract, Input, Prompt};
use crate::store::schema::Validator;
use crate::store::template::Syntax;
use crate::store::usage::{Usage, inputs_by_name};
use crate::store::yaml::{self, Limits};

/// More nodes than this are no value that somebody types.
const NODE_BUDGET: usize = 1 << 20;

/// What somebody gives.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Names with values as they are typed: each is read as its input's declared type.
    pub typed: Vec<(String, String)>,
    /// Names with values.
    pub given: Map<String, Value>,
    /// Which row of the test data to take, the first being 1, with the inputs' examples for what it lacks.
    pub example: Option<usize>,
}

/// The values of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// Of the inputs.
    pub inputs: Map<String, Value>,
    /// Of what templates call `@name`.
    pub variables: Map<String, Value>,
}

/// Something about a request that keeps the prompt from being rendered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The input's name; empty where it is none's.
    pub input: String,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Problem {
    fn new(input: &str, message: String, help: String) -> Self {
        Self { input: input.to_owned(), message, help }
    }
}

impl Request {
    /// The values for `prompt`.
    ///
    /// # Errors
    /// Every problem at once, in the order of the inputs.
    pub fn resolve(&self, prompt: &Prompt, store: &Store) -> Result<Values, Vec<Problem>> {
        let mut resolver =
            Resolver { prompt, inputs: inputs_by_name(prompt), found: Values::default(), problems: Vec::new() };
        if let Some(number) = self.example {
            resolver.example(number);
        }
        for (name, value) in &self.given {
            resolver.put(name, value.clone());
        }
        for (name, text) in &self.typed {
            resolver.typed(name, text);
        }
        resolver.unknown(self, store);
        resolver.fill(store);
        resolver.validate();
        if resolver.problems.is_empty() { Ok(resolver.found) } else { Err(resolver.problems) }
    }
}

struct Resolver<'a> {
    prompt: &'a Prompt,
    inputs: BTreeMap<&'a str, &'a Input>,
    found: Values,
    problems: Vec<Problem>,
}

impl Resolver<'_> {
    fn put(&mut self, name: &str, value: Value) {
        match name.strip_prefix('@') {
            Some(variable) => self.found.variables.insert(variable.to_owned(), value),
            None => self.found.inputs.insert(name.to_owned(), value),
        };
    }

    fn example(&mut self, number: usize) {
        for input in &self.prompt.inputs {
            if let Some(example) = &input.example {
                self.found.inputs.insert(input.name.value.clone(), example.value.clone());
            }
        }
        let rows = &self.prompt.test_data;
        let Some(row) = number.checked_sub(1).and_then(|at| rows.get(at)) else {
            // Without rows, the declared examples are the one example that there is.
            if !(rows.is_empty() && number == 1 && !self.found.inputs.is_empty()) {
                let message = match rows.len() {
                    0 => format!("there is no example {number}: the prompt has no `testData`"),
                    1 => format!("there is no example {number}: `testData` has one row"),
                    rows => format!("there is no example {number}: `testData` has {rows} rows"),
                };
                self.problems.push(Problem::new(
                    "",
                    message,
                    "leave `--example` out, or add a row to `testData`".to_owned(),
                ));
            }
            return;
        };
        let declared = self.prompt.contract == Contract::Declared;
        for (column, value) in &row.values {
            // Rows hold more than inputs: what is expected, for one.
            if !declared || self.inputs.contains_key(column.value.as_str()) {
                self.found.inputs.insert(column.value.clone(), value.clone());
            }
        }
    }

    fn typed(&mut self, name: &str, text: &str) {
        let Some(input) = self.inputs.get(name) else {
            return self.put(name, Value::from(text));
        };
        match parse(&input.schema, text) {
            Ok(value) => self.put(name, value),
            Err(wanted) => {
                let message = format!("`{name}` must be {wanted}, but it is `{text}`");
                self.problems.push(Problem::new(
                    name,
                    message,
                    format!("give {wanted}: --var {name}={}", sample(input)),
                ));
                // A problem is said once.
                self.found.inputs.insert(name.to_owned(), Value::Null);
            }
        }
    }

    /// Names that the prompt does not have.
    fn unknown(&mut self, request: &Request, store: &Store) {
        let names: BTreeSet<&str> = request
            .given
            .keys()
            .map(String::as_str)
            .chain(request.typed.iter().map(|(name, _)| name.as_str()))
            .collect();
        let usage = Usage::of(self.prompt, store);
        let used: BTreeSet<&str> = usage.uses().map(|(_, usage)| usage.root.as_str()).collect();
        let declared = self.prompt.contract == Contract::Declared;
        let handlebars = self.prompt.templates.iter().any(|template| template.syntax == Syntax::Handlebars);
        for name in names {
            let known = self.inputs.contains_key(name)
                || (name.starts_with('@') && handlebars)
                || (!declared && (used.contains(name) || !usage.complete));
            if known {
                continue;
            }
            self.found.inputs.remove(name);
            let candidates = self.inputs.keys().chain(used.iter().filter(|_| !declared)).copied();
            let help = match crate::lint::suggest::nearest(name, candidates) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None if self.inputs.is_empty() => "the prompt has no inputs: leave it out".to_owned(),
                None => {
                    let names: Vec<String> = self.inputs.keys().map(|name| format!("`{name}`")).collect();
                    format!("its inputs are {}", names.join(", "))
                }
            };
            self.problems.push(Problem::new(name, format!("`{name}` is not an input of the prompt"), help));
        }
    }

    /// Gives defaults, and says what is still missing.
    fn fill(&mut self, store: &Store) {
        for input in &self.prompt.inputs {
            let name = input.name.value.as_str();
            if self.found.inputs.contains_key(name) {
                continue;
            }
            if let Some(default) = &input.default {
                self.found.inputs.insert(name.to_owned(), default.value.clone());
            } else if input.required {
                let wanted = wanted(&input.schema).unwrap_or("a value");
                let help = format!("give {wanted}: --var {name}={}", sample(input));
                self.problems.push(Problem::new(name, format!("`{name}` has no value"), help));
            }
        }
        if self.prompt.contract == Contract::Declared {
            return;
        }
        // Nothing is declared: what is read without a provision for its absence must be there. Only strict templates mind.
        let strict = self.prompt.dialect == crate::store::prompt::Dialect::Native;
        let usage = Usage::of(self.prompt, store);
        let read: BTreeSet<&str> = usage
            .uses()
            .filter(|(site, usage)| strict && !usage.guarded && site.scope == crate::store::usage::Scope::Inputs)
            .map(|(_, usage)| usage.root.as_str())
            .collect();
        for name in read {
            if !self.found.inputs.contains_key(name) && !self.inputs.contains_key(name) {
                let help = format!("give a value: --var {name}=...");
                self.problems.push(Problem::new(name, format!("`{name}` has no value"), help));
            }
        }
    }

    fn validate(&mut self) {
        for input in &self.prompt.inputs {
            let name = input.name.value.as_str();
            let Some(value) = self.found.inputs.get(name) else { continue };
            let told = self.problems.iter().any(|problem| problem.input == name);
            if told || !input.schema.is_object() {
                continue;
            }
            // Inside of an object the messages have the input's name.
            let schema = serde_json::json!({"properties": {name: input.schema}});
            let validator = match Validator::new(schema) {
                Ok(validator) => validator,
                Err(error) => {
                    let message = format!("the schema of `{name}` is none: {}", error.message);
                    self.problems.push(Problem::new(
                        name,
                        message,
                        "mend it: `promptyard lint` shows the place".to_owned(),
                    ));
                    continue;
                }
            };
            let whole = serde_json::json!({name: value});
            for violation in validator.violations(&whole) {
                let inner = violation.pointer.split('/').nth(2).is_some();
                let message = if inner && !violation.message.contains(&format!("`{name}`")) {
                    format!("in `{name}`: {}", violation.message)
                } else {
                    violation.message
                };
                let help = violation.help.unwrap_or_else(|| {
                    wanted(&input.schema)
                        .map_or_else(|| "give another value".to_owned(), |wanted| format!("give {wanted}"))
                });
                self.problems.push(Problem::new(name, message, help));
            }
        }
    }
}

/// The types that a schema allows, by its own words.
fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What a schema wants, for people.
fn wanted(schema: &Value) -> Option<&'static str> {
    Some(match *types(schema).first()? {
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a mapping",
        "null" => "nothing",
        _ => "a text",
    })
}

/// A value that would do, as it would be typed.
fn sample(input: &Input) -> String {
    let schema = &input.schema;
    let first = schema
        .get("enum")
        .and_then(|words| words.get(0))
        .or_else(|| input.example.as_ref().map(|example| &example.value));
    if let Some(word) = first {
        let typed = word.as_str().map_or_else(|| word.to_string(), str::to_owned);
        let plain = typed.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c));
        return if plain { typed } else { format!("'{}'", typed.replace('\'', "'\\''")) };
    }
    match types(schema).first() {
        Some(&"integer" | &"number") => "1",
        Some(&"boolean") => "true",
        Some(&"array") => "'[...]'",
        Some(&"object") => "'{...}'",
        _ => "...",
    }
    .to_owned()
}

/// `text` as a value of a type that `schema` allows; else what the schema wants.
fn parse(schema: &Value, text: &str) -> Result<Value, &'static str> {
    let types = types(schema);
    if types.is_empty() || types.contains(&"string") && !matches!((text, types.contains(&"null")), ("null", true)) {
        return Ok(Value::from(text));
    }
    let value = data(text);
    let fits = |name: &&str| match (*name, &value) {
        ("integer", Some(Value::Number(number))) => {
            !number.is_f64() || number.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        ("number", Some(Value::Number(_)))
        | ("boolean", Some(Value::Bool(_)))
        | ("array", Some(Value::Array(_)))
        | ("object", Some(Value::Object(_)))
        | ("null", Some(Value::Null)) => true,
        _ => false,
    };
    if types.iter().any(fits) { Ok(value.unwrap_or_default()) } else { Err(wanted(schema).unwrap_or("a value")) }
}

/// `text` as JSON, else as YAML.
pub fn data(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let (tree, problems) = yaml::parse(text, 0, Limits::default());
    if problems.is_empty() { tree.root()?.to_json(NODE_BUDGET) } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::snapshot::Snapshot;

    const PROMPT: &str = "\
inputs:
  question: {type: string, maxTokens: 50, example: Where?}
  count: {type: integer, minimum: 1, default: 3}
  tone: {type: string, enum: [warm, formal]}
  tags: {type: array, items: {type: string}, required: false}
messages: [{role: user, content: '{{ question }} {{ count }} {{ tone }}'}]
testData:
  - {question: Who?, tone: warm, expected: Nobody}
";

    fn resolve(prompt: &str, request: &Request) -> Result<Value, Vec<(String, String)>> {
        let files = [("prompts/a.prompt.yaml", prompt.as_bytes())];
        let store = Store::load(Snapshot::of_texts(files).expect("a path inside the store"));
        let values = request.resolve(&store.prompts()[0], &store);
        let said =
            |problems: Vec<Problem>| problems.into_iter().map(|problem| (problem.message, problem.help)).collect();
        values.map(|values| Value::Object(values.inputs)).map_err(said)
    }

    fn typed(pairs: &[(&str, &str)]) -> Request {
        let typed = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Request { typed, ..Request::default() }
    }

    #[test]
    fn values_are_read_as_their_inputs_declare() {
        let request = typed(&[("question", "12"), ("count", "7"), ("tone", "warm"), ("tags", "[a, 'b c']")]);
        let expected = json!({"question": "12", "count": 7, "tone": "warm", "tags": ["a", "b c"]});
        assert_eq!(resolve(PROMPT, &request), Ok(expected));
    }

    #[test]
    fn a_row_of_test_data_stands_on_the_examples_and_defaults() {
        let request = Request { example: Some(1), ..typed(&[("tone", "formal")]) };
        assert_eq!(resolve(PROMPT, &request), Ok(json!({"question": "Who?", "count": 3, "tone": "formal"})));
        let problems = resolve(PROMPT, &Request { example: Some(2), ..Request::default() }).expect_err("one row");
        assert_eq!(problems[0].0, "there is no example 2: `testData` has one row");
    }

    #[test]
    fn every_problem_is_said_at_once() {
        let request = typed(&[("qestion", "x"), ("count", "many"), ("tone", "warn"), ("tags", "x: 1")]);
        let problems = resolve(PROMPT, &request).expect_err("nothing is right");
        let expected = [
            ("`count` must be a whole number, but it is `many`", "give a whole number: --var count=1"),
            ("`tags` must be a list, but it is `x: 1`", "give a list: --var tags='[...]'"),
            ("`qestion` is not an input of the prompt", "did you mean `question`?"),
            ("`question` has no value", "give a text: --var question='Where?'"),
            ("`tone` must be `warm` or `formal`, but it is `warn`", "did you mean `warm`?"),
        ];
        let found: Vec<(&str, &str)> =
            problems.iter().map(|(message, help)| (message.as_str(), help.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn without_declarations_the_templates_say_what_is_needed() {
        let open = "messages: [{role: user, content: '{{ a }} {{ b | default(1) }} {{ c }}'}]\n";
        let problems = resolve(open, &typed(&[("a", "1"), ("d", "2")])).expect_err("`c` is missing");
        let messages: Vec<&str> = problems.iter().map(|(message, _)| message.as_str()).collect();
        assert_eq!(messages, ["`d` is not an input of the prompt", "`c` has no value"]);
    }
}
