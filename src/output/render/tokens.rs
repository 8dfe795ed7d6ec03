//! A table of what each part of a rendered prompt takes.

use std::io::{self, Write};

use crate::output::printable::clean;
use crate::output::tokens::{percent, said, write_right};
use crate::render::shares::{Printer, Share};
use crate::tokens::tokenizer::Tokens;

/// Writes the table: a line for each message, below it one for each of its parts, then what wraps them and the sum.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, shares: &[Share<'_>], format: Tokens, tools: Tokens) -> io::Result<()> {
    let sum: Tokens = shares.iter().map(|share| share.whole).chain([format, tools]).sum();
    let share_of = |tokens: Tokens| percent(tokens.likely as f64 / sum.likely.max(1) as f64);
    let mut rows = Vec::new();
    let mut line = |what: String, tokens: Tokens| rows.push([what, said(tokens), share_of(tokens)]);
    for (at, share) in shares.iter().enumerate() {
        line(format!("{} {}", at + 1, clean(share.role.as_str())), share.whole);
        for (printer, tokens) in share.parts.iter().filter(|(_, tokens)| tokens.high > 0) {
            line(format!("  {}", name(printer)), *tokens);
        }
    }
    if tools.high > 0 {
        line("(tools)".to_owned(), tools);
    }
    line("(chat format)".to_owned(), format);
    line("all".to_owned(), sum);
    write_right(out, ["PART", "TOKENS", "SHARE"], 1, rows)
}

fn name(printer: &Printer) -> String {
    match printer {
        Printer::Text => "(text)".to_owned(),
        Printer::TextAndInputs => "(text and inputs)".to_owned(),
        Printer::Computed => "(computed)".to_owned(),
        Printer::Inputs(names) => names.iter().map(|name| clean(name)).collect::<Vec<_>>().join(", "),
    }
}
