//! What nobody meant to feed to the program: each such file is told of, the others are still linted, and nothing that
//! could not be read passes for clean.
#![expect(clippy::disallowed_methods, reason = "tests make files")]

use std::fs;
use std::time::{Duration, Instant};

use crate::environment::Environment;

/// A prompt beside which something is wrong; its own finding shows that it was still linted.
const GOOD: &str = "\
//- prompts/good.prompt.yaml
description: Greets.
inputs: {name: {type: string, trust: trusted}}
messages: [{role: user, content: \"Dear {{ nmae }}\"}]
";

const FINDING: &str = "prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt\n";

/// Lints a store of the good prompt and this one.
fn beside_a_good_one(path: &str, content: &[u8]) -> String {
    let environment = Environment::new(GOOD);
    environment.write(path, "");
    fs::write(environment.root().join(path), content).expect("the file can be written");
    concise(&environment)
}

fn concise(environment: &Environment) -> String {
    let started = Instant::now();
    let told = environment.run(&["lint", "--format", "concise"]);
    // Generous, because a test's machine may be busy and its program is not optimised.
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    assert!(told.contains(FINDING), "the good prompt was not linted: {told}");
    told
}

#[test]
fn an_empty_folder_has_nothing_to_check() {
    insta::assert_snapshot!(Environment::new("").run(&["lint"]), @r"
    exit code: 0
    ----- stdout
    No findings in 0 prompts · 0 files
    ----- stderr
    warning: no prompts were found here; `promptyard init` starts a store, and `sources` in `promptyard.yaml` says where prompts are
    ");
}

#[test]
fn a_binary_file_is_told() {
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", b"\x7fELF\x02\x01\x00\xff\xfe\x00"), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:1:8: error[STR009] this looks like a binary file, not like text
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 1 of 1 prompt and 1 other file · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn another_encoding_is_told_at_its_byte() {
    let latin1 = b"description: d\nmessages: [{role: user, content: \"caf\xe9\"}]\n";
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", latin1), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:2:38: error[STR009] the byte 0xE9 at offset 52 is not UTF-8
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 1 of 1 prompt and 1 other file · 1 fixable with --unsafe-fixes · 2 files
    ");
    let utf16: Vec<u8> = "\u{feff}description: d\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", &utf16), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:1:1: error[STR009] the file is UTF-16, not UTF-8
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 1 of 1 prompt and 1 other file · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let environment = Environment::new(GOOD);
    let large = fs::File::create(environment.root().join("prompts/large.prompt.yaml")).expect("the file can be made");
    // Sparse: it takes no room on the disk.
    large.set_len(200 << 20).expect("the file can be long");
    insta::assert_snapshot!(concise(&environment), @r"
    exit code: 1
    ----- stdout
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    prompts/large.prompt.yaml:1:1: error[STR010] the file has 209715200 bytes, over the limit of 1048576, and was not read
    ----- stderr
    2 errors in 1 of 1 prompt and 1 other file · 1 fixable with --unsafe-fixes · 2 files
    ");

    let config = "version: 1\nlint: {max_file_bytes: 150}\n";
    let environment = Environment::new(&format!("{GOOD}//- promptyard.yaml\n{config}"));
    environment.write("prompts/long.prompt.yaml", &format!("description: {}\n", "d".repeat(200)));
    insta::assert_snapshot!(concise(&environment), @r"
    exit code: 1
    ----- stdout
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    prompts/long.prompt.yaml:1:1: error[STR010] the file has 214 bytes, over the limit of 150, and was not read
    ----- stderr
    2 errors in 1 of 1 prompt and 1 other file · 1 fixable with --unsafe-fixes · 3 files
    ");
}

#[test]
fn ten_thousand_brackets_are_a_limit() {
    let brackets = format!("description: d\nx-deep: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", brackets.as_bytes()), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:2:74: error[LNT006] lists and mappings nest more than 64 levels deep here; nothing after this place was read
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 2 of 2 prompts · 1 fixable with --unsafe-fixes · 2 files
    ");
    let open = "{".repeat(10_000);
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", open.as_bytes()), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:1:66: error[LNT006] lists and mappings nest more than 64 levels deep here; nothing after this place was read
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 2 of 2 prompts · 1 fixable with --unsafe-fixes · 2 files
    ");
    let template = format!("---\nname: a\n---\n{{{{ {}a{} }}}}\n", "(".repeat(10_000), ")".repeat(10_000));
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompty", template.as_bytes()), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompty:2:1: info[STR007] this prompt has no description
    prompts/a.prompty:4:1: warning[TPL001] this tag nests deeper than is analysed
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    1 error, 1 warning, 1 info in 2 of 2 prompts · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn an_alias_bomb_is_a_limit() {
    let mut bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", bomb.as_bytes()), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:6:20: error[LNT006] with this, the document has more than 250000 values, aliases counted in full; nothing after this place was read
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 2 of 2 prompts · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn an_invalid_date_is_told() {
    let prompt = "\
description: d
lint: {allow: [{rule: TPL002, reason: r, until: 2026-02-30}]}
messages: [{role: user, content: Hi}]
";
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", prompt.as_bytes()), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:2:49: error[LNT002] `2026-02-30` is not a date, so this suppression does not hold
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 2 of 2 prompts · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn a_tab_is_told_where_it_stands() {
    let prompt = "description: d\nmessages:\n\t- role: user\n\t  content: Hi\n";
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", prompt.as_bytes()), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:3:1: error[STR001] a tab stands where YAML wants spaces: indentation is never made of tabs
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 2 of 2 prompts · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn line_endings_and_byte_order_marks_move_nothing() {
    let plain =
        "description: d\ninputs: {name: {}}\nmessages:\n  - role: user\n    content: |\n      a\n      é {{ nmae }}\n";
    let expected = "prompts/a.prompt.yaml:7:12: error[TPL002] `nmae` is not an input of this prompt\n";
    for text in [plain.to_owned(), plain.replace('\n', "\r\n"), format!("\u{feff}{plain}")] {
        let told = beside_a_good_one("prompts/a.prompt.yaml", text.as_bytes());
        assert!(told.contains(expected), "{text:?}: {told}");
    }
    let body = "---\nname: a\ninputs: {name: {}}\n---\nuser:\né {{ nmae }}\n";
    for text in [body.to_owned(), body.replace('\n', "\r\n"), format!("\u{feff}{body}")] {
        let told = beside_a_good_one("prompts/a.prompty", text.as_bytes());
        assert!(told.contains("prompts/a.prompty:6:6: error[TPL002] `nmae`"), "{text:?}: {told}");
    }
}

#[test]
fn a_name_with_spaces_is_a_name() {
    let environment = Environment::new(GOOD);
    environment.write("prompts/my first prompt.prompt.yaml", "description: d\nmessages: [\n");
    insta::assert_snapshot!(concise(&environment), @r"
    exit code: 1
    ----- stdout
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    prompts/my first prompt.prompt.yaml:2:11: error[STR001] the `[` that stands here is not closed
    ----- stderr
    2 errors in 2 of 2 prompts · 1 fixable with --unsafe-fixes · 2 files
    ");
    let told = environment.run(&["lint", "prompts/my first prompt.prompt.yaml", "--format", "concise"]);
    assert!(told.contains("my first prompt.prompt.yaml:2:11: error[STR001]"), "{told}");
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_told() {
    use std::os::unix::ffi::OsStrExt as _;
    let environment = Environment::new(GOOD);
    let name = std::ffi::OsStr::from_bytes(b"prompts/caf\xe9.prompt.yaml");
    // Some file systems take no such name.
    if fs::write(environment.root().join(name), "description: d\n").is_ok() {
        insta::assert_snapshot!(concise(&environment), @r"
        exit code: 1
        ----- stdout
        prompts/caf�.prompt.yaml:1:1: error[LNT006] this could not be analysed: the file's name is not UTF-8; rename it
        prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
        ----- stderr
        2 errors in 1 of 1 prompt and 1 other file · 1 fixable with --unsafe-fixes · 2 files
        ");
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let environment = Environment::new(GOOD);
    environment.write("prompts/a.prompt.yaml", "description: d\n");
    environment.write("prompts/closed/b.prompt.yaml", "description: d\n");
    let shut = |path: &str, mode| {
        let path = environment.root().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the file is ours");
    };
    shut("prompts/a.prompt.yaml", 0o000);
    shut("prompts/closed", 0o000);
    // The superuser may read everything.
    let is_shut = fs::read(environment.root().join("prompts/a.prompt.yaml")).is_err();
    let told = is_shut.then(|| concise(&environment));
    shut("prompts/closed", 0o700);
    if let Some(told) = told {
        insta::assert_snapshot!(told, @r"
        exit code: 1
        ----- stdout
        prompts/a.prompt.yaml:1:1: error[LNT006] the file could not be read: permission denied
        prompts/closed:1:1: error[LNT006] this could not be analysed: permission denied
        prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
        ----- stderr
        3 errors in 1 of 1 prompt and 2 other files · 1 fixable with --unsafe-fixes · 3 files
        ");
    }
}

#[test]
fn a_line_of_220_kilobytes_is_read_to_its_end() {
    let body = format!("---\nname: a\ninputs: {{name: {{}}}}\n---\nuser:\n{}{{{{ nmae }}}}\n", "word ".repeat(44_000));
    let told = beside_a_good_one("prompts/a.prompty", body.as_bytes());
    assert!(told.contains("prompts/a.prompty:6:220004: error[TPL002] `nmae`"), "{told}");
    let value = format!("description: {}x\nmessages: [{{role: user, content: \"{{% if\"}}]\n", "word ".repeat(44_000));
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", value.as_bytes()), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:2:35: error[TPL001] this `{%` is never closed
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 2 of 2 prompts · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn what_was_not_read_is_told_once() {
    let prompt = "name: other\nversion: 1\nmessages: [\n  - {role: user, content: \"{{ x \"}\n";
    insta::assert_snapshot!(beside_a_good_one("prompts/a.prompt.yaml", prompt.as_bytes()), @r"
    exit code: 1
    ----- stdout
    prompts/a.prompt.yaml:4:3: error[STR001] a list item cannot start here
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    2 errors in 2 of 2 prompts · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn a_configuration_that_does_not_parse_is_told() {
    let environment = Environment::new(&format!("{GOOD}//- promptyard.yaml\nversion: [1\nlint: x\n"));
    insta::assert_snapshot!(concise(&environment), @r"
    exit code: 1
    ----- stdout
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    promptyard.yaml:1:10: error[STR001] the `[` that stands here is not closed
    ----- stderr
    2 errors in 1 of 1 prompt and 1 other file · 1 fixable with --unsafe-fixes · 2 files
    ");
}

#[test]
fn a_file_that_is_none_of_the_stores_is_no_success() {
    let environment = Environment::new(&format!("{GOOD}//- main.py\nprint()\n"));
    insta::assert_snapshot!(environment.run(&["lint", "main.py"]), @r"
    exit code: 2
    ----- stderr
    error: `main.py` is not a prompt by its name
      help: `promptyard init` writes a `promptyard.yaml`, whose `sources` say which files are prompts
    ");
    environment.write("promptyard.yaml", "version: 1\n");
    insta::assert_snapshot!(environment.run(&["lint", "main.py"]), @r"
    exit code: 2
    ----- stderr
    error: `main.py` is not part of the store by its name and folder, and there are no `sources` that name it
      help: name it in `sources` in `promptyard.yaml`
    ");
    environment.write("promptyard.yaml", "version: 1\nsources: [{files: 'prompts/**/*.prompt.yaml'}]\n");
    insta::assert_snapshot!(environment.run(&["lint", "main.py"]), @r"
    exit code: 2
    ----- stderr
    error: `main.py` is not part of the store: no entry of `sources` matches it
      help: add an entry for it to `sources` in `promptyard.yaml`
    ");
    environment.write("node_modules/a.prompt.yaml", "description: d\n");
    insta::assert_snapshot!(environment.run(&["lint", "node_modules/a.prompt.yaml"]), @r"
    exit code: 2
    ----- stderr
    error: `node_modules/a.prompt.yaml` is left out: git ignores it, or it lies in a folder that no store looks into, like `node_modules`
      help: take it out of `.gitignore` to have it checked
    ");
    insta::assert_snapshot!(environment.run(&["lint", "prompts", "main.py", "--format", "concise"]), @r"
    exit code: 1
    ----- stdout
    prompts/good.prompt.yaml:3:43: error[TPL002] `nmae` is not an input of this prompt
    ----- stderr
    warning: `main.py` is not part of the store: no entry of `sources` matches it
    1 error in 1 of 1 prompt · 1 fixable with --unsafe-fixes · 1 file
    ");
}

#[test]
fn an_ignored_file_is_told_to_be_so() {
    let ignored = "//- node_modules/a.prompt.yaml\ndescription: d\n";
    let environment = Environment::new(&format!("{GOOD}//- promptyard.yaml\nversion: 1\n{ignored}"));
    insta::assert_snapshot!(environment.run(&["lint", "node_modules/a.prompt.yaml"]), @r"
    exit code: 2
    ----- stderr
    error: `node_modules/a.prompt.yaml` is left out: git ignores it, or it lies in a folder that no store looks into, like `node_modules`
      help: take it out of `.gitignore` to have it checked
    ");
}

#[test]
fn an_entry_of_sources_that_matches_nothing_is_told() {
    let config = "version: 1\nsources: [{files: 'prompts/**/*.prompt.yaml'}, {files: 'flows/*.jinja2'}]\n";
    let environment = Environment::new(&format!("{GOOD}//- promptyard.yaml\n{config}"));
    insta::assert_snapshot!(environment.run(&["lint", "--ignore", "TPL002"]), @r"
    exit code: 0
    ----- stdout
    No findings in 1 prompt · 2 files
    ----- stderr
    warning: the entry `flows/*.jinja2` of `sources` matches no file
    ");
}
