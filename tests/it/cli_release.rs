//! `release`: versions from tags alone, on the histories that real repositories have.
#![expect(clippy::disallowed_methods, reason = "tests change files and read what the program left in the repository")]

use std::fs;

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
    content: Greet {{ name }}.
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
";

const GREET: &str = "prompts/greet.prompt.yaml";

/// A repository with one commit, by Ann.
fn repository(drawing: &str) -> Environment {
    Environment::repository(drawing).with_person("Ann Lee", "ann@example.com", "2026-03-01T12:00:00Z")
}

fn edit(store: &Environment, path: &str, from: &str, to: &str, message: &str) {
    let text = store.read(path);
    assert!(text.contains(from), "{path} has {from}");
    store.write(path, &text.replace(from, to));
    store.commit(message);
}

/// A store whose first releases are out.
fn released() -> Environment {
    let store = repository(STORE);
    store.release(&["--all-changed"]);
    store
}

fn tags(store: &Environment) -> Vec<String> {
    store.git(&["tag", "--list"]).lines().map(str::to_owned).collect()
}

fn message(store: &Environment, tag: &str) -> String {
    store.git(&["for-each-ref", "--format=%(contents)", &format!("refs/tags/{tag}")])
}

#[test]
fn a_first_release_is_planned_made_and_then_done() {
    let store = repository(STORE);
    insta::assert_snapshot!("first_release_planned", store.run(&["release", "--all-changed", "--dry-run"]));
    assert_eq!(tags(&store), [""; 0]);
    insta::assert_snapshot!("first_release_made", store.run(&["release", "--all-changed"]));
    assert_eq!(tags(&store), ["models/chat@1.0.0", "prompts/greet@1.0.0"]);
    insta::assert_snapshot!("first_release_done", store.run(&["release", "--all-changed"]));
    insta::assert_snapshot!("first_release_named_again", store.run(&["release", "prompts/greet"]));
    insta::assert_snapshot!("first_release_message", store.git(&["cat-file", "-p", "prompts/greet@1.0.0"]));
    assert_eq!(store.git(&["fsck", "--strict", "--no-dangling"]), "");
}

#[test]
fn the_step_follows_from_what_changed() {
    let store = released();
    edit(&store, GREET, "Greets a customer.", "Greets one customer.", "Say it better");
    edit(&store, "models/chat.yaml", "gpt-5.1-2026-03-11", "claude-sonnet-4-5-20250929", "Change the model");
    edit(&store, "models/chat.yaml", "openai", "anthropic", "And its provider");
    insta::assert_snapshot!("steps_planned", store.run(&["release", "--all-changed", "--dry-run"]));
    let plan = store.output(&["release", "--all-changed", "--dry-run", "--format", "json"]).stdout;
    let plan: serde_json::Value = serde_json::from_slice(&plan).expect("it is JSON");
    let schema: serde_json::Value =
        serde_json::from_str(promptyard::output::release_json::SCHEMA).expect("the schema is JSON");
    let checker = jsonschema::validator_for(&schema).expect("the schema is one");
    assert!(checker.is_valid(&plan), "{plan:#}");
    assert_eq!(plan["releases"][0]["to"], "models/chat@2.0.0");
    assert_eq!(plan["releases"][0]["commits"], 2);
    store.release(&["--all-changed"]);
    assert!(message(&store, "prompts/greet@1.0.1").contains("\nPrevious: prompts/greet@1.0.0\nBump: patch\n"));
}

#[test]
fn people_raise_the_step_and_lower_it_knowingly() {
    let store = released();
    edit(&store, GREET, "Greets a customer.", "Greets one.", "Say it better\n\nRelease-Bump: minor\n");
    insta::assert_snapshot!("raised_by_commit", store.release(&["prompts/greet", "--dry-run"]));
    insta::assert_snapshot!("raised_by_flag", store.release(&["prompts/greet", "--bump", "major", "--dry-run"]));
    insta::assert_snapshot!("lowering_refused", store.run(&["release", "prompts/greet", "--bump", "patch"]));
    assert_eq!(tags(&store).len(), 2);
    let lowered = ["prompts/greet", "--bump", "patch", "--allow-lower", "--note", "Nobody noticed.\n\nReally: nobody."];
    store.release(&lowered);
    insta::assert_snapshot!("lowered_message", message(&store, "prompts/greet@1.0.1"));
}

#[test]
fn a_hotfix_branch_goes_on_from_its_own_last_release() {
    let store = released();
    edit(&store, GREET, "Greet {{", "Kindly greet {{", "Be kind");
    store.release(&["prompts/greet"]);
    store.git(&["switch", "--quiet", "--create", "hotfix", "prompts/greet@1.0.0"]);
    edit(&store, GREET, "Greets a customer.", "Greets them.", "Mend the description");
    let plan = store.release(&["prompts/greet"]);
    assert!(plan.contains("1.0.0  1.0.1  patch"), "{plan}");
    edit(&store, GREET, "Greet {{", "Warmly greet {{", "Be warm");
    insta::assert_snapshot!("hotfix_skips_what_is_taken", store.release(&["prompts/greet"]));
    assert!(message(&store, "prompts/greet@1.2.0").contains("\nPrevious: prompts/greet@1.0.1\n"));
}

#[test]
fn what_was_released_before_a_squash_merge_is_released_after_it() {
    let store = released();
    store.git(&["switch", "--quiet", "--create", "feature"]);
    edit(&store, GREET, "Greet {{", "Kindly greet {{", "Be kind");
    store.release(&["prompts/greet"]);
    store.git(&["switch", "--quiet", "main"]);
    store.git(&["merge", "--quiet", "--squash", "feature"]);
    store.commit("Be kind (#1)");
    insta::assert_snapshot!("squash_merge", store.run(&["release", "prompts/greet"]));
    edit(&store, GREET, "Kindly", "Very kindly", "Squashed (#2)\n\n* One\n\nRelease-Bump: major\n\n* Two\n");
    let plan = store.release(&["prompts/greet"]);
    assert!(plan.contains("1.0.0  2.0.0  major"), "{plan}");
}

#[test]
fn a_renamed_prompt_keeps_its_history() {
    let store = released();
    store.git(&["mv", GREET, "prompts/hello.prompt.yaml"]);
    store.commit("Rename it");
    insta::assert_snapshot!("renamed_by_digest", store.release(&["--all-changed"]));
    store.git(&["mv", "prompts/hello.prompt.yaml", "prompts/welcome.prompt.yaml"]);
    let text = store.read("prompts/welcome.prompt.yaml").replace("Greet {{", "Welcome {{");
    store.write("prompts/welcome.prompt.yaml", &format!("renamed_from: [prompts/hello]\n{text}"));
    store.commit("Rename and change it");
    insta::assert_snapshot!("renamed_by_its_own_word", store.release(&["--all-changed"]));
    let again = store.release(&["--all-changed"]);
    assert!(
        again.ends_with("Nothing to release at 53c2a2f on main.\n") || again.contains("Nothing to release"),
        "{again}"
    );
}

#[test]
fn a_deleted_prompt_keeps_its_releases() {
    let store = released();
    fs::remove_file(store.root().join(GREET)).expect("it is there");
    store.commit("Remove it");
    insta::assert_snapshot!("deleted", store.run(&["release", "--all-changed"]));
    insta::assert_snapshot!("deleted_named", store.run(&["release", "prompts/greet"]));
}

#[test]
fn a_tag_made_by_hand_is_a_release_with_a_warning() {
    let store = repository(STORE);
    store.git(&["tag", "prompts/greet@1.4.0"]);
    store.git(&["tag", "--annotate", "--message", "By hand", "models/chat@2.0.0"]);
    insta::assert_snapshot!("by_hand", store.run(&["release", "--all-changed"]));
    edit(&store, GREET, "Greet {{", "Kindly greet {{", "Be kind");
    let plan = store.release(&["prompts/greet"]);
    assert!(plan.contains("1.4.0  1.5.0  minor"), "{plan}");
}

#[test]
fn names_that_git_or_others_would_mistake_are_refused() {
    let prompt = store_prompt("Hi");
    let drawing = format!(
        "//- promptyard.yaml\nversion: 1\n//- prompts/a.prompt.yaml\n{prompt}//- prompts/a/b.prompt.yaml\n{prompt}\
         //- prompts/Upper.prompt.yaml\n{prompt}//- prompts/x..y.prompt.yaml\n{prompt}//- prompts/c.prompt.yml\n{prompt}\
         //- prompts/c.prompt.yaml\n{prompt}"
    );
    let store = repository(&drawing);
    insta::assert_snapshot!("names", store.run(&["release", "--all-changed"]));
    assert_eq!(tags(&store), ["prompts/a/b@1.0.0", "prompts/a@1.0.0"]);
    insta::assert_snapshot!("names_unknown", store.run(&["release", "prompts/b"]));
    store.git(&["tag", "prompts/d", "HEAD"]);
    store.write("prompts/d/e.prompt.yaml", &prompt);
    store.commit("Add one below");
    insta::assert_snapshot!("names_in_the_way", store.run(&["release", "prompts/d/e"]));
}

fn store_prompt(text: &str) -> String {
    format!("description: d\nmessages: [{{role: user, content: {text}}}]\n")
}

#[test]
fn a_clone_that_lacks_something_says_what_brings_it() {
    let store = released();
    edit(&store, GREET, "Greet {{", "Kindly greet {{", "Be kind");
    store.release(&["--all-changed"]);
    let clone = |name: &str, arguments: &[&str]| {
        let path = store.root().join("..").join(name);
        let source = format!("file://{}", store.root().display());
        let path = path.to_string_lossy().into_owned();
        store.git(&[&["clone", "--quiet"], arguments, &[&source, &path]].concat());
        store.run(&["release", "--all-changed", "--dry-run", "--root", &path])
    };
    insta::assert_snapshot!("shallow", clone("shallow", &["--depth=1"]));
    insta::assert_snapshot!("no_tags", clone("no-tags", &["--no-tags"]));
    let whole = clone("whole", &[]);
    assert_eq!(whole, store.run(&["release", "--all-changed", "--dry-run"]), "a fresh clone gives the same plan");
    store.git(&["-C", "../whole", "tag", "--delete", "prompts/greet@1.0.0"]);
    let whole = store.root().join("../whole");
    insta::assert_snapshot!(
        "missing_tag",
        store.run(&["release", "--all-changed", "--root", &whole.to_string_lossy()])
    );
}

#[test]
fn pre_releases_lead_to_their_release() {
    let store = released();
    edit(&store, GREET, "Greet {{", "Kindly greet {{", "Be kind");
    let next = |arguments: &[&str]| {
        let told = store.release(&[&["prompts/greet"], arguments].concat());
        told.lines().nth(1).unwrap_or(&told).split_whitespace().take(4).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(next(&["--pre", "rc"]), "prompts/greet 1.0.0 1.1.0-rc.1 minor");
    assert_eq!(next(&["--pre", "rc"]), "Nothing to release at");
    edit(&store, GREET, "Kindly", "Very kindly", "Be kinder");
    assert_eq!(next(&["--pre", "rc"]), "prompts/greet 1.0.0 1.1.0-rc.2 minor");
    assert_eq!(next(&[]), "prompts/greet 1.0.0 1.1.0 minor");
    assert_eq!(next(&[]), "Nothing to release at");
    let wrong = store.run(&["release", "prompts/greet", "--pre", "r.c"]);
    assert!(wrong.contains("a label is made of letters, digits and `-`"), "{wrong}");
}

#[test]
fn what_was_measured_is_recorded() {
    let store = repository(STORE);
    store.write(
        "../report.json",
        r#"{"metrics": [{"name": "accuracy", "value": 0.930, "n": 400, "suite": "suites/a@1.0.0"}]}"#,
    );
    let report = ["--metrics", "../report.json"];
    insta::assert_snapshot!("report_about_several", store.run(&[&["release", "--all-changed"], &report[..]].concat()));
    store.release(&[&["prompts/greet"], &report[..]].concat());
    assert!(message(&store, "prompts/greet@1.0.0").contains("\nMetric: accuracy=0.930 n=400 suite=suites/a@1.0.0\n"));
    insta::assert_snapshot!("report_too_late", store.run(&[&["release", "prompts/greet"], &report[..]].concat()));
    store.write("../report.json", "[\n{\"name\": \"accuracy\", \"value\": \"high\"}]");
    insta::assert_snapshot!("report_wrong", store.run(&[&["release", "models/chat"], &report[..]].concat()));
    store.write("../report.json", r#"[{"name": "accuracy", "value": 1, "artifact": "prompts/x"}]"#);
    insta::assert_snapshot!("report_unknown", store.run(&[&["release", "models/chat"], &report[..]].concat()));
}

#[test]
fn a_push_is_whole_and_a_lost_race_is_told() {
    let store = repository(STORE);
    store.git(&["init", "--quiet", "--bare", "--initial-branch=main", "../remote.git"]);
    store.git(&["remote", "add", "origin", "../remote.git"]);
    store.git(&["push", "--quiet", "origin", "main"]);
    insta::assert_snapshot!("remote_may_have_tags", store.run(&["release", "--all-changed", "--push", "origin"]));
    let pushed = store.release(&["--all-changed", "--initial", "0.1.0", "--push", "origin"]);
    assert!(pushed.contains("made at ") && pushed.ends_with("and pushed to origin.\n"), "{pushed}");
    assert_eq!(store.git(&["-C", "../remote.git", "tag"]), "models/chat@0.1.0\nprompts/greet@0.1.0\n");

    store.git(&["clone", "--quiet", "../remote.git", "../other"]);
    store.write("../other/prompts/greet.prompt.yaml", &store.read(GREET).replace("Greet {{", "Warmly greet {{"));
    for (key, value) in [("user.name", "Bob"), ("user.email", "bob@example.com")] {
        store.git(&["-C", "../other", "config", key, value]);
    }
    store.git(&["-C", "../other", "commit", "--quiet", "--all", "--message", "Be warm"]);
    let other = store.root().join("../other").to_string_lossy().into_owned();
    store.release(&["prompts/greet", "--push", "origin", "--root", &other]);

    edit(&store, GREET, "Greet {{", "Kindly greet {{", "Be kind");
    insta::assert_snapshot!("race_lost", store.run(&["release", "prompts/greet", "--push", "origin"]));
    store.git(&["fetch", "--quiet", "--force", "origin", "tag", "prompts/greet@0.2.0"]);
    let again = store.release(&["prompts/greet", "--push", "origin"]);
    assert!(again.contains("0.1.0  0.3.0  minor") && again.contains("pushed to origin"), "{again}");

    let hook = store.root().join("../remote.git/hooks/pre-receive");
    fs::create_dir_all(hook.parent().expect("it has a folder")).expect("the folder can be made");
    fs::write(&hook, "#!/bin/sh\necho 'tags are made by the release team' >&2\nexit 1\n").expect("it can be written");
    make_executable(&hook);
    edit(&store, GREET, "Kindly", "Very kindly", "Be kinder");
    let refused = store.run(&["release", "prompts/greet", "--push", "origin"]);
    assert!(refused.contains("error: the tags were not pushed to `origin`"), "{refused}");
    assert!(refused.contains("the tags are in this clone, and nothing is lost"), "{refused}");
    fs::remove_file(&hook).expect("it is there");
    let later = store.release(&["prompts/greet", "--push", "origin"]);
    assert!(later.contains("Nothing to release") && later.contains("the tags are on origin"), "{later}");
    assert!(store.git(&["-C", "../remote.git", "tag"]).contains("prompts/greet@0.4.0"));
}

#[cfg(unix)]
fn make_executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

#[cfg(not(unix))]
fn make_executable(_: &std::path::Path) {}

#[test]
fn tags_are_signed_where_git_is_told_to() {
    let store = repository(STORE);
    let gpg = store.root().join("../gpg");
    let signature = "-----BEGIN PGP SIGNATURE-----\n\nsigned\n-----END PGP SIGNATURE-----";
    let script = format!("#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED ' >&2\necho '{signature}'\n");
    fs::write(&gpg, script).expect("it can be written");
    make_executable(&gpg);
    store.git(&["config", "tag.gpgSign", "true"]);
    store.git(&["config", "gpg.program", &gpg.to_string_lossy()]);
    store.release(&["--all-changed", "--note", "# Not a comment"]);
    insta::assert_snapshot!("signed_tag", store.git(&["cat-file", "-p", "prompts/greet@1.0.0"]));
    assert_eq!(tags(&store), ["models/chat@1.0.0", "prompts/greet@1.0.0"]);
    let again = store.release(&["--all-changed"]);
    assert!(again.contains("Nothing to release"), "the signature is no part of the record: {again}");
    store.git(&["config", "gpg.program", "false"]);
    edit(&store, GREET, "Greet {{", "Kindly greet {{", "Be kind");
    let refused = store.run(&["release", "--all-changed"]);
    assert!(refused.starts_with("exit code: 2") && refused.contains("git could not sign the tags"), "{refused}");
    assert_eq!(tags(&store).len(), 2);
}

#[cfg(unix)]
#[test]
fn the_lock_of_a_killed_run_is_cleared_and_nobody_elses() {
    let store = repository(STORE);
    let git = store.root().join(".git");
    fs::create_dir_all(git.join("promptyard/tags.dead")).expect("it can be made");
    fs::write(git.join("promptyard/packed-refs.next"), "").expect("it can be written");
    fs::hard_link(git.join("promptyard/packed-refs.next"), git.join("packed-refs.lock")).expect("it can be linked");
    store.release(&["prompts/greet"]);
    assert!(!git.join("packed-refs.lock").exists() && !git.join("promptyard/tags.dead").exists());
    fs::write(git.join("packed-refs.lock"), "").expect("it can be written");
    insta::assert_snapshot!("locked_by_git", store.run(&["release", "models/chat"]));
    assert!(git.join("packed-refs.lock").exists());
    assert_eq!(tags(&store), ["prompts/greet@1.0.0"]);
}

#[test]
fn a_store_in_a_folder_of_a_linked_worktree_is_released_with_its_prefix() {
    let drawing = STORE.replace("//- ", "//- py/").replace("version: 1\n", "version: 1\ntag_prefix: py/\n");
    let store = repository(&drawing);
    store.git(&["tag", "prompts/greet@9.0.0"]);
    store.git(&["worktree", "add", "--quiet", "../linked"]);
    let linked = store.root().join("../linked/py").to_string_lossy().into_owned();
    store.release(&["--all-changed", "--root", &linked]);
    assert_eq!(tags(&store), ["prompts/greet@9.0.0", "py/models/chat@1.0.0", "py/prompts/greet@1.0.0"]);
    assert!(message(&store, "py/prompts/greet@1.0.0").contains("\nArtifact: prompts/greet\n"));
    let again = store.release(&["--all-changed", "--root", &linked]);
    assert!(again.contains("Nothing to release"), "{again}");
}

#[test]
fn what_is_not_committed_is_not_released() {
    let store = released();
    store.write(GREET, &store.read(GREET).replace("Greet {{", "Kindly greet {{"));
    insta::assert_snapshot!("not_committed", store.run(&["release", "--all-changed"]));
    insta::assert_snapshot!("no_revision", store.run(&["release", "--all-changed", "--rev", "no-such-branch"]));
}
