//! `lint --since`: what a change reaches, told apart by git.
#![expect(clippy::disallowed_methods, reason = "tests start git and change files")]

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- partials/style.md
Be kind.
//- prompts/a.prompt.yaml
description: Greets.
inputs: {}
messages:
  - role: system
    content: |
      {% include \"partials/style.md\" %}
      Dear {{ first }},
//- prompts/b.prompt.yaml
description: Says goodbye.
inputs: {}
messages:
  - role: user
    content: Goodbye {{ second }}
";

/// A store whose one commit is tagged `start`.
fn repository() -> Environment {
    let store = Environment::repository(STORE).with_git();
    store.git(&["tag", "start"]);
    store
}

fn files_found(store: &Environment, revision: &str) -> Vec<String> {
    let output = store.output(&["lint", "--since", revision, "--format", "concise"]);
    let text = String::from_utf8(output.stdout).expect("what is printed is UTF-8");
    text.lines().filter_map(|line| line.split(':').next()).map(str::to_owned).collect()
}

#[test]
fn nothing_changed_is_nothing_found() {
    insta::assert_snapshot!(repository().run(&["lint", "--since", "start"]), @r"
    exit code: 0
    ----- stdout
    No findings in 0 prompts · 0 files
    ");
}

#[test]
fn a_changed_partial_reaches_the_prompts_that_include_it() {
    let store = repository();
    store.write("partials/style.md", "Be kind and short.\n");
    assert_eq!(files_found(&store, "start"), ["prompts/a.prompt.yaml"]);
    store.commit("Shorten");
    assert_eq!(files_found(&store, "start"), ["prompts/a.prompt.yaml"]);
    assert_eq!(files_found(&store, "HEAD"), [""; 0]);
}

#[test]
fn new_and_removed_files_count_as_changed() {
    let store = repository();
    store.write(
        "prompts/c.prompt.yaml",
        "description: d\ninputs: {}\nmessages: [{role: user, content: 'Hi {{ x }}'}]\n",
    );
    assert_eq!(files_found(&store, "start"), ["prompts/c.prompt.yaml"]);
    std::fs::remove_file(store.root().join("partials/style.md")).expect("the file is there");
    assert_eq!(
        files_found(&store, "start"),
        ["prompts/a.prompt.yaml", "prompts/a.prompt.yaml", "prompts/c.prompt.yaml"]
    );
}

#[test]
fn the_configuration_reaches_every_file() {
    let store = repository();
    store.write("promptyard.yaml", "version: 1\nlint: {fail_on: error}\n");
    assert_eq!(files_found(&store, "start"), ["prompts/a.prompt.yaml", "prompts/b.prompt.yaml"]);
}

#[test]
fn what_git_cannot_answer_is_said() {
    insta::assert_snapshot!(repository().run(&["lint", "--since", "no-such-branch"]), @r"
    exit code: 2
    ----- stderr
    error: `no-such-branch` is not a commit of this repository
      help: fetch it with `git fetch`, or name a branch, a tag or a commit that is here
    ");
    let store = Environment::new(STORE).with_git();
    insta::assert_snapshot!(store.run(&["lint", "--since", "HEAD"]), @r"
    exit code: 2
    ----- stderr
    error: `[STORE]` is in no git repository
      help: `git init` makes one; without it, only the files as they are now can be looked at
    ");
}
