//! `lint` as a person, an editor and a merge check meet it.

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
description: Greets.
inputs:
  customer_name: {type: string, trust: trusted}
messages:
  - role: user
    content: |
      Dear {{ custmer_name }} and {{ customer_name }},
//- prompts/b.prompt.yaml
description: Says goodbye.
messages:
  - role: user
    content: Goodbye
";

#[test]
fn a_finding_is_drawn_for_people() {
    let told = Environment::new(STORE).run(&["lint"]);
    insta::assert_snapshot!(told, @r"
    exit code: 1
    ----- stdout
    error[TPL002]: `custmer_name` is not an input of this prompt
       ┌─ prompts/a.prompt.yaml:7:15
     7 │       Dear {{ custmer_name }} and {{ customer_name }},
       │               ^^^^^^^^^^^^ did you mean `customer_name`?
       = help: use `customer_name`, or declare `custmer_name` as an input (fixable with --unsafe-fixes)

    1 error in 1 of 2 prompts · 1 fixable with --unsafe-fixes · 3 files
    ");
}

#[test]
fn an_editor_gets_one_line_a_finding() {
    insta::assert_snapshot!(Environment::new(STORE).run(&["lint", "--format", "concise"]), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:7:15: error[TPL002] `custmer_name` is not an input of this prompt
    ----- stderr
    1 error in 1 of 2 prompts · 1 fixable with --unsafe-fixes · 3 files
    ");
}

#[test]
fn a_clean_store_is_0() {
    insta::assert_snapshot!(Environment::new(STORE).run(&["lint", "prompts/b.prompt.yaml"]), @r"
    exit code: 0
    ----- stdout
    No findings in 1 prompt · 1 file
    ");
}

#[test]
fn several_paths_are_reported_on_at_once() {
    let environment = Environment::new(STORE);
    let both = environment.run(&["lint", "prompts/a.prompt.yaml", "prompts/b.prompt.yaml", "--format", "concise"]);
    assert_eq!(both, environment.run(&["lint", "prompts", "--format", "concise"]));
}

#[test]
fn a_path_that_is_not_there_is_2() {
    insta::assert_snapshot!(Environment::new(STORE).run(&["lint", "prompts/a.prompt.yaml", "nowhere"]), @r"
    exit code: 2
    ----- stderr
    error: `nowhere` does not exist
    ");
}

#[test]
fn a_rule_that_is_not_there_is_2() {
    insta::assert_snapshot!(Environment::new(STORE).run(&["lint", "--select", "TPL02"]), @r"
    exit code: 2
    ----- stderr
    error: `TPL02` is not a rule
      help: did you mean `TPL002`?
    ");
}

#[test]
fn what_fails_a_run_can_be_said() {
    let environment = Environment::new(STORE);
    let code = |arguments: &[&str]| environment.output(arguments).status.code();
    assert_eq!(code(&["lint"]), Some(1));
    assert_eq!(code(&["lint", "--exit-zero"]), Some(0));
    assert_eq!(code(&["lint", "--fail-on", "never"]), Some(0));
    assert_eq!(code(&["lint", "--fail-on", "error"]), Some(1));
    assert_eq!(code(&["lint", "--ignore", "TPL002"]), Some(0));
    assert_eq!(code(&["lint", "--ignore", "TPL"]), Some(0));
    assert_eq!(code(&["lint", "--select", "STR001"]), Some(0));
}

#[test]
fn statistics_count_by_rule() {
    insta::assert_snapshot!(Environment::new(STORE).run(&["lint", "--statistics"]), @r"
    exit code: 1
    ----- stdout
    FINDINGS  CODE    NAME
           1  TPL002  undeclared-variable
    ----- stderr
    1 error in 1 of 2 prompts · 1 fixable with --unsafe-fixes · 3 files
    ");
}

#[test]
fn a_folder_without_prompts_is_told_so() {
    insta::assert_snapshot!(Environment::new("//- main.py\nprint()\n").run(&["lint"]), @r"
    exit code: 0
    ----- stdout
    No findings in 0 prompts · 0 files
    ----- stderr
    warning: no prompts were found here; `promptyard init` starts a store, and `sources` in `promptyard.yaml` says where prompts are
    ");
    insta::assert_snapshot!(
        Environment::new("//- promptyard.yaml\nversion: 1\n//- src/main.py\nprint()\n").run(&["lint", "src"]), @r"
    exit code: 0
    ----- stdout
    No findings in 0 prompts · 0 files
    ----- stderr
    warning: nothing under these paths is part of the store; `promptyard.yaml` says where prompts are
    ");
}

#[test]
fn a_terminal_is_not_moved_by_what_a_prompt_says() {
    let store = STORE.replace("Dear", "\u{1b}]0;owned\u{7}\u{202e}Dear");
    let told = Environment::new(&store).run(&["lint"]);
    assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{told}");
}

#[test]
fn a_line_of_200_kilobytes_is_cut_around_the_caret() {
    let store = STORE.replace("Dear", &"word ".repeat(44_000));
    let told = Environment::new(&store).run(&["lint"]);
    let widest = told.lines().map(|line| line.chars().count()).max();
    assert!(told.contains('…') && widest <= Some(120), "{widest:?}");
}

#[test]
fn fixes_are_applied_as_far_as_was_asked() {
    let store = "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
description: Greets.
inputs:
  customer_name: {type: string, trust: trusted}
  # Nobody reads this one any more.
  mood: {type: string, trust: trusted}
messages:
  - role: user
    content: |
      Dear {{ custmer_name }} and {{ customer_name }},
";
    let environment = Environment::new(store);
    insta::assert_snapshot!(environment.run(&["lint", "--fix"]), @r"
    exit code: 1
    ----- stdout
    error[TPL002]: `custmer_name` is not an input of this prompt
       ┌─ prompts/a.prompt.yaml:8:15
     8 │       Dear {{ custmer_name }} and {{ customer_name }},
       │               ^^^^^^^^^^^^ did you mean `customer_name`?
       = help: use `customer_name`, or declare `custmer_name` as an input (fixable with --unsafe-fixes)

    1 error in 1 of 1 prompt · 1 fixed · 1 fixable with --unsafe-fixes · 2 files
    ");
    insta::assert_snapshot!(environment.run(&["lint", "--unsafe-fixes"]), @r"
    exit code: 0
    ----- stdout
    No findings in 1 prompt · 1 fixed · 2 files
    ");
    insta::assert_snapshot!(environment.read("prompts/a.prompt.yaml"), @r"
    description: Greets.
    inputs:
      customer_name: {type: string, trust: trusted}
      # Nobody reads this one any more.
    messages:
      - role: user
        content: |
          Dear {{ customer_name }} and {{ customer_name }},
    ");
}
