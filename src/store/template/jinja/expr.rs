//! Expressions: which variables they read, how, and what is known to be defined where they hold.

use minijinja::machinery::ast::{BinOp, BinOpKind, Call, CallArg, Expr, Filter, IfExpr, Test, UnaryOpKind};

use super::catalogue::{is_known, is_reserved};
use super::names::{Guard, SAME_TYPE, is_chain, is_default, is_pairs};
use super::scope::{Bound, Place};
use super::{Walker, span};
use crate::store::template::{Call as CallFound, CallKind, Comparison, UseKind};
use crate::text::{Span, Spanned};

/// Tests that an undefined value passes or fails without an error: using one provides for being undefined.
const PRESENCE: &[&str] =
    &["boolean", "callable", "defined", "false", "float", "integer", "mapping", "none", "number", "string", "true"];

/// What an expression's truth says about places: these are defined where it holds, those where it doesn't.
#[derive(Debug, Default)]
pub(super) struct Known<'s> {
    pub(super) if_true: Vec<Place<'s>>,
    pub(super) if_false: Vec<Place<'s>>,
}

impl<'s> Known<'s> {
    fn if_true(places: impl IntoIterator<Item = Place<'s>>) -> Self {
        Self { if_true: places.into_iter().collect(), if_false: Vec::new() }
    }

    fn negated(self) -> Self {
        Self { if_true: self.if_false, if_false: self.if_true }
    }
}

impl<'s> Walker<'s> {
    /// Records what `expr` reads and calls. `kind` is what happens to its value.
    pub(super) fn expr(&mut self, expr: &Expr<'s>, kind: UseKind) -> Known<'s> {
        match expr {
            Expr::Const(_) => Known::default(),
            Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) | Expr::Slice(_) => {
                Known::if_true(self.chain(expr, kind, Guard::AsFound))
            }
            Expr::UnaryOp(unary) => match unary.op {
                UnaryOpKind::Not => self.expr(&unary.expr, UseKind::Tested).negated(),
                UnaryOpKind::Neg => {
                    self.expr(&unary.expr, UseKind::Arithmetic);
                    Known::default()
                }
            },
            Expr::BinOp(binary) => self.binary(binary, kind),
            Expr::Compare(compare) => {
                let mut known = self.expr(&compare.expr, UseKind::Other).if_true;
                for op in &compare.ops {
                    known.append(&mut self.expr(&op.expr, UseKind::Other).if_true);
                }
                Known::if_true(known)
            }
            Expr::IfExpr(choice) => {
                self.choice(choice, kind);
                Known::default()
            }
            Expr::Filter(filter) => self.filter(filter, kind),
            Expr::Test(test) => self.test(test),
            Expr::Call(call) => self.call(call, kind),
            Expr::List(list) => self.items(&list.items, UseKind::Other),
            Expr::Tuple(tuple) => self.items(&tuple.items, UseKind::Other),
            Expr::Map(map) => {
                self.items(&map.keys, UseKind::Other);
                self.items(&map.values, UseKind::Other)
            }
        }
    }

    fn items(&mut self, items: &[Expr<'s>], kind: UseKind) -> Known<'s> {
        for item in items {
            self.expr(item, kind);
        }
        Known::default()
    }

    fn choice(&mut self, choice: &IfExpr<'s>, kind: UseKind) {
        let known = self.expr(&choice.test_expr, UseKind::Tested);
        let mark = self.scopes.mark();
        self.scopes.guard(&known.if_true);
        self.expr(&choice.true_expr, kind);
        self.scopes.reset(mark);
        if let Some(otherwise) = &choice.false_expr {
            self.scopes.guard(&known.if_false);
            self.expr(otherwise, kind);
            self.scopes.reset(mark);
        }
    }

    fn binary(&mut self, binary: &BinOp<'s>, kind: UseKind) -> Known<'s> {
        let printed = if is_printed(kind) { kind } else { UseKind::Other };
        match binary.op {
            BinOpKind::ScAnd => {
                let mut left = self.expr(&binary.left, kind).if_true;
                let mut right = self.expr_where(&left, &binary.right, kind).if_true;
                left.append(&mut right);
                Known::if_true(left)
            }
            BinOpKind::ScOr => {
                let mut left = self.expr(&binary.left, kind).if_false;
                let mut right = self.expr_where(&left, &binary.right, kind).if_false;
                left.append(&mut right);
                Known::if_true(left).negated()
            }
            BinOpKind::Eq | BinOpKind::Ne | BinOpKind::In => {
                self.comparison(binary);
                self.operands(binary, UseKind::Other, UseKind::Other, binary.op)
            }
            BinOpKind::Lt | BinOpKind::Lte | BinOpKind::Gt | BinOpKind::Gte => {
                self.operands(binary, UseKind::Other, UseKind::Other, binary.op)
            }
            BinOpKind::Concat => self.operands(binary, printed, printed, binary.op),
            BinOpKind::Add if is_text(&binary.left) || is_text(&binary.right) => {
                self.operands(binary, printed, printed, binary.op)
            }
            BinOpKind::Rem if is_text(&binary.left) => match &binary.right {
                Expr::Tuple(tuple) => self.items(&tuple.items, printed),
                right => {
                    self.expr(right, printed);
                    Known::default()
                }
            },
            BinOpKind::Add
            | BinOpKind::Sub
            | BinOpKind::Mul
            | BinOpKind::Div
            | BinOpKind::FloorDiv
            | BinOpKind::Rem
            | BinOpKind::Pow => self.operands(binary, UseKind::Arithmetic, UseKind::Arithmetic, binary.op),
        }
    }

    /// Walks `expr` where `places` are known to be defined.
    fn expr_where(&mut self, places: &[Place<'s>], expr: &Expr<'s>, kind: UseKind) -> Known<'s> {
        let mark = self.scopes.mark();
        self.scopes.guard(places);
        let known = self.expr(expr, kind);
        self.scopes.reset(mark);
        known
    }

    fn operands(&mut self, binary: &BinOp<'s>, left: UseKind, right: UseKind, op: BinOpKind) -> Known<'s> {
        let mut places = self.expr(&binary.left, left).if_true;
        places.append(&mut self.expr(&binary.right, right).if_true);
        match op {
            BinOpKind::Ne => Known::if_true(places).negated(),
            _ => Known::if_true(places),
        }
    }

    fn filter(&mut self, filter: &Filter<'s>, kind: UseKind) -> Known<'s> {
        let mut known = Known::default();
        if let Some(inner) = &filter.expr {
            let inner_kind = match kind {
                UseKind::PrintedRaw | UseKind::Printed => UseKind::Printed,
                UseKind::Tested => UseKind::Tested,
                UseKind::Iterated if SAME_TYPE.contains(&filter.name) || is_pairs(filter.name) => UseKind::Iterated,
                UseKind::Iterated | UseKind::Arithmetic | UseKind::Other => UseKind::Other,
            };
            known = if is_default(filter.name) && is_chain(inner) {
                Known::if_true(self.chain(inner, inner_kind, Guard::Here))
            } else {
                Known::if_true(self.expr(inner, inner_kind).if_true)
            };
        }
        let span = self.span_of(filter.name);
        self.out.calls.push(CallFound { kind: CallKind::Filter, name: filter.name.to_owned(), span });
        self.args(&filter.args);
        known
    }

    fn test(&mut self, test: &Test<'s>) -> Known<'s> {
        let present = PRESENCE.contains(&test.name) || test.name == "undefined";
        let places = if present && is_chain(&test.expr) {
            Vec::from_iter(self.chain(&test.expr, UseKind::Tested, Guard::Here))
        } else {
            self.expr(&test.expr, UseKind::Tested).if_true
        };
        let span = self.span_of(test.name);
        self.out.calls.push(CallFound { kind: CallKind::Test, name: test.name.to_owned(), span });
        self.test_comparison(test);
        self.args(&test.args);
        match test.name {
            "undefined" | "none" => Known::if_true(places).negated(),
            "false" => Known { if_true: places.clone(), if_false: Vec::new() },
            _ => Known::if_true(places),
        }
    }

    /// Records a call that is written as one: of a function, a macro or a method.
    pub(super) fn call(&mut self, call: &Call<'s>, kind: UseKind) -> Known<'s> {
        let mut known = Known::default();
        match &call.expr {
            Expr::Var(var) => self.function(var.id, span(var.span())),
            Expr::GetAttr(attr) => {
                let kind = match kind {
                    UseKind::PrintedRaw | UseKind::Printed => UseKind::Printed,
                    UseKind::Tested => UseKind::Tested,
                    UseKind::Iterated if is_pairs(attr.name) => UseKind::Iterated,
                    UseKind::Iterated | UseKind::Arithmetic | UseKind::Other => UseKind::Other,
                };
                known = Known::if_true(self.expr(&attr.expr, kind).if_true);
            }
            callee => {
                self.expr(callee, UseKind::Other);
            }
        }
        self.args(&call.args);
        known
    }

    fn function(&mut self, name: &'s str, at: Span) {
        let bound = self.scopes.get(name).is_some();
        if let Some(read) = self.resolve(name, at).filter(|_| bound) {
            if !matches!(self.scopes.get(name), Some(Bound::Sometimes)) {
                self.record(read, at, UseKind::Other, Guard::AsFound);
            }
            return;
        }
        let engine = is_reserved(name) && !is_known(CallKind::Function, name);
        if !bound && !engine && !self.is_later(name) {
            self.out.calls.push(CallFound { kind: CallKind::Function, name: name.to_owned(), span: at });
        }
    }

    pub(super) fn args(&mut self, args: &[CallArg<'s>]) {
        for arg in args {
            match arg {
                CallArg::Pos(expr) | CallArg::Kwarg(_, expr) | CallArg::PosSplat(expr) | CallArg::KwargSplat(expr) => {
                    self.expr(expr, UseKind::Other)
                }
            };
        }
    }

    fn comparison(&mut self, binary: &BinOp<'s>) {
        let swapped = !matches!(binary.op, BinOpKind::In) && self.literals(&binary.right).is_none();
        let (value, with) = if swapped { (&binary.right, &binary.left) } else { (&binary.left, &binary.right) };
        self.compare(value, with);
    }

    fn test_comparison(&mut self, test: &Test<'s>) {
        if let ("eq" | "equalto" | "in" | "ne" | "sameas", [CallArg::Pos(with)]) = (test.name, test.args.as_slice()) {
            self.compare(&test.expr, with);
        }
    }

    fn compare(&mut self, value: &Expr<'s>, with: &Expr<'s>) {
        let Some(literals) = self.literals(with) else { return };
        if !is_chain(value) {
            return;
        }
        if let Some(read) = self.read(value) {
            let Place { root, path } = read.place;
            self.out.comparisons.push(Comparison { root: root.to_owned(), path, literals });
        }
    }

    fn literals(&self, expr: &Expr<'s>) -> Option<Vec<Spanned<serde_json::Value>>> {
        match expr {
            Expr::Const(literal) => {
                let value = serde_json::to_value(&literal.value).ok()?;
                Some(vec![Spanned::new(value, span(literal.span()))])
            }
            Expr::List(list) => self.each_literal(&list.items),
            Expr::Tuple(tuple) => self.each_literal(&tuple.items),
            _ => None,
        }
    }

    fn each_literal(&self, items: &[Expr<'s>]) -> Option<Vec<Spanned<serde_json::Value>>> {
        let all_const = items.iter().all(|item| matches!(item, Expr::Const(_)));
        all_const.then(|| items.iter().filter_map(|item| self.literals(item)).flatten().collect())
    }
}

fn is_text(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Const(literal) => literal.value.as_str().is_some(),
        Expr::BinOp(binary) => {
            matches!(binary.op, BinOpKind::Concat)
                || (matches!(binary.op, BinOpKind::Add) && (is_literal_text(&binary.left) || is_text(&binary.right)))
        }
        _ => false,
    }
}

fn is_literal_text(expr: &Expr<'_>) -> bool {
    matches!(expr, Expr::Const(literal) if literal.value.as_str().is_some())
}

fn is_printed(kind: UseKind) -> bool {
    matches!(kind, UseKind::Printed | UseKind::PrintedRaw)
}
