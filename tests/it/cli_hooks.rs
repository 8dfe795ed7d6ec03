//! Hooks in a real repository: what a commit and a push are refused for, and what is left of other people's hooks.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests start git and make hooks")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
description: Greets.
inputs:
  name: {type: string, trust: trusted, example: Ann}
messages:
  - role: user
    content: Greet {{ name }}.
";

fn install(store: &Environment, arguments: &[&str]) {
    let told = store.run(&[&["hooks", "install"], arguments].concat());
    assert!(told.starts_with("exit code: 0"), "{told}");
}

fn git(store: &Environment, arguments: &[&str]) -> Output {
    store.git_with_program(".", arguments)
}

fn told(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy).concat()
}

fn stage(store: &Environment, text: &str) {
    let prompt = STORE.split_once("//- prompts/a.prompt.yaml\n").expect("it has the prompt").1;
    store.write("prompts/a.prompt.yaml", &prompt.replace("Greet {{ name }}.", text));
    store.git(&["add", "."]);
}

fn write_hook(store: &Environment, path: &str, content: &str) {
    store.write(path, content);
    fs::set_permissions(store.root().join(path), fs::Permissions::from_mode(0o755)).expect("it was written");
}

#[test]
fn a_bad_commit_is_refused_with_its_finding_and_a_good_one_passes() {
    let store = Environment::repository(STORE).with_git();
    install(&store, &[]);
    stage(&store, "Greet {{ nmae }}.");
    let output = git(&store, &["commit", "--message", "Bad"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("TPL002") && told(&output).contains("The commit is refused."), "{}", told(&output));
    stage(&store, "Greet {{ name }} warmly.");
    let output = git(&store, &["commit", "--quiet", "--message", "Good"]);
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(told(&output), "", "a good commit is not told anything");
}

#[test]
fn without_the_program_nothing_is_committed() {
    let store = Environment::repository(STORE).with_git();
    install(&store, &[]);
    stage(&store, "Hello {{ name }}.");
    let output = store.git_command("2026-03-01T12:00:00Z", &["commit", "--message", "x"]).output();
    let output = output.expect("git is there where this was cloned");
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(told(&output), @r"
    promptyard is not on the PATH, so nothing was checked, and the commit is refused.
    Install it with 'cargo install promptyard'; 'git commit --no-verify' goes without the check once.
    ");
}

#[test]
fn a_hook_that_was_there_runs_first_and_comes_back() {
    let store = Environment::repository(STORE).with_git();
    let theirs = "#!/bin/sh\necho theirs >&2\nif [ -e .stop ]; then exit 3; fi\n# no end";
    write_hook(&store, ".git/hooks/pre-commit", theirs);
    install(&store, &[]);
    let ours = store.read(".git/hooks/pre-commit");
    insta::assert_snapshot!(store.run(&["hooks", "install"]), @r"
    exit code: 0
    ----- stderr
    Nothing to do: it is so already.
    ");
    assert_eq!(store.read(".git/hooks/pre-commit"), ours);
    stage(&store, "Hello {{ name }}.");
    let output = git(&store, &["commit", "--quiet", "--message", "x"]);
    assert!(output.status.success() && told(&output) == "theirs\n", "{}", told(&output));
    stage(&store, "Hello {{ nmae }}.");
    let output = git(&store, &["commit", "--quiet", "--message", "x"]);
    assert!(!output.status.success() && told(&output).contains("TPL002"), "{}", told(&output));
    stage(&store, "Hi {{ name }}.");
    store.write(".stop", "");
    assert!(!git(&store, &["commit", "--quiet", "--message", "x"]).status.success(), "theirs refuses");
    store.run(&["hooks", "uninstall"]);
    assert_eq!(store.read(".git/hooks/pre-commit"), theirs);
    let mode = fs::metadata(store.root().join(".git/hooks/pre-commit")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert!(!store.root().join(".git/hooks/pre-commit.before-promptyard").exists());
}

#[test]
fn an_edited_hook_of_ours_is_left_alone() {
    let store = Environment::repository(STORE).with_git();
    install(&store, &[]);
    let edited = store.read(".git/hooks/pre-commit") + "echo more\n";
    write_hook(&store, ".git/hooks/pre-commit", &edited);
    for command in ["install", "uninstall"] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(store.run(&["hooks", command]), @r"
            exit code: 2
            ----- stderr
            error: `[STORE]/.git/hooks/pre-commit` was written by promptyard and differs from what this version writes for this store
              help: nothing was changed; look at what it does, and remove `[STORE]/.git/hooks/pre-commit` if nobody needs it
            ");
        }
        assert_eq!(store.read(".git/hooks/pre-commit"), edited);
    }
}

#[test]
fn hooks_go_where_git_looks_for_them() {
    let store = Environment::repository(STORE).with_git();
    store.git(&["config", "core.hooksPath", "ci/hooks"]);
    install(&store, &["--commit-msg"]);
    assert!(store.root().join("ci/hooks/commit-msg").exists());
    let output = git(&store, &["commit", "--allow-empty", "--message", "Title", "--message", "Release-Bump: huge"]);
    assert!(!output.status.success(), "{}", told(&output));
    assert!(told(&output).starts_with("`Release-Bump: huge` is none of patch, minor and major\n"), "{}", told(&output));
    let output = git(&store, &["commit", "--quiet", "--allow-empty", "-m", "Title", "-m", "Release-Bump: major"]);
    assert!(output.status.success(), "{}", told(&output));
}

#[test]
fn worktrees_share_their_hooks() {
    let store = Environment::repository(STORE).with_git();
    store.git(&["worktree", "add", "--quiet", "../other"]);
    let other = store.root().parent().expect("it has a folder").join("other");
    let told = store.run(&["hooks", "install", "--root", "../other"]);
    assert!(told.starts_with("exit code: 0"), "{told}");
    assert!(store.root().join(".git/hooks/pre-commit").exists(), "{told}");
    let prompt = store.read("prompts/a.prompt.yaml").replace("name }}", "nmae }}");
    fs::write(other.join("prompts/a.prompt.yaml"), prompt).expect("it is there");
    let output = store.git_with_program("../other", &["commit", "--all", "--message", "Bad"]);
    assert!(!output.status.success() && self::told(&output).contains("TPL002"), "{}", self::told(&output));
}

#[test]
fn a_store_in_a_folder_of_its_repository_is_checked_there() {
    let store = Environment::unborn(&STORE.replace("//- ", "//- it's prompts/")).with_git();
    install(&store, &["--root", "it's prompts"]);
    store.git(&["add", "."]);
    let output = git(&store, &["commit", "--quiet", "--message", "Good"]);
    assert!(output.status.success(), "{}", told(&output));
    let text = store.read("it's prompts/prompts/a.prompt.yaml").replace("{{ name }}", "{{ nmae }}");
    store.write("it's prompts/prompts/a.prompt.yaml", &text);
    let output = git(&store, &["commit", "--all", "--message", "Bad"]);
    assert!(!output.status.success() && told(&output).contains("TPL002"), "{}", told(&output));
}

#[test]
fn managers_are_told_about_and_left_alone() {
    for (file, manager) in [
        (".husky/pre-commit", "husky"),
        ("lefthook.yml", "lefthook"),
        (".pre-commit-config.yaml", "pre-commit"),
        (".overcommit.yml", "overcommit"),
    ] {
        let store = Environment::repository(STORE).with_git();
        store.write(file, "a: b\n");
        let before = store.listing();
        let told = store.run(&["hooks", "install", "--pre-push"]);
        assert!(told.starts_with("exit code: 1"), "{told}");
        assert!(told.contains(&format!("managed by {manager}.")), "{told}");
        assert!(told.contains("promptyard hooks run pre-push"), "{told}");
        assert_eq!(store.listing(), before);
    }
    let store = Environment::repository(STORE).with_git().with_variable("GIT_CONFIG_COUNT", "0");
    let global = store.root().parent().expect("it has a folder").join("no-such-file");
    fs::write(global, "[core]\n\thooksPath = /somewhere/hooks\n").expect("it can be written");
    let told = store.run(&["hooks", "install"]);
    assert!(told.starts_with("exit code: 1") && told.contains("/somewhere/hooks/pre-commit: promptyard"), "{told}");
}

#[test]
fn a_push_is_checked_and_moves_no_release() {
    let store = Environment::repository(STORE).with_git();
    let remote = store.root().parent().expect("it has a folder").join("remote.git");
    store.git(&["init", "--quiet", "--bare", remote.to_str().expect("a temporary folder has a plain name")]);
    store.git(&["remote", "add", "origin", "../remote.git"]);
    store.git(&["tag", "--annotate", "--message", "x", "prompts/a@1.0.0"]);
    store.git(&["push", "--quiet", "origin", "main", "prompts/a@1.0.0"]);
    write_hook(&store, ".git/hooks/pre-push", "#!/bin/sh\ncat >&2\n");
    install(&store, &["--pre-push"]);
    stage(&store, "Greet {{ nmae }}.");
    store.git(&["commit", "--quiet", "--message", "Bad"]);
    let output = git(&store, &["push", "--quiet", "origin", "main"]);
    assert!(!output.status.success() && told(&output).contains("TPL002"), "{}", told(&output));
    assert!(told(&output).contains("refs/heads/main"), "the hook from before has its input: {}", told(&output));
    stage(&store, "Greet {{ name }} warmly.");
    store.git(&["commit", "--quiet", "--message", "Mended"]);
    let output = git(&store, &["push", "--quiet", "origin", "main"]);
    assert!(output.status.success(), "{}", told(&output));
    store.git(&["tag", "--force", "--annotate", "--message", "y", "prompts/a@1.0.0"]);
    for (arguments, what) in
        [(["--force", "origin", "prompts/a@1.0.0"], "move"), (["--delete", "origin", "prompts/a@1.0.0"], "delete")]
    {
        let output = git(&store, &[&["push", "--quiet"], &arguments[..]].concat());
        let wanted = format!("the tag of the release `prompts/a@1.0.0` is out, and this push would {what} it");
        assert!(!output.status.success() && told(&output).contains(&wanted), "{}", told(&output));
    }
}

#[test]
fn the_status_says_what_is_there() {
    let store = Environment::repository(STORE).with_git();
    install(&store, &["--pre-commit", "--drivers"]);
    write_hook(&store, ".git/hooks/pre-push", "#!/bin/sh\n");
    insta::assert_snapshot!(store.run(&["hooks", "status"]), @r"
    exit code: 0
    ----- stdout
    HOOK        STATE
    pre-commit  installed
    commit-msg  none
    pre-push    another's
    drivers     installed

    Hooks are in [STORE]/.git/hooks
    ");
    let output = store.output(&["hooks", "status", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let schema = include_str!("../../schemas/hooks-status-v1.schema.json");
    let schema = serde_json::from_str(schema).expect("it is JSON");
    assert!(jsonschema::is_valid(&schema, &report), "{report:#}");
    assert_eq!(report["hooks"][2]["state"], "foreign");
}

#[test]
fn a_dry_run_does_nothing() {
    let store = Environment::repository(STORE).with_git();
    let before = store.listing();
    insta::assert_snapshot!(store.run(&["hooks", "install", "--dry-run"]), @r"
    exit code: 0
    ----- stderr
    write [STORE]/.git/hooks/pre-commit
    Nothing was done.
    ");
    assert_eq!(store.listing(), before);
}

/// A bare repository that the store pushes to, checked by the hook of a server.
fn server(store: &Environment) {
    store.git(&["init", "--quiet", "--bare", "--initial-branch", "main", "../server.git"]);
    store.git(&["remote", "add", "origin", "../server.git"]);
    write_hook(store, "../server.git/hooks/pre-receive", "#!/bin/sh\nexec promptyard hooks run pre-receive\n");
}

fn push(store: &Environment, arguments: &[&str]) -> Output {
    git(store, &[&["push", "--quiet", "origin"], arguments].concat())
}

fn accepted(output: &Output) {
    assert!(output.status.success(), "{}", told(output));
}

fn refused(output: &Output, why: &str) {
    let told = told(output);
    assert!(!output.status.success() && told.contains(why), "{told}");
    assert!(told.contains("The push is refused by promptyard."), "{told}");
}

#[test]
fn a_server_takes_no_bad_push() {
    let store = Environment::repository(&STORE.replace("version: 1\n", "version: 1\nlint: {ignore: [RTE007]}\n"))
        .with_person("Ann", "ann@example.com", "2026-03-01T12:00:00Z");
    server(&store);
    accepted(&push(&store, &["main"]));
    // A push cannot turn off the rule that it breaks.
    store.write("promptyard.yaml", "version: 1\nlint: {ignore: [RTE007, TPL]}\n");
    stage(&store, "Greet {{ nmae }}.");
    store.git(&["commit", "--quiet", "--message", "Bad"]);
    refused(&push(&store, &["main"]), "TPL002");
    stage(&store, "Greet {{ name }} warmly.");
    store.git(&["commit", "--quiet", "--message", "Mended"]);
    accepted(&push(&store, &["main"]));
    // A release comes with the route that serves it; one that is no release does not.
    store.write(
        "environments/production/help.yaml",
        "description: d\nvariants:\n  stable:\n    prompt: prompts/a@1.0.0\ntraffic: {stable: 100}\n",
    );
    store.commit("Serve");
    refused(&push(&store, &["main"]), "RTE001");
    store.git(&["tag", "prompts/a@1.0.0"]);
    refused(&push(&store, &["prompts/a@1.0.0"]), "VER005");
    store.git(&["tag", "--delete", "prompts/a@1.0.0"]);
    store.release(&["prompts/a", "--initial", "1.0.0"]);
    accepted(&push(&store, &["main", "prompts/a@1.0.0"]));
    store.git(&["tag", "--force", "--annotate", "--message", "y", "prompts/a@1.0.0"]);
    refused(&push(&store, &["--force", "prompts/a@1.0.0"]), "would move it");
    refused(&push(&store, &["--delete", "prompts/a@1.0.0"]), "would delete it");
}

#[test]
fn a_server_has_the_rules_of_its_first_push() {
    let store = Environment::repository(&STORE.replace("version: 1\n", "version: 1\ntag_prefix: p/\n"));
    let store = store.with_person("Ann", "ann@example.com", "2026-03-01T12:00:00Z");
    server(&store);
    store.release(&["prompts/a", "--initial", "1.0.0"]);
    accepted(&push(&store, &["main", "p/prompts/a@1.0.0"]));
    store.git(&["tag", "--force", "--annotate", "--message", "y", "p/prompts/a@1.0.0"]);
    refused(&push(&store, &["--force", "p/prompts/a@1.0.0"]), "would move it");
    // From then on a branch that is not there is no one's to bring.
    store.git(&["-C", "../server.git", "symbolic-ref", "HEAD", "refs/heads/other"]);
    let output = push(&store, &["main:other"]);
    let unsure =
        "`HEAD` of this repository names the branch `other`, which is not there, so nothing says which rules count";
    assert!(!output.status.success() && told(&output).contains(unsure), "{}", told(&output));
}

#[test]
fn the_record_of_a_protected_environment_only_grows() {
    let environments = "version: 1\nenvironments: {production: {branch: main, protected: true}}\n";
    let store = Environment::repository(&STORE.replace("version: 1\n", environments)).with_git();
    server(&store);
    store.commit("More");
    accepted(&push(&store, &["main", "main:side"]));
    store.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    store.commit("Something else");
    accepted(&push(&store, &["--force", "main:side"]));
    let record = "the branch `main` is the record of the protected environment `production`, and this push would";
    refused(&push(&store, &["--force", "main"]), &format!("{record} take commits out of it"));
    refused(&push(&store, &["--delete", "main"]), &format!("{record} delete it"));
}

#[test]
fn a_server_may_have_a_worktree_and_no_folder_for_temporary_files() {
    let store = Environment::repository(STORE).with_git();
    store.git(&["clone", "--quiet", ".", "../server"]);
    store.git(&["-C", "../server", "config", "receive.denyCurrentBranch", "updateInstead"]);
    store.git(&["remote", "add", "origin", "../server"]);
    let hook = "#!/bin/sh\nTMPDIR=/no-such-folder exec promptyard hooks run pre-receive\n";
    write_hook(&store, "../server/.git/hooks/pre-receive", hook);
    stage(&store, "Greet {{ nmae }}.");
    store.commit("Bad");
    refused(&push(&store, &["main", "main:other"]), "TPL002");
    stage(&store, "Greet {{ name }} warmly.");
    store.commit("Mended");
    accepted(&push(&store, &["main", "main:other"]));
    assert!(store.read("../server/prompts/a.prompt.yaml").contains("warmly"));
    let objects = fs::read_dir(store.root().join("../server/.git/objects")).expect("it is there");
    let names = objects.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    assert_eq!(names.filter(|name| name.starts_with("tmp_") || name.starts_with('.')).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_push_that_weakens_rules_gains_nothing() {
    let policy = "//- policies/p.yaml\ndescription: d\nbanned_terms: [{term: guarantee}]\n";
    let store = Environment::repository(&format!("{STORE}{policy}")).with_git();
    server(&store);
    accepted(&push(&store, &["main"]));
    let ignoring = "version: 1\nlint: {ignore: [ALL]}\n";
    let waiving = "description: d\nwaivers: [{rule: ALL, reason: 'ask anna.berg@web.de'}]\n";
    let entry = "{\"file\": \"prompts/a.prompt.yaml\", \"rule\": \"TPL002\", \"identity\": \"00000000000000000000000000000000\", \
                 \"count\": 9}";
    let baseline = format!("{{\"version\": 1, \"findings\": [{entry}]}}");
    // By what is pushed beside a flaw: a file and its content.
    let ways = [
        ("promptyard.yaml", ignoring),
        ("promptyard.yaml", "version: 1\nlint: {severity: {ALL: info}, fail_on: error, max_file_bytes: 1}\n"),
        ("promptyard.yaml", "version: 1\nsources: []\n"),
        ("promptyard.yml", ignoring),
        ("policies/p.yaml", "description: Nothing.\n"),
        ("policies/q.yaml", "description: d\nwaivers: [{rule: ALL, reason: r}]\n"),
        ("promptyard.baseline.json", &baseline),
        ("prompts/promptyard.yaml", ignoring),
    ];
    let pushed = |why: &[&str]| {
        store.commit("Weaken");
        let output = push(&store, &["main"]);
        why.iter().for_each(|why| refused(&output, why));
        store.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    };
    for (path, content) in ways {
        store.write(path, content);
        stage(&store, "We guarantee it, {{ nmae }}.");
        pushed(&["TPL002", "SAF001"]);
    }
    // What the rules themselves say is judged by others too.
    store.write("policies/p.yaml", waiving);
    pushed(&["PII001"]);
    store.write("policies/p.yaml", "description: Ask anna.berg@web.de.\n");
    store.write("promptyard.yaml", ignoring);
    pushed(&["PII001"]);
}
