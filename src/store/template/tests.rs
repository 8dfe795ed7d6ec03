use proptest::prelude::*;

use super::placeholder::foreign_placeholders;
use super::*;

const ALL: [Syntax; 6] =
    [Syntax::Jinja, Syntax::Handlebars, Syntax::Mustache, Syntax::FString, Syntax::SemanticKernel, Syntax::Plain];

/// Pieces that template languages are made of, in any order.
fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(vec![
            "{{", "}}", "{%", "%}", "{#", "#}", "{{{", "}}}", "{{{{", "}}}}", "{", "}", "{{#", "{{/", "{{^", "{{!",
            "{{!--", "--}}", "{{>", "{{else}}", "{{=", "\\{{", "\\\\{{", "{%-", "-%}", "{{-", "-}}", "~}}", "{{~",
            "${", "%(", ")s", "<<", ">>", "[INSERT ", "]", "TODO",
        ]).prop_map(str::to_owned),
        4 => proptest::sample::select(vec![
            "if", "endif", "for", "endfor", "in", "x", "y.z", "set", "endset", "=", "==", "not", "is", "defined", "and",
            "or", "else", "elif", "raw", "endraw", "macro", "endmacro", "m(", ")", "(", "[", ",", "|", "default", "'",
            "\"", "\\", ".", "..", "../", "this", "@root.a", "@index", "each", "with", "as |a b|", "role", "k=v", "$v",
            "include", "import", "call", "block", "1", "-", "+", ":", "!r", "true", "none", "é", "𝄞", "\n", " ", "\r\n",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ]
}

pub(super) fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec((fragment(), proptest::sample::select(vec!["", " "])), 0..40)
        .prop_map(|parts| parts.into_iter().map(|(part, space)| part + space).collect())
}

/// Every span that an analysis holds.
fn spans(found: &Analysis) -> Vec<Span> {
    let mut spans: Vec<Span> = found.tags.iter().map(|tag| tag.span).collect();
    spans.extend(found.errors.iter().map(|error| error.span));
    spans.extend(found.uses.iter().flat_map(|usage| [usage.span, usage.root_span]));
    spans.extend(found.bindings.iter().map(|binding| binding.span));
    spans.extend(found.calls.iter().map(|call| call.span));
    spans.extend(found.includes.iter().map(|include| include.span));
    spans.extend(found.comparisons.iter().flat_map(|comparison| &comparison.literals).map(|literal| literal.span));
    spans
}

fn check(text: &str, syntax: Syntax) {
    let found = analyse(text, syntax);
    for span in spans(&found) {
        assert!(span.start <= span.end && text.get(span.range()).is_some(), "{syntax:?} {text:?} {span:?}");
    }
    for pair in found.tags.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{syntax:?} {text:?} {pair:?}");
    }
    for usage in &found.uses {
        assert!(usage.span.contains(usage.root_span), "{syntax:?} {text:?} {usage:?}");
        let inside = found.tags.iter().any(|tag| tag.span.contains(usage.span));
        assert!(inside, "{syntax:?} {text:?} {usage:?}");
    }
    for error in &found.errors {
        assert!(!error.span.is_empty() && !error.message.ends_with('.'), "{syntax:?} {text:?} {error:?}");
    }
    let literals = found.literals(text.len());
    for placeholder in literals.iter().flat_map(|literal| foreign_placeholders(text, *literal, syntax)) {
        assert!(text.get(placeholder.span.range()).is_some(), "{syntax:?} {text:?} {placeholder:?}");
    }
}

proptest! {
    #[test]
    fn any_text_yields_spans_in_bounds_and_tags_in_order(text in text()) {
        for syntax in ALL {
            check(&text, syntax);
        }
        handlebars::role_markers(&text);
    }
}

#[test]
fn plain_text_has_nothing() {
    assert_eq!(analyse("{{ a }} {% if %}", Syntax::Plain), Analysis::default());
}
