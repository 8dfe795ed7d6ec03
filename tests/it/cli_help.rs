//! What every command says of itself.

use crate::environment::Environment;

#[test]
fn every_command_says_what_it_does() {
    let environment = Environment::new("");
    for command in [
        "",
        "lint",
        "tokens",
        "diff",
        "blame-at",
        "history",
        "digest",
        "bundle",
        "explain",
        "rules",
        "schema",
        "hooks",
        "hooks install",
        "hooks uninstall",
        "hooks status",
        "init",
        "new",
        "completions",
        "man",
    ] {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let name = if command.is_empty() { "promptyard" } else { command };
        insta::assert_snapshot!(format!("help of {name}"), environment.run(&arguments));
    }
}

#[test]
fn the_version_is_the_packages() {
    let told = Environment::new("").run(&["--version"]);
    assert_eq!(told, format!("exit code: 0\n----- stdout\npromptyard {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_mistake_in_the_command_line_is_2() {
    let environment = Environment::new("");
    insta::assert_snapshot!(environment.run(&["lnt"]), @r"
    exit code: 2
    ----- stderr
    error: unrecognized subcommand 'lnt'

      tip: some similar subcommands exist: 'init', 'lint'

    Usage: promptyard [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(environment.run(&["lint", "--format", "xml"]), @r"
    exit code: 2
    ----- stderr
    error: invalid value 'xml' for '--format <FORMAT>'
      [possible values: human, concise, agent, github, gitlab, json, jsonl, junit, markdown, rdjson, sarif]

    For more information, try '--help'.
    ");
    assert!(environment.run(&[]).starts_with("exit code: 2\n----- stderr\n"));
}

#[test]
fn every_shell_gets_its_completions() {
    let environment = Environment::new("");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = environment.output(&["completions", shell]);
        assert!(output.status.success() && output.stderr.is_empty(), "{shell}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("unsafe-fixes"), "{shell}");
    }
}
