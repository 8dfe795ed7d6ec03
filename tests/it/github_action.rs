//! The steps of the action for GitHub, run by bash as a runner does, with programs that only note what they are told.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "tests make files and start programs")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use promptyard::forge::Forge;
use promptyard::forge::ci;
use promptyard::store::yaml::{self, Limits, NodeRef};

/// Notes its arguments, writes the reports and ends as the test wants it to.
const PROMPTYARD: &str = r#"#!/bin/bash
printf '%s\n' "promptyard $*" >> "$NOTES"
for argument in "$@"; do
  case "$argument" in
    --reviews=*) printf '%s\n' "reviews: $(tr -d '\n' < "${argument#--reviews=}")" >> "$NOTES" ;;
    --output=markdown=*) [ -z "$REPORT" ] || printf '%s' "$REPORT" > "${argument#--output=markdown=}" ;;
    --output=sarif=*) [ -z "$REPORT" ] || printf '{}' > "${argument#--output=sarif=}" ;;
  esac
done
exit "$VERDICT_CODE"
"#;

/// Notes its arguments and the body, and knows the comments that the test says.
const GH: &str = r#"#!/bin/bash
printf '%s\n' "gh $*" >> "$NOTES"
for argument in "$@"; do
  case "$argument" in
    body=@*) printf '%s\n' "body: $(wc -c < "${argument#body=@}") bytes, ends: $(tail -n 1 "${argument#body=@}")" >> "$NOTES" ;;
    repos/*/reviews\?*) printf '%s' "$KNOWN_REVIEWS" ;;
    repos/*/comments\?*) printf '%s' "$KNOWN_COMMENTS" ;;
  esac
done
exit "$GH_CODE"
"#;

/// A job on a pull request, and what becomes of it.
struct Job {
    folder: tempfile::TempDir,
    expressions: BTreeMap<String, String>,
    report: String,
    code: &'static str,
    comments: &'static str,
    reviews: &'static str,
    gh_code: &'static str,
}

impl Job {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let job = Self {
            folder,
            expressions: BTreeMap::new(),
            report: "<!-- promptyard check -->\n**Passed**\n".to_owned(),
            code: "0",
            comments: "",
            reviews: "",
            gh_code: "0",
        };
        for folder in ["bin", "temp", "work"] {
            fs::create_dir(job.path(folder)).expect("the folder is empty");
        }
        for (name, script) in [("promptyard", PROMPTYARD), ("gh", GH)] {
            let path = job.path("bin").join(name);
            fs::write(&path, script).expect("the folder is ours");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the file is ours");
        }
        job.with(&[
            ("inputs.version", "1.2.3"),
            ("inputs.base", ""),
            ("inputs.head", ""),
            ("inputs.working-directory", "."),
            ("inputs.sarif", "promptyard.sarif"),
            ("inputs.comment", "true"),
            ("github.event_name", "pull_request"),
            ("github.event.pull_request.base.ref", "main"),
            ("github.repository", "acme/prompts"),
            ("github.run_id", "7"),
            ("github.server_url", "https://github.example"),
            ("github.token", "a token"),
            ("github.event.pull_request.number", "12"),
            ("github.event.pull_request.head.sha", "feed"),
            ("github.event.pull_request.head.repo.full_name", "acme/prompts"),
            ("github.event.merge_group.base_sha", ""),
            ("github.event.merge_group.head_ref", ""),
        ])
    }

    fn with(mut self, values: &[(&str, &str)]) -> Self {
        self.expressions.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Runs the scripts of the action in order, as far as a runner would: what was printed, noted and summed up.
    fn run(mut self) -> String {
        let plan = ci::plan(Forge::GitHub, "", |_| Ok::<_, ()>(None)).expect("nothing fails");
        let (action, _) = yaml::parse(&plan.change.files[0].content, 0, Limits::default());
        let steps = action.pointer("/runs/steps").expect("it has steps");
        let mut told = String::new();
        let mut failed = false;
        let mut code = 0;
        for step in steps.items() {
            let text = |key: &str| step.get(key).and_then(NodeRef::scalar).unwrap_or_default();
            if text("run").is_empty() || !self.is_wanted(text("if"), failed) {
                continue;
            }
            let env = step.get("env").into_iter().flat_map(NodeRef::entries);
            let env: Vec<(String, String)> = env
                .map(|entry| (entry.key.to_owned(), self.filled(entry.value.scalar().unwrap_or_default())))
                .collect();
            let (output, ended) = self.script(text("run"), &env);
            told.push_str(&output);
            failed |= ended != 0;
            code = ended;
            self.take_outputs(text("id"));
        }
        let (notes, summary) = (self.read("notes"), self.read("summary"));
        let folder = self.folder.path().to_string_lossy().into_owned();
        format!("exit code: {code}\n{told}----- notes\n{notes}----- summary\n{summary}").replace(&folder, "[JOB]")
    }

    fn script(&self, script: &str, env: &[(String, String)]) -> (String, i32) {
        let path = self.path("step.sh");
        fs::write(&path, script).expect("the folder is ours");
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail"])
            .arg(&path)
            .current_dir(self.path("work"))
            .env_clear()
            .env("PATH", format!("{}:{}", self.path("bin").display(), env!("PATH")))
            .envs(
                [("GITHUB_OUTPUT", "outputs"), ("GITHUB_STEP_SUMMARY", "summary"), ("NOTES", "notes")]
                    .map(|(name, file)| (name, self.path(file))),
            )
            .env("RUNNER_TEMP", self.path("temp"))
            .envs([("GITHUB_REPOSITORY", "acme/prompts"), ("GITHUB_SHA", "beef")])
            .envs([
                ("VERDICT_CODE", self.code),
                ("KNOWN_COMMENTS", self.comments),
                ("KNOWN_REVIEWS", self.reviews),
                ("GH_CODE", self.gh_code),
            ])
            .env("REPORT", &self.report)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("bash is there where git is");
        let told = [output.stdout, output.stderr].concat();
        (String::from_utf8(told).expect("what is printed is UTF-8"), output.status.code().expect("it ended by itself"))
    }

    /// `value` with its expressions filled in; outputs that nothing has set are empty.
    fn filled(&self, value: &str) -> String {
        let mut filled = String::new();
        let mut rest = value;
        while let Some((before, after)) = rest.split_once("${{") {
            let (expression, after) = after.split_once("}}").expect("an expression ends");
            let value = self.expressions.get(expression.trim());
            assert!(value.is_some() || expression.trim().starts_with("steps."), "nothing is known of `{expression}`");
            filled.push_str(before);
            filled.push_str(value.map_or("", String::as_str));
            rest = after;
        }
        filled + rest
    }

    /// Whether the condition holds: comparisons with texts, joined by `&&`.
    fn is_wanted(&self, condition: &str, failed: bool) -> bool {
        if condition == "${{ !cancelled() }}" {
            return true;
        }
        let holds = |comparison: &str| {
            let (name, value, equal) = match comparison.split_once(" == ") {
                Some((name, value)) => (name, value, true),
                None => comparison.split_once(" != ").map(|(name, value)| (name, value, false)).expect("a comparison"),
            };
            let found = self.expressions.get(name.trim()).map_or("", String::as_str);
            (found == value.trim().trim_matches('\'')) == equal
        };
        !failed && (condition.is_empty() || condition.split("&&").all(holds))
    }

    fn take_outputs(&mut self, id: &str) {
        let lines = self.read("outputs");
        let outputs = lines.lines().filter_map(|line| line.split_once('='));
        self.expressions.extend(outputs.map(|(name, value)| (format!("steps.{id}.outputs.{name}"), value.to_owned())));
        let _ = fs::remove_file(self.path("outputs"));
    }
}

#[test]
fn a_change_that_passes_gets_its_comment() {
    insta::assert_snapshot!(Job::new().run(), @r#"
    exit code: 0
    Using [JOB]/bin/promptyard: 
    Promptyard has nothing against this change.
    ----- notes
    promptyard --version
    gh api --paginate repos/acme/prompts/pulls/12/reviews?per_page=100 --jq .[] | select(.author_association | . == "OWNER" or . == "MEMBER" or . == "COLLABORATOR") | {user, state} | @json
    promptyard --root=. check --base=refs/remotes/origin/main --head=feed --format=github --output=markdown=[JOB]/temp/promptyard-check.md --output=sarif=promptyard.sarif --reviews=[JOB]/temp/promptyard-reviews.json
    reviews: []
    gh api --paginate repos/acme/prompts/issues/12/comments?per_page=100 --jq .[] | select(.user.type == "Bot" and (.body | startswith("<!-- promptyard check -->"))) | .id
    gh api --silent --method POST repos/acme/prompts/issues/12/comments --field body=@[JOB]/temp/promptyard-comment.md
    body: 37 bytes, ends: **Passed**
    ----- summary
    <!-- promptyard check -->
    **Passed**
    "#);
}

#[test]
fn a_change_that_is_refused_is_reported_before_the_job_fails() {
    let mut job = Job::new();
    job.code = "1";
    job.comments = "41\n42";
    insta::assert_snapshot!(job.run(), @r#"
    exit code: 1
    Using [JOB]/bin/promptyard: 
    Promptyard refuses this change: see the annotations and the summary of this job.
    ----- notes
    promptyard --version
    gh api --paginate repos/acme/prompts/pulls/12/reviews?per_page=100 --jq .[] | select(.author_association | . == "OWNER" or . == "MEMBER" or . == "COLLABORATOR") | {user, state} | @json
    promptyard --root=. check --base=refs/remotes/origin/main --head=feed --format=github --output=markdown=[JOB]/temp/promptyard-check.md --output=sarif=promptyard.sarif --reviews=[JOB]/temp/promptyard-reviews.json
    reviews: []
    gh api --paginate repos/acme/prompts/issues/12/comments?per_page=100 --jq .[] | select(.user.type == "Bot" and (.body | startswith("<!-- promptyard check -->"))) | .id
    gh api --silent --method PATCH repos/acme/prompts/issues/comments/41 --field body=@[JOB]/temp/promptyard-comment.md
    body: 37 bytes, ends: **Passed**
    ----- summary
    <!-- promptyard check -->
    **Passed**
    "#);
}

#[test]
fn a_check_that_fails_says_so() {
    let mut job = Job::new();
    job.code = "2";
    job.report = String::new();
    fs::write(job.path("work").join("promptyard.sarif"), "from the pull request").expect("the folder is ours");
    insta::assert_snapshot!(job.run(), @r#"
    exit code: 2
    Using [JOB]/bin/promptyard: 
    ::error title=Promptyard::The change could not be checked. The log of the step 'Check' says why.
    ----- notes
    promptyard --version
    gh api --paginate repos/acme/prompts/pulls/12/reviews?per_page=100 --jq .[] | select(.author_association | . == "OWNER" or . == "MEMBER" or . == "COLLABORATOR") | {user, state} | @json
    promptyard --root=. check --base=refs/remotes/origin/main --head=feed --format=github --output=markdown=[JOB]/temp/promptyard-check.md --output=sarif=promptyard.sarif --reviews=[JOB]/temp/promptyard-reviews.json
    reviews: []
    ----- summary
    **Promptyard could not check this change.** The log of the step 'Check' says why.
    "#);
}

#[test]
fn a_fork_is_told_where_the_report_is() {
    let told = Job::new().with(&[("github.event.pull_request.head.repo.full_name", "eve/prompts")]).run();
    assert!(told.contains("::notice title=Promptyard::A pull request from a fork may not write comments"), "{told}");
    assert!(told.starts_with("exit code: 0") && !told.contains("/comments"), "{told}");
}

#[test]
fn a_comment_that_cannot_be_written_changes_no_verdict() {
    let mut job = Job::new();
    job.gh_code = "1";
    let told = job.run();
    assert!(told.starts_with("exit code: 0") && told.contains("::warning title=Promptyard::The comment"), "{told}");
}

/// Another event than that of a pull request.
fn on(event: &str, values: &[(&str, &str)]) -> Job {
    let none = ["number", "base.ref", "head.sha", "head.repo.full_name"];
    let none = none.map(|name| format!("github.event.pull_request.{name}"));
    let job = Job::new().with(&none.each_ref().map(|name| (name.as_str(), "")));
    job.with(&[("github.event_name", event)]).with(values)
}

#[test]
fn a_merge_group_is_compared_with_what_it_goes_onto() {
    let group = [
        ("github.event.merge_group.base_sha", "cafe"),
        ("github.event.merge_group.head_ref", "refs/heads/gh-readonly-queue/main/pr-7-0123abcd"),
    ];
    let told = on("merge_group", &group).run();
    assert!(told.contains("check --base=cafe --head=beef --format=github"), "{told}");
    assert!(
        told.contains("gh api --paginate repos/acme/prompts/pulls/7/reviews") && !told.contains("comments"),
        "{told}"
    );
    let told = on("push", &[]).run();
    assert!(told.starts_with("exit code: 2") && told.contains("give the input 'base'"), "{told}");
    let told = on("push", &[("inputs.base", "v1"), ("inputs.sarif", "")]).run();
    assert!(
        told.contains("check --base=v1 --head=beef") && !told.contains("sarif") && !told.contains("gh api"),
        "{told}"
    );
}

#[test]
fn who_approved_is_told() {
    let mut job = Job::new().with(&[("github.event_name", "pull_request_review")]);
    job.reviews = "{\"state\":\"APPROVED\"}\n{\"state\":\"DISMISSED\"}";
    let told = job.run();
    assert!(told.contains("--base=refs/remotes/origin/main --head=feed"), "{told}");
    assert!(told.contains("reviews: [{\"state\":\"APPROVED\"},{\"state\":\"DISMISSED\"}]"), "{told}");
    assert!(Job::new().run().contains("reviews: []"), "nobody is a list, too");
}

#[test]
fn a_change_beside_the_store_gets_no_comment() {
    let job = Job::new();
    let git = job.path("bin").join("git");
    fs::write(&git, "#!/bin/bash\nprintf '%s\\n' \"git $*\" >> \"$NOTES\"\n").expect("the folder is ours");
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).expect("the file is ours");
    let told = job.run();
    assert!(told.contains("git diff --quiet refs/remotes/origin/main...feed -- .") && !told.contains("POST"), "{told}");
}

#[test]
fn what_a_pull_request_chooses_is_no_command() {
    let evil = "$(touch evil)`touch evil`\"; touch evil; '";
    let job = Job::new().with(&[("github.event.pull_request.base.ref", evil), ("inputs.working-directory", evil)]);
    let work = job.path("work");
    let has_evil = |path: &Path| path.join("evil").exists();
    let folder = job.folder.path().to_owned();
    let told = job.run();
    assert!(told.contains(&format!("--base=refs/remotes/origin/{evil}")), "{told}");
    assert!(!has_evil(&work) && !has_evil(&folder), "{told}");
    let told = Job::new().with(&[("inputs.version", "1.0.0; touch evil")]).run();
    assert!(told.starts_with("exit code: 2") && told.contains("is no version"), "{told}");
}

#[test]
fn a_long_report_loses_what_is_folded_first() {
    let mut job = Job::new();
    job.report =
        format!("<!-- promptyard check -->\nä table\n<details>\n{}</details>\nend\n", "a line\n".repeat(9_000));
    let told = job.run();
    assert!(told.contains(
        "ends: The rest is in the [summary of the job](https://github.example/acme/prompts/actions/runs/7)."
    ));
    assert!(told.ends_with("</details>\nend\n"), "the summary has room for it");
    assert!(told.lines().filter(|line| line.starts_with("body: ")).all(|line| line.len() < 200), "one short body");
}

#[test]
fn a_program_that_is_there_is_used_and_one_that_is_not_is_found_later() {
    assert!(Job::new().run().contains("Using [JOB]/bin/promptyard:"));
    let mut job = Job::new();
    fs::remove_file(job.path("bin").join("promptyard")).expect("it is there");
    fs::write(job.path("bin").join("cargo"), "#!/bin/bash\nprintf '%s\\n' \"cargo $*\" >> \"$NOTES\"\n").expect("ours");
    fs::set_permissions(job.path("bin").join("cargo"), fs::Permissions::from_mode(0o755)).expect("ours");
    job.code = "0";
    let told = job.run();
    assert!(
        told.contains("cargo install promptyard --version 1.2.3 --locked --root [JOB]/temp/promptyard-1.2.3"),
        "{told}"
    );
    assert!(told.starts_with("exit code: 2"), "a check that cannot be started is none: {told}");
}
