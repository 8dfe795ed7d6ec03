//! `init` and `new`: before, command, after.

use crate::environment::Environment;

#[test]
fn an_empty_folder_becomes_a_store_that_lints_clean() {
    let environment = Environment::new("");
    insta::assert_snapshot!(environment.run(&["init"]), @r"
    exit code: 0
    ----- stdout
    create models/chat.yaml
    create partials/house-style.md
    create prompts/summarize.prompt.yaml
    create promptyard.yaml
    ----- stderr
    This folder is a store now. Next: `promptyard lint`, and `promptyard new prompt NAME`.
    ");
    assert_eq!(
        environment.listing(),
        ["models/chat.yaml", "partials/house-style.md", "prompts/summarize.prompt.yaml", "promptyard.yaml"]
    );
    insta::assert_snapshot!(environment.run(&["lint", "--fail-on", "info"]), @r"
    exit code: 0
    ----- stdout
    No findings in 1 prompt · 4 files
    ");
}

#[test]
fn prompts_are_adopted_where_they_are() {
    let environment = Environment::new(
        "\
//- patterns/summarize/system.md
# IDENTITY
You sum up.
//- patterns/translate/system.md
# IDENTITY
You translate.
//- src/app.prompty
---
name: App
---
user:
Hello
",
    );
    let before = environment.listing();
    insta::assert_snapshot!(environment.run(&["init", "--dry-run"]), @r#"
    exit code: 0
    ----- stdout
    create promptyard.yaml

    --- promptyard.yaml
    # yaml-language-server: $schema=https://promptyard.dev/schemas/config.schema.json
    # Marks the root of the store. Partials, models and other files have their own folders: see `promptyard schema config`.
    version: 1
    lint:
      # The least severity that fails a run: info, warning or error.
      fail_on: warning
    # Where prompts are. The first entry that matches a file wins.
    sources:
      - {files: "patterns/*/system.md", dialect: text, role: system, id: "patterns/{1}"} # 2 files
      - {files: "src/**/*.prompty"} # 1 file
      - {files: "prompts/**/*.prompt.yaml"} # where `promptyard new prompt` puts them
    ----- stderr
    Nothing was written.
    "#);
    assert_eq!(environment.listing(), before);
    assert!(environment.run(&["init"]).starts_with("exit code: 0"));
    assert_eq!(environment.listing().len(), before.len() + 1);
    let json = environment.output(&["lint", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).expect("it is JSON and nothing else");
    assert_eq!(report["summary"]["prompts"], 3);
}

#[test]
fn nothing_is_overwritten() {
    let environment = Environment::new("//- promptyard.yaml\nversion: 1 # mine\n");
    insta::assert_snapshot!(environment.run(&["init"]), @r"
    exit code: 2
    ----- stderr
    error: this folder is a store already: it has `promptyard.yaml`
      help: edit `promptyard.yaml`, or remove it to start again
    ");
    assert_eq!(environment.read("promptyard.yaml"), "version: 1 # mine\n");

    let environment = Environment::new("//- models/chat.yaml\nmine\n");
    insta::assert_snapshot!(environment.run(&["init"]), @r"
    exit code: 2
    ----- stderr
    error: `models/chat.yaml` is already there
      help: nothing was written; choose another name
    ");
    assert_eq!(environment.listing(), ["models/chat.yaml"]);
}

#[test]
fn a_new_artifact_lints_clean() {
    let environment = Environment::new("");
    environment.run(&["init"]);
    for (kind, name) in [
        ("prompt", "support/answer"),
        ("model", "small"),
        ("retrieval", "help"),
        ("policy", "safety"),
        ("suite", "support/answer"),
        ("route", "production/support/answer"),
    ] {
        let told = environment.run(&["new", kind, name]);
        assert!(told.starts_with("exit code: 0\n----- stdout\ncreate "), "{told}");
    }
    insta::assert_snapshot!(environment.run(&["lint", "--fail-on", "info"]), @r"
    exit code: 0
    ----- stdout
    No findings in 2 prompts · 9 files
    ");
}

#[test]
fn a_name_that_cannot_be_released_is_2() {
    let environment = Environment::new("//- promptyard.yaml\nversion: 1\n");
    insta::assert_snapshot!(environment.run(&["new", "prompt", "Support Answer"]), @r"
    exit code: 2
    ----- stderr
    error: `Support Answer` cannot be a name: names are lower-case letters, digits, `.`, `_` and `-`, and start with a letter or digit
    ");
    insta::assert_snapshot!(environment.run(&["new", "route", "support"]), @r"
    exit code: 2
    ----- stderr
    error: a route's name is its environment and its own name: `production/support`
    ");
    assert_eq!(environment.listing(), ["promptyard.yaml"]);
}

#[test]
fn a_new_prompt_that_the_configuration_does_not_find_is_told_so() {
    let environment = Environment::new("//- promptyard.yaml\nversion: 1\nsources: [{files: \"flows/*.prompty\"}]\n");
    insta::assert_snapshot!(environment.run(&["new", "prompt", "a"]), @r"
    exit code: 0
    ----- stdout
    create prompts/a.prompt.yaml
    ----- stderr
    warning: `prompts/a.prompt.yaml` is not part of this store; `sources` in `promptyard.yaml` has no entry for it
    ");
}
