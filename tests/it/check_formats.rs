//! `check` in each of its formats: what people, forges and programs are told of one change.
#![expect(clippy::disallowed_methods, reason = "the test reads the published schemas")]

use serde_json::Value;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
environments: {staging: {branch: main}, production: {branch: main, protected: true, upstream: staging}}
//- policies/production.yaml
description: What production needs.
environments: [production]
soak: 24h
approvals: 1
//- models/chat.yaml
provider: openai
model: gpt-4o-2024-08-06
recorded_at: 2026-01-01
tokenizer: o200k_base
price: {currency: USD, input_per_million: 2.5, output_per_million: 10}
//- partials/style.md
Be kind.
//- prompts/answer.prompt.yaml
description: Answers a question.
owners: [\"@support\"]
model: models/chat
modelParameters: {temperature: 0.2, maxTokens: 100}
inputs:
  question: {type: string, maxTokens: 50, example: Where is my parcel?}
messages:
  - role: system
    content: |
      {% include \"partials/style.md\" %}
      Answer only from what you know, and in one short paragraph.
  - role: user
    content: \"<question>{{ question | e }}</question>\"
//- prompts/triage.prompt.yaml
description: Sorts a message.
owners: [\"@support\", \"@routing\"]
model: models/chat
modelParameters: {temperature: 0, maxTokens: 20}
inputs:
  message: {type: string, maxTokens: 80, example: I was charged twice.}
  unused: {type: string, maxTokens: 8, example: nothing}
messages:
  - role: system
    content: |
      {% include \"partials/style.md\" %}
      Answer with the name of a queue.
  - role: user
    content: \"<message>{{ message | e }}</message>\"
//- .github/CODEOWNERS
* @support
";

const ROUTE: &str = "\
variants:
  stable:
    prompt: prompts/answer@1.0.0
    model: models/chat@1.0.0
traffic: {stable: 100}
";

/// A store that has served `prompts/answer@1.0.0` for a while, and a branch that changes a bit of everything.
fn changed() -> Environment {
    let store = Environment::new(STORE)
        .with_variable("PATH", env!("PATH"))
        .with_variable("GIT_AUTHOR_NAME", "Ann Lee")
        .with_variable("GIT_AUTHOR_EMAIL", "ann@example.com")
        .with_variable("GIT_COMMITTER_NAME", "Ann Lee")
        .with_variable("GIT_COMMITTER_EMAIL", "ann@example.com");
    store.git(&["init", "--quiet", "--initial-branch", "main"]);
    store.commit_at("2026-11-01T10:00:00Z", "Start");
    release(&store, &["release", "--all-changed", "--initial", "1.0.0"]);
    replace(&store, "prompts/answer.prompt.yaml", "one short paragraph", "two plain sentences");
    store.commit_at("2026-11-02T10:00:00Z", "Be plain");
    release(&store, &["release", "--all-changed"]);
    store.write("environments/staging/help.yaml", ROUTE);
    store.write("environments/production/help.yaml", ROUTE);
    store.commit_at("2026-11-03T10:00:00Z", "Serve");
    store.git(&["checkout", "--quiet", "-b", "feature"]);
    store.write("partials/style.md", "Be kind, and address people by their name.\n");
    replace(&store, "prompts/answer.prompt.yaml", "sentences.", "sentences, as {{ agnet }}. Write to @ann.");
    replace(&store, "prompts/triage.prompt.yaml", "  unused: {type: string, maxTokens: 8, example: nothing}\n", "");
    replace(&store, "environments/production/help.yaml", "answer@1.0.0", "answer@1.1.0");
    replace(&store, "promptyard.yaml", "version: 1\n", "version: 1\nlint: {fail_on: error}\n");
    store.git(&["rm", "--quiet", ".github/CODEOWNERS"]);
    store.commit_at("2026-11-04T10:00:00Z", "Change much");
    store
}

fn release(store: &Environment, arguments: &[&str]) {
    let told = store.run(arguments);
    assert!(told.starts_with("exit code: 0"), "{told}");
}

fn replace(store: &Environment, path: &str, old: &str, new: &str) {
    let text = store.read(path);
    assert!(text.contains(old), "{path}: {text}");
    store.write(path, &text.replace(old, new));
}

const CHECK: [&str; 4] = ["check", "--base", "main", "--now=2026-11-20T10:00:00Z"];

fn check(store: &Environment, more: &[&str]) -> String {
    store.run(&[&CHECK, more].concat())
}

#[test]
fn people_read_the_verdict_last() {
    let store = changed();
    insta::assert_snapshot!("page", check(&store, &[]));
    insta::assert_snapshot!("summary", check(&store, &["--summary"]));
    let full = check(&store, &["--full"]);
    assert!(full.contains("\n  freeze     not asked  no policy has a window\n"), "{full}");
    store.git(&["checkout", "--quiet", "main"]);
    insta::assert_snapshot!("nothing", check(&store, &[]));
}

#[test]
fn a_comment_is_one_screen() {
    let store = changed();
    insta::assert_snapshot!("comment", check(&store, &["--format", "markdown"]));
    store.git(&["checkout", "--quiet", "main"]);
    let nothing = check(&store, &["--format", "markdown", "--quiet"]);
    let start =
        "exit code: 0\n----- stdout\n<!-- promptyard check -->\n### ✅ This change may be merged\n\nNo new findings.\n";
    assert!(nothing.starts_with(start), "{nothing}");
}

#[test]
fn what_is_said_of_routes_shows_no_personal_data() {
    let store = changed();
    store.git(&["checkout", "--quiet", "main"]);
    let hold = "holds: [{dimension: prompt, rejects: prompts/answer@1.1.0, reason: asked by ann.lee@acme-shop.io}]\n";
    store.write("environments/production/help.yaml", &format!("{ROUTE}{hold}"));
    store.commit_at("2026-11-05T10:00:00Z", "Hold");
    store.git(&["checkout", "--quiet", "feature"]);
    for format in ["human", "markdown", "json", "github"] {
        let told = check(&store, &["--full", "--format", format]);
        assert!(told.contains("is held back here: asked by "), "{told}");
        assert!(!told.contains("ann.lee@acme-shop.io"), "{told}");
    }
}

#[test]
fn annotations_stand_at_findings_and_at_shut_gates() {
    let store = changed();
    insta::assert_snapshot!("annotations", check(&store, &["--format", "github"]));
    let quiet = check(&store, &["--format", "github", "--quiet"]);
    assert!(!quiet.contains("----- stderr"), "{quiet}");
}

#[test]
fn a_scanner_knows_every_rule_and_files_that_are_gone() {
    let store = changed();
    let parse = |format: &str| -> Value {
        let output = store.output(&[&CHECK[..], &["--format", format]].concat());
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let sarif = parse("sarif");
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().expect("a list");
    let gone = results.iter().find(|result| result.to_string().contains("CODEOWNERS")).expect("it is told");
    assert_eq!(gone["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
    for result in results {
        let index = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("it is known");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    let gitlab = parse("gitlab");
    let issues = gitlab.as_array().expect("a list");
    assert_eq!(issues.len(), results.len());
    let gone = issues.iter().find(|issue| issue["location"]["path"] == ".github/CODEOWNERS").expect("it is told");
    assert_eq!((&gone["location"]["lines"]["begin"], &gone["check_name"]), (&1.into(), &"LNT009".into()));
}

#[test]
fn a_document_for_programs() {
    let store = changed();
    let output = store.output(&[&CHECK[..], &["--format", "json"]].concat());
    let text = String::from_utf8(output.stdout).expect("it is UTF-8");
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let schema = schema("check-report-v1");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!("document", text.replace(&version, "\"version\": \"[VERSION]\""));
    for (path, wrong) in [("/verdict/reasons/0/kind", "whim"), ("/routes/0/gates/0/verdict", "perhaps")] {
        let mut report = report.clone();
        *report.pointer_mut(path).unwrap_or_else(|| panic!("{path} is there")) = wrong.into();
        assert!(!validator.is_valid(&report), "{path}");
    }
}

#[test]
fn what_a_diff_says_too_is_said_in_the_same_form() {
    let (check, diff) = (schema("check-report-v1"), schema("diff-report-v1"));
    let shared = diff["$defs"].as_object().expect("an object");
    for (name, definition) in shared {
        assert_eq!(&check["$defs"][name], definition, "{name}");
    }
    for property in ["demanded", "artifacts", "included", "elsewhere"] {
        assert_eq!(check["properties"][property], diff["properties"][property], "{property}");
    }
    let gate = schema("promotion-report-v1")["properties"]["gates"]["items"]["properties"].clone();
    assert_eq!(check["$defs"]["gate"]["properties"], gate);
}

fn schema(name: &str) -> Value {
    let path = format!("{}/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).expect("the schema is there")).expect("JSON")
}
