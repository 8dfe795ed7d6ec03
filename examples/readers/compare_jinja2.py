"""Compares rendered prompts with Python's jinja2.

    cargo run --example render_jsonl -- --collect FOLDER... > cases.jsonl
    python3 examples/readers/compare_jinja2.py make cases.jsonl > all.jsonl     # the cases, and generated ones
    cargo run --example render_jsonl -- all.jsonl > rendered.jsonl
    python3 examples/readers/compare_jinja2.py compare all.jsonl rendered.jsonl

Values that print alike in every engine are text and whole numbers; the generated prompts use the constructs of the
portable subset, and some beyond it, which are counted apart.
"""

import collections
import json
import random
import sys

import jinja2


def environment(partials):
    return jinja2.Environment(loader=jinja2.DictLoader(partials), undefined=jinja2.StrictUndefined)


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


WORDS = ["parcel", "naïve café", "Straße", "東京", "a\nb", " padded ", "<b>&\"'", "", "ALL CAPS", "x_y-z", "50%", "{{ no }}"]

PIECES = [
    "Dear {{ name }},",
    "{{ name | upper }} / {{ name | lower | trim }}",
    "{% if tone == 'warm' %}Kindly{% elif tone == 'formal' %}Regards{% else %}Bye{% endif %}",
    "{% for item in items %}{{ loop.index }}. {{ item }}{% if not loop.last %}, {% endif %}{% else %}none{% endfor %}",
    "{%- for item in items -%} [{{ item }}] {%- endfor -%}",
    "{{ items | join('; ') }} ({{ items | length }})",
    "{{ user.name }} is {{ user.age }}, {{ user['name'] | replace('a', 'b') }}",
    "{{ missing | default('nothing') }}{{ name | default('x') }}",
    "{% set greeting = 'Hi ' ~ name %}{{ greeting }}{{ count + 2 }}{{ count * 3 - 1 }}",
    "{% macro row(a, b='-') %}|{{ a }}|{{ b }}|{% endmacro %}{{ row(name) }}{{ row('x', count) }}",
    "{% raw %}{{ kept }}{% endraw %}{# gone #}",
    "{% if name and count > 2 or not items %}yes{% endif %}{{ 'a' if count is odd else 'b' }}",
    "{% include 'partials/style.md' %}",
    "{{ name is defined }}{{ count is divisibleby(2) }}{{ 'a' in items }}",
    "{% set ns = namespace(n=0) %}{% for item in items %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
    "{% filter upper %}quiet {{ name }}{% endfilter %}",
    "{% set block %}a{{ count }}b{% endset %}{{ block }}{{ block | length }}",
    "{{ items | first }}{{ items | last }}{{ items[0] }}{{ name[1:3] }}",
    "{% for key, value in user | dictsort %}{{ key }}={{ value }};{% endfor %}",
    "{{ name | capitalize }} {{ name | title }}",
    "{{ text | indent(4) }}",
    "{{ count // 2 }} {{ count % 3 }} {{ -count }} {{ count ** 2 }}",
    "{% for row in rows %}{% for cell in row %}{{ cell }},{% endfor %}\n{% endfor %}",
    "{{ numbers | sum }} {{ numbers | sort | join(' ') }} {{ numbers | max }} {{ numbers | reverse | list | join }}",
    "{{ items | map('upper') | join(',') }} {{ people | map(attribute='name') | join(',') }}",
    "{{ people | selectattr('age', 'gt', 30) | map(attribute='name') | join(',') }}",
    "{{ count == 3 }} {{ none }} {{ true }} {{ items }} {{ user }}",
    "{{ 7 / 2 }} {{ 3.0 }} {{ price }}",
    "{{ items | tojson }} {{ user | tojson }}",
    "{{ '%s has %d' | format(name, count) }}",
    "{{ name.upper() }} {{ name.strip() }} {{ name.split() | join('/') }}",
]


def generated(number):
    rng = random.Random(20260101)
    for index in range(number):
        pieces = rng.choices(PIECES, k=rng.randint(1, 6))
        yield {
            "id": f"generated/{index}",
            "template": rng.choice(["\n", " ", "\n\n", ""]).join(pieces) + rng.choice(["", "\n", "\n\n"]),
            "partials": {"partials/style.md": rng.choice(["Be {{ tone }}.\n", "Be brief.", "{% if count %}n{% endif %}"])},
            "values": {
                "name": rng.choice(WORDS),
                "tone": rng.choice(["warm", "formal", "other"]),
                "items": rng.choices(WORDS, k=rng.randint(1, 4)),
                "count": rng.randint(0, 9),
                "user": {"name": rng.choice(WORDS), "age": rng.randint(1, 99)},
                "text": "one\ntwo\n\nthree",
                "rows": [[1, 2], [3, 4]],
                "numbers": [rng.randint(0, 99) for _ in range(3)],
                "people": [{"name": "Ann", "age": 20}, {"name": "Bob", "age": 40}],
                "price": 2.5,
            },
        }


def expected(case):
    try:
        text = environment(case.get("partials", {})).from_string(case["template"]).render(**case["values"])
        return {"text": text}
    except Exception as error:  # every kind counts as one: what matters is that there is no text
        return {"error": f"{type(error).__name__}: {error}"}


def compare(cases, rendered):
    counts = collections.Counter()
    for case, found in zip(lines(cases), lines(rendered), strict=True):
        wanted = expected(case)
        where = "outside" if found["leaves"] else "portable"
        if "text" in found and "text" in wanted:
            kind = "equal" if found["text"] == wanted["text"] else "DIFFERENT"
        elif "error" in found and "error" in wanted:
            kind = "both fail"
        else:
            kind = "only one fails"
        counts[f"{where}: {kind}"] += 1
        if kind in ("DIFFERENT", "only one fails"):
            print(f"{case['id']} ({where}; {', '.join(sorted(set(found['leaves'])))})")
            print(f"  here:   {json.dumps(found.get('text', found.get('error')), ensure_ascii=False)[:300]}")
            print(f"  jinja2: {json.dumps(wanted.get('text', wanted.get('error')), ensure_ascii=False)[:300]}")
    for kind, number in sorted(counts.items()):
        print(f"{number:6} {kind}")
    bad = counts["portable: DIFFERENT"] + counts["portable: only one fails"]
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    if sys.argv[1] == "make":
        for case in lines(sys.argv[2]) if len(sys.argv) > 2 else []:
            print(json.dumps(case, ensure_ascii=False))
        for case in generated(1000):
            print(json.dumps(case, ensure_ascii=False))
    else:
        compare(sys.argv[2], sys.argv[3])
