//! A Jinja template written anew so that whoever renders it can watch what it makes.
//!
//! The engine counts instructions, not bytes, and an operator cannot be replaced: `'a' * 100000000` is one instruction,
//! and one that the engine even works out before anything runs. So the template's tree is written down as another
//! template in which operands and results of everything that makes, copies or compares values pass through filters,
//! which the renderer provides: see [`WEIGH`] and its neighbours. Nothing else changes; white space is already decided
//! in the tree, so all text becomes printed literals.

mod expressions;
mod statements;

use std::fmt::Write as _;
use std::ops::Range;

use minijinja::machinery::ast::Stmt;
use minijinja::machinery::parse;
use minijinja::syntax::SyntaxConfig;

use crate::text::Span;

/// `value | _weigh(times)`: an operand of `~`, which is copied so often.
pub const WEIGH: &str = "_weigh";
/// `value | _add(times)`: an operand of `+`; lists are not copied.
pub const ADD: &str = "_add";
/// `value | _left`: the left operand of `*`, before the right one is known.
pub const LEFT: &str = "_left";
/// `value | _right`: the right operand that belongs to the last `_left`.
pub const RIGHT: &str = "_right";
/// `value | _read`: an operand that is looked through from end to end, as in a comparison.
pub const READ: &str = "_read";
/// `value | _walk`: a value that is gone into by position; only texts take longer for being long.
pub const WALK: &str = "_walk";
/// `value | _nest`: a value that holds others.
pub const NEST: &str = "_nest";
/// `name | _enter`: the name of a template that is taken in.
pub const ENTER: &str = "_enter";
/// `value | _from(index)`: what is printed by [`Guarded::prints`] at this index.
pub const FROM: &str = "_from";

/// A template that says what it does; see the module.
#[derive(Clone, Debug, Default)]
pub struct Guarded {
    /// The template's text.
    pub text: String,
    /// What it prints but for literal text, by the original's bytes.
    pub prints: Vec<Span>,
    /// Parts of the text, and what they stand for in the original.
    places: Vec<(Range<usize>, Span)>,
}

impl Guarded {
    /// The original's bytes that the bytes at `range` stand for.
    pub fn place(&self, range: Range<usize>) -> Option<Span> {
        let holds = |at: &&(Range<usize>, Span)| at.0.start <= range.start && range.start < at.0.end;
        self.places.iter().filter(holds).min_by_key(|(at, _)| at.len()).map(|(_, span)| *span)
    }
}

/// A character that is put in at some places of a template's literal text.
#[derive(Clone, Copy, Debug)]
pub struct Marks<'a> {
    /// Which.
    pub character: char,
    /// Where in the original, in order: before these bytes.
    pub at: &'a [usize],
    /// What the first of [`Guarded::prints`] is called.
    pub first_print: usize,
}

/// Writes the template `text` anew; `None` where it does not parse.
pub fn guarded(text: &str, marks: Marks<'_>) -> Option<Guarded> {
    let Ok(Stmt::Template(template)) = parse(text, "template", SyntaxConfig::default()) else { return None };
    let mut writer = Writer { source: text, marks, out: Guarded::default() };
    writer.stmts(&template.children);
    Some(writer.out)
}

struct Writer<'s> {
    source: &'s str,
    marks: Marks<'s>,
    out: Guarded,
}

impl<'s> Writer<'s> {
    fn put(&mut self, text: &str) {
        self.out.text.push_str(text);
    }

    fn number(&mut self, number: usize) {
        write!(self.out.text, "{number}").expect("because a String takes any text");
    }

    /// Writes something that stands for `place`.
    fn placed(&mut self, place: Span, write: impl FnOnce(&mut Self)) {
        let start = self.out.text.len();
        write(self);
        self.out.places.push((start..self.out.text.len(), place));
    }

    fn escaped(&mut self, text: &str) {
        for character in text.chars() {
            if matches!(character, '"' | '\\') {
                self.out.text.push('\\');
            }
            self.out.text.push(character);
        }
    }

    fn separated<T>(&mut self, items: impl Iterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        for (at, item) in items.enumerate() {
            if at > 0 {
                self.put(", ");
            }
            write(self, item);
        }
    }
}
