use proptest::prelude::*;

use super::*;
use crate::lint::{self, Request, example};
use crate::sensitive::tests::planted::{Random, SECRETS};

/// `CODE excerpt` of what the rules of these groups find.
fn found(text: &str, select: &[&str]) -> Vec<String> {
    let store = Store::load(example::snapshot(text).expect("paths inside the store"));
    let select = select.iter().map(|group| (*group).to_owned()).collect();
    let report = lint::run(&store, &Request { select, ..Request::default() }).expect("known rules");
    let line = |finding: &crate::diagnostic::Diagnostic| {
        let text = store.file(&finding.file).map_or("", |file| file.text.as_str());
        format!("{} {}", finding.rule.code, finding.span.slice(text))
    };
    report.findings.iter().map(line).collect()
}

const GROUPS: &[&str] = &["PII", "SEC", "INJ004", "INJ005"];

/// `value` in prose in each of YAML's five styles, with what makes each hard to map.
fn in_every_style(value: &str) -> [String; 5] {
    [
        format!("Café, then {value} now"),
        format!("'It''s in the café,\n      then {value} now'"),
        format!("\"Caf\\u00e9 \\\"x\\\" \\\n      then {value} now\\n\""),
        format!("|\n      Café.\n\n      Then {value} now\n"),
        format!(">-\n      Café\n      goes on\n\n      then {value}\n      and on"),
    ]
    .map(|content| format!("description: d\nmessages:\n  - role: user\n    content: {content}\n"))
}

/// Personal data that is made up and valid, beside the generated secrets.
const PERSONAL: &[&str] = &[
    "anna.berg@web.de",
    "+41 96 471 07 95",
    "4556 7375 8689 9855",
    "GB56 HXDO 8816 7774 6561 19",
    "474-49-7577",
    "48.90.248.226",
    "3c:22:fb:91:0a:7e",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
];

/// Secrets that are known by their form alone and stand on one line.
fn alone(kind: &str) -> bool {
    !matches!(kind, "aws-secret" | "assignment" | "password-in-prose" | "private-key")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_style_of_a_scalar_changes_nothing(seed: u64, choice: prop::sample::Index) {
        let makers: Vec<_> = SECRETS.iter().filter(|(kind, _)| alone(kind)).collect();
        let index = choice.index(makers.len() + PERSONAL.len());
        let value = match PERSONAL.get(index) {
            Some(value) => (*value).to_owned(),
            None => makers[index - PERSONAL.len()].1(&mut Random(seed)),
        };
        let has = |is: fn(&u8) -> bool| value.bytes().any(|byte| is(&byte));
        // Twenty letters without a digit may be words.
        let mixes = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        prop_assume!(mixes || !value.starts_with("glp"));
        let expected = found(&in_every_style(&value)[3], GROUPS);
        prop_assert!(expected.len() == 1 && !expected[0].starts_with("SEC007"), "{:?} in {}", &expected, &value);
        // A hyphen at a key's end may be the sentence's.
        let bare = |text: &str| text.trim_end_matches(['-', '_']).to_owned();
        let excerpt = expected[0].split_once(' ').map_or("", |(_, excerpt)| excerpt);
        prop_assert!(bare(excerpt) == bare(&value) || value.contains("://"), "{:?}", &expected);
        for text in in_every_style(&value) {
            prop_assert_eq!(&found(&text, GROUPS), &expected, "{}", text);
        }
    }
}

#[test]
fn a_key_with_words_in_it_is_still_a_key_of_its_provider() {
    let key = ["gl", "pat-", "Meter9sTrade4Qx", "Vendo"].concat();
    for text in in_every_style(&format!("the password is {key} today")) {
        assert_eq!(found(&text, GROUPS), [format!("SEC002 {key}")], "{text}");
    }
}

#[test]
fn the_caret_is_exact_for_what_needs_a_label_and_for_hidden_characters() {
    let mut random = Random(1);
    let password = SECRETS.iter().find(|(kind, _)| *kind == "password-in-prose").expect("a kind").1(&mut random);
    for text in in_every_style(&format!("the password is {password} today")) {
        assert_eq!(found(&text, GROUPS), [format!("SEC007 {password}")], "{text}");
    }
    for text in in_every_style("sen\u{200B}tence and p\u{0430}ssword") {
        assert_eq!(found(&text, GROUPS), ["INJ004 \u{200B}", "INJ005 p\u{0430}ssword"], "{text}");
    }
}

#[test]
fn a_key_is_a_label_and_every_place_is_looked_at_once() {
    let secret = SECRETS.iter().find(|(kind, _)| *kind == "assignment").expect("a kind").1(&mut Random(2));
    let text = format!(
        "//- a.prompty\n---\nname: a\nauthors: [anna.berg@web.de]\nmodel:\n  configuration: {{api_key: {secret}}}\n\
         sample:\n  who: ines@rhyta.com # or jo.doe@rhyta.com\n---\nsystem:\nWrite to max@rhyta.com\n"
    );
    assert_eq!(
        found(&text, GROUPS),
        [
            format!("SEC006 {secret}"),
            "PII001 ines@rhyta.com".to_owned(),
            "PII001 jo.doe@rhyta.com".to_owned(),
            "PII001 max@rhyta.com".to_owned()
        ]
    );
}

#[test]
fn what_is_allowed_is_not_found_in_what_allows_it() {
    let text = "# promptyard: allow PII001 reason=\"ours\" match=\"anna.berg@web.de\"\ndescription: d\nmessages:\n  - \
                role: user\n    content: |\n      {# promptyard: allow PII001 reason=r match=ines@rhyta.com #}\n";
    assert_eq!(found(text, GROUPS), [""; 0]);
}

#[test]
fn a_file_that_does_not_parse_is_looked_at_as_it_is() {
    let text = "description: [\nmessages:\n  - role: user\n    content: write to ines@rhyta.com\n";
    assert_eq!(found(text, GROUPS), ["PII001 ines@rhyta.com"]);
}

#[test]
fn aliases_are_looked_at_where_they_stand_for_something() {
    let text = "description: &d write to ines@rhyta.com\nmessages:\n  - role: user\n    content: *d\n";
    assert_eq!(found(text, GROUPS), ["PII001 ines@rhyta.com"]);
}

#[test]
fn regions_are_those_of_the_configuration() {
    let text = |regions: &str| {
        format!(
            "//- promptyard.yaml\nversion: 1\nlint: {{sensitive: {{regions: [{regions}]}}}}\n//- prompts/a.prompt.yaml\ndescription: d\nmessages:\n  - {{role: user, content: 'at (602) 272-9781.'}}\n"
        )
    };
    assert_eq!(found(&text("US"), GROUPS), ["PII002 (602) 272-9781"]);
    assert_eq!(found(&text("DE"), GROUPS), [""; 0]);
}

#[test]
fn partials_suites_and_golden_data_are_looked_at() {
    let text = "//- promptyard.yaml\nversion: 1\n//- partials/a.md\nask anna.berg@web.de\n//- suites/s.yaml\n\
                prompt: prompts/a\ndata: suites/s.jsonl\ndescription: ask ines@rhyta.com\n//- suites/s.jsonl\n\
                {\"inputs\": {\"q\": \"I am\\nmax@rhyta.com\"}}\n";
    assert_eq!(found(text, GROUPS), ["PII001 anna.berg@web.de", "PII001 max@rhyta.com", "PII001 ines@rhyta.com"]);
}
