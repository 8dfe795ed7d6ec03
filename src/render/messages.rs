//! From templates and values to messages: each dialect's way of telling who speaks.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Map, Value};

use super::{Context, MAX_WORK, Mark, Print, Printed, Refusal, RenderError, Renderer};
use crate::store::Store;
use crate::store::prompt::{Dialect, Prompt, Role, message_tags, role_of_line};
use crate::store::usage::Usage;

/// A message as a model gets it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub content: Vec<Part>,
    /// What else is said of the message: a speaker's name, or that it is a part of the conversation so far.
    pub metadata: Map<String, Value>,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text, with what printed it.
    Text(Printed),
    /// An image, a sound or a film by its address.
    Media {
        /// Where it is; a `data:` address holds it.
        url: String,
        /// Its type: `image/png`.
        content_type: Option<String>,
    },
    /// A place that the application fills: Dotprompt's `{{section "name"}}`.
    Section {
        /// Its name.
        name: String,
    },
}

/// Why there are no messages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The prompt is not rendered at all.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A template failed.
    #[error(transparent)]
    Failed(#[from] RenderError),
}

impl Message {
    /// The text of all its parts.
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|part| match part {
            Part::Text(printed) => Some(printed.text.as_str()),
            Part::Media { .. } | Part::Section { .. } => None,
        });
        texts.collect()
    }
}

/// The messages of `prompt` with `values`.
///
/// # Errors
/// When a template cannot be rendered, or fails with these values, or reaches a limit.
pub fn messages(
    prompt: &Prompt,
    store: &Store,
    values: &Map<String, Value>,
    context: &Context,
) -> Result<Vec<Message>, Failure> {
    let character = free_character(prompt, store, values, context).ok_or_else(|| {
        Refusal::new(&prompt.path, None, "the values have every character that could mark the borders of messages")
    })?;
    let borders = Borders::of(prompt);
    let at = (0..prompt.templates.len()).map(|index| borders.places(prompt, store, index)).collect();
    let mark = Mark { character, at };
    let renderer = Renderer::marked(prompt, store, Some(&mark), context)?;
    let work = MAX_WORK / prompt.templates.len().max(1) as u64;
    let mut printed = Vec::with_capacity(prompt.templates.len());
    for index in 0..prompt.templates.len() {
        printed.push(renderer.print(index, values, work)?);
    }
    Ok(match borders {
        Borders::OneEach => of_templates(prompt, &printed),
        Borders::RoleLines => printed.iter().flat_map(|body| at_role_lines(prompt, body, character)).collect(),
        Borders::Tags => printed.iter().flat_map(|body| at_tags(prompt, body, character)).collect(),
        Borders::Helpers => {
            let messages = printed.iter().flat_map(|body| at_helpers(body, character, &context.history)).collect();
            with_history(messages, &context.history)
        }
    })
}

/// How a dialect tells messages apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Borders {
    /// Each template is a message.
    OneEach,
    /// `system:` alone on a line.
    RoleLines,
    /// `<message role="system">`
    Tags,
    /// `{{role "system"}}`
    Helpers,
}

impl Borders {
    fn of(prompt: &Prompt) -> Self {
        match prompt.dialect {
            Dialect::Native => Self::OneEach,
            Dialect::Prompty | Dialect::Text => Self::RoleLines,
            Dialect::Dotprompt => Self::Helpers,
            Dialect::SemanticKernel => Self::Tags,
        }
    }

    /// Where a template of the prompt gets marks, in order.
    fn places(self, prompt: &Prompt, store: &Store, index: usize) -> Vec<usize> {
        let text: &str = &prompt.templates[index].text.text;
        match self {
            Self::OneEach | Self::Helpers => Vec::new(),
            Self::RoleLines => colons(prompt, store, index),
            Self::Tags => message_tags(text).into_iter().map(|(span, _)| span.start as usize).collect(),
        }
    }
}

/// The colons of the role lines of a template.
fn colons(prompt: &Prompt, store: &Store, index: usize) -> Vec<usize> {
    let template = &prompt.templates[index];
    let text: &str = &template.text.text;
    let file = store.file(&prompt.path).map_or("", |file| file.text.as_str());
    let start = template.text.to_source(file, crate::text::Span::at(0)).start as usize;
    let spoken = prompt.messages.iter().filter(|message| message.template == index && !message.role.span.is_empty());
    let colon = |message: &crate::store::prompt::Message| {
        let word = (message.role.span.end as usize).checked_sub(start)?;
        let rest = text.get(word..)?;
        let line = rest.split(['\n', '\r']).next()?.trim_end();
        line.ends_with(':').then(|| word + line.len() - 1)
    };
    spoken.filter_map(colon).collect()
}

/// A character that occurs nowhere: Unicode keeps these for programs' own use, and no text has them by right.
fn free_character(prompt: &Prompt, store: &Store, values: &Map<String, Value>, context: &Context) -> Option<char> {
    let mut used = BTreeSet::new();
    let mut note = |text: &str| used.extend(text.chars().filter(|c| ('\u{fdd0}'..='\u{fdef}').contains(c)));
    for site in &Usage::of(prompt, store).sites {
        note(&site.template.text.text);
    }
    values.iter().for_each(|(name, value)| {
        note(name);
        each_text(value, &mut note);
    });
    context.variables.values().for_each(|value| each_text(value, &mut note));
    ('\u{fdd0}'..='\u{fdef}').find(|c| !used.contains(c))
}

fn each_text(value: &Value, note: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => note(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, note)),
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            note(key);
            each_text(value, note);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Native prompts: the parts of one message follow each other and share the place of their role.
fn of_templates(prompt: &Prompt, printed: &[Printed]) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    let mut last = None;
    for message in &prompt.messages {
        let Some(text) = printed.get(message.template) else { continue };
        let part = Part::Text(text.clone());
        match messages.last_mut() {
            Some(open) if last == Some(message.role.span) => open.content.push(part),
            _ => messages.push(Message { role: message.role.value.clone(), content: vec![part], ..Message::default() }),
        }
        last = Some(message.role.span);
    }
    messages
}

/// Cuts a rendered body at the lines that were role lines in the template and still are.
fn at_role_lines(prompt: &Prompt, body: &Printed, mark: char) -> Vec<Message> {
    let implied = prompt.messages.first().filter(|first| first.role.span.is_empty());
    let implied = implied.map_or(Role::System, |first| first.role.value.clone());
    let mut open = Message { role: implied, ..Message::default() };
    let mut is_preamble = true;
    let mut start = 0;
    let mut at = 0;
    let mut messages = Vec::new();
    let mut close = |mut message: Message, range: Range<usize>, is_preamble: bool| {
        let range = without_line_breaks(&body.text, range);
        if !is_preamble || !body.text[range.clone()].trim().is_empty() {
            message.content.push(Part::Text(cut(body, range, mark)));
            messages.push(message);
        }
    };
    for line in body.text.split_inclusive('\n') {
        let begin = at;
        at += line.len();
        let Some((head, colon)) = line.split_once(mark) else { continue };
        let marked = role_of_line(&format!("{head}{}", colon.trim_end()));
        let Some((role, metadata)) = marked.filter(|_| colon.trim_end() == ":") else { continue };
        close(
            std::mem::replace(&mut open, Message { role, metadata, ..Message::default() }),
            start..begin,
            is_preamble,
        );
        is_preamble = false;
        start = at;
    }
    close(open, start..body.text.len(), is_preamble);
    messages
}

/// Cuts a rendered body at the tags that stood in the template; what is in none is said by the implied role.
fn at_tags(prompt: &Prompt, body: &Printed, mark: char) -> Vec<Message> {
    let implied = prompt.messages.iter().find(|message| message.role.span.is_empty());
    let implied = implied.map_or(Role::User, |message| message.role.value.clone());
    let mut messages = Vec::new();
    let mut role = implied.clone();
    let mut start = 0;
    let mut close = |role: Role, range: Range<usize>| {
        let range = without_line_breaks(&body.text, range);
        if !body.text[range.clone()].trim().is_empty() {
            let content = vec![Part::Text(cut(body, range, mark))];
            messages.push(Message { role, content, ..Message::default() });
        }
    };
    for (at, _) in body.text.match_indices(mark) {
        let after = at + mark.len_utf8();
        // A closing tag is one after an opening one; a mark stands at none that the template did not have.
        let rest = &body.text[after..];
        let line = &rest[..rest.find('>').map_or(rest.len(), |end| end + 1)];
        let (end, opened) = match message_tags(line).pop() {
            Some((tag, opened)) if tag.start == 0 => (tag.end as usize, opened),
            _ => (line.len(), None),
        };
        close(std::mem::replace(&mut role, opened.unwrap_or_else(|| implied.clone())), start..at);
        start = after + end;
    }
    close(role, start..body.text.len());
    messages
}

/// Cuts a rendered Dotprompt body at what its helpers left, as Dotprompt does: a role without text passes on, and what
/// follows the history speaks as the model.
fn at_helpers(body: &Printed, mark: char, history: &[Message]) -> Vec<Message> {
    let mut messages = vec![Message { role: Role::User, ..Message::default() }];
    let mut at = 0;
    for (index, piece) in body.text.split(mark).enumerate() {
        let range = at..at + piece.len();
        at = range.end + mark.len_utf8();
        let open = messages.last_mut().expect("because there is one from the start, and none is taken away");
        // Every second piece stands between two marks.
        if index % 2 == 0 {
            if !piece.trim().is_empty() {
                open.content.push(Part::Text(cut(body, range, mark)));
            }
            continue;
        }
        match piece.split_once(':') {
            Some(("role", word)) if open.content.is_empty() => open.role = Role::from_word(word),
            Some(("role", word)) => messages.push(Message { role: Role::from_word(word), ..Message::default() }),
            Some(("media", json)) => {
                let (url, content_type) = serde_json::from_str(json).unwrap_or_default();
                open.content.push(Part::Media { url, content_type });
            }
            Some(("section", name)) => open.content.push(Part::Section { name: name.to_owned() }),
            _ => {
                messages.extend(history.iter().map(as_history));
                messages.push(Message { role: Role::Assistant, ..Message::default() });
            }
        }
    }
    messages.retain(|message| !message.content.is_empty());
    messages
}

fn as_history(message: &Message) -> Message {
    let mut message = message.clone();
    message.metadata.insert("purpose".to_owned(), Value::from("history"));
    message
}

/// Where the template does not say where the conversation goes, it goes before a last message of the user.
fn with_history(mut messages: Vec<Message>, history: &[Message]) -> Vec<Message> {
    let is_history = |message: &Message| message.metadata.get("purpose").is_some_and(|purpose| purpose == "history");
    if history.is_empty() || messages.iter().any(is_history) {
        return messages;
    }
    let last_is_user = messages.last().is_some_and(|last| last.role == Role::User);
    let at = messages.len() - usize::from(last_is_user);
    messages.splice(at..at, history.iter().cloned());
    messages
}

fn without_line_breaks(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let start = range.start + inner.len() - inner.trim_start_matches(['\n', '\r']).len();
    let end = start + inner.trim_matches(['\n', '\r']).len();
    start..end
}

/// A part of a rendered text without the marks in it.
fn cut(body: &Printed, range: Range<usize>, mark: char) -> Printed {
    let inner = &body.text[range.clone()];
    let marks: Vec<usize> = inner.match_indices(mark).map(|(at, _)| at).collect();
    let moved = |at: usize| {
        let at = at.clamp(range.start, range.end) - range.start;
        at - marks.partition_point(|mark| *mark < at) * mark.len_utf8()
    };
    let from = body.prints.partition_point(|print| print.range.end <= range.start);
    let prints = body.prints[from..]
        .iter()
        .take_while(|print| print.range.start < range.end)
        .map(|print| Print { range: moved(print.range.start)..moved(print.range.end), source: print.source.clone() });
    Printed { prints: prints.collect(), text: inner.replace(mark, "") }
}
