//! Any text parses to a tree and problems whose spans lie in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promptyard::store::yaml::{self, Limits};

fuzz_target!(|text: &str| {
    let (yaml, problems) = yaml::parse(text, 0, Limits::default());
    for problem in problems {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
    }
    if let Some(root) = yaml.root() {
        assert!(text.get(root.span().range()).is_some());
        let _ = root.to_json(10_000);
    }
});
