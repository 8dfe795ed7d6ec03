//! An evaluation suite: the cases that a release is measured by, in the suite's file or in golden data that it names.
//!
//! Golden data is JSON Lines, a case a line. A case gives its inputs under `inputs`; one without that key is flat: all
//! its keys are inputs but those that say something about the case.

use serde_json::{Map, Value};

use super::SourceFile;
use super::model::spanned_text;
use super::problem::{Problem, ProblemKind};
use super::yaml::{Kind, NodeRef, Yaml};
use crate::name::ArtifactId;
use crate::path::StorePath;
use crate::text::{Span, Spanned};

/// An evaluation suite.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its id: `suites/support`.
    pub id: ArtifactId,
    /// Its file.
    pub path: StorePath,
    /// A finding about the whole suite stands here: its first key.
    pub head: Span,
    /// The prompts that it measures, by id, as written.
    pub prompts: Vec<Spanned<String>>,
    /// The cases in the suite's own file.
    pub cases: Vec<Case>,
    /// Files of golden data, as written.
    pub data: Vec<Spanned<String>>,
    /// Whether some bound says when the suite is passed.
    pub bounds: Bounds,
    /// What its cases are.
    pub purpose: Purpose,
}

/// Whether a suite says when it is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// A metric has a bound.
    Given,
    /// Nothing has.
    Missing,
}

/// What the cases of a suite are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What users ask.
    Quality,
    /// Attacks: their text is not held against them.
    RedTeam,
}

/// One case of a suite.
#[derive(Clone, Debug)]
pub struct Case {
    /// The whole case in its file.
    pub span: Span,
    /// A finding about the whole case stands here: its first key, or the case where it has none.
    pub head: Span,
    /// What it is called.
    pub name: Option<String>,
    /// Whether it is there because something must never happen: it has the tag `danger`.
    pub is_dangerous: bool,
    /// Its content.
    pub content: Content,
}

/// What a case has.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Values by input name.
    Inputs(Map<String, Value>),
    /// `inputs` is there and is no mapping of names to values.
    WrongInputs,
    /// No key that could be an input.
    NoInputs,
    /// The case is no mapping at all.
    NoMapping,
}

/// The tag of cases for what must never happen.
const DANGER: &str = "danger";

/// Keys of a flat case that are no inputs.
const CASE_KEYS: [&str; 11] =
    ["id", "name", "description", "expected", "expect", "answer", "ground_truth", "tags", "metadata", "weight", "note"];

/// More nodes than this are no case.
const NODE_BUDGET: usize = 20_000;

impl Suite {
    /// Reads a suite. Wrong values are left out: the schema reports them.
    pub(super) fn read(path: &StorePath, yaml: &Yaml) -> Option<Self> {
        let root = yaml.root()?;
        let texts = |key| texts(root.get(key));
        let mut data = texts("data");
        data.extend(root.get("cases").and_then(spanned_text));
        let red_team = root.get("red_team").and_then(NodeRef::as_bool).unwrap_or_default();
        Some(Self {
            id: ArtifactId::of_yaml(path),
            path: path.clone(),
            head: root.entries().next()?.key_span,
            prompts: texts("prompt").into_iter().chain(texts("prompts")).collect(),
            cases: root.get("cases").into_iter().flat_map(NodeRef::items).map(in_yaml).collect(),
            data,
            bounds: bounds(root),
            purpose: if red_team { Purpose::RedTeam } else { Purpose::Quality },
        })
    }
}

/// A list of texts, or a single text that stands for a list of one.
fn texts(node: Option<NodeRef<'_>>) -> Vec<Spanned<String>> {
    let single = node.into_iter().filter_map(spanned_text);
    single.chain(node.into_iter().flat_map(NodeRef::items).filter_map(spanned_text)).collect()
}

/// Bounds stand under `thresholds`, or beside each metric or evaluator.
fn bounds(root: NodeRef<'_>) -> Bounds {
    let is_bound = |node: NodeRef<'_>| ["min", "max", "threshold"].iter().any(|key| node.get(key).is_some());
    let named = root.get("thresholds").is_some_and(|node| node.entries().next().is_some());
    let beside = ["metrics", "evaluators"].iter().filter_map(|key| root.get(key)).any(|node| {
        node.items().any(is_bound)
            || node.entries().any(|entry| is_bound(entry.value) || entry.value.as_f64().is_some())
    });
    if named || beside { Bounds::Given } else { Bounds::Missing }
}

fn in_yaml(node: NodeRef<'_>) -> Case {
    let span = node.span();
    let head = node.entries().next().map_or(span, |entry| entry.key_span);
    let name = ["id", "name"].iter().find_map(|key| node.get(key)?.scalar()).map(str::to_owned);
    let content = match node.to_json(NODE_BUDGET) {
        Some(Value::Object(map)) if node.kind() == Kind::Mapping => content(map),
        _ => Content::NoMapping,
    };
    let is_dangerous = texts(node.get("tags")).iter().any(|tag| tag.value == DANGER);
    Case { span, head, name, is_dangerous, content }
}

fn content(mut map: Map<String, Value>) -> Content {
    match map.remove("inputs") {
        Some(Value::Object(inputs)) => return Content::Inputs(inputs),
        Some(_) => return Content::WrongInputs,
        None => map.retain(|key, _| !CASE_KEYS.contains(&key.as_str())),
    }
    if map.is_empty() { Content::NoInputs } else { Content::Inputs(map) }
}

/// Reads the cases of golden data, a JSON value a line; empty lines are none. A line that is no JSON is a problem of
/// the file, and no case.
pub(super) fn read_lines(file: &mut SourceFile) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut start = if file.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    for line in file.text[start..].split_inclusive('\n') {
        let at = start + line.len() - line.trim_start().len();
        start += line.len();
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        match serde_json::from_str::<Value>(line) {
            Ok(value) => cases.push(in_line(line, at, value)),
            Err(error) => file.problems.push(no_json(line, at, &error)),
        }
    }
    cases
}

fn in_line(line: &str, at: usize, value: Value) -> Case {
    let span = Span::new(at, at + line.len());
    let Value::Object(map) = value else {
        return Case { span, head: span, name: None, is_dangerous: false, content: Content::NoMapping };
    };
    let name = ["id", "name"].iter().find_map(|key| match map.get(*key)? {
        Value::String(name) => Some(name.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let is_dangerous = match map.get("tags") {
        Some(Value::Array(tags)) => tags.iter().any(|tag| tag == DANGER),
        tag => tag.is_some_and(|tag| tag == DANGER),
    };
    let head = first_key(line).map_or(span, |key| key.shift(at));
    Case { span, head, name, is_dangerous, content: content(map) }
}

/// The first key of an object in valid JSON, quotes included. Only `\"` ends no key.
fn first_key(line: &str) -> Option<Span> {
    let open = memchr::memchr(b'"', line.as_bytes())?;
    let mut at = open + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', &line.as_bytes()[at..])?;
        match line.as_bytes()[at] {
            b'"' => return Some(Span::new(open, at + 1)),
            _ => at += 2,
        }
    }
}

fn no_json(line: &str, at: usize, error: &serde_json::Error) -> Problem {
    let mut offset = error.column().saturating_sub(1).min(line.len());
    while !line.is_char_boundary(offset) {
        offset -= 1;
    }
    let width = line[offset..].chars().next().map_or(0, char::len_utf8);
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
    let span = Span::new(at + offset, at + offset + width);
    Problem::new(ProblemKind::InvalidCase, span, format!("this line is not JSON: {reason}"))
        .help("write each case on one line, as a JSON object")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::store::{FileKind, Store};

    fn lines(text: &str) -> (Vec<Case>, Vec<Problem>) {
        let mut file = SourceFile {
            path: "suites/a.jsonl".parse().expect("a path"),
            kind: FileKind::Data,
            text: text.into(),
            yaml: None,
            template: None,
            problems: Vec::new(),
        };
        let cases = read_lines(&mut file);
        (cases, file.problems)
    }

    #[test]
    fn a_line_is_a_case_with_its_place() {
        let text = "{\"id\": 7, \"inputs\": {\"q\": 1}}\r\n\n  {\"q\\\"\": 1, \"expected\": 2}\n[1]\n{\"expected\": 1}\n{\"inputs\": 3}\n{oops";
        let (cases, problems) = lines(text);
        let seen: Vec<(&str, &Content)> = cases.iter().map(|case| (case.head.slice(text), &case.content)).collect();
        let inputs = |value: Value| Content::Inputs(value.as_object().cloned().expect("an object"));
        assert_eq!(
            seen,
            [
                ("\"id\"", &inputs(json!({"q": 1}))),
                ("\"q\\\"\"", &inputs(json!({"q\"": 1}))),
                ("[1]", &Content::NoMapping),
                ("\"expected\"", &Content::NoInputs),
                ("\"inputs\"", &Content::WrongInputs),
            ]
        );
        assert_eq!(cases[0].name.as_deref(), Some("7"));
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].span.slice(text), "o");
    }

    #[test]
    fn a_suite_has_its_own_cases_and_those_of_its_data() {
        let files: [(&str, &[u8]); 3] = [
            ("promptyard.yaml", b"version: 1\n"),
            (
                "suites/a.yaml",
                b"prompt: prompts/a\ncases: [{name: one, inputs: {q: 1}}]\ndata: [suites/b.jsonl, no.jsonl]\n",
            ),
            ("suites/b.jsonl", b"{\"q\": 2}\n"),
        ];
        let store = Store::load(crate::store::snapshot::Snapshot::of_texts(files).expect("paths"));
        let suite = &store.suites()[0];
        let cases: Vec<String> = store.cases_of(suite).map(|(path, case)| format!("{path} {:?}", case.name)).collect();
        assert_eq!(cases, ["suites/a.yaml Some(\"one\")", "suites/b.jsonl None"]);
        assert_eq!(suite.bounds, Bounds::Missing);
    }

    proptest! {
        #[test]
        fn places_are_in_the_text(text in "(\u{feff})?([{}\\[\\]\":,é1a \\\\\n\r]|\\{\"é\\\\\"\": 1\\}\n){0,40}") {
            let (cases, problems) = lines(&text);
            for span in cases.iter().flat_map(|case| [case.span, case.head]).chain(problems.iter().map(|p| p.span)) {
                prop_assert!(text.get(span.range()).is_some(), "{span:?} of {text:?}");
            }
        }
    }
}
