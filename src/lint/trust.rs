//! Where a prompt prints what somebody else wrote: the part that the rules about injection share.

use crate::lint::limit;
use crate::lint::rule::{Context, Finding, Sink};
use crate::lint::shape::{Type, schema_at, type_of};
use crate::store::prompt::{Contract, Dialect, Input, Message, Prompt, Trust};
use crate::store::template::{CallKind, Step, Syntax, TagKind, Template, UseKind, VariableUse};
use crate::store::usage::{Scope, Site, Usage, inputs_by_name};
use crate::text::Span;

/// A place where a prompt prints a value that its product's own people did not write.
pub(crate) struct Exposure<'a> {
    /// The value.
    pub(crate) input: &'a Input,
    /// The use that prints it.
    pub(crate) usage: &'a VariableUse,
    /// The template that prints it: the prompt's own or an included one.
    pub(crate) site: Site<'a>,
    /// The printing tag in the template.
    pub(crate) tag: Span,
    /// The part of the template that goes to the model as one message, as far as this template has it.
    pub(crate) range: Span,
    /// The message that it is printed into.
    pub(crate) message: &'a Message,
}

/// Every place where `prompt` prints an untrusted value of an open set, in the order of the templates.
///
/// Inputs are untrusted unless they say otherwise. Where nobody says anything about trust that is a guess, so nothing
/// is returned for a prompt without a word of it, unless it is in the store's own format in a store that is set up.
pub(crate) fn exposures<'a>(prompt: &'a Prompt, cx: &'a Context<'_>) -> Vec<Exposure<'a>> {
    let store = cx.store;
    let speaks_of_trust = prompt.inputs.iter().any(|input| input.trust_span.is_some());
    let is_ours = prompt.dialect == Dialect::Native && store.config().path.is_some();
    let untrusted = |input: &Input| {
        // What the runtime carries past the template, an image or a thread, is no text in it.
        input.trust == Trust::Untrusted && !input.used_by_metadata && !is_closed(&input.schema)
    };
    if prompt.contract != Contract::Declared || !(speaks_of_trust || is_ours) || !prompt.inputs.iter().any(untrusted) {
        return Vec::new();
    }
    let inputs = inputs_by_name(prompt);
    let usage = Usage::of(prompt, store);
    let mut found = Vec::new();
    for (site, usage) in usage.uses() {
        let printed = matches!(usage.kind, UseKind::Printed | UseKind::PrintedRaw);
        let Some(input) = inputs.get(usage.root.as_str()).copied().filter(|input| printed && untrusted(input)) else {
            continue;
        };
        let is_length = matches!(usage.path.last(), Some(Step::Attribute(name)) if name == "length");
        if site.scope != Scope::Inputs || is_length || schema_at(&input.schema, &usage.path).is_some_and(is_closed) {
            continue;
        }
        let own = site.entry.map_or((site.template, usage.span), |entry| (entry.template, entry.include.span));
        let Some(message) = message_of(prompt, own.0, own.1) else { continue };
        let Some(tag) = tag_of(site.template, usage.span) else { continue };
        let range = if site.entry.is_none() { message.range } else { Span::new(0, site.template.text.text.len()) };
        found.push(Exposure { input, usage, site: site.clone(), tag, range, message });
        if found.len() == limit::FINDINGS {
            break;
        }
    }
    found
}

/// Whether values of `schema` are of a closed set, or no text: nobody gives orders with a number.
fn is_closed(schema: &serde_json::Value) -> bool {
    if schema.get("enum").is_some() || schema.get("const").is_some() {
        return true;
    }
    match type_of(schema) {
        Some(Type::Number | Type::Boolean) => true,
        Some(Type::List) => schema.get("items").is_some_and(is_closed),
        Some(Type::Text) => {
            let format = schema.get("format").and_then(serde_json::Value::as_str);
            format.is_some_and(|format| matches!(format, "date" | "time" | "date-time" | "uuid" | "duration"))
        }
        _ => false,
    }
}

fn message_of<'a>(prompt: &'a Prompt, template: &Template, span: Span) -> Option<&'a Message> {
    prompt.messages.iter().find(|message| {
        let same = prompt.templates.get(message.template).is_some_and(|known| std::ptr::eq(known, template));
        same && message.range.contains(span)
    })
}

fn tag_of(template: &Template, span: Span) -> Option<Span> {
    let tags = &template.analysis.tags;
    let after = tags.partition_point(|tag| tag.span.start <= span.start);
    let tag = tags.get(after.checked_sub(1)?)?;
    tag.span.contains(span).then_some(tag.span)
}

/// What stands around a printed value and says where it begins and ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Enclosure {
    /// The message has nothing else.
    Message,
    /// `<name>` and `</name>`
    Element(String),
    /// The same fence before and after: three backticks, three quotes.
    Fence(&'static str),
    /// A ruler before and after, or a pair of words such as `BEGIN` and `END`.
    Ruler,
    /// Quotes or brackets right beside it.
    Quotes,
    /// A filter writes it as JSON.
    Json,
}

impl Exposure<'_> {
    /// Reports `message` where the prompt's file shows the value, and says where else it stands.
    pub(crate) fn report<'s>(&self, message: String, cx: &Context<'_>, out: &Sink<'s>) -> Finding<'s> {
        let finding = out.at(self.site.place(cx.store, self.usage.span), message);
        match self.site.elsewhere(cx.store, self.usage.span) {
            Some(place) => finding.note(format!("it is printed in {place}")),
            None => finding,
        }
    }

    /// What delimits the value, if something does.
    pub(crate) fn enclosure(&self) -> Option<Enclosure> {
        let text = self.site.template.text.text.as_str();
        let before = text.get(self.range.range().start..self.tag.range().start)?;
        let after = text.get(self.tag.range().end..self.range.range().end)?;
        if self.filters().any(|name| matches!(name, "tojson" | "json" | "pprint")) {
            return Some(Enclosure::Json);
        }
        if let Some(name) = open_element(before, after) {
            return Some(Enclosure::Element(name.to_owned()));
        }
        if let Some(fence) = open_fence(before, after) {
            return Some(Enclosure::Fence(fence));
        }
        if is_ruled(before, after) {
            return Some(Enclosure::Ruler);
        }
        if is_quoted(before, after) {
            return Some(Enclosure::Quotes);
        }
        self.is_alone().then_some(Enclosure::Message)
    }

    /// Whose address it is part of, if it is: `a link`, `an image`.
    pub(crate) fn address(&self) -> Option<&'static str> {
        let text = self.site.template.text.text.as_str();
        text.get(self.range.range().start..self.tag.range().start).and_then(open_address)
    }

    /// The names of the filters in the printing tag.
    pub(crate) fn filters(&self) -> impl Iterator<Item = &str> {
        let inside =
            |call: &&crate::store::template::Call| call.kind == CallKind::Filter && self.tag.contains(call.span);
        self.site.template.analysis.calls.iter().filter(inside).map(|call| call.name.as_str())
    }

    /// Whether what closes the enclosure may stand in the value as it is printed. Only known where every filter is.
    pub(crate) fn is_unescaped(&self) -> bool {
        /// Filters that keep what closes an element or a fence.
        const KEEP: [&str; 15] = [
            "trim",
            "upper",
            "lower",
            "join",
            "indent",
            "default",
            "d",
            "title",
            "capitalize",
            "first",
            "last",
            "truncate",
            "string",
            "safe",
            "wordwrap",
        ];
        let escapes_itself = match self.site.template.syntax {
            Syntax::Mustache => !self.tag.slice(&self.site.template.text.text).starts_with("{{{"),
            _ => false,
        };
        if escapes_itself {
            return false;
        }
        match self.usage.kind {
            UseKind::PrintedRaw => true,
            _ => {
                self.site.template.syntax == Syntax::Jinja && {
                    let mut names = self.filters().peekable();
                    names.peek().is_some() && names.all(|name| KEEP.contains(&name))
                }
            }
        }
    }

    /// Whether the message says nothing beside printed values.
    fn is_alone(&self) -> bool {
        let text = &self.site.template.text.text;
        let literals = self.site.template.analysis.literals(text.len());
        let inside = literals.iter().filter(|span| self.range.start < span.end && span.start < self.range.end);
        let clipped =
            inside.map(|span| Span { start: span.start.max(self.range.start), end: span.end.min(self.range.end) });
        let prints = self
            .site
            .template
            .analysis
            .tags
            .iter()
            .filter(|tag| tag.kind == TagKind::Expression && self.range.contains(tag.span));
        !clipped.map(|span| span.slice(text)).any(|literal| literal.contains(char::is_alphanumeric))
            && prints.count() == 1
    }
}

/// The innermost element that is open at the end of `before` and closed in `after`.
fn open_element<'t>(before: &'t str, after: &str) -> Option<&'t str> {
    let mut open: Vec<&str> = Vec::new();
    for at in memchr::memchr_iter(b'<', before.as_bytes()) {
        let rest = &before[at + 1..];
        let (closes, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.')));
        let name = &rest[..end.unwrap_or(rest.len())];
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let Some(close) = memchr::memchr(b'>', rest.as_bytes()) else { continue };
        if closes {
            if let Some(at) = open.iter().rposition(|known| *known == name) {
                open.truncate(at);
            }
        } else if !rest[..close].ends_with('/') {
            open.push(name);
        }
    }
    let is_closed = |name: &str| {
        memchr::memmem::find_iter(after.as_bytes(), b"</")
            .any(|at| after[at + 2..].strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('>')))
    };
    open.into_iter().rev().find(|name| is_closed(name))
}

/// Marks that open and close alike.
const FENCES: [&str; 5] = ["```", "~~~", "\"\"\"", "'''", "$$$"];
/// Pairs of marks.
const PAIRS: [(&str, &str); 4] = [("<<<", ">>>"), ("[[", "]]"), ("BEGIN", "END"), ("START", "END")];
/// Characters of a ruler.
const RULERS: [char; 6] = ['-', '=', '#', '*', '_', '+'];

fn open_fence(before: &str, after: &str) -> Option<&'static str> {
    let odd = |fence: &str| memchr::memmem::find_iter(before.as_bytes(), fence).count() % 2 == 1;
    FENCES.into_iter().find(|fence| odd(fence) && after.contains(fence))
}

fn is_ruled(before: &str, after: &str) -> bool {
    let pair = |(open, close): &(&str, &str)| {
        before.rfind(open).is_some_and(|at| !before[at..].contains(close)) && after.contains(close)
    };
    let is_ruler = |line: &str| {
        let line = line.trim();
        line.len() >= 3 && RULERS.iter().any(|mark| line.chars().all(|c| c == *mark))
    };
    PAIRS.iter().any(pair) || (before.lines().any(is_ruler) && after.lines().any(is_ruler))
}

fn is_quoted(before: &str, after: &str) -> bool {
    const MARKS: [(char, char); 10] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('“', '”'),
        ('‘', '’'),
        ('«', '»'),
        ('„', '“'),
        ('[', ']'),
        ('(', ')'),
        ('{', '}'),
    ];
    MARKS.iter().any(|(open, close)| before.ends_with(*open) && after.starts_with(*close))
}

/// What has its address open at the end of `before`: `a link`, `an image`.
fn open_address(before: &str) -> Option<&'static str> {
    let line = before.rsplit('\n').next().unwrap_or_default();
    if let Some(at) = line.rfind("](") {
        let address = &line[at + 2..];
        if !address.contains([')', ' ']) {
            let label = line[..at].rfind('[')?;
            return Some(if line[..label].ends_with('!') { "an image" } else { "a link" });
        }
    }
    for (attribute, what) in [("src=", "an image"), ("href=", "a link")] {
        if let Some(at) = line.rfind(attribute) {
            let address = line[at + attribute.len()..].trim_start_matches(['"', '\'']);
            if !address.contains(['"', '\'', '>', ' ']) {
                return Some(what);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_open_element_encloses() {
        for (before, after, expected) in [
            ("<a>", "</a>", Some("a")),
            ("<a><b>x</b>", "</a>", Some("a")),
            ("<a><b>", "</b></a>", Some("b")),
            ("<a href='x'>\n", "\n</a >", Some("a")),
            ("<a/>", "</a>", None),
            ("<a>", "</ab>", None),
            ("a < b > c", "</b>", None),
            ("<a></a>", "</a>", None),
            ("<é>", "</é>", None),
        ] {
            assert_eq!(open_element(before, after), expected, "{before} {after}");
        }
    }

    #[test]
    fn fences_and_quotes_enclose() {
        for (before, after, expected) in [("```\n", "\n```", Some("```")), ("```\n```\n", "\n```", None)] {
            assert_eq!(open_fence(before, after), expected, "{before} {after}");
        }
        for (before, after, expected) in [
            ("x\n---\n", "\n---\n", true),
            ("x\n---\n", "\n", false),
            ("BEGIN TEXT\n", "\nEND TEXT", true),
            ("BEGIN a END\n", "END", false),
        ] {
            assert_eq!(is_ruled(before, after), expected, "{before} {after}");
        }
        assert!(is_quoted("say \"", "\" twice") && is_quoted("(", ")") && !is_quoted("\" ", "\""));
    }

    #[test]
    fn an_address_is_open_until_its_mark() {
        for (before, expected) in [
            ("see [a](https://x/", Some("a link")),
            ("see ![a](", Some("an image")),
            ("see ![a](https://x/) and ", None),
            ("<img src=\"https://x/", Some("an image")),
            ("<a href='x'>", None),
            ("](", None),
            ("", None),
        ] {
            assert_eq!(open_address(before), expected, "{before}");
        }
    }
}
