//! Expressions of a guarded template.

use minijinja::machinery::ast::{BinOp, BinOpKind, Call, CallArg, CompareOpKind, Const, Expr, UnaryOpKind};

use super::{ADD, LEFT, NEST, READ, RIGHT, WALK, WEIGH, Writer};
use crate::store::template::jinja::span;
use crate::text::Span;

impl<'s> Writer<'s> {
    pub(super) fn arguments(&mut self, args: &[CallArg<'s>]) {
        if args.is_empty() {
            return;
        }
        self.put("(");
        self.separated(args.iter(), |writer, arg| {
            let value = match arg {
                CallArg::Pos(value) => value,
                CallArg::Kwarg(name, value) => {
                    writer.put(name);
                    writer.put("=");
                    value
                }
                CallArg::PosSplat(value) => {
                    writer.put("*");
                    value
                }
                CallArg::KwargSplat(value) => {
                    writer.put("**");
                    value
                }
            };
            writer.operand(value);
        });
        self.put(")");
    }

    pub(super) fn call(&mut self, call: &Call<'s>) {
        self.base(&call.expr);
        if call.args.is_empty() {
            self.put("()");
        } else {
            self.arguments(&call.args);
        }
    }

    /// `expr`, passed through a filter.
    pub(super) fn through(&mut self, expr: &Expr<'s>, filter: &str) {
        self.postfix(expr);
        if !matches!(expr, Expr::Const(_)) {
            self.put("|");
            self.put(filter);
        }
    }

    /// `expr`, passed through a filter that is told a number.
    fn through_times(&mut self, expr: &Expr<'s>, filter: &str, times: usize) {
        self.postfix(expr);
        self.put("|");
        self.put(filter);
        self.put("(");
        self.number(times);
        self.put(")");
    }

    /// `expr` where something may follow it: in parentheses where that would belong to a part of it.
    pub(super) fn postfix(&mut self, expr: &Expr<'s>) {
        let closed = match expr {
            Expr::Var(_)
            | Expr::Filter(_)
            | Expr::GetAttr(_)
            | Expr::GetItem(_)
            | Expr::Call(_)
            | Expr::List(_)
            | Expr::Tuple(_)
            | Expr::Map(_)
            | Expr::Slice(_) => true,
            Expr::Const(literal) => literal.value.as_str().is_some(),
            _ => false,
        };
        self.grouped(expr, closed);
    }

    /// `expr` where an attribute, an item or arguments follow it, which bind closer than a filter.
    fn base(&mut self, expr: &Expr<'s>) {
        let closed = matches!(
            expr,
            Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) | Expr::Call(_) | Expr::Slice(_) | Expr::Const(_)
        );
        self.grouped(expr, closed);
    }

    /// `expr` as an operand.
    pub(super) fn operand(&mut self, expr: &Expr<'s>) {
        let open =
            matches!(expr, Expr::UnaryOp(_) | Expr::BinOp(_) | Expr::Compare(_) | Expr::IfExpr(_) | Expr::Test(_));
        self.grouped(expr, !open);
    }

    fn grouped(&mut self, expr: &Expr<'s>, closed: bool) {
        self.put(if closed { "" } else { "(" });
        self.expr(expr);
        self.put(if closed { "" } else { ")" });
    }

    pub(super) fn expr(&mut self, expr: &Expr<'s>) {
        self.placed(span(expr.span()), |writer| writer.bare(expr));
    }

    fn bare(&mut self, expr: &Expr<'s>) {
        match expr {
            Expr::Var(var) => self.put(var.id),
            Expr::Const(literal) => self.constant(literal, span(literal.span())),
            Expr::Slice(slice) => {
                self.put("(");
                self.through(&slice.expr, READ);
                self.put(")[");
                let parts = [&slice.start, &slice.stop, &slice.step];
                for (at, part) in parts.into_iter().enumerate() {
                    self.put(if at > 0 { ":" } else { "" });
                    part.iter().for_each(|part| self.operand(part));
                }
                self.put("]");
            }
            Expr::UnaryOp(unary) => {
                self.put(match unary.op {
                    UnaryOpKind::Not => "not ",
                    UnaryOpKind::Neg => "-",
                });
                self.operand(&unary.expr);
            }
            Expr::BinOp(binary) => self.binary(binary),
            Expr::Compare(compare) => {
                self.through(&compare.expr, READ);
                for op in &compare.ops {
                    self.put(match op.op {
                        CompareOpKind::Eq => " == ",
                        CompareOpKind::Ne => " != ",
                        CompareOpKind::Lt => " < ",
                        CompareOpKind::Lte => " <= ",
                        CompareOpKind::Gt => " > ",
                        CompareOpKind::Gte => " >= ",
                        CompareOpKind::In => " in ",
                        CompareOpKind::NotIn => " not in ",
                    });
                    self.through(&op.expr, READ);
                }
            }
            Expr::IfExpr(choice) => {
                self.operand(&choice.true_expr);
                self.put(" if ");
                self.operand(&choice.test_expr);
                if let Some(otherwise) = &choice.false_expr {
                    self.put(" else ");
                    self.operand(otherwise);
                }
            }
            Expr::Filter(filter) => {
                if let Some(inner) = &filter.expr {
                    self.postfix(inner);
                    self.put("|");
                }
                self.put(filter.name);
                self.arguments(&filter.args);
            }
            Expr::Test(test) => {
                self.postfix(&test.expr);
                self.put(" is ");
                self.put(test.name);
                self.arguments(&test.args);
            }
            Expr::GetAttr(attr) => {
                self.base(&attr.expr);
                self.put(".");
                self.put(attr.name);
            }
            Expr::GetItem(item) => {
                let by_name = matches!(&item.subscript_expr, Expr::Const(key) if key.value.as_str().is_some());
                if by_name {
                    self.base(&item.expr);
                } else {
                    self.put("(");
                    self.through(&item.expr, WALK);
                    self.put(")");
                }
                self.put("[");
                self.operand(&item.subscript_expr);
                self.put("]");
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => {
                self.put("[");
                self.separated(list.items.iter(), Self::operand);
                self.put("]|");
                self.put(NEST);
            }
            Expr::Tuple(tuple) => {
                self.put("(");
                self.separated(tuple.items.iter(), Self::operand);
                self.put(if tuple.items.len() == 1 { ",)|" } else { ")|" });
                self.put(NEST);
            }
            Expr::Map(map) => {
                self.put("{");
                self.separated(map.keys.iter().zip(&map.values), |writer, (key, value)| {
                    writer.operand(key);
                    writer.put(": ");
                    writer.operand(value);
                });
                self.put("}|");
                self.put(NEST);
            }
        }
    }

    fn constant(&mut self, literal: &Const, place: Span) {
        if let Some(text) = literal.value.as_str() {
            self.put("\"");
            self.escaped(text);
            self.put("\"");
        } else if literal.value.is_number() {
            // As it was written: numbers have more spellings than values.
            let written = place.slice(self.source);
            self.put(written);
        } else if literal.value.is_none() {
            self.put("none");
        } else {
            self.put(if literal.value.is_true() { "true" } else { "false" });
        }
    }

    fn binary(&mut self, binary: &BinOp<'s>) {
        let word = match binary.op {
            BinOpKind::Eq => " == ",
            BinOpKind::Ne => " != ",
            BinOpKind::Lt => " < ",
            BinOpKind::Lte => " <= ",
            BinOpKind::Gt => " > ",
            BinOpKind::Gte => " >= ",
            BinOpKind::In => " in ",
            BinOpKind::ScAnd => " and ",
            BinOpKind::ScOr => " or ",
            BinOpKind::Add => " + ",
            BinOpKind::Sub => " - ",
            BinOpKind::Mul => " * ",
            BinOpKind::Div => " / ",
            BinOpKind::FloorDiv => " // ",
            BinOpKind::Rem => " % ",
            BinOpKind::Pow => " ** ",
            BinOpKind::Concat => " ~ ",
        };
        match binary.op {
            BinOpKind::Eq
            | BinOpKind::Ne
            | BinOpKind::Lt
            | BinOpKind::Lte
            | BinOpKind::Gt
            | BinOpKind::Gte
            | BinOpKind::In => {
                self.through(&binary.left, READ);
                self.put(word);
                self.through(&binary.right, READ);
            }
            BinOpKind::Mul => {
                // Literals too: two of them would be worked out before anything runs.
                self.postfix(&binary.left);
                self.put("|");
                self.put(LEFT);
                self.put(word);
                self.postfix(&binary.right);
                self.put("|");
                self.put(RIGHT);
            }
            BinOpKind::Concat | BinOpKind::Add => {
                let filter = if matches!(binary.op, BinOpKind::Add) { ADD } else { WEIGH };
                self.chain(binary, filter, word, 1);
                self.put(word);
                self.through_times(&binary.right, filter, 1);
            }
            BinOpKind::ScAnd
            | BinOpKind::ScOr
            | BinOpKind::Sub
            | BinOpKind::Div
            | BinOpKind::FloorDiv
            | BinOpKind::Rem
            | BinOpKind::Pow => {
                self.operand(&binary.left);
                self.put(word);
                self.operand(&binary.right);
            }
        }
    }

    /// The left side of a chain of one operator, whose operands are copied into every result on their right.
    fn chain(&mut self, binary: &BinOp<'s>, filter: &str, word: &str, copies: usize) {
        match &binary.left {
            Expr::BinOp(left) if std::mem::discriminant(&left.op) == std::mem::discriminant(&binary.op) => {
                self.chain(left, filter, word, copies + 1);
                self.put(word);
                self.through_times(&left.right, filter, copies);
            }
            first => self.through_times(first, filter, copies),
        }
    }
}
