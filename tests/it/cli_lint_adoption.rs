//! What a team with old prompts needs: a baseline, patches, standard input, settings that are explained, many outputs.
#![expect(clippy::disallowed_methods, reason = "tests move files about")]

use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
lint:
  ignore: [missing-description]
  severity: {TPL: error}
  per_path: [{files: 'prompts/old/**', ignore: [TPL015], severity: {TPL003: info}}]
//- prompts/a.prompt.yaml
inputs:
  name: {type: string, trust: trusted}
  # Nobody reads this one.
  mood: {type: string, trust: trusted}
messages:
  - role: user
    content: |
      Dear {{ name }}, {{ nobody }}
//- prompts/old/b.prompt.yaml
inputs:
  name: {type: string, trust: trusted}
messages:
  - role: user
    content: Dear {{ name }}, {{ nothing }}
";

/// Runs the program with `input` on standard input.
fn output_with_input(environment: &Environment, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = environment.command(arguments);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the program starts");
    child.stdin.take().expect("it is piped").write_all(input).expect("the program reads its input");
    child.wait_with_output().expect("the program ends")
}

/// Runs the program with `input` on standard input: exit code, stdout, stderr.
fn with_input(environment: &Environment, arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let output = output_with_input(environment, arguments, input);
    let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_baseline_holds_back_what_is_known_until_it_is_gone() {
    let environment = Environment::new(STORE);
    insta::assert_snapshot!(environment.run(&["lint", "--write-baseline"]), @r"
    exit code: 0
    ----- stdout
    No findings in 2 prompts · 3 in the baseline · 3 files
    ----- stderr
    `promptyard.baseline.json` holds 3 findings: 3 new, 0 dropped
    ");
    let known = environment.read("promptyard.baseline.json");
    insta::assert_snapshot!(environment.run(&["lint"]), @r"
    exit code: 0
    ----- stdout
    No findings in 2 prompts · 3 in the baseline · 3 files
    ");
    assert!(environment.run(&["lint", "--no-baseline"]).starts_with("exit code: 1"));

    let b = environment.read("prompts/old/b.prompt.yaml");
    std::fs::remove_file(environment.root().join("prompts/old/b.prompt.yaml")).expect("it is there");
    environment.write("prompts/old/c.prompt.yaml", &format!("# Renamed.\n{b}"));
    let a = environment.read("prompts/a.prompt.yaml");
    environment.write("prompts/a.prompt.yaml", &a.replace(", {{ nobody }}", "").replace("Dear", "Dear {{ new }}"));
    insta::assert_snapshot!(environment.run(&["lint", "--format", "concise"]), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:8:15: error[TPL002] `new` is not an input of this prompt
    ----- stderr
    warning: 1 finding of the baseline no longer occurs; `promptyard lint --write-baseline` drops what is gone
    1 error in 1 of 2 prompts · 1 fixable with --unsafe-fixes · 2 in the baseline · 3 files
    ");
    insta::assert_snapshot!(environment.run(&["lint", "--write-baseline", "--quiet"]), @r"exit code: 0");
    assert_ne!(environment.read("promptyard.baseline.json"), known);
    assert!(environment.run(&["lint"]).starts_with("exit code: 0\n"));
}

#[test]
fn a_baseline_that_cannot_be_read_is_2_and_never_an_empty_one() {
    let environment = Environment::new(STORE);
    environment.write("promptyard.baseline.json", "<<<<<<< ours\n");
    insta::assert_snapshot!(environment.run(&["lint"]), @r"
    exit code: 2
    ----- stderr
    error: the baseline `promptyard.baseline.json` cannot be read
      cause: it is not a baseline of version 1
      cause: expected value at line 1 column 1
      help: mend it, write it anew with --write-baseline --no-baseline, or ignore it with --no-baseline
    ");
    environment.write("promptyard.yaml", "version: 1\nlint: {baseline: ../elsewhere.json}\n");
    insta::assert_snapshot!(environment.run(&["lint"]), @r"
    exit code: 2
    ----- stderr
    error: the baseline `../elsewhere.json` cannot be read
      cause: `../elsewhere.json` leaves the store
      help: mend it, write it anew with --write-baseline --no-baseline, or ignore it with --no-baseline
    ");
    environment.write("promptyard.yaml", "version: 1\nlint: {baseline: .ci/known.json}\n");
    assert!(environment.run(&["lint", "--write-baseline"]).starts_with("exit code: 0"));
    assert!(environment.listing().contains(&".ci/known.json".to_owned()));
}

#[test]
fn a_patch_shows_what_fixes_would_do_and_nothing_is_written() {
    let environment = Environment::new(STORE);
    let before = environment.read("prompts/a.prompt.yaml");
    insta::assert_snapshot!(environment.run(&["lint", "--diff"]), @r"
    exit code: 1
    ----- stdout
    # TPL003 unused-input: Remove the input `mood`
    --- a/prompts/a.prompt.yaml
    +++ b/prompts/a.prompt.yaml
    @@ -1,7 +1,6 @@
     inputs:
       name: {type: string, trust: trusted}
       # Nobody reads this one.
    -  mood: {type: string, trust: trusted}
     messages:
       - role: user
         content: |
    ----- stderr
    1 fix in 1 file; nothing was written
    ");
    assert_eq!(environment.read("prompts/a.prompt.yaml"), before);
    assert_eq!(environment.output(&["lint", "--diff", "prompts/old"]).status.code(), Some(0));
    environment.run(&["lint", "--fix"]);
    assert_eq!(environment.run(&["lint", "--diff", "--quiet"]), "exit code: 0\n");
}

#[test]
fn standard_input_stands_for_a_file_of_the_store() {
    let environment = Environment::new(STORE);
    let text = environment.read("prompts/a.prompt.yaml").replace("nobody", "somebody");
    let file = "prompts/a.prompt.yaml";
    let lint = ["lint", "-", "--stdin-filename", file, "--format", "concise", "--quiet"];
    insta::assert_snapshot!(with_input(&environment, &lint, text.as_bytes()).1, @r"
    prompts/a.prompt.yaml:4:3: error[TPL003] the input `mood` is not used
    prompts/a.prompt.yaml:8:27: error[TPL002] `somebody` is not an input of this prompt
    ");
    let (code, fixed, said) =
        with_input(&environment, &["lint", "--fix", "-", "--stdin-filename", file], text.as_bytes());
    assert_eq!(code, Some(1));
    assert_eq!(fixed, text.replace("  mood: {type: string, trust: trusted}\n", ""));
    insta::assert_snapshot!(said, @r"
    prompts/a.prompt.yaml:7:27: error[TPL002] `somebody` is not an input of this prompt
    1 error in 1 of 1 prompt · 1 fixed · 1 fixable with --unsafe-fixes · 1 file
    ");
    assert!(environment.read(file).contains("nobody"), "the file itself is not touched");
    let (_, patch, _) = with_input(&environment, &["lint", "--diff", "-", "--stdin-filename", file], text.as_bytes());
    assert!(patch.contains("-  mood: {type: string, trust: trusted}\n"), "{patch}");
}

#[test]
fn standard_input_is_printed_as_it_came_where_nothing_is_fixed() {
    let environment = Environment::new(STORE);
    let fix = ["lint", "--fix", "--quiet", "-", "--stdin-filename", "prompts/new.prompt.yaml"];
    let input = "\u{feff}messages: [{role: user, content: Hi}]\r\n";
    let (code, fixed, _) = with_input(&environment, &fix, input.as_bytes());
    assert_eq!((code, fixed.as_str()), (Some(0), input));
    let not_text = b"name: caf\xe9\n";
    assert_eq!(output_with_input(&environment, &fix, not_text).stdout, not_text);
}

#[test]
fn standard_input_knows_the_partials_of_the_store() {
    let environment = Environment::new(
        "//- promptyard.yaml\nversion: 1\n//- partials/p.md\nDear {{ whom }}\n//- prompts/a.prompt.yaml\nmessages: []\n",
    );
    let text = "description: d\ninputs:\n  whom: {type: string, trust: trusted}\nmessages:\n  - role: user\n    content: \"{% include 'partials/p.md' %}\"\n";
    let lint = ["lint", "-", "--stdin-filename", "prompts/a.prompt.yaml", "--format", "concise", "--quiet"];
    assert_eq!(with_input(&environment, &lint, text.as_bytes()), (Some(0), String::new(), String::new()));
}

#[test]
fn standard_input_without_a_name_is_2() {
    let environment = Environment::new(STORE);
    insta::assert_snapshot!(environment.run(&["lint", "-"]), @r"
    exit code: 2
    ----- stderr
    error: standard input has no name
      help: say which file of the store it stands for: --stdin-filename FILE
    ");
    insta::assert_snapshot!(environment.run(&["lint", "-", "prompts", "--stdin-filename", "a.prompt.yaml"]), @r"
    exit code: 2
    ----- stderr
    error: standard input is checked alone, without other paths
      help: leave out `-`, or the paths
    ");
}

#[test]
fn settings_are_told_with_what_decided_them() {
    let environment = Environment::new(STORE);
    let rows = |arguments: &[&str]| {
        let told = environment.run(arguments);
        let of_interest =
            |line: &&str| ["STR007", "TPL002", "TPL003", "TPL015", "STR001"].iter().any(|code| line.starts_with(code));
        told.lines().filter(of_interest).map(|line| format!("{line}\n")).collect::<String>()
    };
    insta::assert_snapshot!(rows(&["lint", "--show-settings", "prompts/old/b.prompt.yaml", "--ignore", "STR001"]), @r"
    STR001  invalid-yaml                off       --ignore
    STR007  missing-description         off       lint.ignore in promptyard.yaml:3
    TPL002  undeclared-variable         error     lint.severity in promptyard.yaml:4
    TPL003  unused-input                info      lint.per_path.severity in promptyard.yaml:5
    TPL015  whitespace-leak             off       default
    ");
    let json = environment.output(&["lint", "--show-settings", "prompts/a.prompt.yaml", "--format", "json"]);
    let json: Value = serde_json::from_slice(&json.stdout).expect("it is JSON and nothing else");
    let schema: Value = serde_json::from_str(promptyard::output::settings::SCHEMA).expect("the schema is JSON");
    assert!(jsonschema::draft202012::new(&schema).expect("the schema is one").is_valid(&json));
}

#[test]
fn one_run_is_written_in_many_formats() {
    let environment = Environment::new(STORE);
    let outputs =
        ["--output", "sarif=out/lint.sarif", "--output", "junit=out/lint.xml", "--output", "human=out/lint.txt"];
    let told = environment.run(&[&["lint", "--format", "json"][..], &outputs].concat());
    assert!(told.starts_with("exit code: 1\n----- stdout\n{\n"), "{told}");
    let log: Value = serde_json::from_str(&environment.read("out/lint.sarif")).expect("it is JSON");
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(3));
    assert!(environment.read("out/lint.xml").ends_with("</testsuites>\n"));
    assert!(environment.read("out/lint.txt").contains("\n3 errors in 2 of 2 prompts"));
    insta::assert_snapshot!(environment.run(&["lint", "--output", "sarif"]), @r"
    exit code: 2
    ----- stderr
    error: invalid value 'sarif' for '--output <FORMAT=FILE>': write it as FORMAT=FILE, like sarif=lint.sarif

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(environment.run(&["lint", "--output", "xml=a.xml"]), @r"
    exit code: 2
    ----- stderr
    error: invalid value 'xml=a.xml' for '--output <FORMAT=FILE>': `xml` is not a format; they are human, concise, agent, github, gitlab, json, jsonl, junit, markdown, rdjson, sarif

    For more information, try '--help'.
    ");
}

#[test]
fn the_environment_chooses_the_format_where_nobody_else_does() {
    let first_line = |environment: Environment, arguments: &[&str]| {
        let output = environment.output(arguments);
        String::from_utf8(output.stdout).expect("it is UTF-8").lines().next().unwrap_or_default().to_owned()
    };
    let agent = || Environment::new(STORE).with_variable("CLAUDECODE", "1").with_variable("GITHUB_ACTIONS", "true");
    let line = first_line(agent(), &["lint"]);
    assert!(line.contains(": error[TPL003 unused-input] ") && line.contains(" | fix: "), "{line}");
    let line = first_line(Environment::new(STORE).with_variable("GITHUB_ACTIONS", "true"), &["lint"]);
    assert!(line.starts_with("::error file=prompts/a.prompt.yaml,line="), "{line}");
    assert_eq!(first_line(agent(), &["lint", "--format", "json"]), "{");
    assert!(first_line(Environment::new(STORE).with_variable("CLAUDECODE", "0"), &["lint"]).starts_with("error[TPL"));
}

#[test]
fn paths_for_a_repository_start_at_its_root() {
    let environment = Environment::new("");
    environment.write(".git/HEAD", "ref: refs/heads/main\n");
    environment.write("ai/promptyard.yaml", "version: 1\n");
    environment.write(
        "ai/prompts/a.prompt.yaml",
        "description: d\ninputs: {}\nmessages: [{role: user, content: '{{ x }}'}]\n",
    );
    let told = environment.run(&["lint", "ai", "--format", "github"]);
    assert!(told.contains("::error file=ai/prompts/a.prompt.yaml,line=3,"), "{told}");
    let told = environment.run(&["lint", "ai", "--format", "concise"]);
    assert!(told.contains("\nprompts/a.prompt.yaml:3:"), "{told}");
}

#[test]
fn one_file_is_judged_with_the_whole_store() {
    let environment = Environment::new(
        "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-4.1-2025-04-14
recorded_at: 2026-01-01
tokenizer: o200k_base
context_window: 1000000
max_output_tokens: 32000
//- partials/greeting.md
Dear {{ customer }},
//- prompts/a.prompt.yaml
description: Greets.
model: models/chat
inputs: {}
messages:
  - role: user
    content: \"{% include 'partials/greeting.md' %}\"
//- prompts/b.prompt.yaml
description: Greets.
model: models/chat
inputs: {}
messages:
  - role: user
    content: \"{% include 'partials/greeting.md' %}\"
",
    );
    let of = |arguments: &[&str], path: &str| {
        let told =
            environment.run(&[&["lint", "--format", "concise", "--quiet", "--select", "ALL"], arguments].concat());
        told.lines().filter(|line| line.starts_with(path)).map(str::to_owned).collect::<Vec<_>>()
    };
    for path in ["prompts/a.prompt.yaml", "prompts/b.prompt.yaml", "partials/greeting.md", "models/chat.yaml"] {
        assert_eq!(of(&[path], path), of(&[], path), "{path}");
    }
    let b = of(&["prompts/b.prompt.yaml"], "prompts/b.prompt.yaml");
    assert!(b.iter().any(|line| line.contains("which the included file uses")), "its partial is known: {b:?}");
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let environment = Environment::new("");
    let page = environment.run(&["man", "lint"]);
    assert!(page.contains(".TH promptyard-lint 1") && page.contains("unsafe\\-fixes"), "{page}");
    assert!(environment.run(&["man"]).contains(".TH promptyard 1"));
    insta::assert_snapshot!(environment.run(&["man", "nothing"]), @r"
    exit code: 2
    ----- stderr
    error: `nothing` is not a command
      help: `promptyard --help` lists them
    ");
    assert!(environment.run(&["man", "--dir", "man1", "--quiet"]).starts_with("exit code: 0"));
    assert!(environment.listing().contains(&"man1/promptyard-lint.1".to_owned()));
    assert_eq!(
        environment.read("man1/promptyard.1"),
        environment.run(&["man"]).split_once("stdout\n").expect("it is printed").1
    );
}

#[test]
fn the_configuration_says_what_fails_a_run_and_the_command_line_has_the_last_word() {
    let unused = "//- prompts/a.prompt.yaml\ndescription: d\ninputs: {mood: {type: string, trust: trusted}}\n\
                  messages: [{role: user, content: Hi}]\n";
    let code = |fail_on: &str, arguments: &[&str]| {
        let config = format!("//- promptyard.yaml\nversion: 1\nlint: {{fail_on: {fail_on}}}\n");
        Environment::new(&(config + unused)).output(&[&["lint"][..], arguments].concat()).status.code()
    };
    assert_eq!([code("warning", &[]), code("error", &[]), code("info", &[])], [Some(1), Some(0), Some(1)]);
    assert_eq!([code("error", &["--fail-on", "warning"]), code("info", &["--fail-on", "error"])], [Some(1), Some(0)]);
}
