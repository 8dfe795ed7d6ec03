//! What the dialects' tests share: a prompt as lines that can be read and compared.

use std::fmt::Write as _;

use super::{Contract, Dialect, Parsed, Prompt, PromptSource, SchemaSource, ToolRef, Trust};
use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::text::Span;

/// A source at `path` of which nothing else is said.
pub(super) fn source(path: &StorePath) -> PromptSource<'_> {
    PromptSource { path, id: ArtifactId::of_file(path, ""), role: None, syntax: None, sidecar: None }
}

/// Parses `text` as a file at `path`.
pub(super) fn parse(dialect: Dialect, path: &str, text: &str) -> Parsed {
    let path: StorePath = path.parse().expect("a store path");
    let parsed = super::parse(&source(&path), dialect, text);
    check_spans(text, &parsed);
    parsed
}

/// Every place is one in the file, and every message one in its template.
pub(super) fn check_spans(text: &str, parsed: &Parsed) {
    let prompt = &parsed.prompt;
    let mut places = vec![prompt.head];
    places.extend(parsed.problems.iter().map(|problem| problem.span));
    places.extend(prompt.messages.iter().map(|message| message.role.span));
    places.extend(prompt.inputs.iter().flat_map(|input| [input.name.span, input.span]));
    places.extend(prompt.inputs.iter().filter_map(|input| input.default.as_ref()).map(|value| value.span));
    places.extend(prompt.model.iter().chain(&prompt.name).chain(&prompt.description).map(|value| value.span));
    for place in places {
        assert!(text.get(place.range()).is_some(), "{place:?} is no place in {text:?}");
    }
    for message in &prompt.messages {
        let template = &prompt.templates[message.template].text;
        assert!(template.text.get(message.range.range()).is_some(), "{message:?} of {text:?}");
        let place = template.to_source(text, message.range);
        assert!(text.get(place.range()).is_some(), "{place:?} is no place in {text:?}");
    }
}

/// What a test about a prompt wants to see, one fact a line; facts that are absent have no line.
pub(super) fn outline(text: &str, parsed: &Parsed) -> String {
    let prompt = &parsed.prompt;
    let mut out = String::new();
    let mut line = |fact: String| writeln!(out, "{fact}").expect("because a string takes any text");
    let at = |span: Span| span.slice(text).to_owned();
    line(format!("head {:?}", at(prompt.head)));
    for (key, value) in [("name", &prompt.name), ("model", &prompt.model), ("version", &prompt.version)] {
        if let Some(value) = value {
            line(format!("{key} {} at {:?}", value.value, at(value.span)));
        }
    }
    for (name, value) in &prompt.parameters {
        line(format!("parameter {} = {}", at(name.span), value.value));
    }
    for row in contract_lines(prompt, &at) {
        line(row);
    }
    match &prompt.output_schema {
        Some(SchemaSource::File(path)) => line(format!("output file {}", path.value)),
        Some(SchemaSource::Inline(schema)) => line(format!("output {}", schema.value)),
        None => {}
    }
    for tool in &prompt.tools {
        match tool {
            ToolRef::File(path) => line(format!("tool file {}", path.value)),
            ToolRef::Inline(name) => line(format!("tool {}", name.value)),
        }
    }
    for row in &prompt.test_data {
        let values: Vec<String> = row.values.iter().map(|(name, value)| format!("{}={value}", name.value)).collect();
        line(format!("row {}", values.join(" ")));
    }
    for message in &prompt.messages {
        let template = &prompt.templates[message.template];
        line(format!(
            "{} at {:?}: {:?}",
            message.role.value.as_str(),
            at(message.role.span),
            message.range.slice(&template.text.text)
        ));
    }
    for problem in &parsed.problems {
        line(format!("{:?} at {:?}: {}", problem.kind, at(problem.span), problem.message));
    }
    out
}

fn contract_lines(prompt: &Prompt, at: &dyn Fn(Span) -> String) -> Vec<String> {
    let mut lines = vec![match prompt.contract {
        Contract::Declared => "declared".to_owned(),
        Contract::Missing => "missing".to_owned(),
        Contract::Open => "open".to_owned(),
    }];
    for input in &prompt.inputs {
        let mut fact = format!("input {} {}", at(input.name.span), input.schema);
        if !input.required {
            fact.push_str(" optional");
        }
        if let Some(default) = &input.default {
            let _ = write!(fact, " default {}", default.value);
        }
        if let Some(example) = &input.example {
            let _ = write!(fact, " example {}", example.value);
        }
        if let Some(most) = &input.max_tokens {
            let _ = write!(fact, " tokens {}", most.value);
        }
        if input.trust == Trust::Trusted {
            fact.push_str(" trusted");
        }
        if input.used_by_metadata {
            fact.push_str(" used");
        }
        lines.push(fact);
    }
    lines
}

/// Compares the outline of `text` with `expected`, whose lines may be indented.
pub(super) fn assert_outline(dialect: Dialect, path: &str, text: &str, expected: &str) {
    let found = outline(text, &parse(dialect, path, text));
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found, expected, "in {text}");
}
