//! Calls of what nobody is known to provide: the part that three rules share.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::limit;
use crate::lint::rule::{Context, Sink};
use crate::lint::suggest::nearest;
use crate::path::StorePath;
use crate::store::template::{Call, CallKind, Syntax, Template, handlebars, jinja};

/// Reports every name of `kind` that `template` calls and neither its language nor the configuration has: once a name.
pub(crate) fn report_unknown(kind: CallKind, path: &StorePath, template: &Template, cx: &Context<'_>, out: &Sink<'_>) {
    let config = cx.store.config();
    let (word, key, provided) = match kind {
        CallKind::Filter => ("filter", "filters", &config.templates.filters),
        CallKind::Test => ("test", "tests", &config.templates.tests),
        CallKind::Function => ("function", "functions", &config.templates.functions),
    };
    let Some(known) = known(template.syntax, kind) else { return };
    let mut unknown: BTreeMap<&str, (&Call, usize)> = BTreeMap::new();
    for call in template.analysis.calls.iter().filter(|call| call.kind == kind) {
        let name = call.name.as_str();
        if known.binary_search(&name).is_err() && !provided.iter().any(|known| known == name) {
            unknown.entry(name).or_insert((call, 0)).1 += 1;
        }
    }
    let severity = match (config.path.is_some(), template.syntax) {
        (true, _) => Severity::Error,
        // Handlebars has next to no helpers of its own: whoever uses it registers some.
        (false, Syntax::Handlebars) => Severity::Info,
        (false, _) => Severity::Warning,
    };
    for (name, (call, count)) in unknown.into_iter().take(limit::FINDINGS) {
        let mut finding = out
            .at(cx.place(path, template, call.span), format!("`{name}` is not a known {word}"))
            .severity(severity)
            .help(format!(
                "if the application provides it, list it in promptyard.yaml: `templates: {{{key}: [{name}]}}`"
            ));
        let known = known.iter().copied().chain(provided.iter().map(String::as_str));
        if let Some(meant) = nearest(name, known) {
            finding = finding.note_at_span(format!("did you mean `{meant}`?"));
        }
        if count > 1 {
            finding = finding.note(format!("it is called {count} times in all"));
        }
        drop(finding);
    }
}

/// What the language itself has, sorted; `None` where everything that is called is the application's.
fn known(syntax: Syntax, kind: CallKind) -> Option<&'static [&'static str]> {
    match syntax {
        Syntax::Jinja => Some(jinja::known(kind)),
        Syntax::Handlebars => Some(handlebars::known_helpers()),
        Syntax::Mustache | Syntax::FString | Syntax::SemanticKernel | Syntax::Plain => None,
    }
}
