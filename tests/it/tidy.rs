//! The shape of the code: imports point down the layers, and each heavy dependency stays in its room.
#![expect(clippy::disallowed_methods, reason = "this test reads the project's own source")]

use std::fs;
use std::path::{Path, PathBuf};

/// The layers of ARCHITECTURE.md from the bottom up. A module may import from its own line and from those above it here.
const LAYERS: &[&[&str]] = &[
    &["block", "name", "path", "text", "trailer", "when"],
    &["change", "diagnostic"],
    &["store"],
    &["revision"],
    &[
        "bundle",
        "contract",
        "forge",
        "hooks",
        "init",
        "lint",
        "merge",
        "receipt",
        "release",
        "render",
        "scaffold",
        "sensitive",
        "status",
        "tokens",
    ],
    &["changelog", "diff", "history", "metrics", "promote", "verify"],
    &["check"],
    &["repo"],
    &["output"],
    &["cli"],
];

/// Each heavy dependency and the files that may name it.
const ROOMS: &[(&str, &[&str])] = &[
    ("granit_parser", &["store/yaml"]),
    ("minijinja", &["store/template/jinja", "render"]),
    ("minijinja_contrib", &["store/template/jinja", "render"]),
    ("jsonschema", &["store/schema"]),
    ("ignore", &["repo"]),
    ("tempfile", &["repo"]),
    ("csv", &["tokens/traffic", "output/metrics_csv", "output/past/table_csv"]),
    ("tokenizers", &["store/vocabulary"]),
    ("gix", &["repo/git"]),
    ("serde_json_canonicalizer", &["store/content"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli/man"]),
    ("sha2", &["store/content", "lint/fingerprint", "sensitive/checksum", "tokens/generate"]),
    ("similar", &["diff/words", "history/lines", "merge/lines", "output/patch"]),
    ("anstream", &["cli"]),
    ("anstyle", &["output", "cli/ui"]),
    ("terminal_size", &["cli/ui"]),
    ("unicode_width", &["output"]),
];

/// A file of `src/`: its path without the extension, `/` between segments, and its code without comments and tests.
struct Source {
    name: String,
    code: String,
}

#[test]
fn imports_point_downwards() {
    let mut upwards = Vec::new();
    for source in sources() {
        let Some(own) = layer(top(&source.name)) else { continue };
        for imported in crate_modules(&source.code) {
            if layer(&imported).is_some_and(|theirs| theirs > own) {
                upwards.push(format!("src/{}.rs imports crate::{imported}", source.name));
            }
        }
    }
    assert!(upwards.is_empty(), "imports that point up the layers:\n{}", upwards.join("\n"));
}

#[test]
fn every_module_has_a_layer() {
    for source in sources() {
        let top = top(&source.name);
        assert!(
            ["lib", "main"].contains(&top) || layer(top).is_some(),
            "src/{} is in no layer: say in tests/it/tidy.rs and ARCHITECTURE.md where it belongs",
            source.name
        );
    }
}

#[test]
fn each_heavy_dependency_stays_in_its_room() {
    let mut strayed = Vec::new();
    for source in sources() {
        for (dependency, rooms) in ROOMS {
            let at_home = rooms.iter().any(|room| {
                let rest = source.name.strip_prefix(room);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
            if !at_home && names(&source.code, dependency) {
                strayed.push(format!("src/{}.rs names {dependency}", source.name));
            }
        }
    }
    assert!(strayed.is_empty(), "dependencies outside of their rooms:\n{}", strayed.join("\n"));
}

#[test]
fn no_file_outgrows_its_job() {
    /// Half as much again as the 400 lines, tests aside, that a file should stay under.
    const MOST: usize = 600;
    for source in sources() {
        let lines = source.code.lines().filter(|line| !line.trim().is_empty()).count();
        assert!(lines <= MOST, "src/{}.rs has {lines} lines of code; which two jobs does it do?", source.name);
    }
}

#[test]
fn the_walls_are_seen() {
    assert_eq!(crate_modules("use crate::cli::Ui;\nlet x = crate::lint::run();"), ["cli", "lint"]);
    assert_eq!(crate_modules("use crate::{init, repo::apply};"), ["init", "repo"]);
    assert_eq!(crate_modules("pub(crate) fn x() {}"), [""; 0]);
    assert!(names("use clap::Args;", "clap") && names("let x = clap::parse();", "clap"));
    assert!(!names("use clap_complete::Shell;", "clap") && !names("let clap = 1;", "clap"));
    assert_eq!(without_comments_and_tests("a // use x::y\n#[cfg(test)]\nmod tests {\nb\n}"), "a \n");
}

/// The modules that `code` reaches by `crate::name` or `use crate::{name, ...}`.
fn crate_modules(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let boundary = code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '$');
        if !boundary {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(first_names(group)),
            None => found.extend(first_name(rest)),
        }
    }
    found
}

/// The outer names of `a, b::{c, d}}`.
fn first_names(group: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut starts = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => starts = true,
            c if starts && c.is_alphabetic() => {
                found.extend(first_name(&group[at..]));
                starts = false;
            }
            _ => {}
        }
    }
    found
}

fn first_name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

fn names(code: &str, dependency: &str) -> bool {
    let path = format!("{dependency}::");
    code.match_indices(&path)
        .any(|(at, _)| code[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':'))
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn top(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the source is readable") {
            let path = entry.expect("the entry is readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).expect("it is inside of src").with_extension("");
                let name = inside.to_string_lossy().replace('\\', "/");
                let text = fs::read_to_string(&path).expect("the source is UTF-8");
                let name = name.strip_suffix("/mod").unwrap_or(&name).to_owned();
                // A module of tests in a file of its own is tests.
                if !name.ends_with("/tests") {
                    sources.push(Source { name, code: without_comments_and_tests(&text) });
                }
            }
        }
    }
    assert!(sources.len() > 20, "the source was found");
    sources
}

/// Tests stand at a file's end and may look wherever they like.
fn without_comments_and_tests(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(line));
    lines.map(|line| format!("{line}\n")).collect()
}
