//! `diff`: what a change does, for people, programs and comments.
#![expect(clippy::disallowed_methods, reason = "the test reads the published schema")]

use serde_json::Value;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- partials/style.md
Be kind.
//- models/chat.yaml
provider: openai
model: gpt-4o-2024-08-06
tokenizer: o200k_base
price: {currency: USD, input_per_million: 2.5, output_per_million: 10}
//- prompts/answer.prompt.yaml
description: Answers a question.
owners: [\"@support\"]
model: models/chat
modelParameters: {temperature: 0.2, maxTokens: 100}
inputs:
  question: {type: string, maxTokens: 50, example: Where is my parcel?}
  tone: {type: string, enum: [warm, formal], default: warm}
messages:
  - role: system
    content: |
      {% include \"partials/style.md\" %}
      # How

      - Answer in a {{ tone }} tone, only from what you know, and in one short paragraph.
      - Say so where you know nothing.
  - role: user
    content: \"<question>{{ question | e }}</question>\"
//- prompts/hello.prompt.yaml
description: Says hello.
owners: [\"@support\"]
inputs: {}
messages: [{role: user, content: Hello}]
";

/// A store whose first commit has the release `prompts/answer@1.0.0`, and whose worktree has changes of every kind.
fn changed() -> Environment {
    let store = Environment::repository(STORE);
    store.git(&["tag", "--annotate", "--message", "prompts/answer 1.0.0", "prompts/answer@1.0.0"]);
    let answer = store.read("prompts/answer.prompt.yaml");
    let answer = answer
        .replace("default: warm}", "default: formal}\n  language: {type: string, maxTokens: 5}")
        .replace("temperature: 0.2", "temperature: 0.7")
        .replace("one short paragraph", "two plain sentences in {{ langage }}")
        .replace("      - Say so", "      - Never guess.\n      - Say so");
    store.write("prompts/answer.prompt.yaml", &answer);
    store.write("partials/style.md", "Be kind, and address people by their name.\n");
    store.git(&["mv", "prompts/hello.prompt.yaml", "prompts/greet.prompt.yaml"]);
    store.write("policies/safety.yaml", "description: What nobody says.\nbanned_terms: [cheap]\n");
    store
}

#[test]
fn a_page_for_people() {
    let store = changed();
    insta::assert_snapshot!("page", store.run(&["diff"]));
    insta::assert_snapshot!("table", store.run(&["diff", "--summary"]));
}

#[test]
fn a_comment_for_a_pull_request() {
    insta::assert_snapshot!("comment", changed().run(&["diff", "HEAD", "--format", "markdown"]));
}

#[test]
fn a_document_for_programs() {
    let store = changed();
    let report: Value = serde_json::from_slice(&store.output(&["diff", "--format", "json"]).stdout).expect("JSON");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/diff-report-v1.schema.json");
    let schema: Value = serde_json::from_slice(&std::fs::read(path).expect("the schema is there")).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(report["demanded"], "major");
    let fates: Vec<_> =
        report["artifacts"].as_array().expect("a list").iter().map(|one| one["fate"].as_str()).collect();
    assert_eq!(fates, ["added", "changed", "renamed"].map(Some));
    let mut wrong = report;
    wrong["artifacts"][0]["fate"] = "vanished".into();
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn revisions_releases_and_ids_say_what_is_compared() {
    let store = changed();
    let last = |arguments: &[&str]| {
        let told = String::from_utf8(store.output(arguments).stdout).expect("it is UTF-8");
        told.lines().last().unwrap_or_default().split(" · ").next().unwrap_or_default().to_owned()
    };
    assert_eq!(last(&["diff"]), "1 changed, 1 added, 1 renamed of 4 artifacts");
    assert_eq!(last(&["diff", "prompts/answer@1.0.0"]), "1 changed of 4 artifacts");
    assert_eq!(last(&["diff", "--", "policies"]), "1 added of 4 artifacts");
    assert_eq!(last(&["diff", "prompts/answer"]), "1 changed of 4 artifacts");
    assert_eq!(last(&["diff", "main..HEAD"]), "Nothing differs");
    assert_eq!(last(&["diff", "--staged"]), "1 renamed of 3 artifacts");
    insta::assert_snapshot!("unknown artifact", store.run(&["diff", "HEAD", "main", "--", "prompts/nobody"]));
    insta::assert_snapshot!("unknown release", store.run(&["diff", "prompts/answer@2.0.0"]));
}

#[test]
fn a_past_without_configuration_is_read_with_todays() {
    let store = Environment::repository("//- texts/a.md\nBe kind to everybody.\n");
    store.write(
        "promptyard.yaml",
        "version: 1\nsources: [{files: 'texts/*.md', dialect: text, role: system, id: 'prompts/{1}'}]\n",
    );
    store.write("texts/a.md", "Be short to everybody.\n");
    let told = String::from_utf8(store.output(&["diff"]).stdout).expect("it is UTF-8");
    assert!(told.contains("~ Be [-kind-]{+short+} to everybody."), "{told}");
}
