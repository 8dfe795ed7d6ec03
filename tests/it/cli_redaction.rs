//! Secrets and personal data don't leave the files that they stand in, whatever the output.

use crate::environment::Environment;

/// A key that is made here, so that none stands in this repository.
fn key() -> String {
    let mut state = 7u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        char::from(alphabet[(state >> 16) as usize % alphabet.len()])
    };
    ["sk-", "ant-", "api03-"].concat() + &(0..93).map(|_| random()).collect::<String>() + "AA"
}

/// A store in which the values stand on the lines of other findings, in values that other rules quote, in what fixes
/// write, and, decoded from an escape, in a line of their own.
fn store(key: &str) -> String {
    format!(
        "\
//- promptyard.yaml
version: 1
//- prompts/a.prompt.yaml
description: Greets.
# promptyard: allow PII001 reason=\"ours\" match=\"kai.ahlers@web.de\"
modelParameters: {{temperature: {key}, max_tokens: kai.ahlers@web.de}}
inputs:
  who: {{type: string, example: 4556737586899855}}
messages:
  - role: user
    content: |
      Dear {{{{ whom }}}}, write to kai.ahlers@web.de with {key}
      <!-- promptyard: allow PII001 match=\"kai.ahlers@web.de\" reason=\"{key}\" -->
  - role: user
    content: \"the key is \\x73{rest} {{{{ other }}}}\"
",
        rest = &key[1..]
    )
}

/// The formats that the program says it has.
fn formats() -> Vec<String> {
    let told = Environment::new("").run(&["lint", "--format", "no-such-format"]);
    let list = told.split("[possible values: ").nth(1).and_then(|rest| rest.split(']').next());
    let list = list.unwrap_or_else(|| panic!("the formats are not told: {told}"));
    list.split(',').map(|format| format.trim().to_owned()).collect()
}

#[test]
fn no_format_shows_a_value() {
    let key = key();
    let environment = Environment::new(&store(&key));
    let formats = formats();
    assert!(formats.len() >= 3, "{formats:?}");
    let mut runs: Vec<Vec<&str>> = formats.iter().map(|format| vec!["lint", "--format", format]).collect();
    runs.extend(["--statistics", "--quiet"].map(|flag| vec!["lint", flag]));
    runs.push(vec!["lint", "--ignore", "PII,SEC"]);
    runs.push(vec!["lint", "--diff"]);
    runs.push(vec!["lint", "--diff", "--unsafe-fixes"]);
    runs.push(vec!["lint", "--select", "STR,LNT,TPL"]);
    runs.push(vec!["lint", "--select", "TPL002", "--format", "json"]);
    for arguments in runs {
        let told = environment.run(&arguments);
        for value in [key.as_str(), &key[4..40], "kai.ahlers@web.de", "ai.ahlers", "4556737586899855"] {
            assert!(!told.contains(value), "{arguments:?} shows `{value}`:\n{told}");
        }
        assert!(told.starts_with("exit code: 1"), "{arguments:?} finds nothing:\n{told}");
    }
}

#[test]
fn a_masked_line_keeps_its_columns() {
    let told = Environment::new(
        "//- prompts/a.prompt.yaml\ndescription: d\ninputs: {}\nmessages:\n  - role: user\n    content: ask anna.berg@web.de or {{ who }}\n",
    )
    .run(&["lint"]);
    insta::assert_snapshot!(told);
}
