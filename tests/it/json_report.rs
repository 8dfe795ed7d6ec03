//! The JSON report and its published schema.
#![expect(clippy::disallowed_methods, reason = "this test reads the project's own files")]

use promptyard::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, RuleId, Severity};
use promptyard::output::LintOutput;
use promptyard::output::json;
use promptyard::output::summary::Summary;
use promptyard::text::Span;
use serde_json::Value;

const TEXT: &str = "a: \u{1b}日本\nb: x\n";

fn findings() -> Vec<Diagnostic> {
    let bare = Diagnostic {
        rule: RuleId { code: "TPL002", name: "undeclared-variable" },
        severity: Severity::Error,
        file: "prompts/a.prompt.yaml".parse().expect("a path"),
        span: Span::new(4, 10),
        message: "`日本` has a control character before it: \u{1b}".to_owned(),
        note_at_span: None,
        labels: Vec::new(),
        notes: Vec::new(),
        help: None,
        fix: None,
    };
    let mut full = bare.clone();
    full.severity = Severity::Info;
    full.span = Span::new(14, 15);
    full.note_at_span = Some("here".to_owned());
    full.labels = vec![Label { span: Span::new(0, 1), text: "and here".to_owned() }];
    full.notes = vec!["a fact".to_owned()];
    full.help = Some("do this".to_owned());
    let edits = vec![Edit { span: full.span, replacement: "y".to_owned() }];
    full.fix = Some(Fix { title: "Write `y`".to_owned(), edits, applicability: Applicability::Unsafe });
    vec![bare, full]
}

fn report(findings: &[Diagnostic]) -> String {
    let run = LintOutput {
        findings,
        text_of: &|_| Some(TEXT),
        summary: Summary { prompts: 1, files: 2, ..Summary::new(findings, |_| true) },
        elapsed: None,
        fails_on: None,
        folder: String::new(),
    };
    let mut out = Vec::new();
    json::write(&mut out, &run).expect("a Vec takes any bytes");
    String::from_utf8(out).expect("JSON is UTF-8")
}

#[test]
fn the_report_is_the_one_that_is_published() {
    insta::assert_snapshot!(report(&findings()));
}

#[test]
fn every_report_matches_the_schema_and_the_schema_is_strict() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/lint-report-v1.schema.json");
    let text = std::fs::read_to_string(path).expect("the schema is there");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    for findings in [Vec::new(), findings()] {
        let report: Value = serde_json::from_str(&report(&findings)).expect("the report is JSON");
        let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut report: Value = serde_json::from_str(&report(&findings())).expect("the report is JSON");
    report["findings"][0]["start"]["line"] = Value::from(0);
    assert!(!validator.is_valid(&report));
}
