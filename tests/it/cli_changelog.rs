//! `changelog`: what changed, release by release.

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
repository_url: https://github.com/acme/prompts
//- prompts/greet.prompt.yaml
description: Greets a customer.
inputs:
  name: {type: string}
messages:
  - role: user
    content: |
      {% include \"partials/tone.md\" %}
      Greet {{ name }}.
//- prompts/farewell.prompt.yaml
description: Says goodbye.
inputs: {}
messages:
  - {role: user, content: Say goodbye.}
//- partials/tone.md
Be kind.
";

fn repository() -> Environment {
    let store = Environment::unborn(STORE).with_person("Ann Lee", "ann@example.com", "2026-03-09T12:00:00Z");
    store.commit_at("2026-03-01T12:00:00Z", "feat: greet and say goodbye");
    store
}

/// A store with commits of every sort, some of them released.
fn history() -> Environment {
    let store = repository();
    store.release(&["--all-changed"]);
    store.write("partials/tone.md", "Be kind and short.\n");
    store.commit_at(
        "2026-03-02T12:00:00Z",
        "fix(tone): be <short> & [kind](https://evil.example) @ann\n\nCo-authored-by: Bob *B* <bob@example.com>\n",
    );
    store.write("README.md", "Not part of any prompt.\n");
    store.commit_at("2026-03-03T12:00:00Z", "docs: say what this is");
    let prompt =
        store.read("prompts/greet.prompt.yaml").replace("  name: {type: string}", "  customer: {type: string}");
    store.write("prompts/greet.prompt.yaml", &prompt.replace("{{ name }}", "{{ customer }}"));
    store.commit_at("2026-03-04T12:00:00Z", "feat!: call the name a customer's\n\nBREAKING CHANGE: pass `customer`\n");
    store.release(&["prompts/greet", "--note", "Names are customers' now."]);
    store.write("prompts/farewell.prompt.yaml", &store.read("prompts/farewell.prompt.yaml").replace("Say", "Whisper"));
    store.commit_at("2026-03-05T12:00:00Z", "Whisper");
    store.git_at("2026-03-06T12:00:00Z", &["revert", "--no-edit", "HEAD"]);
    store.write("partials/tone.md", "Be brief.\n");
    store.commit_at("2026-03-07T12:00:00Z", "Shorten: mail bob.miller@acme-corp.com");
    store
}

/// Commit ids depend on git's own bytes alone, but a reader of the snapshot has no use for them.
fn page(store: &Environment, arguments: &[&str]) -> String {
    let output = store.output(&[&["changelog"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut text = String::from_utf8(output.stdout).expect("it is UTF-8");
    for id in store.git(&["rev-list", "--all"]).lines() {
        text = text.replace(id, "COMMIT").replace(&id[..7], "commit7");
    }
    text
}

#[test]
fn an_artifact_has_its_releases_with_what_changed_it() {
    insta::assert_snapshot!("artifact", page(&history(), &["prompts/greet"]));
}

#[test]
fn a_store_tells_each_commit_once_a_release() {
    insta::assert_snapshot!("store", page(&history(), &[]));
}

#[test]
fn what_came_after_a_release_is_told_alone() {
    let store = history();
    let told = page(&store, &["prompts/greet", "--since", "prompts/greet@2.0.0"]);
    assert!(told.contains("## Unreleased") && !told.contains("## 2.0.0"), "{told}");
    assert!(!page(&store, &["--rev", "HEAD~3"]).contains("Unreleased"));
}

#[test]
fn values_that_nobody_may_see_are_masked_and_reverts_cancel_out() {
    let told = page(&history(), &[]);
    assert!(!told.contains("bob.miller") && told.contains("Shorten: mail b"), "{told}");
    assert!(!told.contains("Whisper"), "{told}");
}

#[test]
fn a_merge_is_told_only_where_it_says_something_itself() {
    let store = repository();
    store.git(&["switch", "--quiet", "--create", "side"]);
    store.write("partials/tone.md", "Be kind, always.\n");
    store.commit_at("2026-03-02T12:00:00Z", "On the side");
    store.git(&["switch", "--quiet", "main"]);
    store.write("prompts/farewell.prompt.yaml", &store.read("prompts/farewell.prompt.yaml").replace("Say", "Whisper"));
    store.commit_at("2026-03-03T12:00:00Z", "On main");
    store.git_at("2026-03-04T12:00:00Z", &["merge", "--quiet", "--no-ff", "-m", "Merge side", "side"]);
    let told = page(&store, &[]);
    assert!(told.contains("On the side") && told.contains("On main") && !told.contains("Merge side"), "{told}");
}

#[test]
fn a_moved_file_keeps_its_history() {
    let store = repository();
    store.git(&["mv", "prompts/farewell.prompt.yaml", "prompts/goodbye.prompt.yaml"]);
    store.commit_at("2026-03-02T12:00:00Z", "Move it");
    let told = page(&store, &["prompts/goodbye"]);
    assert!(told.contains("Move it") && told.contains("greet and say goodbye"), "{told}");
}

#[test]
fn an_unknown_artifact_is_2_and_the_nearest_is_named() {
    insta::assert_snapshot!(repository().run(&["changelog", "prompts/greeet"]), @r"
    exit code: 2
    ----- stderr
    error: `prompts/greeet` is no artifact of the store
      help: did you mean `prompts/greet`?
    ");
}
