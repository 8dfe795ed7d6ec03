//! A prompt, whatever dialect its file is written in. Rules see this, never a dialect.
//!
//! Each dialect is one file here: a function from a file's text to a [`Prompt`] and its problems.

use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::store::problem::Problem;
use crate::store::template::{Syntax, Template};
use crate::store::yaml::Yaml;
use crate::text::{Span, Spanned};

/// How a prompt's file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// `*.prompt.yaml`, `*.prompt.yml`: ours, a superset of GitHub Models'.
    Native,
    /// `*.prompty`: front matter, Jinja or Mustache body, role lines.
    Prompty,
    /// `*.prompt`: Dotprompt: front matter with picoschema, Handlebars body.
    Dotprompt,
    /// Plain text with optional front matter; role and template language by configuration or extension.
    Text,
    /// `skprompt.txt` with a `config.json` beside it.
    SemanticKernel,
}

impl Dialect {
    /// The word in configuration and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Prompty => "prompty",
            Self::Dotprompt => "dotprompt",
            Self::Text => "text",
            Self::SemanticKernel => "semantic-kernel",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Native, Self::Prompty, Self::Dotprompt, Self::Text, Self::SemanticKernel]
            .into_iter()
            .find(|dialect| dialect.as_str() == word)
    }
}

/// Who speaks in a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `system`
    System,
    /// `developer`
    Developer,
    /// `user`
    User,
    /// `assistant`, and Dotprompt's `model`
    Assistant,
    /// `tool`, `function`
    Tool,
    /// Any other word.
    Other(String),
}

impl Role {
    /// The role that a prompt's file spells `word`.
    pub fn from_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "system" => Self::System,
            "developer" => Self::Developer,
            "user" | "human" => Self::User,
            "assistant" | "model" | "ai" => Self::Assistant,
            "tool" | "function" => Self::Tool,
            _ => Self::Other(word.to_owned()),
        }
    }
}

/// One message: a part of one of the prompt's templates.
#[derive(Clone, Debug)]
pub struct Message {
    /// Who speaks; the span is the role's word in the file, or the message's start where the role is implied.
    pub role: Spanned<Role>,
    /// Index into [`Prompt::templates`].
    pub template: usize,
    /// The part of that template's decoded text that is this message, role markers excluded.
    pub range: Span,
}

/// Who may have written an input's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Text from users, documents or tools. The default.
    Untrusted,
    /// Text that the product's own people wrote.
    Trusted,
}

/// A declared input.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name, and the key's bytes.
    pub name: Spanned<String>,
    /// Its JSON Schema without our additions (`maxTokens`, `trust`, `example`); `true` where nothing is said.
    pub schema: serde_json::Value,
    /// The whole entry in the file: key and value.
    pub span: Span,
    /// Whether a value must be given: declared so, or without a default (dialects differ; the parser decides).
    pub required: bool,
    /// Where `required` is written out, if it is.
    pub required_span: Option<Span>,
    /// The value when none is given.
    pub default: Option<Spanned<serde_json::Value>>,
    /// A value to try the prompt with.
    pub example: Option<Spanned<serde_json::Value>>,
    /// Who may have written it.
    pub trust: Trust,
    /// The most tokens that a value may take.
    pub max_tokens: Option<Spanned<u64>>,
    /// Whether the dialect uses it without the template naming it (a tool binding, a thread, an image).
    pub used_by_metadata: bool,
}

/// What the file says about its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// It lists its inputs: a variable that is not listed is a mistake.
    Declared,
    /// The dialect can list them and this file does not.
    Missing,
    /// The dialect has no way to list them (text, plain GitHub-Models files): any variable is fine.
    Open,
}

/// Limits that the author sets.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    /// Most tokens of the rendered prompt.
    pub max_prompt_tokens: Option<Spanned<u64>>,
    /// Most money of one call, in US dollars.
    pub max_cost_usd: Option<Spanned<f64>>,
}

/// A JSON Schema that the prompt's answer must match.
#[derive(Clone, Debug)]
pub enum SchemaSource {
    /// A path in the store, as written.
    File(Spanned<String>),
    /// Written in the prompt's file.
    Inline(Spanned<serde_json::Value>),
}

/// A tool that the prompt may call.
#[derive(Clone, Debug)]
pub enum ToolRef {
    /// A path in the store, as written.
    File(Spanned<String>),
    /// Defined in the prompt's file, by name.
    Inline(Spanned<String>),
}

/// One row of test data: input names and values.
#[derive(Clone, Debug)]
pub struct TestRow {
    /// The row in the file.
    pub span: Span,
    /// Its columns in file order.
    pub values: Vec<(Spanned<String>, serde_json::Value)>,
}

/// A suppression written in the file's metadata: `lint: {allow: [{rule, reason, until, match}]}`.
#[derive(Clone, Debug)]
pub struct AllowEntry {
    /// The whole entry.
    pub span: Span,
    /// Rule code or name, as written.
    pub rule: Spanned<String>,
    /// Why.
    pub reason: Option<Spanned<String>>,
    /// The last day that it holds, as written (`2027-01-01`).
    pub until: Option<Spanned<String>>,
    /// Only findings whose excerpt contains this text.
    pub matches: Option<Spanned<String>>,
}

/// A prompt of any dialect.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// Its id.
    pub id: ArtifactId,
    /// Its file.
    pub path: StorePath,
    /// How the file is written.
    pub dialect: Dialect,
    /// A finding about the whole prompt stands here: its first key or its first line, never the whole file.
    pub head: Span,
    /// `name`
    pub name: Option<Spanned<String>>,
    /// `description`
    pub description: Option<Spanned<String>>,
    /// `owners`
    pub owners: Vec<Spanned<String>>,
    /// `tags`
    pub tags: Vec<Spanned<String>>,
    /// `version`, in dialects that have one.
    pub version: Option<Spanned<String>>,
    /// The model as written: a registry entry's id or a provider's id.
    pub model: Option<Spanned<String>>,
    /// Model parameters in file order, in their dialect's spelling.
    pub parameters: Vec<(Spanned<String>, Spanned<serde_json::Value>)>,
    /// Whether inputs are declared.
    pub contract: Contract,
    /// The declared inputs in file order.
    pub inputs: Vec<Input>,
    /// The author's limits.
    pub budget: Budget,
    /// The schema of the answer.
    pub output_schema: Option<SchemaSource>,
    /// The tools.
    pub tools: Vec<ToolRef>,
    /// The templates that messages are parts of: one a message in native files, one for the whole body elsewhere.
    pub templates: Vec<Template>,
    /// The messages in order.
    pub messages: Vec<Message>,
    /// Rows to try the prompt with.
    pub test_data: Vec<TestRow>,
    /// Suppressions in the metadata.
    pub allow: Vec<AllowEntry>,
}

/// What a dialect's parser is told beside the text.
#[derive(Clone, Debug)]
pub struct PromptSource<'a> {
    /// The file.
    pub path: &'a StorePath,
    /// Its id.
    pub id: ArtifactId,
    /// The role of a text prompt without role lines; from configuration.
    pub role: Option<Role>,
    /// The template language of a text prompt; from configuration or extension.
    pub syntax: Option<Syntax>,
    /// Semantic Kernel's `config.json` beside the prompt, if there is one.
    pub sidecar: Option<&'a str>,
}

/// What a dialect's parser read.
#[derive(Debug)]
pub struct Parsed {
    /// The prompt.
    pub prompt: Prompt,
    /// The file's YAML: the whole file, or its front matter.
    pub yaml: Option<Yaml>,
    /// What it met.
    pub problems: Vec<Problem>,
}

/// Parses the text of a prompt's file. Never fails.
pub fn parse(source: &PromptSource<'_>, dialect: Dialect, text: &str) -> Parsed {
    let _ = (source, dialect, text);
    unimplemented!()
}
