//! The drivers in a real repository: what `git merge` and `git diff` make of them.
#![expect(clippy::disallowed_methods, reason = "tests start git and look at files")]

use std::fs;
use std::process::{Command, Output};

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
# Kept.
description: Answers.
inputs:
  question: {type: string}
  tone: {type: string} # Kept too.
messages:
  - role: user
    content: \"{{ question }}, {{ tone }}\"
//- environments/production/help.yaml
variants:
  stable:
    prompt: {release: prompts/a@1.0.0}
    model: {release: models/m@1.0.0}
traffic: {stable: 100}
//- .gitattributes
*.bin binary";

/// A repository with the drivers, whose one commit has the store.
fn repository() -> Environment {
    let store = Environment::unborn(STORE).with_git();
    let told = store.run(&["hooks", "install", "--drivers"]);
    assert!(told.starts_with("exit code: 0"), "{told}");
    store.commit("Start");
    store
}

fn replace(store: &Environment, path: &str, from: &str, to: &str) {
    let text = store.read(path);
    assert!(text.contains(from), "{from} is not in {text}");
    store.write(path, &text.replace(from, to));
}

/// Two branches that change `path`, merged.
fn merge(store: &Environment, path: &str, ours: (&str, &str), theirs: (&str, &str)) -> Output {
    store.git(&["checkout", "--quiet", "-b", "theirs"]);
    replace(store, path, theirs.0, theirs.1);
    store.commit("Theirs");
    store.git(&["checkout", "--quiet", "main"]);
    replace(store, path, ours.0, ours.1);
    store.commit("Ours");
    store.git_with_program(".", &["merge", "--no-edit", "theirs"])
}

#[test]
fn changes_of_neighbouring_inputs_merge() {
    let store = repository();
    let before = store.read("prompts/a.prompt.yaml");
    let output = merge(
        &store,
        "prompts/a.prompt.yaml",
        ("question: {type: string}", "question: {type: string, maxTokens: 500}"),
        ("tone: {type: string}", "tone: {type: string, enum: [warm]}"),
    );
    assert!(output.status.success(), "{output:?}");
    let both = before
        .replace("question: {type: string}", "question: {type: string, maxTokens: 500}")
        .replace("tone: {type: string}", "tone: {type: string, enum: [warm]}");
    assert_eq!(store.read("prompts/a.prompt.yaml"), both);
}

#[test]
fn two_dimensions_of_one_route_merge() {
    let store = repository();
    let route = "environments/production/help.yaml";
    let output = merge(&store, route, ("prompts/a@1.0.0", "prompts/a@1.1.0"), ("models/m@1.0.0", "models/m@2.0.0"));
    assert!(output.status.success(), "{output:?}");
    let text = store.read(route);
    assert!(text.contains("prompts/a@1.1.0") && text.contains("models/m@2.0.0"), "{text}");
}

#[test]
fn one_thing_changed_twice_is_gits_conflict() {
    let store = repository();
    let route = "environments/production/help.yaml";
    let output = merge(&store, route, ("prompts/a@1.0.0", "prompts/a@1.1.0"), ("prompts/a@1.0.0", "prompts/a@2.0.0"));
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("both sides changed `variants.stable.prompt`"), "{said}");
    insta::assert_snapshot!(store.read(route), @r"
    variants:
      stable:
    <<<<<<< ours
        prompt: {release: prompts/a@1.1.0}
    =======
        prompt: {release: prompts/a@2.0.0}
    >>>>>>> theirs
        model: {release: models/m@1.0.0}
    traffic: {stable: 100}
    ");
}

#[test]
fn a_key_that_both_add_in_two_places_is_no_clean_merge() {
    let store = repository();
    let path = "prompts/a.prompt.yaml";
    let output = merge(
        &store,
        path,
        ("# Kept.\n", "# Kept.\nmodel: models/a\n"),
        (
            "    content: \"{{ question }}, {{ tone }}\"\n",
            "    content: \"{{ question }}, {{ tone }}\"\nmodel: models/b\n",
        ),
    );
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = store.read(path);
    assert!(text.contains("models/a") && text.contains("models/b"), "{text}");
}

#[test]
fn a_file_that_does_not_parse_is_merged_by_lines() {
    let store = repository();
    let path = "prompts/a.prompt.yaml";
    let output =
        merge(&store, path, ("description: Answers.", "description: [Answers."), ("{{ tone }}\"", "{{ tone }}.\""));
    assert!(output.status.success(), "{output:?}");
    let text = store.read(path);
    assert!(text.contains("[Answers.") && text.contains("{{ tone }}.\""), "{text}");
}

#[test]
fn git_goes_on_without_the_program() {
    let store = repository();
    let path = "environments/production/help.yaml";
    store.git(&["checkout", "--quiet", "-b", "theirs"]);
    replace(&store, path, "models/m@1.0.0", "models/m@2.0.0");
    store.commit("Theirs");
    store.git(&["checkout", "--quiet", "main"]);
    replace(&store, path, "prompts/a@1.0.0", "prompts/a@1.1.0");
    assert!(store.git(&["diff"]).contains("prompts/a@1.1.0"));
    store.commit("Ours");
    let output = Command::new("git")
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "merge", "theirs"])
        .current_dir(store.root())
        .env("PATH", env!("PATH"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git is there where this was cloned");
    assert_eq!(output.status.code(), Some(1));
    assert!(store.read(path).contains("<<<<<<<"), "neighbouring lines are a conflict of git's own");
}

#[test]
fn a_diff_shows_texts_by_their_lines() {
    let store = repository();
    replace(&store, "prompts/a.prompt.yaml", "\"{{ question }}, {{ tone }}\"", "\"{{ question }}\\nBe {{ tone }}.\"");
    let output = store.git_with_program(".", &["diff"]);
    let told = String::from_utf8(output.stdout).expect("what git prints is UTF-8");
    let shown: Vec<&str> = told.lines().skip_while(|line| !line.starts_with("@@")).skip(1).collect();
    assert_eq!(
        shown[shown.len() - 4..],
        [
            "-    content: {{ question }}, {{ tone }}",
            "+    content: |-",
            "+      {{ question }}",
            "+      Be {{ tone }}."
        ]
    );
}

#[test]
fn drivers_come_once_and_go_without_a_trace() {
    let store = Environment::unborn(STORE).with_git();
    let (attributes, config) = (store.read(".gitattributes"), store.read(".git/config"));
    let planned = store.run(&["hooks", "install", "--drivers", "--dry-run"]);
    assert_eq!(store.read(".gitattributes"), attributes);
    assert!(planned.contains("Nothing was done."), "{planned}");
    insta::assert_snapshot!(store.run(&["hooks", "install", "--drivers"]), @r"
    exit code: 0
    ----- stderr
    set diff.promptyard.textconv in the repository's configuration
    set merge.promptyard.name in the repository's configuration
    set merge.promptyard.driver in the repository's configuration
    write [STORE]/.gitattributes
    ");
    let installed = (store.read(".gitattributes"), store.read(".git/config"));
    assert!(installed.0.starts_with("*.bin binary\n# >>> promptyard"), "{}", installed.0);
    insta::assert_snapshot!(store.run(&["hooks", "install", "--drivers"]), @r"
    exit code: 0
    ----- stderr
    Nothing to do: it is so already.
    ");
    assert_eq!((store.read(".gitattributes"), store.read(".git/config")), installed);
    let told = store.run(&["hooks", "uninstall", "--drivers"]);
    assert!(told.starts_with("exit code: 0"), "{told}");
    assert_eq!((store.read(".gitattributes"), store.read(".git/config")), (attributes, config));
    fs::remove_file(store.root().join(".gitattributes")).expect("it is there");
    store.run(&["hooks", "install", "--drivers"]);
    store.run(&["hooks", "uninstall", "--drivers"]);
    assert!(!store.root().join(".gitattributes").exists());
}
