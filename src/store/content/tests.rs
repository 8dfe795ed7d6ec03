//! What counts for a digest, and what does not.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::store::snapshot::Snapshot;

const PROMPT: &str = "\
description: Answers. # a remark
inputs:
  question: {type: string, maxTokens: 50}
messages:
  - role: system
    content: |
      {% include \"partials/style.md\" %}
      Be short.
  - {role: user, content: \"{{ question }}\"}
";

fn content(files: &[(&str, &str)]) -> Result<Content, Unresolved> {
    let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
    let store = Store::load(Snapshot::of_texts(files).expect("paths inside the store"));
    let prompt = store.artifacts().into_iter().find(|artifact| artifact.kind == ArtifactKind::Prompt);
    store.content(&prompt.expect("there is a prompt"))
}

fn digest(files: &[(&str, &str)]) -> Digest {
    content(files).expect("everything is there").digest()
}

#[test]
fn what_says_the_same_has_the_same_digest() {
    let style = ("partials/style.md", "Be kind.\n");
    let same = digest(&[("prompts/a.prompt.yaml", PROMPT), style]);
    let reordered = "\
messages:
  - role: system
    content: \"{% include 'partials/manner.md' %}\\nBe short.\\n\"
  - {content: \"{{ question }}\", role: user}
inputs: {question: {maxTokens: 50, type: string}}
description: Answers.
"
    .replace('\'', "\\\"");
    assert_eq!(digest(&[("prompts/b.prompt.yaml", &reordered), ("partials/manner.md", "Be kind.\n")]), same);
    for (what, prompt, partial) in [
        ("a space", PROMPT.replace("Be short.", "Be  short."), "Be kind.\n"),
        ("a partial's last byte", PROMPT.to_owned(), "Be kind."),
        ("the description", PROMPT.replace("Answers", "Replies"), "Be kind.\n"),
        ("an input's limit", PROMPT.replace("50", "51"), "Be kind.\n"),
    ] {
        assert_ne!(digest(&[("prompts/a.prompt.yaml", &prompt), ("partials/style.md", partial)]), same, "{what}");
    }
}

#[test]
fn partials_are_taken_in_by_the_digest_of_their_text() {
    let nested = [
        ("prompts/a.prompt.yaml", PROMPT),
        ("partials/style.md", "{% include 'partials/tone.md' %} Be kind."),
        ("partials/tone.md", "Be warm."),
    ];
    let content = content(&nested).expect("everything is there");
    let partials = content.data["partials"].as_object().expect("partials by name");
    assert_eq!(partials.len(), 2);
    let system = content.data["messages"][0]["content"].as_str().expect("a text");
    let name = partials.keys().find(|name| system.contains(name.as_str())).expect("the message names it");
    assert_eq!(system, format!("{{% include \"{name}\" %}}\nBe short.\n"));
    assert!(partials[name].as_str().is_some_and(|text| text.ends_with("' %} Be kind.")));
}

#[test]
fn messages_of_one_body_are_its_parts() {
    let prompty = "---\nname: A\n---\nsystem:\n{% include 'style.md' %}\nuser:\n{{ question }}\n";
    let content = content(&[("a.prompty", prompty), ("style.md", "Be kind.")]).expect("everything is there");
    let messages = content.data["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[1]["content"].as_str().map(str::trim), Some("{{ question }}"));
    assert!(messages[0]["content"].as_str().is_some_and(|text| text.contains("sha256-")));
    assert!(content.data.contains_key("body"));
}

#[test]
fn what_is_missing_is_said() {
    let error = |files: &[(&str, &str)]| content(files).expect_err("something is missing").to_string();
    assert_eq!(
        error(&[("prompts/a.prompt.yaml", PROMPT)]),
        "`prompts/a.prompt.yaml` includes `partials/style.md`, which is not there"
    );
    let circle = [("prompts/a.prompt.yaml", PROMPT), ("partials/style.md", "{% include 'partials/style.md' %}")];
    assert_eq!(error(&circle), "`partials/style.md` includes `partials/style.md` in a circle");
    let schema = "outputSchema: gone.json\nmessages: [{role: user, content: Hi}]\n";
    assert_eq!(
        error(&[("prompts/a.prompt.yaml", schema)]),
        "`prompts/a.prompt.yaml` names `gone.json`, which is not there"
    );
    assert!(error(&[("prompts/a.prompt.yaml", "messages: [")]).contains("cannot be read to its end"));
}

#[test]
fn includes_of_every_language_are_renamed() {
    let style = ("partials/style.md", "Be kind.");
    let name = format!("sha256-{}", digest_of(b"Be kind.").hex());
    for (file, text, wanted) in [
        ("a.j2", "{% include ['gone.md', 'partials/style.md'] %}", "{% include ['gone.md', 'NAME'] %}"),
        ("a.j2", "{% include \"gone.md\" ignore missing %}!", "{% include \"gone.md\" ignore missing %}!"),
        ("a.j2", "{%- import 'partials/style.md' as s -%}{{ s }}", "{%- import 'NAME' as s -%}{{ s }}"),
        ("a.j2", "{% from 'partials/style.md' import a %}x", "{% from 'NAME' import a %}x"),
        ("a.j2", "{% extends 'partials/style.md' %}", "{% extends 'NAME' %}"),
        ("a.j2", "{% raw %}{% include 'gone.md' %}{% endraw %}", "{% raw %}{% include 'gone.md' %}{% endraw %}"),
        (
            "a.j2",
            "{# {% include 'gone.md' %} #}é{% include 'partials/style.md' %}é",
            "{# {% include 'gone.md' %} #}é{% include 'NAME' %}é",
        ),
        ("a.prompt", "{{>style}} {{> \"style\" tone=1}}", "{{>NAME}} {{> \"NAME\" tone=1}}"),
        ("a.mustache", "x\n  {{> style }}\n", "x\n  {{> NAME }}\n"),
    ] {
        let config = ("promptyard.yaml", "version: 1\nsources: [{files: \"a.*\", dialect: DIALECT}]\n");
        let dialect = match file {
            "a.prompt" => "dotprompt",
            "a.mustache" => "text, syntax: mustache",
            _ => "text",
        };
        let config = (config.0, &*config.1.replace("DIALECT", dialect));
        let content = content(&[config, (file, text), style]).unwrap_or_else(|error| panic!("{text}: {error}"));
        let said = content.data["messages"][0]["content"].as_str().expect("a text");
        let wanted = wanted.replace("NAME", &name);
        assert_eq!(said, wanted.trim_end_matches('\n'), "{file}");
    }
}

#[test]
fn a_partial_of_two_languages_is_refused_where_it_includes_others() {
    let config = ("promptyard.yaml", "version: 1\nsources: [{files: \"a.*\", syntax: mustache}]\n");
    let plain = content(&[config, ("a.mustache", "{{> style}}"), ("partials/style.md", "Be kind.")]);
    assert!(plain.is_ok());
    let files = [config, ("a.mustache", "{{> style}}"), ("partials/style.md", "{% include 'b.md' %}"), ("b.md", "")];
    let error = content(&files).expect_err("which language is it?").to_string();
    assert!(error.contains("in a different template language"), "{error}");
}

#[test]
fn what_readers_understand_differently_is_refused() {
    let with = |line: &str| {
        content(&[("prompts/a.prompt.yaml", &format!("{line}\nmessages: [{{role: user, content: Hi}}]\n"))])
    };
    for (line, reason) in [
        ("modelParameters: {seed: 9007199254740993}", "has `9007199254740993`, which readers of JSON"),
        ("x-a: -9007199254740992", "has `-9007199254740992`"),
        ("x-a: 0xFFFFFFFFFFFFFFFF", "has `0xFFFFFFFFFFFFFFFF`"),
        ("x-a: 100000000000000000000000", "has `100000000000000000000000`"),
        ("x-a: [.inf]", "has `.inf`"),
        ("x-a: 1e400", "has `1e400`"),
        ("x-a: 1\nx-a: 2", "says two things: this mapping has the key `x-a` already"),
        ("jsonSchema: '{\"maximum\": 9007199254740993}'", "takes in a whole number, which readers of JSON"),
    ] {
        let error = with(line).expect_err("it has no single meaning").to_string();
        assert!(error.contains(reason), "{error}");
    }
    for line in ["x-a: 9007199254740991", "x-a: '9007199254740993'", "x-a: 1.0e300"] {
        assert!(with(line).is_ok(), "{line}");
    }
    assert_eq!(with("x-a: 1.0").map(|it| it.digest()), with("x-a: 1").map(|it| it.digest()));
}

#[test]
fn nothing_that_a_native_prompt_says_is_lost() {
    let text = "\
inputs: {who: {type: object, required: [name]}}
tools: [{name: a, strict: true}, {name: a, strict: false}, {type: web}, tools/b.json]
messages:
  - {role: USER, name: Ann, content: [{type: text, text: 'Hi {{ who }}'}, {type: image_url, image_url: x}, Bye]}
  - {role: model, content: 5, tool_calls: [{id: 1}]}
";
    let content = content(&[("prompts/a.prompt.yaml", text), ("tools/b.json", "{\"name\": \"b\"}")]);
    let data = content.expect("everything is there").data;
    assert_eq!(data["inputs"], json!({"who": {"required": true, "schema": {"type": "object", "required": ["name"]}}}));
    let tools = json!([{"name": "a", "strict": true}, {"name": "a", "strict": false}, {"type": "web"}, {"name": "b"}]);
    assert_eq!(data["tools"], tools);
    let parts = json!([{"type": "text", "text": "Hi {{ who }}"}, {"type": "image_url", "image_url": "x"}, "Bye"]);
    assert_eq!(data["messages"][0], json!({"role": "user", "name": "Ann", "content": parts}));
    assert_eq!(data["messages"][1], json!({"role": "assistant", "content": "5", "tool_calls": [{"id": 1}]}));
}

#[test]
fn text_that_is_no_message_is_kept_in_the_body() {
    let dotprompt = "{{role \"system\"}}\nBe kind.\n";
    let data = content(&[("a.prompt", dotprompt)]).expect("it is whole").data;
    assert_eq!(data["messages"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["body"], json!([dotprompt]));
    let config = ("promptyard.yaml", "version: 1\nsources: [{files: \"*.md\", dialect: text}]\n");
    let data = content(&[config, ("a.md", "\nBe kind.\n\n")]).expect("it is whole").data;
    assert_eq!(data.get("body"), None);
}

#[test]
fn a_semantic_kernel_prompt_has_its_description() {
    let files = [("p/skprompt.txt", "Hi {{$x}}"), ("p/config.json", "{\"schema\": 1, \"odd\": [1]}")];
    let config = ("promptyard.yaml", "version: 1\nsources: [{files: \"p/*.txt\", dialect: semantic-kernel}]\n");
    let data = content(&[config, files[0], files[1]]).expect("it is whole").data;
    assert_eq!(data["metadata"], json!({"schema": 1, "odd": [1]}));
}

/// A release's tag keeps its digest for ever: none of these may ever change.
#[test]
fn digests_stay_what_they_are() {
    let files: [(&str, &str); 10] = [
        ("promptyard.yaml", "version: 1\ndefault_model: models/chat\n"),
        ("prompts/native.prompt.yaml", PROMPT),
        ("partials/style.md", "Be kind.\n"),
        ("prompts/two.prompty", "---\nname: Two\n---\nsystem:\nBe short.\n\nuser:\n{{ question }}\n"),
        ("prompts/three.prompt", "---\ninput: {schema: {name: string}}\n---\n{{role \"user\"}}Hi {{name}}"),
        ("models/chat.yaml", "provider: openai\nmodel: gpt-5.1-2026-03-11\nprice: {input_per_million: 1.25}\n"),
        ("retrieval/help.yaml", "index: help\ntop_k: 5\nthreshold: 1e-7\n"),
        ("policies/safety.yaml", "required: [{text: Be kind.}]\n"),
        ("suites/a.yaml", "prompt: prompts/native\ndata: [suites/a.jsonl]\n"),
        ("suites/a.jsonl", "{\"question\": \"Où?\"}\n"),
    ];
    let store = Store::load(Snapshot::of_texts(files.map(|(path, text)| (path, text.as_bytes()))).expect("paths"));
    let digests = store.artifacts().into_iter().map(|artifact| {
        let content = store.content(&artifact).unwrap_or_else(|error| panic!("{error}"));
        format!("{} {}\n", content.digest().short(), artifact.id)
    });
    insta::assert_snapshot!(digests.collect::<String>(), @r"
    sha256:8dbc252f5556 models/chat
    sha256:c6b074a03b6b policies/safety
    sha256:4628dfb6fba5 prompts/native
    sha256:3b10b307663f prompts/three
    sha256:033c012a9866 prompts/two
    sha256:fecdb3040757 retrieval/help
    sha256:bacd2df06563 suites/a
    ");
}

/// A prompt whose keys stand in the order of `order`, quoted and commented as the numbers say, with a partial of this name.
fn written(order: &[usize], style: u8, partial: &str, text: &str) -> String {
    let scalar = |text: &str| match style % 3 {
        0 => Value::from(text).to_string(),
        1 => format!(
            "|-\n{}",
            text.split('\n').map(|line| format!("          {line}\n")).collect::<String>().trim_end_matches('\n')
        ),
        _ => format!("'{}'", text.replace('\'', "''").replace('\n', "\n\n          ")),
    };
    let note = if style.is_multiple_of(2) { "# a remark\n" } else { "" };
    let include = format!("{{% include \"{partial}\" %}}");
    let entries = [
        format!("description: {}\n", scalar("It greets.")),
        "modelParameters: {temperature: 0.25, maxTokens: 7}\n".to_owned(),
        "inputs:\n  a: {type: string}\n  b: {maxTokens: 5}\n".to_owned(),
        format!(
            "messages:\n  - role: system\n    content: {}\n  - content: {}\n    role: user\n",
            scalar(&include),
            scalar(text)
        ),
    ];
    order.iter().map(|&at| format!("{note}{}", entries[at])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_look_of_a_file_makes_no_difference_and_every_letter_does(
        order in Just(vec![0, 1, 2, 3]).prop_shuffle(),
        style in any::<u8>(),
        partial in "[a-z]{1,8}",
        // A scalar in single quotes folds spaces at the ends of lines, so that there are none here.
        words in prop::collection::vec("[a-zé{}%:#'\"-][a-zé ]{0,6}[a-zé.,]", 1..5),
        at in any::<prop::sample::Index>(),
    ) {
        let text = format!("{{% raw %}}{}{{% endraw %}}", words.join("\n"));
        let partial = format!("partials/{partial}.md");
        let digest_of = |order: &[usize], style, partial: &str, text: &str| {
            digest(&[("prompts/x.prompt.yaml", &written(order, style, partial, text)), (partial, "Be kind.")])
        };
        let plain = digest_of(&[0, 1, 2, 3], 0, "partials/style.md", &text);
        prop_assert_eq!(digest_of(&order, style, &partial, &text), plain);
        let mut letters: Vec<char> = text.chars().collect();
        // Between the tags, so that the template stays one.
        let at = "{% raw %}".len() + at.index(letters.len() - "{% raw %}{% endraw %}".len());
        letters[at] = if letters[at] == 'z' { 'y' } else { 'z' };
        let changed: String = letters.into_iter().collect();
        prop_assert_ne!(digest_of(&order, style, &partial, &changed), plain);
    }
}
