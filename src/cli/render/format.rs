//! How a rendered prompt is written.

use clap::ValueEnum;

use crate::cli::error::CliError;
use crate::cli::ui::Ui;
use crate::output::render::{self, Rendered};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RenderFormat {
    /// The messages, for people
    Text,
    /// One document, for programs; `promptyard schema render-v1` describes it
    Json,
    /// The body of a request to OpenAI's chat completions, or to a service that speaks the same
    Openai,
    /// The body of a request to Anthropic's messages
    Anthropic,
    /// The body of a request to Gemini's generateContent
    Gemini,
    /// The messages, for a comment on a pull request
    Markdown,
}

/// What is shown instead of the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Show {
    /// How many tokens each message takes, and in it the text and each input
    Tokens,
}

impl RenderFormat {
    /// Whether model, parameters and tools are in it.
    pub(super) fn has_call(self) -> bool {
        self != Self::Text
    }

    /// Writes `rendered` in this format.
    pub(super) fn write(self, rendered: &Rendered<'_>, ui: &Ui) -> Result<(), CliError> {
        match self {
            Self::Text => ui.people(|out, screen| render::text::write(out, rendered, screen)),
            Self::Json => ui.machine(|out| render::json::write(out, rendered)),
            Self::Openai => ui.machine(|out| render::openai::write(out, rendered)),
            Self::Anthropic => ui.machine(|out| render::anthropic::write(out, rendered)),
            Self::Gemini => ui.machine(|out| render::gemini::write(out, rendered)),
            Self::Markdown => ui.machine(|out| render::markdown::write(out, rendered)),
        }
    }
}
