//! Any text analyses in every template language, and every span lies in the text. The first byte chooses the language.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promptyard::store::template::{Syntax, analyse};

const SYNTAXES: [Syntax; 5] =
    [Syntax::Jinja, Syntax::Handlebars, Syntax::Mustache, Syntax::FString, Syntax::SemanticKernel];

fuzz_target!(|input: (u8, &str)| {
    let (choice, text) = input;
    let analysis = analyse(text, SYNTAXES[usize::from(choice) % SYNTAXES.len()]);
    let spans = analysis.uses.iter().flat_map(|usage| [usage.span, usage.root_span]);
    let spans = spans.chain(analysis.errors.iter().map(|error| error.span));
    for span in spans.chain(analysis.tags.iter().map(|tag| tag.span)) {
        assert!(text.get(span.range()).is_some(), "{span:?}");
    }
});
