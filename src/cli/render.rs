//! `render`: the messages that a model gets for given values.
#![expect(clippy::disallowed_methods, reason = "the file of values is the user's, outside of the store")]

mod format;
mod which;

use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use serde_json::{Map, Value};

use super::Global;
use super::error::{CliError, Outcome};
use super::ui::Ui;
use crate::output::render::{Rendered, tokens};
use crate::render::Context;
use crate::render::call::Call;
use crate::render::messages;
use crate::render::request::{Request, data};
use crate::render::shares::shares;
use crate::tokens::chat;
use crate::tokens::tokenizer::Target;
use format::{RenderFormat, Show};
use which::Found;

/// Render a prompt with values: what the model gets
#[derive(Debug, Args)]
#[command(
    long_about = "Render a prompt with values: the messages as they are sent, and for a provider's format also the model, \
                  the parameters, the tools and the form of the answer.\n\nValues are checked against the inputs' schemas \
                  first. What is not given takes its default. Includes are found in the store only, and a render that \
                  would take too much time or memory ends with the place that makes it so.",
    after_long_help = "Examples:
  promptyard render prompts/support/answer --var question='Where is my parcel?' --vars values.yaml
  promptyard render prompts/support/answer --example 1 --format openai
  promptyard render prompts/support/answer@1.4.0 --example 1
  promptyard render prompts/support/answer.prompt.yaml --rev main --example 1 --show tokens

A value of --var is read as its input's type: as JSON or YAML where that is no text. It goes before --vars, that before
the row of --example, and that before the inputs' `example`s, which only --example takes. A name with an `@` is a variable
of the application, as in Dotprompt's `{{@state.count}}`."
)]
pub(super) struct RenderArgs {
    /// The prompt's id or its file; with `@VERSION`, a release of it
    #[arg(value_name = "ID[@VERSION]")]
    id: String,
    /// The store as it is in this commit, branch or tag, instead of the files on disk
    #[arg(long, value_name = "REVISION")]
    rev: Option<String>,
    /// The value of an input; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    var: Vec<Assignment>,
    /// Values of inputs in a JSON or YAML file; may be repeated, and later files win
    #[arg(long, value_name = "FILE")]
    vars: Vec<PathBuf>,
    /// Take this row of the prompt's test data, the first being 1, and the inputs' examples for what it lacks
    #[arg(long, value_name = "N")]
    example: Option<usize>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: RenderFormat,
    /// Show this instead of the messages
    #[arg(long, value_name = "WHAT", conflicts_with = "format")]
    show: Option<Show>,
}

/// `name=value`
#[derive(Clone, Debug)]
struct Assignment(String, String);

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok(Self(name.trim().to_owned(), value.to_owned())),
            _ => Err("write it as NAME=VALUE, like question='Where is my parcel?'".to_owned()),
        }
    }
}

pub(super) fn run(args: &RenderArgs, global: &Global, ui: &Ui) -> Result<Outcome, CliError> {
    let request = Request {
        typed: args.var.iter().map(|Assignment(name, value)| (name.clone(), value.clone())).collect(),
        given: given(&args.vars)?,
        example: args.example,
    };
    let Found { store, path } = which::find(&args.id, args.rev.as_deref(), global)?;
    let prompt = store.prompt_at(&path).ok_or_else(|| CliError::Illegible { path: path.to_string() })?;
    let values =
        request.resolve(prompt, &store).map_err(|problems| CliError::Values { id: prompt.id.to_string(), problems })?;
    let context = Context { variables: values.variables, ..Context::default() };
    let messages = messages::messages(prompt, &store, &values.inputs, &context)
        .map_err(|failure| CliError::render(failure, &store))?;
    if args.show == Some(Show::Tokens) {
        let tokenizer = Target::of(prompt, &store).tokenizer;
        let call = Call::of(prompt, &store)?;
        let manifests: Vec<String> = call.tools.iter().map(crate::render::call::Tool::manifest).collect();
        let (format, tools) = (chat::format(messages.len(), tokenizer), chat::tools(&manifests, tokenizer));
        let shares = shares(&messages, prompt, &store, tokenizer);
        ui.people(|out, _| tokens::write(out, &shares, format, tools))?;
        return Ok(Outcome::Done);
    }
    let call = if args.format.has_call() { Call::of(prompt, &store)? } else { Call::default() };
    let rendered = Rendered { prompt: &prompt.id, messages: &messages, call: &call };
    args.format.write(&rendered, ui)?;
    Ok(Outcome::Done)
}

/// The values in the files of `--vars`.
fn given(paths: &[PathBuf]) -> Result<Map<String, Value>, CliError> {
    let mut given = Map::new();
    for path in paths {
        let text = fs::read_to_string(path).map_err(|source| CliError::VarsFile { path: path.clone(), source })?;
        match data(text.trim_start_matches('\u{feff}')) {
            Some(Value::Object(values)) => given.extend(values),
            _ => return Err(CliError::VarsContent { path: path.clone() }),
        }
    }
    Ok(given)
}
