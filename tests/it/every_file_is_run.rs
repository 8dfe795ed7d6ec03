//! A file of tests that `main.rs` does not name would never run.
#![expect(clippy::disallowed_methods, reason = "this test reads the project's own files")]

use std::fs;
use std::path::Path;

#[test]
fn no_file_of_tests_was_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = fs::read_to_string(folder.join("main.rs")).expect("main.rs is readable");
    for entry in fs::read_dir(&folder).expect("the folder is readable") {
        let path = entry.expect("the entry is readable").path();
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "rs") && name != "main" {
            assert!(main.lines().any(|line| line == format!("mod {name};")), "main.rs has no `mod {name};`");
        }
    }
}
