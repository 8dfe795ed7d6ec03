//! Jinja, through the template engine's own syntax tree.
//!
//! The engine is a dialect of its own: where it rejects what Jinja2 accepts, the error is not fatal and says so.
//!
//! Names resolve as in Jinja2: `for`, macros, blocks, `with`, `filter` and block `set` open a scope and `if` does not;
//! values of a `with` are those outside of it; a macro sees what the template binds at its top level, wherever.
//!
//! *Architecture invariant:* this folder alone names the template engine's syntax tree.

mod catalogue;
mod errors;
mod expr;
pub mod guarded;
mod names;
pub mod portable;
mod scope;
mod stmt;
mod tags;

use std::collections::BTreeSet;

use minijinja::machinery::ast::Stmt;
use minijinja::machinery::{self, parse};
use minijinja::syntax::SyntaxConfig;

use super::{Analysis, SyntaxError};
use crate::text::Span;
use scope::Scopes;

pub use catalogue::{is_known, known, nondeterministic};

/// The most bytes of names that the includes of one template list together in [`super::Include::visible`]; real
/// templates have a few, and without a limit a hostile one could make the lists quadratic.
const MAX_VISIBLE: usize = 1 << 20;

/// Analyses a Jinja template.
pub(super) fn analyse(text: &str) -> Analysis {
    let scan = tags::scan(text);
    if let Some(span) = scan.too_deep {
        let error = SyntaxError {
            span: Span::new(span.start as usize, span.start as usize + 2),
            message: "this tag nests deeper than is analysed".to_owned(),
            help: Some("split it with `{% set %}` into smaller expressions".to_owned()),
            fatal: false,
        };
        return Analysis { errors: vec![error], tags: tags::scan_textual(text), ..Analysis::default() };
    }
    match parse(text, "template", SyntaxConfig::default()) {
        Ok(Stmt::Template(template)) => {
            let mut walker = Walker {
                source: text,
                scopes: Scopes::default(),
                out: Analysis::default(),
                macros: 0,
                top_level: None,
                visible_left: MAX_VISIBLE,
            };
            walker.template(&template.children);
            let mut out = walker.out;
            out.tags = if scan.unclosed { tags::scan_textual(text) } else { scan.tags };
            in_order(&mut out);
            out
        }
        Ok(_) => Analysis { tags: scan.tags, ..Analysis::default() },
        Err(error) => {
            let tags = tags::scan_textual(text);
            Analysis { errors: vec![errors::explain(text, &tags, &error)], tags, ..Analysis::default() }
        }
    }
}

/// The tree is walked in the order of evaluation (`a if test else b` tests first); rules want the order of the text.
fn in_order(out: &mut Analysis) {
    out.uses.sort_by_key(|usage| usage.span);
    out.bindings.sort_by_key(|binding| binding.span);
    out.calls.sort_by_key(|call| call.span);
    out.includes.sort_by_key(|include| include.span);
    // A store keeps thousands of these, of one or two entries each.
    out.uses.shrink_to_fit();
    out.bindings.shrink_to_fit();
    out.calls.shrink_to_fit();
    out.includes.shrink_to_fit();
    out.tags.shrink_to_fit();
}

/// One walk over a template.
struct Walker<'s> {
    source: &'s str,
    scopes: Scopes<'s>,
    out: Analysis,
    /// How many macros are open.
    macros: u32,
    /// Names that the template binds at its top level, known from the start where it has a macro.
    top_level: Option<BTreeSet<&'s str>>,
    visible_left: usize,
}

impl<'s> Walker<'s> {
    /// The span of a name that the tree borrows from the source: the tree has no span of its own for most names.
    fn span_of(&self, name: &str) -> Span {
        let start = (name.as_ptr() as usize).checked_sub(self.source.as_ptr() as usize);
        match start {
            Some(start) if start + name.len() <= self.source.len() => Span::new(start, start + name.len()),
            _ => Span::at(0),
        }
    }
}

fn span(at: machinery::Span) -> Span {
    Span { start: at.start_offset, end: at.end_offset.max(at.start_offset) }
}

#[cfg(test)]
mod tests;
