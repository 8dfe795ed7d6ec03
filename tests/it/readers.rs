//! The example readers render the same bytes as the library: checked where Python with Jinja2, or Node with Nunjucks, is
//! there (`npm install` in `examples/readers/typescript`), and said to be skipped where it is not.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests start other programs and say what they skip"
)]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use promptyard::render::{MAX_WORK, Renderer};
use promptyard::store::Store;
use promptyard::store::snapshot::Snapshot;
use serde_json::{Map, Value, json};

use crate::environment::Environment;

/// How many prompts are rendered by each reader.
const PROMPTS: usize = 240;

/// Pieces of templates in the portable subset.
const PIECES: [&str; 24] = [
    "Answer {{ name }}.\n",
    "Dear {{ user.first }} {{ user[\"last\"] }},\n\n",
    "{% include \"partials/style.md\" %}\n",
    "{%- include \"partials/nested.md\" -%}\n",
    "  {% include \"partials/style.md\" %}  ",
    "{% for p in passages %}<p>{{ p | e }}</p>{% endfor %}",
    "{% for p in passages -%}\n  {{ loop.index }}/{{ loop.length }}: {{ p }}{% if not loop.last %};{% endif %}\n{%- endfor %}\n",
    "{% for p in nothing %}never{% else %}There is nothing.\n{% endfor %}",
    "{% if tone == \"warm\" %}Be warm.{% elif tone in [\"formal\", \"dry\"] %}Be {{ tone }}.{% else %}?{% endif %}\n",
    "{% if count > 3 and not flag %}many{% else %}few{% endif %} ({{ count }})\n",
    "{{ name | upper }} {{ name | lower }} {{ \"  x  \" | trim }}|",
    "{{ passages | length }} {{ passages | join(\", \") }}\n",
    "{{ name | default(\"nobody\") }} {{ hint | default(\"none\") }}\n",
    "{% set greeting = \"Grüß dich\" %}{{ greeting }}, {{ name }} 👋\n",
    "{# a remark {{ name }} #}text\n",
    "{% raw %}{{ not a variable }}{% endraw %}\n",
    "\n\n",
    "tab\tand nbsp\u{a0} and \u{2028} and { braces } and % signs\n",
    "{{ count + 1 }} {{ count * 2 }} {{ 7 // 2 }} {{ 7 % 4 }}\n",
    "{{ \"yes\" if flag else \"no\" }} {{ flag }} {{ not flag }}\n",
    "{{ passages[0] }} {{ passages | first }} {{ passages | last }}\n",
    "{{ name ~ \"-\" ~ count }}\n",
    "{{ question | e }}\n",
    "{{ question }}",
];

const PARTIALS: [(&str, &str); 3] = [
    ("partials/style.md", "Be kind to {{ name }}.\nUse short sentences.\n"),
    ("partials/nested.md", "<<{% include \"partials/last.md\" %}>>\n\n"),
    ("partials/last.md", "{% if flag %}last{% endif %}{{ tone }}"),
];

fn values(seed: usize) -> Map<String, Value> {
    let question = ["Where's my <parcel> & \"why\"/?", "Où est-il ?\nIci ?\n", ""][seed % 3];
    let name = ["Ann", "Bořek", "李"][seed % 3];
    let passages = &["one", "<b>two</b>", "drei & vier"][..1 + seed % 3];
    let values = json!({
        "name": name,
        "user": {"first": "Ann", "last": "O'Neil"},
        "passages": passages,
        "nothing": [],
        "count": seed,
        "flag": seed.is_multiple_of(2),
        "question": question,
    });
    let Value::Object(values) = values else { unreachable!("it is an object") };
    values
}

/// The files of a store with prompts made of the pieces, in an order that is the same every time.
fn files() -> Vec<(String, String)> {
    let mut state = 20_261_121_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut text = |pieces: usize| (0..pieces).map(|_| PIECES[next(PIECES.len())]).collect::<String>();
    let prompt = |at: usize| {
        let (system, user) = (Value::from(text(1 + at % 7)), Value::from(text(1 + at % 3)));
        let inputs = "{name: {type: string}, tone: {type: string, default: warm}, hint: {required: false}, user: true, \
                      passages: true, nothing: true, count: true, flag: true, question: true}";
        let content = format!(
            "inputs: {inputs}\nmessages:\n  - {{role: system, content: {system}}}\n  - {{role: user, content: {user}}}\n"
        );
        (format!("prompts/p{at}.prompt.yaml"), content)
    };
    let prompts: Vec<_> = (0..PROMPTS).map(prompt).collect();
    prompts.into_iter().chain(PARTIALS.map(|(path, text)| (path.to_owned(), text.to_owned()))).collect()
}

/// What each prompt's messages are by the library; `None` for one that it does not render.
fn expected(store: &Store) -> Vec<Option<Value>> {
    let messages = |(at, prompt): (usize, &promptyard::store::prompt::Prompt)| {
        let mut values = values(at);
        values.insert("tone".to_owned(), "warm".into());
        let renderer = Renderer::new(prompt, store).ok()?;
        let message = |index: usize| {
            let text = renderer.render(index, &values, MAX_WORK);
            let text = text.unwrap_or_else(|error| panic!("{}: {}", prompt.id, error.message));
            json!({"role": prompt.messages[index].role.value.as_str(), "content": text})
        };
        Some((0..prompt.templates.len()).map(message).collect())
    };
    store.prompts().iter().enumerate().map(messages).collect()
}

fn reader(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/readers").join(path)
}

/// Whether `program` runs with `arguments` in `folder`.
fn works(program: &str, arguments: &[&str], folder: &Path) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn compare(program: &str, script: &str) {
    let files = files();
    let store = Environment::new("");
    for (path, text) in &files {
        store.write(path, text);
    }
    let bundle = store.run(&["bundle", "--worktree", "--output", "bundle.json"]);
    assert_eq!(bundle, "exit code: 0\n");
    let snapshot = Snapshot::of_texts(files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())));
    let loaded = Store::load(snapshot.expect("paths inside the store"));
    let bundle: Value = serde_json::from_str(&store.read("bundle.json")).expect("a bundle is JSON");
    let artifacts = bundle["artifacts"].as_object().expect("it has artifacts");
    let release = |id: &str| artifacts.iter().find(|(_, entry)| entry["id"] == *id).map(|(name, _)| name.clone());
    let cases: Vec<Value> = loaded
        .prompts()
        .iter()
        .enumerate()
        .map(|(at, prompt)| json!({"prompt": release(prompt.id.as_str()), "values": values(at)}))
        .collect();
    store.write("cases.json", &Value::from(cases).to_string());
    let cases = File::open(store.root().join("cases.json")).expect("it was written");
    let output = Command::new(program)
        .arg(reader(script))
        .arg(store.root().join("bundle.json"))
        .stdin(cases)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let expected = expected(&loaded);
    assert_eq!(found.len(), PROMPTS);
    let mut compared = 0;
    for ((found, expected), prompt) in found.iter().zip(&expected).zip(loaded.prompts()) {
        let Some(expected) = expected else { continue };
        compared += 1;
        let texts = prompt.templates.iter().map(|template| template.text.text.as_str()).collect::<Vec<_>>();
        assert_eq!(found, expected, "{}: {texts:#?}", prompt.id);
    }
    eprintln!("{program}: {compared} prompts were compared");
    assert_eq!(compared, PROMPTS, "the renderer refuses some prompts");
}

#[test]
fn python_renders_the_same_bytes() {
    if !works("python3", &["-c", "import jinja2"], &reader("python")) {
        eprintln!("skipped: there is no python3 with jinja2");
        return;
    }
    compare("python3", "python/promptyard_bundle.py");
}

#[test]
fn node_renders_the_same_bytes() {
    if !works("node", &["--input-type=module", "--eval", "import 'nunjucks'"], &reader("typescript")) {
        eprintln!("skipped: there is no node with nunjucks; run `npm install` in examples/readers/typescript");
        return;
    }
    compare("node", "typescript/bundle.js");
}
