//! `explain`, `rules` and `schema`: what the program knows.
#![expect(clippy::disallowed_methods, reason = "the test lists the published schemas")]

use promptyard::lint::rules::RULES;
use promptyard::store::schema;

use crate::environment::Environment;

#[test]
fn a_rule_is_explained_by_code_and_by_name() {
    let environment = Environment::new("");
    let by_code = environment.run(&["explain", "TPL002"]);
    assert!(
        by_code.starts_with("exit code: 0\n----- stdout\nTPL002 undeclared-variable (error)\n\nWhat it finds\n"),
        "{by_code}"
    );
    assert_eq!(by_code, environment.run(&["explain", "undeclared-variable"]));
    assert_eq!(by_code, environment.run(&["explain", "tpl002"]));
}

#[test]
fn an_unknown_rule_is_2_and_the_nearest_is_named() {
    let environment = Environment::new("");
    insta::assert_snapshot!(environment.run(&["explain", "undeclard-variable"]), @r"
    exit code: 2
    ----- stderr
    error: `undeclard-variable` is not a rule
      help: did you mean `undeclared-variable`?
    ");
    insta::assert_snapshot!(environment.run(&["explain", "?"]), @r"
    exit code: 2
    ----- stderr
    error: `?` is not a rule
      help: `promptyard rules` lists them
    ");
}

#[test]
fn the_table_has_every_rule() {
    let environment = Environment::new("");
    let table = environment.run(&["rules"]);
    let json = environment.output(&["rules", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("it is JSON and nothing else");
    let codes: Vec<_> = json["rules"].as_array().expect("a list").iter().map(|rule| rule["code"].as_str()).collect();
    assert_eq!(codes, RULES.iter().map(|rule| Some(rule.meta().id.code)).collect::<Vec<_>>());
    for rule in RULES {
        assert!(table.contains(&format!("\n{}  {}  ", rule.meta().id.code, rule.meta().id.name).trim_end().to_owned()));
    }
}

/// The names of the files in `schemas/`, in order.
fn schema_files() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let files = std::fs::read_dir(folder).expect("the schemas are there");
    let name = |file: std::io::Result<std::fs::DirEntry>| {
        let name = file.expect("the folder can be read").file_name();
        Some(name.to_str()?.strip_suffix(".schema.json")?.to_owned())
    };
    let mut names: Vec<String> = files.filter_map(name).collect();
    names.sort();
    names
}

#[test]
fn every_published_schema_is_printed_as_it_is() {
    let environment = Environment::new("");
    let listed = environment.run(&["schema"]);
    let mut names: Vec<&str> = listed.lines().skip(2).collect();
    names.sort_unstable();
    assert_eq!(names, schema_files());
    for (name, text) in schema::all() {
        assert_eq!(environment.output(&["schema", name]).stdout, text.as_bytes());
    }
    insta::assert_snapshot!(environment.run(&["schema", "promt"]), @r"
    exit code: 2
    ----- stderr
    error: `promt` is not a kind of file with a schema
      help: did you mean `prompt`?
    ");
}
