use super::*;
use crate::lint::example;

fn diff(before: &str, after: &str, wanted: &[&str]) -> Report {
    let snapshot = |text: &str| example::snapshot(text).expect("paths inside the store");
    let request = Request {
        artifacts: wanted.iter().map(|id| (*id).to_owned()).collect(),
        today: "2026-11-21".to_owned(),
        ..Request::default()
    };
    compare(&snapshot(before), &snapshot(after), &request)
}

const BEFORE: &str = "\
//- promptyard.yaml
version: 1
//- models/chat.yaml
provider: openai
model: gpt-4o-2024-08-06
tokenizer: o200k_base
price: {currency: USD, input_per_million: 2.5, output_per_million: 10}
//- partials/style.md
Be kind.
//- prompts/answer.prompt.yaml
description: Answers.
model: models/chat
inputs:
  question: {type: string, maxTokens: 10, example: Where is it?}
  tone: {type: string, enum: [warm, formal], default: warm}
messages:
  - role: system
    content: |
      {% include 'partials/style.md' %}
      Answer in a {{ tone }} tone.
  - role: user
    content: \"{{ question }}\"
//- prompts/other.prompt.yaml
description: Says hello.
inputs: {}
messages: [{role: user, content: Hello}]
";

fn ids(report: &Report) -> Vec<String> {
    let said =
        |diff: &ArtifactDiff| format!("{} {:?} {}", diff.id, diff.fate, diff.demanded().map_or("", Bump::as_str));
    report.artifacts.iter().map(said).collect()
}

#[test]
fn nothing_differs_from_itself() {
    assert!(diff(BEFORE, BEFORE, &[]).is_empty());
    let commented = BEFORE.replace("description: Answers.", "description: Answers. # as it should");
    assert_eq!(diff(BEFORE, &commented, &[]), Report { total: 3, ..Report::default() });
}

#[test]
fn a_change_is_told_by_what_it_does() {
    let after = BEFORE.replace("default: warm", "default: formal").replace("Where is it?", "When?");
    let report = diff(BEFORE, &after, &[]);
    assert_eq!(ids(&report), ["prompts/answer Changed minor"]);
    let [Trial { values, rendered: Rendered::Differs(passages) }] = &report.artifacts[0].trials[..] else {
        panic!("{:?}", report.artifacts[0].trials)
    };
    assert_eq!((values.as_str(), passages[0].title.as_str()), ("its examples", "system message"));
    assert!(report.artifacts[0].passages.is_empty());
}

#[test]
fn a_partial_is_told_once_and_reaches_who_takes_it_in() {
    let report = diff(BEFORE, &BEFORE.replace("Be kind.", "Be kind, and be brief."), &[]);
    assert_eq!(ids(&report), ["prompts/answer Changed minor"]);
    assert_eq!(report.artifacts[0].changes[0].text, "partial 'Be kind.': 1 sentence changed");
    assert_eq!(report.included[0].reaches[0].as_str(), "prompts/answer");
    let [Some(before), Some(after)] = report.artifacts[0].measures.as_ref().expect("tokens differ") else { panic!() };
    assert!(after.fixed.likely > before.fixed.likely);
    assert!(after.worst.map(|worst| worst.likely) > before.worst.map(|worst| worst.likely));
    assert!(after.cost != before.cost);
}

#[test]
fn artifacts_come_go_and_are_renamed() {
    let renamed = BEFORE.replace("prompts/other.prompt.yaml", "prompts/greet.prompt.yaml");
    assert_eq!(ids(&diff(BEFORE, &renamed, &[])), ["prompts/greet Renamed { from: ArtifactId(\"prompts/other\") } "]);
    let edited = renamed.replace("description: Says hello.", "description: Greets.\nrenamed_from: prompts/other");
    assert_eq!(
        ids(&diff(BEFORE, &edited, &[])),
        ["prompts/greet Renamed { from: ArtifactId(\"prompts/other\") } patch"]
    );
    let other = renamed.replace("content: Hello", "content: Good evening");
    assert_eq!(ids(&diff(BEFORE, &other, &[])), ["prompts/greet Added ", "prompts/other Removed "]);
    assert_eq!(ids(&diff(BEFORE, &other, &["prompts/other"])), ["prompts/other Removed "]);
    assert_eq!(diff(BEFORE, &other, &["prompts/nobody"]).unknown, ["prompts/nobody"]);
}

#[test]
fn findings_that_moved_did_not_change() {
    let typo = BEFORE.replace("Answer in a {{ tone }}", "Answer in a {{ tonne }}");
    let report = diff(BEFORE, &typo, &[]);
    let found = &report.artifacts[0].findings;
    assert!(
        found.added.iter().any(|finding| finding.diagnostic.rule.code == "TPL002" && finding.line == 10),
        "{found:?}"
    );
    let moved = typo.replace("description: Answers.", "# One line more.\ndescription: Answers more.");
    assert!(diff(&typo, &moved, &[]).artifacts[0].findings.is_empty());
}

#[test]
fn a_file_that_moved_takes_its_findings_along() {
    let store = |folder: &str| {
        let text = "Write a summary of {{ nobody }} today.   \n\nWrite a summary of {{ nobody }} today.   \n";
        let sources = "[{files: 'a/*.md', dialect: text, id: 'prompts/{1}'}, {files: 'b/*.md', dialect: text, id: 'prompts/{1}'}]";
        format!(
            "//- promptyard.yaml\nversion: 1\nsources: {sources}\n//- {folder}/one.md\n{text}//- {folder}/two.md\n{text}"
        )
    };
    let same = diff(&store("a"), &store("a").replace("//- a/two.md", "//- a/three.md"), &["prompts/nothing"]);
    assert!(same.artifacts.is_empty());
    let moved = diff(&store("a"), &store("b"), &[]);
    assert!(moved.is_empty(), "{moved:?}");
}

#[test]
fn of_equal_findings_the_one_that_went_is_told() {
    let release = "{release: prompts/a@1.0.0, digest: \"sha256:6f99806d93cd75679dd0730e356427f8e73453d0aac60c7cbdff9f5eeece579f\"}";
    let route = |environment: &str, pin: &str| {
        format!("//- environments/{environment}/help.yaml\nvariants: {{a: {{prompt: {pin}}}}}\ntraffic: {{a: 100}}\n")
    };
    let store = |pins: [&str; 2]| {
        format!("//- promptyard.yaml\nversion: 1\n{}{}", route("production", pins[0]), route("staging", pins[1]))
    };
    let loose = "prompts/a@1.0.0";
    for (after, expected) in
        [([release, loose], "environments/production/help.yaml"), ([loose, release], "environments/staging/help.yaml")]
    {
        let went = diff(&store([loose, loose]), &store(after), &[]).elsewhere.removed;
        let files: Vec<&str> = went.iter().map(|finding| finding.diagnostic.file.as_str()).collect();
        assert_eq!(files, [expected]);
    }
}

#[test]
fn secrets_are_masked_before_they_are_compared() {
    let mail = |name: &str| [name, "corp-mail.com"].join("@");
    let with = |name: &str| BEFORE.replace("content: Hello", &format!("content: Write to {} now", mail(name)));
    let report = diff(&with("jane.roe"), &with("john.doe"), &[]);
    let shown = format!("{report:?}");
    assert!(!shown.contains("jane.roe") && !shown.contains("john.doe"), "{shown}");
}

#[test]
fn what_cannot_be_resolved_is_said() {
    let report = diff(BEFORE, &BEFORE.replace("include 'partials/style.md'", "include 'partials/gone.md'"), &[]);
    let reason = report.artifacts[0].unresolved.as_deref().unwrap_or_default();
    assert!(reason.contains("`partials/gone.md`, which is not there"), "{reason}");
}
