//! `skprompt.txt`: a Semantic Kernel prompt, described by the `config.json` beside it.
//!
//! Places are those of `skprompt.txt`: what the description says has the prompt's head as its place, and a description
//! that does not parse is as good as none.

use serde_json::Value;

use super::fields::{Reader, Shapes, present, text_of};
use super::roles::Marker;
use super::{Contract, Dialect, Input, Parsed, Prompt, PromptSource, Role, body, front_matter, metadata};
use crate::store::problem::is_legible;
use crate::store::template::Syntax;
use crate::store::yaml::{self, Kind, Limits, NodeRef};
use crate::text::{Span, Spanned};

pub(super) fn parse(source: &PromptSource<'_>, text: &str) -> Parsed {
    let start = front_matter::byte_order_mark(text);
    let head = front_matter::first_line(text, start);
    let mut prompt = Prompt::bare(source, Dialect::SemanticKernel, head);
    let mut syntax = Syntax::SemanticKernel;
    if let Some(sidecar) = source.sidecar {
        let (tree, problems) = yaml::parse(sidecar.trim_start_matches('\u{feff}'), 0, Limits::default());
        if let Some(root) = tree.root().filter(|_| is_legible(&problems)) {
            describe(&mut prompt, root);
            syntax = template_syntax(root);
        }
    }
    let template = body::template(text, start, source.syntax.unwrap_or(syntax));
    let role = source.role.clone().unwrap_or(Role::User);
    prompt.messages = body::messages(&template, 0, start, markers(&template.text.text, &role), role);
    prompt.messages.retain(|message| body::prints(&template, message.range));
    prompt.templates.push(template);
    let problems = prompt.empty_problem().into_iter().collect();
    Parsed { prompt, yaml: None, problems }
}

/// `<message role="system">` and `</message>`: what stands outside of them is said by the `implied` role.
fn markers(text: &str, implied: &Role) -> Vec<Marker> {
    let marker = |(span, role): (Span, Option<Role>)| match role {
        Some(role) => {
            let tag = span.slice(text);
            let word = opening_tag(tag).map_or("", |(word, _)| word);
            let start = span.start as usize + tag.rfind(word).unwrap_or_default();
            Marker { span, role, word: Span::new(start, start + word.len()) }
        }
        None => Marker { span, role: implied.clone(), word: Span::at(span.end as usize) },
    };
    message_tags(text).into_iter().map(marker).collect()
}

/// The tags of messages in `text`: opening ones with their role, and the closing ones that belong to them.
pub fn message_tags(text: &str) -> Vec<(Span, Option<Role>)> {
    let mut tags = Vec::new();
    let mut inside = false;
    for (at, _) in text.match_indices('<') {
        let rest = &text[at..];
        if let Some((word, len)) = opening_tag(rest) {
            tags.push((Span::new(at, at + len), Some(Role::from_word(word))));
            inside = true;
        } else if inside && rest.starts_with(CLOSING_TAG) {
            tags.push((Span::new(at, at + CLOSING_TAG.len()), None));
            inside = false;
        }
    }
    tags
}

const CLOSING_TAG: &str = "</message>";

/// The role of an opening tag at the start of `text`, and the tag's length.
fn opening_tag(text: &str) -> Option<(&str, usize)> {
    let attribute = text.strip_prefix("<message")?.trim_start().strip_prefix("role=")?;
    let quote = attribute.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (word, rest) = attribute[1..].split_once(quote)?;
    let rest = rest.trim_start().strip_prefix('>')?;
    word.chars().all(char::is_alphanumeric).then_some((word, text.len() - rest.len()))
}

fn template_syntax(root: NodeRef<'_>) -> Syntax {
    match root.get("template_format").and_then(NodeRef::as_str) {
        Some("handlebars") => Syntax::Handlebars,
        Some("jinja2") => Syntax::Jinja,
        None | Some("semantic-kernel") => Syntax::SemanticKernel,
        Some(_) => Syntax::Plain,
    }
}

fn describe(prompt: &mut Prompt, root: NodeRef<'_>) {
    let head = prompt.head;
    let mut reader = Reader::new(Shapes::Accepted);
    prompt.description = reader.text(root, "description").map(|text| Spanned::new(text.value, head));
    let listed = root.get("input_variables").or_else(|| root.get("input")?.get("parameters"));
    for item in listed.into_iter().flat_map(NodeRef::items) {
        if let Some(name) = present(item, "name").and_then(text_of) {
            prompt.inputs.push(input(name.value, item, head, &reader));
        }
    }
    if !prompt.inputs.is_empty() {
        prompt.contract = Contract::Declared;
    }
    if let Some(settings) = settings(root) {
        metadata::parameters(prompt, settings, &reader);
    }
    for (name, value) in &mut prompt.parameters {
        name.span = head;
        value.span = head;
        if name.value == "model_id" {
            prompt.model = value.value.as_str().map(|id| Spanned::new(id.to_owned(), head));
        }
    }
    prompt.parameters.retain(|(name, _)| !["model_id", "service_id"].contains(&name.value.as_str()));
}

/// The settings of a call: the default ones of `execution_settings`, or the older `completion`.
fn settings(root: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let by_service = root.get("execution_settings");
    by_service
        .and_then(|node| node.get("default").or_else(|| Some(node.entries().next()?.value)))
        .or_else(|| root.get("completion"))
        .filter(|node| node.kind() == Kind::Mapping)
}

fn input(name: String, item: NodeRef<'_>, head: Span, reader: &Reader) -> Input {
    let default = item.get("default").or_else(|| item.get("defaultValue"));
    let default = default.map(|value| Spanned::new(reader.json(value).value, head));
    let said = ["is_required", "required"].iter().find_map(|key| item.get(key)?.as_bool());
    let schema = match item.get("json_schema").map(|node| reader.json(node).value) {
        Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::Bool(true)),
        Some(schema @ (Value::Object(_) | Value::Bool(_))) => schema,
        _ => Value::Bool(true),
    };
    Input {
        schema,
        required: said.unwrap_or(default.is_none()),
        required_span: said.map(|_| head),
        default,
        ..Input::bare(Spanned::new(name, head), head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::prompt::fixture::{check_spans, outline, source};

    fn described(sidecar: &str, text: &str) -> String {
        let path = "plugins/joke/skprompt.txt".parse().expect("a store path");
        let parsed = parse(&PromptSource { sidecar: Some(sidecar), ..source(&path) }, text);
        check_spans(text, &parsed);
        let names = parsed
            .prompt
            .inputs
            .iter()
            .map(|input| format!("{}{} ", input.name.value, if input.required { "" } else { "?" }));
        let syntax = parsed.prompt.templates[0].syntax;
        format!(
            "{syntax:?} {:?} {}{}",
            parsed.prompt.contract,
            names.collect::<String>(),
            outline(text, &parsed).lines().count()
        )
    }

    #[test]
    fn both_ages_of_the_description_are_read() {
        let text = "Tell a joke about {{$input}}.";
        for (sidecar, expected) in [
            (
                r#"{"input_variables": [{"name": "input", "is_required": true}, {"name": "style", "default": ""}]}"#,
                "SemanticKernel Declared input style? 5",
            ),
            (
                r#"{"completion": {"n": 5}, "input": {"parameters": [{"name": "input", "defaultValue": ""}]}}"#,
                "SemanticKernel Declared input? 5",
            ),
            (r#"{"execution_settings": {"gpt": {"model_id": "gpt-x", "temperature": 0}}}"#, "SemanticKernel Open 5"),
            (r#"{"template_format": "handlebars", "input_variables": []}"#, "Handlebars Open 3"),
            (r#"{"input_variables": [{"#, "SemanticKernel Open 3"),
            ("", "SemanticKernel Open 3"),
        ] {
            assert_eq!(described(sidecar, text), expected, "{sidecar}");
        }
    }

    #[test]
    fn message_tags_say_who_speaks() {
        let text = concat!(
            "<message role=\"system\">Be brief.</message>\n",
            "<message role='user'>{{$input}}</message>\nBye <message>x</message>",
        );
        let path = "skprompt.txt".parse().expect("a store path");
        let parsed = parse(&source(&path), text);
        check_spans(text, &parsed);
        let found: Vec<_> = parsed
            .prompt
            .messages
            .iter()
            .map(|message| (message.role.value.as_str(), message.range.slice(text)))
            .collect();
        assert_eq!(found, [("system", "Be brief."), ("user", "{{$input}}"), ("user", "Bye <message>x</message>")]);
    }
}
