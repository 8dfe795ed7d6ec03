//! `blame-at` and `history`: what was live when, in real repositories with known dates.
#![expect(clippy::disallowed_methods, reason = "tests start git and change files")]

use std::fmt::Write as _;

use crate::environment::Environment;

const PROMPT: &str = "prompts/support/answer.prompt.yaml";
const ROUTE: &str = "environments/production/support-answer.yaml";
/// The present in these tests.
const NOW: &str = "--now=2026-08-20T12:00:00Z";

fn prompt(lines: &[&str]) -> String {
    let mut text = "description: Answers.\nmessages:\n  - role: system\n    content: |\n".to_owned();
    lines.iter().for_each(|line| writeln!(text, "      {line}").expect("a String takes any text"));
    text
}

fn digest(version: &str) -> String {
    format!("sha256:{}", format!("{:02x}", version.as_bytes()[2]).repeat(32))
}

fn pin(artifact: &str, version: &str) -> String {
    format!("{{release: {artifact}@{version}, digest: \"{}\"}}", digest(version))
}

/// A route with these variants: a name, a share, a version of the prompt and one of the model.
fn route(variants: &[(&str, u32, &str, &str)]) -> String {
    let mut text = "variants:\n".to_owned();
    for (name, _, prompt, model) in variants {
        let (prompt, model) = (pin("prompts/support/answer", prompt), pin("models/support-chat", model));
        writeln!(text, "  {name}:\n    prompt: {prompt}\n    model: {model}").expect("a String takes any text");
    }
    let shares: Vec<String> = variants.iter().map(|(name, share, ..)| format!("{name}: {share}")).collect();
    writeln!(text, "traffic: {{{}}}", shares.join(", ")).expect("a String takes any text");
    text
}

fn release(store: &Environment, when: &str, artifact: &str, version: &str, metrics: &str) {
    let digest = digest(version);
    let message =
        format!("{artifact} {version}\n\nArtifact: {artifact}\nVersion: {version}\nDigest: {digest}\n{metrics}");
    store.git_at(when, &["tag", "--annotate", "--message", &message, &format!("{artifact}@{version}")]);
}

fn empty(configuration: &str) -> Environment {
    let store = Environment::unborn(&format!("//- promptyard.yaml\nversion: 1\n{configuration}"));
    store.with_git().with_variable("TZ", "Europe/Berlin")
}

/// A prompt whose 1.3.0 was promoted in June and whose 1.4.0 was tried from 20 July, 11:02 in Berlin, for a week.
fn promoted() -> Environment {
    let store = empty("");
    store.write(PROMPT, &prompt(&["Answer only from the passages.", "Apologise first."]));
    store.commit_at("2024-02-11T09:00:00Z", "Start");
    let chat = "models/support-chat";
    release(&store, "2024-02-11T09:00:00Z", chat, "2.1.0", "");
    let answer = "prompts/support/answer";
    let metric = |value: &str| format!("Metric: hallucination_rate={value} n=400 suite=suites/support@1.1.0\n");
    release(&store, "2024-02-11T09:00:00Z", answer, "1.3.0", &metric("0.034"));
    store.write(ROUTE, &route(&[("stable", 100, "1.3.0", "2.1.0")]));
    store.commit_at("2026-06-12T07:14:00Z", "Serve 1.3.0 (#377)\n\nApproved-by: R. Ortiz <ortiz@example.com>");
    store.write(PROMPT, &prompt(&["Answer only from the passages.", "Be short."]));
    store.commit_at("2026-07-18T07:00:00Z", "Stop apologising (#409)");
    release(&store, "2026-07-18T08:00:00Z", answer, "1.4.0", &metric("0.021"));
    store.write(ROUTE, &route(&[("stable", 95, "1.3.0", "2.1.0"), ("canary", 5, "1.4.0", "2.1.0")]));
    store.commit_at("2026-07-20T09:02:00Z", "Start 1.4.0 at 5 % (#412)\n\nApproved-by: R. Ortiz <ortiz@example.com>");
    store.write(ROUTE, &route(&[("stable", 100, "1.4.0", "2.1.0")]));
    store.commit_at("2026-07-27T14:40:00Z", "Roll 1.4.0 forward (#420)");
    store
}

#[test]
fn a_day_has_a_part_for_each_state() {
    let store = promoted();
    insta::assert_snapshot!(
        store.run(&["blame-at", "support-answer", "--env", "production", "--at", "2026-07-20", "--tz", "Europe/Berlin", NOW]),
        @r"
    exit code: 0
    ----- stdout
    support-answer in production on 2026-07-20 (Europe/Berlin, 24 h)

      00:00 – 11:02   stable  100 %   prompts/support/answer@1.3.0   models/support-chat@2.1.0
                      since 2026-06-12 09:14, by Ann Lee in 0b2a271 'Serve 1.3.0' (#377), approved by R.
                        Ortiz
      11:02 – 24:00   stable   95 %   prompts/support/answer@1.3.0   models/support-chat@2.1.0
                      canary    5 %   prompts/support/answer@1.4.0   models/support-chat@2.1.0
                      by Ann Lee in 0b09806 'Start 1.4.0 at 5 %' (#412), approved by R. Ortiz
                      hallucination_rate 0.021 (n=400, suites/support@1.1.0), was 0.034

    intended state (no deploy receipts for production) · 2 intervals · history complete to 2024-02-11
    "
    );
}

#[test]
fn an_instant_has_one_answer_with_all_that_is_known() {
    let store = promoted();
    insta::assert_snapshot!(
        store.run(&["blame-at", "support-answer", "--at", "2026-07-20T11:02:00+02:00", NOW]),
        @r"
    exit code: 0
    ----- stdout
    support-answer in production at 2026-07-20 09:02:00 (UTC)

      stable  95 %   prompts/support/answer@1.3.0   models/support-chat@2.1.0
      canary   5 %   prompts/support/answer@1.4.0   models/support-chat@2.1.0
      since 2026-07-20 09:02, by Ann Lee in 0b09806 'Start 1.4.0 at 5 %' (#412), approved by R. Ortiz
      until 2026-07-27 14:40

      stable prompt: prompts/support/answer@1.3.0   sha256:333333333333
        since 2026-06-12 07:14, by Ann Lee in 0b2a271 'Serve 1.3.0' (#377), approved by R. Ortiz
        hallucination_rate 0.034 (n=400, suites/support@1.1.0)

      stable model: models/support-chat@2.1.0   sha256:313131313131
        since 2026-06-12 07:14, by Ann Lee in 0b2a271 'Serve 1.3.0' (#377), approved by R. Ortiz

      canary prompt: prompts/support/answer@1.4.0   sha256:343434343434
        since 2026-07-20 09:02, by Ann Lee in 0b09806 'Start 1.4.0 at 5 %' (#412), approved by R. Ortiz
        hallucination_rate 0.021 (n=400, suites/support@1.1.0), was 0.034

      canary model: models/support-chat@2.1.0   sha256:313131313131
        since 2026-07-20 09:02, by Ann Lee in 0b09806 'Start 1.4.0 at 5 %' (#412), approved by R. Ortiz

    intended state (no deploy receipts for production) · 1 interval · history complete to 2024-02-11
    "
    );
    insta::assert_snapshot!(
        store.run(&["blame-at", "prompts/support/answer", "--at", "2026-07-20T11:01:59+02:00", "--dimension", "prompt", NOW]),
        @r"
    exit code: 0
    ----- stdout
    support-answer in production at 2026-07-20 09:01:59 (UTC)

      stable  100 %   prompts/support/answer@1.3.0
      since 2026-06-12 07:14, by Ann Lee in 0b2a271 'Serve 1.3.0' (#377), approved by R. Ortiz
      until 2026-07-20 09:02

      stable prompt: prompts/support/answer@1.3.0   sha256:333333333333
        since 2026-06-12 07:14, by Ann Lee in 0b2a271 'Serve 1.3.0' (#377), approved by R. Ortiz
        hallucination_rate 0.034 (n=400, suites/support@1.1.0)

    intended state (no deploy receipts for production) · 1 interval · history complete to 2024-02-11
    "
    );
    insta::assert_snapshot!(store.run(&["blame-at", "support-answer", "--at", "2025-01-01T00:00:00Z", NOW]), @r"
    exit code: 0
    ----- stdout
    support-answer in production at 2025-01-01 00:00:00 (UTC)

      not deployed
      until 2026-06-12 07:14

    intended state (no deploy receipts for production) · 1 interval · history complete to 2024-02-11
    ");
    insta::assert_snapshot!(store.run(&["blame-at", "support-answer", "--at", "HEAD~1", "--dimension", "traffic", NOW]), @r"
    exit code: 0
    ----- stdout
    support-answer in production as of HEAD~1, 2026-07-20 09:02 (UTC)

      stable  95 %
      canary   5 %
      since 2026-07-20 09:02, by Ann Lee in 0b09806 'Start 1.4.0 at 5 %' (#412), approved by R. Ortiz
      until 2026-07-27 14:40

    intended state (no deploy receipts for production) · 1 interval · history complete to 2024-02-11
    ");
}

#[test]
fn a_prompt_is_printed_as_it_was() {
    let store = promoted();
    let at = ["--at", "2026-07-21T12:00:00Z", NOW];
    let text = |more: &[&str]| store.run(&[&["blame-at", "support-answer"], &at[..], more].concat());
    insta::assert_snapshot!(text(&["--text"]), @r"
    exit code: 0
    ----- stdout
    ==> prompts/support/answer@1.3.0 <==
    description: Answers.
    messages:
      - role: system
        content: |
          Answer only from the passages.
          Apologise first.
    ==> prompts/support/answer@1.4.0 <==
    description: Answers.
    messages:
      - role: system
        content: |
          Answer only from the passages.
          Be short.
    ");
    insta::assert_snapshot!(text(&["--lines"]), @r"
    exit code: 0
    ----- stdout
    ==> prompts/support/answer@1.3.0 <==
    1.3.0  28d92d0  2024-02-11  Ann Lee  │ description: Answers.
    1.3.0  28d92d0  2024-02-11  Ann Lee  │ messages:
    1.3.0  28d92d0  2024-02-11  Ann Lee  │   - role: system
    1.3.0  28d92d0  2024-02-11  Ann Lee  │     content: |
    1.3.0  28d92d0  2024-02-11  Ann Lee  │       Answer only from the passages.
    1.3.0  28d92d0  2024-02-11  Ann Lee  │       Apologise first.
    ==> prompts/support/answer@1.4.0 <==
    1.3.0  28d92d0  2024-02-11  Ann Lee  │ description: Answers.
    1.3.0  28d92d0  2024-02-11  Ann Lee  │ messages:
    1.3.0  28d92d0  2024-02-11  Ann Lee  │   - role: system
    1.3.0  28d92d0  2024-02-11  Ann Lee  │     content: |
    1.3.0  28d92d0  2024-02-11  Ann Lee  │       Answer only from the passages.
    1.4.0  e3ef7d0  2026-07-18  Ann Lee  │       Be short.
    ");
}

#[test]
fn a_date_without_a_zone_is_refused_and_offered_in_both() {
    let store = promoted();
    insta::assert_snapshot!(store.run(&["blame-at", "support-answer", "--at", "2026-07-20", NOW]), @r"
    exit code: 2
    ----- stderr
    error: `2026-07-20` means another time in each time zone, and none is named
      help: `--tz UTC` means 2026-07-20T00:00:00Z to 2026-07-21T00:00:00Z
      help: `--tz Europe/Berlin`, this machine's zone, means 2026-07-19T22:00:00Z to 2026-07-20T22:00:00Z
      help: `timezone` in `promptyard.yaml` settles it for everyone
    ");
    for at in ["2026-02-31", "v1", "2026-10-25T02:30", "2026-03-29T02:30"] {
        insta::assert_snapshot!(
            format!("refused {at}"),
            store.run(&["blame-at", "support-answer", "--tz", "Europe/Berlin", "--at", at, NOW])
        );
    }
}

#[test]
fn days_have_the_hours_that_their_zone_gives_them() {
    let store = empty("timezone: Europe/Berlin\n");
    let promote = |when: &str, prompt: &str| {
        store.write(ROUTE, &route(&[("stable", 100, prompt, "2.1.0")]));
        store.commit_at(when, &format!("Promote {prompt}"));
    };
    promote("2027-01-01T12:00:00Z", "1.0.0");
    // Both clocks show 02:30, half an hour before and half an hour after the clock is put back.
    promote("2027-10-31T00:30:00Z", "1.1.0");
    promote("2027-10-31T01:30:00Z", "1.2.0");
    promote("2028-02-29T10:00:00Z", "1.3.0");
    promote("2028-03-26T01:00:00Z", "1.4.0");
    let mut told = String::new();
    for at in ["2027-10-31", "2028-02-29", "2028-03-26", "2028-02", "2028-03-26T03"] {
        let ask = ["blame-at", "support-answer", "--dimension", "prompt", "--at", at, "--now=2029-01-01T00:00:00Z"];
        let answer = store.run(&ask);
        answer.lines().filter(|line| line.contains(" – ") || line.contains(" in production")).for_each(|line| {
            writeln!(told, "{line}").expect("a String takes any text");
        });
    }
    insta::assert_snapshot!(told, @r"
    support-answer in production on 2027-10-31 (Europe/Berlin, 25 h)
      00:00 +02:00 – 02:30 +02:00   stable  100 %   prompts/support/answer@1.0.0
      02:30 +02:00 – 02:30 +01:00   stable  100 %   prompts/support/answer@1.1.0
      02:30 +01:00 – 24:00 +01:00   stable  100 %   prompts/support/answer@1.2.0
    support-answer in production on 2028-02-29 (Europe/Berlin, 24 h)
      00:00 – 11:00   stable  100 %   prompts/support/answer@1.2.0
      11:00 – 24:00   stable  100 %   prompts/support/answer@1.3.0
    support-answer in production on 2028-03-26 (Europe/Berlin, 23 h)
      00:00 +01:00 – 03:00 +02:00   stable  100 %   prompts/support/answer@1.3.0
      03:00 +02:00 – 24:00 +02:00   stable  100 %   prompts/support/answer@1.4.0
    support-answer in production in February 2028 (Europe/Berlin, 29 d)
      Feb 01 00:00 – Feb 29 11:00   stable  100 %   prompts/support/answer@1.2.0
      Feb 29 11:00 – Feb 29 24:00   stable  100 %   prompts/support/answer@1.3.0
    support-answer in production on 2028-03-26 03:00 – 04:00 (Europe/Berlin)
      03:00 – 04:00   stable  100 %   prompts/support/answer@1.4.0
    ");
}

#[test]
fn a_route_has_its_history_drawn_and_told() {
    let store = promoted();
    let ask = ["history", "support-answer", "--from", "2026-06-01", "--tz", "Europe/Berlin", NOW];
    insta::assert_snapshot!(store.run(&ask), @r"
    exit code: 0
    ----- stdout
    support-answer in production (Europe/Berlin)

            Jun 12  Jun 19   Jun 26    Jul 3    Jul 10   Jul 17   Jul 24   Jul 31    Aug 7    Aug 14
    stable  ━━━━━━━━━━━━━━━━━━━━━━━━━━━1.3.0━━━━━━━━━━━━━━━━━━━━━━━━━━━┿━━━━━━━━━━━━━1.4.0━━━━━━━━━━━━━▶
    canary                                                    ┿━1.4.0━━┥

    2026-06-01 00:00   not deployed
    2026-06-12 09:14   for 38 d 1 h
      deployed
      stable begins: prompts/support/answer@1.3.0, models/support-chat@2.1.0, 100 %
      by Ann Lee in 0b2a271 'Serve 1.3.0' (#377), approved by R. Ortiz
    2026-07-20 11:02   for 7 d 5 h
      canary begins: prompts/support/answer@1.4.0, models/support-chat@2.1.0, 5 %
      stable traffic 100 % → 95 %
      by Ann Lee in 0b09806 'Start 1.4.0 at 5 %' (#412), approved by R. Ortiz
    2026-07-27 16:40   for 23 d 21 h, to this day
      canary ends: prompts/support/answer@1.4.0, models/support-chat@2.1.0, 5 %
      stable prompt prompts/support/answer@1.3.0 → 1.4.0
      stable traffic 95 % → 100 %
      by Ann Lee in cbd6cf1 'Roll 1.4.0 forward' (#420)

    intended state (no deploy receipts for production) · 4 intervals · history complete to 2024-02-11
    ");
    for format in ["json", "csv", "markdown", "svg"] {
        insta::assert_snapshot!(
            format!("history as {format}"),
            masked(&store.run(&[&ask[..], &["--format", format]].concat()))
        );
    }
    let incident = "2026-07-20T08:00:00Z..2026-07-20T10:00:00Z";
    insta::assert_snapshot!(store.run(&["history", "--overlaps", incident, NOW]), @r"
    exit code: 0
    ----- stdout
    support-answer in production (UTC)

            08:00                                        09:00
    stable  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━1.3.0━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━▶
    canary                                                 ┿━━━━━━━━━━━━━━━━━━━1.4.0━━━━━━━━━━━━━━━━━━━▶

    since 2026-06-12 07:14   for 38 d 1 h
      deployed
      stable begins: prompts/support/answer@1.3.0, models/support-chat@2.1.0, 100 %
      by Ann Lee in 0b2a271 'Serve 1.3.0' (#377), approved by R. Ortiz
    2026-07-20 09:02   for 7 d 5 h
      canary begins: prompts/support/answer@1.4.0, models/support-chat@2.1.0, 5 %
      stable traffic 100 % → 95 %
      by Ann Lee in 0b09806 'Start 1.4.0 at 5 %' (#412), approved by R. Ortiz

    intended state (no deploy receipts for production) · 2 intervals · history complete to 2024-02-11
    ");
}

/// The program's version changes.
fn masked(text: &str) -> String {
    text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
}

#[test]
fn documents_are_as_their_schemas_say() {
    let store = promoted();
    for (command, arguments) in [
        ("blame-at", &["support-answer", "--at", "2026-07", "--tz", "UTC", "--lines"][..]),
        ("blame-at", &["prompts/support/answer", "--at", "2020-01-01T00:00:00Z"]),
        ("history", &["production"]),
        ("history", &["support-answer", "--dimension", "model", "--from", "2020-01", "--tz", "UTC"]),
    ] {
        let name = if command == "history" { "timeline-report-v1" } else { "blame-at-report-v1" };
        let schema = store.output(&["schema", name]).stdout;
        let schema = serde_json::from_slice(&schema).expect("the schema is JSON");
        let whole = [&[command], arguments, &["--format", "json", NOW]].concat();
        let report = store.output(&whole);
        let document = serde_json::from_slice(&report.stdout).unwrap_or_else(|error| panic!("{whole:?}: {error}"));
        let validator = jsonschema::draft202012::new(&schema).expect("the schema is one");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{whole:?}: {errors:#?}");
    }
}

#[test]
fn a_store_without_routes_has_its_contents_followed_through_renames() {
    let store = empty("sources: [{files: \"texts/*/system.md\", dialect: text, role: system, id: \"texts/{1}\"}]\n");
    let text = |last: &str| format!("You summarise.\nBe brief.\nBe kind.\nUse bullet points.\nNever guess.\n{last}\n");
    store.write("texts/sum/system.md", &text("One."));
    store.commit_at("2026-01-10T10:00:00Z", "Summarise");
    store.write("texts/sum/system.md", &text("Two."));
    store.commit_at("2026-02-10T10:00:00Z", "Say two");
    store.git(&["mv", "texts/sum", "texts/summary"]);
    store.write("texts/summary/system.md", &text("Three."));
    store.commit_at("2026-03-10T10:00:00Z", "Call it what it is");
    let at = |at: &'static str| ["blame-at", "texts/summary", "--at", at, NOW];
    insta::assert_snapshot!(store.run(&at("2026-02-15T00:00:00Z")), @r"
    exit code: 0
    ----- stdout
    texts/summary/system.md at 2026-02-15 00:00:00 (UTC)

      texts/sum/system.md   blob 344b802
      since 2026-02-10 10:00, by Ann Lee in 8c21b2a 'Say two'
      until 2026-03-10 10:00

    content on main · 1 interval · history complete to 2026-01-10
    ");
    assert_eq!(
        store.run(&[&at("2026-01-10T10:00:00Z")[..], &["--text"]].concat()),
        format!("exit code: 0\n----- stdout\n{}", text("One."))
    );
    let by_its_old_name = store.run(&["blame-at", "texts/sum", "--at", "2026-01-15T00:00:00Z", NOW]);
    assert!(by_its_old_name.contains("texts/sum/system.md   blob"), "{by_its_old_name}");
    insta::assert_snapshot!(store.run(&["history", "summary", "--from", "2026-01", "--tz", "UTC", NOW]), @r"
    exit code: 0
    ----- stdout
    texts/summary/system.md (UTC)

             January February    March       April       May          June        July         August
    content  ━━━69aa1ee━━┿━344b802━━┿━━━━━━━━━━━━━━━━━━━━━━━━━━━━━1059b20━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━▶

    2026-01-01 00:00   not deployed
    2026-01-10 10:00   texts/sum/system.md blob 69aa1ee   for 31 d
      by Ann Lee in 518d234 'Summarise'
    2026-02-10 10:00   texts/sum/system.md blob 344b802   for 28 d
      by Ann Lee in 8c21b2a 'Say two'
    2026-03-10 10:00   texts/summary/system.md blob 1059b20   for 163 d, to this day
      texts/sum/system.md → texts/summary/system.md
      by Ann Lee in 3209c79 'Call it what it is'

    content on main · 4 intervals · history complete to 2026-01-10
    ");
    insta::assert_snapshot!(store.run(&["blame-at", "texts/summary", "--lines", "--at", "2026-08-01T00:00:00Z", NOW]), @r"
    exit code: 0
    ----- stdout
    518d234  2026-01-10  Ann Lee  │ You summarise.
    518d234  2026-01-10  Ann Lee  │ Be brief.
    518d234  2026-01-10  Ann Lee  │ Be kind.
    518d234  2026-01-10  Ann Lee  │ Use bullet points.
    518d234  2026-01-10  Ann Lee  │ Never guess.
    3209c79  2026-03-10  Ann Lee  │ Three.
    ");
}

#[test]
fn hazards_are_part_of_the_answer() {
    let store = empty("");
    let serve = |when: &str, prompt: &str| {
        store.write(ROUTE, &route(&[("stable", 100, prompt, "2.1.0")]));
        store.commit_at(when, &format!("Promote {prompt}"));
    };
    serve("2026-01-10T10:00:00Z", "1.0.0");
    serve("2026-01-09T10:00:00Z", "1.1.0");
    // Somebody merges the branch into what he has, and pushes that.
    store.git(&["checkout", "--quiet", "-b", "mine"]);
    serve("2026-02-01T10:00:00Z", "1.2.0");
    store.git(&["checkout", "--quiet", "main"]);
    store.write("README.md", "Read.\n");
    store.commit_at("2026-02-02T10:00:00Z", "Say something");
    store.git(&["checkout", "--quiet", "mine"]);
    store.git_at("2026-02-03T10:00:00Z", &["merge", "--quiet", "--message", "Merge branch 'main' into mine", "main"]);
    store.git(&["checkout", "--quiet", "main"]);
    store.git(&["merge", "--quiet", "--ff-only", "mine"]);
    store.git(&["mv", ROUTE, "environments/production/answer.yaml"]);
    store.commit_at("2026-03-01T10:00:00Z", "Rename the route");
    let ask = |at: &str| store.run(&["blame-at", "support-answer", "--dimension", "prompt", "--at", at, NOW]);
    insta::assert_snapshot!(ask("2026-01-10T10:00:01Z"), @r"
    exit code: 0
    ----- stdout
    support-answer in production at 2026-01-10 10:00:01 (UTC)

      stable  100 %   prompts/support/answer@1.1.0
      since 2026-01-10 10:00:01, by Ann Lee in a2f4eda 'Promote 1.1.0'
      until 2026-02-01 10:00

      stable prompt: prompts/support/answer@1.1.0   sha256:313131313131
        since 2026-01-10 10:00:01, by Ann Lee in a2f4eda 'Promote 1.1.0'

    hazard: `prompts/support/answer@1.1.0` has no tag here, so that its record is not known; `git fetch --tags` brings it, if there is one
    hazard: a clock ran backwards: a2f4eda is dated 2026-01-09 10:00, before the commit that it follows, and counts from 2026-01-10 10:00:01
    hazard: `environments/production/support-answer.yaml` is called `environments/production/answer.yaml` since 2026-03-01 10:00 (41f7628)

    intended state (no deploy receipts for production) · 1 interval · history complete to 2026-01-10
    ");
    insta::assert_snapshot!(ask("2026-02-02T12:00:00Z"), @r"
    exit code: 0
    ----- stdout
    support-answer in production at 2026-02-02 12:00:00 (UTC)

      stable  100 %   prompts/support/answer@1.2.0
      since 2026-02-01 10:00, by Ann Lee in 8a6ea3b 'Promote 1.2.0'
      until 2026-03-01 10:00

      stable prompt: prompts/support/answer@1.2.0   sha256:323232323232
        since 2026-02-01 10:00, by Ann Lee in 8a6ea3b 'Promote 1.2.0'

    hazard: `prompts/support/answer@1.2.0` has no tag here, so that its record is not known; `git fetch --tags` brings it, if there is one
    hazard: ea98fd1 of 2026-02-03 10:00 merged the branch into something else and took its place: what the branch was at before is not told by its first parents; `--branch ea98fd1^2` answers from the branch as it was
    hazard: `environments/production/support-answer.yaml` is called `environments/production/answer.yaml` since 2026-03-01 10:00 (41f7628)

    intended state (no deploy receipts for production) · 1 interval · history complete to 2026-01-10
    ");
    insta::assert_snapshot!(ask("2030-02-02T12:00:00Z"), @r"
    exit code: 0
    ----- stdout
    support-answer in production at 2030-02-02 12:00:00 (UTC)

      removed
      since 2026-03-01 10:00, by Ann Lee in 41f7628 'Rename the route'

    hazard: this lies in the future: it is what the branch says today
    hazard: `environments/production/support-answer.yaml` is called `environments/production/answer.yaml` since 2026-03-01 10:00 (41f7628)

    intended state (no deploy receipts for production) · 1 interval · history complete to 2026-01-10
    ");
    let shallow = store.root().with_file_name("shallow");
    let from = format!("file://{}", store.root().display());
    store.git(&["clone", "--quiet", "--depth", "2", &from, &shallow.display().to_string()]);
    let root = format!("--root={}", shallow.display());
    insta::assert_snapshot!(
        store.run(&["blame-at", "support-answer", "--dimension", "prompt", "--at", "2026-01-15T00:00:00Z", NOW, &root]),
        @r"
    exit code: 0
    ----- stdout
    support-answer in production at 2026-01-15 00:00:00 (UTC)

      not known: this clone lacks that part of the history
      until 2026-02-03 10:00

    hazard: this clone is shallow: nothing before 2026-02-03 10:00 can be told; `git fetch --unshallow` completes it
    hazard: `environments/production/support-answer.yaml` is called `environments/production/answer.yaml` since 2026-03-01 10:00 (41f7628)

    intended state (no deploy receipts for production) · 1 interval · history known from 2026-02-03
    "
    );
}

#[test]
fn the_cache_changes_nothing_but_time() {
    let store = promoted();
    let cache = store.root().join(".git/promptyard/chain-v2");
    let ask = || store.run(&["history", "production", NOW]);
    let first = ask();
    let kept: Vec<_> = std::fs::read_dir(&cache).expect("it was made").flatten().map(|file| file.path()).collect();
    assert!(kept.len() >= 4, "{kept:?}");
    assert_eq!(ask(), first);
    for file in &kept {
        std::fs::write(file, "broken").expect("the folder is ours");
    }
    assert_eq!(ask(), first);
    store.write(ROUTE, &route(&[("stable", 100, "1.3.0", "2.1.0")]));
    store.commit_at("2026-08-01T10:00:00Z", "Roll back");
    let extended = ask();
    assert_ne!(extended, first);
    std::fs::remove_dir_all(&cache).expect("it is there");
    assert_eq!(ask(), extended);
    store.git(&["commit-graph", "write", "--reachable"]);
    std::fs::remove_dir_all(&cache).expect("it is there");
    assert_eq!(ask(), extended);
    // A rewritten branch is another branch.
    store.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    assert_eq!(ask(), first);
}

#[test]
fn names_of_nothing_are_told() {
    let store = promoted();
    for (what, arguments) in [
        ("a route", &["blame-at", "support-anwser"][..]),
        ("an environment", &["blame-at", "support-answer", "--env", "prod"]),
        ("a branch", &["history", "--branch", "gone"]),
        ("a zone", &["history", "--tz", "Mars/Base"]),
        ("a range", &["history", "--overlaps", "2026-07-20T10:00:00Z"]),
        ("a backward range", &["history", "--from", "2026-07-20T10:00:00Z", "--to", "2026-07-19T10:00:00Z"]),
    ] {
        insta::assert_snapshot!(format!("no {what}"), store.run(&[arguments, &[NOW]].concat()));
    }
}
