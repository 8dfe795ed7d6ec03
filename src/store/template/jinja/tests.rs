use proptest::prelude::*;

use super::*;
use crate::store::template::tests::text;
use crate::store::template::{BindingKind, CallKind, Step, TagKind, UseKind};

/// Each use as `place`, `place?` where it is guarded, `~place` where it goes through a binding.
fn uses(text: &str) -> Vec<String> {
    let found = analyse(text);
    assert_eq!(found.errors, [], "{text}");
    found
        .uses
        .iter()
        .map(|usage| {
            let step = |step: &Step| match step {
                Step::Attribute(name) => format!(".{name}"),
                Step::Item => "[]".to_owned(),
                Step::Dynamic => "{}".to_owned(),
            };
            let path: String = usage.path.iter().map(step).collect();
            let through = if usage.through_binding { "~" } else { "" };
            format!("{through}{}{path}{}", usage.root, if usage.guarded { "?" } else { "" })
        })
        .collect()
}

fn kinds(text: &str) -> Vec<UseKind> {
    analyse(text).uses.iter().map(|usage| usage.kind).collect()
}

#[test]
fn reads_lead_to_the_outer_variable() {
    for (text, wanted) in [
        ("{% for p in passages %}{{ p.title }}{% endfor %}{{ p }}", vec!["passages", "~passages[].title", "p"]),
        ("{% for k, v in d.items() %}{{ k }}{{ v.x }}{% endfor %}", vec!["d", "~d{}", "~d{}.x"]),
        ("{% for a, b in pairs %}{{ b }}{% endfor %}", vec!["pairs", "~pairs[][]"]),
        ("{% for m in messages|sort %}{{ m.role }}{% endfor %}", vec!["messages", "~messages[].role"]),
        ("{% for w in text.split() %}{{ w }}{% endfor %}", vec!["text"]),
        ("{% for x in xs recursive %}{{ loop(x.sub) }}{{ loop.index }}{% endfor %}", vec!["xs", "~xs[].sub"]),
        ("{% for x in xs %}{% else %}{{ x }}{% endfor %}", vec!["xs", "x"]),
        ("{% set a = b.c %}{{ a.d }}{% set a = a.e %}{{ a }}", vec!["b.c", "~b.c.d", "~b.c.e", "~b.c.e"]),
        ("{% set a, b = c, 1 %}{{ a }}{{ b }}", vec!["c", "~c"]),
        ("{% set t %}{{ x }}{% endset %}{{ t }}", vec!["x"]),
        ("{% with a = b, c = a %}{{ a }}{{ c }}{% endwith %}{{ c }}", vec!["b", "a", "~b", "~a", "c"]),
        (
            "{% macro m(x, y=z) %}{{ x }}{{ y }}{{ g }}{{ later() }}{% endmacro %}{% set g = 1 %}{% macro later() %}{% endmacro %}",
            vec!["z"],
        ),
        ("{% call(row) table(rows) %}{{ row.id }}{% endcall %}{{ row }}", vec!["rows", "row"]),
        ("{% import 'm' as m %}{% from 'm' import f as g %}{{ m.x(a) }}{{ g(b) }}{{ f }}", vec!["a", "b", "f"]),
        ("{% set ns = namespace(n=0) %}{% for x in xs %}{% set ns.n = x %}{% endfor %}{{ ns.n }}", vec!["xs", "~xs[]"]),
        ("{% for x in xs %}{% set y = x %}{% endfor %}{{ y }}", vec!["xs", "~xs[]", "y"]),
        ("{{ a.b['c'][0][-1][k].d[1:] }}", vec!["a.b.c[][]{}.d{}", "k"]),
        ("{{ a.strip().split(b)[0] }}", vec!["a", "b"]),
        ("{{ range(n) }}{{ dict(a=b) }}{{ loop }}{{ caller }}{{ true }}{{ None }}", vec!["n", "b"]),
        ("{% raw %}{{ a }}{% endraw %}{# {{ b }} #}{{ c }}", vec!["c"]),
        ("{% filter replace(a, 'b') %}{{ c }}{% endfilter %}", vec!["a", "c"]),
        ("{% block b %}{{ super() }}{{ x }}{% endblock %}{{ self.b() }}", vec!["x"]),
    ] {
        assert_eq!(uses(text), wanted, "{text}");
    }
}

#[test]
fn branches_join() {
    for (text, wanted) in [
        ("{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}", vec!["a"]),
        ("{% if a %}{% set x = 1 %}{% endif %}{{ x }}", vec!["a", "~x?"]),
        ("{% if a %}{% set x = 1 %}{% elif b %}{% set x = 2 %}{% endif %}{{ x }}", vec!["a", "b", "~x?"]),
        ("{% set x = 0 %}{% if a %}{% set x = 1 %}{% endif %}{{ x }}", vec!["a"]),
        ("{% if x is not defined %}{% set x = 1 %}{% endif %}{{ x }}", vec!["x?", "~x?"]),
    ] {
        assert_eq!(uses(text), wanted, "{text}");
    }
}

#[test]
fn what_was_tested_is_guarded() {
    for (text, wanted) in [
        ("{% if a %}{{ a }}{{ a.b }}{{ c }}{% else %}{{ a }}{% endif %}", vec!["a", "a?", "a.b?", "c", "a"]),
        ("{% if a is defined and a.b %}{{ a.b }}{% endif %}", vec!["a?", "a.b?", "a.b?"]),
        ("{% if a is not defined or a %}x{% endif %}", vec!["a?", "a?"]),
        ("{% if a is undefined %}{% elif b %}{{ a }}{% endif %}", vec!["a?", "b", "a?"]),
        ("{% if not a %}{% else %}{{ a }}{% endif %}", vec!["a", "a?"]),
        ("{% if a is not none %}{{ a }}{% endif %}", vec!["a?", "a?"]),
        ("{{ a|default('x') }}{{ a|d(b)|upper }}{{ a|upper|d('') }}", vec!["a?", "a?", "b", "a"]),
        ("{% set t = a|default('x') %}{{ t }}", vec!["a?", "~a?"]),
        ("{{ a if a else b }}{{ a if c == 1 else c }}", vec!["a?", "a", "b", "a", "c", "c"]),
        ("{% for x in xs if x.ok %}{{ x.ok }}{% endfor %}", vec!["xs", "~xs[].ok", "~xs[].ok?"]),
        ("{% if a|length > 0 %}{{ a }}{% endif %}{% if b == 'x' %}{{ b }}{% endif %}", vec!["a", "a?", "b", "b?"]),
    ] {
        assert_eq!(uses(text), wanted, "{text}");
    }
}

#[test]
fn what_happens_to_a_value_is_told() {
    use UseKind::*;
    for (text, wanted) in [
        (
            "{{ a }}{{ a|upper }}{{ a.b() }}{{ 'x' ~ a }}{{ 'x' + a }}",
            vec![PrintedRaw, Printed, Printed, PrintedRaw, PrintedRaw],
        ),
        ("{{ a + 1 }}{{ -a }}{{ a * b }}", vec![Arithmetic, Arithmetic, Arithmetic, Arithmetic]),
        (
            "{% for x in a %}{% endfor %}{% for x in a|reverse %}{% endfor %}{% for x in a|f %}{% endfor %}",
            vec![Iterated, Iterated, Other],
        ),
        ("{% if a and not b|length %}{% endif %}{% if a == 1 %}{% endif %}", vec![Tested, Tested, Other]),
        ("{{ f(a) }}{{ a if b else c }}{{ d[e] }}", vec![Other, PrintedRaw, Tested, PrintedRaw, PrintedRaw, Other]),
        ("{{ '%s' % a }}", vec![PrintedRaw]),
    ] {
        assert_eq!(kinds(text), wanted, "{text}");
    }
}

#[test]
fn spans_are_exact() {
    let text =
        "é {{ user.address.city | upper }}{% for p in x.y %}{{ p . title['z'] }}{% endfor %}{{ (a).b }}{{ c.d.e() }}";
    let found = analyse(text);
    let spans: Vec<_> = found.uses.iter().map(|u| (u.span.slice(text), u.root_span.slice(text))).collect();
    let wanted = [("user.address.city", "user"), ("x.y", "x"), ("p . title['z']", "p"), ("a", "a"), ("c.d", "c")];
    assert_eq!(spans, wanted);
    assert_eq!(found.calls[0].span.slice(text), "upper");
    assert_eq!(found.bindings[0].span.slice(text), "p");
    let tags: Vec<_> = found.tags.iter().map(|tag| tag.span.slice(text)).collect();
    assert_eq!(tags[1], "{% for p in x.y %}");
    assert_eq!(found.literals(text.len())[0].slice(text), "é ");
}

#[test]
fn calls_bindings_includes_and_comparisons_are_listed() {
    let text = "{% from 'a.j2' import m %}{% include ['b.j2', c] ignore missing %}{% include d %}\
        {% if tone == 'warm' or tone in ['x', 2] or 'y' in tone or z is eq none %}{{ f(1)|my.filter is odd }}{% endif %}";
    let found = analyse(text);
    let calls: Vec<_> = found.calls.iter().map(|call| (call.kind, call.span.slice(text))).collect();
    assert_eq!(
        calls,
        [(CallKind::Test, "eq"), (CallKind::Function, "f"), (CallKind::Filter, "my.filter"), (CallKind::Test, "odd"),]
    );
    let includes: Vec<_> = found
        .includes
        .iter()
        .map(|include| (include.target.as_deref(), include.span.slice(text), include.optional, include.visible.len()))
        .collect();
    assert_eq!(
        includes,
        [
            (Some("a.j2"), "a.j2", false, 0),
            (Some("b.j2"), "b.j2", true, 1),
            (None, "c", true, 1),
            (None, "d", false, 1),
        ]
    );
    let compared: Vec<_> = found
        .comparisons
        .iter()
        .map(|comparison| {
            let literals = comparison.literals.iter().map(|literal| literal.span.slice(text));
            (comparison.root.as_str(), literals.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(compared, [("tone", vec!["'warm'"]), ("tone", vec!["'x'", "2"]), ("z", vec!["none"])]);
    assert_eq!((found.bindings[0].name.as_str(), found.bindings[0].kind), ("m", BindingKind::Import));
}

#[test]
fn mistakes_are_told_in_plain_words_where_they_are() {
    for (text, at, message) in [
        ("{% if a %}b", "{% if a %}", "this `{% if %}` is never closed"),
        (
            "{% for x in y %}{% if x %}{% endfor %}",
            "{% endfor %}",
            "`{% endfor %}` stands where `{% endif %}` is expected",
        ),
        ("{% endfor %}", "{% endfor %}", "`{% endfor %}` closes nothing: no `{% for %}` is open here"),
        ("a {{ b", "{{", "this `{{` is never closed"),
        ("a {{ b } c", "{{", "this `{{` is never closed"),
        ("a {{ b {% if c %}{% endif %}", "{{", "this `{{` is never closed"),
        ("{# a", "{#", "this `{#` is never closed"),
        ("{% raw %} a", "{% raw %}", "this `{% raw %}` is never closed"),
        ("{% fro x in y %}", "fro", "Jinja has no `{% fro %}` tag"),
        ("{% else %}", "{% else %}", "`{% else %}` stands outside of an `{% if %}`"),
        ("{{ }}", "{{ }}", "this tag is empty"),
        ("{{ a b }}", "b", "`b` is not expected here: the tag should end with `}}` before it"),
        ("{{ a | }}", "}}", "the tag ends too early: a name should stand here"),
        ("{{ it's }}", "'", "a quote opens here and is never closed in this tag"),
        ("{{#if a}}x{{/if}}", "#", "`#` cannot start an expression in Jinja"),
        ("{{ a && b }}", "&", "`&` is not expected here"),
    ] {
        let errors = analyse(text).errors;
        assert_eq!(errors.len(), 1, "{text}");
        let error = &errors[0];
        assert_eq!((error.span.slice(text), error.message.as_str(), error.fatal), (at, message, true), "{text}");
    }
}

#[test]
fn what_only_this_engine_rejects_is_not_fatal() {
    for text in
        ["{{ größe }}", "{{ a, b }}", "{{ +a }}", "{% trans %}x{% endtrans %}", "{{ a[1, 2] }}", "{% print a %}"]
    {
        let errors = analyse(text).errors;
        assert!(errors.len() == 1 && !errors[0].fatal, "{text} {errors:?}");
    }
}

#[test]
fn deep_templates_are_refused_and_not_overflowed() {
    for part in ["not ", "-", "(", "[", "a.", "a|", "a if b else ", "a and ", "f("] {
        let text = format!("{{{{ {}a }}}}", part.repeat(20_000));
        let found = analyse(&text);
        assert_eq!(found.errors.len(), 1, "{part}");
    }
    let ifs = "{% if a %}".repeat(5_000);
    assert_eq!(analyse(&ifs).errors.len(), 1);
    let chain = format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(20_000));
    assert_eq!(analyse(&chain).errors.len(), 1);
}

#[test]
fn comments_and_raw_blocks_are_tags() {
    let kinds: Vec<_> = analyse("{# a #}{% raw %}{{ b }}{% endraw %}{{ c }}").tags.iter().map(|tag| tag.kind).collect();
    assert_eq!(kinds, [TagKind::Comment, TagKind::Block, TagKind::Block, TagKind::Expression]);
}

proptest! {
    #[test]
    fn tags_are_those_of_the_engine(text in text()) {
        use minijinja::machinery::{Token, tokenize};
        let found = analyse(&text);
        if found.errors.is_empty() {
            let mut openings = Vec::new();
            for token in tokenize(&text, false, minijinja::syntax::SyntaxConfig::default()) {
                if let Ok((Token::VariableStart | Token::BlockStart, span)) = token {
                    openings.push(span.start_offset);
                }
            }
            let ours: Vec<u32> = found
                .tags
                .iter()
                .filter(|tag| tag.kind != TagKind::Comment && !is_raw(tag.span.slice(&text)))
                .map(|tag| tag.span.start)
                .collect();
            prop_assert_eq!(ours, openings);
        }
    }
}

fn is_raw(tag: &str) -> bool {
    let word = tag.trim_matches(['{', '%', '}', '-', '+', ' ', '\n', '\r', '\t']);
    word == "raw" || word == "endraw"
}
