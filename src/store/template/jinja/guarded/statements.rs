//! Statements of a guarded template.

use minijinja::machinery::ast::{Expr, ForLoop, IfCond, Macro, Stmt};

use super::{ENTER, FROM, NEST, WALK, Writer};
use crate::store::template::jinja::span;
use crate::text::Span;

impl<'s> Writer<'s> {
    pub(super) fn stmts(&mut self, stmts: &[Stmt<'s>]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    fn tag(&mut self, place: Span, word: &str, inside: impl FnOnce(&mut Self)) {
        self.placed(place, |writer| {
            writer.put("{% ");
            writer.put(word);
            writer.put(" ");
            inside(writer);
            writer.put(" %}");
        });
    }

    fn end(&mut self, word: &str) {
        self.put("{% ");
        self.put(word);
        self.put(" %}");
    }

    fn stmt(&mut self, stmt: &Stmt<'s>) {
        match stmt {
            Stmt::Template(template) => self.stmts(&template.children),
            Stmt::EmitRaw(raw) => self.literal(raw.raw),
            Stmt::EmitExpr(emit) => self.emit(&emit.expr, span(emit.expr.span())),
            Stmt::ForLoop(each) => self.for_loop(each, span(each.span())),
            Stmt::IfCond(cond) => {
                self.if_cond("if", cond, span(cond.span()));
                self.end("endif");
            }
            Stmt::WithBlock(with) => {
                self.tag(span(with.span()), "with", |writer| {
                    writer.separated(with.assignments.iter(), |writer, (target, value)| {
                        writer.target(target);
                        writer.put(" = ");
                        writer.expr(value);
                    });
                });
                self.stmts(&with.body);
                self.end("endwith");
            }
            Stmt::Set(set) => self.tag(span(set.span()), "set", |writer| {
                writer.target(&set.target);
                writer.put(" = ");
                if matches!(set.target, Expr::GetAttr(_)) {
                    writer.through(&set.expr, NEST);
                } else {
                    writer.expr(&set.expr);
                }
            }),
            Stmt::SetBlock(set) => {
                self.tag(span(set.span()), "set", |writer| {
                    writer.target(&set.target);
                    if let Some(filter) = &set.filter {
                        writer.put(" | ");
                        writer.filters(filter);
                    }
                });
                self.stmts(&set.body);
                self.end("endset");
            }
            Stmt::AutoEscape(escape) => {
                self.tag(span(escape.span()), "autoescape", |writer| writer.expr(&escape.enabled));
                self.stmts(&escape.body);
                self.end("endautoescape");
            }
            Stmt::FilterBlock(block) => {
                self.tag(span(block.span()), "filter", |writer| writer.filters(&block.filter));
                self.stmts(&block.body);
                self.end("endfilter");
            }
            Stmt::Macro(decl) => self.macro_block(decl, span(decl.span())),
            Stmt::CallBlock(block) => {
                self.tag(span(block.call.span()), "call", |writer| {
                    writer.parameters(&block.macro_decl);
                    writer.put(" ");
                    writer.call(&block.call);
                });
                self.stmts(&block.macro_decl.body);
                self.end("endcall");
            }
            Stmt::Do(stmt) => self.tag(span(stmt.call.span()), "do", |writer| writer.call(&stmt.call)),
            Stmt::Continue(_) => self.end("continue"),
            Stmt::Break(_) => self.end("break"),
            Stmt::Block(_) | Stmt::Import(_) | Stmt::FromImport(_) | Stmt::Extends(_) | Stmt::Include(_) => {
                self.other_template(stmt);
            }
        }
    }

    /// What takes in other templates, or parts of them.
    fn other_template(&mut self, stmt: &Stmt<'s>) {
        match stmt {
            Stmt::Block(block) => {
                self.tag(span(block.span()), "block", |writer| {
                    writer.put(block.name);
                    writer.put(if block.required { " required" } else { "" });
                });
                self.stmts(&block.body);
                self.end("endblock");
            }
            Stmt::Import(import) => self.tag(span(import.span()), "import", |writer| {
                writer.entered(&import.expr);
                writer.put(" as ");
                writer.target(&import.name);
            }),
            Stmt::FromImport(import) => self.tag(span(import.span()), "from", |writer| {
                writer.entered(&import.expr);
                writer.put(" import ");
                writer.separated(import.names.iter(), |writer, (name, alias)| {
                    writer.target(name);
                    if let Some(alias) = alias {
                        writer.put(" as ");
                        writer.target(alias);
                    }
                });
            }),
            Stmt::Extends(extends) => {
                self.tag(span(extends.span()), "extends", |writer| writer.entered(&extends.name));
            }
            Stmt::Include(include) => self.tag(span(include.span()), "include", |writer| {
                writer.entered(&include.name);
                writer.put(if include.ignore_missing { " ignore missing" } else { "" });
            }),
            _ => {}
        }
    }

    /// The name of another template.
    fn entered(&mut self, name: &Expr<'s>) {
        self.postfix(name);
        self.put("|");
        self.put(ENTER);
    }

    /// Prints literal text, with the marks that fall into it.
    fn literal(&mut self, raw: &'s str) {
        if raw.is_empty() {
            return;
        }
        let start = (raw.as_ptr() as usize).wrapping_sub(self.source.as_ptr() as usize);
        let from = self.marks.at.partition_point(|at| *at < start);
        let inside = self.marks.at[from..].iter().map(|at| at - start).take_while(|at| *at < raw.len());
        self.put("{{\"");
        let mut done = 0;
        for at in inside.filter(|at| raw.is_char_boundary(*at)) {
            self.escaped(&raw[done..at]);
            self.out.text.push(self.marks.character);
            done = at;
        }
        self.escaped(&raw[done..]);
        self.put("\"}}");
    }

    fn emit(&mut self, expr: &Expr<'s>, place: Span) {
        let index = self.out.prints.len() + self.marks.first_print;
        self.placed(place, |writer| {
            writer.put("{{");
            if recurses(expr) {
                writer.expr(expr);
            } else {
                writer.postfix(expr);
                writer.put("|");
                writer.put(FROM);
                writer.put("(");
                writer.number(index);
                writer.put(")");
            }
            writer.put("}}");
        });
        self.out.prints.push(place);
    }

    fn for_loop(&mut self, each: &ForLoop<'s>, place: Span) {
        self.tag(place, "for", |writer| {
            writer.target(&each.target);
            writer.put(" in ");
            writer.through(&each.iter, WALK);
            if let Some(filter) = &each.filter_expr {
                writer.put(" if ");
                writer.operand(filter);
            }
            writer.put(if each.recursive { " recursive" } else { "" });
        });
        self.stmts(&each.body);
        if !each.else_body.is_empty() {
            self.end("else");
            self.stmts(&each.else_body);
        }
        self.end("endfor");
    }

    fn if_cond(&mut self, word: &str, cond: &IfCond<'s>, place: Span) {
        self.tag(place, word, |writer| writer.expr(&cond.expr));
        self.stmts(&cond.true_body);
        match cond.false_body.as_slice() {
            [] => {}
            // Nested as deep as the chain is long it would be too deep for the parser.
            [Stmt::IfCond(next)] => self.if_cond("elif", next, span(next.span())),
            otherwise => {
                self.end("else");
                self.stmts(otherwise);
            }
        }
    }

    fn macro_block(&mut self, decl: &Macro<'s>, place: Span) {
        self.tag(place, "macro", |writer| {
            writer.put(decl.name);
            writer.parameters(decl);
        });
        self.stmts(&decl.body);
        self.end("endmacro");
    }

    fn parameters(&mut self, decl: &Macro<'s>) {
        let required = decl.args.len().saturating_sub(decl.defaults.len());
        self.put("(");
        self.separated(decl.args.iter().enumerate(), |writer, (at, arg)| {
            writer.target(arg);
            if let Some(default) = at.checked_sub(required).and_then(|at| decl.defaults.get(at)) {
                writer.put("=");
                writer.expr(default);
            }
        });
        self.put(")");
    }

    /// What is assigned to: a name, an attribute of a namespace, or several.
    fn target(&mut self, target: &Expr<'s>) {
        match target {
            Expr::List(list) => self.separated(list.items.iter(), |writer, item| {
                let nested = matches!(item, Expr::List(_));
                writer.put(if nested { "(" } else { "" });
                writer.target(item);
                // One name alone is taken apart too.
                writer.put(if nested { ")" } else { "" });
                writer.put(if list.items.len() == 1 { "," } else { "" });
            }),
            Expr::GetAttr(attr) => {
                self.target(&attr.expr);
                self.put(".");
                self.put(attr.name);
            }
            Expr::Var(var) => self.put(var.id),
            _ => {}
        }
    }

    /// A chain of filters that begins with the text of a block.
    fn filters(&mut self, filter: &Expr<'s>) {
        let Expr::Filter(filter) = filter else { return };
        if let Some(inner) = &filter.expr {
            self.filters(inner);
            self.put(" | ");
        }
        self.put(filter.name);
        self.arguments(&filter.args);
    }
}

/// Whether the engine prints `expr` by running templates again, which takes no filter.
fn recurses(expr: &Expr<'_>) -> bool {
    let Expr::Call(call) = expr else { return false };
    match &call.expr {
        Expr::Var(var) => matches!(var.id, "super" | "loop"),
        Expr::GetAttr(attr) => matches!(&attr.expr, Expr::Var(var) if var.id == "self"),
        _ => false,
    }
}
