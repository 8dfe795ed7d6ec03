//! What git has, read by the library: the index, revisions, tags and history.
#![expect(clippy::disallowed_methods, reason = "tests start git and change files")]

use promptyard::repo::{Git, discover};
use promptyard::revision::{RevisionError, Revisions as _};
use promptyard::store::snapshot::Snapshot;

use crate::environment::Environment;

fn open(store: &Environment) -> Git {
    Git::open(&discover(&[store.root()], None).expect("the folder is there")).expect("it is a repository")
}

fn read(snapshot: &Snapshot, path: &str) -> Option<String> {
    let path = path.parse().expect("a path");
    snapshot.entry(&path)?;
    Some(String::from_utf8(snapshot.read(&path).expect("it can be read")).expect("it is text"))
}

#[test]
fn a_revision_has_what_was_committed_and_the_index_what_is_staged() {
    let store = Environment::repository("//- a.txt\none\n//- b/c.txt\nthree\n").with_git();
    store.write("a.txt", "staged\n");
    store.git(&["add", "a.txt"]);
    store.write("a.txt", "in the worktree\n");
    store.write("new.txt", "intended\n");
    store.git(&["add", "--intent-to-add", "new.txt"]);
    let git = open(&store);
    let head = git.resolve("HEAD").expect("there is a commit");
    let committed = git.snapshot(head).expect("it is here");
    assert_eq!(read(&committed, "a.txt").as_deref(), Some("one\n"));
    let staged = git.staged().expect("there is an index");
    assert_eq!(read(&staged, "a.txt").as_deref(), Some("staged\n"));
    assert_eq!(read(&staged, "b/c.txt").as_deref(), Some("three\n"));
    assert_eq!(read(&staged, "new.txt"), None);
    let changes = git.staged_changes().expect("both are here");
    assert_eq!(changes.iter().map(promptyard::path::StorePath::as_str).collect::<Vec<_>>(), ["a.txt"]);
}

#[test]
fn tags_and_commits_say_who_when_and_what() {
    let store = Environment::repository("//- a.txt\none\n").with_git();
    store.git(&["tag", "--annotate", "--message", "One", "prompts/a@1.0.0"]);
    store.git(&["tag", "light"]);
    store.write("a.txt", "two\n");
    store.git(&["commit", "--quiet", "--all", "--message", "Go on\n\nWith a body."]);
    let git = open(&store);
    let tags = git.tags("").expect("tags can be read");
    assert_eq!(tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["light", "prompts/a@1.0.0"]);
    assert!(tags[0].annotation.is_none());
    let annotation = tags[1].annotation.as_ref().expect("it is annotated");
    assert_eq!(annotation.message.trim(), "One");
    assert_eq!(annotation.tagger.as_ref().map(|tagger| tagger.name.as_str()), Some("Ann Lee"));
    let (old, new) = (tags[1].commit.expect("it names a commit"), git.resolve("main").expect("a branch"));
    assert_eq!(git.commits(new, &[old]).expect("it is whole"), [new]);
    assert_eq!(git.commits(new, &[]).expect("it is whole"), [new, old]);
    let commit = git.commit(new).expect("it is here");
    assert_eq!((commit.subject(), commit.parents.as_slice()), ("Go on", &[old][..]));
    assert_eq!(git.changed(Some(old), new).expect("both are here").len(), 1);
    assert_eq!(git.changed(None, new).expect("it is here").len(), 1);
    assert_eq!(git.merge_base(old, new), Ok(old));
    assert!(!git.is_shallow());
}

#[test]
fn a_store_in_a_folder_of_its_repository_has_its_own_paths() {
    let drawing = "//- other.txt\no\n//- ai/promptyard.yaml\nversion: 1\n//- ai/prompts/a.md\nHi\n";
    let store = Environment::repository(drawing).with_git();
    let git =
        Git::open(&discover(&[store.root().join("ai")], None).expect("the folder is there")).expect("a repository");
    let head = git.resolve("HEAD").expect("there is a commit");
    for snapshot in [git.snapshot(head).expect("it is here"), git.staged().expect("there is an index")] {
        let paths: Vec<&str> = snapshot.entries().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["prompts/a.md", "promptyard.yaml"]);
    }
    assert_eq!(git.changed(None, head).expect("it is here").len(), 2);
}

#[test]
fn every_commit_comes_before_its_parents_whatever_the_clocks_said() {
    let store = Environment::unborn("//- a.txt\none\n").with_git();
    store.git(&["add", "."]);
    for (year, message) in [("2026", "one"), ("2001", "two"), ("2024", "three"), ("1999", "four"), ("2025", "five")] {
        store.git_at(&format!("{year}-03-01T12:00:00Z"), &["commit", "--quiet", "--allow-empty", "--message", message]);
    }
    store.git(&["checkout", "--quiet", "-b", "side", "main~3"]);
    store.git_at("1990-01-01T00:00:00Z", &["commit", "--quiet", "--allow-empty", "--message", "side"]);
    store.git_at("1980-01-01T00:00:00Z", &["merge", "--quiet", "--no-ff", "--message", "merge", "main"]);
    let check = |git: &Git| {
        let tip = git.resolve("side").expect("a branch");
        let commits = git.commits(tip, &[]).expect("it is whole");
        assert_eq!(commits.len(), 7);
        let place = |id| commits.iter().position(|commit| *commit == id).expect("it is reached");
        for (at, id) in commits.iter().enumerate() {
            assert!(git.commit(*id).expect("it is here").parents.iter().all(|parent| place(*parent) > at));
        }
        // A tip below a wrong date still hides what is before it.
        let hidden = git.resolve("main~1").expect("a commit");
        let subjects = |commits: Vec<_>| {
            let subject = |id: &_| git.commit(*id).expect("it is here").subject().to_owned();
            commits.iter().map(subject).collect::<Vec<_>>()
        };
        assert_eq!(subjects(git.commits(tip, &[hidden]).expect("it is whole")), ["merge", "five", "side"]);
        let main = git.resolve("main").expect("a branch");
        assert_eq!(subjects(git.commits(main, &[tip]).expect("it is whole")), [""; 0]);
        let one = git.resolve("side^1").expect("a commit");
        assert_eq!(git.merge_base(one, main), git.resolve("main~3"));
    };
    check(&open(&store));
    store.git(&["commit-graph", "write", "--reachable"]);
    check(&open(&store));
}

#[test]
fn what_was_replaced_or_grafted_is_read_as_it_was_recorded() {
    let store = Environment::repository("//- a.txt\none\n").with_git();
    store.write("a.txt", "two\n");
    store.git(&["commit", "--quiet", "--all", "--message", "Go on"]);
    let (first, second) = (store.git(&["rev-parse", "HEAD~1"]), store.git(&["rev-parse", "HEAD"]));
    store.git(&["replace", second.trim(), first.trim()]);
    let blob = store.git(&["rev-parse", &format!("{}:a.txt", first.trim())]);
    store.write("b.txt", "false\n");
    let other = store.git(&["hash-object", "-w", "b.txt"]);
    store.git(&["replace", blob.trim(), other.trim()]);
    std::fs::write(store.root().join(".git/info/grafts"), second.as_bytes()).expect("there is room");
    let git = open(&store);
    let head = git.resolve("main").expect("a branch");
    assert_eq!(read(&git.snapshot(head).expect("it is here"), "a.txt").as_deref(), Some("two\n"));
    assert_eq!(git.commit(head).expect("it is here").subject(), "Go on");
    let commits = git.commits(head, &[]).expect("it is whole");
    assert_eq!(commits.len(), 2);
    assert_eq!(read(&git.snapshot(commits[1]).expect("it is here"), "a.txt").as_deref(), Some("one\n"));
}

#[test]
fn the_edge_of_a_shallow_clone_matters_only_where_it_is_needed() {
    let origin = Environment::unborn("//- a.txt\none\n").with_git();
    origin.git(&["add", "."]);
    for day in 1..=6 {
        let when = format!("2026-03-0{day}T12:00:00Z");
        origin.git_at(&when, &["commit", "--quiet", "--allow-empty", "--message", &format!("Day {day}")]);
    }
    let store = Environment::new("").with_git();
    let from = format!("file://{}", origin.root().display());
    store.git(&["clone", "--quiet", "--depth", "4", &from, "."]);
    let git = open(&store);
    let resolve = |name: &str| git.resolve(name).expect("a commit of the clone");
    let (head, edge) = (resolve("HEAD"), resolve("HEAD~3"));
    assert!(git.is_shallow());
    assert_eq!(git.commits(head, &[resolve("HEAD~2")]).expect("the edge is not needed").len(), 2);
    assert_eq!(git.commits(head, &[edge]).expect("the edge itself is left out").len(), 3);
    assert_eq!(git.merge_base(head, resolve("HEAD~2")), Ok(resolve("HEAD~2")));
    let incomplete = |error| matches!(error, RevisionError::Incomplete(said) if said.contains("git fetch --unshallow"));
    assert!(incomplete(git.commits(head, &[]).expect_err("something is missing")));
    assert!(incomplete(git.resolve("HEAD~4").expect_err("it is not here")));
}

#[test]
fn a_store_is_found_from_wherever_git_starts_a_hook() {
    let store = Environment::unborn("//- promptyard.yaml\nversion: 1\n//- prompts/a.md\nHi\n");
    let here = |folder: &str| discover(&[], Some(&store.root().join(folder))).map(|location| location.root);
    let real = store.root().canonicalize().expect("it is there");
    assert_eq!(here("prompts").expect("it is there"), real.join("prompts"));
    let named = discover(&[store.root().join("prompts/a.md")], None).expect("it is there");
    assert_eq!((named.root, named.scope), (real, vec!["prompts/a.md".to_owned()]));
    let bare = Environment::new("");
    bare.git(&["init", "--quiet", "--bare"]);
    let found = discover(&[bare.root().join("objects")], None).expect("it is there");
    assert_eq!(found.root, bare.root().canonicalize().expect("it is there"));
    // Git starts the hooks of a push in its own folder.
    let mut command = store.command(&["lint", "--format", "concise"]);
    let output = command.current_dir(store.root().join(".git")).output().expect("the program starts");
    assert!(String::from_utf8_lossy(&output.stderr).contains("2 files") || output.status.success());
}
