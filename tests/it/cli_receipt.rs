//! `receipt`: chains of deployments, in real repositories, and what `blame-at` makes of them.

use serde_json::Value;

use crate::environment::Environment;

const ROUTE: &str = "environments/production/help.yaml";
const ENV: [&str; 2] = ["--env", "production"];

fn store() -> Environment {
    let store = Environment::unborn("//- promptyard.yaml\nversion: 1\nenvironments: {production: {branch: main}}\n")
        .with_person("Dana Deploy", "dana@example.com", "2026-08-01T10:00:00Z");
    for (version, when) in [("1.0.0", "2026-07-01T10:00:00Z"), ("1.1.0", "2026-07-10T10:00:00Z")] {
        let route = format!("variants:\n  stable:\n    prompt: prompts/answer@{version}\ntraffic: {{stable: 100}}\n");
        store.write(ROUTE, &route);
        store.commit_at(when, &format!("Serve {version}"));
    }
    store
}

fn record(store: &Environment, commit: &str, at: &str) -> String {
    store.run(&[&["receipt", "record", "--commit", commit, "--applied-at", at], &ENV[..]].concat())
}

fn blame(store: &Environment, at: &str) -> String {
    store.run(&["blame-at", "help", "--at", at, "--tz", "UTC", "--now", "2026-08-01T00:00:00Z"])
}

#[test]
fn what_was_applied_stands_beside_what_was_meant() {
    let store = store();
    insta::assert_snapshot!("recorded", record(&store, "HEAD~1", "2026-07-01T10:05:00Z"));
    assert!(record(&store, "HEAD~1", "2026-07-01T10:05:00Z").contains("recorded already"));
    assert!(record(&store, "HEAD", "2026-07-10T16:00:00Z").starts_with("exit code: 0"));
    assert!(record(&store, "HEAD", "2999-07-10T16:00:00Z").contains("must have been applied already"));
    assert!(
        store
            .run(&["receipt", "record", "--env", "prod", "--commit", "HEAD"])
            .contains("there is no environment `prod`")
    );
    // From 10:00 to 16:00 the branch said 1.1.0, and 1.0.0 was live.
    insta::assert_snapshot!("not as intended", blame(&store, "2026-07-10T12:00:00Z"));
    insta::assert_snapshot!("as intended", blame(&store, "2026-07-11T12:00:00Z"));
    insta::assert_snapshot!("a day", blame(&store, "2026-07-10"));
    assert!(blame(&store, "2026-07-01T10:01:00Z").contains("intended state (no deploy receipts"), "none at that time");
    let json = store.output(&["blame-at", "help", "--at", "2026-07-10T12:00:00Z", "--format", "json"]);
    let report: Value = serde_json::from_slice(&json.stdout).expect("it is JSON");
    let schema: Value = serde_json::from_slice(&store.output(&["schema", "blame-at-report-v1"]).stdout).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
    let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(report["answers"][0]["observed"][0]["differences"][0]["to"], "prompts/answer@1.0.0");
    assert_eq!(store.git(&["status", "--porcelain"]), "", "receipts are no files of the store");
}

#[test]
fn a_chain_that_was_tampered_with_is_told() {
    let store = store();
    record(&store, "HEAD~1", "2026-07-01T10:05:00Z");
    record(&store, "HEAD", "2026-07-10T16:00:00Z");
    insta::assert_snapshot!("whole", store.run(&["receipt", "verify"]));
    let report: Value =
        serde_json::from_slice(&store.output(&["receipt", "verify", "--format", "json"]).stdout).expect("it is JSON");
    let schema: Value = serde_json::from_slice(&store.output(&["schema", "receipts-report-v1"]).stdout).expect("JSON");
    assert!(jsonschema::draft202012::new(&schema).expect("the schema is one").is_valid(&report), "{report:#}");
    let reference = "refs/promptyard/receipts/production";
    let tree = store.git(&["rev-parse", "HEAD^{tree}"]);
    let forged = store.git(&["commit-tree", tree.trim(), "-p", reference, "-m", "Nothing was deployed"]);
    store.git(&["update-ref", reference, forged.trim()]);
    let told = store.run(&["receipt", "verify"]);
    assert!(told.starts_with("exit code: 1") && told.contains("changes or removes the receipt `2026/07/"), "{told}");
}

#[test]
fn receipts_travel_and_those_of_two_clones_become_one_chain() {
    let store = store();
    store.git(&["clone", "--quiet", "--bare", ".", "../central.git"]);
    store.git(&["remote", "add", "origin", "../central.git"]);
    record(&store, "HEAD~1", "2026-07-01T10:05:00Z");
    insta::assert_snapshot!("pushed", store.run(&["receipt", "push"]));
    let reference = "refs/promptyard/receipts/production";
    let base = store.git(&["rev-parse", reference]);
    record(&store, "HEAD", "2026-07-10T16:00:00Z");
    assert!(store.run(&["receipt", "push"]).starts_with("exit code: 0"));
    // Another clone, which has not seen the second one.
    store.git(&["update-ref", reference, base.trim()]);
    store.git(&["update-ref", "-d", "refs/promptyard/remotes/origin/receipts/production"]);
    record(&store, "HEAD", "2026-07-20T16:00:00Z");
    insta::assert_snapshot!("too late", store.run(&["receipt", "push"]));
    insta::assert_snapshot!("fetched", store.run(&["receipt", "fetch"]));
    assert!(store.run(&["receipt", "push"]).starts_with("exit code: 0"));
    let told = store.run(&["receipt", "verify"]);
    assert!(told.contains("production: 3 receipts, a whole chain"), "{told}");
    // A remote that forgets is not followed.
    store.git(&["--git-dir", "../central.git", "update-ref", reference, base.trim()]);
    let told = store.run(&["receipt", "fetch"]);
    assert!(told.starts_with("exit code: 2") && told.contains("could not be fetched"), "{told}");
    assert!(store.run(&["receipt", "verify"]).contains("3 receipts"));
}

#[test]
fn a_receipt_that_is_signed_by_somebody_trusted_is_the_best_evidence() {
    let store = store();
    if !store.sign_with("eve") || !store.sign_with("dana") {
        return;
    }
    store.trust("dana", "dana@example.com");
    record(&store, "HEAD~1", "2026-07-01T10:05:00Z");
    store.git(&["config", "commit.gpgSign", "true"]);
    record(&store, "HEAD", "2026-07-10T10:05:00Z");
    insta::assert_snapshot!("signed", blame(&store, "2026-07-11T12:00:00Z"));
    // An answer is as well founded as its weakest part.
    let evidence = |at: &str| {
        let json = store.output(&["blame-at", "help", "--at", at, "--tz", "UTC", "--format", "json"]).stdout;
        let report: Value = serde_json::from_slice(&json).expect("it is JSON");
        report["answers"][0]["evidence"].as_str().map(str::to_owned)
    };
    assert_eq!(evidence("2026-07-02T12:00:00Z").as_deref(), Some("observed"));
    assert_eq!(evidence("2026-07-11T12:00:00Z").as_deref(), Some("observed-and-signed"));
    assert_eq!(evidence("2026-07-10").as_deref(), Some("observed"));
    insta::assert_snapshot!("verified", store.run(&["receipt", "verify"]));
    // Somebody whom nobody trusts signs, too.
    store.sign_with("eve");
    record(&store, "HEAD", "2026-07-20T10:05:00Z");
    assert_eq!(evidence("2026-07-21T12:00:00Z").as_deref(), Some("observed"));
    let told = store.run(&["receipt", "verify"]);
    assert!(told.starts_with("exit code: 1") && told.contains("git does not trust the signature of"), "{told}");
}
