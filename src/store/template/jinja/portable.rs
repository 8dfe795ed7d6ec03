//! The portable subset: what renders to the same bytes in minijinja, in Python's Jinja2 and in nunjucks.
//!
//! A template leaves it by what one of the engines lacks (`map`, `namespace`, `{% with %}`), by what the host language
//! decides (methods, how truth values and lists are printed, division), or by what the engines do differently (`set` in
//! a loop, chained comparisons). What depends on a value's type is a departure where the template alone shows it.
//!
//! Sources: the manuals of Jinja2 3.1 and nunjucks 3.2, and the engines compared by `examples/readers/compare_jinja2.py`.

use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, ForLoop, Macro, Stmt, UnaryOpKind};
use minijinja::machinery::parse;
use minijinja::syntax::SyntaxConfig;

use super::span;
use crate::text::Span;

/// Something that the engines do not have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// What it is, for people: `` the filter `map` ``.
    pub construct: String,
    /// Where.
    pub span: Span,
    /// What differs, as a sentence without a full stop.
    pub reason: &'static str,
}

const FILTERS: &[&str] = &[
    "abs",
    "capitalize",
    "d",
    "default",
    "dictsort",
    "first",
    "int",
    "join",
    "last",
    "length",
    "lower",
    "replace",
    "safe",
    "sort",
    "string",
    "sum",
    "trim",
    "upper",
];

const TESTS: &[&str] = &[
    "defined",
    "divisibleby",
    "eq",
    "equalto",
    "even",
    "ge",
    "gt",
    "le",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "string",
    "undefined",
];

const FUNCTIONS: &[&str] = &["caller", "loop", "range", "super"];

const LOOP: &[&str] = &["first", "index", "index0", "last", "length", "revindex", "revindex0"];

/// Attributes that Python's mappings have before any entry of that name is looked for.
const METHODS: &[&str] =
    &["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];

const LACKING: &str = "not every engine has it";
const HOST: &str = "it belongs to the host language, and not every engine lends it";
const PRINTED: &str = "each engine prints it in its host language's way";

/// What keeps the template `text` from the portable subset, in order; nothing where it does not parse.
pub fn departures(text: &str) -> Vec<Departure> {
    let Ok(Stmt::Template(template)) = parse(text, "template", SyntaxConfig::default()) else { return Vec::new() };
    let mut finder = Finder { macros: Vec::new(), loops: 0, found: Vec::new() };
    if let Some(at) = memchr::memchr(b'\r', text.as_bytes()) {
        let reason = "Jinja2 makes a line feed of it";
        finder.leaves("a carriage return", Span::new(at, at + 1), reason);
    }
    finder.stmts(&template.children);
    finder.found.sort_by_key(|departure| departure.span);
    finder.found
}

struct Finder<'s> {
    /// Names that the template itself makes callable.
    macros: Vec<&'s str>,
    loops: usize,
    found: Vec<Departure>,
}

impl<'s> Finder<'s> {
    fn leaves(&mut self, construct: impl Into<String>, span: Span, reason: &'static str) {
        self.found.push(Departure { construct: construct.into(), span, reason });
    }

    fn stmts(&mut self, stmts: &[Stmt<'s>]) {
        stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt<'s>) {
        match stmt {
            Stmt::Template(template) => self.stmts(&template.children),
            Stmt::EmitRaw(_) => {}
            Stmt::EmitExpr(emit) => self.printed(&emit.expr),
            Stmt::ForLoop(each) => self.for_loop(each, span(each.span())),
            Stmt::IfCond(cond) => {
                self.expr(&cond.expr);
                self.stmts(&cond.true_body);
                self.stmts(&cond.false_body);
            }
            Stmt::WithBlock(with) => {
                self.leaves("`{% with %}`", span(with.span()), LACKING);
                with.assignments.iter().for_each(|(_, value)| self.expr(value));
                self.stmts(&with.body);
            }
            Stmt::Set(set) => {
                self.assignment(&set.target, span(set.span()));
                self.expr(&set.expr);
            }
            Stmt::SetBlock(set) => {
                self.assignment(&set.target, span(set.span()));
                set.filter.iter().for_each(|filter| self.expr(filter));
                self.stmts(&set.body);
            }
            Stmt::AutoEscape(escape) => {
                self.leaves("`{% autoescape %}`", span(escape.span()), LACKING);
                self.stmts(&escape.body);
            }
            Stmt::FilterBlock(block) => {
                self.expr(&block.filter);
                self.stmts(&block.body);
            }
            Stmt::Block(block) => {
                if block.required {
                    self.leaves("a block that is `required`", span(block.span()), LACKING);
                }
                self.stmts(&block.body);
            }
            Stmt::Import(import) => self.callable(&import.name),
            Stmt::FromImport(import) => {
                import.names.iter().for_each(|(name, alias)| self.callable(alias.as_ref().unwrap_or(name)));
            }
            Stmt::Extends(_) | Stmt::Include(_) => {}
            Stmt::Macro(decl) => {
                self.macros.push(decl.name);
                self.macro_body(decl);
            }
            Stmt::CallBlock(block) => {
                self.call(&block.call, span(block.call.span()));
                self.macro_body(&block.macro_decl);
            }
            Stmt::Continue(word) => self.leaves("`{% continue %}`", span(word.span()), LACKING),
            Stmt::Break(word) => self.leaves("`{% break %}`", span(word.span()), LACKING),
            Stmt::Do(stmt) => self.leaves("`{% do %}`", span(stmt.call.span()), LACKING),
        }
    }

    fn callable(&mut self, name: &Expr<'s>) {
        if let Expr::Var(var) = name {
            self.macros.push(var.id);
        }
    }

    fn macro_body(&mut self, decl: &Macro<'s>) {
        decl.defaults.iter().for_each(|default| self.expr(default));
        let loops = std::mem::take(&mut self.loops);
        self.stmts(&decl.body);
        self.loops = loops;
    }

    fn assignment(&mut self, target: &Expr<'s>, place: Span) {
        match target {
            Expr::GetAttr(_) => self.leaves("a `namespace`", place, LACKING),
            _ if self.loops > 0 => {
                let reason = "in one engine it also changes the variable outside of the loop";
                self.leaves("a `set` in a loop", place, reason);
            }
            _ => {}
        }
    }

    fn for_loop(&mut self, each: &ForLoop<'s>, place: Span) {
        self.expr(&each.iter);
        if let Some(filter) = &each.filter_expr {
            self.leaves("a loop with an `if`", place, LACKING);
            self.expr(filter);
        }
        if each.recursive {
            self.leaves("a `recursive` loop", place, LACKING);
        }
        self.loops += 1;
        self.stmts(&each.body);
        self.loops -= 1;
        self.stmts(&each.else_body);
    }

    /// An expression whose value is printed.
    fn printed(&mut self, expr: &Expr<'s>) {
        let at = span(expr.span());
        match expr {
            Expr::Test(_) | Expr::Compare(_) => self.leaves("a printed truth value", at, PRINTED),
            Expr::UnaryOp(unary) if matches!(unary.op, UnaryOpKind::Not) => {
                self.leaves("a printed truth value", at, PRINTED);
            }
            Expr::BinOp(binary) if compares(&binary.op) => self.leaves("a printed truth value", at, PRINTED),
            Expr::Const(literal)
                if literal.value.as_str().is_none()
                    && !(literal.value.is_number() && literal.value.as_i64().is_some()) =>
            {
                self.leaves("a printed constant that is neither text nor a whole number", at, PRINTED);
            }
            Expr::List(_) | Expr::Tuple(_) | Expr::Map(_) => self.leaves("a printed list or mapping", at, PRINTED),
            Expr::Filter(filter) if matches!(filter.name, "sort" | "dictsort") => {
                self.leaves("a printed list or mapping", at, PRINTED);
            }
            Expr::IfExpr(choice) => {
                self.printed(&choice.true_expr);
                choice.false_expr.iter().for_each(|otherwise| self.printed(otherwise));
                self.expr(&choice.test_expr);
                return;
            }
            _ => {}
        }
        self.expr(expr);
    }

    fn expr(&mut self, expr: &Expr<'s>) {
        let at = span(expr.span());
        match expr {
            Expr::Var(_) | Expr::Const(_) => {}
            Expr::Slice(slice) => {
                self.leaves("a slice", at, LACKING);
                self.expr(&slice.expr);
            }
            Expr::UnaryOp(unary) => self.expr(&unary.expr),
            Expr::BinOp(binary) => {
                match binary.op {
                    BinOpKind::Div => {
                        let reason = "a whole result is printed as `2.0` by some engines and as `2` by others";
                        self.leaves("division by `/`", at, reason);
                    }
                    BinOpKind::Mul | BinOpKind::Rem if is_text(&binary.left) || is_text(&binary.right) => {
                        self.leaves("arithmetic with text", at, HOST);
                    }
                    _ => {}
                }
                self.expr(&binary.left);
                self.expr(&binary.right);
            }
            Expr::Compare(compare) => {
                if compare.ops.len() > 1 {
                    self.leaves(
                        "a chain of comparisons",
                        at,
                        "one engine compares the first result with the next value",
                    );
                }
                self.expr(&compare.expr);
                compare.ops.iter().for_each(|op| self.expr(&op.expr));
            }
            Expr::IfExpr(choice) => {
                self.expr(&choice.test_expr);
                self.expr(&choice.true_expr);
                choice.false_expr.iter().for_each(|otherwise| self.expr(otherwise));
            }
            Expr::Filter(filter) => {
                if !FILTERS.contains(&filter.name) {
                    self.leaves(format!("the filter `{}`", filter.name), at, LACKING);
                }
                filter.expr.iter().for_each(|inner| self.expr(inner));
                self.args(&filter.args);
            }
            Expr::Test(test) => {
                if !TESTS.contains(&test.name) {
                    self.leaves(format!("the test `{}`", test.name), at, LACKING);
                }
                self.expr(&test.expr);
                self.args(&test.args);
            }
            Expr::GetAttr(attr) => {
                let of_loop = matches!(&attr.expr, Expr::Var(var) if var.id == "loop");
                if of_loop && !LOOP.contains(&attr.name) {
                    self.leaves(format!("`loop.{}`", attr.name), at, LACKING);
                }
                if METHODS.contains(&attr.name) {
                    let reason = "Python takes it for its mappings' method of that name";
                    self.leaves(format!("the attribute `{}`", attr.name), at, reason);
                }
                self.expr(&attr.expr);
            }
            Expr::GetItem(item) => {
                if let Expr::UnaryOp(_) = &item.subscript_expr {
                    self.leaves("an index from the end", at, HOST);
                }
                self.expr(&item.expr);
                self.expr(&item.subscript_expr);
            }
            Expr::Call(call) => self.call(call, at),
            Expr::List(list) => list.items.iter().for_each(|item| self.expr(item)),
            Expr::Tuple(tuple) => {
                self.leaves("a tuple", at, LACKING);
                tuple.items.iter().for_each(|item| self.expr(item));
            }
            Expr::Map(map) => {
                map.keys.iter().chain(&map.values).for_each(|item| self.expr(item));
            }
        }
    }

    fn call(&mut self, call: &Call<'s>, at: Span) {
        match &call.expr {
            Expr::Var(var) => {
                if !FUNCTIONS.contains(&var.id) && !self.macros.contains(&var.id) {
                    self.leaves(format!("the function `{}`", var.id), at, LACKING);
                }
            }
            Expr::GetAttr(attr) => {
                let imported =
                    matches!(&attr.expr, Expr::Var(var) if self.macros.contains(&var.id) || var.id == "self");
                if !imported {
                    self.leaves(format!("the method `{}`", attr.name), at, HOST);
                }
                if !matches!(&attr.expr, Expr::Var(_)) {
                    self.expr(&attr.expr);
                }
            }
            other => self.expr(other),
        }
        self.args(&call.args);
    }

    fn args(&mut self, args: &[CallArg<'s>]) {
        for arg in args {
            match arg {
                CallArg::Pos(value) | CallArg::Kwarg(_, value) => self.expr(value),
                CallArg::PosSplat(value) | CallArg::KwargSplat(value) => {
                    self.leaves("arguments from a list or mapping", span(value.span()), LACKING);
                }
            }
        }
    }
}

fn compares(op: &BinOpKind) -> bool {
    matches!(
        op,
        BinOpKind::Eq | BinOpKind::Ne | BinOpKind::Lt | BinOpKind::Lte | BinOpKind::Gt | BinOpKind::Gte | BinOpKind::In
    )
}

fn is_text(expr: &Expr<'_>) -> bool {
    matches!(expr, Expr::Const(literal) if literal.value.as_str().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constructs(text: &str) -> Vec<String> {
        departures(text).into_iter().map(|departure| departure.construct).collect()
    }

    #[test]
    fn ordinary_templates_are_portable() {
        for text in [
            "Dear {{ name | trim | upper }}, {{ user.name }}{{ user['a'] }}{{ items[0] }}",
            "{% for x in xs %}{{ loop.index }}. {{ x.title }}{% if not loop.last %}, {% endif %}{% else %}-{% endfor %}",
            "{% if tone == 'warm' and n is divisibleby(2) or x is defined %}a{% elif 'a' in xs %}b{% endif %}",
            "{% set a = 'x' ~ n %}{{ a }}{{ n + 1 }}{{ xs | join(', ') }}{{ x | default('y') }}",
            "{% macro m(a, b='-') %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{% include 'a.md' %}{% raw %}{{ x.y() }}{% endraw %}",
            "{% import 'a.md' as lib %}{{ lib.m(1) }}{% filter upper %}a{% endfilter %}{{ 'a' if x else 'b' }}",
        ] {
            assert_eq!(constructs(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn the_page_about_bundles_names_the_subset() {
        let page = include_str!("../../../../docs/bundle.md");
        let (_, subset) = page.split_once("TPL017").expect("the page names the rule that looks for departures");
        let (subset, _) = subset.split_once("\n## ").expect("another part follows");
        let words = [FILTERS, TESTS].concat().into_iter().map(str::to_owned);
        let words = words.chain(LOOP.iter().map(|name| format!("loop.{name}")));
        let missing: Vec<String> = words.filter(|word| !subset.contains(&format!("`{word}`"))).collect();
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn what_the_engines_do_not_share_is_named() {
        for (text, expected) in [
            ("{{ xs | map('upper') | join }}", "the filter `map`"),
            ("{{ x is sequence }}", "a printed truth value"),
            ("{% if x is sequence %}{% endif %}", "the test `sequence`"),
            ("{{ name.upper() }}", "the method `upper`"),
            ("{{ x.items }}", "the attribute `items`"),
            ("{% set n = namespace(a=1) %}", "the function `namespace`"),
            ("{% set n.a = 1 %}", "a `namespace`"),
            ("{% for x in xs %}{% set y = x %}{% endfor %}", "a `set` in a loop"),
            ("{% for x in xs if x %}{% endfor %}", "a loop with an `if`"),
            ("{% for x in xs %}{{ loop.changed }}{% endfor %}", "`loop.changed`"),
            ("{% for x in xs %}{% break %}{% endfor %}", "`{% break %}`"),
            ("{% with a = 1 %}{% endwith %}", "`{% with %}`"),
            ("{{ 4 / 2 }}", "division by `/`"),
            ("{{ '-' * 3 }}", "arithmetic with text"),
            ("{{ x[1:] }}", "a slice"),
            ("{{ xs[-1] }}", "an index from the end"),
            ("{{ true }}", "a printed constant that is neither text nor a whole number"),
            ("{{ [1] }}", "a printed list or mapping"),
            ("a\r\nb", "a carriage return"),
        ] {
            assert_eq!(constructs(text).first().map(String::as_str), Some(expected), "{text}");
        }
    }
}
