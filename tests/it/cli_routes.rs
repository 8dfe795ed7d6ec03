//! Routes as a user meets them: `lint` with the repository's tags, and without.

use serde_json::Value;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
environments: {staging: {branch: main}, production: {branch: main}}
//- prompts/answer.prompt.yaml
description: Answers a question.
inputs: {}
messages: [{role: user, content: Answer the question.}]
//- environments/staging/help.yaml
variants:
  stable:
    prompt: prompts/answer@1.3.0
traffic: {stable: 100}
//- environments/production/help.yaml
variants:
  stable:
    prompt: prompts/answer@1.4.0 # as in the plan
traffic: {stable: 90}
";

const DIGEST: &str = "sha256:8a1d9f0f4c5b73fb0f2f3a4b6b7a0f1f9d6a54a4e1c3ab0fe4a3d3bdb9a5b8c1";

fn released() -> Environment {
    let store = Environment::repository(STORE);
    let message = format!("prompts/answer 1.3.0\n\nArtifact: prompts/answer\nVersion: 1.3.0\nDigest: {DIGEST}");
    store.git(&["tag", "--annotate", "prompts/answer@1.3.0", "--message", &message]);
    store.git(&["tag", "v1"]);
    store
}

#[test]
fn lint_knows_the_releases_of_the_repository() {
    let store = released();
    insta::assert_snapshot!(store.run(&["lint", "--format", "concise", "--select", "RTE"]), @r"
    exit code: 1
    ----- stdout
    environments/production/help.yaml:3:13: error[RTE001] there is no release `prompts/answer@1.4.0`
    environments/production/help.yaml:3:13: warning[RTE009] `staging` does not have the release `prompts/answer@1.4.0`
    environments/production/help.yaml:4:1: error[RTE003] the traffic adds up to 90 percent, not to 100
    environments/staging/help.yaml:3:13: warning[RTE007] the release `prompts/answer@1.3.0` stands here without its digest
    ----- stderr
    2 errors, 2 warnings in 2 files · 1 fixable with --fix · 4 files
    ");
    assert!(store.run(&["lint", "--fix", "--select", "RTE007"]).contains("1 fixed"));
    let route = store.read("environments/staging/help.yaml");
    assert!(
        route.contains(&format!("    prompt: {{release: prompts/answer@1.3.0, digest: \"{DIGEST}\"}}\n")),
        "{route}"
    );
}

#[test]
fn a_clone_without_tags_is_said_to_be_one() {
    let store = released();
    store.git(&["tag", "--delete", "prompts/answer@1.3.0"]);
    insta::assert_snapshot!(store.run(&["lint", "--format", "concise", "--select", "RTE001"]), @r"
    exit code: 0
    ----- stderr
    warning: this clone has no tags of releases, so it is not known whether the releases that routes name exist; `git fetch --tags` brings them
    No findings in 1 prompt · 4 files
    ");
    let elsewhere = Environment::new(STORE);
    insta::assert_snapshot!(elsewhere.run(&["lint", "--format", "concise", "--select", "RTE001,RTE003"]), @r"
    exit code: 1
    ----- stdout
    environments/production/help.yaml:4:1: error[RTE003] the traffic adds up to 90 percent, not to 100
    ----- stderr
    1 error in 1 file · 4 files
    ");
}

#[test]
fn the_status_is_environments_by_routes() {
    let store = released();
    insta::assert_snapshot!(store.run(&["status", "--now", "2026-03-20T18:00:00Z"]), @r"
    exit code: 0
    ----- stdout
    ENVIRONMENT  ROUTE  VARIANT  TRAFFIC  RELEASE               FOR       NOTES
    staging      help   stable   100 %    prompts/answer@1.3.0  19 d 6 h
    production   help   stable   90 %     prompts/answer@1.4.0  19 d 6 h  no such release; not in staging

    UNRELEASED      NEWEST RELEASE
    prompts/answer  1.3.0
    ");
    insta::assert_snapshot!(store.run(&["status", "--format", "markdown"]), @r"
    exit code: 0
    ----- stdout
    ### staging

    | route | variant | traffic | releases | notes |
    |---|---|---:|---|---|
    | help | stable | 100 % | `prompts/answer@1.3.0` |  |

    ### production

    | route | variant | traffic | releases | notes |
    |---|---|---:|---|---|
    | help | stable | 90 % | `prompts/answer@1.4.0` | prompt: no such release; prompt: not in staging |

    ### Unreleased

    - `prompts/answer` (newest is 1.3.0)
    ");
    insta::assert_snapshot!(store.run(&["status", "--env", "prod"]), @r"
    exit code: 2
    ----- stderr
    error: there is no environment `prod`
      help: known here: staging, production
    ");
    insta::assert_snapshot!(store.run(&["status", "--env", "staging", "--route", "helper"]), @r"
    exit code: 2
    ----- stderr
    error: there is no route `helper` in `staging`
      help: known here: help
    ");
    insta::assert_snapshot!(Environment::new("//- promptyard.yaml\nversion: 1\n").run(&["status"]), @r"
    exit code: 0
    ----- stderr
    There are no routes yet: `promptyard new route production/NAME` starts one.
    ");
}

#[test]
fn the_status_for_programs_matches_its_schema() {
    let store = released();
    let schema: Value = serde_json::from_slice(&store.output(&["schema", "status-report-v1"]).stdout).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let mut report: Value =
        serde_json::from_slice(&store.output(&["status", "--format", "json"]).stdout).expect("it is JSON");
    let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(report["environments"][1]["routes"][0]["variants"][0]["serves"][0]["standing"], "missing");
    assert_eq!(report["environments"][1]["routes"][0]["variants"][0]["serves"][0]["since"], "2026-03-01T12:00:00Z");
    assert_eq!(report["unreleased"][0]["newest"], "prompts/answer@1.3.0");
    report["environments"][1]["routes"][0]["variants"][0]["traffic"] = Value::from(101);
    assert!(!validator.is_valid(&report));
}
