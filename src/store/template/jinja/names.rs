//! Where the names in expressions lead: to an outer variable, or to what the template binds.

use minijinja::machinery::ast::{Expr, UnaryOpKind};

use super::catalogue::is_reserved;
use super::scope::{Bound, Place};
use super::{Walker, span};
use crate::store::template::{Step, UseKind, VariableUse};
use crate::text::Span;

/// Filters whose result has the type of their input, item for item.
pub(super) const SAME_TYPE: &[&str] =
    &["d", "default", "list", "reject", "rejectattr", "reverse", "safe", "select", "selectattr", "sort", "unique"];

/// An alias of a place with more bytes of names than this is forgotten: it is copied for each use, and only a hostile
/// template has one.
const MAX_ALIAS: usize = 1024;

/// A read that leads to an outer variable.
pub(super) struct Read<'s> {
    pub(super) place: Place<'s>,
    root_span: Span,
    guarded: bool,
    through_binding: bool,
}

impl<'s> Walker<'s> {
    /// Records the read of a variable with everything that follows it, and returns its place if it is an outer one.
    pub(super) fn chain(&mut self, expr: &Expr<'s>, kind: UseKind, guard: Guard) -> Option<Place<'s>> {
        let base = self.subscripts(expr);
        let Expr::Var(_) = base else {
            self.expr(base, UseKind::Other);
            return None;
        };
        let read = self.read(expr)?;
        let place = read.place.clone();
        let root = read.root_span;
        let end = span(expr.span()).end.max(root.end);
        let after = self.source.get(root.end as usize..).unwrap_or_default().trim_start();
        // `(a).b` has no contiguous bytes of its own.
        let contiguous = place.path.is_empty() || !after.starts_with(')');
        let whole = if contiguous { Span { start: root.start, end } } else { root };
        self.record(read, whole, kind, guard);
        Some(place)
    }

    pub(super) fn record(&mut self, read: Read<'s>, whole: Span, kind: UseKind, guard: Guard) {
        let guarded = guard == Guard::Here || read.guarded || self.scopes.is_guarded(&read.place);
        self.out.uses.push(VariableUse {
            root: read.place.root.to_owned(),
            path: read.place.path,
            span: whole,
            root_span: read.root_span,
            kind,
            guarded,
            through_binding: read.through_binding,
        });
    }

    /// Walks the subscripts of a chain and returns what the chain starts with.
    fn subscripts<'e>(&mut self, mut expr: &'e Expr<'s>) -> &'e Expr<'s> {
        loop {
            expr = match expr {
                Expr::GetAttr(attr) => &attr.expr,
                Expr::GetItem(item) => {
                    self.expr(&item.subscript_expr, UseKind::Other);
                    &item.expr
                }
                Expr::Slice(slice) => {
                    for bound in [&slice.start, &slice.stop, &slice.step].into_iter().flatten() {
                        self.expr(bound, UseKind::Other);
                    }
                    &slice.expr
                }
                base => return base,
            };
        }
    }

    /// Where a chain leads, if its variable is an outer one.
    pub(super) fn read(&self, mut expr: &Expr<'s>) -> Option<Read<'s>> {
        let mut steps = Vec::new();
        loop {
            expr = match expr {
                Expr::GetAttr(attr) => {
                    steps.push(Step::Attribute(attr.name.to_owned()));
                    &attr.expr
                }
                Expr::GetItem(item) => {
                    steps.push(step(&item.subscript_expr));
                    &item.expr
                }
                Expr::Slice(slice) => {
                    steps.push(Step::Dynamic);
                    &slice.expr
                }
                Expr::Var(var) => {
                    let mut read = self.resolve(var.id, span(var.span()))?;
                    read.place.path.extend(steps.into_iter().rev());
                    return Some(read);
                }
                _ => return None,
            };
        }
    }

    pub(super) fn resolve(&self, name: &'s str, root_span: Span) -> Option<Read<'s>> {
        let (place, guarded, through_binding) = match self.scopes.get(name) {
            Some(Bound::Own) => return None,
            Some(Bound::Alias { place, guarded }) => (place.clone(), *guarded, true),
            Some(Bound::Sometimes) => (Place::root(name), true, true),
            None if is_reserved(name) || self.is_later(name) => return None,
            None => (Place::root(name), false, false),
        };
        Some(Read { place, root_span, guarded, through_binding })
    }

    /// Whether `name` is free here but, this being a macro's body, bound when the macro is called.
    pub(super) fn is_later(&self, name: &str) -> bool {
        self.macros > 0 && self.top_level.as_ref().is_some_and(|names| names.contains(name))
    }

    /// What a name stands for that is bound to the value of `expr`.
    pub(super) fn bound(&self, expr: &Expr<'s>) -> Bound<'s> {
        match expr {
            Expr::Filter(filter) => match &filter.expr {
                Some(inner) if SAME_TYPE.contains(&filter.name) => match self.bound(inner) {
                    Bound::Alias { place, guarded } => {
                        Bound::Alias { place, guarded: guarded || is_default(filter.name) }
                    }
                    other => other,
                },
                _ => Bound::Own,
            },
            expr if is_chain(expr) => match self.read(expr) {
                Some(read) if read.place.size() <= MAX_ALIAS => {
                    let guarded = read.guarded || self.scopes.is_guarded(&read.place);
                    Bound::Alias { place: read.place, guarded }
                }
                _ => Bound::Own,
            },
            _ => Bound::Own,
        }
    }

    /// What the items stand for that a loop over `expr` yields.
    pub(super) fn bound_items(&self, expr: &Expr<'s>) -> Items<'s> {
        let pairs = match expr {
            Expr::Call(call) => match &call.expr {
                Expr::GetAttr(attr) if call.args.is_empty() && is_pairs(attr.name) => Some(&attr.expr),
                _ => None,
            },
            Expr::Filter(filter) if is_pairs(filter.name) => filter.expr.as_ref(),
            _ => None,
        };
        match pairs {
            Some(of) => Items::Pairs(enter(self.bound(of), Step::Dynamic)),
            None => Items::Each(enter(self.bound(expr), Step::Item)),
        }
    }
}

/// What a loop yields.
pub(super) enum Items<'s> {
    /// One value each time.
    Each(Bound<'s>),
    /// A key and a value, which stand for the same: some value of the mapping.
    Pairs(Bound<'s>),
}

/// One step into what a name stands for.
pub(super) fn enter(bound: Bound<'_>, step: Step) -> Bound<'_> {
    match bound {
        Bound::Alias { place, guarded } => Bound::Alias { place: place.then(step), guarded },
        other => other,
    }
}

/// Whether the construct around a read provides for its being undefined.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// `is defined`, `default()`.
    Here,
    /// Only what was tested before counts.
    AsFound,
}

fn step(subscript: &Expr<'_>) -> Step {
    match subscript {
        Expr::Const(key) => match key.value.as_str() {
            Some(name) => Step::Attribute(name.to_owned()),
            None => Step::Item,
        },
        Expr::UnaryOp(unary) if matches!(unary.op, UnaryOpKind::Neg) && matches!(unary.expr, Expr::Const(_)) => {
            Step::Item
        }
        _ => Step::Dynamic,
    }
}

pub(super) fn is_chain(expr: &Expr<'_>) -> bool {
    matches!(expr, Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) | Expr::Slice(_))
}

pub(super) fn is_default(filter: &str) -> bool {
    matches!(filter, "default" | "d")
}

/// Filters and methods that turn a mapping into what a loop takes apart.
pub(super) fn is_pairs(name: &str) -> bool {
    matches!(name, "items" | "dictsort" | "values")
}
