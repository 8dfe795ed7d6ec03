//! A prompt, whatever dialect its file is written in. Rules see this, never a dialect.
//!
//! Each dialect is one file here: a function from a file's text to a [`Prompt`] and its problems.

mod body;
mod dotprompt;
mod fields;
#[cfg(test)]
mod fixture;
mod front_matter;
mod metadata;
mod native;
mod picoschema;
mod prompty;
mod property;
mod roles;
mod semantic_kernel;
mod text;

use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::store::problem::{Problem, ProblemKind};
use crate::store::template::{Syntax, Template};
use crate::store::yaml::Yaml;
use crate::text::{Span, Spanned};
pub(super) use native::text_in_part;

pub use roles::role_of_line;
pub use semantic_kernel::message_tags;

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
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `system`
    System,
    /// `developer`
    Developer,
    /// `user`; who speaks where nothing says it.
    #[default]
    User,
    /// `assistant`, and Dotprompt's `model`
    Assistant,
    /// `tool`, `function`
    Tool,
    /// Any other word.
    Other(String),
}

impl Role {
    /// The role that `word` names, in any case. `model` and `function` are other dialects' words for two of them.
    pub fn from_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "system" => Self::System,
            "developer" => Self::Developer,
            "user" => Self::User,
            "assistant" | "model" => Self::Assistant,
            "tool" | "function" => Self::Tool,
            _ => Self::Other(word.to_owned()),
        }
    }

    /// The word in messages.
    pub fn as_str(&self) -> &str {
        match self {
            Self::System => "system",
            Self::Developer => "developer",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
            Self::Other(word) => word,
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
    /// Where `trust` is written out, if it is.
    pub trust_span: Option<Span>,
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
    /// Tags that it had before the change that is judged.
    pub former_tags: Vec<String>,
    /// `version`, in dialects that have one.
    pub version: Option<Spanned<String>>,
    /// `renamed_from`: ids that the prompt had before.
    pub renamed_from: Vec<Spanned<String>>,
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

/// What a dialect's parser makes of a file.
#[derive(Debug)]
pub struct Parsed {
    /// The prompt; as much of it as could be read.
    pub prompt: Prompt,
    /// The whole file's tree in native files, the front matter's elsewhere; `None` where there is none.
    pub yaml: Option<Yaml>,
    /// What is wrong with the file.
    pub problems: Vec<Problem>,
}

/// Parses `text`, the whole file that `source` names, as `dialect`. Never fails; see [`Parsed::problems`].
///
/// Type errors of native files are left to the published schema; the other dialects have none, so their parsers
/// report values that they need and cannot read.
pub fn parse(source: &PromptSource<'_>, dialect: Dialect, text: &str) -> Parsed {
    let mut parsed = match dialect {
        Dialect::Native => native::parse(source, text),
        Dialect::Prompty => prompty::parse(source, text),
        Dialect::Dotprompt => dotprompt::parse(source, text),
        Dialect::Text => text::parse(source, text),
        Dialect::SemanticKernel => semantic_kernel::parse(source, text),
    };
    // A store keeps thousands of prompts, and a list of one has room for four.
    let prompt = &mut parsed.prompt;
    prompt.inputs.shrink_to_fit();
    prompt.templates.shrink_to_fit();
    prompt.messages.shrink_to_fit();
    prompt.parameters.shrink_to_fit();
    prompt.owners.shrink_to_fit();
    parsed
}

impl Prompt {
    /// A prompt of which nothing is known but its place.
    fn bare(source: &PromptSource<'_>, dialect: Dialect, head: Span) -> Self {
        Self {
            id: source.id.clone(),
            path: source.path.clone(),
            dialect,
            head,
            name: None,
            description: None,
            owners: Vec::new(),
            tags: Vec::new(),
            former_tags: Vec::new(),
            version: None,
            renamed_from: Vec::new(),
            model: None,
            parameters: Vec::new(),
            contract: Contract::Open,
            inputs: Vec::new(),
            budget: Budget::default(),
            output_schema: None,
            tools: Vec::new(),
            templates: Vec::new(),
            messages: Vec::new(),
            test_data: Vec::new(),
            allow: Vec::new(),
        }
    }

    /// Whether it has one of `tags`, as far as policies go by them: a change does not leave a policy by dropping a tag.
    pub fn carries(&self, tags: &[String]) -> bool {
        let own = self.tags.iter().map(|tag| &tag.value);
        own.chain(&self.former_tags).any(|tag| tags.contains(tag))
    }

    /// The problem of a prompt that says nothing, if this is one.
    fn empty_problem(&self) -> Option<Problem> {
        let speaks = |message: &Message| body::speaks(&self.templates[message.template], message.range);
        if self.messages.iter().any(speaks) {
            return None;
        }
        let message = if self.messages.is_empty() {
            "the prompt has no messages"
        } else {
            "no message of the prompt has any text"
        };
        Some(
            Problem::new(ProblemKind::EmptyPrompt, self.head, message)
                .help("write what the model is told, or delete the file"),
        )
    }
}

impl Input {
    /// An input of which only the name and the entry are known.
    fn bare(name: Spanned<String>, span: Span) -> Self {
        Self {
            name,
            schema: serde_json::Value::Bool(true),
            span,
            required: true,
            required_span: None,
            default: None,
            example: None,
            trust: Trust::Untrusted,
            trust_span: None,
            max_tokens: None,
            used_by_metadata: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIALECTS: [Dialect; 5] =
        [Dialect::Native, Dialect::Prompty, Dialect::Dotprompt, Dialect::Text, Dialect::SemanticKernel];

    #[test]
    fn words_are_read_back() {
        for dialect in DIALECTS {
            assert_eq!(Dialect::from_word(dialect.as_str()), Some(dialect));
        }
        assert_eq!(Dialect::from_word("jinja"), None);
        for word in ["system", "developer", "user", "assistant", "tool", "critic"] {
            assert_eq!(Role::from_word(word).as_str(), word);
        }
        assert_eq!(Role::from_word("MODEL"), Role::Assistant);
    }

    #[test]
    fn an_empty_file_is_an_empty_prompt_in_every_dialect() {
        for dialect in DIALECTS {
            for text in ["", "\n", "\u{feff}\n  \n"] {
                let parsed = fixture::parse(dialect, "prompts/a.j2", text);
                let kinds: Vec<_> = parsed.problems.iter().map(|problem| problem.kind).collect();
                assert_eq!(kinds, [ProblemKind::EmptyPrompt], "{dialect:?} {text:?}");
            }
        }
    }

    /// Texts made of what means something to a dialect, so that most of them reach its parser.
    fn fragments() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "---\n",
            "---\r\n",
            "\u{feff}",
            "# c\n",
            "\n",
            "  ",
            "- ",
            "a: ",
            "name: x\n",
            "inputs:\n",
            "  x: ",
            "{}",
            "[",
            "input:\n",
            "  schema:\n",
            "    x?(array, é): string\n",
            "    (*): any\n",
            "  default: {y: 1}\n",
            "sample: {x: 1}\n",
            "messages:\n",
            "  - role: user\n",
            "    content: |\n      hé {{ x }}\n",
            "system:\n",
            "# User :\r\n",
            "{{ m.role }}:\n",
            "user[a=b]:\n",
            "{{ x }}",
            "{{role \"model\"}}",
            "{{#role 'é'}}",
            "{{/role}}",
            "{{history}}",
            "{#",
            "#}",
            "{% set a = 1 %}",
            "é",
            "\"",
            "'",
            "jsonSchema: '{é'\n",
            "&a ",
            "*a",
            "tools: [a, {name: b, bindings: {c: {input: x}}}]\n",
            "\t",
        ]);
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn parsing_never_fails_and_every_place_is_in_the_file(text in fragments()) {
            for dialect in DIALECTS {
                fixture::parse(dialect, "prompts/a.j2", &text);
            }
        }
    }
}
