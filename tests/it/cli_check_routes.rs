//! `check` of changes to routes: the gates of a promotion, by what was there before the change.
#![expect(clippy::disallowed_methods, reason = "tests start git and change files")]

use std::fs;

use crate::cli_check::{Edit, commit, import};
use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
timezone: Europe/Berlin
environments: {production: {branch: main, protected: true}}
lint: {ignore: [RTE006, RTE008]}
//- policies/release.yaml
description: What a promotion needs.
approvals: 1
freeze: [{name: holidays, from: 2026-12-20, until: 2026-12-27}]
//- prompts/a.prompt.yaml
description: Greets.
inputs: {}
messages: [{role: user, content: Say hello.}]
";

const ROUTE: &str = "environments/production/help.yaml";
const TEXT: &str = "messages: [{role: user, content: Say hello";

/// The releases `prompts/a@1.0.0` to `1.3.0`, of which the first two were live; the second was rolled back and is held.
fn repository() -> Environment {
    let store = Environment::repository(STORE).with_person("Ann Lee", "ann@example.com", "2026-03-01T12:00:00Z");
    store.release(&["prompts/a", "--initial", "1.0.0"]);
    for version in ["1.1.0", "1.2.0", "1.3.0"] {
        store.write("prompts/a.prompt.yaml", &format!("description: Greets.\ninputs: {{}}\n{TEXT} {version}.}}]\n"));
        store.commit(version);
        store.release(&["prompts/a"]);
    }
    for route in [stable(&store, "1.0.0"), stable(&store, "1.1.0"), held(&store)] {
        store.write(ROUTE, &route);
        store.commit("Serve");
    }
    store
}

/// What a route writes that pins `prompts/a` at `version`.
fn pin(store: &Environment, version: &str) -> String {
    let tag = format!("refs/tags/prompts/a@{version}");
    let digest = store.git(&["for-each-ref", "--format=%(contents:trailers:key=Digest,valueonly)", &tag]);
    format!("{{release: prompts/a@{version}, digest: \"{}\"}}", digest.trim())
}

fn route(stable: &str, more: &str) -> String {
    format!("description: Helps.\nvariants:\n  stable: {{prompt: {stable}}}\n{more}")
}

fn stable(store: &Environment, version: &str) -> String {
    route(&pin(store, version), "traffic: {stable: 100}\n")
}

/// What `main` has: the first release serves, the second stands aside and is held, the third was never served.
fn held(store: &Environment) -> String {
    let aside = format!("  aside: {{prompt: {}}}\n  next: {{prompt: {}}}\n", pin(store, "1.1.0"), pin(store, "1.2.0"));
    route(&pin(store, "1.0.0"), &format!("{aside}traffic: {{stable: 100}}\n{HOLD}"))
}

const HOLD: &str = "holds: [{dimension: prompt, rejects: prompts/a@1.1.0, reason: rude}]\n";
const REVIEWED: &[&str] = &["--reviews", "reviews.json"];

/// Runs the check of `branch`: its exit code, and everything that it prints with each gap as one space.
fn check(store: &Environment, branch: &str, more: &[&str]) -> (i32, String) {
    let now = if more.contains(&"--now") { vec![] } else { vec!["--now", "2026-11-21T12:00:00Z"] };
    let output = store.output(&[&["check", "--base", "main", "--head", branch], more, &now].concat());
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let told: Vec<&str> = told.split_whitespace().collect();
    (output.status.code().expect("it ends by itself"), told.join(" "))
}

/// A branch: what it does, the arguments of its check, and the exit code with a part of what is told.
type Way<'a> = (&'a str, Vec<Edit<'a>>, &'a [&'a str], i32, &'a str);

#[test]
fn no_change_opens_its_own_gates() {
    let store = repository();
    let (main, third) = (held(&store), pin(&store, "1.3.0"));
    let put = |text: String| -> &str { Box::leak(text.into_boxed_str()) };
    let promoted = put(main.replace(&pin(&store, "1.0.0"), &third));
    let promotes = Edit::Put(ROUTE, promoted);
    let back = put(main.replace("stable: 100", "aside: 100"));
    let unreleased = put(main.replace(&pin(&store, "1.0.0"), "prompts/a@9.0.0"));
    let misdigested = put(main.replace(&pin(&store, "1.0.0"), &third.replace("1.3.0", "1.2.0")));
    let config = STORE.split("//- ").nth(1).and_then(|part| part.split_once('\n')).expect("it is the first file").1;
    let unprotected = put(config.replace(", protected: true", ""));
    let no_policy = "description: Nothing.\n";
    let fallback = put(format!("{main}fallback: [models/none@1.0.0]\n"));
    let ways: Vec<Way<'_>> = vec![
        ("promotes", vec![promotes], REVIEWED, 0, "prompts/a@1.0.0 → 1.3.0"),
        ("unreviewed", vec![promotes], &[], 1, "approvals"),
        ("frozen", vec![promotes], &["--reviews", "reviews.json", "--now", "2026-12-21T12:00:00Z"], 1, "holidays"),
        ("drops-policy", vec![promotes, Edit::Put("policies/release.yaml", no_policy)], &[], 1, "approvals"),
        ("deletes-policy", vec![promotes, Edit::Delete("policies/release.yaml")], &[], 1, "approvals"),
        ("unprotects", vec![promotes, Edit::Put("promptyard.yaml", unprotected)], &[], 1, "approvals"),
        ("serves-held", vec![Edit::Put(ROUTE, back)], REVIEWED, 1, "held back here: rude"),
        ("lifts-and-serves", vec![Edit::Put(ROUTE, put(back.replace(HOLD, "")))], REVIEWED, 1, "held back here: rude"),
        ("lifts", vec![Edit::Put(ROUTE, put(main.replace(HOLD, "")))], REVIEWED, 0, "is lifted"),
        ("unreleased", vec![Edit::Put(ROUTE, unreleased)], REVIEWED, 1, "prompts/a@9.0.0"),
        ("another-digest", vec![Edit::Put(ROUTE, misdigested)], REVIEWED, 1, "digest"),
        ("fallback", vec![Edit::Put(ROUTE, fallback)], REVIEWED, 1, "models/none@1.0.0"),
        ("serves-unserved", vec![Edit::Put(ROUTE, put(main.replace("stable: 100", "next: 100")))], &[], 1, "approvals"),
        ("new-route", vec![Edit::Put("environments/production/b.yaml", promoted)], &[], 1, "approvals"),
        ("comment", vec![Edit::Put(ROUTE, put(format!("{main}# Nothing.\n")))], &[], 0, "may be merged"),
    ];
    let branches: String = ways.iter().map(|(name, edits, ..)| commit(name, edits)).collect();
    import(&store, &branches);
    let outside = store.root().join("reviews.json");
    fs::write(&outside, "[{\"user\": {\"login\": \"zoe\"}, \"state\": \"APPROVED\"}]").expect("it can be written");
    let mut wrong = Vec::new();
    for (name, _, more, code, told) in &ways {
        let (is, said) = check(&store, name, more);
        if is != *code || !said.contains(told) {
            wrong.push(format!("{name}: {code} with `{told}` was expected, and is {is}:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_a_branch_served_itself_was_not_live_and_nobody_approves_their_own() {
    let store = repository();
    let (main, next) = (held(&store), stable(&store, "1.3.0"));
    store.git(&["switch", "--quiet", "--create", "again"]);
    store.git(&["config", "user.email", "7+zoe@users.noreply.github.com"]);
    for text in [&next, &main, &next] {
        store.write(ROUTE, text);
        let author = "--author=Zoe <7+zoe@users.noreply.github.com>";
        let message = "Serve\n\nApproved-by: Ann Lee <ann@example.com>";
        store.git(&["commit", "--quiet", "--all", author, "--message", message]);
    }
    let (code, said) = check(&store, "again", &[]);
    assert!(code == 1 && said.contains("approvals"), "{said}");
    fs::write(store.root().join("reviews.json"), "[{\"user\": {\"login\": \"zoe\"}, \"state\": \"APPROVED\"}]")
        .expect("it can be written");
    let (code, said) = check(&store, "again", REVIEWED);
    assert!(code == 1 && said.contains("0 of 1 needed"), "{said}");
    // What was live before needs no review; it is not held.
    store.git(&["switch", "--quiet", "main"]);
    store.write(ROUTE, &stable(&store, "1.2.0"));
    store.git(&["commit", "--quiet", "--all", "--message", "Serve"]);
    store.git(&["switch", "--quiet", "--create", "back"]);
    store.write(ROUTE, &stable(&store, "1.0.0"));
    store.git(&["commit", "--quiet", "--all", "--message", "Roll back"]);
    let (code, said) = check(&store, "back", &[]);
    assert!(code == 0, "{said}");
}

#[test]
fn a_tag_that_moves_or_goes_is_told_whatever_the_routes_say() {
    let store = repository();
    let (main, first) = (held(&store), pin(&store, "1.0.0"));
    store.git(&["tag", "--force", "prompts/a@1.0.0", "prompts/a@1.3.0"]);
    let moved = pin(&store, "1.0.0");
    let repinned = main.replace(&first, &moved);
    let undigested = main.replace(&first, "prompts/a@1.0.0");
    assert!(moved != first && repinned != main);
    import(
        &store,
        &[
            commit("readme", &[Edit::Put("README.md", "Hi\n")]),
            commit("repins", &[Edit::Put(ROUTE, &repinned)]),
            commit("drops", &[Edit::Put(ROUTE, &undigested)]),
        ]
        .concat(),
    );
    for branch in ["readme", "repins", "drops"] {
        let (code, said) = check(&store, branch, &[]);
        assert!(code == 1 && said.contains("VER003"), "{branch}: {said}");
    }
    store.git(&["tag", "--delete", "prompts/a@1.0.0"]);
    let (code, said) = check(&store, "readme", &[]);
    assert!(code == 1 && said.contains("is gone"), "{said}");
    let (code, said) = check(&store, "main", &[]);
    assert!(code == 0, "{said}");
}
