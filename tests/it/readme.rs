//! The README's tour is what really happens: every console block is run, in order, in one folder.
#![expect(clippy::disallowed_methods, reason = "the test reads the README")]

use std::fmt::Write as _;
use std::path::Path;

use crate::environment::Environment;
use crate::generated::is_current;

const SAVE_AS: &str = "Save this as `";

#[test]
fn every_console_block_of_the_readme_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("there is a README");
    is_current("README.md", &renew(&readme));
}

/// The README with what its commands print now.
fn renew(readme: &str) -> String {
    let tour = Environment::new("");
    let mut renewed = String::with_capacity(readme.len());
    let mut rest = readme;
    let mut save_as = None;
    while let Some((before, block)) = rest.split_once("\n```") {
        let (language, block) = block.split_once('\n').expect("a block has a line after its fence");
        let (content, after) = block.split_once("```").expect("a block has an end");
        if let Some((_, path)) = before.rsplit_once(SAVE_AS) {
            save_as = path.split('`').next();
        }
        write!(renewed, "{before}\n```{language}\n").expect("a String takes any text");
        match (language, save_as.take()) {
            ("console", _) => renewed.push_str(&run(&tour, content)),
            (_, Some(path)) => {
                tour.write(path, content);
                renewed.push_str(content);
            }
            _ => renewed.push_str(content),
        }
        renewed.push_str("```");
        rest = after;
    }
    renewed + rest
}

/// A console block: its first line is a command; then stand its exit code, if it is not 0, and all that it prints.
fn run(tour: &Environment, block: &str) -> String {
    let command = block.lines().next().and_then(|line| line.strip_prefix("$ promptyard "));
    let command = command.expect("a console block starts with `$ promptyard `");
    let output = tour.output(&command.split_whitespace().collect::<Vec<_>>());
    let mut text = format!("$ promptyard {command}\n");
    if let Some(code @ 1..) = output.status.code() {
        writeln!(text, "? {code}").expect("a String takes any text");
    }
    for printed in [output.stdout, output.stderr] {
        text.push_str(&String::from_utf8(printed).expect("what is printed is UTF-8"));
    }
    text
}
