//! Any bytes under any name lint without a panic, and every finding stands in its file. The first byte chooses the name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promptyard::lint;
use promptyard::store::{Store, snapshot::Snapshot};

const NAMES: [&str; 13] = [
    "prompts/a.prompt.yaml",
    "prompts/a.prompty",
    "prompts/a.prompt",
    "prompts/a/skprompt.txt",
    "prompts/a.jinja2",
    "promptyard.yaml",
    "environments/production/help.yaml",
    "policies/safety.yaml",
    "models/chat.yaml",
    "retrieval/help.yaml",
    "suites/support.yaml",
    "suites/support.jsonl",
    "partials/style.md",
];

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, content) = input;
    let files = [(NAMES[usize::from(choice) % NAMES.len()], content)];
    let snapshot = Snapshot::of_texts(files).expect("because the names are paths of a store");
    let store = Store::load(snapshot);
    let request = lint::Request { today: "2026-01-01".to_owned(), ..lint::Request::default() };
    let report = lint::run(&store, &request).expect("because the request names no rule");
    for finding in report.findings {
        let file = store.file(&finding.file).expect("because a finding is about a file of the store");
        assert!(file.text.get(finding.span.range()).is_some(), "{finding:?}");
    }
});
