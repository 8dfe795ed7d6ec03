//! Files that a prompt names in its metadata: the part that two rules share.

use crate::lint::rule::{Context, Sink};
use crate::lint::suggest::nearest;
use crate::path::StorePath;
use crate::store::Resolved;
use crate::text::Spanned;

/// Reports `reference`, written in the file at `from`, where the store has no such file. `what` it names is for people.
pub(crate) fn report_missing(
    reference: &Spanned<String>,
    what: &str,
    from: &StorePath,
    cx: &Context<'_>,
    out: &Sink<'_>,
) {
    let path = &reference.value;
    match cx.store.resolve_file(from, path) {
        Resolved::File(_) => {}
        Resolved::Missing(tried) => {
            let mut finding = out.in_file(from, reference.span, format!("the store has no {what} `{path}`"));
            if !tried.is_empty() {
                let tried: Vec<String> = tried.iter().map(|path| format!("`{path}`")).collect();
                finding = finding.note(format!("looked at {}", tried.join(" and ")));
            }
            let known = cx.store.files().map(|file| file.path.as_str());
            if let Some(meant) = nearest(path, known) {
                finding = finding.note_at_span(format!("did you mean `{meant}`?"));
            }
            finding.help("correct the path, or add the file");
        }
        Resolved::Outside(reason) => {
            out.in_file(from, reference.span, format!("the {what} is not in the store"))
                .note(reason)
                .help("move the file into the store, and name it by its path from the store's root");
        }
    }
}
