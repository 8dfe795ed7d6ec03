//! Stores drawn as text, for the tests of rules.

use crate::diagnostic::Diagnostic;
use crate::lint::{self, Request, example, fix};
use crate::store::Store;
use crate::text::LineIndex;

/// A prompt of one message with these inputs, written as a mapping in braces without the braces.
pub(crate) fn prompt(inputs: &str, content: &str) -> String {
    format!("inputs: {{{inputs}}}\nmessages:\n  - role: user\n    content: |\n      {content}\n")
}

/// What the rule `code` finds in `store`, which is written like a rule's example: `severity path:line message`.
pub(crate) fn found(code: &str, store: &str) -> Vec<String> {
    let (store, findings) = lint_only(code, store);
    let line = |finding: &Diagnostic| {
        let text = store.file(&finding.file).map_or("", |file| file.text.as_str());
        let line = LineIndex::new(text).line_of(finding.span.start) + 1;
        format!("{} {}:{line} {}", finding.severity, finding.file, finding.message)
    };
    findings.iter().map(line).collect()
}

/// The text of the last file of `store` after every fix that the rule `code` offers; all of them are in that file.
pub(crate) fn fixed(code: &str, store: &str) -> String {
    let (_, findings) = lint_only(code, store);
    let (_, text) = example::files(store).pop().expect("a store has a file");
    fix::apply(text, findings.iter().filter_map(|finding| finding.fix.as_ref())).0
}

fn lint_only(code: &str, store: &str) -> (Store, Vec<Diagnostic>) {
    let releases = example::releases(store);
    let store = Store::load(example::snapshot(store).expect("paths of the test are inside the store"));
    let request = Request { select: vec![code.to_owned()], releases, ..Request::default() };
    let findings = lint::run(&store, &request).expect("the test names a rule").findings;
    (store, findings)
}
