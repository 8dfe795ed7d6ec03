//! Stdout has data and nothing else, colours only where they are wanted, and a reader may stop reading.

use std::io::Read as _;
use std::process::Stdio;

use crate::environment::Environment;

const STORE: &str = "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
description: Greets.
inputs: {}
messages:
  - role: user
    content: Dear {{ custmer_name }}
";

#[test]
fn colour_is_for_those_who_want_it() {
    let coloured = |environment: Environment, arguments: &[&str]| {
        let output = environment.output(arguments);
        String::from_utf8_lossy(&output.stdout).contains('\u{1b}')
    };
    assert!(!coloured(Environment::new(STORE), &["lint"]));
    assert!(coloured(Environment::new(STORE), &["lint", "--color", "always"]));
    assert!(coloured(Environment::new(STORE).with_variable("CLICOLOR_FORCE", "1"), &["lint"]));
    let both = Environment::new(STORE).with_variable("CLICOLOR_FORCE", "1").with_variable("NO_COLOR", "1");
    assert!(!coloured(both, &["lint"]));
    assert!(!coloured(Environment::new(STORE).with_variable("CLICOLOR_FORCE", "1"), &["lint", "--color", "never"]));
    assert!(!coloured(Environment::new(STORE), &["lint", "--color", "always", "--format", "json"]));
}

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let environment = Environment::new(STORE);
    for arguments in [&["rules", "--format", "json"][..], &["lint"], &["--help"], &["schema", "prompt"]] {
        let mut command = environment.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().expect("it is piped").read_to_string(&mut said).expect("it is UTF-8");
        let status = child.wait().expect("the program ends");
        assert_eq!((status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn quiet_leaves_the_data() {
    let environment = Environment::new(STORE);
    let told = environment.run(&["lint", "--quiet", "--format", "concise"]);
    assert!(told.starts_with("exit code: 1\n----- stdout\nprompts/a.prompt.yaml:5:22: error[TPL002] "), "{told}");
    assert!(!told.contains("stderr"), "{told}");
    assert!(!environment.run(&["lint", "--quiet"]).contains(" files"));
}
