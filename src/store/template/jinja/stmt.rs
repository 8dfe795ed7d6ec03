//! Statements: what they bind, for how long, and what they take in.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{Expr, ForLoop, IfCond, Macro, Stmt};

use super::names::{Items, enter};
use super::scope::Bound;
use super::{Walker, span};
use crate::store::template::{Binding, BindingKind, Include, Step, UseKind};
use crate::text::Span;

impl<'s> Walker<'s> {
    /// Walks a whole template.
    pub(super) fn template(&mut self, children: &[Stmt<'s>]) {
        if has_macro(children) {
            let mut names = BTreeSet::new();
            top_level(children, &mut names);
            self.top_level = Some(names);
        }
        self.stmts(children);
    }

    fn stmts(&mut self, stmts: &[Stmt<'s>]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    /// Walks statements that have a scope of their own.
    fn scoped(&mut self, stmts: &[Stmt<'s>]) {
        let mark = self.scopes.mark();
        self.stmts(stmts);
        self.scopes.reset(mark);
    }

    fn stmt(&mut self, stmt: &Stmt<'s>) {
        match stmt {
            Stmt::Template(template) => self.stmts(&template.children),
            Stmt::EmitExpr(emit) => {
                self.expr(&emit.expr, UseKind::PrintedRaw);
            }
            Stmt::EmitRaw(_) | Stmt::Continue(_) | Stmt::Break(_) => {}
            Stmt::ForLoop(each) => self.for_loop(each),
            Stmt::IfCond(cond) => self.if_cond(cond),
            Stmt::WithBlock(with) => {
                let mut values = Vec::with_capacity(with.assignments.len());
                for (_, value) in &with.assignments {
                    self.expr(value, UseKind::Other);
                    values.push(self.bound(value));
                }
                let mark = self.scopes.mark();
                for ((target, _), value) in with.assignments.iter().zip(values) {
                    self.bind(target, value, BindingKind::With);
                }
                self.stmts(&with.body);
                self.scopes.reset(mark);
            }
            Stmt::Set(set) => {
                self.expr(&set.expr, UseKind::Other);
                self.assign(&set.target, &set.expr);
            }
            Stmt::SetBlock(set) => {
                if let Some(filter) = &set.filter {
                    self.expr(filter, UseKind::Other);
                }
                self.scoped(&set.body);
                self.bind(&set.target, Bound::Own, BindingKind::Set);
            }
            Stmt::AutoEscape(escape) => {
                self.expr(&escape.enabled, UseKind::Other);
                self.scoped(&escape.body);
            }
            Stmt::FilterBlock(block) => {
                self.expr(&block.filter, UseKind::Other);
                self.scoped(&block.body);
            }
            Stmt::Block(block) => self.scoped(&block.body),
            Stmt::Import(import) => {
                self.include(&import.expr, Optional::No, Visible::Nothing);
                self.bind(&import.name, Bound::Own, BindingKind::Import);
            }
            Stmt::FromImport(import) => {
                self.include(&import.expr, Optional::No, Visible::Nothing);
                for (name, alias) in &import.names {
                    self.bind(alias.as_ref().unwrap_or(name), Bound::Own, BindingKind::Import);
                }
            }
            Stmt::Extends(extends) => self.include(&extends.name, Optional::No, Visible::Bound),
            Stmt::Include(include) => {
                let optional = if include.ignore_missing { Optional::Yes } else { Optional::No };
                self.include(&include.name, optional, Visible::Bound);
            }
            Stmt::Macro(decl) => {
                let at = self.span_of(decl.name);
                self.declare(decl.name, at, Bound::Own, BindingKind::Macro);
                self.macro_body(decl);
            }
            Stmt::CallBlock(block) => {
                self.call(&block.call, UseKind::Other);
                self.macro_body(&block.macro_decl);
            }
            Stmt::Do(stmt) => {
                self.call(&stmt.call, UseKind::Other);
            }
        }
    }

    fn for_loop(&mut self, each: &ForLoop<'s>) {
        self.expr(&each.iter, UseKind::Iterated);
        let items = self.bound_items(&each.iter);
        let mark = self.scopes.mark();
        match (items, &each.target) {
            (Items::Pairs(value), Expr::List(targets)) => {
                for target in &targets.items {
                    self.bind(target, value.clone(), BindingKind::Loop);
                }
            }
            (Items::Pairs(value) | Items::Each(value), target) => self.bind(target, value, BindingKind::Loop),
        }
        if let Some(filter) = &each.filter_expr {
            let known = self.expr(filter, UseKind::Tested);
            self.scopes.guard(&known.if_true);
        }
        self.stmts(&each.body);
        self.scopes.reset(mark);
        self.scoped(&each.else_body);
    }

    fn if_cond(&mut self, cond: &IfCond<'s>) {
        let known = self.expr(&cond.expr, UseKind::Tested);
        let mark = self.scopes.mark();
        self.scopes.guard(&known.if_true);
        self.stmts(&cond.true_body);
        let held = self.scopes.take(mark);
        self.scopes.guard(&known.if_false);
        self.stmts(&cond.false_body);
        let failed = self.scopes.take(mark);
        self.scopes.join(held, failed);
    }

    fn macro_body(&mut self, decl: &Macro<'s>) {
        let mark = self.scopes.mark();
        for arg in &decl.args {
            self.bind(arg, Bound::Own, BindingKind::Parameter);
        }
        for default in &decl.defaults {
            self.expr(default, UseKind::Other);
        }
        self.macros += 1;
        self.stmts(&decl.body);
        self.macros -= 1;
        self.scopes.reset(mark);
    }

    fn assign(&mut self, target: &Expr<'s>, value: &Expr<'s>) {
        if let Expr::List(targets) = target {
            let values = match value {
                Expr::Tuple(tuple) => tuple.items.as_slice(),
                Expr::List(list) => list.items.as_slice(),
                _ => &[],
            };
            if values.len() == targets.items.len() {
                let bounds: Vec<_> = values.iter().map(|value| self.bound(value)).collect();
                for (target, bound) in targets.items.iter().zip(bounds) {
                    self.bind(target, bound, BindingKind::Set);
                }
                return;
            }
        }
        let bound = self.bound(value);
        self.bind(target, bound, BindingKind::Set);
    }

    /// Binds a target: a name, names in a list, or an attribute of a namespace.
    fn bind(&mut self, target: &Expr<'s>, value: Bound<'s>, kind: BindingKind) {
        match target {
            Expr::Var(var) => self.declare(var.id, span(var.span()), value, kind),
            Expr::List(list) => {
                for item in &list.items {
                    self.bind(item, enter(value.clone(), Step::Item), kind);
                }
            }
            // Writing to a namespace reads the name of the namespace.
            Expr::GetAttr(attr) => {
                self.expr(&attr.expr, UseKind::Other);
            }
            _ => {}
        }
    }

    fn declare(&mut self, name: &'s str, at: Span, value: Bound<'s>, kind: BindingKind) {
        self.out.bindings.push(Binding { name: name.to_owned(), span: at, kind });
        self.scopes.bind(name, value);
    }

    fn include(&mut self, name: &Expr<'s>, optional: Optional, visible: Visible) {
        match name {
            Expr::List(list) => self.alternatives(&list.items, visible),
            Expr::Tuple(tuple) => self.alternatives(&tuple.items, visible),
            Expr::Const(literal) => {
                let quoted = span(literal.span());
                let inner = Span { start: quoted.start + 1, end: quoted.end.saturating_sub(1).max(quoted.start + 1) };
                let at = if quoted.len() >= 2 { inner } else { quoted };
                self.push_include(literal.value.as_str().map(str::to_owned), at, optional, visible);
            }
            computed => {
                self.expr(computed, UseKind::Other);
                self.push_include(None, span(computed.span()), optional, visible);
            }
        }
    }

    fn alternatives(&mut self, names: &[Expr<'s>], visible: Visible) {
        for name in names {
            self.include(name, Optional::Yes, visible);
        }
    }

    fn push_include(&mut self, target: Option<String>, at: Span, optional: Optional, visible: Visible) {
        let visible: Vec<String> = match visible {
            Visible::Bound => self.visible(),
            Visible::Nothing => Vec::new(),
        };
        self.out.includes.push(Include { target, span: at, optional: optional == Optional::Yes, visible });
    }
}

impl Walker<'_> {
    fn visible(&mut self) -> Vec<String> {
        let mut visible = Vec::new();
        if self.visible_left > 0 {
            for name in self.scopes.names() {
                self.visible_left = self.visible_left.saturating_sub(name.len() + 8);
                visible.push(name.to_owned());
            }
        }
        visible
    }
}

/// Whether a missing target is provided for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Optional {
    Yes,
    No,
}

/// Which of this template's names another one sees.
#[derive(Clone, Copy)]
enum Visible {
    /// Those that are bound where it is included.
    Bound,
    /// None: an import does not see its importer.
    Nothing,
}

fn has_macro(stmts: &[Stmt<'_>]) -> bool {
    stmts.iter().any(|stmt| match stmt {
        Stmt::Macro(_) | Stmt::CallBlock(_) => true,
        Stmt::IfCond(cond) => has_macro(&cond.true_body) || has_macro(&cond.false_body),
        Stmt::ForLoop(each) => has_macro(&each.body) || has_macro(&each.else_body),
        Stmt::WithBlock(with) => has_macro(&with.body),
        Stmt::Block(block) => has_macro(&block.body),
        _ => false,
    })
}

/// Collects the names that statements bind outside of any scope.
fn top_level<'s>(stmts: &[Stmt<'s>], names: &mut BTreeSet<&'s str>) {
    for stmt in stmts {
        match stmt {
            Stmt::Set(set) => targets(&set.target, names),
            Stmt::SetBlock(set) => targets(&set.target, names),
            Stmt::Macro(decl) => {
                names.insert(decl.name);
            }
            Stmt::Import(import) => targets(&import.name, names),
            Stmt::FromImport(import) => {
                for (name, alias) in &import.names {
                    targets(alias.as_ref().unwrap_or(name), names);
                }
            }
            Stmt::IfCond(cond) => {
                top_level(&cond.true_body, names);
                top_level(&cond.false_body, names);
            }
            _ => {}
        }
    }
}

fn targets<'s>(target: &Expr<'s>, names: &mut BTreeSet<&'s str>) {
    match target {
        Expr::Var(var) => {
            names.insert(var.id);
        }
        Expr::List(list) => list.items.iter().for_each(|item| targets(item, names)),
        _ => {}
    }
}
