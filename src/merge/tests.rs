use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn merged(base: &str, ours: &str, theirs: &str) -> Result<String, Conflict> {
    merge(Versions { base, ours, theirs })
}

/// The merge of two edits of `base`, each given as what is replaced by what.
fn of_edits(base: &str, ours: (&str, &str), theirs: (&str, &str)) -> Result<String, Conflict> {
    let edited = |(from, to): (&str, &str)| {
        assert!(base.contains(from), "{from:?} is not in the base");
        base.replacen(from, to, 1)
    };
    merged(base, &edited(ours), &edited(theirs))
}

/// The merge does what the two edits do one after the other.
fn does_both(base: &str, ours: (&str, &str), theirs: (&str, &str)) {
    let both = base.replacen(ours.0, ours.1, 1).replacen(theirs.0, theirs.1, 1);
    assert_eq!(of_edits(base, ours, theirs).as_deref(), Ok(both.as_str()), "{ours:?} and {theirs:?}");
    assert_eq!(of_edits(base, theirs, ours).as_deref(), Ok(both.as_str()), "{theirs:?} and {ours:?}");
}

fn decided_twice(base: &str, ours: (&str, &str), theirs: (&str, &str), place: &str) {
    assert_eq!(of_edits(base, ours, theirs), Err(Conflict::Decision(place.to_owned())), "{ours:?} and {theirs:?}");
}

fn clashes(base: &str, ours: (&str, &str), theirs: (&str, &str), place: &str) {
    assert_eq!(of_edits(base, ours, theirs), Err(Conflict::Both(place.to_owned())), "{ours:?} and {theirs:?}");
}

const PROMPT: &str = "\
# Who may change this: support
description: Answers.
model: models/support-chat # pinned
modelParameters: {temperature: 0.2, maxTokens: 600}

inputs:
  # What the customer asks.
  question: {type: string, maxTokens: 500}
  tone: {type: string, enum: [warm, formal]} # default below
  passages:
    type: array
    items: {type: string}
messages:
  - role: system
    content: |
      Be kind.
      Be short.
      Be right.
  - role: user
    content: \"{{ question }}\"
";

const ROUTE: &str = "\
description: Answers in the help widget.
variants:
  stable:
    prompt: {release: prompts/a@1.3.0, digest: \"sha256:11\"}
    model: {release: models/b@2.1.0, digest: \"sha256:22\"}
    policy: policies/c@1.0.0
traffic: {stable: 100}
holds:
  - {dimension: prompt, rejects: prompts/a@1.2.0}
";

#[test]
fn neighbouring_keys_and_inputs_merge() {
    does_both(PROMPT, ("maxTokens: 500", "maxTokens: 900"), ("[warm, formal]", "[warm, cold]"));
    does_both(PROMPT, ("Answers.", "Answers well."), ("models/support-chat", "models/other"));
    does_both(PROMPT, ("temperature: 0.2", "temperature: 0.7"), ("maxTokens: 600", "maxTokens: 700"));
    does_both(PROMPT, ("type: array", "type: list"), ("items: {type: string}", "items: {type: integer}"));
    does_both(PROMPT, ("# What the customer asks.", "# What is asked."), ("maxTokens: 500", "maxTokens: 9"));
    does_both(PROMPT, ("# pinned", "# why"), ("models/support-chat", "models/other"));
    does_both(PROMPT, ("      Be kind.\n", "      Be very kind.\n"), ("Be right.", "Be quite right."));
    does_both(PROMPT, ("Be right.", "Be quite right."), ("- role: user", "- role: assistant"));
    does_both(PROMPT, ("Be right.", "Be quite right."), ("\"{{ question }}\"", "\"{{ tone }}\""));
}

#[test]
fn what_is_added_and_removed_merges() {
    let new = "  language: {type: string}\n";
    does_both(
        PROMPT,
        ("  passages:\n", "  # New.\n  language: {type: string}\n  passages:\n"),
        ("tone: {type: string, ", "tone: {type: integer, "),
    );
    does_both(
        PROMPT,
        ("  # What the customer asks.\n  question: {type: string, maxTokens: 500}\n", ""),
        ("[warm, formal]", "[warm]"),
    );
    does_both(PROMPT, ("temperature: 0.2, ", ""), ("maxTokens: 600", "maxTokens: 700"));
    does_both(PROMPT, ("{temperature: 0.2", "{topP: 1, temperature: 0.2"), ("maxTokens: 600", "maxTokens: 700"));
    let ours = PROMPT.replace("  passages:\n", &format!("{new}  passages:\n"));
    let theirs = PROMPT.replace("  passages:\n", "  city: {type: string}\n  passages:\n");
    let both = PROMPT.replace("  passages:\n", &format!("{new}  city: {{type: string}}\n  passages:\n"));
    assert_eq!(merged(PROMPT, &ours, &theirs), Ok(both));
}

#[test]
fn sections_that_both_sides_start_become_one() {
    let base = "a: 1\n";
    let result = merged(base, "a: 1\ninputs:\n  x: {type: string}\n", "a: 1\ninputs:\n  y: {type: string}\n");
    assert_eq!(result.as_deref(), Ok("a: 1\ninputs:\n  x: {type: string}\n  y: {type: string}\n"));
    let deeper = "inputs:\n  a: 1\n";
    let result = merged(deeper, "inputs:\n  a: 1\n  b:\n    x: 1\n", "inputs:\n  a: 1\n  b:\n    y: 1\n");
    assert_eq!(result, Err(Conflict::Both("inputs.b".to_owned())));
}

#[test]
fn two_dimensions_of_a_route_merge() {
    does_both(
        ROUTE,
        ("{release: prompts/a@1.3.0, digest: \"sha256:11\"}", "{release: prompts/a@1.4.0, digest: \"sha256:33\"}"),
        ("{release: models/b@2.1.0, digest: \"sha256:22\"}", "{release: models/b@2.2.0, digest: \"sha256:44\"}"),
    );
    does_both(ROUTE, ("models/b@2.1.0", "models/b@2.2.0"), ("policies/c@1.0.0", "policies/c@1.1.0"));
    does_both(ROUTE, ("policies/c@1.0.0", "policies/c@1.1.0"), ("stable: 100", "stable: 99"));
    let held = |release: &str| format!("{ROUTE}  - {{dimension: prompt, rejects: {release}}}\n");
    let both = format!("{}  - {{dimension: prompt, rejects: prompts/a@2.0.0}}\n", held("prompts/a@1.9.0"));
    assert_eq!(merged(ROUTE, &held("prompts/a@1.9.0"), &held("prompts/a@2.0.0")), Ok(both));
}

#[test]
fn rows_of_data_are_changed_and_appended() {
    let base = "testData:\n  - {q: a, e: b}\n  - {q: c, e: d}\nname: x\n";
    does_both(base, ("q: a", "q: x"), ("q: c", "q: y"));
    let appended = |row: &str| base.replace("e: d}\n", &format!("e: d}}\n  - {row}\n"));
    let both = base.replace("e: d}\n", "e: d}\n  - 1\n  - 2\n");
    assert_eq!(merged(base, &appended("1"), &appended("2")), Ok(both));
    assert!(merged(base, &appended("1"), &base.replace("q: a", "q: x")).is_err(), "a merge by lines does this");
}

#[test]
fn one_decision_is_never_made_of_two() {
    decided_twice(
        ROUTE,
        ("a@1.3.0, digest: \"sha256:11\"", "a@1.4.0, digest: \"sha256:11\""),
        ("sha256:11", "sha256:33"),
        "variants.stable.prompt",
    );
    decided_twice(
        ROUTE,
        ("{stable: 100}", "{canary: 5, stable: 100}"),
        ("{stable: 100}", "{stable: 100, blue: 5}"),
        "traffic",
    );
    clashes(
        PROMPT,
        ("maxTokens: 500", "maxTokens: 600"),
        ("maxTokens: 500", "maxTokens: 700"),
        "inputs.question.maxTokens",
    );
    clashes(PROMPT, ("Be kind.", "Be nice."), ("Be kind.", "Be rude."), "messages.0.content");
    clashes(
        PROMPT,
        ("  tone: {type: string, enum: [warm, formal]} # default below\n", ""),
        ("[warm, formal]", "[warm]"),
        "inputs.tone",
    );
    let blocks = "variants: {}\ntraffic:\n  a: 5\n  b: 90\n  c: 5\n";
    decided_twice(blocks, ("a: 5", "a: 6"), ("c: 5", "c: 6"), "traffic");
    let [first, second] = ["  - role: a\n    content: x\n", "  - role: b\n    content: y\n"];
    let base = format!("messages:\n{first}{second}");
    let swapped = format!("messages:\n{second}{first}");
    assert_eq!(merged(&base, &swapped, &base.replace('y', "z")), Err(Conflict::Both("messages".to_owned())));
}

#[test]
fn what_is_not_sound_yaml_is_left_to_others() {
    let broken = "a: [1\n";
    assert_eq!(merged("a: 1\n", broken, "a: 2\n"), Err(Conflict::Illegible(Side::Ours)));
    assert_eq!(merged("a: 1\n", "a: 3\n", "a: 2\na: 2\n"), Err(Conflict::Illegible(Side::Theirs)));
    assert_eq!(merged(broken, broken, "a: 2\n").as_deref(), Ok("a: 2\n"), "who changed nothing loses nothing");
    assert_eq!(merged("", "a: 1\n", "b: 1\n"), Err(Conflict::Unsure));
}

#[test]
fn an_anchor_that_changes_elsewhere_is_a_conflict() {
    let base = "x: &d {a: 1}\ny: *d\nz: 1\n";
    let both = of_edits(base, ("{a: 1}", "{a: 2}"), ("y: *d", "y: {a: 3}"));
    assert!(both.is_err(), "{both:?}");
    does_both(base, ("{a: 1}", "{a: 2}"), ("z: 1", "z: 2"));
}

#[test]
fn front_matter_merges_by_keys_and_the_body_by_lines() {
    let base = "---\nname: a\nmodel: b\n---\nsystem:\nBe kind.\n\nuser:\n{{ x }}\n";
    does_both(base, ("name: a", "name: c"), ("model: b", "model: d"));
    does_both(base, ("name: a", "name: c"), ("{{ x }}", "{{ y }}"));
    assert_eq!(of_edits(base, ("Be kind.", "Be nice."), ("Be kind.", "Be rude.")), Err(Conflict::Unsure));
}

#[test]
fn line_ends_are_those_of_the_side_that_changed_them() {
    let windows = PROMPT.replace('\n', "\r\n");
    let theirs = PROMPT.replace("[warm, formal]", "[warm]");
    let ours = windows.replace("maxTokens: 500", "maxTokens: 9");
    let both = ours.replace("[warm, formal]", "[warm]");
    assert_eq!(merged(PROMPT, &ours, &theirs).as_ref(), Ok(&both));
    assert_eq!(merged(PROMPT, &theirs, &ours).as_ref(), Ok(&both));
    assert_eq!(merged("a: 1\nb: 2", "a: 3\nb: 2", "a: 1\nb: 4").as_deref(), Ok("a: 3\nb: 4"));
}

/// A file as its keys and their values; an inner mapping is written by lines or in brackets.
type Model = BTreeMap<String, BTreeMap<String, u8>>;

fn written(model: &Model) -> String {
    let mut text = "# Head.\n".to_owned();
    for (key, values) in model {
        let brackets = key.ends_with(['a', 'b']);
        let inside: Vec<String> = values.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        match brackets {
            true => writeln!(text, "# About {key}.\n{key}: {{{}}}", inside.join(", ")),
            false if inside.is_empty() => writeln!(text, "# About {key}.\n{key}: {{}}"),
            false => writeln!(text, "# About {key}.\n{key}:\n  {}", inside.join("\n  ")),
        }
        .unwrap();
    }
    text
}

/// Sets, adds or removes: `None` for the name is the whole key, `None` for the value removes.
type Change = (String, Option<String>, Option<u8>);

fn changed(model: &Model, changes: &[Change]) -> Model {
    let mut model = model.clone();
    for (key, name, value) in changes {
        match (name, value) {
            (None, None) => drop(model.remove(key)),
            (None, Some(value)) => drop(model.insert(key.clone(), [("z".to_owned(), *value)].into())),
            (Some(name), None) => drop(model.get_mut(key).map(|values| values.remove(name))),
            (Some(name), Some(value)) => drop(model.get_mut(key).map(|values| values.insert(name.clone(), *value))),
        }
    }
    model
}

fn model() -> impl Strategy<Value = Model> {
    let values = proptest::collection::btree_map("[a-d]", any::<u8>(), 1..4);
    proptest::collection::btree_map("[k-m][a-d]", values, 2..8)
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    proptest::collection::vec(("[k-m][a-d]", proptest::option::of("[a-d]"), proptest::option::of(any::<u8>())), 0..5)
}

proptest! {
    #[test]
    fn both_changes_are_there(base in model(), ours in changes(), theirs in changes()) {
        // Each side changes other keys than the other.
        let taken: std::collections::BTreeSet<&String> = ours.iter().map(|(key, ..)| key).collect();
        let theirs: Vec<Change> = theirs.into_iter().filter(|(key, ..)| !taken.contains(key)).collect();
        let all: Vec<Change> = ours.iter().chain(&theirs).cloned().collect();
        let [by_us, by_them, by_both] = [&ours, &theirs, &all].map(|changes| changed(&base, changes));
        let texts = [&base, &by_us, &by_them].map(written);
        match merged(&texts[0], &texts[1], &texts[2]) {
            Ok(text) => {
                prop_assert_eq!(value_of(&text), value_of(&written(&by_both)), "{}", text);
                for key in by_both.keys() {
                    prop_assert_eq!(text.matches(&format!("# About {key}.\n")).count(), 1, "{}", text);
                }
                let by_lines = lines::merge(&texts[0], &texts[1], &texts[2]);
                if let Some(by_lines) = by_lines.filter(|lines| value_of(lines) == value_of(&text)) {
                    prop_assert_eq!(text, by_lines);
                }
            }
            // A file without keys, and one whose last key goes, are no mappings.
            Err(conflict) => {
                let empty = [&base, &by_us, &by_them, &by_both].iter().any(|model| model.is_empty());
                prop_assert!(empty, "{}\n{:?}", conflict, texts);
            }
        }
    }

    #[test]
    fn different_parts_of_one_key_merge(base in model(), ours in any::<u8>(), theirs in any::<u8>()) {
        let Some((key, values)) = base.iter().find(|(_, values)| values.len() > 1) else { return Ok(()) };
        let names: Vec<&String> = values.keys().collect();
        let set = |at: usize, value: u8| (key.clone(), Some(names[at].clone()), Some(value));
        let [by_us, by_them] = [set(0, ours), set(1, theirs)].map(|change| written(&changed(&base, &[change])));
        let by_both = written(&changed(&base, &[set(0, ours), set(1, theirs)]));
        prop_assert_eq!(merged(&written(&base), &by_us, &by_them), Ok(by_both));
    }

    #[test]
    fn any_texts_are_merged_or_left(texts in proptest::array::uniform3("([a-c]: |- |\\{|\\}|, |[xy]\n|  |#|\n|\\||&a |\\*a|---\n){0,24}")) {
        let [base, ours, theirs] = &texts;
        if let Ok(text) = merged(base, ours, theirs)
            && base != ours && base != theirs && ours != theirs && front_matter(base).is_none()
        {
            prop_assert!(value_of(&text).is_some(), "{text:?}");
        }
    }
}
