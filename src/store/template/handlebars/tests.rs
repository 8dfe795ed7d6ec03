use super::*;

/// `root path` of each use as `root`, `root.a`, `root[].a`, `root{}`, with `?` where it is guarded.
fn uses(text: &str) -> Vec<String> {
    analyse(text)
        .uses
        .iter()
        .map(|usage| {
            let path: String = usage
                .path
                .iter()
                .map(|step| match step {
                    Step::Attribute(name) => format!(".{name}"),
                    Step::Item => "[]".to_owned(),
                    Step::Dynamic => "{}".to_owned(),
                })
                .collect();
            format!("{}{path}{}", usage.root, if usage.guarded { "?" } else { "" })
        })
        .collect()
}

fn errors(text: &str) -> Vec<(&str, bool)> {
    analyse(text).errors.iter().map(|error| (error.span.slice(text), error.fatal)).collect()
}

#[test]
fn names_are_rooted_at_the_input() {
    for (text, wanted) in [
        ("{{name}} {{{ raw }}} {{& amp}}", vec!["name", "raw", "amp"]),
        (
            "{{#each items}}{{this}}{{title}}{{../topic}}{{@index}}{{/each}}",
            vec!["items", "items[]", "items[].title", "topic"],
        ),
        ("{{#each items as |it i|}}{{it.title}}{{i}}{{/each}}{{it}}", vec!["items", "items[].title", "it"]),
        (
            "{{#each a}}{{#each b}}{{c}}{{../d}}{{../../e}}{{@root.f.g}}{{/each}}{{/each}}",
            vec!["a", "a[].b", "a[].b[].c", "a[].d", "e", "f.g"],
        ),
        (
            "{{#with user}}{{name}}{{this.age}}{{./city}}{{/with}}",
            vec!["user", "user.name?", "user.age?", "user.city?"],
        ),
        ("{{#with this}}{{name}}{{/with}}", vec!["name"]),
        ("{{#if a}}{{a}}{{b}}{{else}}{{a}}{{/if}}", vec!["a", "a?", "b", "a"]),
        ("{{#unless a}}{{a}}{{else}}{{a}}{{/unless}}", vec!["a", "a", "a?"]),
        ("{{#if a}}x{{else if b}}{{b}}{{else}}{{c}}{{/if}}", vec!["a", "b", "b?", "c"]),
        (
            "{{#tags}}{{name}}{{this}}{{/tags}}{{^tags}}{{none}}{{/tags}}",
            vec!["tags", "name?", "tags{}?", "tags", "none"],
        ),
        ("{{#if (gt a.b 1)}}{{helper c k=d}}{{/if}}", vec!["a.b", "c", "d"]),
        ("{{items.length}}{{#each a}}{{this.length}}{{length}}{{/each}}", vec!["items", "a", "a[]", "a[].length"]),
        ("{{lookup map key}}{{lookup map 'k'}}", vec!["map{}", "key", "map.k"]),
        ("{{a.b.[c d]}}{{a/b}}{{list.0.x}}", vec!["a.b.c d", "a.b", "list[].x"]),
        ("\\{{no}} {{!-- {{no}} --}} {{! no }} {{{{raw}}}} {{no}} {{{{/raw}}}}{{yes}}", vec!["yes"]),
        ("{{~ a ~}}{{~#each b ~}}{{c}}{{~/each~}}", vec!["a", "b", "b[].c"]),
        ("{{role \"system\"}}{{history}}{{media url=photo}}{{json data indent=2}}", vec!["photo", "data"]),
        ("{{#each people}}{{role}}{{/each}}", vec!["people", "people[].role"]),
    ] {
        assert_eq!(uses(text), wanted, "{text}");
    }
}

#[test]
fn mistakes_are_told_where_they_are() {
    for (text, wanted) in [
        ("{{#if a}} b", vec![("{{#if a}}", true)]),
        ("a {{/if}}", vec![("{{/if}}", true)]),
        ("{{#if a}}{{#each b}}{{/if}}", vec![("{{/if}}", true)]),
        ("a }} b", vec![("}}", true)]),
        ("{{#if a\nb {{/if}}", vec![("{{#", true)]),
        ("a {{ b", vec![("{{", true)]),
        ("{{}}", vec![("{{}}", true)]),
        ("{{#if age >= 18}}{{/if}}", vec![(">=", false)]),
        ("{{name | upper}}", vec![("|", true)]),
        ("{{{name}}", vec![("{{{name}}", true)]),
        ("{{else}}", vec![("{{else}}", true)]),
        ("{{section \"a\"}}x{{/section}}", vec![("{{/section}}", false)]),
        ("{\"a\": {\"b\": {{c}}}} {\"d\": {\"e\": 1}}", vec![]),
        ("{{#> layout}}x{{/layout}}{{> part a=b}}{{> (which c)}}", vec![]),
        ("{{! see {{> part}} here }}", vec![("}}", false)]),
        ("it's {{a}} \"quoted {{b}}", vec![]),
    ] {
        assert_eq!(errors(text), wanted, "{text}");
    }
    assert_eq!(uses("{{#if age >= 18}}{{/if}}"), ["age"]);
}

#[test]
fn partials_and_helpers_are_told_apart() {
    let text =
        "{{> shared/head user=name}}{{> (pick a)}}{{#> box}}{{/box}}{{#*inline \"x\"}}{{/inline}}{{> x}}{{add 1 2}}";
    let found = analyse(text);
    let includes: Vec<_> =
        found.includes.iter().map(|i| (i.target.as_deref(), i.span.slice(text), i.optional)).collect();
    let wanted = [(Some("shared/head"), "shared/head", false), (None, "(pick a)", false), (Some("box"), "box", true)];
    assert_eq!(includes, wanted);
    let calls: Vec<_> = found.calls.iter().map(|call| call.name.as_str()).collect();
    assert_eq!(calls, ["pick", "add"]);
    assert!(HELPERS.is_sorted());
}

#[test]
fn roles_are_marked() {
    let text = "{{role \"system\"}}a{{#role 'user'}}b{{/role}}{{history}}{{#each p}}{{role}}{{/each}}";
    let found: Vec<_> = role_markers(text).into_iter().map(|marker| (marker.kind, marker.span.slice(text))).collect();
    let name = |name: &str, at| (name.to_owned(), Span::new(at, at + name.len()));
    let ((system, system_at), (user, user_at)) = (name("system", 8), name("user", 27));
    assert_eq!(
        found,
        [
            (MarkerKind::Role { name: system, name_span: system_at }, "{{role \"system\"}}"),
            (MarkerKind::BlockRole { name: user, name_span: user_at }, "{{#role 'user'}}"),
            (MarkerKind::BlockEnd, "{{/role}}"),
            (MarkerKind::History, "{{history}}"),
        ]
    );
}
