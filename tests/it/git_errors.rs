//! Repositories that cannot be read, or not whole: each says what mends it and exits with 2, or works.
#![expect(clippy::disallowed_methods, reason = "tests start git and change files")]

use std::fs;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
description: Greets.
inputs: {}
messages:
  - role: user
    content: Dear {{ first }}
";

/// Two commits; the first has another text in the same file.
fn repository(init: &[&str]) -> Environment {
    let store = Environment::new(STORE).with_git();
    store.git(&[&["init", "--quiet", "--initial-branch", "main"], init].concat());
    store.commit("Start");
    store.write("prompts/a.prompt.yaml", &store.read("prompts/a.prompt.yaml").replace("first", "second"));
    store.git(&["commit", "--quiet", "--all", "--message", "Go on"]);
    store
}

/// A clone of `origin` made with `arguments`, in the place of the store.
fn clone(origin: &Environment, arguments: &[&str]) -> Environment {
    let store = Environment::new("").with_git();
    fs::remove_dir(store.root()).expect("it is empty");
    fs::create_dir(store.root()).expect("there is room");
    let from = format!("file://{}", origin.root().display());
    store.git(&[&["clone", "--quiet"], arguments, &[&from, "."]].concat());
    store
}

fn object(store: &Environment, name: &str) -> std::path::PathBuf {
    let id = store.git(&["rev-parse", name]);
    store.root().join(".git/objects").join(&id[..2]).join(id[2..].trim())
}

#[test]
fn a_store_without_a_repository_has_no_past() {
    let store = Environment::new(STORE).with_git();
    insta::assert_snapshot!(store.run(&["lint", "--staged"]), @r"
    exit code: 2
    ----- stderr
    error: `[STORE]` is in no git repository
      help: `git init` makes one; without it, only the files as they are now can be looked at
    ");
}

#[test]
fn a_shallow_clone_says_how_to_complete_it() {
    let store = clone(&repository(&[]), &["--depth", "1"]);
    insta::assert_snapshot!(store.run(&["lint", "--history"]), @r"
    exit code: 2
    ----- stderr
    error: this shallow clone lacks older commits: `git fetch --unshallow` completes it
    ");
    insta::assert_snapshot!(store.run(&["lint", "--since", "HEAD~1"]), @r"
    exit code: 2
    ----- stderr
    error: `HEAD~1` is not in this shallow clone: `git fetch --unshallow` brings what is older, and `git fetch` with its name another branch
    ");
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD", "--format", "concise"]), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:5:22: error[TPL002] `second` is not an input of this prompt
    ----- stderr
    1 error in 1 of 1 prompt · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn a_partial_clone_without_a_content_says_how_to_get_it() {
    let origin = repository(&[]);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let store = clone(&origin, &["--filter", "blob:none"]);
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD~1"]), @r"
    exit code: 2
    ----- stderr
    error: the object e5272e6 is not in this partial clone: `git fetch --refetch --no-filter` completes it
    ");
    insta::assert_snapshot!(store.run(&["lint", "--history"]), @r"
    exit code: 2
    ----- stderr
    error: the object e5272e6 is not in this partial clone: `git fetch --refetch --no-filter` completes it
    ");
    // What it names helps.
    store.git(&["fetch", "--quiet", "--refetch", "--no-filter"]);
    assert!(store.run(&["lint", "--rev", "HEAD~1"]).contains("`first` is not an input"));
}

#[test]
fn a_partial_clone_without_trees_says_how_to_get_them() {
    let origin = repository(&[]);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let store = clone(&origin, &["--filter", "tree:0"]);
    insta::assert_snapshot!(store.run(&["lint", "--since", "HEAD~1"]), @r"
    exit code: 2
    ----- stderr
    error: the object bedcf3b is not in this partial clone: `git fetch --refetch --no-filter` completes it
    ");
}

#[test]
fn a_broken_object_is_no_finding() {
    let store = repository(&[]);
    let blob = object(&store, "HEAD~1:prompts/a.prompt.yaml");
    fs::remove_file(&blob).expect("it is there");
    fs::write(&blob, "not compressed").expect("there is room");
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD~1"]), @r"
    exit code: 2
    ----- stderr
    error: the object e5272e6 is broken (Invalid input data): `git fsck` lists what is, and a fresh clone has it whole
    ");
    fs::remove_file(&blob).expect("it is there");
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD~1"]), @r"
    exit code: 2
    ----- stderr
    error: the object e5272e6 is missing from this repository: `git fsck` lists what is, and a fresh clone has it whole
    ");
    let tree = object(&store, "HEAD~1:prompts");
    fs::remove_file(&tree).expect("it is there");
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD~1"]), @r"
    exit code: 2
    ----- stderr
    error: the object 6844dd8 is missing from this repository: `git fsck` lists what is, and a fresh clone has it whole
    ");
}

#[test]
fn refs_in_a_table_are_named_with_what_converts_them() {
    let store = repository(&["--ref-format=reftable"]);
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD"]), @r"
    exit code: 2
    ----- stderr
    error: the repository of `[STORE]` keeps its refs as a reftable, which cannot be read yet
      help: `git refs migrate --ref-format=files` converts them; where it says that it cannot, `git clone --ref-format=files` makes a copy that has files
    ");
    // Of the two that it names, old versions of git know the second alone.
    let copy = clone(&store, &["--ref-format=files"]);
    assert!(copy.run(&["lint", "--rev", "HEAD"]).contains("`second` is not an input"));
}

#[test]
fn objects_named_by_sha_256_are_read_like_any_others() {
    let store = repository(&["--object-format=sha256"]);
    let found = |arguments: &[&str]| {
        let output = store.output(&[&["lint", "--format", "concise", "--select", "TPL"], arguments].concat());
        String::from_utf8(output.stdout).expect("what is printed is UTF-8")
    };
    assert!(found(&["--rev", "HEAD~1"]).contains("first"));
    assert!(found(&["--rev", "HEAD"]).contains("second"));
    assert!(found(&["--since", "HEAD~1"]).contains("second"));
    assert_eq!(found(&["--since", "HEAD"]), "");
    store.write("prompts/a.prompt.yaml", &store.read("prompts/a.prompt.yaml").replace("second", "third"));
    store.git(&["add", "."]);
    assert!(found(&["--staged"]).contains("third"));
    assert!(store.run(&["lint", "--history"]).starts_with("exit code: 0"));
}

#[cfg(unix)]
#[test]
fn the_repository_of_somebody_else_is_not_read() {
    let store = repository(&[]);
    let give = |path: std::path::PathBuf| std::os::unix::fs::chown(path, Some(12345), None).is_ok();
    // Only root can give a folder away; elsewhere this cannot be tried.
    if !give(store.root().join(".git")) || !give(store.root()) {
        return;
    }
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD"]), @r"
    exit code: 2
    ----- stderr
    error: the repository `[STORE]` belongs to another user, so git does not read it
      help: if you trust it: `git config --global --add safe.directory [STORE]`
    ");
    assert!(store.run(&["lint"]).starts_with("exit code: 1"), "the files are read without git");
}

#[test]
fn a_head_that_names_nothing_is_told_from_one_that_is_broken() {
    let store = Environment::unborn(STORE).with_git();
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD"]), @r"
    exit code: 2
    ----- stderr
    error: `HEAD` has no commit yet: the first `git commit` makes one
    ");
    store.git(&["add", "."]);
    assert!(store.run(&["lint", "--staged"]).contains("`first` is not an input"), "a first commit is checked whole");
    fs::write(store.root().join(".git/HEAD"), "garbage").expect("there is room");
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD"]), @r#"
    exit code: 2
    ----- stderr
    error: `HEAD` cannot be read (Reference content could not be parsed, input="garbage"): `git symbolic-ref HEAD refs/heads/BRANCH` names a branch again
    "#);
}

#[test]
fn a_bare_repository_has_revisions_only() {
    let store = clone(&repository(&[]), &["--bare"]);
    insta::assert_snapshot!(store.run(&["lint"]), @r"
    exit code: 2
    ----- stderr
    error: `[STORE]` is a bare repository, which has no files of its own
      help: name a revision: `promptyard lint --rev HEAD`
    ");
    assert!(store.run(&["lint", "--rev", "main"]).contains("`second` is not an input"));
    assert!(store.run(&["lint", "--rev", "main", "--since", "main~1"]).contains("`second` is not an input"));
    assert!(store.run(&["lint", "--history"]).starts_with("exit code: 0"));
}

#[test]
fn revisions_and_histories_that_are_none_are_named() {
    let store = repository(&[]);
    insta::assert_snapshot!(store.run(&["lint", "--rev", "no-such-branch"]), @r"
    exit code: 2
    ----- stderr
    error: `no-such-branch` is not a commit of this repository
      help: fetch it with `git fetch`, or name a branch, a tag or a commit that is here
    ");
    store.git(&["checkout", "--quiet", "--orphan", "other"]);
    store.git(&["commit", "--quiet", "--message", "Apart"]);
    insta::assert_snapshot!(store.run(&["lint", "--since", "main"]), @r"
    exit code: 2
    ----- stderr
    error: 89bad10 and e8ad5a7 have no common commit
      help: name a revision of the same history
    ");
}

#[test]
fn a_conflict_is_no_moment_to_check() {
    let store = repository(&[]);
    store.git(&["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    store.write("prompts/a.prompt.yaml", "description: Other.\n");
    store.git(&["commit", "--quiet", "--all", "--message", "Aside"]);
    let merge = std::process::Command::new("git").args(["merge", "main"]).current_dir(store.root()).output();
    assert!(!merge.expect("git is there").status.success(), "it conflicts");
    insta::assert_snapshot!(store.run(&["lint", "--staged"]), @r"
    exit code: 2
    ----- stderr
    error: `prompts/a.prompt.yaml` has a conflict that is not resolved: mend it and `git add` it
    ");
}

#[test]
fn another_repository_in_the_environment_is_not_taken_for_the_stores() {
    let store = repository(&[]);
    let other = repository(&[]);
    let mut command = store.command(&["lint", "--staged"]);
    let output = command.env("GIT_DIR", other.root().join(".git")).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).expect("what is printed is UTF-8");
    assert!(told.contains("which `GIT_DIR` or `GIT_WORK_TREE` names"), "{told}");
}
