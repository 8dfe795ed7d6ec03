//! The README's tour is what really happens: every console block is run, in order, in one folder.
#![expect(clippy::disallowed_methods, reason = "the test reads the README")]

use std::fmt::Write as _;
use std::path::Path;

use crate::environment::Environment;
use crate::generated::is_current;

const SAVE_AS: &str = "Save this as `";

/// When the tour's commits and tags are made.
const TOUR_DATE: &str = "2026-07-20T09:00:00+02:00";

#[test]
fn every_console_block_of_the_readme_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("there is a README");
    is_current("README.md", &renew(&readme));
}

/// The README with what its commands print now.
fn renew(readme: &str) -> String {
    let tour = Environment::new("")
        .with_git()
        .with_variable("GIT_AUTHOR_NAME", "Ada Lane")
        .with_variable("GIT_AUTHOR_EMAIL", "ada@example.com")
        .with_variable("GIT_COMMITTER_NAME", "Ada Lane")
        .with_variable("GIT_COMMITTER_EMAIL", "ada@example.com")
        .with_variable("GIT_COMMITTER_DATE", TOUR_DATE);
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

/// A console block: commands, each with its exit code, if it is not 0, and all that it prints.
fn run(tour: &Environment, block: &str) -> String {
    let mut text = String::new();
    for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        writeln!(text, "$ {command}").expect("a String takes any text");
        let words = words(command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.split_first() {
            Some((&"git", arguments)) => text.push_str(&tour.git_at(TOUR_DATE, arguments)),
            Some((&"promptyard", arguments)) => {
                let output = tour.output(arguments);
                if let Some(code @ 1..) = output.status.code() {
                    writeln!(text, "? {code}").expect("a String takes any text");
                }
                for printed in [output.stdout, output.stderr] {
                    text.push_str(&String::from_utf8(printed).expect("what is printed is UTF-8"));
                }
            }
            _ => panic!("a console block runs `promptyard` and `git`, not `{command}`"),
        }
    }
    text
}

/// The words of a command; double quotes hold one together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in command.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
