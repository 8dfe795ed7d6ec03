//! `digest` and `bundle`: the same bytes anywhere, and what is wrong with a file that was touched.
#![expect(clippy::disallowed_methods, reason = "tests make clones and change files")]

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
name: shop
//- partials/style.md
Be kind.
//- models/chat.yaml
provider: openai
model: gpt-5.1-2026-03-11
//- prompts/answer.prompt.yaml
description: Answers.
inputs: {question: {type: string, maxTokens: 50}}
messages:
  - role: system
    content: |
      {% include \"partials/style.md\" %}
      Be short.
  - {role: user, content: \"{{ question }}\"}
";

const ANSWER: &str = "sha256:6af161a4cd3bb5c9e3afeadd383d7742b952b2b4a8536705f86eb3801e75245e";

/// A store with two releases and a route that serves them.
fn repository() -> Environment {
    let store = Environment::repository(STORE);
    for release in ["prompts/answer@1.0.0", "models/chat@1.0.0"] {
        store.git(&["tag", "--annotate", "--message", release, release]);
    }
    route(&store, ANSWER);
    store
}

fn route(store: &Environment, digest: &str) {
    let route = format!(
        "variants:
  stable:
    prompt: {{release: prompts/answer@1.0.0, digest: '{digest}'}}
    model: models/chat@1.0.0
  canary: {{prompt: prompts/answer@1.0.0}}
traffic: {{canary: 2.5, stable: 97.5}}
sticky_by: user_id
fallback: [models/chat@1.0.0]
"
    );
    store.write("environments/production/help.yaml", &route);
    store.commit("Serve");
}

fn bundle(store: &Environment, arguments: &[&str]) -> Vec<u8> {
    let output = store.output(&[&["bundle"], arguments].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn validator(schema: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(schema);
    let schema: Value = serde_json::from_slice(&fs::read(path).expect("it is there")).expect("a schema is JSON");
    jsonschema::draft202012::new(&schema).expect("the schema is one")
}

fn is_valid(schema: &str, bytes: &[u8]) -> Value {
    let value: Value = serde_json::from_slice(bytes).expect("it is JSON");
    let errors: Vec<_> = validator(schema).iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    value
}

#[test]
fn a_digest_is_a_line_an_artifact() {
    let store = repository();
    insta::assert_snapshot!(store.run(&["digest"]), @r"
    exit code: 0
    ----- stdout
    sha256:c5dc3ae0e27b7fd11759693d681bc985b6df1da43fb97a9df213d24c90c6a8bc  models/chat
    sha256:6af161a4cd3bb5c9e3afeadd383d7742b952b2b4a8536705f86eb3801e75245e  prompts/answer
    ");
    insta::assert_snapshot!(store.run(&["digest", "prompts/answr"]), @r"
    exit code: 2
    ----- stderr
    error: `prompts/answr` is no artifact of the store
      help: did you mean `prompts/answer`?
    ");
    store.write("prompts/broken.prompt.yaml", "messages: [{role: user, content: \"{% include 'gone.md' %}\"}]\n");
    insta::assert_snapshot!(store.run(&["digest", "prompts/broken", "models/chat"]), @r"
    exit code: 1
    ----- stdout
    sha256:c5dc3ae0e27b7fd11759693d681bc985b6df1da43fb97a9df213d24c90c6a8bc  models/chat
    ----- stderr
    warning: `prompts/broken` has no digest: `prompts/broken.prompt.yaml` includes `gone.md`, which is not there
    ");
    store.write("partials/style.md", "Be terse.\n");
    let at = |arguments: &[&str]| String::from_utf8(store.output(arguments).stdout).expect("it is UTF-8");
    assert!(at(&["digest", "prompts/answer", "--rev", "HEAD"]).starts_with(ANSWER));
    assert!(!at(&["digest", "prompts/answer"]).starts_with(ANSWER));
    let json = store.output(&["digest", "--format", "json"]).stdout;
    assert_eq!(is_valid("digests-v1.schema.json", &json)["artifacts"][2]["digest"], Value::Null);
}

#[test]
fn an_environment_is_one_file() {
    let store = repository();
    let bytes = bundle(&store, &["--env", "production"]);
    is_valid("bundle.schema.json", &bytes);
    insta::assert_snapshot!(String::from_utf8(bytes).expect("it is UTF-8"));
}

#[test]
fn the_same_commit_gives_the_same_bytes_in_every_clone() {
    let store = repository();
    store.write("promptyard.yaml", "version: 1\nname: changed, and in no commit\n");
    let ours = bundle(&store, &["--env", "production"]);
    let clones = tempfile::tempdir().expect("a temporary folder");
    for (name, settings) in [
        ("one", &[("TZ", "Asia/Kathmandu"), ("LANG", "C"), ("LC_ALL", "C")]),
        ("zwei und mehr", &[("TZ", "America/St_Johns"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "ar_EG.UTF-8")]),
    ] {
        let clone = clones.path().join(name);
        let clone = clone.to_str().expect("it is UTF-8");
        store.git(&["clone", "--quiet", "--config", "core.autocrlf=true", ".", clone]);
        let mut command = store.command(&["bundle", "--env", "production"]);
        let output = command.current_dir(clone).envs(settings.iter().copied()).output().expect("the program starts");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&ours), "{name}");
    }
}

#[test]
fn what_was_changed_is_noticed() {
    let store = repository();
    bundle(&store, &["--env", "production", "--output", "p.json", "--statement", "p.intoto.json"]);
    insta::assert_snapshot!(store.run(&["bundle", "--inspect", "p.json"]), @r"
    exit code: 0
    ----- stdout
    The environment production of shop at the commit eaa8dae567306726f860059baef2c308a318e8b6

    ARTIFACT        VERSION  KIND    DIGEST               BYTES
    models/chat     1.0.0    model   sha256:c5dc3ae0e27b  50
    prompts/answer  1.0.0    prompt  sha256:6af161a4cd3b  435

    ROUTE  VARIANT     TRAFFIC  RELEASES
    help   canary      2.5 %    prompts/answer@1.0.0
    help   stable      97.5 %   models/chat@1.0.0, prompts/answer@1.0.0
    help   (fallback)           models/chat@1.0.0
    ");
    insta::assert_snapshot!(store.run(&["bundle", "--verify", "p.json"]), @r"
    exit code: 0
    ----- stderr
    The repository says the same. Artifacts: 2, routes: 1.
    ");
    insta::assert_snapshot!(store.read("p.intoto.json"));
    let text = store.read("p.json");
    store.write("p.json", &text.replace("Be short", "Be long").replace("\"stable\":97.5", "\"stable\":97"));
    insta::assert_snapshot!(store.run(&["bundle", "--verify", "p.json"]), @r"
    exit code: 1
    ----- stdout
    artifacts / prompts/answer@1.0.0 / content does not have the digest that stands beside it, sha256:6af161a4cd3b
    routes / help / traffic / stable is not what the repository says
    artifacts / prompts/answer@1.0.0 / content / messages / 0 / content is not what the repository says
    ");
    insta::assert_snapshot!(store.run(&["bundle", "--inspect", "p.json"]), @r"
    exit code: 2
    ----- stderr
    error: `p.json` is no bundle to rely on
      cause: the bundle was changed, or made by something else: the content of `prompts/answer@1.0.0` does not have the digest that stands beside it
      help: make it again with `promptyard bundle`
    ");
    // Whoever changes the digest too is found out by the repository.
    store.write("models/chat.yaml", "provider: openai\nmodel: gpt-4\n");
    store.git(&["commit", "--quiet", "--all", "--message", "Change"]);
    store.git(&["tag", "--force", "--annotate", "--message", "moved", "models/chat@1.0.0"]);
    store.write("p.json", &text);
    insta::assert_snapshot!(store.run(&["bundle", "--verify", "p.json"]), @r"
    exit code: 1
    ----- stdout
    artifacts / models/chat@1.0.0 / commit is not what the repository says
    artifacts / models/chat@1.0.0 / digest is not what the repository says
    artifacts / models/chat@1.0.0 / content / model is not what the repository says
    ");
}

#[test]
fn a_file_that_is_no_bundle_is_an_error() {
    let store = repository();
    let text = String::from_utf8(bundle(&store, &["--env", "production"])).expect("it is UTF-8");
    let mut told = String::new();
    for (name, content) in [
        ("empty", String::new()),
        ("cut off", text[..300].to_owned()),
        ("not JSON", "version: 1".to_owned()),
        ("something else", "{\"version\":1}".to_owned()),
        ("newer", text.replace("\"version\":1}", "\"version\":2}")),
        ("formatted", text.replace("\":", "\": ")),
        ("a key twice", text.replace("\"version\":1}", "\"version\":1,\"version\":1}")),
        ("no routes", text.replace("\"routes\":", "\"r\":")),
        ("another kind", text.replace("\"kind\":\"model\"", "\"kind\":\"toy\"")),
        ("a short digest", text.replace(ANSWER, "sha256:1f")),
        ("gone", text.replace("\"prompt\":\"prompts/answer@1.0.0\"", "\"prompt\":\"prompts/answer@2.0.0\"")),
        ("too much", text.replace("\"stable\":97.5", "\"stable\":970.5")),
    ] {
        store.write("x.json", &content);
        let output = store.run(&["bundle", "--inspect", "x.json"]);
        assert!(output.starts_with("exit code: 2\n"), "{name}: {output}");
        let cause = output.lines().find(|line| line.contains("cause")).unwrap_or_default();
        told.push_str(&format!("{name}{cause}\n"));
    }
    insta::assert_snapshot!(told, @r#"
    empty  cause: the file ends in the middle: it was cut off
    cut off  cause: the file ends in the middle: it was cut off
    not JSON  cause: this is not JSON: expected value at line 1 column 1
    something else  cause: this is not a bundle: it does not say `"format":"promptyard-bundle"`
    newer  cause: this is a bundle of version 2, and this program reads version 1
    formatted  cause: the bundle was changed, or written anew by another program: its JSON is not the canonical one (RFC 8785)
    a key twice  cause: the bundle was changed, or written anew by another program: its JSON is not the canonical one (RFC 8785)
    no routes  cause: the bundle was changed, or written anew by another program: its JSON is not the canonical one (RFC 8785)
    another kind  cause: the bundle was changed, or made by something else: in `models/chat@1.0.0`, `toy` is no kind of artifact
    a short digest  cause: the bundle was changed, or made by something else: in `prompts/answer@1.0.0`, `sha256:1f` is no digest: write it as `sha256:` and 64 hexadecimal digits
    gone  cause: the bundle was changed, or made by something else: the route `help` names `prompts/answer@2.0.0`, which is not among the artifacts
    too much  cause: the bundle was changed, or made by something else: in the route `help`, 970.5 is no share of the traffic
    "#);
}

#[test]
fn what_cannot_be_bundled_is_said() {
    let store = repository();
    insta::assert_snapshot!(store.run(&["bundle", "--env", "staging"]), @r"
    exit code: 2
    ----- stderr
    error: there is no environment `staging` in the commit eaa8dae
      help: an environment is a folder `environments/NAME`, and a route a file in it; --rev names another commit
    ");
    insta::assert_snapshot!(store.run(&["bundle", "--route", "production/search"]), @r"
    exit code: 2
    ----- stderr
    error: the environment `production` has no route `search` in the commit eaa8dae
      help: an environment is a folder `environments/NAME`, and a route a file in it; --rev names another commit
    ");
    insta::assert_snapshot!(store.run(&["bundle", "--release", "prompts/answer@9.0.0"]), @r"
    exit code: 2
    ----- stderr
    error: `prompts/answer@9.0.0` is not released: this clone has no tag `prompts/answer@9.0.0`
      help: `git fetch --tags` fetches the releases that this clone lacks
    ");
    let wrong = format!("Digest: sha256:{}", "1".repeat(64));
    store.git(&["tag", "--annotate", "--message", "Wrong", "--message", &wrong, "models/chat@1.1.0"]);
    insta::assert_snapshot!(store.run(&["bundle", "--release", "models/chat@1.1.0"]), @r"
    exit code: 2
    ----- stderr
    error: the record of `models/chat@1.1.0` says that its digest is sha256:1111111111111111111111111111111111111111111111111111111111111111, and the commit of its tag has sha256:c5dc3ae0e27b7fd11759693d681bc985b6df1da43fb97a9df213d24c90c6a8bc
      help: a tag never moves: find out which of the two was changed before anything is served
    ");
    route(&store, &format!("sha256:{}", "0".repeat(64)));
    insta::assert_snapshot!(store.run(&["bundle", "--env", "production"]), @r"
    exit code: 2
    ----- stderr
    error: `environments/production/help.yaml` says that `prompts/answer@1.0.0` has the digest sha256:0000000000000000000000000000000000000000000000000000000000000000, and its tag's content has sha256:6af161a4cd3bb5c9e3afeadd383d7742b952b2b4a8536705f86eb3801e75245e
      help: a tag never moves: find out which of the two was changed before anything is served
    ");
    store.write("partials/style.md", "{% include 'gone.md' %}");
    insta::assert_snapshot!(store.run(&["bundle", "--worktree"]), @r"
    exit code: 2
    ----- stderr
    error: `prompts/answer` cannot be resolved: `partials/style.md` includes `gone.md`, which is not there
      help: nothing was written; `promptyard lint` says more
    ");
}

#[test]
fn a_worktree_is_marked_as_such() {
    let store = Environment::new(STORE);
    let bytes = bundle(&store, &["--worktree"]);
    let value = is_valid("bundle.schema.json", &bytes);
    assert_eq!((&value["commit"], &value["source"]), (&Value::Null, &"worktree".into()));
    let artifacts = value["artifacts"].as_object().expect("there are artifacts");
    let names: Vec<&String> = artifacts.keys().collect();
    assert_eq!(names, ["models/chat@0.0.0-worktree.dc5dc3ae0e27b", "prompts/answer@0.0.0-worktree.d6af161a4cd3b"]);
    assert!(artifacts.values().all(|entry| entry["released"] == Value::Bool(false)));
    store.write("w.json", &String::from_utf8(bytes).expect("it is UTF-8"));
    assert!(store.run(&["bundle", "--verify", "w.json"]).starts_with("exit code: 0\n"));
    store.write("partials/style.md", "Be terse.\n");
    assert!(store.run(&["bundle", "--verify", "w.json"]).starts_with("exit code: 1\n"));
}

#[test]
fn releases_are_what_their_tags_say() {
    let store = repository();
    let before = bundle(&store, &["--release", "prompts/answer@1.0.0,models/chat@1.0.0"]);
    is_valid("bundle.schema.json", &before);
    store.write("partials/style.md", "Be terse.\n");
    store.git(&["commit", "--quiet", "--all", "--message", "Later"]);
    let after = bundle(&store, &["--release", "models/chat@1.0.0", "--release", "prompts/answer@1.0.0"]);
    assert_eq!(String::from_utf8_lossy(&before), String::from_utf8_lossy(&after));
}

#[test]
fn a_folder_is_for_people() {
    let store = repository();
    assert!(store.run(&["bundle", "--env", "production", "--dir", "out"]).starts_with("exit code: 0\n"));
    let listing: Vec<String> = store.listing().into_iter().filter(|path| path.starts_with("out/")).collect();
    assert_eq!(listing, ["out/manifest.json", "out/models/chat@1.0.0.md", "out/prompts/answer@1.0.0.md"]);
    insta::assert_snapshot!(store.read("out/prompts/answer@1.0.0.md"));
    insta::assert_snapshot!(store.run(&["bundle", "--env", "production", "--dir", "out"]), @r"
    exit code: 2
    ----- stderr
    error: `manifest.json` is already there
      help: nothing was written; choose another name
    ");
}
