//! What rules ask of a template, whatever language it is written in.
//!
//! Each template language has one file here that turns text into an [`Analysis`]. Jinja goes through the template
//! engine's own syntax tree; the others have small exact scanners. Spans are byte offsets in the decoded text.
//!
//! *Architecture invariant:* the folder `jinja` alone names the template engine's syntax tree.

mod braces;
pub mod fstring;
pub mod handlebars;
pub mod jinja;
pub mod mustache;
pub mod outline;
pub mod placeholder;
pub mod semantic_kernel;

use crate::store::mapped::MappedText;
use crate::text::{Span, Spanned};

/// The language of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// Jinja, undefined variables are errors.
    Jinja,
    /// Handlebars as Dotprompt uses it: helpers `role`, `media`, `history`, `section`, `json`, ...
    Handlebars,
    /// Mustache: `{{x}}`, sections, no helpers.
    Mustache,
    /// Python's f-string or `str.format` placeholders: `{x}`, `{{` is a brace.
    FString,
    /// Semantic Kernel: `{{$input}}`, `{{plugin.function $x}}`.
    SemanticKernel,
    /// No template: braces are braces.
    Plain,
}

impl Syntax {
    /// The word in configuration and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jinja => "jinja",
            Self::Handlebars => "handlebars",
            Self::Mustache => "mustache",
            Self::FString => "f-string",
            Self::SemanticKernel => "semantic-kernel",
            Self::Plain => "none",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Jinja, Self::Handlebars, Self::Mustache, Self::FString, Self::SemanticKernel, Self::Plain]
            .into_iter()
            .find(|syntax| syntax.as_str() == word)
    }
}

/// A template with what the scanner found in it.
#[derive(Clone, Debug)]
pub struct Template {
    /// The text and the way back to its file.
    pub text: MappedText,
    /// The language.
    pub syntax: Syntax,
    /// What it uses.
    pub analysis: Analysis,
}

impl Template {
    /// Analyses `text` as a template in `syntax`.
    pub fn new(text: MappedText, syntax: Syntax) -> Self {
        let analysis = analyse(&text.text, syntax);
        Self { text, syntax, analysis }
    }
}

/// Everything that rules ask of a template, in the order of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// Where it does not parse. After the first error of a Jinja template nothing else is known.
    pub errors: Vec<SyntaxError>,
    /// Reads of variables that come from outside: inputs. Names that the template binds itself are not here, but a use
    /// through a loop variable is, with its full path from the input (`p.title` in `for p in passages`).
    pub uses: Vec<VariableUse>,
    /// Names that the template binds itself.
    pub bindings: Vec<Binding>,
    /// Filters, tests, functions and helpers that are called.
    pub calls: Vec<Call>,
    /// Other templates that are included, imported or extended.
    pub includes: Vec<Include>,
    /// Comparisons of an input with literals.
    pub comparisons: Vec<Comparison>,
    /// The delimited parts: `{{ ... }}`, `{% ... %}`, `{# ... #}`. What lies between them is literal text.
    pub tags: Vec<Tag>,
}

/// Why a template does not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether the language's reference implementation rejects the template; some scanners see doubtful text that it accepts.
    pub fatal: bool,
}

/// One step from a variable into its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// `.name` or `['name']`
    Attribute(String),
    /// Any item: an index, or what a loop yields.
    Item,
    /// A key or slice that is only known when it is rendered.
    Dynamic,
}

/// What happens to the value that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseKind {
    /// It is printed, after filters if any.
    Printed,
    /// It is printed as it is, without a filter.
    PrintedRaw,
    /// It is iterated over.
    Iterated,
    /// It decides a branch.
    Tested,
    /// It is an operand of arithmetic.
    Arithmetic,
    /// Anything else: an argument, an assignment, a comparison.
    Other,
}

/// A read of a variable that the template does not bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableUse {
    /// The outer variable: an input's name.
    pub root: String,
    /// From the variable to what is read.
    pub path: Vec<Step>,
    /// The whole expression as written: `user.address.city`.
    pub span: Span,
    /// Only the variable as written: `user`, or the loop variable's name where the use goes through one.
    pub root_span: Span,
    /// What is done with it.
    pub kind: UseKind,
    /// Whether being undefined is provided for: `is defined`, `default(...)`, or inside a branch that tested it.
    pub guarded: bool,
    /// Whether it is read through a name that the template binds (a loop variable).
    pub through_binding: bool,
}

/// What binds a name inside a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// `for x in`
    Loop,
    /// `set x`
    Set,
    /// `with x`
    With,
    /// `macro x(...)`: the macro's own name.
    Macro,
    /// A macro's parameter.
    Parameter,
    /// `import ... as x`
    Import,
}

/// A name that the template binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The name.
    pub name: String,
    /// Where it is bound.
    pub span: Span,
    /// By what.
    pub kind: BindingKind,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallKind {
    /// `value | name`
    Filter,
    /// `value is name`
    Test,
    /// `name(...)`, or a Handlebars helper.
    Function,
}

/// A call of something that the template engine or the application has to provide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which kind.
    pub kind: CallKind,
    /// Its name.
    pub name: String,
    /// The name's bytes.
    pub span: Span,
}

/// Another template that this one takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The name as written; `None` where it is computed when rendered.
    pub target: Option<String>,
    /// The name's bytes, without quotes.
    pub span: Span,
    /// Whether a missing target is provided for (`ignore missing`, a list of alternatives, a Handlebars fallback block).
    pub optional: bool,
    /// Names that the template binds and the included one sees.
    pub visible: Vec<String>,
}

/// A comparison of an input's value with literals: `tone == "warm"`, `tone in ["warm", "formal"]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The outer variable.
    pub root: String,
    /// From the variable to what is compared.
    pub path: Vec<Step>,
    /// The literals with their bytes.
    pub literals: Vec<Spanned<serde_json::Value>>,
}

/// What a delimited part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKind {
    /// It prints: `{{ x }}`.
    Expression,
    /// It controls: `{% if %}`, `{{#if}}`, `{{/if}}`, `{{else}}`.
    Block,
    /// It says nothing to the model: `{# #}`, `{{! }}`.
    Comment,
}

/// A delimited part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// From the opening to the closing delimiter.
    pub span: Span,
    /// What it is.
    pub kind: TagKind,
}

/// The most mistakes that are kept of one template: who has made more wants to see the first ones.
const MAX_ERRORS: usize = 100;

impl Analysis {
    fn report(&mut self, error: SyntaxError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    /// The literal text between the tags, in a text of `len` bytes.
    pub fn literals(&self, len: usize) -> Vec<Span> {
        self.literals_in(Span::new(0, len))
    }

    /// The literal text between the tags in a part of the text. Takes time with the part's tags alone.
    pub fn literals_in(&self, part: Span) -> Vec<Span> {
        let first = self.tags.partition_point(|tag| tag.span.end <= part.start);
        let mut gaps = Vec::new();
        let mut at = part.start;
        for tag in self.tags[first..].iter().take_while(|tag| tag.span.start < part.end) {
            if tag.span.start > at {
                gaps.push(Span { start: at, end: tag.span.start });
            }
            at = at.max(tag.span.end);
        }
        if at < part.end {
            gaps.push(Span { start: at, end: part.end });
        }
        gaps
    }
}

/// Whether the engine of `syntax` provides what is called by itself, without the application's help.
pub fn is_provided(syntax: Syntax, kind: CallKind, name: &str) -> bool {
    match syntax {
        Syntax::Jinja => jinja::is_known(kind, name),
        Syntax::Handlebars => kind == CallKind::Function && handlebars::is_known_helper(name),
        Syntax::Mustache | Syntax::FString | Syntax::SemanticKernel | Syntax::Plain => false,
    }
}

/// Analyses `text` as a template in `syntax`. Never fails and never panics; see [`Analysis::errors`].
pub fn analyse(text: &str, syntax: Syntax) -> Analysis {
    match syntax {
        Syntax::Jinja => jinja::analyse(text),
        Syntax::Handlebars => handlebars::analyse(text),
        Syntax::Mustache => mustache::analyse(text),
        Syntax::FString => fstring::analyse(text),
        Syntax::SemanticKernel => semantic_kernel::analyse(text),
        Syntax::Plain => Analysis::default(),
    }
}

#[cfg(test)]
mod tests;
