//! What goes to a model beside the messages: its id, the parameters, the tools and the form of the answer. Neutral: how a
//! provider spells it is the output's business.

use serde_json::{Map, Value, json};

use crate::store::Store;
use crate::store::artifact::{Artifact, ArtifactKind};
use crate::store::content::Unresolved;
use crate::store::prompt::Prompt;

/// A call of a model without its messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// The registry entry's id, where the prompt's model is registered.
    pub entry: Option<String>,
    /// Who serves it: `openai`.
    pub provider: Option<String>,
    /// The provider's own id of the model.
    pub model: Option<String>,
    /// The registry's parameters with the prompt's on top, in that order.
    pub parameters: Vec<(Parameter, Value)>,
    /// The most tokens that the model can answer with.
    pub max_output_tokens: Option<u64>,
    /// The tools.
    pub tools: Vec<Tool>,
    /// The form of the answer.
    pub answer: Answer,
    /// A name for the answer's schema: the prompt's.
    pub name: String,
}

/// A parameter of a call, however it is spelt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parameter {
    /// The most tokens of the answer.
    MaxTokens,
    /// `temperature`
    Temperature,
    /// `top_p`
    TopP,
    /// `top_k`
    TopK,
    /// Texts that end the answer.
    Stop,
    /// `seed`
    Seed,
    /// `frequency_penalty`
    FrequencyPenalty,
    /// `presence_penalty`
    PresencePenalty,
    /// How many answers.
    Candidates,
    /// `reasoning_effort`
    ReasoningEffort,
    /// Any other, as it is written.
    Other(String),
}

impl Parameter {
    /// The parameter that `name` spells: `maxTokens`, `max_tokens` and `max_output_tokens` are one.
    pub fn from_name(name: &str) -> Self {
        let folded: String = name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect();
        match folded.as_str() {
            "maxtokens" | "maxoutputtokens" | "maxcompletiontokens" => Self::MaxTokens,
            "temperature" => Self::Temperature,
            "topp" => Self::TopP,
            "topk" => Self::TopK,
            "stop" | "stopsequences" => Self::Stop,
            "seed" => Self::Seed,
            "frequencypenalty" => Self::FrequencyPenalty,
            "presencepenalty" => Self::PresencePenalty,
            "n" | "candidatecount" | "resultsperprompt" => Self::Candidates,
            "reasoningeffort" => Self::ReasoningEffort,
            _ => Self::Other(name.to_owned()),
        }
    }
}

/// A tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// The JSON Schema of its arguments.
    pub parameters: Option<Value>,
}

impl Tool {
    /// The tool as JSON without white space: what is counted.
    pub fn manifest(&self) -> String {
        json!({"name": self.name, "description": self.description, "parameters": self.parameters}).to_string()
    }
}

/// What the answer must look like.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Answer {
    /// Any text.
    #[default]
    Text,
    /// Any JSON.
    Json,
    /// JSON that matches a schema.
    Schema(Value),
}

impl Call {
    /// What goes with `prompt`.
    ///
    /// # Errors
    /// When a schema or a tool's manifest that the prompt names is missing.
    pub fn of(prompt: &Prompt, store: &Store) -> Result<Self, Unresolved> {
        let model = store.model_of(prompt);
        let own_name = prompt.model.as_ref().or(store.config().default_model.as_ref()).map(|model| model.value.clone());
        let mut parameters: Vec<(Parameter, Value)> = Vec::new();
        let registered = model.iter().flat_map(|model| &model.parameters);
        for (name, value) in registered.chain(&prompt.parameters) {
            let parameter = Parameter::from_name(&name.value);
            match parameters.iter_mut().find(|(known, _)| *known == parameter) {
                Some((_, known)) => known.clone_from(&value.value),
                None => parameters.push((parameter, value.value.clone())),
            }
        }
        let artifact = Artifact { id: prompt.id.clone(), kind: ArtifactKind::Prompt, path: prompt.path.clone() };
        let data = store.content(&artifact)?.data;
        let tools = data.get("tools").and_then(Value::as_array).into_iter().flatten().flat_map(tools).collect();
        Ok(Self {
            entry: model.map(|model| model.id.to_string()),
            provider: model.and_then(|model| Some(model.provider.as_ref()?.value.clone())),
            model: model.and_then(|model| Some(model.model.as_ref()?.value.clone())).or(own_name),
            parameters,
            max_output_tokens: model.and_then(|model| Some(model.max_output_tokens.as_ref()?.value)),
            tools,
            answer: answer(prompt, store, data.get("output_schema")),
            name: prompt.id.as_str().rsplit('/').next().unwrap_or_default().to_owned(),
        })
    }

    /// A parameter's value.
    pub fn parameter(&self, parameter: &Parameter) -> Option<&Value> {
        self.parameters.iter().find(|(known, _)| known == parameter).map(|(_, value)| value)
    }
}

/// A schema says it all; without one, `responseFormat` may ask for JSON.
fn answer(prompt: &Prompt, store: &Store, schema: Option<&Value>) -> Answer {
    let root = store.file(&prompt.path).and_then(|file| file.yaml.as_ref()?.root());
    let format = root.and_then(|root| root.get("responseFormat").or_else(|| root.get("output")?.get("format")));
    let format = format.and_then(|format| format.get("type").unwrap_or(format).as_str());
    match (schema, format) {
        (_, Some("text")) => Answer::Text,
        (None, Some("json" | "json_object")) | (Some(_), Some("json_object")) => Answer::Json,
        (Some(schema), _) => Answer::Schema(schema.clone()),
        (None, _) => Answer::Text,
    }
}

/// The tools in a manifest: in the shape of OpenAI, of Anthropic, of the Model Context Protocol or of Prompty, alone or in
/// a list.
fn tools(manifest: &Value) -> Vec<Tool> {
    if let Some(list) = manifest.as_array().or_else(|| manifest.get("tools").and_then(Value::as_array)) {
        return list.iter().flat_map(tools).collect();
    }
    let function = manifest.get("function").filter(|function| function.is_object()).unwrap_or(manifest);
    let Some(name) = function.get("name").and_then(Value::as_str) else { return Vec::new() };
    let description = function.get("description").and_then(Value::as_str).map(str::to_owned);
    let schema = ["parameters", "input_schema", "inputSchema"].iter().find_map(|key| function.get(key));
    vec![Tool { name: name.to_owned(), description, parameters: schema.map(parameters) }]
}

/// A schema of arguments; Prompty lists them.
fn parameters(schema: &Value) -> Value {
    let Some(list) = schema.as_array() else { return schema.clone() };
    let mut properties = Map::new();
    let mut required = Vec::new();
    for item in list {
        let Some(name) = item.get("name").and_then(Value::as_str) else { continue };
        let mut property = Map::new();
        for (theirs, ours) in [("kind", "type"), ("description", "description"), ("enumValues", "enum")] {
            property.extend(item.get(theirs).map(|value| (ours.to_owned(), value.clone())));
        }
        if item.get("required").and_then(Value::as_bool) == Some(true) {
            required.push(name);
        }
        properties.insert(name.to_owned(), Value::Object(property));
    }
    json!({"type": "object", "properties": properties, "required": required})
}
