//! How the tokens of a rendered prompt divide: by message, and in each by the template's own text and what each input
//! printed.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;
use super::messages::{Message, Part};
use crate::store::Store;
use crate::store::prompt::{Prompt, Role};
use crate::store::template::Syntax;
use crate::tokens::tokenizer::{Tokenizer, Tokens};

/// What a message takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Share<'m> {
    /// Who speaks.
    pub role: &'m Role,
    /// The whole message's text.
    pub whole: Tokens,
    /// Its parts: the template's own text first, then the inputs by name. Each is counted alone, so that their sum differs
    /// from the whole by the tokens that reach across a border.
    pub parts: Vec<(Printer, Tokens)>,
}

/// What printed a part of a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Printer {
    /// The templates themselves.
    Text,
    /// The templates and their values, which this language's engine does not tell apart.
    TextAndInputs,
    /// An expression that reads these inputs.
    Inputs(Vec<String>),
    /// An expression that reads no input.
    Computed,
}

/// The shares of `messages`, in order.
pub fn shares<'m>(messages: &'m [Message], prompt: &Prompt, store: &Store, tokenizer: Tokenizer<'_>) -> Vec<Share<'m>> {
    let told_apart = prompt.templates.iter().all(|template| template.syntax != Syntax::Handlebars);
    let own = if told_apart { Printer::Text } else { Printer::TextAndInputs };
    messages.iter().map(|message| share(message, store, tokenizer, &own)).collect()
}

fn share<'m>(message: &'m Message, store: &Store, tokenizer: Tokenizer<'_>, own: &Printer) -> Share<'m> {
    let mut texts: BTreeMap<Printer, Vec<&str>> = BTreeMap::new();
    for part in &message.content {
        let Part::Text(printed) = part else { continue };
        let mut at = 0;
        for print in &printed.prints {
            let text = printed.text.get(print.range.clone()).unwrap_or_default();
            texts.entry(own.clone()).or_default().push(printed.text.get(at..print.range.start).unwrap_or_default());
            texts.entry(printer(&print.source, store)).or_default().push(text);
            at = print.range.end;
        }
        texts.entry(own.clone()).or_default().push(printed.text.get(at..).unwrap_or_default());
    }
    let count = |texts: Vec<&str>| texts.into_iter().map(|text| tokenizer.count(text)).sum();
    let parts = texts.into_iter().map(|(printer, texts)| (printer, count(texts))).collect();
    Share { role: &message.role, whole: tokenizer.count(&message.text()), parts }
}

/// Which inputs an expression reads.
fn printer(source: &Source, store: &Store) -> Printer {
    let template = store.templates_of(&source.file).get(source.template);
    let uses = template.into_iter().flat_map(|template| &template.analysis.uses);
    let read: BTreeSet<String> =
        uses.filter(|usage| source.span.contains(usage.span)).map(|usage| usage.root.clone()).collect();
    if read.is_empty() { Printer::Computed } else { Printer::Inputs(read.into_iter().collect()) }
}
