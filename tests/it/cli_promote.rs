//! `promote`, `rollback` and the other commands that change a route: real repositories, real commits.
#![expect(clippy::disallowed_methods, reason = "a test takes away what another git would have left")]

use serde_json::Value;

use crate::environment::Environment;

const NOW: &str = "--now=2026-11-20T10:00:00Z";
const ROUTE: &str = "environments/production/help.yaml";
const PLACE: [&str; 4] = ["--env", "production", "--route", "help"];

const STORE: &str = "\
//- promptyard.yaml
version: 1
environments: {staging: {branch: main}, production: {branch: main, protected: true, upstream: staging}}
//- prompts/answer.prompt.yaml
description: Answers a question.
inputs: {}
messages: [{role: user, content: Answer the question.}]
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
recorded_at: 2026-03-12
context_window: 400000
max_output_tokens: 128000
price: {currency: USD, input_per_million: 1.25, output_per_million: 10.0}
";

/// Releases 1.0.0 and 1.1.0 of a prompt, and a route in two environments that has 1.0.0.
fn released() -> Environment {
    let store = Environment::unborn(STORE).with_person("Ann Lee", "ann@example.com", "2026-11-20T10:00:00Z");
    store.commit_at("2026-11-01T10:00:00Z", "Start");
    assert!(store.run(&["release", "--all-changed", "--initial", "1.0.0"]).starts_with("exit code: 0"));
    store.write(
        "prompts/answer.prompt.yaml",
        "description: Answers a question.\ninputs: {}\nmessages: [{role: user, content: Answer it briefly.}]\n",
    );
    store.commit_at("2026-11-02T10:00:00Z", "Be brief");
    assert!(store.run(&["release", "--all-changed"]).contains("1.1.0"));
    let route = "# Asked first: the help team\nvariants:\n  stable:\n    prompt: prompts/answer@1.0.0\n    model:  models/chat@1.0.0\ntraffic: {stable: 100} # since May\n";
    store.write(ROUTE, route);
    store.write("environments/staging/help.yaml", route);
    store.commit_at("2026-11-03T10:00:00Z", "Serve");
    store
}

fn run(store: &Environment, arguments: &[&str]) -> String {
    let all: Vec<&str> = arguments.iter().copied().chain(PLACE).chain([NOW]).collect();
    store.run(&all)
}

/// What nothing but git says of the worktree and the index.
fn state(store: &Environment) -> String {
    store.git(&["status", "--porcelain"])
}

#[test]
fn a_promotion_is_one_commit_of_one_file() {
    let store = released();
    store.write("notes.txt", "mine");
    store.write("prompts/answer.prompt.yaml", "mine too");
    store.git(&["add", "notes.txt"]);
    insta::assert_snapshot!("promoted", run(&store, &["promote", "prompts/answer@1.1.0", "--reason", "It is brief"]));
    insta::assert_snapshot!("the commit", store.git(&["show", "--stat", "--format=%an%n%B", "HEAD"]));
    assert!(store.read(ROUTE).starts_with(
        "# Asked first: the help team\nvariants:\n  stable:\n    prompt: {release: prompts/answer@1.1.0, digest:"
    ));
    assert!(store.read(ROUTE).ends_with("traffic: {stable: 100} # since May\n"));
    assert_eq!(state(&store), "A  notes.txt\n M prompts/answer.prompt.yaml\n", "other work stays as it was");
    insta::assert_snapshot!("promoted again", run(&store, &["promote", "prompts/answer@1.1.0"]));
}

#[test]
fn a_promotion_is_signed_where_git_signs_commits() {
    let store = released();
    if !store.sign_with("ann") {
        return;
    }
    store.trust("ann", "ann@example.com");
    store.git(&["config", "commit.gpgSign", "true"]);
    assert!(run(&store, &["promote", "prompts/answer@1.1.0"]).starts_with("exit code: 0"));
    assert_eq!(store.git(&["log", "-2", "--format=%G? %GS"]), "G ann@example.com\nN \n");
    // A key that is not there signs nothing, and nothing is promoted.
    let head = store.git(&["rev-parse", "HEAD"]);
    store.git(&["config", "user.signingKey", "no-such-key"]);
    let told = run(&store, &["rollback", "--dimension", "prompt"]);
    assert!(told.starts_with("exit code: 2") && told.contains("git did not take the commit"), "{told}");
    assert_eq!((store.git(&["rev-parse", "HEAD"]), state(&store)), (head, String::new()));
}

#[test]
fn whoever_approved_what_made_a_release_approved_the_release() {
    let store = released();
    store.write("policies/production.yaml", "description: Needs eyes.\nenvironments: [production]\napprovals: 1\n");
    store.commit_at("2026-11-04T10:00:00Z", "Ask for approvals");
    let approvals = |release: &str| {
        let all: Vec<&str> = ["promote", release, "--dry-run"].into_iter().chain(PLACE).chain([NOW]).collect();
        let told = store.run(&all);
        told.lines().find(|line| line.contains("approvals")).unwrap_or(&told).trim().to_owned()
    };
    let write = |text: &str, when: &str, message: &str| {
        let prompt = "description: Answers a question.\ninputs: {}\nmessages: [{role: user, content: TEXT}]\n";
        store.write("prompts/answer.prompt.yaml", &prompt.replace("TEXT", text));
        store.commit_at(when, message);
    };
    let release = || assert!(store.run(&["release", "--all-changed"]).starts_with("exit code: 0"));
    // 1.1.0 was approved by nobody.
    insta::assert_snapshot!(approvals("prompts/answer@1.1.0"), @"approvals  failed     0 of 1 needed");
    // Nor is it by an approval of what came after it, nor by one of something else.
    write("Answer kindly.", "2026-11-05T10:00:00Z", "Be kind\n\nApproved-by: R. Ortiz <ortiz@example.com>\n");
    release();
    insta::assert_snapshot!(approvals("prompts/answer@1.2.0"), @"approvals  failed     0 of 1 needed");
    // Once 1.2.0 serves, all that is new is approved, and by somebody else than its author.
    let by_hand = ["promote", "prompts/answer@1.2.0", "--approved-by", "R. Ortiz <ortiz@example.com>"];
    assert!(run(&store, &by_hand).starts_with("exit code: 0"));
    let mine = "Be polite\n\nApproved-by: Ann Lee <ann@example.com>\n";
    write("Answer politely.", "2026-11-06T10:00:00Z", mine);
    release();
    insta::assert_snapshot!(approvals("prompts/answer@1.3.0"), @"approvals  failed     0 of 1 needed");
    // A merge is approved by its own trailers, or by those of all that it merged.
    assert!(run(&store, &["promote", "prompts/answer@1.3.0", "--approved-by", "@cy"]).starts_with("exit code: 0"));
    store.git(&["switch", "--quiet", "--create", "wit"]);
    write("Answer wittily.", "2026-11-07T10:00:00Z", "Be witty\n\nApproved-by: R. Ortiz <ortiz@example.com>\n");
    write(
        "Answer drily.",
        "2026-11-07T11:00:00Z",
        "Be dry\n\nApproved-by: @cy\nApproved-by: Ray Ortiz <ortiz@example.com>\n",
    );
    store.git(&["switch", "--quiet", "main"]);
    store.git_at("2026-11-07T12:00:00Z", &["merge", "--quiet", "--no-ff", "--message", "Merge wit", "wit"]);
    release();
    insta::assert_snapshot!(approvals("prompts/answer@1.4.0"), @"approvals  passed     by Ray Ortiz <ortiz@example.com>");
    assert!(run(&store, &["promote", "prompts/answer@1.4.0"]).starts_with("exit code: 0"));
    let told = store.git(&["log", "-1", "--format=%(trailers:key=Approved-by)"]);
    assert_eq!(told.trim(), "Approved-by: Ray Ortiz <ortiz@example.com> (release)");
}

#[test]
fn at_night_one_command_brings_the_good_state_back() {
    let store = released();
    store.git(&["remote", "add", "origin", "https://example.com/store.git"]);
    assert!(run(&store, &["promote", "prompts/answer@1.1.0"]).starts_with("exit code: 0"));
    let rollback = ["rollback", "--dimension", "prompt", "--reason", "it invents opening hours"];
    insta::assert_snapshot!("rolled back", run(&store, &rollback));
    assert!(
        store.read(ROUTE).contains("    prompt: {release: prompts/answer@1.0.0, digest: \"sha256:"),
        "{}",
        store.read(ROUTE)
    );
    assert_eq!(state(&store), "");
    // What was rolled back does not come again by itself, and there is nothing before what is there now.
    insta::assert_snapshot!("held back", run(&store, &["promote", "prompts/answer@1.1.0"]));
    insta::assert_snapshot!("nothing before", run(&store, &["rollback", "--dimension", "prompt"]));
    // The message says how to undo it, and that does.
    store.git(&["revert", "--no-edit", "HEAD"]);
    assert!(store.read(ROUTE).contains("prompts/answer@1.1.0") && !store.read(ROUTE).contains("holds"));
}

#[test]
fn a_shut_gate_refuses_and_nothing_is_written() {
    let store = released();
    store.write(
        "policies/production.yaml",
        "description: What production needs.\nenvironments: [production]\nrequired_metrics: {accuracy: {min: 0.9}}\napprovals: 2\nsoak: 24h\n\
         banned_terms: [{term: briefly}]\n\
         freeze: [{name: Release week, from: 2026-11-19, until: 2026-11-21, timezone: Europe/Berlin}]\n",
    );
    store.commit_at("2026-11-04T10:00:00Z", "Ask for more");
    let head = store.git(&["rev-parse", "HEAD"]);
    store.write("reviews.json", r#"[{"user": {"login": "rortiz"}, "state": "APPROVED"}]"#);
    let promote =
        ["promote", "prompts/answer@1.1.0", "--reviews", "reviews.json", "--approved-by", "Ann <ann@example.com>"];
    insta::assert_snapshot!("refused", run(&store, &promote));
    assert!(run(&store, &["promote", "prompts/answer@9.0.0"]).contains("there is no release `prompts/answer@9.0.0`"));
    assert_eq!(store.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(state(&store), "?? reviews.json\n");
    // The policies of the branch count, and not those of the tag, which had none.
    assert!(run(&store, &promote).contains("briefly"));
}

#[test]
fn the_report_for_programs_matches_its_schema() {
    let store = released();
    let schema: Value = serde_json::from_slice(&store.output(&["schema", "promotion-report-v1"]).stdout).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    for (arguments, outcome) in [
        (vec!["promote", "prompts/answer@1.1.0", "--dry-run"], "shown"),
        (vec!["promote", "prompts/answer@1.1.0", "--variant", "canary", "--traffic", "canary=5"], "committed"),
        (vec!["promote", "prompts/answer@1.1.0", "--variant", "canary"], "unchanged"),
        (vec!["promote", "prompts/answer@9.0.0"], "refused"),
        (vec!["traffic", "canary=10,stable=90"], "committed"),
        (vec!["rollback", "--dimension", "traffic"], "committed"),
        (vec!["disable"], "committed"),
    ] {
        let all: Vec<&str> = arguments.iter().copied().chain(PLACE).chain([NOW, "--format", "json"]).collect();
        let report: Value = serde_json::from_slice(&store.output(&all).stdout).expect("it is JSON");
        let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert_eq!(report["outcome"], outcome, "{report:#}");
    }
    assert!(!validator.is_valid(&serde_json::json!({"version": 2})));
}

#[test]
fn traffic_holds_and_the_switch_are_commands_of_their_own() {
    let store = released();
    let canary = ["promote", "prompts/answer@1.1.0", "--variant", "canary", "--traffic", "canary=5"];
    assert!(run(&store, &canary).starts_with("exit code: 0"));
    insta::assert_snapshot!("shared out", run(&store, &["traffic", "canary=10"]));
    insta::assert_snapshot!("shares back", run(&store, &["rollback", "--dimension", "traffic"]));
    insta::assert_snapshot!("held", run(&store, &["hold", "prompts/answer@1.1.0", "--reason", "wait for legal"]));
    insta::assert_snapshot!("lifted", run(&store, &["unhold", "prompts/answer@1.1.0"]));
    insta::assert_snapshot!("off", run(&store, &["disable"]));
    insta::assert_snapshot!("on", run(&store, &["enable"]));
    assert_eq!(state(&store), "");
    let log = store.git(&["log", "--format=%s", "-7"]);
    assert_eq!(
        log.lines().collect::<Vec<_>>(),
        [
            "Enable production/help",
            "Disable production/help",
            "Lift the hold of prompts/answer@1.1.0 in production/help",
            "Hold prompts/answer@1.1.0 back in production/help",
            "Roll back the traffic of production/help",
            "Share out the traffic of production/help",
            "Promote prompts/answer@1.1.0 to production/help (canary)",
        ]
    );
}

#[test]
fn a_whole_route_goes_back_to_an_instant() {
    let store = released();
    let canary = ["promote", "prompts/answer@1.1.0", "--variant", "canary", "--traffic", "canary=5"];
    assert!(run(&store, &canary).starts_with("exit code: 0"));
    let back = |when: &str| run(&store, &["rollback", "--all", "--as-of", when, "--tz", "UTC"]);
    assert!(back("2026-11-02T12:00:00Z").contains("the route was not there at `2026-11-02T12:00:00Z`"));
    assert!(back("2026-11-03").contains("the route was not there"), "at that day's beginning it was not");
    insta::assert_snapshot!("all back", back("2026-11-05"));
    assert!(store.read(ROUTE).contains("canary: 0"));
}

#[test]
fn a_branch_of_its_own_and_a_patch_leave_the_worktree_alone() {
    let store = released();
    store.write(ROUTE, "mine: true\n");
    let promote = |more: &[&str]| run(&store, &[&["promote", "prompts/answer@1.1.0"], more].concat());
    insta::assert_snapshot!("mine", promote(&[]));
    insta::assert_snapshot!("on a branch", promote(&["--branch", "answer-1.1.0"]));
    assert!(promote(&["--branch", "answer-1.1.0"]).contains("the branch `answer-1.1.0` is already there"));
    assert_eq!(store.read(ROUTE), "mine: true\n");
    assert_eq!(
        store.git(&["log", "--format=%s", "-1", "answer-1.1.0"]),
        "Promote prompts/answer@1.1.0 to production/help (stable)\n"
    );
    let arguments: Vec<&str> =
        ["promote", "prompts/answer@1.1.0", "--patch"].into_iter().chain(PLACE).chain([NOW]).collect();
    let patch = store.output(&arguments);
    store.git(&["checkout", "--quiet", "--", ROUTE]);
    store.write("../change.patch", &String::from_utf8(patch.stdout).expect("a patch of text is text"));
    store.git(&["am", "--quiet", "../change.patch"]);
    assert_eq!(store.git(&["diff", "HEAD", "answer-1.1.0"]), "", "the patch makes what the command makes");
    store.git(&["switch", "--quiet", "--create", "feature"]);
    insta::assert_snapshot!("elsewhere", run(&store, &["disable"]));
    store.git(&["switch", "--quiet", "--detach"]);
    insta::assert_snapshot!("detached", run(&store, &["enable"]));
}

#[test]
fn a_store_in_a_folder_and_files_with_other_line_ends_are_served_too() {
    let store = released();
    store.write(".gitattributes", "*.yaml text eol=crlf\n");
    store.git(&["add", "--renormalize", "."]);
    store.commit_at("2026-11-05T10:00:00Z", "Windows");
    store.git(&["rm", "--quiet", "--cached", "-r", "environments"]);
    store.git(&["reset", "--quiet", "--hard"]);
    assert!(store.read(ROUTE).contains("\r\n"));
    assert!(run(&store, &["promote", "prompts/answer@1.1.0"]).starts_with("exit code: 0"));
    assert!(store.read(ROUTE).contains("prompts/answer@1.1.0") && store.read(ROUTE).contains("\r\n"));
    assert_eq!(state(&store), "");
    assert!(!store.git(&["show", &format!("HEAD:{ROUTE}")]).contains('\r'));
}

#[test]
fn what_a_killed_run_left_behind_is_mended() {
    let store = released();
    let old = store.git(&["rev-parse", &format!("HEAD:{ROUTE}")]);
    assert!(run(&store, &["promote", "prompts/answer@1.1.0"]).starts_with("exit code: 0"));
    let new = store.git(&["rev-parse", &format!("HEAD:{ROUTE}")]);
    let promoted = store.read(ROUTE);
    let note = format!("{} {} {ROUTE}\n", old.trim(), new.trim());
    // As it is when a run is killed right after the branch moved.
    let kill = || {
        store.git(&["restore", "--staged", "--worktree", "--source", "HEAD~1", "--", ROUTE]);
        store.write(".git/promptyard/following", &note);
    };
    kill();
    store.write("environments/production/.promptyard-x", &promoted[..20]);
    assert_eq!(
        store.git(&["status", "--porcelain", "--untracked-files=no"]),
        format!("M  {ROUTE}\n"),
        "the next commit would take the promotion back"
    );
    assert!(run(&store, &["promote", "prompts/answer@1.1.0"]).contains("nothing is to be written"));
    assert_eq!((state(&store), store.read(ROUTE)), (String::new(), promoted.clone()));
    assert!(!store.listing().contains(&".git/promptyard/following".to_owned()));
    // A lock of git's that a killed run has left is known by what it says.
    kill();
    store.write(".git/index.lock", "promptyard\n");
    assert!(run(&store, &["promote", "prompts/answer@1.1.0"]).starts_with("exit code: 0"));
    assert_eq!(state(&store), "");
    // One that another git holds is waited for, and left.
    store.write(".git/index.lock", "");
    let told = run(&store, &["disable"]);
    assert!(
        told.starts_with("exit code: 2") && told.contains("if no git is running, one was killed: remove"),
        "{told}"
    );
    std::fs::remove_file(store.root().join(".git/index.lock")).expect("it is still there");
    assert_eq!((state(&store), store.read(ROUTE)), (String::new(), promoted.clone()));
    // What its owner has changed since is theirs: it is named, and left.
    kill();
    store.write(ROUTE, "mine: true\n");
    let told = run(&store, &["promote", "prompts/answer@1.1.0"]);
    assert!(
        told.contains("an earlier run was stopped, and your copy of `environments/production/help.yaml`"),
        "{told}"
    );
    assert_eq!(store.read(ROUTE), "mine: true\n");
}
