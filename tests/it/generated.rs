//! Files that are made from constants: compared, or written anew by `UPDATE=1 cargo test`.
#![expect(clippy::disallowed_methods, reason = "this test reads and writes the project's own files")]

use std::fs;
use std::path::Path;

use promptyard::lint::rules::RULES;

#[test]
fn the_page_of_rules_says_what_the_rules_say() {
    let mut page = b"<!-- Made from the rules themselves by `UPDATE=1 cargo test`. -->\n\n".to_vec();
    promptyard::output::rules::write_markdown(&mut page, RULES).expect("a Vec takes any bytes");
    is_current("docs/rules.md", &String::from_utf8(page).expect("the page is UTF-8"));
}

/// Holds the file at `path` to be `wanted`, or writes it anew where that is asked for.
pub(crate) fn is_current(path: &str, wanted: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let found = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    if found == wanted {
        return;
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(&file, wanted).expect("the file can be written");
    } else {
        panic!("{path} is not what the code says; `UPDATE=1 cargo test` writes it anew");
    }
}
