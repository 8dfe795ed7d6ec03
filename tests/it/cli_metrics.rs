//! `metrics`: what was measured, release by release.

use crate::environment::Environment;

/// A store with five releases of a prompt, each with what was measured of it.
fn measured() -> Environment {
    let store = Environment::unborn("//- promptyard.yaml\nversion: 1\n").with_person(
        "Ann Lee",
        "ann@example.com",
        "2026-03-01T12:00:00Z",
    );
    let rates = [("0.050", "400"), ("0.060", "400"), ("0.1350", "400"), ("0.130", "400"), ("0.13", "400")];
    for (at, (rate, n)) in rates.iter().enumerate() {
        store.write(
            "prompts/greet.prompt.yaml",
            &format!("description: Greets.\nmessages:\n  - {{role: user, content: \"Greet them {at} times.\"}}\n"),
        );
        store.write(
            "report.json",
            &format!(
                "[{{\"name\": \"hallucination_rate\", \"value\": {rate}, \"n\": {n}, \"suite\": \"suites/support@1.0.0\"}},\n \
                 {{\"name\": \"latency_ms\", \"value\": {}}}]",
                400 + at * 10
            ),
        );
        store.git(&["add", "promptyard.yaml", "prompts"]);
        store.git(&["commit", "--quiet", "--message", "Change"]);
        let output = store.output(&["release", "prompts/greet", "--metrics", "report.json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    store
}

#[test]
fn measures_are_a_course_and_a_table() {
    insta::assert_snapshot!("table", measured().run(&["metrics", "prompts/greet"]));
}

#[test]
fn a_range_and_a_name_leave_the_rest_out() {
    let told = measured().run(&["metrics", "prompts/greet@1.1.0..1.2.0", "--name", "latency_ms"]);
    assert!(told.contains("1.1.0") && told.contains("1.2.0"), "{told}");
    assert!(!told.contains("1.3.0") && !told.contains("hallucination"), "{told}");
    insta::assert_snapshot!(measured().run(&["metrics", "prompts/greet@one"]), @r"
    exit code: 2
    ----- stderr
    error: `one` is no range of versions: write it as 1.2.0..2.0.0, or as ^1.2
    ");
}

#[test]
fn the_release_that_moved_a_metric_is_found_and_shown() {
    insta::assert_snapshot!("changed", measured().run(&["metrics", "--changed", "hallucination_rate"]));
}

#[test]
fn what_cannot_be_judged_is_said() {
    let told = measured().run(&["metrics", "--changed", "latency_ms"]);
    assert!(told.contains("cannot be judged: the records do not say over how many samples"), "{told}");
    assert!(told.contains("The samples do not show that `latency_ms` moved."), "{told}");
}

#[test]
fn spreadsheets_get_a_record_a_measure() {
    let output = measured().output(&["metrics", "--format", "csv", "--name", "hallucination_rate"]);
    let text = String::from_utf8(output.stdout).expect("it is UTF-8");
    assert_eq!(text.lines().count(), 6, "{text}");
    assert_eq!(text.lines().next(), Some("artifact,version,date,metric,value,n,low,high,suite"));
    assert!(text.contains("prompts/greet,1.0.0,2026-03-01,hallucination_rate,0.050,400,0.032"), "{text}");
}
