//! Every format that other programs read, as it is written for one run.

use promptyard::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, RuleId, Severity};
use promptyard::output::style::Colour;
use promptyard::output::summary::Summary;
use promptyard::output::{self, LintOutput, Screen};
use promptyard::text::Span;
use serde_json::Value;

use std::io::{self, Write};

/// Columns differ in bytes, characters and UTF-16 from the emoji on; the escape must reach no terminal and no XML.
const TEXT: &str = "content: |\n  😀 ñ Dear {{ who }}\u{1b}\n  <b> | x\n";

fn findings() -> Vec<Diagnostic> {
    let at = |needle: &str| {
        let start = TEXT.find(needle).expect("the text has it");
        Span::new(start, start + needle.len())
    };
    let undeclared = Diagnostic {
        rule: RuleId { code: "TPL002", name: "undeclared-variable" },
        severity: Severity::Error,
        file: "prompts/a b.prompt.yaml".parse().expect("a path"),
        span: at("who"),
        message: "`who` is not an input of this prompt, 100 %: \u{1b}".to_owned(),
        note_at_span: Some("did you mean `whom`?".to_owned()),
        labels: vec![Label { span: at("Dear"), text: "said here".to_owned() }],
        notes: vec!["a fact, for @ann".to_owned()],
        help: Some("use `whom`".to_owned()),
        fix: Some(Fix {
            title: "Write `whom`".to_owned(),
            edits: vec![Edit { span: at("who"), replacement: "whom".to_owned() }],
            applicability: Applicability::Unsafe,
        }),
    };
    let leak = Diagnostic {
        rule: RuleId { code: "TPL015", name: "whitespace-leak" },
        severity: Severity::Info,
        span: at("😀 ñ Dear {{ who }}\u{1b}\n  <b> | x"),
        message: "`a|b` <i>leaks</i>".to_owned(),
        note_at_span: None,
        labels: Vec::new(),
        notes: Vec::new(),
        help: None,
        fix: None,
        ..undeclared.clone()
    };
    let elsewhere = Diagnostic { file: "prompts/b.prompt.yaml".parse().expect("a path"), ..leak.clone() };
    vec![leak, undeclared, elsewhere]
}

type Format = fn(&mut dyn Write, &LintOutput<'_>) -> io::Result<()>;

fn written(format: Format, findings: &[Diagnostic]) -> String {
    let run = LintOutput {
        findings,
        text_of: &|_| Some(TEXT),
        summary: Summary { prompts: 2, files: 2, in_baseline: 12, ..Summary::new(findings, |_| true) },
        elapsed: None,
        fails_on: Some(Severity::Warning),
        folder: "store/".to_owned(),
    };
    let mut out = Vec::new();
    format(&mut out, &run).expect("a Vec takes any bytes");
    String::from_utf8(out).expect("every format is UTF-8")
}

fn concise(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    output::concise::write(out, run, Colour::Plain)
}

fn human(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    output::human::write(out, run, &Screen::FILE)
}

const FORMATS: [(&str, Format); 10] = [
    ("agent", output::agent::write),
    ("concise", concise),
    ("github", output::github::write),
    ("gitlab", output::gitlab::write),
    ("human", human),
    ("jsonl", output::jsonl::write),
    ("junit", output::junit::write),
    ("markdown", output::markdown::write),
    ("rdjson", output::rdjson::write),
    ("sarif", sarif_without_rules),
];

/// The table of rules is the rules' own and long: here it stands for itself.
fn sarif_without_rules(out: &mut dyn Write, run: &LintOutput<'_>) -> io::Result<()> {
    let mut log = Vec::new();
    output::sarif::write(&mut log, run)?;
    let mut log: Value = serde_json::from_slice(&log)?;
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("a list");
    rules.retain(|rule| rule["id"] == "TPL002");
    for result in log["runs"][0]["results"].as_array_mut().expect("a list") {
        // It counts rules of which there will be more.
        result.as_object_mut().expect("an object").shift_remove("ruleIndex");
    }
    writeln!(out, "{log:#}")
}

#[test]
fn every_format_says_everything() {
    for (name, format) in FORMATS {
        insta::assert_snapshot!(format!("as {name}"), written(format, &findings()));
    }
}

#[test]
fn no_format_is_silent_about_a_clean_run_that_readers_would_take_for_none() {
    let clean = |format| written(format, &[]);
    assert_eq!(clean(output::gitlab::write), "[]\n");
    assert!(clean(output::junit::write).contains("<testcase classname=\"promptyard\" name=\"no findings\"/>"));
    assert!(clean(output::jsonl::write).starts_with("{\"type\":\"summary\","));
    assert!(clean(output::markdown::write).starts_with("### ✅ promptyard lint\n"));
    assert!(clean(output::rdjson::write).contains("\"diagnostics\": []"));
    assert!(clean(output::sarif::write).contains("\"results\": []"));
    assert_eq!([clean(output::agent::write), clean(output::github::write)], ["", ""]);
}

#[test]
fn a_rule_of_sarif_is_found_by_its_index() {
    let log: Value = serde_json::from_str(&written(output::sarif::write, &findings())).expect("it is JSON");
    let run = &log["runs"][0];
    for result in run["results"].as_array().expect("a list") {
        let index = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("a number");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
}

#[test]
fn fingerprints_of_one_report_are_different() {
    let report: Value = serde_json::from_str(&written(output::gitlab::write, &findings())).expect("it is JSON");
    let mut fingerprints: Vec<_> =
        report.as_array().expect("a list").iter().map(|issue| issue["fingerprint"].to_string()).collect();
    fingerprints.sort();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 3);
}

#[test]
fn every_record_matches_its_schema_which_defines_findings_as_the_report_does() {
    let schema: Value = serde_json::from_str(output::jsonl::SCHEMA).expect("the schema is JSON");
    let report: Value = serde_json::from_str(output::json::SCHEMA).expect("the schema is JSON");
    assert_eq!(schema["$defs"], report["$defs"]);
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    for line in written(output::jsonl::write, &findings()).lines() {
        let record: Value = serde_json::from_str(line).expect("each line is JSON");
        assert!(validator.is_valid(&record), "{line}");
    }
    assert!(!validator.is_valid(&serde_json::json!({"type": "finding", "version": 1})));
}

#[test]
fn a_comment_stays_within_what_github_takes() {
    let many: Vec<_> = std::iter::repeat_n(findings(), 2_000).flatten().collect();
    let comment = written(output::markdown::write, &many);
    assert!(comment.chars().count() < 65_536, "{}", comment.chars().count());
    assert!(comment.contains("… and 5,980 more below.") && comment.contains("for which there is no room here"));
}
