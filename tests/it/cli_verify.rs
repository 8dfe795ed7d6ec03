//! `verify`: whether the releases are what their tags say.

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- prompts/greet.prompt.yaml
description: Greets a customer.
inputs:
  name: {type: string}
messages:
  - role: user
    content: |
      {% include \"partials/tone.md\" %}
      Greet {{ name }}.
//- partials/tone.md
Be kind.
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
";

/// A store with two releases of a prompt and one of a model.
fn released() -> Environment {
    let store = Environment::repository(STORE).with_person("Ann Lee", "ann@example.com", "2026-03-01T12:00:00Z");
    store.release(&["--all-changed"]);
    store.write("partials/tone.md", "Be kind and short.\n");
    store.commit("Shorten");
    store.release(&["--all-changed"]);
    store
}

/// The rules of the findings, with the releases that they are about.
fn found(store: &Environment, arguments: &[&str]) -> Vec<String> {
    let output = store.output(&[&["verify", "--format", "json"], arguments].concat());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON and nothing else");
    let findings = report["findings"].as_array().expect("a list").iter();
    findings.map(|finding| format!("{} {}", finding["rule"]["code"], finding["release"]).replace('"', "")).collect()
}

/// Makes the tag again with another message.
fn edit_tag(store: &Environment, tag: &str, from: &str, to: &str) {
    let message = store.git(&["for-each-ref", "--format=%(contents)", &format!("refs/tags/{tag}")]);
    assert!(message.contains(from), "{message}");
    let commit = store.git(&["rev-parse", &format!("{tag}^{{commit}}")]);
    let message = message.replace(from, to);
    store.git(&["tag", "--force", "--annotate", "--cleanup=verbatim", "-m", &message, tag, commit.trim()]);
}

#[test]
fn releases_as_they_were_made_are_verified() {
    let store = released();
    insta::assert_snapshot!(store.run(&["verify"]), @r"
    exit code: 0
    ----- stdout
    3 releases verified
    ");
    assert!(store.run(&["verify", "prompts/greet"]).contains("2 releases verified"));
    assert!(store.run(&["verify", "prompts/greet@1.1.0"]).contains("1 release verified"));
    insta::assert_snapshot!(store.run(&["verify", "prompts/greet@9.0.0"]), @r"
    exit code: 2
    ----- stderr
    error: `prompts/greet@9.0.0` is no release that this clone knows
      help: `git fetch --tags` brings those of the remote; `git tag` lists what is here
    ");
}

#[test]
fn a_clone_verifies_what_was_released_elsewhere() {
    let store = released();
    store.git(&["clone", "--quiet", ".", "copy"]);
    let told = store.run(&["verify", "--root", "copy", "--against", "origin"]);
    assert!(told.contains("exit code: 0\n----- stdout\n3 releases verified\n"), "{told}");
}

#[test]
fn a_tag_that_was_moved_has_another_digest() {
    let store = released();
    let message = store.git(&["for-each-ref", "--format=%(contents)", "refs/tags/prompts/greet@1.0.0"]);
    store.git(&["tag", "--force", "--annotate", "--cleanup=verbatim", "-m", &message, "prompts/greet@1.0.0", "HEAD"]);
    assert_eq!(found(&store, &[]), ["VER004 prompts/greet@1.0.0"]);
    let told = store.run(&["verify"]);
    insta::assert_snapshot!("moved_tag", told);
}

#[test]
fn a_tag_that_was_edited_is_found_by_who_knew_it() {
    let store = released();
    assert!(store.run(&["verify", "--record", "known.json"]).contains("exit code: 0"));
    edit_tag(&store, "prompts/greet@1.1.0", "Bump: minor", "Bump: patch");
    assert_eq!(found(&store, &[]), [""; 0], "by itself it is sound");
    assert_eq!(found(&store, &["--against", "known.json"]), ["VER003 prompts/greet@1.1.0"]);
    store.git(&["tag", "--delete", "models/chat@1.0.0"]);
    assert_eq!(found(&store, &["--against", "known.json"]), ["VER003 models/chat@1.0.0", "VER003 prompts/greet@1.1.0"]);
}

#[test]
fn a_tag_that_the_remote_has_otherwise_was_moved() {
    let store = released();
    store.git(&["clone", "--quiet", ".", "copy"]);
    edit_tag(&store, "prompts/greet@1.1.0", "Bump: minor", "Bump: patch");
    let told = store.run(&["verify", "--root", "copy", "--against", "origin"]);
    assert!(told.contains("error[VER003] prompts/greet@1.1.0: the tag is another one than `origin` has"), "{told}");
    store.git(&["-C", "copy", "tag", "--delete", "models/chat@1.0.0"]);
    let told = store.run(&["verify", "--root", "copy", "--against", "origin"]);
    assert!(told.contains("exit code: 2"), "what a clone lacks is not verified: {told}");
    assert!(told.contains("`git fetch origin --tags` brings it"), "{told}");
}

#[test]
fn a_digest_that_does_not_match_is_found() {
    let store = released();
    let message = store.git(&["for-each-ref", "--format=%(contents)", "refs/tags/models/chat@1.0.0"]);
    let digest = message.lines().find(|line| line.starts_with("Digest: ")).expect("a digest");
    edit_tag(&store, "models/chat@1.0.0", digest, &format!("Digest: sha256:{}", "0".repeat(64)));
    assert_eq!(found(&store, &[]), ["VER004 models/chat@1.0.0"]);
}

#[test]
fn tags_without_a_record_are_told() {
    let store = released();
    store.git(&["tag", "models/chat@1.1.0"]);
    store.git(&["tag", "--annotate", "-m", "By hand", "models/chat@1.2.0"]);
    assert_eq!(found(&store, &[]), ["VER005 models/chat@1.1.0", "VER005 models/chat@1.2.0"]);
    let message = store.git(&["for-each-ref", "--format=%(contents)", "refs/tags/models/chat@1.0.0"]);
    store.git(&["tag", "--annotate", "--cleanup=verbatim", "-m", &message, "models/chat@2.0.0"]);
    assert!(found(&store, &[]).contains(&"VER003 models/chat@2.0.0".to_owned()));
}

#[test]
fn a_version_that_says_too_little_is_told_unless_the_record_says_so() {
    let store = released();
    let prompt = store.read("prompts/greet.prompt.yaml");
    store.write(
        "prompts/greet.prompt.yaml",
        &prompt.replace("  name: {type: string}", "  name: {type: string, maxLength: 5}"),
    );
    store.commit("Narrow");
    store.release(&["prompts/greet"]);
    let message = store.git(&["for-each-ref", "--format=%(contents)", "refs/tags/prompts/greet@2.0.0"]);
    let small = message.replace("2.0.0", "1.2.0").replace("Bump: major", "Bump: minor");
    store.git(&["tag", "--delete", "prompts/greet@2.0.0"]);
    store.git(&["tag", "--annotate", "--cleanup=verbatim", "-m", &small, "prompts/greet@1.2.0"]);
    assert_eq!(found(&store, &[]), ["VER002 prompts/greet@1.2.0"]);
    edit_tag(&store, "prompts/greet@1.2.0", "Bump: minor", "Bump: minor\nBump-Lowered-From: major");
    assert_eq!(found(&store, &[]), [""; 0]);
}

#[test]
fn a_commit_that_only_a_tag_holds_is_told() {
    let store = released();
    store.git(&["switch", "--quiet", "--create", "side"]);
    store.write("partials/tone.md", "Be brief.\n");
    store.commit("Aside");
    store.release(&["--all-changed"]);
    assert_eq!(found(&store, &[]), [""; 0]);
    store.git(&["switch", "--quiet", "main"]);
    store.git(&["branch", "--quiet", "-D", "side"]);
    assert_eq!(found(&store, &[]), ["VER007 prompts/greet@1.2.0"]);
}

#[test]
fn a_shallow_clone_is_an_error_and_never_verified() {
    let store = released();
    let url = format!("file://{}", store.root().display());
    store.git(&["clone", "--quiet", "--depth", "1", "--no-single-branch", &url, "shallow"]);
    store.git(&["-C", "shallow", "fetch", "--quiet", "--depth", "1", "origin", "refs/tags/*:refs/tags/*"]);
    let told = store.run(&["verify", "--root", "shallow"]);
    assert!(told.starts_with("exit code: 2"), "{told}");
    assert!(
        told.contains("`git fetch --unshallow` completes it") && told.contains("0 of 3 releases verified"),
        "{told}"
    );
    store.git(&["clone", "--quiet", "--depth", "1", &url, "bare-of-tags"]);
    store.git(&["-C", "bare-of-tags", "tag", "--delete", "prompts/greet@1.1.0"]);
    let told = store.run(&["verify", "--root", "bare-of-tags"]);
    assert!(told.starts_with("exit code: 2"), "{told}");
}

#[test]
fn nothing_released_is_nothing_to_verify() {
    let store = Environment::repository(STORE).with_git();
    insta::assert_snapshot!(store.run(&["verify"]), @r"
    exit code: 0
    ----- stderr
    warning: there are no releases to verify; `git fetch --tags` brings those that a remote may have
    ");
}

#[test]
fn signatures_are_those_of_allowed_signers() {
    let store = released();
    if !store.sign_with("eve") || !store.sign_with("ann") {
        return;
    }
    assert_eq!(
        found(&store, &["--signatures"]),
        ["VER008 models/chat@1.0.0", "VER008 prompts/greet@1.0.0", "VER008 prompts/greet@1.1.0"]
    );
    store.git(&["config", "tag.gpgSign", "true"]);
    store.trust("ann", "ann@example.com");
    store.write("partials/tone.md", "Be brief.\n");
    store.commit("Shorten again");
    store.release(&["prompts/greet"]);
    let told = store.run(&["verify", "prompts/greet@1.2.0", "--signatures"]);
    assert_eq!(told, "exit code: 0\n----- stdout\n1 release verified · 1 signature good\n");
    store.sign_with("eve");
    store.write("partials/tone.md", "Be wordy.\n");
    store.commit("Lengthen");
    store.release(&["prompts/greet"]);
    assert_eq!(found(&store, &["prompts/greet@1.3.0", "--signatures"]), ["VER008 prompts/greet@1.3.0"]);
}

#[test]
fn the_reports_match_their_schemas() {
    let store = released();
    store.git(&["tag", "models/chat@1.1.0"]);
    for (arguments, schema) in [
        (&["verify", "--format", "json"][..], "verify-report-v1"),
        (&["changelog", "--format", "json"], "changelog-v1"),
        (&["metrics", "--format", "json"], "metrics-v1"),
        (&["release", "--from-history", "--dry-run", "--format", "json"], "release-history-v1"),
    ] {
        let report = serde_json::from_slice(&store.output(arguments).stdout).expect("it is JSON and nothing else");
        assert_matches(&store, schema, &report);
    }
    store.git(&["tag", "--delete", "models/chat@1.1.0"]);
    store.output(&["verify", "--record", "known.json"]);
    let record = serde_json::from_str(&store.read("known.json")).expect("it is JSON");
    assert_matches(&store, "release-record-v1", &record);
    let sarif = store.output(&["verify", "--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_slice(&sarif.stdout).expect("it is JSON");
    assert_eq!(sarif["version"], "2.1.0");
}

fn assert_matches(store: &Environment, schema: &str, value: &serde_json::Value) {
    let text = store.output(&["schema", schema]).stdout;
    let validator = serde_json::from_slice(&text).expect("the schema is JSON");
    let validator = jsonschema::draft202012::new(&validator).expect("the schema is one");
    let errors: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{schema}: {errors:#?}");
}
