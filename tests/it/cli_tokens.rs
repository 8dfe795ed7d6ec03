//! `tokens` as a person, a program and an accountant meet it.

use serde_json::Value;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
default_model: models/chat
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
tokenizer: o200k_base
context_window: 400000
max_output_tokens: 128000
price: {currency: USD, input_per_million: 1.25, output_per_million: 10.0}
//- models/other.yaml
provider: anthropic
model: claude-sonnet-4-5-20250929
context_window: 200000
price: {currency: EUR, input_per_million: 3, output_per_million: 15}
//- partials/style.md
Answer in two sentences.
//- prompts/answer.prompt.yaml
description: Answers.
modelParameters: {maxTokens: 600}
inputs:
  question: {type: string, maxTokens: 500}
  passages: {type: array, items: {type: string}, maxTokens: 3000, maxItems: 10}
messages:
  - role: system
    content: |
      {% include 'partials/style.md' %}
      ## Sources
      Name your sources.
  - role: user
    content: |
      {% for passage in passages %}<passage>{{ passage }}</passage>{% endfor %}
      {{ question }}
//- prompts/open.prompt.yaml
description: Has no limit.
model: mystery-model
inputs:
  question: {type: string}
messages:
  - role: user
    content: \"Answer this: {{ question }}\"
//- traffic.csv
prompt,calls_per_day,question,output_tokens
prompts/answer,1000,40,120
prompts/open,5,20,
";

#[test]
fn a_line_for_each_prompt() {
    insta::assert_snapshot!(Environment::new(STORE).run(&["tokens"]));
}

#[test]
fn other_models_than_the_prompts_own() {
    let models = ["tokens", "prompts/answer.prompt.yaml", "--model", "models/chat,models/other,gpt-4-0613"];
    insta::assert_snapshot!(Environment::new(STORE).run(&models));
}

#[test]
fn what_the_sum_is_made_of() {
    let environment = Environment::new(STORE);
    for by in ["message", "section", "input"] {
        insta::assert_snapshot!(format!("by {by}"), environment.run(&["tokens", "--by", by]));
    }
}

#[test]
fn a_day_of_traffic() {
    insta::assert_snapshot!(Environment::new(STORE).run(&["tokens", "--traffic", "traffic.csv"]));
}

#[test]
fn traffic_that_cannot_be_used_is_2_and_names_the_line() {
    let environment = Environment::new(STORE);
    for (table, expected) in [
        ("prompt,calls_per_day\nprompts/no,1\n", "line 2 of the traffic: `prompts/no` is not a prompt of this store"),
        ("prompt,calls_per_day\n\n# x\nprompts/answer,x\n", "line 4 of the traffic: `calls_per_day` must be a number"),
        ("prompt,calls_per_day\nprompts/open,1\n", "line 2 of the traffic: the size of `question` is not known"),
        ("prompt,calls_per_day,tone\nprompts/answer,1,3\n", "line 2 of the traffic: `tone` is not an input"),
    ] {
        environment.write("bad.csv", table);
        let told = environment.run(&["tokens", "--traffic", "bad.csv"]);
        assert!(told.starts_with(&format!("exit code: 2\n----- stderr\nerror: {expected}")), "{told}");
    }
    let told = environment.run(&["tokens", "--traffic", "no.csv"]);
    assert!(told.starts_with("exit code: 2\n----- stderr\nerror: no.csv could not be read\n  cause: "), "{told}");
}

#[test]
fn the_report_for_programs_matches_its_schema() {
    let environment = Environment::new(STORE);
    let schema = environment.output(&["schema", "tokens-report-v1"]).stdout;
    let schema: Value = serde_json::from_slice(&schema).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    for more in [&[][..], &["--traffic", "traffic.csv"], &["--by", "section", "--model", "models/other"]] {
        let arguments: Vec<&str> = ["tokens", "--format", "json"].iter().chain(more).copied().collect();
        let report: Value = serde_json::from_slice(&environment.output(&arguments).stdout).expect("it is JSON");
        let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{more:?}: {errors:#?}");
    }
    let mut report: Value =
        serde_json::from_slice(&environment.output(&["tokens", "--format", "json"]).stdout).expect("it is JSON");
    assert_eq!(report["prompts"][0]["tokens"]["text"]["low"], report["prompts"][0]["tokens"]["text"]["high"]);
    assert_eq!(report["prompts"][1]["unbounded"], serde_json::json!(["question"]));
    assert_eq!(report["prompts"][1]["tokens"]["worst"], Value::Null);
    report["prompts"][0]["tokens"]["text"]["low"] = Value::from(-1);
    assert!(!validator.is_valid(&report));
}

#[test]
fn a_change_is_told_before_and_after() {
    let store = Environment::repository(STORE).with_git();
    insta::assert_snapshot!(store.run(&["tokens", "--diff", "main"]), @r"
    exit code: 0
    ----- stderr
    no prompt takes more or less than at `main`
    ");
    store.write("partials/style.md", "Answer in two sentences, and name a source for each of them.\n");
    store.git(&["mv", "prompts/open.prompt.yaml", "prompts/new.prompt.yaml"]);
    insta::assert_snapshot!(store.run(&["tokens", "--diff", "main"]), @r"
    exit code: 0
    ----- stdout
    PROMPT          MODEL          STATIC  NOW  CHANGE      WORST        NOW  CHANGE   PER CALL
    prompts/answer  chat               31   40      +9      3,603      3,612      +9  +<$0.0001
    prompts/new     mystery-model       -   ≈9      +9          -  unbounded       -          -
    prompts/open    mystery-model      ≈9    -      -9  unbounded          -       -          -
    ");
    let output = store.output(&["tokens", "--diff", "main", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let schema = store.output(&["schema", "tokens-diff-v1"]);
    let schema: Value = serde_json::from_slice(&schema.stdout).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(report["prompts"].as_array().map(Vec::len), Some(3));
    assert_eq!(report["prompts"][1]["before"], Value::Null);
}
