//! `lint --staged` and `lint --rev`: moments other than the worktree.
#![expect(clippy::disallowed_methods, reason = "tests start git and change files")]

use std::fs;

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

fn repository() -> Environment {
    Environment::repository(STORE).with_git()
}

/// What `lint` with these arguments finds, one line each.
fn found(store: &Environment, arguments: &[&str]) -> Vec<String> {
    let output = store.output(&[&["lint", "--format", "concise"], arguments].concat());
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("what is printed is UTF-8").lines().map(str::to_owned).collect()
}

fn replace(store: &Environment, path: &str, from: &str, to: &str) {
    store.write(path, &store.read(path).replace(from, to));
}

#[test]
fn what_is_staged_is_checked_whatever_the_worktree_has() {
    let store = repository();
    assert_eq!(found(&store, &["--staged"]), [""; 0]);
    replace(&store, "prompts/a.prompt.yaml", "first", "staged");
    store.git(&["add", "prompts/a.prompt.yaml"]);
    replace(&store, "prompts/a.prompt.yaml", "staged", "unstaged");
    replace(&store, "prompts/b.prompt.yaml", "second", "unstaged");
    let lines = found(&store, &["--staged"]);
    assert!(lines.len() == 1 && lines[0].contains("staged") && !lines[0].contains("unstaged"), "{lines:?}");
    fs::remove_file(store.root().join("prompts/a.prompt.yaml")).expect("it is there");
    assert_eq!(found(&store, &["--staged", "prompts/a.prompt.yaml"]), lines);
    assert_eq!(found(&store, &["--staged", "prompts/b.prompt.yaml"]), [""; 0]);
}

#[test]
fn a_part_of_a_file_can_be_staged() {
    let store = repository();
    replace(
        &store,
        "prompts/a.prompt.yaml",
        "Dear {{ first }},",
        "Dear {{ first }},\n      {{ one }}\n      {{ two }}",
    );
    let blob = store.read("prompts/a.prompt.yaml").replace("      {{ two }}\n", "");
    store.write("staged.tmp", &blob);
    let id = store.git(&["hash-object", "-w", "staged.tmp"]);
    store.git(&["update-index", "--cacheinfo", &format!("100644,{},prompts/a.prompt.yaml", id.trim())]);
    let lines = found(&store, &["--staged"]).join("\n");
    assert!(lines.contains("one") && !lines.contains("two"), "{lines}");
}

#[test]
fn a_staged_partial_reaches_the_prompts_that_include_it() {
    let store = repository();
    store.write("partials/style.md", "Be kind and short.\n");
    store.git(&["add", "."]);
    let lines = found(&store, &["--staged"]);
    assert!(lines.len() == 1 && lines[0].starts_with("prompts/a.prompt.yaml"), "{lines:?}");
    store.git(&["rm", "--quiet", "--cached", "partials/style.md"]);
    assert_eq!(found(&store, &["--staged"]).len(), 2, "and the include that leads nowhere");
}

#[test]
fn submodules_and_promises_are_no_files_and_links_are_what_they_are() {
    let store = repository();
    let head = store.git(&["rev-parse", "HEAD"]);
    store.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},prompts/c.prompt.yaml", head.trim())]);
    store.write("prompts/d.prompt.yaml", "not: staged\n");
    store.git(&["add", "--intent-to-add", "prompts/d.prompt.yaml"]);
    assert_eq!(found(&store, &["--staged"]), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_revision_has_the_findings_of_a_clean_checkout() {
    let store = repository();
    let link = |target: &str, at: &str| std::os::unix::fs::symlink(target, store.root().join(at)).expect("a new name");
    link("a.prompt.yaml", "prompts/inside.prompt.yaml");
    link("../../outside.prompt.yaml", "prompts/outside.prompt.yaml");
    link("nowhere.prompt.yaml", "prompts/dangling.prompt.yaml");
    store.write("node_modules/x/y.prompt.yaml", "not: part\n");
    store.commit("Link");
    let whole = found(&store, &[]);
    assert!(whole.iter().any(|line| line.contains("LNT006")), "{whole:?}");
    assert_eq!(found(&store, &["--rev", "HEAD"]), whole);
    replace(&store, "prompts/b.prompt.yaml", "second", "later");
    assert_eq!(found(&store, &["--rev", "main"]), whole);
    assert_ne!(found(&store, &["--rev", "main~1"]), whole);
    assert_eq!(found(&store, &["--rev", "HEAD", "prompts/b.prompt.yaml"]).len(), 1);
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD", "prompts/z.prompt.yaml"]), @r"
    exit code: 2
    ----- stderr
    error: `prompts/z.prompt.yaml` is not in `HEAD`
    ");
}

#[test]
fn a_change_is_counted_from_the_merge_base() {
    let store = repository();
    store.git(&["checkout", "--quiet", "-b", "side"]);
    replace(&store, "prompts/a.prompt.yaml", "first", "third");
    store.commit("Aside");
    store.git(&["checkout", "--quiet", "main"]);
    replace(&store, "prompts/b.prompt.yaml", "second", "fourth");
    store.commit("On");
    let files =
        |arguments: &[&str]| found(&store, arguments).iter().map(|line| line[..9].to_owned()).collect::<Vec<String>>();
    assert_eq!(files(&["--since", "side"]), ["prompts/b"]);
    assert_eq!(files(&["--rev", "side", "--since", "main"]), ["prompts/a"]);
    replace(&store, "prompts/a.prompt.yaml", "first", "fifth");
    assert_eq!(files(&["--since", "side"]), ["prompts/a", "prompts/b"]);
    assert_eq!(files(&["--since", "side", "--staged"]), ["prompts/b"]);
    store.git(&["add", "."]);
    assert_eq!(files(&["--since", "side", "--staged"]), ["prompts/a", "prompts/b"]);
}

#[test]
fn line_ends_of_the_worktree_are_no_change() {
    let store = repository();
    store.git(&["config", "core.autocrlf", "true"]);
    let text = store.read("prompts/b.prompt.yaml").replace('\n', "\r\n");
    store.write("prompts/b.prompt.yaml", &text);
    assert_eq!(found(&store, &["--since", "HEAD"]), [""; 0]);
    store.write("prompts/b.prompt.yaml", &text.replace("second", "third"));
    assert!(!found(&store, &["--since", "HEAD"]).is_empty());
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_still_staged_and_committed() {
    let store = repository();
    store.write("other/x.md", "x\n");
    store.commit("More");
    let whole = found(&store, &["--rev", "HEAD"]);
    store.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "other"]);
    assert!(!store.listing().contains(&"prompts/a.prompt.yaml".to_owned()));
    assert_eq!(found(&store, &["--rev", "HEAD"]), whole);
    assert_eq!(found(&store, &["--staged", "--since", "HEAD"]), [""; 0], "nothing is gone from the index");
    assert_eq!(found(&store, &["--since", "HEAD"]), [""; 0], "nor from the worktree");
}

#[test]
fn linked_worktrees_and_split_indexes_are_read() {
    let store = repository();
    store.git(&["update-index", "--split-index"]);
    replace(&store, "prompts/a.prompt.yaml", "first", "third");
    store.git(&["add", "."]);
    assert_eq!(found(&store, &["--staged"]).len(), 1);
    store.git(&["stash", "--quiet"]);
    store.git(&["worktree", "add", "--quiet", "linked"]);
    store.write("linked/prompts/b.prompt.yaml", &store.read("prompts/b.prompt.yaml").replace("second", "fourth"));
    store.git(&["-C", "linked", "add", "."]);
    let output = store.output(&["lint", "--staged", "--root", "linked", "--format", "concise"]);
    let told = String::from_utf8(output.stdout).expect("what is printed is UTF-8");
    assert!(told.starts_with("prompts/b.prompt.yaml") && told.contains("fourth"), "{told}");
    assert_eq!(found(&store, &["--staged"]), [""; 0]);
}

/// Writes a hook that runs the program and keeps what it prints.
#[cfg(unix)]
fn hook(store: &Environment, name: &str, arguments: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    let program = env!("CARGO_BIN_EXE_promptyard");
    let path = store.root().join(".git/hooks").join(name);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("there is room");
    fs::write(&path, format!("#!/bin/sh\nexec {program} {arguments} > \"$OUT\" 2>&1\n")).expect("there is room");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// Runs git, hooks included: whether it did what it was asked to, and what the hook said.
#[cfg(unix)]
fn git_with_hook(store: &Environment, folder: &str, arguments: &[&str]) -> (bool, String) {
    let out = store.root().join(".git/hook-output");
    let _ = fs::remove_file(&out);
    let mut command = store.git_command("2026-03-01T12:00:00Z", arguments);
    let output = command.current_dir(store.root().join(folder)).env("OUT", &out).output().expect("git is there");
    (output.status.success(), fs::read_to_string(out).unwrap_or_default())
}

#[cfg(unix)]
#[test]
fn a_hook_sees_what_its_commit_would_record() {
    let store = repository();
    hook(&store, "pre-commit", "lint --staged --format concise");
    let (done, said) = git_with_hook(&store, ".", &["commit", "--quiet", "--allow-empty", "--message", "Nothing"]);
    assert!(done, "{said}");
    // `commit --all` and `commit PATH` have an index of their own, which only the environment names.
    replace(&store, "prompts/a.prompt.yaml", "first", "third");
    replace(&store, "prompts/b.prompt.yaml", "second", "fourth");
    let (done, said) = git_with_hook(&store, ".", &["commit", "--quiet", "--all", "--message", "All"]);
    assert!(!done && said.contains("third") && said.contains("fourth"), "{said}");
    let (done, said) = git_with_hook(&store, ".", &["commit", "--quiet", "--message", "One", "prompts/b.prompt.yaml"]);
    assert!(!done && !said.contains("third") && said.contains("fourth"), "{said}");
    let (done, said) = git_with_hook(&store, "prompts", &["commit", "--quiet", "--all", "--message", "From below"]);
    assert!(!done && said.contains("third"), "{said}");
    replace(&store, "prompts/b.prompt.yaml", "{{ fourth }}", "you");
    let (done, said) = git_with_hook(&store, ".", &["commit", "--quiet", "--message", "Good", "prompts/b.prompt.yaml"]);
    assert!(done, "{said}");
}

#[cfg(unix)]
#[test]
fn a_hook_in_a_linked_worktree_sees_that_worktrees_index() {
    let store = repository();
    hook(&store, "pre-commit", "lint --staged --format concise");
    store.git(&["worktree", "add", "--quiet", "linked"]);
    store.write("linked/prompts/b.prompt.yaml", &store.read("prompts/b.prompt.yaml").replace("second", "fourth"));
    let (done, said) = git_with_hook(&store, "linked", &["commit", "--quiet", "--all", "--message", "Linked"]);
    assert!(!done && said.contains("fourth"), "{said}");
}

#[test]
fn fixes_are_for_the_worktree() {
    let store = repository();
    insta::assert_snapshot!(store.run(&["lint", "--staged", "--fix"]), @r"
    exit code: 2
    ----- stderr
    error: fixes and baselines are written into the worktree, and this check is not of the worktree
      help: fix the worktree with `promptyard lint --fix`, then `git add` what changed
    ");
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD", "--write-baseline"]), @r"
    exit code: 2
    ----- stderr
    error: fixes and baselines are written into the worktree, and this check is not of the worktree
      help: fix the worktree with `promptyard lint --fix`, then `git add` what changed
    ");
    insta::assert_snapshot!(store.run(&["lint", "--rev", "HEAD", "--staged"]), @r"
    exit code: 2
    ----- stderr
    error: the argument '--rev <REVISION>' cannot be used with '--staged'

    Usage: promptyard lint --rev <REVISION> [PATH]...

    For more information, try '--help'.
    ");
}
