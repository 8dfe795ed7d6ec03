//! `release --from-history`: the releases that a repository has made without saying so.

use crate::environment::Environment;

fn prompt(text: &str, version: Option<&str>) -> String {
    let version = version.map(|version| format!("version: {version}\n")).unwrap_or_default();
    format!("description: Says it.\n{version}messages:\n  - {{role: user, content: \"{text}\"}}\n")
}

fn commit(store: &Environment, files: &[(&str, String)], tags: &[&str]) {
    for (path, text) in files {
        store.write(path, text);
    }
    store.commit("Change");
    tags.iter().for_each(|tag| {
        store.git(&["tag", tag]);
    });
}

/// A repository that tagged its versions in all the ways that are read.
fn tagged() -> Environment {
    let store = Environment::unborn("//- promptyard.yaml\nversion: 1\n").with_person(
        "Ann Lee",
        "ann@example.com",
        "2026-03-01T12:00:00Z",
    );
    let (a, b, c) = ("prompts/a.prompt.yaml", "prompts/b.prompt.yaml", "prompts/c.prompt.yaml");
    commit(&store, &[(a, prompt("One", None)), (b, prompt("One", Some("1.0"))), (c, prompt("One", None))], &["v1.0.0"]);
    commit(&store, &[(a, prompt("Two", None)), (c, prompt("Two {{ x }}", None))], &["v1.1.0", "c-v3.0.0"]);
    commit(&store, &[(b, prompt("Two", Some("1.1.0")))], &[]);
    commit(&store, &[], &["v1.2.0", "nightly"]);
    store
}

/// The table without the commits and digests, which a reader has no use for.
fn table(store: &Environment, arguments: &[&str]) -> String {
    let told = store.run(&[&["release", "--from-history"], arguments].concat());
    let ids = store.git(&["rev-list", "--all"]);
    let short: Vec<&str> = ids.lines().map(|id| &id[..7]).collect();
    let word = |word: &str| match word {
        word if short.contains(&word) => "commit".to_owned(),
        word if word.starts_with("sha256:") => "digest".to_owned(),
        word => word.to_owned(),
    };
    told.lines().map(|line| line.split_whitespace().map(word).collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[test]
fn tags_and_versions_in_files_become_releases() {
    let store = tagged();
    insta::assert_snapshot!(table(&store, &["--dry-run"]), @r"
    exit code: 0
    ----- stdout
    ARTIFACT VERSION BUMP COMMIT DIGEST FROM
    prompts/a 1.0.0 first commit digest tag v1.0.0
    prompts/a 1.1.0 minor commit digest tag v1.1.0
    prompts/b 1.0.0 first commit digest version field
    prompts/b 1.1.0 minor commit digest version field
    prompts/c 3.0.0 first commit digest tag c-v3.0.0
    5 releases from the history; nothing was written.
    ");
    assert!(!store.git(&["tag"]).contains('@'));
}

#[test]
fn what_is_made_can_be_verified_and_is_not_made_twice() {
    let store = tagged();
    assert!(table(&store, &[]).contains("5 releases made from the history."));
    assert!(store.run(&["verify"]).contains("5 releases verified"), "{}", store.run(&["verify"]));
    assert!(table(&store, &[]).contains("The history has no versions of artifacts that have no release yet."));
}
