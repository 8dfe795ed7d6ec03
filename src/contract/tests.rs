//! What each kind of change demands, as a table: before, after, the bump, and the reasons that are given.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::store::Store;
use crate::store::snapshot::Snapshot;

type Row = (&'static str, &'static str, &'static str, &'static str);

const INPUTS: &[Row] = &[
    ("inputs: {tone: {type: string}, a: {}}", "inputs: {a: {}}", "major", "input `tone` was removed"),
    (
        "inputs: {tone: {type: string}}",
        "inputs: {tone: {type: string, default: warm}}",
        "minor",
        "input `tone` became optional; input `tone`: its default was added",
    ),
    (
        "inputs: {tone: {type: string, default: warm}}",
        "inputs: {tone: {type: string}}",
        "major",
        "input `tone` became required; input `tone`: its default was removed",
    ),
    (
        "inputs: {tone: {type: string, default: warm}}",
        "inputs: {tone: {type: string, default: cool}}",
        "minor",
        "input `tone`: its default changed from warm to cool",
    ),
    ("inputs: {a: {}}", "inputs: {a: {}, b: {}}", "major", "input `b` was added, and is required"),
    ("inputs: {a: {}}", "inputs: {a: {}, b: {default: 1}}", "minor", "optional input `b` was added"),
    (
        "inputs: {a: {type: string}}",
        "inputs: {a: {type: array}}",
        "major",
        "input `a` was retyped from string to array",
    ),
    (
        "inputs: {a: {type: number}}",
        "inputs: {a: {type: integer}}",
        "major",
        "input `a` was retyped from number to integer",
    ),
    ("inputs: {a: {type: integer}}", "inputs: {a: {type: number}}", "minor", "input `a` takes more than before"),
    ("inputs: {a: {type: [string, 'null']}}", "inputs: {a: {type: string}}", "major", "input `a` no longer takes null"),
    (
        "inputs: {a: {type: string}}",
        "inputs: {a: {type: string, nullable: true}}",
        "minor",
        "input `a` takes more than before",
    ),
    (
        "inputs: {a: {}}",
        "inputs: {a: {type: string}}",
        "major",
        "input `a` no longer takes null or boolean or number or array or object",
    ),
    ("inputs: {a: {enum: [x, y]}}", "inputs: {a: {enum: [x]}}", "major", "input `a` no longer takes \"y\""),
    ("inputs: {a: {enum: [x]}}", "inputs: {a: {enum: [x, y]}}", "minor", "input `a` takes more than before"),
    ("inputs: {a: {enum: [x, y]}}", "inputs: {a: {enum: [y, x]}}", "patch", "input `a` is described otherwise"),
    (
        "inputs: {a: {type: string}}",
        "inputs: {a: {type: string, enum: [x]}}",
        "major",
        "input `a` takes only listed values now",
    ),
    (
        "inputs: {a: {type: string, maxLength: 90}}",
        "inputs: {a: {type: string, maxLength: 50}}",
        "major",
        "input `a` is narrower: `maxLength` changed from 90 to 50",
    ),
    (
        "inputs: {a: {type: string}}",
        "inputs: {a: {type: string, minLength: 1}}",
        "major",
        "input `a` is narrower: it got the `minLength` 1",
    ),
    (
        "inputs: {a: {type: integer, minimum: 1}}",
        "inputs: {a: {type: integer, exclusiveMinimum: 0}}",
        "patch",
        "input `a` is described otherwise",
    ),
    (
        "inputs: {a: {type: number, minimum: 0}}",
        "inputs: {a: {type: number, exclusiveMinimum: 0}}",
        "major",
        "input `a` is narrower: it got the `exclusiveMinimum` 0",
    ),
    (
        "inputs: {a: {type: number, exclusiveMinimum: 0}}",
        "inputs: {a: {type: number, minimum: 0}}",
        "minor",
        "input `a` takes more than before",
    ),
    (
        "inputs: {a: {type: string, pattern: '^a'}}",
        "inputs: {a: {type: string, pattern: '^b'}}",
        "major",
        "input `a` may be narrower: by `pattern` it cannot be told, so it counts as breaking",
    ),
    (
        "inputs: {a: {type: string, pattern: '^a'}}",
        "inputs: {a: {type: string}}",
        "minor",
        "input `a` takes more than before",
    ),
    (
        "inputs: {a: {type: array, items: {type: string}}}",
        "inputs: {a: {type: array, items: {type: integer}}}",
        "major",
        "input `a` at `/items` no longer takes string",
    ),
    (
        "inputs: {a: {type: object, properties: {b: {}}}}",
        "inputs: {a: {type: object, properties: {b: {}}, required: [b]}}",
        "major",
        "input `a` requires the property `b` now",
    ),
    (
        "inputs: {a: {type: object, properties: {b: {}}}}",
        "inputs: {a: {type: object, properties: {b: {}}, additionalProperties: false}}",
        "major",
        "input `a` no longer takes properties that are not listed",
    ),
    (
        "inputs: {a: {anyOf: [{type: string}, {type: integer}]}}",
        "inputs: {a: {anyOf: [{type: string}]}}",
        "major",
        "input `a` no longer takes integer",
    ),
    (
        "inputs: {a: {type: string}}",
        "inputs: {a: {anyOf: [{type: integer}, {type: string}]}}",
        "minor",
        "input `a` takes more than before",
    ),
    (
        "inputs: {a: {type: string, maxTokens: 50}}",
        "inputs: {a: {type: string, maxTokens: 40}}",
        "major",
        "input `a` takes 40 tokens at most, and took 50",
    ),
    (
        "inputs: {a: {type: string, maxTokens: 50}}",
        "inputs: {a: {type: string}}",
        "minor",
        "input `a` takes any number of tokens now",
    ),
    (
        "inputs: {a: {type: string}}",
        "inputs: {a: {type: string, description: A letter., example: b}}",
        "patch",
        "input `a` is described otherwise",
    ),
    (
        "inputs: {a: {type: string}}",
        "inputs: {a: {type: string, trust: trusted}}",
        "patch",
        "input `a` is trusted otherwise",
    ),
    (
        "inputs: {name: {type: string}}\nmessages: [{role: user, content: 'Hi {{ name }}'}]",
        "inputs: {customer: {type: string}}\nmessages: [{role: user, content: 'Hi {{ customer }}'}]",
        "major",
        "input `name` was renamed to `customer`; user message: 1 sentence changed",
    ),
    (
        "messages: [{role: user, content: Hi}]",
        "messages: [{role: user, content: 'Hi {{ name }}'}]",
        "major",
        "the undeclared variable `name` has to be given now; user message: 1 sentence changed",
    ),
    (
        "messages: [{role: user, content: 'Hi {{ name }}'}]",
        "inputs: {name: {type: string}}\nmessages: [{role: user, content: 'Hi {{ name }}'}]",
        "minor",
        "input `name` is declared now",
    ),
];

const ANSWERS_AND_TOOLS: &[Row] = &[
    ("", "jsonSchema: {type: object}", "major", "output schema was added: answers are JSON now"),
    ("jsonSchema: {type: object}", "", "major", "output schema was removed: answers are no longer JSON"),
    (
        "jsonSchema: {type: string, enum: [a]}",
        "jsonSchema: {type: string, enum: [a, b]}",
        "major",
        "output schema can be \"b\" now",
    ),
    (
        "jsonSchema: {type: string, enum: [a, b]}",
        "jsonSchema: {type: string, enum: [a]}",
        "minor",
        "output schema is narrower: answers still fit the old one",
    ),
    ("jsonSchema: {type: string}", "jsonSchema: {type: [string, 'null']}", "major", "output schema can be null now"),
    (
        "jsonSchema: {type: object, properties: {x: {type: string}}, required: [x]}",
        "jsonSchema: {type: object, properties: {x: {type: string}}}",
        "major",
        "output schema may lack the property `x` now",
    ),
    (
        "jsonSchema: {type: object, properties: {x: {type: string}, y: {}}, required: [x]}",
        "jsonSchema: {type: object, properties: {y: {}}}",
        "major",
        "output schema lost the property `x`",
    ),
    (
        "jsonSchema: {type: object, properties: {x: {type: string}}}",
        "jsonSchema: {type: object, properties: {x: {type: [string, integer]}}}",
        "major",
        "output schema at `/properties/x` can be integer now",
    ),
    (
        "jsonSchema: {type: object, properties: {x: {type: string}}}",
        "jsonSchema: {type: object, properties: {x: {type: string}, y: {type: string}}}",
        "minor",
        "output schema is narrower: answers still fit the old one",
    ),
    (
        "jsonSchema: {type: object, properties: {x: {}}, additionalProperties: false}",
        "jsonSchema: {type: object, properties: {x: {}, y: {}}, additionalProperties: false}",
        "major",
        "output schema can have the property `y` now, which was ruled out",
    ),
    (
        "jsonSchema: {type: array, maxItems: 3}",
        "jsonSchema: {type: array, maxItems: 5}",
        "major",
        "output schema is wider: `maxItems` changed from 3 to 5",
    ),
    (
        "jsonSchema: {type: string, format: date}",
        "jsonSchema: {type: string}",
        "major",
        "output schema may be wider: by `format` it cannot be told, so it counts as breaking",
    ),
    (
        "jsonSchema: {type: string, description: A.}",
        "jsonSchema: {type: string, description: B.}",
        "minor",
        "output schema says the same otherwise",
    ),
    (
        "jsonSchema: {$ref: '#/$defs/a', $defs: {a: {type: string}}}",
        "jsonSchema: {$ref: '#/$defs/a', $defs: {a: {type: integer}}}",
        "major",
        "output schema can be integer now",
    ),
    (
        "responseFormat: text",
        "responseFormat: json_object",
        "major",
        "the response format changed from text to json_object",
    ),
    ("tools: [{name: find}, {name: buy}]", "tools: [{name: find}]", "major", "tool `buy` was removed"),
    ("tools: [{name: find}]", "tools: [{name: find}, {name: buy}]", "minor", "tool `buy` was added"),
    (
        "tools: [{name: find, parameters: {type: object, properties: {id: {type: string}}, required: [id]}}]",
        "tools: [{name: find, parameters: {type: object, properties: {id: {type: integer}}, required: [id]}}]",
        "major",
        "tool `find`: what it is called with at `/properties/id` can be integer now",
    ),
    (
        "tools: [{name: find, description: A.}]",
        "tools: [{name: find, description: B.}]",
        "minor",
        "tool `find`: its definition changed",
    ),
    (
        "tools: [{name: find}, {name: buy}]",
        "tools: [{name: buy}, {name: find}]",
        "minor",
        "tools were put into another order",
    ),
];

const BEHAVIOUR: &[Row] = &[
    (
        "messages: [{role: system, content: Be kind. Be short.}]",
        "messages: [{role: system, content: Be kind. Be brief.}]",
        "minor",
        "system message: 1 sentence changed",
    ),
    (
        "messages: [{role: user, content: a}]",
        "messages: [{role: system, content: s}, {role: user, content: a}]",
        "minor",
        "system message was added",
    ),
    (
        "messages: [{role: system, content: s}, {role: user, content: a}]",
        "messages: [{role: user, content: a}]",
        "minor",
        "system message was removed",
    ),
    (
        "messages: [{role: system, content: s}]",
        "messages: [{role: developer, content: s}]",
        "minor",
        "message 1 is from the developer now, and was from the system",
    ),
    (
        "messages: [{role: user, content: a}, {role: user, content: b}]",
        "messages: [{role: user, content: a}, {role: user, content: c}]",
        "minor",
        "message 2 (user): 1 sentence changed",
    ),
    (
        "messages: [{role: user, content: 'a  b'}]",
        "messages: [{role: user, content: 'a  b '}]",
        "minor",
        "user message: white space changed",
    ),
    (
        "modelParameters: {temperature: 0.2}",
        "modelParameters: {temperature: 0.7}",
        "minor",
        "parameter `temperature` changed from 0.2 to 0.7",
    ),
    ("", "modelParameters: {seed: 7}", "minor", "parameter `seed` was added"),
    ("model: models/chat", "model: models/other", "major", "model changed from `models/chat` to `models/other`"),
    (
        "model: gpt-4o-2024-05-13",
        "model: openai/gpt-4o-2024-08-06",
        "minor",
        "model: another snapshot of gpt-4o, `gpt-4o-2024-05-13` to `openai/gpt-4o-2024-08-06`",
    ),
    (
        "model: gpt-4o-2024-08-06",
        "model: gpt-4o-mini-2024-07-18",
        "major",
        "model changed from `gpt-4o-2024-08-06` to `gpt-4o-mini-2024-07-18`, another family",
    ),
    ("", "model: models/chat", "minor", "model `models/chat` is named, where callers chose"),
    ("model: models/chat", "", "major", "model `models/chat` is no longer named"),
    ("description: A.", "description: B.", "patch", "description changed from A. to B."),
    ("owners: [a]", "owners: [a, b]", "patch", "owners changed"),
    ("tags: [a]", "", "patch", "tags was removed"),
    (
        "budget: {maxPromptTokens: 10}",
        "budget: {maxPromptTokens: 20}",
        "patch",
        "budget `maxPromptTokens` changed from 10 to 20",
    ),
    ("testData: [{a: 1}]", "testData: [{a: 2}]", "patch", "metadata `testData` changed"),
    ("description: A. # why", "description: 'A.'", "", ""),
    ("modelParameters: {temperature: 1}", "modelParameters: {temperature: 1.0}", "", ""),
];

const MODELS: &[Row] = &[
    ("provider: a\nmodel: m", "provider: b\nmodel: m", "major", "provider changed from a to b"),
    (
        "model: gpt-5.1-2025-11-13",
        "model: gpt-5.1-2026-03-11",
        "minor",
        "model: another snapshot of gpt-5.1, `gpt-5.1-2025-11-13` to `gpt-5.1-2026-03-11`",
    ),
    (
        "model: gpt-5-2025-08-07",
        "model: gpt-5.1-2025-11-13",
        "major",
        "model changed from `gpt-5-2025-08-07` to `gpt-5.1-2025-11-13`, another family",
    ),
    (
        "model: m\nparameters: {temperature: 0}",
        "model: m\nparameters: {temperature: 1}",
        "minor",
        "parameter `temperature` changed from 0 to 1",
    ),
    ("model: m\naliases: [n]", "model: m", "major", "alias `n` was removed"),
    ("model: m", "model: m\naliases: [n]", "minor", "alias `n` was added"),
    (
        "model: m\nchecksum: 'sha256:a'",
        "model: m\nchecksum: 'sha256:b'",
        "minor",
        "the weights changed, by their checksum",
    ),
    ("model: m\nruntime: {cuda: 12}", "model: m\nruntime: {cuda: 13}", "minor", "runtime changed"),
    ("model: m\nprice: {input_per_million: 1}", "model: m\nprice: {input_per_million: 2}", "patch", "price changed"),
    (
        "model: m\ncontext_window: 9",
        "model: m\ncontext_window: 8",
        "patch",
        "metadata `context_window` changed from 9 to 8",
    ),
];

const RETRIEVALS: &[Row] = &[
    (
        "embedding: {model: a}",
        "embedding: {model: b}",
        "major",
        "`embedding.model` changed from a to b: old vectors no longer compare",
    ),
    (
        "embedding: {model: a, dimensions: 3}",
        "embedding: {model: a, dimensions: 4}",
        "major",
        "`embedding.dimensions` changed from 3 to 4: old vectors no longer compare",
    ),
    ("index: a", "index: b", "minor", "`index` changed from a to b"),
    ("chunking: {size: 3}", "chunking: {size: 4}", "minor", "`chunking.size` changed from 3 to 4"),
    ("top_k: 3", "top_k: 4", "minor", "`top_k` changed from 3 to 4"),
    ("top_k: 3", "top_k: 3\nreranker: r", "minor", "`reranker` was added"),
    ("top_k: 3\ndescription: A.", "top_k: 3\ndescription: B.", "patch", "description changed from A. to B."),
];

const POLICIES: &[Row] = &[
    ("banned_terms: [a]", "banned_terms: [a, b]", "minor", "stricter: banned term `b` was added"),
    ("banned_terms: [a, b]", "banned_terms: [a]", "major", "looser: banned term `b` was removed"),
    ("banned_terms: [a]", "banned_terms: [{term: a, instead: b}]", "patch", "banned term `a` is explained otherwise"),
    (
        "required_clauses: [{tag: t, text: x}]",
        "required_clauses: []",
        "major",
        "looser: required clause `tag: t, text: x` was removed",
    ),
    ("forbidden_models: [a]", "forbidden_models: [a, b]", "minor", "stricter: forbidden model `b` was added"),
    ("allowed_models: [a]", "allowed_models: [a, b]", "major", "looser: allowed model `b` was added"),
    ("allowed_models: [a]", "description: d", "major", "looser: any model is allowed now; description was added"),
    ("locked: [TPL]", "locked: []", "major", "looser: locked rule `TPL` was removed"),
    (
        "lint: {severity: {TPL: warning}}",
        "lint: {severity: {TPL: error}}",
        "minor",
        "stricter: the severity of TPL changed from warning to error",
    ),
    (
        "lint: {severity: {TPL: error}}",
        "lint: {severity: {TPL: info}}",
        "major",
        "looser: the severity of TPL changed from error to info",
    ),
    ("waivers: []", "waivers: [{rule: PII001, until: 2027-01-01}]", "major", "looser: a waiver of PII001 was added"),
    (
        "waivers: [{rule: PII001, until: 2027-02-01}]",
        "waivers: [{rule: PII001, until: 2027-01-01}]",
        "minor",
        "stricter: the waiver of PII001 ends earlier",
    ),
    ("applies_to: ['a/**']", "applies_to: ['a/**', 'b/**']", "minor", "stricter: it is for files `b/**` too"),
    (
        "applies_to: ['a/**']",
        "applies_to: {files: ['a/**'], tags: [t]}",
        "major",
        "looser: it is only for some tags now",
    ),
    (
        "required_metrics: {m: {min: 0.9}}",
        "required_metrics: {m: {min: 0.8}}",
        "major",
        "looser: required metric `m`: `min` changed from 0.9 to 0.8",
    ),
    (
        "required_metrics: {m: {max: 0.9}}",
        "required_metrics: {m: {max: 0.8}}",
        "minor",
        "stricter: required metric `m`: `max` changed from 0.9 to 0.8",
    ),
    (
        "max_token_growth: 10 %",
        "max_token_growth: 0.2",
        "major",
        "looser: the token growth that is allowed changed from 10 % to 0.2",
    ),
    ("approvals: 1", "approvals: 2", "minor", "stricter: approvals changed from 1 to 2"),
    ("soak: 2d", "soak: 24h", "major", "looser: soak changed from 2d to 24h"),
    ("quorum: 1", "quorum: 2", "major", "perhaps looser: `quorum` changed from 1 to 2"),
];

const SUITES: &[Row] = &[
    (
        "cases: [{name: a, inputs: {q: 1}}]",
        "cases: [{name: a, inputs: {q: 1}}, {name: b, inputs: {q: 2}}]",
        "minor",
        "case `b` was added",
    ),
    ("cases: [{name: a, q: 1}, {name: b, q: 2}]", "cases: [{name: b, q: 2}]", "major", "case `a` was removed"),
    (
        "cases: [{name: a, q: 1}]",
        "cases: [{name: a, q: 2}]",
        "major",
        "case `a` was changed: results no longer compare",
    ),
    ("cases: [{name: a, q: 1}]", "cases: [{name: a, q: 1, tags: [x]}]", "patch", "case `a` was described otherwise"),
    (
        "cases: [{name: a, q: 1}, {name: b, q: 2}]",
        "cases: [{name: b, q: 2}, {name: a, q: 1}]",
        "patch",
        "cases were put into another order",
    ),
    ("thresholds: {pass: 0.9}", "thresholds: {pass: 0.95}", "minor", "threshold `pass` changed from 0.9 to 0.95"),
    ("thresholds: {pass: 0.9}", "thresholds: {pass: 0.8}", "major", "threshold `pass` changed from 0.9 to 0.8"),
    (
        "prompt: prompts/a",
        "prompt: prompts/b",
        "major",
        "`prompt` changed from prompts/a to prompts/b: results no longer compare",
    ),
];

fn content(path: &str, text: &str) -> Content {
    let text = match path {
        "prompts/a.prompt.yaml" if !text.contains("messages:") => {
            format!("{text}\nmessages: [{{role: user, content: Hi}}]")
        }
        _ => text.to_owned(),
    };
    let snapshot = Snapshot::of_texts([("promptyard.yaml", &b"version: 1\n"[..]), (path, text.as_bytes())]);
    let store = Store::load(snapshot.expect("paths inside the store"));
    let artifact = store.artifacts().into_iter().next().expect("there is an artifact");
    store.content(&artifact).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn each_change_demands_its_bump_and_says_why() {
    let mut rows = 0;
    let mut wrong = Vec::new();
    for (path, table) in [
        ("prompts/a.prompt.yaml", INPUTS),
        ("prompts/a.prompt.yaml", ANSWERS_AND_TOOLS),
        ("prompts/a.prompt.yaml", BEHAVIOUR),
        ("models/a.yaml", MODELS),
        ("retrieval/a.yaml", RETRIEVALS),
        ("policies/a.yaml", POLICIES),
        ("suites/a.yaml", SUITES),
    ] {
        for (before, after, bump, reasons) in table {
            rows += 1;
            let changes = compare(&content(path, before), &content(path, after));
            let demanded = demanded(&changes).map_or("", Bump::as_str);
            let said = changes.iter().map(|change| change.text.as_str()).collect::<Vec<_>>().join("; ");
            if (demanded, said.as_str()) != (*bump, *reasons) {
                wrong.push(format!("- {before}\n+ {after}\n  wanted {bump}: {reasons}\n  got    {demanded}: {said}\n"));
            }
        }
    }
    assert!(rows >= 60, "the table has {rows} rows");
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn an_included_text_is_told_apart_from_what_includes_it() {
    let with = |partial: &str, rest: &str| {
        let prompt = format!("messages: [{{role: system, content: \"{{% include 'partials/p.md' %}} {rest}\"}}]");
        let files = [("prompts/a.prompt.yaml", prompt.as_bytes()), ("partials/p.md", partial.as_bytes())];
        let store = Store::load(Snapshot::of_texts(files).expect("paths inside the store"));
        store.content(&store.artifact("prompts/a").expect("there is a prompt")).expect("everything is there")
    };
    let said = |old: &Content, new: &Content| -> Vec<String> {
        compare(old, new).into_iter().map(|change| format!("{}: {}", change.bump, change.text)).collect()
    };
    let old = with("Be kind.\nBe short.", "Answer.");
    assert_eq!(
        said(&old, &with("Be kind.\nBe brief.", "Answer.")),
        ["minor: partial 'Be kind. Be short.': 1 sentence changed"]
    );
    assert_eq!(said(&old, &with("Be kind.\nBe short.", "Reply.")), ["minor: system message: 1 sentence changed"]);
}

#[test]
fn reasons_show_no_secrets_and_stay_on_a_line() {
    let mail = ["jane.roe", "corp-mail.com"].join("@");
    let before = content("models/a.yaml", "model: m");
    let after = content("models/a.yaml", &format!("model: m\nendpoint: \"{mail}\\nx\""));
    let text = &compare(&before, &after)[0].text;
    assert!(!text.contains("jane.roe") && !text.contains('\n'), "{text}");
    let after = content("models/a.yaml", &format!("model: m\nendpoint: {mail}"));
    let before = content("models/a.yaml", "model: m\nendpoint: e");
    assert_eq!(compare(&before, &after)[0].text, "endpoint changed from e to j…m");
}

#[test]
fn versions_move_as_semantic_versioning_has_it() {
    for (last, patch, minor, major) in [
        ("1.2.3", "1.2.4", "1.3.0", "2.0.0"),
        ("0.2.3", "0.2.4", "0.3.0", "0.3.0"),
        ("2.0.0-rc.1", "2.0.0", "2.0.0", "2.0.0"),
        ("1.3.0-rc.1", "1.3.0", "1.3.0", "2.0.0"),
        ("1.2.4-rc.1+build", "1.2.4", "1.3.0", "2.0.0"),
    ] {
        let last = last.parse().expect("a version");
        let next = [Bump::Patch, Bump::Minor, Bump::Major].map(|bump| bump.apply(&last).to_string());
        assert_eq!(next, [patch, minor, major], "{last}");
    }
    assert_eq!(Bump::from_word("Major"), Some(Bump::Major));
    assert!(Bump::Patch < Bump::Minor && Bump::Minor < Bump::Major);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2i64..3).prop_map(Value::from),
        (-1i32..2).prop_map(|n| Value::from(f64::from(n))),
        prop::sample::select(vec!["", "a", "string", "object", "b\u{301}", "#", "#/$defs/a"]).prop_map(Value::from),
    ];
    let keys = [
        "type",
        "enum",
        "properties",
        "required",
        "items",
        "anyOf",
        "$ref",
        "$defs",
        "name",
        "content",
        "role",
        "id",
        "a",
        "min",
        "default",
        "minimum",
        "additionalProperties",
        "rule",
        "parameters",
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(keys.to_vec()), inner), 0..4)
                .prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

fn contents() -> impl Strategy<Value = Content> {
    let kinds = vec![
        (
            ArtifactKind::Prompt,
            vec![
                "inputs",
                "messages",
                "body",
                "partials",
                "metadata",
                "model",
                "tools",
                "output_schema",
                "template",
                "budget",
                "x",
            ],
        ),
        (ArtifactKind::Model, vec!["provider", "model", "aliases", "parameters", "x"]),
        (ArtifactKind::Retrieval, vec!["embedding", "index", "x"]),
        (
            ArtifactKind::Policy,
            vec!["banned_terms", "locked", "waivers", "applies_to", "lint", "required_metrics", "soak", "freeze"],
        ),
        (ArtifactKind::Suite, vec!["cases", "golden", "thresholds", "prompt", "x"]),
    ];
    prop::sample::select(kinds).prop_flat_map(|(kind, keys)| {
        prop::collection::vec((prop::sample::select(keys), values()), 0..4).prop_map(move |entries| Content {
            kind,
            data: entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        })
    })
}

proptest! {
    #[test]
    fn there_is_a_change_exactly_where_digests_differ(one in contents(), other in contents()) {
        prop_assert_eq!(compare(&one, &one), []);
        let other = Content { kind: one.kind, ..other };
        prop_assert_eq!(compare(&one, &other).is_empty(), one.digest() == other.digest());
    }

    /// The relation is sound: a value that the first schema takes and the second refuses is announced by a gap.
    #[test]
    fn no_gap_means_that_every_value_is_taken(first in schemas(), second in schemas(), values in prop::collection::vec(values(), 12)) {
        use crate::store::schema::Validator;
        let (Ok(one), Ok(other)) = (Validator::new(first.clone()), Validator::new(second.clone())) else { return Ok(()) };
        if schema::gaps(&first, &second).is_empty() {
            for value in values.iter().chain([&json!("a"), &json!(1), &json!(null), &json!([]), &json!({}), &json!(1.5)]) {
                prop_assert!(!one.is_valid(value) || other.is_valid(value), "{value} of {first} in {second}");
            }
        }
        prop_assert_eq!(schema::gaps(&first, &first), []);
    }
}

fn schemas() -> impl Strategy<Value = Value> {
    let types = prop::sample::select(vec!["string", "integer", "number", "null", "boolean", "array", "object"]);
    let leaf = prop_oneof![
        types.clone().prop_map(|kind| json!({"type": kind})),
        prop::collection::vec(types, 1..3)
            .prop_map(|kinds| json!({"type": kinds.into_iter().collect::<BTreeSet<_>>()})),
        Just(json!(true)),
        Just(json!({})),
        (-1..3).prop_map(|n| json!({"type": "number", "minimum": n})),
        (-1..3).prop_map(|n| json!({"type": "integer", "exclusiveMaximum": n})),
        (0..3).prop_map(|n| json!({"maxLength": n, "minItems": n})),
        (1..3).prop_map(|n| json!({"multipleOf": n})),
        prop::collection::vec(values(), 1..3).prop_map(|values| json!({"enum": values})),
        values().prop_map(|value| json!({"const": value})),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let name = prop::sample::select(vec!["a", "id", "name"]);
        prop_oneof![
            inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            (name.clone(), inner.clone(), any::<bool>()).prop_map(|(name, schema, open)| {
                json!({"type": "object", "properties": {name: schema}, "additionalProperties": open})
            }),
            (name, inner.clone()).prop_map(|(name, schema)| json!({"properties": {name: schema}, "required": [name]})),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|branches| json!({"anyOf": branches})),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|branches| json!({"oneOf": branches})),
            (inner.clone(), inner).prop_map(|(one, other)| json!({"allOf": [one, other]})),
        ]
    })
}
