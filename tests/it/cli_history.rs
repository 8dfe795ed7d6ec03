//! `lint --history`: what the past has had in it.

use serde_json::Value;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
description: Asks.
inputs: {}
messages:
  - role: user
    content: Ask ines@rhyta.com
";

/// A key of GitLab's form; no key stands in this repository.
fn key() -> String {
    ["gl", "pat-", "9sTQ4x", "vK2mZ7", "pL0wB3Rd"].concat()
}

/// An address that stays, and a key that came in on a branch and went again.
fn repository() -> Environment {
    let store = Environment::unborn(STORE).with_git();
    store.commit_at("2026-01-05T10:00:00+01:00", "Start");
    store.git(&["checkout", "--quiet", "-b", "side"]);
    let text = store.read("prompts/a.prompt.yaml");
    store.write("prompts/a.prompt.yaml", &text.replace("Ask ", &format!("Log in with {}, then ask ", key())));
    store.commit_at("2026-01-06T23:30:00-08:00", "Say how to log in");
    store.write("prompts/a.prompt.yaml", &text.replace("Ask ", "Please ask "));
    store.commit_at("2026-01-07T10:00:00Z", "Take the key out again");
    store.git(&["checkout", "--quiet", "main"]);
    store.git_at("2026-01-08T10:00:00Z", &["merge", "--quiet", "--no-ff", "--message", "Merge", "side"]);
    store
}

#[test]
fn each_value_is_told_with_the_commit_that_brought_it_in() {
    let store = repository();
    insta::assert_snapshot!(store.run(&["lint", "--history"]), @r"
    exit code: 1
    ----- stdout
    error[PII001]: the email address `i…m` stands here in plain text
      ┌─ prompts/a.prompt.yaml:5:18
      ├─ came in with 571b397 of 2026-01-05 by Ann Lee: Start
      └─ still there at HEAD, in 3 versions

    error[SEC002]: the GitLab personal access token `g…d` stands here in plain text
      ┌─ prompts/a.prompt.yaml:5:26
      ├─ came in with f26d218 of 2026-01-06 by Ann Lee: Say how to log in
      └─ no longer there at HEAD, but in 1 version of the history

    2 findings, 1 of them still there · 4 contents of 4 commits
    Rotate every secret first: whoever has a clone has it, and rewriting a history recalls nothing.
    `git filter-repo --replace-text` takes a value out of a history; every clone has to be made anew after it.
    ");
    insta::assert_snapshot!(store.run(&["lint", "--history", "--format", "concise", "--quiet"]), @r"
    exit code: 1
    ----- stdout
    571b397:prompts/a.prompt.yaml:5:18: error[PII001] the email address `i…m` stands here in plain text (still there)
    f26d218:prompts/a.prompt.yaml:5:26: error[SEC002] the GitLab personal access token `g…d` stands here in plain text (in the history alone)
    ");
    assert!(!store.run(&["lint"]).contains("SEC002"), "the key is in the history alone");
}

#[test]
fn a_revision_and_all_refs_can_be_asked_for() {
    let store = repository();
    let codes = |arguments: &[&str]| {
        let output = store.output(&[&["lint", "--history", "--format", "json"], arguments].concat());
        let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
        let findings = report["findings"].as_array().expect("a list").clone();
        findings
            .iter()
            .map(|finding| finding["rule"]["code"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(&["--rev", "HEAD~1"]), ["PII001"]);
    assert_eq!(codes(&["--rev", "side"]), ["PII001", "SEC002"]);
    store.git(&["checkout", "--quiet", "-b", "other", "main~1"]);
    store.write("prompts/b.prompt.yaml", &store.read("prompts/a.prompt.yaml").replace("ines@", "max@"));
    store.commit_at("2026-01-09T10:00:00Z", "Elsewhere");
    store.git(&["checkout", "--quiet", "main"]);
    assert_eq!(codes(&[]), ["PII001", "SEC002"]);
    assert_eq!(codes(&["--all"]), ["PII001", "SEC002", "PII001"]);
    assert_eq!(codes(&["prompts/none"]), [""; 0]);
    assert_eq!(codes(&["--select", "SEC"]), ["SEC002"]);
}

#[test]
fn no_format_shows_a_value_and_all_are_what_they_should_be() {
    let store = repository();
    for format in ["human", "concise", "json", "sarif"] {
        let output = store.output(&["lint", "--history", "--format", format]);
        let text = String::from_utf8(output.stdout).expect("what is printed is UTF-8");
        assert!(!text.contains(&key()) && !text.contains("ines@rhyta.com"), "{format}: {text}");
        assert!(text.contains("SEC002"), "{format}: {text}");
        assert_eq!(output.status.code(), Some(1), "{format}");
    }
    let output = store.output(&["lint", "--history", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let schema = store.output(&["schema", "history-report-v1"]);
    let schema: Value = serde_json::from_slice(&schema.stdout).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(report["findings"][1]["commit"]["authored"], "2026-01-06T23:30:00-08:00");
    assert_eq!(report["summary"]["commits"], 4);
    let sarif = store.output(&["lint", "--history", "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&sarif.stdout).expect("SARIF is JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(2));
    assert_eq!(sarif["runs"][0]["columnKind"], "unicodeCodePoints");
    insta::assert_snapshot!(store.run(&["lint", "--history", "--format", "junit"]), @r"
    exit code: 2
    ----- stderr
    error: a history is written as human, concise, json or sarif
    ");
}

#[test]
fn a_history_without_findings_says_how_much_it_looked_at() {
    let store = Environment::unborn(&STORE.replace("ines@rhyta.com", "nobody")).with_git();
    store.commit_at("2026-01-05T10:00:00Z", "Start");
    insta::assert_snapshot!(store.run(&["lint", "--history"]), @r"
    exit code: 0
    ----- stdout
    No findings · 2 contents of 1 commit
    ");
}
